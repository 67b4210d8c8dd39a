"""A question to the passages that bear on it, best first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from heapq import nlargest
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from corpus.document import Passage
from index.embed import Embedder, Vectors
from index.engine import SearchEngine
from index.where import ANYWHERE, Where
from rag.feedback import FEEDBACK_PASSAGES, toward
from rag.fuse import Fusion, Rankings, ranks
from rag.terms import carrying

if TYPE_CHECKING:
    from rag.network import PassageReading

RARE_PASSAGES = 20
"""How many of the passages that hold the question's rarest word are looked at."""


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
    """The hits, best first, and the milliseconds that each stage took.

    `by_word` is the best of the passages that hold the question's rarest word, however far down that is; None if none
    was found.
    """

    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    by_word: Hit | None = None


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
        lexical = self._engine.search_lexical(question, depth, where) if self._fusion.lexical else []
        whole = self._engine.search_documents(question, depth, where) if self._fusion.document else []
        dense = self._engine.search_dense(vector, depth, where) if vector is not None else []
        found = Rankings(dense, lexical, whole)
        if vector is not None and self._fusion.feedback:
            moved = self._nearer_to_the_best(vector, found)
            found = replace(found, dense=self._engine.search_dense(moved, depth, where))
        rare = self._engine.search_rarest(carrying(question), RARE_PASSAGES, where) if self._fusion.lexical else []
        hits, by_word = self._hits(found, [i for i, _ in rare], k)
        done = perf_counter()
        spent = {"embed": (embedded - started) * 1000, "search": (done - embedded) * 1000}
        return Retrieval(hits, spent, by_word)

    def only(self, searches: Collection[str]) -> "FusedRetriever":
        return FusedRetriever(self._engine, self._embedder, self._fusion.only(searches))

    def _nearer_to_the_best(self, vector: Vectors, found: Rankings) -> Vectors:
        scores = self._fusion.scores(found, self._engine.homes(found.passage_ids()))
        best = _best(scores, FEEDBACK_PASSAGES)
        return toward(vector, self._engine.vectors(best), self._fusion.feedback)

    def _hits(self, found: Rankings, rare: Collection[int], k: int) -> tuple[tuple[Hit, ...], Hit | None]:
        """(the k best, the best of the rare ones)."""
        homes = self._engine.homes(found.passage_ids())
        scores = self._fusion.scores(found, homes)
        ordered = {i: place for place, i in enumerate(_best(scores, len(scores)), start=1)}
        best, first = list(ordered)[:k], [i for i in ordered if i in rare][:1]
        passages = self._engine.passages([*best, *first])
        places = {"dense": ranks(found.dense), "lexical": ranks(found.lexical)}
        of_document = {homes[i].document: rank for i, rank in ranks(found.whole).items()}
        hits = {}
        for i in (*best, *first):
            ranked = {name: by_id[i] for name, by_id in places.items() if i in by_id}
            document = homes[i].document
            ranked |= {"document": of_document[document]} if document in of_document else {}
            hits[i] = Hit(passages[i], scores[i], ranked | {"fused": ordered[i]})
        return tuple(hits[i] for i in best), hits[first[0]] if first else None


def _best(scores: Mapping[int, float], k: int) -> list[int]:
    """The ids of the k highest scores, best first; of equals, the lower id."""
    return nlargest(k, scores, key=lambda i: (scores[i], -i))
