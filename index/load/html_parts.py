"""Which parts of a page are not shown, and which stand around what it is about."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# What a style hides, in the element itself or in a rule of the page.
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)
_SHOWING = re.compile(r"(?:^|;)\s*(?:display|visibility)\s*:", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_PART = re.compile(r"([^{}]*)([{}])")
# Names, classes and ids, one within another: what depends on a state or an attribute is not looked at.
_SELECTOR = re.compile(r"[\w.#*-]+(?:[\s>]+[\w.#*-]+){0,5}")
MOST_SELECTORS = 200
# Shown by a script once the page is loaded.
_WHOLE = frozenset(("html", "body", "main"))

_BANNERS = tuple(f"[{name}*={word}]" for word in ("cookie", "consent", "gdpr") for name in ("class", "id"))
_ROLES = ("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog")
_AROUND = ",".join(("nav, header, footer", *(f"[role={role}]" for role in _ROLES), *_BANNERS))
# Those of an article, as its date and its author, belong to it.
_OWN = ",".join(
    f"{outer} {part}" for outer in ("main", "article") for part in ("header", "footer", *_BANNERS)
)
_ABOUT = "main, article, [role=main]"


def hidden_parts(tree: "LexborHTMLParser") -> set[int]:
    """The `mem_id` of each element that a browser does not show, by what the page itself says.

    That is `hidden`, `aria-hidden`, a closed dialog, and `display` or `visibility` in the element or in a
    rule of its `<style>` with a plain selector. The last rule holds, whichever is more exact.
    """
    hidden: set[int] = set()
    said = ((selector, bool(_HIDING.search(rule))) for selector, rule in plain_rules(tree, _SHOWING))
    for selector, hides in islice(dropwhile(lambda one: not one[1], said), MOST_SELECTORS):
        found = {node.mem_id for node in tree.css(selector) if node.tag not in _WHOLE}
        (hidden.update if hides else hidden.difference_update)(found)
    for node in tree.css("[style]"):
        style = node.attributes.get("style") or ""
        if _HIDING.search(style):
            hidden.add(node.mem_id)
        elif _SHOWING.search(style):
            hidden.discard(node.mem_id)
    closed = tree.css("[hidden], [aria-hidden=true], dialog:not([open])")
    return hidden.union(node.mem_id for node in closed)


def parts_around(tree: "LexborHTMLParser") -> set[int]:
    """The `mem_id` of what stands around the article: navigation, header, footer, a question about cookies.

    Empty for a page that does not say what its article is.
    """
    about = tree.css(_ABOUT)
    if not about:
        return set()
    own = {node.mem_id for node in tree.css(_OWN)} | _with_ancestors(about)
    own |= _with_ancestors(tree.css("h1"))
    return {node.mem_id for node in tree.css(_AROUND)} - own


def _with_ancestors(nodes: Iterable["LexborNode"]) -> set[int]:
    found: set[int] = set()
    for node in nodes:
        above: LexborNode | None = node
        while above is not None and above.mem_id not in found:
            found.add(above.mem_id)
            above = above.parent
    return found


def plain_rules(tree: "LexborHTMLParser", about: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The plain selectors of a page's rules that declare something, in order, with what is declared."""
    for style in tree.css("style"):
        for selectors, declared in _top_rules(_COMMENT.sub(" ", style.text())):
            found = selectors.split(",") if about.search(declared) else ()
            for selector in filter(_SELECTOR.fullmatch, map(str.strip, found)):
                yield selector, declared


def _top_rules(css: str) -> Collection[tuple[str, str]]:
    """The rules of a style sheet that hold on every screen: (selectors, what is declared)."""
    rules: list[tuple[str, str]] = []
    depth, selectors = 0, ""
    for part in _STYLE_PART.finditer(css):
        before, mark = part[1], part[2]
        if mark == "{":
            selectors = before.rpartition(";")[2] if depth == 0 else selectors
            depth += 1
            continue
        depth = max(0, depth - 1)
        if depth == 0 and "@" not in selectors:
            rules.append((selectors.strip(), before))
    return rules
