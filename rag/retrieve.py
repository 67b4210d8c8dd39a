"""A question to the passages that bear on it, best first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from corpus.document import Passage
from index.embed import Embedder
from index.engine import SearchEngine
from index.where import ANYWHERE, Where
from rag.fuse import Fusion, Ranking, ranks

if TYPE_CHECKING:
    from rag.network import PassageReading


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result. Higher scores are better; `ranks` says where each search put it, from 1.

    The searches are `dense`, `lexical` and `document` (BM25 of the whole document, among documents); `fused` is
    the place that they gave it together, and `rerank` the one after reading. `reading` is what the reader's network
    saw in it, once it has.
    """

    passage: Passage
    score: float
    ranks: Mapping[str, int]
    reading: "PassageReading | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits, best first, and the milliseconds that each stage took."""

    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


class Retriever(Protocol):
    """Finds passages for a question, in the documents that meet the limits."""

    def retrieve(self, question: str, k: int, where: Where = ANYWHERE) -> list[Hit]:
        """At most k hits, best first."""

    def timed(self, question: str, k: int, where: Where = ANYWHERE) -> Retrieval:
        """As `retrieve`, with the milliseconds of the stages `embed` and `search`."""

    def only(self, searches: Collection[str]) -> "Retriever":
        """The same, by these of SEARCHES alone. Raises UserError if they are none."""


class FusedRetriever:
    """Dense and lexical search over one engine, fused."""

    def __init__(self, engine: SearchEngine, embedder: Embedder, fusion: Fusion | None = None) -> None:
        self._engine = engine
        self._embedder = embedder
        self._fusion = fusion or Fusion()

    def retrieve(self, question: str, k: int, where: Where = ANYWHERE) -> list[Hit]:
        return list(self.timed(question, k, where).hits)

    def timed(self, question: str, k: int, where: Where = ANYWHERE) -> Retrieval:
        started = perf_counter()
        vector = self._embedder.embed_query(question) if self._fusion.dense else None
        embedded = perf_counter()
        depth = max(self._fusion.depth, k)
        dense = self._engine.search_dense(vector, depth, where) if vector is not None else []
        lexical = self._engine.search_lexical(question, depth, where) if self._fusion.lexical else []
        whole = self._engine.search_documents(question, depth, where) if self._fusion.document else []
        hits = self._fused(dense, lexical, whole, k)
        done = perf_counter()
        return Retrieval(tuple(hits), {"embed": (embedded - started) * 1000, "search": (done - embedded) * 1000})

    def only(self, searches: Collection[str]) -> "FusedRetriever":
        return FusedRetriever(self._engine, self._embedder, self._fusion.only(searches))

    def _fused(self, dense: Ranking, lexical: Ranking, whole: Ranking, k: int) -> list[Hit]:
        passages = self._engine.passages(list(dict.fromkeys(i for found in (dense, lexical, whole) for i, _ in found)))
        document_of = {i: passage.document_id for i, passage in passages.items()}
        counts = self._engine.passage_counts(list(dict.fromkeys(document_of.values())))
        cosines, bm25 = self._fusion.cosine_shares(dense), self._fusion.bm25_shares(lexical)
        documents = {document_of[i]: share for i, share in self._fusion.bm25_shares(whole).items() if i in document_of}
        scores = {
            i: self._fusion.score(cosines.get(i, 0.0), bm25.get(i, 0.0), documents.get(name, 0.0), counts.get(name, 1))
            for i, name in document_of.items()
        }
        places = {"dense": ranks(dense), "lexical": ranks(lexical)}
        of_document = {document_of[i]: rank for i, rank in ranks(whole).items() if i in document_of}
        hits = []
        for place, i in enumerate(sorted(scores, key=lambda i: (-scores[i], i))[:k], start=1):
            found = {name: ranked[i] for name, ranked in places.items() if i in ranked}
            found |= {"document": of_document[document_of[i]]} if document_of[i] in of_document else {}
            hits.append(Hit(passages[i], scores[i], found | {"fused": place}))
        return hits
