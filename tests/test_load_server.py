"""The load driver counts what it sees, and the store made for it is sound."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.load import Load, ask_each, drive
from eval.serve import Ceiling, Served, make_store, serve_line
from eval.steady import Held, held_line, made_questions
from index.engine import SearchEngine


class Scripted:
    """A server that answers with statuses in turn, for each connection anew, and remembers what it was asked."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses = statuses
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = 0
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.asked.append(json.loads(await reader.readexactly(length))["question"])
                status = self.statuses[count % len(self.statuses)]
                count += 1
                writer.write(b"HTTP/1.1 %d X\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}" % status)
        except asyncio.IncompleteReadError:
            writer.close()
            await writer.wait_closed()


@pytest.fixture
def scripted() -> Iterator[tuple[Scripted, str]]:
    loop, script = asyncio.new_event_loop(), Scripted([200, 503, 200, 429, 500])
    server = loop.run_until_complete(asyncio.start_server(script.serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield script, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/answer"
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    while tasks := asyncio.all_tasks(loop):  # whose clients have gone
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()


def test_replies_refusals_and_failures_are_told_apart(scripted: tuple[Scripted, str]) -> None:
    script, url = scripted
    load = drive(url, ["a", "b"], clients=3, seconds=0.3)
    total = len(load.replies) + load.refused + load.failed
    assert total == len(script.asked)
    assert load.clients == 3
    assert abs(len(load.replies) - 0.4 * total) <= 6
    assert abs(load.failed - 0.2 * total) <= 3
    assert {"a", "b"} == set(script.asked)
    assert 0 < load.milliseconds(0.5) <= load.milliseconds(0.99)


def test_each_question_is_asked_once(scripted: tuple[Scripted, str]) -> None:
    script, url = scripted
    asked = made_questions(50)
    load = ask_each(url, asked, clients=3)
    assert sorted(script.asked) == sorted(asked)
    assert len(set(asked)) == 50
    assert len(load.replies) + load.refused + load.failed == 50


def test_memory_is_told_with_what_was_not_answered() -> None:
    assert held_line(Held("/v1/answer", 1_000, 0, 900.4)).endswith("900 MiB after 1,000 requests")
    assert held_line(Held("/v1/answer", 1_000, 3, 900.4)).endswith(", 3 of them unanswered")


def test_figures_are_ratios_to_the_ceiling() -> None:
    load = Load(8, 2.0, (0.010, 0.020, 0.030, 0.040), 1, 0)
    assert load.per_second == 2.0
    assert load.milliseconds(0.5) == 20.0
    assert Load(8, 2.0, (), 1, 0).milliseconds(0.5) == 0.0
    line = serve_line(Served("/v1/answer", load, Ceiling(4.0, 30.0), 33.0, 100.0, 5))
    assert "0.50 × ceiling" in line
    assert "processor 33 ms each, ceiling 30 ms" in line
    assert "refused 1" in line
    assert "100 MiB after 5 requests" in line


def test_the_store_made_for_the_load_is_sound_and_as_large_as_asked(tmp_path: Path) -> None:
    make_store(tmp_path / "store", 300)
    engine = SearchEngine(tmp_path / "store")
    counts = engine.catalog.counts()
    assert (counts.documents, counts.passages) == (3, 300)
    assert engine.catalog.problems() == []
    document = engine.catalog.document("000001.txt")
    assert document is not None
    for passage in engine.catalog.passages_of("000001.txt"):
        assert document.text[passage.start : passage.end] == passage.text
    engine.close()
