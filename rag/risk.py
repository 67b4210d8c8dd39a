"""The probability from which to answer, for the share of wrong answers that a person accepts.

Conformal risk control (Angelopoulos et al. 2024, https://arxiv.org/abs/2208.02814): of questions like those set
aside, mixed in the same way, at most the accepted share gets a wrong answer, on average over which of them were
set aside. Where the questions are of another kind, nothing is promised.
"""

import math
from dataclasses import dataclass

from corpus.errors import QuestionError

AT_MOST_WRONG = 22
"""Percent of questions; the shipped threshold is the one for it."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What was seen on questions set aside: how many there were, and the wrong answers' probabilities, highest first.

    An answer is wrong if its sentence does not answer, and always where the documents do not answer.
    """

    asked: int = 0
    wrong: tuple[float, ...] = ()

    def threshold(self, at_most_wrong: float) -> float:
        """The lowest probability from which at most that many percent of all questions get a wrong answer.

        Raises QuestionError for a percentage that so few questions cannot promise.
        """
        least = 100 / (self.asked + 1)
        if not least <= at_most_wrong <= 100:
            raise QuestionError(
                f"at most {at_most_wrong:g} % wrong answers cannot be promised; choose between {least:.1f} and 100"
            )
        allowed = math.floor(at_most_wrong / 100 * (self.asked + 1) + 1e-9) - 1
        return math.nextafter(self.wrong[allowed], 2) if allowed < len(self.wrong) else 0.0


NOTHING_ASKED = Risk()
