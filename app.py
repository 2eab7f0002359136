"""The web page: a chat beside its source, and two API endpoints. It wires and renders; `qa` answers.

`python app.py` is the same as `quoth chat`.
"""

import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Protocol

# Before gradio is imported: it would report its use, and its client would ask a model hub.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1")

import gradio as gr
from gradio.events import api
from pydantic import BaseModel, Field, ValidationError

from index.errors import IndexingError
from index.index import Index
from index.types import Document
from qa.errors import QuestionAnsweringError
from qa.retriever import Retriever
from qa.types import DISAGREEMENT, Answer, Citation, Turn

# Questions for the article that ships with the project, which is known by its checksum.
ARTICLE_SHA256 = "31b332f7f6dabe403061b28d36bfb3570f580cb7fb5848c48b9760c2b96dedc1"
EXAMPLES = (
    "Who founded High-Flyer?",
    "When were the US export controls imposed?",
    "What does DeepSeek's hiring strategy focus on?",
    "What has earned DeepSeek recognition in the AI research community?",
    "What is this article about?",
)
_ERRORS = (QuestionAnsweringError, IndexingError, ValidationError)
_NEWLINE = re.compile(r"\r\n?|\n")
_BLANK_LINE = re.compile(r"(?:\r\n?|\n)(?:[^\S\r\n]*(?:\r\n?|\n))+")
_LIST_ITEM = re.compile(r"\s*(?:[-*+|>#•]|\d+[.)])")
# Documents that the panel offers for choosing; any other opens by its citations.
_MOST_LISTED = 500


class Answers(Protocol):
    """What the page asks: a `qa.Answerer`."""

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, str]] = (),
        *,
        threshold: float | None = None,
    ) -> Answer:
        """An answer or a refusal; QuestionAnsweringError for what cannot be asked."""


class _Question(BaseModel):
    question: str
    history: list[Turn]
    threshold: float | None


class _Query(BaseModel):
    query: str
    top_k: int = Field(ge=1, le=1000)


def build(answerer: Answers, retriever: Retriever, index: Index, *, examples: Sequence[str]) -> gr.Blocks:
    """The page over an index; `examples` are questions to offer, one click each."""
    ids = index.document_ids()
    numbers = {document_id: number for number, document_id in enumerate(ids)}

    def respond(question: str, answers: list[Answer], event: gr.EventData) -> Iterator[Any]:
        asked = offered.get(event.target._id, question) if event.target else question
        before = [message for answer in answers for message in _exchange(answer.question, shown(answer))]
        yield before + _exchange(asked, _WAITING), "", answers
        # The box is left alone from here on: the next question may be in it.
        try:
            answer = answerer.answer(asked, [turn for answer in answers for turn in _turns(answer)])
        except _ERRORS as error:
            problem = f'<div class="q-turn q-problem">{_plain(_one_line(error))}</div>'
            yield before + _exchange(asked, problem), gr.skip(), answers
        else:
            yield before + _exchange(asked, shown(answer)), gr.skip(), [*answers, answer]

    def shown(answer: Answer) -> str:
        return render(answer, numbers)

    def ask(
        question: str, history: list[dict[str, str]] | None = None, threshold: float | None = None
    ) -> dict[str, Any]:
        """Answer from the source, with citations, or say that the source is silent."""
        try:
            asked = _Question.model_validate(
                {"question": question, "history": history or [], "threshold": threshold}
            )
            answer = answerer.answer(asked.question, asked.history, threshold=asked.threshold)
        except _ERRORS as error:
            raise gr.Error(_one_line(error)) from error
        return answer.model_dump(mode="json")

    def search(query: str, top_k: int = 5) -> list[dict[str, Any]]:
        """Find the passages that are most relevant to a query, best first."""
        try:
            asked = _Query(query=query, top_k=top_k)
            hits = retriever.retrieve(asked.query, asked.top_k)
        except _ERRORS as error:
            raise gr.Error(_one_line(error)) from error
        return [{**hit.passage.model_dump(mode="json"), "score": hit.score} for hit in hits]

    def read(number: int) -> dict[str, Any]:
        document = index.document(ids[number])
        return {"id": document.id, "title": document.title, "pieces": pieces(document)}

    def listing(_: None) -> dict[str, Any]:
        return {"ids": ids[:_MOST_LISTED], "total": len(ids)}

    page: gr.Blocks
    with gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True) as page:
        answers = gr.State([])
        gr.HTML(_HEADER, elem_id="q-head", apply_default_css=False)
        with gr.Row(elem_id="q-desk"):
            with gr.Column(elem_id="q-talk"):
                chat = gr.Chatbot(
                    elem_id="q-chat", label="Conversation", show_label=False, placeholder=_INVITATION,
                    layout="panel", buttons=[], feedback_options=None, latex_delimiters=[], allow_tags=False,
                )  # fmt: skip
                with gr.Row(elem_id="q-examples", visible=bool(examples)):
                    buttons = [gr.Button(example, size="sm") for example in examples]
                box = gr.Textbox(
                    elem_id="q-box", label="Your question", show_label=False, placeholder="Ask a question",
                    container=False, max_lines=4, autofocus=True, submit_btn=True,
                )  # fmt: skip
            with gr.Column(elem_id="q-source"):
                gr.HTML(
                    html_template=_PANEL, js_on_load=_SCRIPT, server_functions=[read, listing],
                    apply_default_css=False,
                )  # fmt: skip
        offered = {button._id: example for button, example in zip(buttons, examples, strict=True)}
        gr.on(
            [box.submit, *(button.click for button in buttons)], respond,
            [box, answers], [chat, box, answers], show_progress="hidden", api_visibility="private",
        )  # fmt: skip
        chat.clear(lambda: [], None, answers, api_visibility="private")
        api(ask, api_name="ask")
        api(search, api_name="search")
        page.queue(default_concurrency_limit=4, max_size=256)
    return page


def start(page: gr.Blocks, host: str, port: int) -> str:
    """Serve the page in the background and return its address; port 0 takes a free one."""
    if port == 0:
        with socket.create_server((host, 0)) as free:
            port = free.getsockname()[1]
    # The one sans-serif that gradio bundles whole, in these two weights.
    sans = gr.themes.LocalFont("Source Sans Pro", weights=(400, 700))
    theme = gr.themes.Base(font=(sans, "system-ui", "sans-serif"))
    try:
        _, url, _ = page.launch(
            server_name=host, server_port=port, prevent_thread_lock=True, quiet=True, theme=theme,
            share=False, mcp_server=False, ssr_mode=False, run_history=False, enable_monitoring=False,
            max_file_size="1kb", footer_links=[], head=f"<style>{_STYLE}</style>",
        )  # fmt: skip
    except OSError as error:
        raise QuestionAnsweringError(
            f"{host}:{port}: cannot serve there; choose another with --host, --port"
        ) from error
    return str(url)


def serve(sources: Sequence[str], host: str, port: int, reader: str = "quoth") -> None:
    """Index the sources and serve the page until it is interrupted; `reader` see `qa.readers`."""
    from qa.answerer import Answerer
    from qa.readers import load_reader

    index = Index.from_sources(sources)
    answerer = Answerer(index, reader=load_reader(reader))
    page = build(answerer, answerer.retriever, index, examples=examples_for(index, answerer))
    sys.stderr.writelines(f"quoth: left out: {problem}\n" for problem in index.problems)
    sys.stderr.write(f"quoth: the page is at {start(page, host, port)} (Ctrl+C ends it)\n")
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(1)
    page.close(verbose=False)


def examples_for(index: Index, answerer: Answers) -> list[str]:
    """The examples that are answered, when the source is the article that ships with the project alone."""
    checksums = {index.document(document_id).sha256 for document_id in index.document_ids()[:2]}
    if checksums != {ARTICLE_SHA256}:
        return []
    return [question for question in EXAMPLES if answerer.answer(question).answered]


def render(answer: Answer, numbers: Mapping[str, int]) -> str:
    """An answer or a refusal as one line of HTML; `numbers` gives each document's place in the index."""
    cited = answer.citations if answer.answered else answer.closest
    quotes = [_quoted(citation, place, numbers) for place, citation in enumerate(cited, 1)]
    notes = [f"Confidence {answer.confidence:.0%}"]
    if answer.standalone_question != answer.question:
        notes.append(f"Asked as: {answer.standalone_question}")
    if len(numbers) > 1 or any(citation.page or citation.heading for citation in cited):
        notes += [f"[{place}] {_where(citation)}" for place, citation in enumerate(cited, 1)]
    foot = f'<ul class="q-notes">{"".join(f"<li>{_plain(note)}</li>" for note in notes)}</ul>'
    if answer.answered:
        short = f'<p class="q-short">{_plain(answer.short)}</p>' if answer.short else ""
        if answer.disagreement:
            notes.insert(0, DISAGREEMENT)
        return f'<div class="q-turn q-answer">{short}<p class="q-said">{" ".join(quotes)}</p>{foot}</div>'
    terms = ", ".join(f"<b>{_plain(term)}</b>" for term in answer.missing_terms)
    missing = f'<p class="q-missing">Words that occur nowhere in it: {terms}</p>' if terms else ""
    closest = "".join(f"<li>{quote}</li>" for quote in quotes)
    nearest = (
        f'<p class="q-label">The closest passages</p><ul class="q-closest">{closest}</ul>' if closest else ""
    )
    return f'<div class="q-turn q-refusal"><h3>Not stated in the source</h3>{missing}{nearest}{foot}</div>'


def pieces(document: Document) -> list[dict[str, Any]]:
    """The text cut into what the panel lays out; joined, their texts are the document's text.

    A paragraph ends at a blank line, or, in a text without blank lines, with its line. `size` counts code
    points; `flow` marks hard-wrapped prose, whose line ends are laid out as spaces.
    """
    text = document.text
    breaks = _BLANK_LINE if _BLANK_LINE.search(text) else _NEWLINE
    cuts = {0, len(text), *document.pages, *(found.end() for found in breaks.finditer(text))}
    tags: dict[int, str] = {}
    for heading in document.headings:
        start = max(text.rfind("\n", 0, heading.start), text.rfind("\r", 0, heading.start)) + 1
        after = _NEWLINE.search(text, heading.end)
        cuts |= {start, after.end() if after else len(text)}
        tags[start] = f"h{min(heading.level + 1, 4)}"
    pages = {start: number for number, start in enumerate(document.pages, 1)}
    laid: list[dict[str, Any]] = []
    for start, end in pairwise(sorted(cuts)):
        words = text[start:end].rstrip()
        flow, page, tag = _is_wrapped_prose(words), pages.get(start), tags.get(start, "p")
        if words:
            laid.append({"tag": tag, "text": words, "size": len(words), "flow": flow, "page": page})
        if gap := text[start + len(words) : end]:
            laid.append({"tag": "span", "text": gap, "size": len(gap), "flow": False, "page": None})
    return laid


def _is_wrapped_prose(paragraph: str) -> bool:
    *wrapped, last = paragraph.splitlines() or [""]
    long = bool(wrapped) and all(len(line) > 50 for line in wrapped)
    return long and not any(_LIST_ITEM.match(line) for line in (*wrapped, last))


def _quoted(citation: Citation, place: int, numbers: Mapping[str, int]) -> str:
    """A quote and the link that marks it in the panel: #cite-document-start-end and the highlight's range."""
    start, end = citation.start, citation.end
    first, last = citation.highlight or (start, start)
    before, exact, after = (
        _plain(citation.quote[a - start : b - start]) for a, b in ((start, first), (first, last), (last, end))
    )
    address = f"#cite-{numbers[citation.document_id]}-{start}-{end}-{first}-{last}"
    title = _plain(f"{_where(citation)}, characters {start} to {end}: show in the source")
    quote = f"{before}<b>{exact}</b>{after}" if exact else before + after
    return f'{quote}&nbsp;<a class="q-cite" href="{address}" title="{title}">[{place}]</a>'


def _where(citation: Citation) -> str:
    parts = [citation.document_id, citation.page and f"page {citation.page}", citation.heading]
    return ", ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Text that neither HTML nor Markdown can read as markup: all of ASCII's punctuation as references."""
    return "".join(c if c.isalnum() or c == " " or c > "\x7f" else f"&#{ord(c)};" for c in text)


def _exchange(question: str, reply: str) -> list[gr.ChatMessage]:
    asked = f'<div class="q-asked">{_plain(question)}</div>'
    return [gr.ChatMessage(role="user", content=asked), gr.ChatMessage(role="assistant", content=reply)]


def _turns(answer: Answer) -> list[Turn]:
    return [Turn(role="user", text=answer.question), Turn(role="assistant", text=answer.text)]


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return " ".join(str(error).split())


_HEADER = "<h1>Quoth</h1><p>Every answer quotes the source, to the character.</p>"
_INVITATION = "<h2>Ask the source</h2><p>It answers in its own words. Where it is silent, Quoth says so.</p>"
_WAITING = '<div class="q-wait">Reading the source</div>'
_PANEL = """<header class="q-bar"><a class="q-back" href="#q-talk">Back to the answer</a>
<label class="q-pick"><span>Source</span><select></select></label><h2 class="q-name"></h2>
<p class="q-place" role="status"></p></header>
<article class="q-text" tabindex="0" aria-label="Source"></article>"""
# Runs once, in the panel. Offsets count code points, as Python's do, and JavaScript counts UTF-16 units: so
# a piece is spread into its code points before it is cut.
_SCRIPT = """
const at = name => element.querySelector(name);
const pick = at('select'), text = at('.q-text'), place = at('.q-place');
let shown = -1, ticket = 0, laid = [], answered = 0, current = null;
const enter = (id, number) => pick.append(Object.assign(new Option(id, number), {title: id}));
async function open(number) {
  const mine = ++ticket;
  if (number === shown) return true;
  const source = await server.read(number);
  if (mine !== ticket) return false;
  laid = source.pieces.map(({tag, text, size, flow, page}) => {
    const className = flow ? 'flow' : '';
    const node = Object.assign(document.createElement(tag), {textContent: text, className});
    if (page) node.dataset.page = page;
    return {node, size};
  });
  text.replaceChildren(...laid.map(piece => piece.node));
  at('.q-name').textContent = source.title || source.id;
  if (![...pick.options].some(option => option.value === String(number))) enter(source.id, number);
  pick.value = shown = number;
  place.textContent = '';
  element.closest('#q-source').scrollTop = 0;
  return true;
}
function mark(start, end, from, to) {
  text.querySelectorAll(':scope > :has(mark)').forEach(node => { node.textContent = node.textContent });
  let first = 0;
  for (const {node, size} of laid) {
    const last = first + size, origin = first;
    first = last;
    if (last <= start || origin >= end) continue;
    const points = [...node.textContent];
    const cuts = [origin, start, from, to, end, last].filter(c => c >= origin && c <= last);
    cuts.sort((a, b) => a - b);
    node.replaceChildren(...cuts.slice(1).map((b, i) => {
      const a = cuts[i], words = points.slice(a - origin, b - origin).join('');
      if (a === b || a < start || b > end) return words;
      const className = a >= from && b <= to ? 'exact' : '';
      return Object.assign(document.createElement('mark'), {textContent: words, className});
    }));
  }
  place.textContent = `Characters ${start} to ${end}`;
}
async function cite(link, scroll) {
  const [number, ...range] = link.getAttribute('href').slice(6).split('-').map(Number);
  current?.classList.remove('current');
  current = link;
  link.classList.add('current');
  if (!await open(number)) return;
  mark(...range);
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
  if (scroll) text.querySelector('mark')?.scrollIntoView({block: 'center', behavior});
}
document.addEventListener('click', event => {
  const link = event.target.closest?.('a.q-cite, a.q-back');
  if (!link) return;
  event.preventDefault();
  if (link.matches('.q-cite')) cite(link, true);
  else (current ?? document.querySelector('#q-box textarea')).focus();
});
pick.addEventListener('change', () => open(Number(pick.value)));
// An empty question is not sent.
const halt = event => {
  const sends = event.key ? event.key === 'Enter' && event.target.matches('#q-box textarea') :
    event.target.closest?.('#q-box button');
  if (!sends || document.querySelector('#q-box textarea').value.trim()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
};
['keydown', 'click'].forEach(kind => document.addEventListener(kind, halt, true));
// A new answer marks its first quote, and scrolls to it where the source stands beside the chat.
new MutationObserver(() => {
  // Gradio repeats a message's HTML in a label, which a screen reader would read out.
  const labelled = document.querySelectorAll('#q-chat [data-testid][aria-label]');
  labelled.forEach(node => node.removeAttribute('aria-label'));
  const turns = document.querySelectorAll('#q-chat .q-turn'), last = turns[turns.length - 1];
  const fresh = turns.length > answered && last.matches('.q-answer');
  if (fresh) cite(last.querySelector('.q-cite'), innerWidth > 860);
  answered = turns.length;
}).observe(document.body, {childList: true, subtree: true});
server.listing(null).then(({ids, total}) => {
  ids.forEach(enter);
  at('.q-pick').hidden = total < 2;
  if (total > ids.length) at('.q-pick span').textContent = `Source (${ids.length} of ${total} listed)`;
  if (!ticket) open(0);
});
"""
_STYLE = """
:root{--paper:#faf7f0;--card:#fffdf8;--ink:#24211b;--soft:#655e51;--rule:#e3dccd;--tint:#e0ece9;
--accent:#17594f;
--warn:#96371a;--blush:#fbede4;--mark:#fbedb6;--exact:#f5cb49;--on-exact:#24211b;color-scheme:light;
--serif:'Iowan Old Style','Palatino Linotype',Palatino,P052,Georgia,serif;--sans:var(--font)}
.dark{--paper:#171614;--card:#1e1d1a;--ink:#ece6d9;--soft:#aba292;--rule:#38342d;--tint:#1d3531;
--accent:#86cfc1;
--warn:#f2a582;--blush:#2d1f19;--mark:#4b4018;--exact:#e6ba3e;--on-exact:#1b1708;color-scheme:dark}
body,gradio-app,.gradio-container{background:var(--paper)!important;color:var(--ink)}
gradio-app :is(.main.fillable,.gradio-container,.html-container){padding:0!important;max-width:none!important}
gradio-app .gradio-container{overflow:visible!important}
gradio-app .block{background:none!important;border:0!important;border-radius:0}
main>.column{gap:0!important;height:100dvh;flex-wrap:nowrap}
:is(a,button,select,.q-text):focus-visible{outline:2px solid var(--accent)!important;outline-offset:2px}
#q-head{flex:none}#q-head .html-container>div{display:flex;align-items:baseline;gap:.9rem;
padding:.75rem 1.75rem;
border-bottom:1px solid var(--rule)}
#q-head h1{margin:0;font:700 1.5rem/1.2 var(--serif)}#q-head h1::before{content:'\\201C';color:var(--accent)}
#q-head p{margin:0;color:var(--soft)}
#q-desk{display:grid;grid-template-columns:minmax(22rem,10fr) 12fr;gap:0;flex:1;min-height:0}
#q-talk,#q-source{min-width:0!important;min-height:0;height:100%;flex-wrap:nowrap}
#q-talk{gap:.75rem;padding:0 1.75rem 1.25rem}
#q-source{display:block;overflow-y:auto;background:var(--card);border-left:1px solid var(--rule)}
#q-source :is(.block,.html-container){overflow:visible!important}
#q-chat{flex:1 1 0;min-height:0;height:auto!important}
#q-chat button{color:var(--soft);background:var(--paper)}
#q-chat :is(.message-wrap,.message-row,.flex-wrap,.message){background:none!important;border:0;padding:0;
margin:0;
gap:0;width:100%;max-width:none}
#q-chat .user-row{padding:1.4rem 2.5rem 0 0}#q-chat .bot-row{padding:.6rem 0 .4rem}
#q-chat .md.prose{display:block;opacity:1;font-size:1rem;color:var(--ink)}
#q-chat :is(.wrapper,.panel-wrap){height:100%}#q-chat .icon-button-wrapper{background:none;border:0}
#q-chat .placeholder-content{height:100%;justify-content:flex-end;align-items:flex-start}
#q-chat .placeholder{display:block;flex:none;height:auto;padding:0 0 .5rem;text-align:left}
#q-chat h2{margin:0 0 .3rem;font:700 2rem/1.2 var(--serif);color:var(--ink)}
#q-chat .q-asked{font-weight:700;font-size:1.06rem;line-height:1.4}
#q-chat .q-turn{border-left:3px solid var(--accent);padding:.1rem 0 .1rem 1.1rem;overflow-wrap:anywhere}
#q-chat .q-turn :is(p,ul){margin:0 0 .6rem;padding:0;color:inherit;list-style:none}
#q-chat .q-turn .q-short{font:700 1.5rem/1.3 var(--serif)}
#q-chat .q-turn :is(.q-said,.q-closest li){font:400 1.08rem/1.6 var(--serif);color:var(--ink);
margin:0 0 .6rem}
#q-chat .q-turn :is(.q-said,.q-closest) b{font-weight:400;color:inherit;background:var(--mark);
border-radius:2px}
#q-chat a.q-cite{white-space:nowrap;padding:.2rem .4rem;border-radius:.3rem;background:var(--tint);
color:var(--accent);font:700 .85rem/1.4 var(--sans);text-decoration:none}
#q-chat a.q-cite:is(:hover,.current){background:var(--accent);color:var(--paper)}
#q-chat .q-turn .q-notes{color:var(--soft);font-size:.92rem;line-height:1.5;margin:0}
#q-chat .q-notes li{display:inline;margin:0;color:inherit}.q-notes li+li::before{content:' · '}
#q-chat .q-refusal{border-color:var(--warn);background:var(--blush);padding:.9rem 1.1rem}
#q-chat .q-refusal h3{font:700 1.3rem/1.3 var(--serif);color:var(--warn);margin:0 0 .4rem}
#q-chat .q-missing b{color:var(--warn)}#q-chat .q-turn .q-label{color:var(--soft);margin:0 0 .3rem}
#q-chat .q-turn .q-closest li{font-size:1rem;padding:.4rem 0 0;border-top:1px solid var(--rule)}
#q-chat .q-problem{border-color:var(--warn);color:var(--warn)}
.q-wait{color:var(--soft);padding-left:1.25rem}.q-wait::after{content:'…';animation:q-pulse 1.2s infinite}
@keyframes q-pulse{50%{opacity:.1}}@media (prefers-reduced-motion:reduce){.q-wait::after{animation:none}}
#q-examples{flex:none;flex-flow:row wrap;gap:.5rem}
#q-examples button{flex:none;max-width:100%;min-width:0;padding:.4rem .85rem;border:1px solid var(--rule);
border-radius:2rem;background:var(--card);color:var(--ink);font:400 1rem/1.3 var(--sans);text-align:left}
#q-examples button:hover{border-color:var(--accent);color:var(--accent)}
#q-talk:has(.q-asked) #q-examples{flex-wrap:nowrap;overflow-x:auto;scrollbar-width:thin;padding:3px}
#q-talk:has(.q-asked) #q-examples button{white-space:nowrap;max-width:none}
#q-box{flex:none;overflow:visible!important}
#q-box .input-container{align-items:center;padding:.35rem .4rem;border:1px solid var(--soft);
border-radius:.7rem;
background:var(--card)}
#q-box .input-container:focus-within{border-color:var(--accent);outline:1px solid var(--accent)}
#q-box textarea{border:0;box-shadow:none;background:none;color:var(--ink);font:400 1.1rem/1.5 var(--sans)}
#q-box textarea::placeholder{color:var(--soft);opacity:1}
#q-box button{background:var(--accent);color:var(--paper);border-radius:.5rem;width:2.4rem;height:2.4rem}
.q-bar{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1rem;
padding:.8rem 2.25rem;background:var(--card);border-bottom:1px solid var(--rule)}
.q-bar .q-name{margin:0;font:700 1.05rem/1.4 var(--sans);overflow-wrap:anywhere}
.q-bar p{margin:0;color:var(--soft)}
.q-pick{flex-basis:100%;display:flex;align-items:center;gap:.6rem;color:var(--soft)}
.q-pick[hidden],.q-back{display:none}
.q-pick select{flex:0 1 24rem;min-width:0;padding:.3rem .5rem;border:1px solid var(--soft);
border-radius:.4rem;
background:var(--paper);color:var(--ink);font:inherit}
.q-text{max-width:40rem;margin:0 auto;padding:1.75rem 2.25rem 40vh;font:400 1.12rem/1.7 var(--serif);
overflow-wrap:anywhere}
.q-text>p{margin:0 0 1em;white-space:pre-wrap}.q-text>.flow{white-space:normal}
.q-text>:is(h2,h3,h4){margin:1.6em 0 .5em;font:700 1.3rem/1.35 var(--serif)}
.q-text>:is(h3,h4){font-size:1.15rem}
.q-text>[data-page]::before{content:'Page ' attr(data-page);display:block;color:var(--soft);font-size:.9rem}
mark{background:var(--mark);color:var(--ink);padding:.12em 0}mark.exact{background:var(--exact);
color:var(--on-exact)}
@media (max-width:860px){main>.column{height:auto}#q-desk{display:block}#q-head p{display:none}
#q-head .html-container>div,#q-talk,.q-bar,.q-text{padding-left:1.1rem;padding-right:1.1rem}
#q-talk{height:calc(100dvh - 6.5rem)}
#q-source{height:auto;overflow:visible;border:0;border-top:1px solid var(--rule)}
#q-source:has(mark) a.q-back{display:block;flex-basis:100%;color:var(--accent);padding:.2rem 0}}
"""

if __name__ == "__main__":
    from qa.cli import main

    main(["chat", *sys.argv[1:]])
