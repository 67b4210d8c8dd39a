"""Whether a server's memory stays as it is: thousands of requests, no two alike, and what it holds on the way."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.load import load_documents
from eval.load import ask_each
from eval.server import started
from index.place import SAMPLE_CORPUS

DOORS = ("/v1/retrieve", "/v1/answer")
CLIENTS = 8
STEPS = 20
WORDS = (3, 12)


@dataclass(frozen=True, slots=True)
class Held:
    """A server's resident memory in MiB after so many requests of one door, of which some were not answered."""

    door: str
    requests: int
    unanswered: int
    mebibytes: float


def steadiness(requests: int, options: Sequence[str]) -> Iterator[Held]:
    """The memory after each twentieth of so many requests, door by door, of one server with such options."""
    with started(*options) as server:
        for door in DOORS:
            done = unanswered = 0
            for questions in _shares(made_questions(requests), -(-requests // STEPS)):
                load = ask_each(f"{server.url}{door}", questions, CLIENTS)
                done, unanswered = done + len(questions), unanswered + load.refused + load.failed
                yield Held(door, done, unanswered, server.mebibytes())


def held_line(held: Held) -> str:
    """For a person."""
    return (
        f"{held.door:13} {held.mebibytes:5.0f} MiB after {held.requests:,} requests"
        f"{f', {held.unanswered} of them unanswered' if held.unanswered else ''}"
    )


def made_questions(count: int) -> list[str]:
    """Of the sample corpus's words, put together by chance: the same ones each time, and hardly two alike."""
    chance = random.Random(7)
    words = [word for each in load_documents(SAMPLE_CORPUS).documents for word in re.findall(r"\w+", each.text)]
    return [" ".join(chance.choices(words, k=chance.randint(*WORDS))) + "?" for _ in range(count)]


def _shares(questions: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (questions[first : first + size] for first in range(0, len(questions), size))
