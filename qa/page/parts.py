"""What the page is made of beside gradio's components: its fixed words, its style and its script."""

from importlib.resources import files

HEADER = (
    "<h1>Quoth</h1><p>Answers with exact quotes from your documents</p>"
    '<button type="button" id="q-documents-button" aria-expanded="false" aria-controls="q-documents">'
    "Documents</button>"
    '<button type="button" id="q-add">Add documents</button>'
)
INVITATION = (
    "<h2>Ask your documents</h2><p>Quoth answers with exact quotes and shows where each one stands. When the "
    "documents do not say, it tells you.</p><p>Your documents stay on the computer that runs Quoth. To add "
    "some, click Add documents or drop files on this page.</p>"
)
WAITING = '<div class="q-wait">Looking for the answer</div>'


# Which question the one in the box replaces, as the page's script notes.
WITH_EDITED = """(asked, _, writes) => {
    const {edited} = document.querySelector('#q-box').dataset;
    return [asked, null, writes, edited === undefined ? null : Number(edited)];
}"""
# What gradio runs once with the panel's element: the script, which is served beside the page.
START = """
import(new URL('session/script/main.js', document.baseURI)).then(({start}) => start(element, trigger))
"""


def head() -> str:
    """The style, and what has the script's parts fetched at once."""
    style = "".join(
        asset(f"style/{part}.css") for part in ("page", "conversation", "source", "documents", "narrow")
    )
    parts = sorted(part.name for part in files("qa.page").joinpath("script").iterdir())
    links = "".join(f'<link rel="modulepreload" href="session/script/{part}">' for part in parts)
    return f"{links}<style>{style}</style>"


def asset(name: str) -> str:
    """The text of a file beside this one."""
    return files("qa.page").joinpath(name).read_text(encoding="utf-8")
