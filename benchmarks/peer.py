"""One peer, run in its own environment by `peers.py`: build an index, or open it and search.

    python peer.py NAME build|first|ask MODEL FOLDER

FOLDER holds passages.json and questions.json, lists of texts. `build` writes the index there and prints the
seconds it took, the model being loaded. `first` opens it and answers the first question, `ask` all; they
print the milliseconds of each question and its ten best passages, by number.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

Search = Callable[[str], list[int]]


class Peer(Protocol):
    """A way to search passages by the model in a folder."""

    def __init__(self, model: str) -> None: ...

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts and write an index."""

    def open(self, folder: Path) -> Search:
        """Open the index; a search gives the numbers of the ten best texts."""


class ByHand:
    """sentence-transformers and FAISS."""

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu")

    def _embed(self, texts: list[str]) -> Any:  # noqa: ANN401 - an array, of a library that others may lack
        return self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    def build(self, texts: list[str], folder: Path) -> None:
        """See Peer."""
        import faiss

        vectors = self._embed(texts)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "flat.faiss"))

    def open(self, folder: Path) -> Search:
        """See Peer."""
        import faiss

        index = faiss.read_index(str(folder / "flat.faiss"))
        return lambda question: index.search(self._embed([question]), 10)[1][0].tolist()


class LangChain:
    """LangChain's FAISS store with its Hugging Face embeddings."""

    def __init__(self, model: str) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self._model = HuggingFaceEmbeddings(
            model_name=model,
            model_kwargs={"device": "cpu"},
            encode_kwargs={"normalize_embeddings": True},
        )

    def build(self, texts: list[str], folder: Path) -> None:
        """See Peer."""
        from langchain_community.vectorstores import FAISS

        numbers = [{"number": number} for number in range(len(texts))]
        FAISS.from_texts(texts, self._model, metadatas=numbers).save_local(str(folder))

    def open(self, folder: Path) -> Search:
        """See Peer."""
        from langchain_community.vectorstores import FAISS

        store = FAISS.load_local(str(folder), self._model, allow_dangerous_deserialization=True)
        return lambda question: [hit.metadata["number"] for hit in store.similarity_search(question, k=10)]


class LlamaIndex:
    """LlamaIndex's own vector store with its Hugging Face embedding."""

    def __init__(self, model: str) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._model = HuggingFaceEmbedding(model_name=model, device="cpu", embed_batch_size=32)

    def build(self, texts: list[str], folder: Path) -> None:
        """See Peer."""
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = [TextNode(id_=str(number), text=text) for number, text in enumerate(texts)]
        VectorStoreIndex(nodes, embed_model=self._model).storage_context.persist(str(folder))

    def open(self, folder: Path) -> Search:
        """See Peer."""
        from llama_index.core import StorageContext, load_index_from_storage

        stored = StorageContext.from_defaults(persist_dir=str(folder))
        index = load_index_from_storage(stored, embed_model=self._model)
        retriever = index.as_retriever(similarity_top_k=10)
        return lambda question: [int(hit.node.node_id) for hit in retriever.retrieve(question)]


class Txtai:
    """txtai, dense."""

    hybrid = False

    def __init__(self, model: str) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=model, hybrid=self.hybrid, gpu=False)

    def build(self, texts: list[str], folder: Path) -> None:
        """See Peer."""
        self._embeddings.index(texts)
        self._embeddings.save(str(folder / "txtai"))

    def open(self, folder: Path) -> Search:
        """See Peer."""
        self._embeddings.load(str(folder / "txtai"))
        return lambda question: [int(number) for number, _ in self._embeddings.search(question, 10)]


class TxtaiHybrid(Txtai):
    """txtai, its dense and BM25 scores fused."""

    hybrid = True


PEERS: dict[str, type[Peer]] = {
    "by_hand": ByHand,
    "langchain": LangChain,
    "llama_index": LlamaIndex,
    "txtai": Txtai,
    "txtai_hybrid": TxtaiHybrid,
}


def main() -> None:
    """Print one JSON object."""
    name, action, model, place = sys.argv[1:]
    folder = Path(place)
    peer = PEERS[name](model)
    if action == "build":
        texts = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
        peer.build(texts[:8], folder)  # a first call loads the rest
        peer = PEERS[name](model)
        started = time.perf_counter()
        peer.build(texts, folder)
        print(json.dumps({"seconds": time.perf_counter() - started}))
        return
    search = peer.open(folder)
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    spent, ranked = [], []
    for question in questions[: 1 if action == "first" else None]:
        started = time.perf_counter()
        ranked.append(search(question))
        spent.append(1000 * (time.perf_counter() - started))
    print(json.dumps({"ms": spent, "ranked": ranked}))


if __name__ == "__main__":
    main()
