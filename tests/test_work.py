"""The bounded pool: so many work, so many wait, one more is refused; what nobody wants stops; closing finishes."""

import asyncio
import time
from threading import Event, Lock
from typing import Any

import pytest
from starlette.requests import Request

from index.where import Where
from rag.assistant import Assistant
from rag.network import ReaderModel
from rag.rerank import ReadingReranker
from rag.retrieve import Retrieval
from web.problem import RefusedError
from web.work import GoneError, Workers


def assistant_with(retriever: Any = None) -> Assistant:
    """Of an assistant, what this work looks at."""
    return Assistant(None, retriever, ReadingReranker(ReaderModel()), None, None)  # type: ignore[arg-type]


@pytest.fixture
def idle() -> Assistant:
    return assistant_with()


class Held:
    """Work that goes on until it is let go; counts how much of it ran at once."""

    def __init__(self) -> None:
        self.go_on, self.begun = Event(), Event()
        self.at_once = self.most = self.finished = 0
        self._lock = Lock()

    def __call__(self, _: Assistant) -> str:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.begun.set()
        self.go_on.wait(10)
        with self._lock:
            self.at_once -= 1
            self.finished += 1
        return "done"


def test_one_more_than_may_wait_is_refused_at_once_and_room_comes_back(idle: Assistant) -> None:
    workers, held = Workers(idle, 2, 3), Held()
    works = [workers.submit(held) for _ in range(5)]
    with pytest.raises(RefusedError) as refused:
        workers.submit(held)
    assert held.finished == 0
    assert (refused.value.problem.status, refused.value.problem.headers["Retry-After"]) == (503, "1")
    assert (workers.running, workers.waiting) == (2, 3)
    held.go_on.set()
    assert [work.future.result(10) for work in works] == ["done"] * 5
    assert held.most == 2
    workers.close()
    assert (workers.running, workers.waiting) == (0, 0)


def test_who_would_have_to_wait_too_long_is_refused_though_there_is_room(
    idle: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.work.LONGEST_WAIT_S", 0.0001)
    workers, held = Workers(idle, 1, 5), Held()
    workers.submit(lambda _: time.sleep(0.01)).future.result(10)
    works = [workers.submit(held) for _ in range(2)]
    with pytest.raises(RefusedError):
        workers.submit(held)
    held.go_on.set()
    assert [work.future.result(10) for work in works] == ["done"] * 2
    workers.close()


def test_work_that_waits_and_is_no_longer_wanted_never_begins(idle: Assistant) -> None:
    workers, held = Workers(idle, 1, 2), Held()
    first, second = workers.submit(held), workers.submit(held)
    held.begun.wait(10)
    second.stop()
    assert workers.waiting == 0
    held.go_on.set()
    first.future.result(10)
    workers.close()
    assert held.finished == 1


def test_work_that_runs_and_is_no_longer_wanted_ends_at_its_next_stage() -> None:
    begun, go_on, asked = Event(), Event(), []

    class Searching:
        def timed(self, question: str, k: int, where: Where) -> Retrieval:
            asked.append(question)
            begun.set()
            go_on.wait(10)
            return Retrieval((), {})

    workers = Workers(assistant_with(Searching()), 1, 0)

    def twice(each: Assistant) -> None:
        each.retriever.timed("first", 1)
        each.retriever.timed("second", 1)

    work = workers.submit(twice)
    begun.wait(10)
    work.stop()
    go_on.set()
    with pytest.raises(GoneError):
        work.future.result(10)
    assert asked == ["first"]
    workers.close()


def test_a_waiter_that_is_cancelled_takes_its_work_along(idle: Assistant) -> None:
    workers, held = Workers(idle, 1, 1), Held()

    async def cancelled() -> bool:
        running = workers.submit(held)
        waiting = workers.submit(held)
        task = asyncio.ensure_future(waiting.result())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        held.go_on.set()
        await running.result()
        return waiting.future.cancelled()

    assert asyncio.run(cancelled())
    workers.close()
    assert held.finished == 1


def test_work_whose_client_disconnects_is_stopped(idle: Assistant) -> None:
    workers, held = Workers(idle, 1, 1), Held()
    messages: list[Any] = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def disconnected() -> bool:
        running, waiting = workers.submit(held), workers.submit(held)
        with pytest.raises(GoneError):
            await waiting.result_for(Request({"type": "http", "headers": []}, receive))
        await asyncio.sleep(0)
        held.go_on.set()
        await running.result()
        return waiting.future.cancelled()

    assert asyncio.run(disconnected())
    workers.close()
    assert held.finished == 1


def test_closing_finishes_what_runs(idle: Assistant) -> None:
    workers, held = Workers(idle, 1, 1), Held()
    running, waiting = workers.submit(held), workers.submit(held)
    held.begun.wait(10)
    held.go_on.set()
    workers.close()
    assert running.future.result(0) == "done"
    assert waiting.future.done()
