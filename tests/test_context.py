"""What earlier turns add to a search."""

from collections.abc import Collection

import pytest

from corpus.document import Passage
from index.where import ANYWHERE, Where, parse_where
from rag.context import LEANING, STANDING, Context, blended, context_of, retrieved_in_context
from rag.followup import Turn
from rag.retrieve import Hit, Retrieval

_HISTORY = [Turn("Who founded Netflix?"), Turn("Did Blockbuster think that Netflix was a threat?")]


def _hit(name: str, score: float) -> Hit:
    return Hit(Passage(name, 0, 1, name), score, {"dense": 1, "fused": 1})


class _Fake:
    """Finds what it is told to for each question, and remembers what it was asked."""

    def __init__(self, **found: list[Hit]) -> None:
        self.found = found
        self.asked: list[str] = []
        self.limited: list[Where] = []

    def retrieve(self, question: str, k: int, where: Where = ANYWHERE) -> list[Hit]:
        return list(self.timed(question, k, where).hits)

    def timed(self, question: str, k: int, where: Where = ANYWHERE) -> Retrieval:
        self.asked.append(question)
        self.limited.append(where)
        hits = self.found["wider"] if "Netflix" in question else self.found["own"]
        return Retrieval(tuple(hits[:k]), {"embed": 1.0, "search": 2.0})

    def only(self, searches: Collection[str]) -> "_Fake":
        return self


@pytest.mark.parametrize(
    "question", ["Why?", "And in 2021?", "What did it say?", "Was that legal?", "regional differences"]
)
def test_a_question_that_points_back_leans_on_its_context(question: str) -> None:
    context = context_of(question, _HISTORY)
    assert context.share == LEANING
    assert "Netflix" in context.words


def test_a_question_that_names_something_new_leans_less() -> None:
    assert context_of("When did Derrick Johnson lead the NAACP?", _HISTORY).share == STANDING < LEANING


@pytest.mark.parametrize("question", ["By the way, who leads it?", "Speaking of films, who made Titanic?"])
def test_a_question_that_says_it_changes_the_subject_has_no_context(question: str) -> None:
    assert context_of(question, _HISTORY) == Context()


def test_without_history_there_is_no_context() -> None:
    assert context_of("Why?", []) == context_of("Why?", [Turn(""), Turn("🤷‍♀️"), Turn("a" * 10_000)]) == Context()


def test_a_context_adds_only_words_that_the_question_lacks() -> None:
    assert context_of("Is Netflix big?", [Turn("Who founded Netflix?")]).words == "founded"


def test_a_question_without_context_is_searched_once() -> None:
    fake = _Fake(own=[_hit("a", 0.5)], wider=[])
    assert retrieved_in_context(fake, ("q", "q"), Context(), 3) == fake.timed("q", 3)
    assert fake.asked == ["q", "q"]


def test_the_second_search_is_for_the_question_as_it_was_asked() -> None:
    fake = _Fake(own=[_hit("a", 0.9), _hit("b", 0.8)], wider=[_hit("b", 0.9), _hit("a", 0.1)])
    retrieval = retrieved_in_context(fake, ("When did Musk sign?", "When did he sign?"), Context("Netflix", 0.5), 1)
    assert fake.asked == ["When did Musk sign?", "When did he sign? Netflix"]
    assert [hit.passage.document_id for hit in retrieval.hits] == ["b"]
    assert retrieval.timings_ms == {"embed": 2.0, "search": 4.0}


def test_both_searches_are_limited() -> None:
    fake, where = _Fake(own=[], wider=[]), parse_where("folder:news")
    retrieved_in_context(fake, ("q", "q"), Context("Netflix", 0.5), 1, where)
    assert fake.limited == [where, where]


def test_a_passage_that_a_search_did_not_reach_counts_as_its_last() -> None:
    hits = blended([_hit("a", 1.0), _hit("b", 0.6)], [_hit("c", 1.0), _hit("b", 0.4)], 0.5)
    assert [(hit.passage.document_id, round(hit.score, 2)) for hit in hits] == [("c", 0.8), ("a", 0.7), ("b", 0.5)]
    assert [hit.ranks["fused"] for hit in hits] == [1, 2, 3]


def test_nothing_found_twice_is_nothing() -> None:
    assert blended([], [], 0.5) == []
