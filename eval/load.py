"""Many clients at once, each with one connection, which ask one question after another and time the replies."""

import asyncio
import json
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlsplit

from eval.measures.latency import percentile

REFUSED = frozenset({429, 503})
OK = 200


@dataclass(frozen=True, slots=True)
class Load:
    """What so many clients saw: seconds of each reply, refusals (429 and 503), and every other failure."""

    clients: int
    seconds: float
    replies: tuple[float, ...]
    refused: int
    failed: int

    @property
    def per_second(self) -> float:
        return len(self.replies) / self.seconds

    def milliseconds(self, share: float) -> float:
        """The time that so large a share of the replies took at most."""
        return (percentile(self.replies, share) or 0.0) * 1000


def drive(url: str, questions: Sequence[str], clients: int, seconds: float) -> Load:
    """Ask for so many seconds; a client that is refused waits as it is told."""
    each = [cycle([*questions[first % len(questions) :], *questions]) for first in range(clients)]
    return asyncio.run(_drive(url, each, seconds))


def ask_each(url: str, questions: Sequence[str], clients: int) -> Load:
    """Ask each question once."""
    return asyncio.run(_drive(url, [questions[first::clients] for first in range(clients)], math.inf))


async def _drive(url: str, questions: Sequence[Iterable[str]], seconds: float) -> Load:
    """As many clients as there are questions for one."""
    started, clients = time.perf_counter(), len(questions)
    seen = await asyncio.gather(*(_client(url, each, started + seconds) for each in questions))
    replies = tuple(took for times, _, _ in seen for took in times)
    refused, failed = sum(r for _, r, _ in seen), sum(f for _, _, f in seen)
    return Load(clients, time.perf_counter() - started, replies, refused, failed)


async def _client(url: str, questions: Iterable[str], until: float) -> tuple[list[float], int, int]:
    """(seconds of each reply, refusals, failures)."""
    place = urlsplit(url)
    times, refused, failed = [], 0, 0
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    for question in questions:
        begun = time.perf_counter()
        if begun >= until:
            break
        writer.write(_request(place.netloc, place.path, question))
        status, wait = await _reply(reader)
        if status == OK:
            times.append(time.perf_counter() - begun)
        elif status in REFUSED:
            refused += 1
            await asyncio.sleep(wait)
        else:
            failed += 1
    writer.close()
    return times, refused, failed


def _request(host: str, path: str, question: str) -> bytes:
    body = json.dumps({"question": question}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _reply(reader: asyncio.StreamReader) -> tuple[int, float]:
    """(status, seconds to wait before asking again)."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), float(headers.get("retry-after", 0))
