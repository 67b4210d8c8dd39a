"""How far a measurement has come, in a terminal; silent elsewhere."""

from collections.abc import Generator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from corpus.edge import warn
from eval.system import Step

Result = TypeVar("Result")


def followed(steps: Generator[Step, None, Result]) -> Result:
    """Take every step, showing a bar with a rate and the time left; what the steps return."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("· {task.fields[rate]} a second ·"),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("preparing", total=None, rate="–")
        stage = "preparing"
        while True:
            try:
                step = next(steps)
            except KeyboardInterrupt:
                warn("interrupted: the same command goes on where it stopped")
                raise
            except StopIteration as finished:
                result: Result = finished.value
                return result
            if step.stage != stage:
                stage = step.stage
                bar.reset(task, description=stage, total=step.total)
            speed = bar.tasks[task].speed
            bar.update(task, completed=step.done, total=step.total, rate=f"{speed:.1f}" if speed else "–")
