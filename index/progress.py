"""Progress of long work: documents, passages a second and time left, in a terminal; silent elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from index.sync import Progress as SyncProgress


@contextmanager
def sync_progress() -> Iterator[SyncProgress]:
    """A bar on standard error for as long as something is being embedded."""
    console = Console(stderr=True)
    columns = (
        TextColumn("indexing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("documents · {task.fields[rate]} passages/s ·"),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("indexing", total=None, visible=False, rate="–")

        def advance(done: int, total: int, embedded: int) -> None:
            elapsed = bar.tasks[task].elapsed or 0.0
            rate = f"{embedded / elapsed:.0f}" if elapsed > 0 else "–"
            bar.update(task, completed=done, total=total, visible=True, rate=rate)

        yield advance
