"""The threshold for an accepted share of wrong answers, worked by hand and on drawn questions."""

import random

import pytest

from corpus.errors import QuestionError
from rag.risk import NOTHING_ASKED, Risk

NINE = Risk(9, (0.8, 0.6, 0.4))


def test_the_threshold_lies_just_above_the_first_wrong_answer_that_is_too_many() -> None:
    # of 9 questions and one to come, 20 % are two: the one to come, and the wrong answer at 0.8
    assert NINE.threshold(20) == pytest.approx(0.6)
    assert NINE.threshold(20) > 0.6


def test_the_question_to_come_counts_as_wrong() -> None:
    assert NINE.threshold(10) == pytest.approx(0.8)


def test_where_every_wrong_answer_is_accepted_everything_is_answered() -> None:
    assert NINE.threshold(40) == 0.0
    assert NINE.threshold(100) == 0.0


@pytest.mark.parametrize("percent", [9.9, 0, -1, 100.1, float("nan")])
def test_what_cannot_be_promised_is_refused(percent: float) -> None:
    with pytest.raises(QuestionError, match=r"choose between 10\.0 and 100"):
        NINE.threshold(percent)


def test_nothing_set_aside_promises_nothing() -> None:
    with pytest.raises(QuestionError, match="cannot be promised"):
        NOTHING_ASKED.threshold(0.5)


def test_the_promise_is_kept_on_average_over_many_draws() -> None:
    chance = random.Random(3)

    def asked() -> tuple[float, bool]:
        probability = chance.random()
        return probability, chance.random() > probability

    wrong, draws = 0, 2000
    for _ in range(draws):
        aside = [asked() for _ in range(60)]
        risk = Risk(60, tuple(sorted((p for p, is_wrong in aside if is_wrong), reverse=True)))
        probability, is_wrong = asked()
        wrong += is_wrong and probability >= risk.threshold(15)
    assert 0.12 < wrong / draws < 0.165
