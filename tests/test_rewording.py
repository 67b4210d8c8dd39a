"""Questions with a word exchanged for one near it in meaning."""

import random

import pytest

from index.embed import SentenceEmbedder
from rag.training.rewording import SEEN, Rewording

_QUESTIONS = (
    "When did the ferry sink?", "When did the bridge sink?", "Which hotel closed?", "Who owns the bank?",
    "Who praised Ann?", "Who founded Ann?",
)  # fmt: skip
QUESTIONS = [question for question in _QUESTIONS for _ in range(SEEN)]


def _all(rewording: Rewording, question: str, paragraph: str = "") -> set[str | None]:
    return {rewording.reworded(question, paragraph, random.Random(seed)) for seed in range(40)}


@pytest.fixture(scope="module")
def rewording(sentence_embedder: SentenceEmbedder) -> Rewording:
    return Rewording(QUESTIONS, sentence_embedder)


def test_a_word_is_exchanged_for_one_near_it_that_can_stand_there(rewording: Rewording) -> None:
    assert _all(rewording, "When did the ferry sink?") == {"When did the bridge sink?"}
    assert _all(rewording, "Who praised Ann?") == {"Who founded Ann?"}


def test_a_word_that_stands_elsewhere_is_not_taken(rewording: Rewording) -> None:
    assert _all(rewording, "Who owns the bank?") == {None}


def test_a_word_that_the_paragraph_holds_is_not_taken(rewording: Rewording) -> None:
    assert _all(rewording, "When did the ferry sink?", "It struck two Bridges.") == {None}


def test_what_was_seen_too_seldom_is_not_exchanged(sentence_embedder: SentenceEmbedder) -> None:
    assert _all(Rewording(_QUESTIONS * (SEEN - 1), sentence_embedder), "Who praised Ann?") == {None}
