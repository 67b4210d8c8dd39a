"""Ranked lists into one: a weighted sum of what a passage and its document scored in each search."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from typing import Any

from corpus.errors import UserError
from index.homes import Home

Ranking = Sequence[tuple[int, float]]

SEARCHES = ("dense", "lexical", "document")
"""By a passage's meaning, by its words, and by the words of its whole document."""
METHODS = ("sum", "rrf")
EVEN = 0.2
"""How far a search's best may be ahead of its third without standing out."""
RANK_OFFSET = 60
"""Reciprocal-rank fusion's constant (Cormack, Clarke and Büttcher 2009)."""


@dataclass(frozen=True, slots=True)
class Rankings:
    """What the searches found, best first: passages by cosine, by BM25, and first passages by their documents' BM25."""

    dense: Ranking
    lexical: Ranking
    whole: Ranking

    def passage_ids(self) -> list[int]:
        """Each passage once."""
        return list(dict.fromkeys(i for found in (self.dense, self.lexical, self.whole) for i, _ in found))


@dataclass(frozen=True, slots=True)
class Fusion:
    """How searches are fused. A search whose weight is 0 is not made.

    `method` turns scores (sum) or ranks (rrf) into shares between 0 and 1, which are weighted: cosines of
    passages by `dense`, their BM25 by `lexical`, and the BM25 of their whole documents by `document`: evidence
    whose document is about the question is better evidence. That holds as far as the document is about one
    thing: of one with more than `whole` passages, its BM25 keeps the share that these are of it, and the
    passage's own BM25 takes the rest. A search by words whose best stands out from its third has found what few
    documents have, a name or a number that the embedder need not know: it weighs `lead` times that distance more.
    With `feedback`, the dense search is made again with the question's vector moved by so much toward what was best
    (rag/feedback.py). `depth` is how many passages each search contributes. BM25 counts as a share of the best;
    cosines, which have no zero that means anything, from the worst of those found to the best.

    The numbers were chosen together on TIME, MTRAG's human conversations, SciFact's train claims and half of
    SQuAD's dev articles, taken as paragraphs, in threes, in sevens and whole; `lead` was chosen after the others, on
    these and on made-up names in files that are otherwise alike. eval/RESULTS.md says what they give.
    """

    method: str = "sum"
    dense: float = 0.52
    lexical: float = 0.1
    document: float = 0.38
    whole: int = 6
    lead: float = 6.0
    feedback: float = 0.3
    depth: int = 400

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UserError(f"there is no fusion {self.method!r}; choose {' or '.join(METHODS)}")
        weights = {"dense": self.dense, "lexical": self.lexical, "document": self.document}
        for name, weight in weights.items():
            if not 0 <= weight < float("inf"):
                raise UserError(f"fusion needs weights of 0 or more, and {name} is {weight}")
        if not any(weights.values()):
            raise UserError(f"fusion needs a weight above 0, and {', '.join(weights)} are all 0")
        if min(self.depth, self.whole) < 1:
            raise UserError("fusion needs a depth and a whole of at least 1")
        if not all(0 <= share < float("inf") for share in (self.feedback, self.lead)):
            raise UserError("fusion needs a feedback and a lead of 0 or more")

    def scores(self, found: Rankings, homes: Mapping[int, Home]) -> dict[int, float]:
        """The score of every passage that was found, by id; `homes` says of which documents they are."""
        cosines, bm25, whole = self.cosine_shares(found.dense), *map(self.bm25_shares, (found.lexical, found.whole))
        words, wholes = self.emphasis(bm25.values()), self.emphasis(whole.values())
        documents = {homes[i].document: wholes * share for i, share in whole.items()}
        most = self.dense + self.lexical * words + self.document * max(words, wholes)
        unit = (self.dense + self.lexical + self.document) / most
        scores = {}
        for i in found.passage_ids():
            own, of_document = words * bm25.get(i, 0.0), documents.get(homes[i].document, 0.0)
            scores[i] = unit * self.score(cosines.get(i, 0.0), own, of_document, homes[i].passages)
        return scores

    def emphasis(self, shares: Collection[float]) -> float:
        """How many times its weight a search by words has, going by how far its best stands out; 1 or more."""
        third = min(nlargest(3, shares), default=1.0)
        return 1 + self.lead * max(0.0, 1 - third - EVEN)

    def only(self, searches: Collection[str]) -> "Fusion":
        """These of SEARCHES alone, weighted as here. Raises UserError if they are none."""
        left_out: dict[str, Any] = {search: 0.0 for search in SEARCHES if search not in searches}
        return replace(self, **left_out)

    def cosine_shares(self, ranking: Ranking) -> dict[int, float]:
        """The share of each hit of a dense search, by id."""
        return by_rank(ranking) if self.method == "rrf" else between(ranking)

    def bm25_shares(self, ranking: Ranking) -> dict[int, float]:
        """The share of each hit of a lexical search, by id."""
        return by_rank(ranking) if self.method == "rrf" else by_best(ranking)

    def score(self, dense: float, lexical: float, document: float, passages: int) -> float:
        """A passage's score from its shares, its document's, and how many passages its document has."""
        kept = min(1.0, self.whole / passages) if self.lexical else 1.0
        own = self.lexical + self.document * (1 - kept)
        return self.dense * dense + own * lexical + self.document * kept * document


def by_best(ranking: Ranking) -> dict[int, float]:
    """Scores as shares of the best, none below 0, by id; empty if none is above 0."""
    best = max((score for _, score in ranking), default=0.0)
    return {i: max(0.0, score) / best for i, score in ranking} if best > 0 else {}


def between(ranking: Ranking) -> dict[int, float]:
    """Scores from 0 for the worst to 1 for the best, by id; all 1 where they are the same."""
    scores = [score for _, score in ranking]
    least = min(scores, default=0.0)
    width = max(scores, default=0.0) - least
    return {i: (score - least) / width if width else 1.0 for i, score in ranking}


def by_rank(ranking: Ranking) -> dict[int, float]:
    """Shares by rank alone: 1 for the first, and less the further down."""
    return {i: (RANK_OFFSET + 1) / (RANK_OFFSET + rank) for i, rank in ranks(ranking).items()}


def ranks(ranking: Ranking) -> Mapping[int, int]:
    """Places by id, from 1."""
    return {i: rank for rank, (i, _) in enumerate(ranking, start=1)}
