"""A walk through the questions that a run fell short of, each with its trace, as HTML."""

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from eval.saved import SavedRun
from eval.template import rendered
from eval.worst import STAGES, Worst, worst_questions

TEMPLATE = Path(__file__).with_name("miss.html.jinja")

MOST = 50


@dataclass(frozen=True, slots=True)
class Walk:
    """`pages` are the misses as HTML, the worst first; `place` is the one that is looked at, from 0."""

    summary: str = ""
    pages: tuple[str, ...] = ()
    place: int = 0

    def moved(self, by: int) -> "Walk":
        """So many further or, below 0, back; no further than the ends."""
        return replace(self, place=max(0, min(len(self.pages) - 1, self.place + by)))

    def position(self) -> str:
        """`3 of 12`, and what the walk goes through."""
        where = f"<strong>{self.place + 1} of {len(self.pages)}</strong> · " if self.pages else ""
        return f'<p class="position" role="status">{where}<span class="quiet">{escape(self.summary)}</span></p>'

    def page(self) -> str:
        """The miss that is looked at; nothing if there is none."""
        return self.pages[self.place] if self.pages else ""


def walk(run: SavedRun) -> Walk:
    """From the worst question on. Raises DataError if the run's records cannot be read."""
    worst = worst_questions(run, MOST)
    pages = tuple(
        rendered(TEMPLATE, miss=miss, stages=worst.stages, means=STAGES, measure=run.main_measure)
        for miss in worst.misses
    )
    return Walk(_summary(worst), pages)


def _summary(worst: Worst) -> str:
    measure = worst.run.main_measure
    if not worst.misses:
        return f"No question fell short by {measure}." if measure else "Nothing was measured question by question."
    order = f"these are the {len(worst.misses)} worst" if worst.fell_short > len(worst.misses) else "the worst first"
    questions = "question" if worst.fell_short == 1 else "questions"
    return f"{worst.fell_short:,} {questions} fell short of 1 by “{measure}”; {order}"
