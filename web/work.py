"""A bounded pool for questions: so many are worked on, so many wait, and not for too long; others are refused at once.

Work whose client has gone stops: at once if it waits, else at its next stage.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import Generic, TypeVar

from starlette.requests import Request

from rag.assistant import Assistant
from web.problem import RefusedError
from web.stages import Checkpoint, watched

T = TypeVar("T")
LONGEST_WAIT_S = 20.0
"""Who would probably have to wait longer is refused."""
_NEWEST = 0.1


class GoneError(RefusedError):
    """The client has gone; nobody waits for the answer."""

    def __init__(self) -> None:
        super().__init__("gone", "nobody waits for the answer any more")


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """Something that is worked on, or waits for its turn."""

    future: "Future[T]"
    _stopped: Event

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._stopped.set()
        self.future.cancel()

    async def result(self) -> T:
        """What came of it; stops it if the one who waits is cancelled."""
        try:
            return await asyncio.wrap_future(self.future)
        except asyncio.CancelledError:
            self.stop()
            raise

    async def result_for(self, request: Request) -> T:
        """What came of it; stops it and raises GoneError if the client goes away first."""
        result, gone = asyncio.ensure_future(self.result()), asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait({result, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not result.done():
                raise GoneError()
            return result.result()
        finally:
            result.cancel()
            gone.cancel()


class Workers:
    """Threads that ask the assistant; usable from the event loop and from other threads."""

    def __init__(self, assistant: Assistant, workers: int, waiting: int) -> None:
        self._assistant = assistant
        self._most = workers + waiting
        self._workers = workers
        self._count = 0
        self._seconds = 0.0  # what work took of late
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="worker")

    @property
    def running(self) -> int:
        return min(self._count, self._workers)

    @property
    def waiting(self) -> int:
        return max(0, self._count - self._workers)

    def submit(self, act: Callable[[Assistant], T], told: Checkpoint = lambda stage, left: None) -> Work[T]:
        """Work whose assistant tells of its stages. Raises RefusedError if too many wait already."""
        stopped = Event()

        def checkpoint(stage: str, left: int) -> None:
            if stopped.is_set():
                raise GoneError()
            told(stage, left)

        def begun() -> T:
            started = monotonic()
            try:
                return act(watched(self._assistant, checkpoint))
            finally:
                self._seconds += _NEWEST * (monotonic() - started - self._seconds)

        with self._lock:
            wait = self.waiting * self._seconds / self._workers
            if self._count >= self._most or wait > LONGEST_WAIT_S:
                detail = f"{self.waiting} questions wait already; try again in a moment"
                raise RefusedError("busy", detail, {"Retry-After": str(max(1, round(wait)))})
            self._count += 1
        future = self._pool.submit(begun)
        future.add_done_callback(self._finished)
        return Work(future, stopped)

    def close(self) -> None:
        """Finish what is being worked on; what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _finished(self, _: "Future[T]") -> None:
        with self._lock:
            self._count -= 1


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
