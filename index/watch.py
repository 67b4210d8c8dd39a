"""Following a folder live: whenever files in it change and then rest for a moment, what follows them is called."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

_REST_MS = 500
_LONGEST_WAIT_MS = 5_000


def watch(folder: Path, store: Path, changed: Callable[[], None], stop: Event | None = None) -> None:
    """Until `stop` is set, or Ctrl-C. Hidden files are no documents, and the store may lie in the folder."""
    from watchfiles import Change, watch

    folder, store = folder.resolve(), store.resolve()

    def matters(_: Change, name: str) -> bool:
        path = Path(name)
        if path == folder or not path.is_relative_to(folder):
            return path == folder
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        return not hidden and not path.is_relative_to(store)

    for _ in watch(folder, watch_filter=matters, debounce=_LONGEST_WAIT_MS, step=_REST_MS, stop_event=stop):
        changed()
