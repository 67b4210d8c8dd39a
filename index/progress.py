"""Progress of long work: files, passages a second and time left, in a terminal; silent elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from index.sync import Progress as SyncProgress
from index.sync import Step

_WINDOW_S = 120  # what is left is judged by the last two minutes: formats differ in speed


@contextmanager
def sync_progress() -> Iterator[SyncProgress]:
    """A bar on standard error while something is being embedded; it runs in bytes, for files differ in size."""
    console = Console(stderr=True)
    columns = (
        TextColumn("indexing"),
        BarColumn(),
        TextColumn("{task.fields[files]} files · {task.fields[rate]} passages/s ·"),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden, speed_estimate_period=_WINDOW_S) as bar:
        task = bar.add_task("indexing", total=None, visible=False, rate="–", files="–")

        def advance(step: Step) -> None:
            elapsed = bar.tasks[task].elapsed or 0.0
            rate = f"{step.embedded / elapsed:.0f}" if elapsed > 0 else "–"
            files = f"{step.files}/{step.of_files}"
            bar.update(task, completed=step.bytes, total=step.of_bytes, visible=True, rate=rate, files=files)

        yield advance
