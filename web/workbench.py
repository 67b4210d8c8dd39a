"""One measurement at a time, on a thread of its own, followed and cancelled from others."""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from threading import Event, Lock, Thread, main_thread
from time import monotonic
from typing import TypeVar

from corpus.errors import DataError, UserError
from eval.saved import SavedRun
from web.measure import Steps
from web.progress import Progress

Shown = TypeVar("Shown")

PAUSE_S = 0.25
"""Between two looks at how far it has come."""


class Workbench:
    """Where measurements are made, one after the other.

    Each has a thread of its own, for the locks that it holds belong to the thread that took them, and Gradio takes
    every step of an event, and closes it, on any thread.
    """

    def __init__(self) -> None:
        self._free = Lock()
        self._job = _Job("")

    def follow(self, owner: str, steps: Steps, show: Callable[[Progress], Shown]) -> Generator[Shown, None, SavedRun]:
        """Make the measurement, showing every PAUSE_S how far it is; the run, once it is finished.

        Closing this generator cancels it, as `cancel` does. Raises DataError if another is under way or this one
        was cancelled, and what the steps raise.
        """
        if not self._free.acquire(blocking=False):
            raise DataError("another measurement is under way; wait until it is finished, or has been cancelled")
        job = self._job = _Job(owner)
        Thread(target=self._work, args=(job, steps), name="measuring").start()
        try:
            yield show(job.progress)
            while not job.over.wait(PAUSE_S):
                yield show(replace(job.progress, stage="stopping") if job.cancelled.is_set() else job.progress)
        finally:
            job.cancelled.set()
        return job.result()

    def cancel(self, owner: str) -> None:
        """End the owner's measurement after the step that it is at; nobody else's."""
        if self._job.owner == owner:
            self._job.cancelled.set()

    def _work(self, job: "_Job", steps: Steps) -> None:
        try:
            with closing(steps):
                job.take(steps)
        except UserError as error:
            job.problem = error
        finally:
            self._free.release()
            job.over.set()


class _Job:
    """A measurement under way: written by its thread, read by others."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.progress = Progress()
        self.cancelled, self.over = Event(), Event()
        self.run: SavedRun | None = None
        self.problem: UserError = DataError("the measurement failed; the server's log says why")

    def take(self, steps: Steps) -> None:
        """Every step, until there is none, or it is cancelled, or the server ends, which waits for the step."""
        while not self.cancelled.is_set() and main_thread().is_alive():
            try:
                step = next(steps)
            except StopIteration as finished:
                self.run = finished.value
                return
            self.progress = self.progress.after(step, monotonic())
        at = self.progress
        where = f", at {at.done:,} of {at.total:,}" if at.total else ""
        self.problem = DataError(
            f"cancelled while {at.stage}{where}. Nothing is lost: measure the same again, and it goes on from there"
        )

    def result(self) -> SavedRun:
        if self.run is None:
            raise self.problem
        return self.run
