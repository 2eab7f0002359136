"""What the project promises of itself: no network, cheap imports, a small surface, the original's model."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from index import ModelError
from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.weights import verify
from index.settings import DEFAULT_MODEL

ROOT = Path(__file__).parent.parent

GUARDED = textwrap.dedent(
    """
    import json, socket, sys

    asked = []

    def is_near(address):
        host = address[0] if isinstance(address, tuple) else address
        return isinstance(host, bytes | str) and str(host).split("%")[0] in ("127.0.0.1", "::1", "localhost")

    def guard(owner, name, place):
        real = getattr(owner, name)

        def guarded(*arguments, **options):
            is_local = getattr(arguments[0], "family", None) == getattr(socket, "AF_UNIX", -1)
            if not is_local and not is_near(arguments[place]):
                asked.append(f"{name} {arguments[place]!r}")
                raise OSError(f"blocked: {name} {arguments[place]!r}")
            return real(*arguments, **options)

        setattr(owner, name, guarded)

    guard(socket.socket, "connect", 1)
    guard(socket.socket, "connect_ex", 1)
    guard(socket.socket, "sendto", -1)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
        guard(socket, name, 0)

    # The guard is there: a far address is refused, and noted.
    for call in (
        lambda: socket.create_connection(("192.0.2.1", 80)),
        lambda: socket.socket().connect(("192.0.2.1", 80)),
        lambda: socket.getaddrinfo("example.org", 80),
    ):
        try:
            call()
        except OSError as error:
            assert "blocked" in str(error), error
        else:
            raise AssertionError("not guarded")
    assert len(asked) == 3, asked
    asked.clear()

    from qa.cli import main

    statuses = []
    source = ["--source", sys.argv[1]]
    for arguments in (
        ["index", sys.argv[1]],
        ["ask", "Who founded High-Flyer?", *source, "--threshold", "0", "--json"],
        ["search", "export controls", *source, "--json"],
    ):
        try:
            main(arguments)
        except SystemExit as end:
            statuses.append(end.code)
    # The library that compiles the embedding model brings a client of its own.
    clients = ["openai", "qa.write.endpoint", *(["httpx2"] if "huggingface_hub" not in sys.modules else [])]
    client = [name for name in clients if name in sys.modules]
    print(json.dumps({"statuses": statuses, "asked": asked, "client": client}), file=sys.stderr)
    """
)


def test_nothing_but_loopback_is_asked_and_no_process_stays_behind(article: Path) -> None:
    # Not even with the environment asking for the hub: offline is Quoth's own doing.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_HUB")}
    process = subprocess.Popen(
        [sys.executable, "-c", GUARDED, str(article)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == 0, err
    assert json.loads(err.splitlines()[-1]) == {"statuses": [0, 0, 0], "asked": [], "client": []}
    assert "Liang Wenfeng" in out
    assert list(processes_of_session(process.pid)) == []


def processes_of_session(session: int) -> Iterator[int]:
    """Ids of the processes of a session; none where there is no /proc."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            yield int(stat.parent.name)


HEAVY = (
    *("torch", "transformers", "sentence_transformers", "onnxruntime", "faiss", "gradio"),
    *("matplotlib", "pymilvus", "grpc", "ray"),
)
WATCHED = f"""
import sys
for module in ("index", "qa", "qa.cli", "qa.answer.verification"):
    __import__(module)
    print(module, *(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_importing_the_packages_and_the_command_imports_no_heavy_library() -> None:
    found = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.splitlines() == ["index", "qa", "qa.cli", "qa.answer.verification"]


@pytest.mark.parametrize(
    ("package", "names"),
    [
        (
            "index",
            "Document Embedder Heading Hit Index IndexFolderError IndexSettings IndexingError ModelError "
            "Passage SourceError",
        ),
        (
            "qa",
            "Answer AnswerSettings Answerer Citation QuestionAnsweringError RetrievalSettings Retriever Turn",
        ),
    ],
)
def test_the_public_names_are_these_and_each_is_there(package: str, names: str) -> None:
    module = import_module(package)
    assert module.__all__ == names.split()
    for name in names.split():
        assert getattr(module, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = module.Nothing


def test_weights_that_are_not_the_originals_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr("index.embed.embedder.locate", lambda name: tmp_path)
    for content in (None, b"other weights"):
        if content is not None:
            (tmp_path / "model.safetensors").write_bytes(content)
        with pytest.raises(ModelError, match=r"SHA-256 is not the original's.*pip install"):
            verify(DEFAULT_MODEL, tmp_path)
        with pytest.raises(ModelError, match=r"SHA-256 is not the original's.*pip install"):
            SentenceTransformerEmbedder().embed(["text"])


@pytest.mark.parametrize("name", ["no/such-model", "no such model"])
def test_a_model_that_is_not_on_this_machine_is_an_error_that_says_how_to_get_it(name: str) -> None:
    with pytest.raises(ModelError, match=f"{name}.*downloads nothing.*hf download {name}"):
        SentenceTransformerEmbedder(name)


def test_a_folder_that_holds_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a usable sentence-transformers model"):
        SentenceTransformerEmbedder(str(tmp_path)).embed(["text"])


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    """The default model, loaded once."""
    return SentenceTransformerEmbedder()


TEXTS = [
    "The ferry left. It sailed to Oban.",
    "😀😀 İİ ﬁrst 👩‍👩‍👧 said. Then İstanbul 😀 slept.",
    "A short one.",
    "The harbour opened in 1911, and its bell weighs nine tons. Nobody rings it. " * 3,
]


def test_vectors_of_texts_are_the_same_with_and_without_their_parts(
    embedder: SentenceTransformerEmbedder,
) -> None:
    whole, parts = embedder.embed_parts(TEXTS, [[(0, 15), (16, 34)], [], [(0, 12)], [(0, 10)]])
    np.testing.assert_allclose(whole, embedder.embed(TEXTS), atol=1e-4)
    assert whole.shape == (4, embedder.dimension)
    assert parts.shape == (4, embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1, atol=1e-5)


def test_a_part_that_spans_the_whole_text_is_close_to_the_texts_vector(
    embedder: SentenceTransformerEmbedder,
) -> None:
    whole, parts = embedder.embed_parts(TEXTS, [[(0, len(text))] for text in TEXTS])
    assert (np.vecdot(whole, parts) > 0.95).all()


def test_a_part_is_found_by_its_code_points_behind_emoji_and_dotted_capitals(
    embedder: SentenceTransformerEmbedder,
) -> None:
    text = "😀😀😀 İİİİ said. A volcano erupted. The bank lent money."
    sentences = ["A volcano erupted.", "The bank lent money."]
    ranges = [(text.index(one), text.index(one) + len(one)) for one in sentences]
    _, parts = embedder.embed_parts([text], [ranges])
    similar = parts @ embedder.embed(["lava and eruptions", "a loan with interest"]).T
    assert similar[0, 0] > similar[0, 1]
    assert similar[1, 1] > similar[1, 0]
    every = [(a, b) for a in range(len(text)) for b in (a, a + 1, len(text))]
    _, all_parts = embedder.embed_parts([text], [every])
    assert all_parts.shape == (len(every), embedder.dimension)
    assert np.isfinite(all_parts).all()


def test_a_part_behind_the_models_limit_gets_the_texts_vector(embedder: SentenceTransformerEmbedder) -> None:
    text = "word " * 400 + "behind"
    whole, parts = embedder.embed_parts([text], [[(len(text) - 6, len(text))]])
    np.testing.assert_allclose(parts, whole, atol=1e-6)


def test_a_lone_surrogate_is_embedded_as_a_question_mark(embedder: SentenceTransformerEmbedder) -> None:
    broken, asked = "It is \ud800 cracked.", "It is ? cracked."
    assert embedder.count_tokens([broken]) == embedder.count_tokens([asked])
    np.testing.assert_array_equal(embedder.embed([broken]), embedder.embed([asked]))
    whole, _ = embedder.embed_parts([broken], [[(0, 5)]])
    np.testing.assert_allclose(whole, embedder.embed([asked]), atol=1e-4)
