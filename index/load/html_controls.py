"""What the controls of a page's forms hold: fields, the entry of a list that is chosen, ticked boxes.

Passwords and what a page hides in its fields are never read.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

CONTROLS = frozenset(("input", "select", "textarea"))
_UNREAD = frozenset("hidden password submit button reset image file".split())
_BOXES = {True: "☒", False: "☐"}


class Controls:
    """The controls of a page and their labels; `spoken_for` are labels that are read before their fields."""

    def __init__(self, tree: "LexborHTMLParser") -> None:
        self.spoken_for: set[int] = set()
        self._labels: dict[int, str] = {}
        by_id = {node.attributes.get("id"): node for node in tree.css("input[id], select[id], textarea[id]")}
        order = {node.mem_id: place for place, node in enumerate(tree.css("label, input, select, textarea"))}
        for label in tree.css("label:not([aria-hidden=true])"):
            name = label.attributes.get("for")
            control = by_id.get(name) if name else label.css_first("input, select, textarea")
            if control is None:
                continue
            words = " ".join("".join(_texts(label)).split())
            self._labels.setdefault(control.mem_id, words)
            if order[control.mem_id] < order[label.mem_id] and value_of(control) and not _is_box(control):
                self.spoken_for.add(label.mem_id)

    def read(self, node: "LexborNode") -> tuple[str, str]:
        """The label and the value of a control, empty where there is none. A box without a label is none."""
        label = self._labels.get(node.mem_id, "")
        if _is_box(node):
            is_read = label and node.attributes.get("role") != "button"
            return "", _BOXES["checked" in node.attributes] if is_read else ""
        return label or (node.attributes.get("aria-label") or "").strip(), value_of(node)


def value_of(node: "LexborNode") -> str:
    """What a control holds that is no box."""
    if node.tag == "textarea":
        return node.text().strip()
    if node.tag == "select":
        return ", ".join(" ".join(option.text().split()) for option in _chosen(node))
    kind = (node.attributes.get("type") or "text").strip().lower()
    return "" if kind in _UNREAD else (node.attributes.get("value") or "").strip()


def _chosen(node: "LexborNode") -> Iterator["LexborNode"]:
    """The options of a list that are chosen: without any the first, unless it stands for none."""
    options = node.css("option")
    chosen = [option for option in options if "selected" in option.attributes]
    if not chosen and options and "multiple" not in node.attributes:
        chosen = options[:1]
    return (option for option in chosen if option.attributes.get("value", "-") != "")


def _is_box(node: "LexborNode") -> bool:
    return (node.attributes.get("type") or "").strip().lower() in {"checkbox", "radio"}


def _texts(label: "LexborNode") -> Iterator[str]:
    """The words of a label without those of the controls in it, without recursion."""
    waiting = list(label.iter(include_text=True))[::-1]
    while waiting:
        node = waiting.pop()
        if node.is_text_node:
            yield node.text_content or ""
        elif node.tag not in CONTROLS:
            waiting += list(node.iter(include_text=True))[::-1]
