"""What was said before a question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question that stands alone, and the short answer it got; None if it got none."""

    question: str
    short_answer: str | None = None
