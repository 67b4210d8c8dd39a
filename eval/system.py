"""The assistant that is measured: a benchmark's documents in an index of their own, made once for each recipe."""

import hashlib
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import StoreError
from eval.benchmark import Benchmark
from eval.settings import Settings
from index.embed import SentenceEmbedder
from index.engine import SearchEngine
from index.place import STORES
from index.where import ANYWHERE, Where
from index.write import DocumentWriter, Incoming
from rag.assistant import Assistant
from rag.build import assemble
from rag.network import ReaderModel
from rag.rerank import ReadingReranker
from rag.retrieve import FusedRetriever, Hit, Retrieval


@dataclass(frozen=True, slots=True)
class Step:
    """How far a measurement has come: `done` of `total` documents indexed or questions asked."""

    stage: str
    done: int
    total: int


Steps = Generator[Step, None, Assistant]
Embedders = Callable[[str], SentenceEmbedder]


def build_system(
    benchmark: Benchmark, settings: Settings, store: Path | None = None, embedders: Embedders = SentenceEmbedder
) -> Steps:
    """Index what the store does not hold yet, step by step; the assistant with these settings over it.

    An index that is interrupted goes on where it stopped. Raises StoreError if the store was made for another
    recipe, holds other documents, or is being written by another process.
    """
    engine = SearchEngine(store or default_store(benchmark, settings), settings.recipe())
    if store:
        _check_same(engine, benchmark)
    embedder = embedders(settings.embedder)
    known = engine.catalog.content_hashes()
    missing = [Incoming(each, "") for each in benchmark.documents if each.id not in known]
    if missing:
        with engine.writing():
            writer = DocumentWriter(engine, embedder)
            for done, _ in enumerate(writer.write(missing), start=1):
                yield Step("indexing documents", done, len(missing))
        engine.refresh()
    return configured(assemble(engine, embedder), embedder, settings)


def _check_same(engine: SearchEngine, benchmark: Benchmark) -> None:
    """Raises StoreError if the store holds a document that is not the benchmark's: it would be found, too."""
    wanted = {each.id: each for each in benchmark.documents}
    for document_id in engine.catalog.content_hashes():
        held, own = engine.catalog.document(document_id), wanted.get(document_id)
        if held and (own is None or (held.title, held.text) != (own.title, own.text)):
            raise StoreError(
                f"{engine.store}: holds another document {document_id!r} than {benchmark.name}; choose another --store"
            )


def configured(assistant: Assistant, embedder: SentenceEmbedder, settings: Settings) -> Assistant:
    """The assistant with other settings over the same index."""
    fitted = assistant.confidence
    return replace(
        assistant,
        retriever=FusedRetriever(assistant.engine, embedder, settings.fused()),
        reranker=ReadingReranker(ReaderModel(), settings.rerank),
        confidence=fitted if settings.threshold < 0 else replace(fitted, threshold=settings.threshold),
        read=settings.read,
    )


def default_store(benchmark: Benchmark, settings: Settings) -> Path:
    """A folder for these documents under this recipe, so that no index is ever made twice."""
    digest = hashlib.sha256(settings.recipe().to_json().encode())
    for document in benchmark.documents:
        for text in (document.id, document.title, document.text):
            digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return STORES / f"eval-{digest.hexdigest()[:16]}"


class GivenDocument:
    """Retrieves nothing: the passages of the one document that a question is asked of, in their order."""

    def __init__(self, engine: SearchEngine, document_id: str) -> None:
        self._engine = engine
        self._document_id = document_id

    def retrieve(self, question: str, k: int, where: Where = ANYWHERE) -> list[Hit]:
        return list(self.timed(question, k, where).hits)

    def timed(self, question: str, k: int, where: Where = ANYWHERE) -> Retrieval:
        passages = self._engine.catalog.passages_of(self._document_id)
        hits = [Hit(passage, 1 / place, {"fused": place}) for place, passage in enumerate(passages[:k], start=1)]
        return Retrieval(tuple(hits), {"embed": 0.0, "search": 0.0})

    def only(self, searches: Collection[str]) -> "GivenDocument":
        return self
