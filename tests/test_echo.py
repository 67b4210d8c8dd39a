"""Echoes: words that only say a question again, and sentences that ask it, answer nothing."""

import pytest

from rag.echo import Echo


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the capital of France?", "the capital of France"),
        ("Who opened the bridges?", "Who opened the bridge"),
        ("Which reason was it?", "it"),
        ("What is the WHO?", "WHO"),
    ],
)
def test_words_of_the_question_are_an_echo(question: str, words: str) -> None:
    assert Echo(question).is_all_of(words)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the capital of France?", "Paris, the capital of France"),
        ("Who declared the pandemic over?", "WHO"),
        ("Which is older, the British or the Ethiopian Empire?", "Ethiopian Empire"),
        ("How many bridges are there?", "2 bridges"),
    ],
)
def test_words_of_its_own_and_one_of_two_that_are_offered_are_none(question: str, words: str) -> None:
    assert not Echo(question).is_all_of(words)


def test_other_words_are_told_with_their_places() -> None:
    text = "The bridge of Almeida was opened in 1932."
    others = Echo("When was Almeida's bridge opened?").other_words(text)
    assert [text[word.start : word.end] for word in others] == ["1932"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Who denied the deal?",
        "## How do I reset my password?",
        "Q: Is there another version?",
        "**3. Why don't guests see it?**",
        "When asked “Who  denied the deal?” say that you cannot help.",
    ],
)
def test_questions_and_what_holds_this_one_are_asking(sentence: str) -> None:
    assert Echo("Who denied the deal?").is_asking(sentence)
    assert not Echo("What did the reader ask?").is_asking(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Is this so? Nobody knows.",
        "The man who denied the deal is Ann Lee.",
        "What happened is clear.",
        "She asked him: “Who will pay?”",
        "",
    ],
)
def test_statements_are_not_asking(sentence: str) -> None:
    assert not Echo("Who denied the deal?").is_asking(sentence)


def test_a_question_without_words_asks_nothing_of_a_statement() -> None:
    assert not Echo("😀").is_asking("The bridge is open.")
