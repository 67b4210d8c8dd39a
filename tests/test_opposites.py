"""Questions turned into what their paragraph does not answer."""

import random

import pytest

from rag.training.opposites import OPPOSITES, turned


def all_turns(question: str) -> set[str | None]:
    return {turned(question, random.Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is he the first?", {"Is he the last?", None}),
        ("Who was the first?", {"Who was the last?", "Who was not the first?", "Who wasn't the first?"}),
        ("What does Ann sell?", {"What does Ann buy?", "What does Ann not sell?", "What doesn't Ann sell?"}),
        ("Who denied the deal?", {"Who never denied the deal?"}),
        ("How many boats?", {None}),
    ],
)
def test_a_question_is_negated_or_says_the_opposite(question: str, expected: set[str | None]) -> None:
    assert all_turns(question) == expected


def test_no_word_is_its_own_opposite() -> None:
    assert all(word != other for word, other in OPPOSITES.items())
