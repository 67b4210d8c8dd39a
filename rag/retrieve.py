"""A question to the passages that bear on it, best first."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from corpus.document import Passage
from index.embed import Embedder
from index.engine import SearchEngine
from rag.fuse import by_best, fuse, with_documents

DEPTH = 200
"""How many passages each search contributes; not tuned."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result. Higher scores are better; `ranks` says where each search put it, from 1."""

    passage: Passage
    score: float
    ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits, best first, and the milliseconds that each stage took."""

    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


class Retriever:
    """Dense and lexical search over one engine, fused."""

    def __init__(self, engine: SearchEngine, embedder: Embedder) -> None:
        self._engine = engine
        self._embedder = embedder

    def retrieve(self, question: str, k: int) -> list[Hit]:
        """At most k hits, best first."""
        return list(self.timed(question, k).hits)

    def timed(self, question: str, k: int) -> Retrieval:
        """As `retrieve`, with the time that embedding the question and searching took."""
        started = perf_counter()
        vector = self._embedder.embed_query(question)
        embedded = perf_counter()
        hits = self._search(question, self._engine.search_dense(vector, max(DEPTH, k)), k)
        return Retrieval(
            tuple(hits), {"embed": (embedded - started) * 1000, "search": (perf_counter() - embedded) * 1000}
        )

    def _search(self, question: str, dense: list[tuple[int, float]], k: int) -> list[Hit]:
        lexical = self._engine.search_lexical(question, max(DEPTH, k))
        whole = by_best(self._engine.search_documents(question, max(DEPTH, k)))
        fused = fuse(dense, lexical)
        passages = self._engine.passages([*fused, *whole])
        document_of = {i: passage.document_id for i, passage in passages.items()}
        documents = {document_of[i]: score for i, score in whole.items() if i in document_of}
        scores = with_documents({i: score for i, score in fused.items() if i in passages}, document_of, documents)
        ranks = {"dense": _ranks(dense), "lexical": _ranks(lexical)}
        best = sorted(scores, key=lambda i: (-scores[i], i))[:k]
        return [
            Hit(passages[i], scores[i], {name: places[i] for name, places in ranks.items() if i in places})
            for i in best
        ]


def _ranks(ranking: list[tuple[int, float]]) -> dict[int, int]:
    return {passage_id: rank for rank, (passage_id, _) in enumerate(ranking, start=1)}
