"""What was said before a question."""

from dataclasses import dataclass

from index.where import ANYWHERE, Where


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question that stands alone, and the short answer it got; None if it got none.

    `where` limited that question, and limits nothing that is asked after it.
    """

    question: str
    short_answer: str | None = None
    where: Where = ANYWHERE
