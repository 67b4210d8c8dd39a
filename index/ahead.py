"""Work ahead in a thread: what is wanted next is made while the last is still being used, and never more than that."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")
_LOOK_S = 0.1


class _Stop(Generic[T]):
    """Nothing follows; or what was raised."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


@contextmanager
def ahead(items: Iterator[T], depth: int, interrupt: Callable[[], None]) -> Iterator[Iterator[T]]:
    """The items, of which up to `depth` are made ahead. On the way out, `interrupt` makes the maker give up."""
    made: queue.Queue[T | _Stop[T]] = queue.Queue(depth)
    stopped = threading.Event()
    maker = threading.Thread(target=_make, args=(items, made, stopped), daemon=True)
    maker.start()
    try:
        yield _taken(made)
    finally:
        stopped.set()
        interrupt()
        maker.join()


def _make(items: Iterator[T], made: "queue.Queue[T | _Stop[T]]", stopped: threading.Event) -> None:
    last: _Stop[T] = _Stop()
    try:
        for item in items:
            if not _put(made, item, stopped):
                return
    except BaseException as error:  # noqa: BLE001  (raised again where the items are taken)
        last = _Stop(error)
    _put(made, last, stopped)


def _put(made: "queue.Queue[T | _Stop[T]]", item: "T | _Stop[T]", stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            made.put(item, timeout=_LOOK_S)
        except queue.Full:
            continue
        return True
    return False


def _taken(made: "queue.Queue[T | _Stop[T]]") -> Iterator[T]:
    while True:
        item = made.get()
        if isinstance(item, _Stop):
            if item.error:
                raise item.error
            return
        yield item
