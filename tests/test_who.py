"""Words that do not say who: pronouns, and those who are told something."""

import pytest

from rag.who import nobody

STATEMENT = "Ann Lee, who runs the port, told the Harbour Times that she found the tweet unclear."


def _nobody(question: str, text: str) -> list[str]:
    return [text[span.start : span.end] for span in nobody(question, text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (STATEMENT, ["she", "the Harbour Times"]),
        ("In a statement to Radio Free Rivertown and The Post, Lee denied it.", ["Radio Free Rivertown and The Post"]),
        ("Lee was speaking to Reuters on Monday.", ["Reuters"]),
        ("They closed it. The WHO and the US did not tell him.", ["They", "him"]),
    ],
)
def test_a_pronoun_and_a_name_that_is_told_something_do_not_say_who(text: str, words: list[str]) -> None:
    assert _nobody("Who found the tweet unclear?", text) == words


@pytest.mark.parametrize("question", ["Who was told that it is unclear?", "Who did Ann Lee speak to?", "Who said so?"])
def test_a_question_of_speech_may_ask_for_the_one_who_is_told(question: str) -> None:
    assert _nobody(question, STATEMENT) == ["she"]


def test_somebody_who_is_told_to_act_may_have_acted() -> None:
    assert _nobody("Who fetched the cows?", "The farmer told Chanakya Rao to fetch them.") == ["them"]


@pytest.mark.parametrize("question", ["Which paper printed it?", "What did she find?", "Whom did she tell?"])
def test_other_questions_are_left_alone(question: str) -> None:
    assert _nobody(question, STATEMENT) == []
