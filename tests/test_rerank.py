"""Reranking: the network's relevance beside the fused score."""

from collections.abc import Sequence

import numpy as np
import pytest

from corpus.document import Passage
from rag.network import PassageReading, ReaderModel
from rag.rerank import ReadingReranker
from rag.retrieve import Hit


class Judge(ReaderModel):
    """Finds texts with the word "port" relevant, and remembers the titles that it was given."""

    def read(self, question: str, titles: Sequence[str], texts: Sequence[str]) -> list[PassageReading]:
        self.titles = list(titles)
        nothing = np.zeros(0, np.float32)
        return [
            PassageReading(np.zeros((0, 2), np.int64), nothing, nothing, 9.0 if "port" in text else -9.0, 0.0)
            for text in texts
        ]


def hit(place: int, text: str, score: float) -> Hit:
    return Hit(Passage(f"{place}.txt", 0, len(text), text), score, {"dense": place, "fused": place})


HITS = [hit(1, "The weather was fine.", 0.6), hit(2, "Ann Lee runs the port.", 0.5), hit(3, "A strike.", 0.4)]


def test_a_relevant_passage_comes_before_a_nearer_one() -> None:
    found = ReadingReranker(Judge(), relevance=0.3).rerank("Who runs the port?", HITS, {})
    assert [each.passage.document_id for each in found] == ["2.txt", "1.txt", "3.txt"]
    assert found[0].score == pytest.approx(0.8, abs=1e-3)
    assert found[0].ranks == {"dense": 2, "fused": 2, "rerank": 1}


def test_relevance_of_no_weight_leaves_the_order() -> None:
    reranker = ReadingReranker(Judge(), relevance=0.0)
    assert not reranker.reorders
    assert reranker.rerank("Who runs the port?", HITS, {}) == HITS


def test_each_hit_keeps_what_the_network_saw_in_it() -> None:
    found = ReadingReranker(Judge(), relevance=0.3).rerank("Who runs the port?", HITS, {})
    assert [each.reading.relevance for each in found if each.reading] == [9.0, -9.0, -9.0]


def test_titles_are_read_with_their_passages() -> None:
    judge = Judge()
    ReadingReranker(judge).rerank("Who runs the port?", HITS, {"2.txt": "Rotterdam"})
    assert judge.titles == ["", "Rotterdam", ""]


def test_no_hits_give_none() -> None:
    assert ReadingReranker(Judge()).rerank("Who?", [], {}) == []
