"""What kind of thing a question asks for."""

import pytest

from rag.expect import acts_otherwise, asks_yes_or_no, expected_kind, fits


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many users were banned?", "number"),
        ("And how much did he pay?", "number"),
        ("When was it founded?", "date"),
        ("In which year did it end?", "date"),
        ("Who denied the deal?", "name"),
        ("Where is it?", "name"),
        ("Why did they leave?", None),
        ("What did he say when he left?", None),
    ],
)
def test_the_question_word_tells_the_kind(question: str, kind: str | None) -> None:
    assert expected_kind(question) == kind


@pytest.mark.parametrize(
    ("kind", "words", "fitting"),
    [
        ("number", "$44 billion", True),
        ("number", "thousands of employees", True),
        ("number", "a group of users", False),
        ("number", "many", False),
        ("date", "Nov. 8", True),
        ("date", "by the end of this week", True),
        ("date", "backed SpaceX", False),
        ("date", "before he finalized his purchase", True),
        ("date", "before", False),
        ("name", "Derrick Johnson", True),
        ("name", "agencies and brands", False),
        ("name", "They", False),
        (None, "anything at all", True),
    ],
)
def test_words_are_of_a_kind_or_not(kind: str | None, words: str, fitting: bool) -> None:
    assert fits(kind, words) is fitting


@pytest.mark.parametrize(
    "question", ["Did Musk buy Twitter?", "And is it true?", "Wasn't he there?", "Can users return?"]
)
def test_a_question_of_yes_or_no_is_seen(question: str) -> None:
    assert asks_yes_or_no(question)


@pytest.mark.parametrize("question", ["Who did it?", "Is it Ford or Tesla?", "What is it?", "Island names?", ""])
def test_other_questions_are_not_of_yes_or_no(question: str) -> None:
    assert not asks_yes_or_no(question)


@pytest.mark.parametrize(
    ("question", "before", "otherwise"),
    [
        ("Who denied the deal?", "They denied allegations made by ", True),
        ("Who denied the deal?", "The deal was denied by the ", False),
        ("Who denies the deal?", "The deal was denied by ", False),
        ("Who denied the deal?", "In a statement ", False),
        ("Who wrote the play?", "The play was authored by ", False),
        ("Who denied the deal?", "", False),
    ],
)
def test_a_name_behind_by_did_what_stands_before_it(question: str, before: str, otherwise: bool) -> None:
    assert acts_otherwise(question, before) == otherwise
