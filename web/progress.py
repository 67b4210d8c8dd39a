"""How far a measurement has come, how fast it goes and how long it will take, as values and as HTML."""

from dataclasses import dataclass, replace
from html import escape

from eval.system import Step

SURE_AFTER_S = 1.0
"""A rate is not told before."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (0: not known) in a stage that began at `first` done; times are monotonic seconds."""

    stage: str = "preparing"
    done: int = 0
    total: int = 0
    first: int = 0
    began: float = 0.0
    now: float = 0.0

    def after(self, step: Step, now: float) -> "Progress":
        """The progress once another step was taken."""
        if step.stage != self.stage:
            return Progress(step.stage, step.done, step.total, step.done, now, now)
        return replace(self, done=step.done, total=step.total, now=now)

    @property
    def rate(self) -> float | None:
        """How many a second; None while that is not sure."""
        took = self.now - self.began
        return (self.done - self.first) / took if took >= SURE_AFTER_S and self.done > self.first else None

    @property
    def seconds_left(self) -> float | None:
        """In this stage; None while that is not sure."""
        return (self.total - self.done) / self.rate if self.rate and self.total else None


def progress_html(progress: Progress) -> str:
    """A bar, and what it shows in words."""
    count = f"{progress.done:,} of {progress.total:,}" if progress.total else ""
    value = f' value="{progress.done}" max="{progress.total}"' if progress.total else ""
    rate = f"{progress.rate:,.1f} a second" if progress.rate else ""
    left = f"about {_duration(progress.seconds_left)} left" if progress.seconds_left is not None else ""
    words = [f"<strong>{escape(_capital(progress.stage))}</strong>", *filter(None, (count, rate, left))]
    return (
        f'<div class="progress"><p>{" · ".join(words)}</p>'
        f'<progress{value} aria-label="{escape(_capital(progress.stage))}"></progress>'
        f'<p class="quiet">Closing the page stops it. What was done is kept.</p></div>'
    )


def notice_html(text: str) -> str:
    """A sentence that a screen reader reads out when it appears."""
    return f'<div class="notice" role="status">{escape(_capital(text))}</div>' if text else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
