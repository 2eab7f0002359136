"""The same answers by REST, by gradio_client and as tools, with real clients; password, limits, shutdown."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

import app
from index.errors import IndexFolderError
from index.index import Index
from index.testing import HashEmbedder
from index.types import Hit
from qa.answer.answerer import Answerer
from qa.read.baseline import SentenceReader
from qa.retrieve.retriever import Retriever
from qa.serve.feedback import FeedbackFile
from qa.serve.guard import Guard
from qa.serve.rate_limits import AskLimits, RateLimiter
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from qa.types import Answer, Turn
from tests.browsing import sessions_in
from tests.calling import call, run

ROOT = Path(__file__).parent.parent
QUESTION = "Who founded High-Flyer?"


class Served(NamedTuple):
    """A page with tools and a password, over the first article."""

    url: str
    answerer: Answerer


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    index = Index.from_sources([ROOT / "seeds"], tmp_path_factory.mktemp("index"), embedder=HashEmbedder())
    answerer = Answerer(index, reader=SentenceReader())
    workspace = Workspace(answerer, answerer.retriever, index)
    with sessions_in(tmp_path_factory.mktemp("sessions")) as sessions:
        feedback = FeedbackFile(tmp_path_factory.mktemp("said"))
        web = app.build(workspace, sessions, UploadLimits(), feedback, mcp=True)
        with app.Server(web, "127.0.0.1", 0).running() as url:
            yield Served(url, answerer)


@pytest.fixture
def rest(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=60) as client:
        yield client


def same(given: dict[str, Any], answer: Answer) -> bool:
    return {**given, "timings_ms": {}} == {**answer.model_dump(mode="json"), "timings_ms": {}}


def test_rest_gives_the_answer_of_the_contract(rest: httpx.Client, served: Served) -> None:
    given = rest.post("api/ask", json={"question": QUESTION, "threshold": 0}).json()
    assert same(given, served.answerer.answer(QUESTION, threshold=0.0))
    history = [{"role": "user", "text": QUESTION}, {"role": "assistant", "text": "Liang Wenfeng."}]
    given = rest.post("api/ask", json={"question": "When was that?", "history": history}).json()
    assert same(given, served.answerer.answer("When was that?", history))


def test_rest_searches_quotes_and_verifies(rest: httpx.Client, served: Served) -> None:
    text = served.answerer.index.document("deepseek.txt").text
    for hit in rest.post("api/search", json={"query": "export controls", "top_k": 3}).json():
        assert text[hit["start"] : hit["end"]] == hit["text"]
    places = rest.post("api/quote", json={"text": "DeepSeek"}).json()
    assert [one["start"] for one in places] == [found.start() for found in re.finditer("DeepSeek", text)][:20]
    assert rest.post("api/quote", json={"text": "Deepseek never said this"}).json() == []
    answer = rest.post("api/ask", json={"question": QUESTION, "threshold": 0}).json()
    good = rest.post("api/verify", json={"answers": [answer]}).json()
    assert good == {"verified": True, "citations": len(answer["citations"]), "wrong": []}
    answer["citations"][0]["quote"] += "!"
    bad = rest.post("api/verify", json={"answers": [answer]}).json()
    assert not bad["verified"]
    assert "the quote is not what stands there" in bad["wrong"][0]


def test_openapi_describes_exactly_the_four(rest: httpx.Client) -> None:
    described = rest.get("api/openapi.json").json()
    assert sorted(described["paths"]) == ["/api/ask", "/api/quote", "/api/search", "/api/verify"]
    fields = described["components"]["schemas"]["Answer"]["properties"]
    assert {"verdict", "answered", "confidence", "citations", "missing_terms"} <= set(fields)


@pytest.mark.parametrize(
    ("path", "body", "line"),
    [
        ("ask", {"question": " "}, "the question is empty; ask something"),
        ("ask", {"question": "x" * 2001}, "the question has 2001 characters; ask in at most 2000"),
        ("ask", {"question": QUESTION, "threshold": 2}, "threshold 2.0: must be between 0 and 1"),
        ("ask", {"question": QUESTION, "documents": ["no.txt"]}, "no.txt: no such document in the index"),
        ("ask", {"question": QUESTION, "history": [{"role": "robot", "text": ""}]}, "history.0.role: "),
        ("ask", {}, "question: Field required"),
        ("ask", {"question": QUESTION, "cheat": 1}, "cheat: Extra inputs are not permitted"),
        ("search", {"query": "a", "top_k": 0}, "top_k: "),
        ("quote", {"text": ""}, "text: "),
        ("verify", {"answers": [{"question": "?"}]}, "answers.0.standalone_question: "),
    ],
)
def test_a_wrong_request_gets_one_line(rest: httpx.Client, path: str, body: object, line: str) -> None:
    given = rest.post(f"api/{path}", json=body)
    assert given.status_code == 400
    assert given.json()["detail"].startswith(line)
    assert "\n" not in given.json()["detail"]


HISTORY_FORM = 'a list of {"role": "user" or "assistant", "text": "…"}, or "content" as OpenAI has it'
LIST = "a list of one document id or more, or null for all documents"
EMPTY = "documents: the list is empty; name at least one, or give none to ask all"


@pytest.mark.parametrize(
    ("path", "body", "line"),
    [
        ("ask", {}, "question: Field required; give the question, a string"),
        ("ask", {"question": 5}, "question: Input should be a valid string; give the question, a string"),
        ("ask", {"question": None}, "question: Input should be a valid string; give the question, a string"),
        (
            "ask",
            {"question": "Why?", "threshold": [1]},
            "threshold: Input should be a valid number; "
            "give a number from 0, always answer, to 1, or null for the usual one",
        ),
        (
            "ask",
            {"question": "Why?", "history": "no list"},
            f"history: Input should be a valid list; give {HISTORY_FORM}",
        ),
        (
            "ask",
            {"question": "Why?", "history": [{"role": "system", "content": "x"}, {"role": "user"}]},
            f"history.1.text: Field required; give {HISTORY_FORM}",
        ),
        (
            "ask",
            {"question": "Why?", "history": [{"role": "user", "content": {"a": 1}}]},
            f"history.0.content: Input should be a valid string; give {HISTORY_FORM}",
        ),
        (
            "ask",
            {"question": "Why?", "documents": {"a": 1}},
            f"documents: Input should be a valid list; give {LIST}",
        ),
        (
            "search",
            {"query": "x", "documents": [1]},
            f"documents.0: Input should be a valid string; give {LIST}",
        ),
        ("search", {}, "query: Field required; give what to search for, a string"),
        (
            "search",
            {"query": "x", "top_k": 1.5},
            "top_k: Input should be a valid integer, got a number with a fractional part; "
            "give a whole number from 1 to 1000",
        ),
        (
            "quote",
            {"text": ["x"]},
            "text: Input should be a valid string; "
            "give the words to look for, a string of 1 to 10000 characters",
        ),
        (
            "verify",
            {"answers": {}},
            "answers: Input should be a valid list; give a list of 1 to 1000 answers as ask gives them",
        ),
        ("ask", {"question": "Why?", "documents": []}, EMPTY),
        ("search", {"query": "x", "documents": []}, EMPTY),
        ("quote", {"text": "x", "documents": []}, EMPTY),
    ],
)
def test_a_wrong_argument_gets_the_same_line_with_its_name_and_form_by_rest_and_by_mcp(
    rest: httpx.Client, path: str, body: dict[str, Any], line: str
) -> None:
    given = rest.post(f"api/{path}", json=body)
    assert (given.status_code, given.json()["detail"]) == (400, line)
    told = call(rest, path, **body)
    assert (told["isError"], told["content"][0]["text"]) == (True, line)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"{bad", "body: JSON decode error; give a JSON object"),
        (b"", "body: Field required; give a JSON object"),
        (b"[]", "body: Input should be a valid dictionary or object to extract fields from; give a JSON obj"),
    ],
)
def test_a_body_that_is_no_object_gets_one_line(rest: httpx.Client, content: bytes, line: str) -> None:
    given = rest.post("api/ask", content=content, headers={"content-type": "application/json"})
    assert given.status_code == 400
    assert given.json()["detail"].startswith(line)


def test_documents_and_a_history_in_openais_form_are_taken_by_every_way_in(
    rest: httpx.Client, served: Served
) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]
    from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

    said = [("user", QUESTION), ("assistant", "Liang Wenfeng.")]
    history = [{"role": "system", "content": "Be brief."}]
    history += [{"role": role, "content": text} for role, text in said]
    asked = {"question": "When was that?", "history": history, "documents": ["deepseek.txt"]}
    turns = [Turn.model_validate({"role": role, "text": text}) for role, text in said]
    expected = served.answerer.answer("When was that?", turns)
    client = Client(served.url, verbose=False)
    assert same(rest.post("api/ask", json=asked).json(), expected)
    assert same(call(rest, "ask", **asked)["structuredContent"], expected)
    assert same(client.predict(**asked, api_name="/ask"), expected)

    plain = {"question": QUESTION, "history": None, "documents": None}
    expected = served.answerer.answer(QUESTION)
    assert same(rest.post("api/ask", json=plain).json(), expected)
    assert same(call(rest, "ask", **plain)["structuredContent"], expected)
    assert same(client.predict(**plain, api_name="/ask"), expected)

    for endpoint, given in (
        ("/ask", {"question": "Why?"}),
        ("/search", {"query": "x"}),
        ("/quote", {"text": "x"}),
    ):
        with pytest.raises(AppError, match=f"^{EMPTY}$"):
            client.predict(**given, documents=[], api_name=endpoint)


def test_an_endpoint_may_be_called_with_fewer_values_than_it_has_come_to_take(rest: httpx.Client) -> None:
    for values in (["hedge fund"], ["hedge fund", 5]):
        event = rest.post("gradio_api/call/search", json={"data": values}).json()["event_id"]
        told = rest.get(f"gradio_api/call/search/{event}").text
        assert len(json.loads(told.strip().splitlines()[-1].removeprefix("data: "))[0]) == 5


def test_what_is_wrong_with_an_index_is_told_to_whoever_runs_the_server_alone(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    class Damaged(Retriever):
        """Over an index whose files cannot be read."""

        def retrieve(self, *_: object, **__: object) -> list[Hit]:
            raise IndexFolderError(f"{tmp_path}/index: the index is damaged")

    line = "the documents cannot be read; tell whoever runs this server, who sees why"
    workspace = Workspace(served.answerer, Damaged(served.answerer.index), served.answerer.index)
    with sessions_in(tmp_path / "sessions") as sessions:
        web = app.build(workspace, sessions, UploadLimits(), FeedbackFile(tmp_path), mcp=True)
        with app.Server(web, "127.0.0.1", 0).running() as url, httpx.Client(base_url=url) as client:
            given = client.post("api/search", json={"query": "fund"})
            told = call(client, "search", query="fund")
            with pytest.raises(AppError) as raised:
                Client(url, verbose=False).predict("fund", api_name="/search")
    assert (given.status_code, given.json()) == (500, {"detail": line})
    assert (told["isError"], told["content"][0]["text"]) == (True, line)
    assert str(raised.value) == line
    assert capsys.readouterr().err == f"quoth: {tmp_path}/index: the index is damaged\n" * 3


def test_a_lone_surrogate_in_a_document_is_a_question_mark_by_every_way_in(tmp_path: Path) -> None:
    from gradio_client import Client

    row = {"id": "bell", "text": "The old bell \ud800 weighs nine tons. Nobody rings it."}
    (tmp_path / "corpus.jsonl").write_text(json.dumps(row), encoding="utf-8")
    index = Index.from_sources([tmp_path / "corpus.jsonl"], tmp_path / "index", embedder=HashEmbedder())
    answerer = Answerer(index, reader=SentenceReader())
    asked = {"question": "What does the bell weigh?", "threshold": 0}
    with sessions_in(tmp_path / "sessions") as sessions:
        workspace = Workspace(answerer, answerer.retriever, index)
        web = app.build(workspace, sessions, UploadLimits(), FeedbackFile(tmp_path), mcp=True)
        with app.Server(web, "127.0.0.1", 0).running() as url, httpx.Client(base_url=url) as client:
            answer = client.post("api/ask", json=asked).json()
            (hit,) = client.post("api/search", json={"query": "bell"}).json()
            by_mcp = call(client, "ask", **asked)["structuredContent"]
            by_gradio = Client(url, verbose=False).predict(**asked, api_name="/ask")
            verdict = client.post("api/verify", json={"answers": [answer]}).json()
    (cited,) = answer["citations"]
    assert cited["quote"] == "The old bell ? weighs nine tons."
    assert (cited["start"], cited["end"]) == (0, 32)
    assert hit["text"] == row["text"].replace("\ud800", "?")
    assert by_mcp["citations"] == by_gradio["citations"] == answer["citations"]
    assert verdict == {"verified": True, "citations": 1, "wrong": []}


def test_gradio_client_gives_the_same_answer(served: Served) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(served.url, verbose=False)
    given = client.predict(QUESTION, api_name="/ask")
    assert same(given, served.answerer.answer(QUESTION))
    assert client.predict("DeepSeek", api_name="/quote")[0]["quote"] == "DeepSeek"
    assert client.predict([given], api_name="/verify")["verified"]


def test_the_tools_give_the_same_answer_to_a_real_client(served: Served) -> None:
    import anyio
    from mcp import Client

    async def use() -> tuple[list[str], list[Any]]:
        async with Client(f"{served.url}mcp") as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            answer = await client.call_tool("ask", {"question": QUESTION, "threshold": 0})
            told = [
                answer.structured_content,
                (await client.call_tool("search", {"query": "hedge fund", "top_k": 2})).structured_content,
                (await client.call_tool("quote", {"text": "DeepSeek"})).structured_content,
                (
                    await client.call_tool("verify", {"answers": [answer.structured_content]})
                ).structured_content,
                (await client.call_tool("ask", {"question": " "})),
            ]
            return names, told

    # In a thread of its own: the browser's tests hold a loop in this one.
    with ThreadPoolExecutor(1) as apart:
        names, (answer, hits, places, verdict, wrong) = apart.submit(anyio.run, use).result()
    assert names == ["ask", "search", "quote", "verify"]
    assert same(answer, served.answerer.answer(QUESTION, threshold=0.0))
    assert len(hits["result"]) == 2
    assert places["result"][0]["quote"] == "DeepSeek"
    assert verdict["verified"]
    assert wrong.is_error
    assert "the question is empty" in wrong.content[0].text


def test_without_the_option_there_are_no_tools(tmp_path: Path, served: Served) -> None:
    workspace = Workspace(served.answerer, served.answerer.retriever, served.answerer.index)
    with sessions_in(tmp_path) as sessions:
        web = app.build(workspace, sessions, UploadLimits(), FeedbackFile(tmp_path))
        with app.Server(web, "127.0.0.1", 0, password="ann:s3cret").running() as url:
            assert httpx.get(url).status_code == 401
            assert httpx.post(f"{url}api/ask", json={"question": QUESTION}).status_code == 401
            for said in ("ann:wrong", "ann", ":", "bob:s3cret"):
                given = {"authorization": f"Basic {base64.b64encode(said.encode()).decode()}"}
                assert httpx.get(url, headers=given).status_code == 401
            assert httpx.get(url, headers={"authorization": "Basic ??"}).status_code == 401
            assert httpx.get(url).headers["www-authenticate"].startswith("Basic")
            assert httpx.get(url, auth=("ann", "s3cret")).status_code == 200
            assert httpx.post(f"{url}mcp", auth=("ann", "s3cret"), json={}).status_code in {404, 405}


MALFORMED = (
    "[",
    "]",
    "[]",
    "[::1",
    "[:::]",
    "[zz]",
    "localhost:x",
    "localhost:99999",
    "a b",
    "@",
    "::",
    "a/b",
)


def refused(host: str) -> list[dict[str, Any]]:
    """What the guard of a server for all the network sends by itself; nothing when it lets a request in."""
    sent: list[Any] = []

    async def nothing(*_: object) -> Any:  # noqa: ANN401
        return None

    async def send(message: Any) -> None:  # noqa: ANN401
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode())]}
    run(Guard(nothing, host="0.0.0.0")(scope, nothing, send))
    return sent


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_is_refused_by_a_server_of_any_name_too(host: str) -> None:
    start, body = refused(host)
    assert start["status"] == 403
    assert body["body"] == f"{host}: not the name of a server\n".encode()


@pytest.mark.parametrize("host", ["quoth.example", "my_host:8080", "10.0.0.1:80", "[::1]:65535", "A.b:1", ""])
def test_any_proper_host_is_let_in_by_a_server_of_any_name(host: str) -> None:
    assert refused(host) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "evil.example"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        *(({"host": value}, 403) for value in MALFORMED),
        *(({"origin": value}, 403) for value in MALFORMED),
        *(({"origin": f"http://{value}"}, 403) for value in MALFORMED),
        *(({"x-forwarded-host": value}, 403) for value in MALFORMED),
        ({"x-forwarded-host": "quoth.example:443, inner"}, 200),
        ({"x-gradio-server": "http://["}, 200),
    ],
)
def test_another_site_cannot_ask_through_a_visitors_browser(
    rest: httpx.Client, headers: dict[str, str], status: int
) -> None:
    assert rest.post("api/ask", json={"question": QUESTION}, headers=headers).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/upload", "gradio_api/file=/etc/passwd", "gradio_api/proxy=http://example.org", "login",
        "gradio_api/runs", "monitoring", "gradio_api/component_server", "gradio_api/process_recording",
        "docs", "redoc", "session/../../etc/passwd", "gradio_api/stream/x", "file=/etc/passwd",
    ],
)  # fmt: skip
def test_the_rest_of_gradio_is_shut(rest: httpx.Client, path: str) -> None:
    for method in ("GET", "POST"):
        assert rest.request(method, path).status_code in {404, 405}


def test_every_page_says_what_a_browser_may_run(rest: httpx.Client) -> None:
    policy = rest.get("").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_too_many_requests_get_their_status_and_when_to_come_again(tmp_path: Path, served: Served) -> None:
    workspace = Workspace(served.answerer, served.answerer.retriever, served.answerer.index)
    with sessions_in(tmp_path) as sessions:
        rate_limiter = RateLimiter(AskLimits(per_minute=2), Clock())
        web = app.build(
            workspace, sessions, UploadLimits(), FeedbackFile(tmp_path), rate_limiter=rate_limiter
        )
        with app.Server(web, "127.0.0.1", 0).running() as url:
            given = [httpx.post(f"{url}api/search", json={"query": "fund"}) for _ in range(2)]
    assert [one.status_code for one in given] == [200, 429]
    assert given[1].headers["retry-after"] == "5"
    assert given[1].json()["detail"].startswith("more than 2 questions a minute")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly_and_removes_what_visitors_added(
    tmp_path: Path, end: signal.Signals
) -> None:
    cache = tmp_path / "cache"
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "chat", "--port", "0", "--reader", "sentence"],
        cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "QUOTH_CACHE": str(cache)},
    )  # fmt: skip
    try:
        assert process.stderr
        line = next(line for line in process.stderr if "the page is at" in line)
        url = re.search(r"http://\S+", line)
        assert url
        with httpx.Client(base_url=url[0], timeout=60) as client:
            client.put("session/documents", params={"name": "a.txt"}, content=b"A secret.").raise_for_status()
            assert list(cache.glob("sessions/*/documents/a.txt"))
            with client.stream("GET", "gradio_api/heartbeat/abc"):
                process.send_signal(end)
                assert process.wait(60) == 0
        assert list(cache.glob("sessions/*")) == []
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.stderr.close()


def test_the_examples_of_the_readme_run(served: Served, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = [one for one in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "7860" in one]
    assert len(examples) == 2
    for number, example in enumerate(examples):
        file = tmp_path / f"{number}.py"
        file.write_text(example.replace("http://127.0.0.1:7860/", served.url), encoding="utf-8")
        done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    shell = re.search(r"curl -s (http\S+)/api/ask .*-d '(.*?)'", readme)
    assert shell
    body = json.loads(shell[2])
    given = httpx.post(f"{served.url}api/ask", json=body).json()
    assert given["question"] == body["question"]
