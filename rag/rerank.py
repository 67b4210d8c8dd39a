"""Passages newly ordered by what the reader's network sees in them, beside what the searches made of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from rag.network import ReaderModel
from rag.retrieve import Hit

RELEVANCE = 0.12
"""What the network's relevance weighs beside the fused score, which is at most 1. With more than that nDCG@10 falls on
TIME, whose topics are no questions (0.823 with this, 0.822 without, 0.819 with 0.15); on MTRAG's conversations it is
0.735, with 0.1 0.734, with 0.15 0.736. With earlier weights, of 400 SQuAD questions set aside, the passage that answers
came first for 0.855 without, for 0.895 with 0.15."""


class Reranker(Protocol):
    """Orders the passages that were found for a question anew.

    `reorders` is False if they stay as they were found: then only answering needs what is seen in them.
    """

    reorders: bool

    def rerank(self, question: str, hits: Sequence[Hit], titles: Mapping[str, str]) -> list[Hit]:
        """The same passages, best first. `titles` are by document id.

        Scores stay comparable with those of passages that were found and not given.
        """


class ReadingReranker:
    """Reads every passage with the trained network, whose relevance is added to the fused score.

    One pass serves two: the hits keep what the network saw, and the reader finds its answers in that.
    """

    def __init__(self, model: ReaderModel, relevance: float = RELEVANCE) -> None:
        self._model = model
        self._relevance = relevance
        self.reorders = relevance > 0

    def rerank(self, question: str, hits: Sequence[Hit], titles: Mapping[str, str]) -> list[Hit]:
        readings = self._model.read(
            question,
            [titles.get(hit.passage.document_id, "") for hit in hits],
            [hit.passage.text for hit in hits],
        )
        scored = [
            replace(hit, score=hit.score + self._relevance * _share(reading.relevance), reading=reading)
            for hit, reading in zip(hits, readings, strict=True)
        ]
        if not self.reorders:
            return scored
        ordered = sorted(scored, key=lambda hit: -hit.score)
        return [replace(hit, ranks={**hit.ranks, "rerank": place}) for place, hit in enumerate(ordered, start=1)]


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
