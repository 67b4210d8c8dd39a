"""One call for many threads: what they ask for while a call is under way is done together in the next one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Calls `act` with at most `most` items at once, and never twice at a time. Nobody waits for a batch to fill."""

    def __init__(self, act: Callable[[Sequence[T]], Sequence[R]], most: int) -> None:
        self._act = act
        self._most = most
        self._queue: list[tuple[T, Future[R]]] = []
        self._queueing = Lock()
        self._acting = Lock()

    def __call__(self, item: T) -> R:
        """The result for one item; raises what `act` raises for it."""
        result: Future[R] = Future()
        with self._queueing:
            self._queue.append((item, result))
        while not result.done():
            with self._acting:
                if not result.done():
                    self._act_on(self._next())
        return result.result()

    def _next(self) -> list[tuple[T, "Future[R]"]]:
        """Those that have waited the longest."""
        with self._queueing:
            batch, self._queue = self._queue[: self._most], self._queue[self._most :]
        return batch

    def _act_on(self, batch: "Sequence[tuple[T, Future[R]]]") -> None:
        try:
            results = self._act([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  it is raised where it belongs: whose it is shows when each is alone
            if len(batch) == 1:
                batch[0][1].set_exception(error)
            else:
                for each in batch:
                    self._act_on([each])
            return
        for (_, result), found in zip(batch, results, strict=True):
            result.set_result(found)
