"""How the server bears load: throughput and waiting over HTTP, beside the same process asked without a server."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path

import numpy as np

from corpus.document import Document, Passage
from corpus.load import load_documents
from corpus.sentences import sentences
from eval.load import Load, drive
from eval.server import started
from index.catalog import EmbeddedPassage
from index.engine import SearchEngine
from index.place import SAMPLE_CORPUS
from rag.build import build_assistant

CLIENTS = (1, 8, 32, 128)
PASSAGES = 100_000
PASSAGES_EACH = 100
SENTENCES_EACH = 6
DIMENSION = 384
THREADS = (1, 2, 8)
QUESTIONS = (
    "Who denied the deal?", "How much did Musk pay for Twitter?", "Which groups were on the Zoom call?",
    "Who is the CEO of Free Press?", "What did the letter ask for?", "When was the call with the advertisers?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """One load on one door, beside the ceiling. After it: the processor time of a reply, the server's memory in MiB,
    and how many requests it has answered in all."""

    door: str
    load: Load
    ceiling: "Ceiling"
    processor_ms: float
    mebibytes: float
    requests: int


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Questions a second without a server, and the processor time of each, which other programs do not change."""

    per_second: float
    processor_ms: float


def serve_speed(store: Path, passages: int = PASSAGES, seconds: float = 20) -> Iterator[Served]:
    """Each load on each door as it is measured; the store is made if it is not there."""
    if not store.is_dir():
        make_store(store, passages)
    assistant = build_assistant(store=store)
    asked: dict[str, Callable[[str], object]] = {"/v1/retrieve": assistant.retrieve, "/v1/answer": assistant.ask}
    ceilings = {door: _ceiling(ask, seconds) for door, ask in asked.items()}
    assistant.engine.close()
    with started("--store", str(store)) as server:
        requests = 0
        for door, clients in product(ceilings, CLIENTS):
            before = server.processor_seconds()
            load = drive(f"{server.url}{door}", QUESTIONS, clients, seconds)
            requests += len(load.replies) + load.refused + load.failed
            spent = (server.processor_seconds() - before) * 1000 / max(1, len(load.replies))
            yield Served(door, load, ceilings[door], spent, server.mebibytes(), requests)


def serve_line(served: Served) -> str:
    """For a person: throughput, its share of the ceiling, waiting, refusals, memory."""
    load, ceiling = served.load, served.ceiling
    waits = "  ".join(f"p{share * 100:.0f} {load.milliseconds(share):6.0f} ms" for share in (0.5, 0.95, 0.99))
    share = load.per_second / ceiling.per_second
    return (
        f"{served.door:13} {load.clients:4} clients {load.per_second:7.1f}/s {share:5.2f} × "
        f"ceiling {ceiling.per_second:.1f}/s  {waits}  "
        f"processor {served.processor_ms:.0f} ms each, ceiling {ceiling.processor_ms:.0f} ms  "
        f"refused {load.refused}  failed {load.failed}  {served.mebibytes:.0f} MiB after {served.requests:,} requests"
    )


def make_store(store: Path, passages: int) -> None:
    """So many passages out of the sample corpus's sentences, newly mixed, with vectors drawn by chance."""
    chance = random.Random(7)
    vectors = np.random.default_rng(7)
    pool = [doc.text[s.start : s.end] for doc in load_documents(SAMPLE_CORPUS).documents for s in sentences(doc.text)]
    engine = SearchEngine(store)
    with engine.writing():
        for number in range(passages // PASSAGES_EACH):
            document, cut = _mixed(f"{number:06}.txt", pool, chance)
            drawn = vectors.standard_normal((len(cut), DIMENSION), dtype=np.float32)
            unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
            rows = [EmbeddedPassage(p, v, v.tobytes()[:32]) for p, v in zip(cut, unit, strict=True)]
            engine.upsert(document, document.id, rows)
        engine.refresh()
    engine.close()


def _mixed(name: str, pool: Sequence[str], chance: random.Random) -> tuple[Document, list[Passage]]:
    texts = [" ".join(chance.sample(pool, SENTENCES_EACH)) for _ in range(PASSAGES_EACH)]
    starts = [sum(len(text) + 2 for text in texts[:place]) for place in range(len(texts))]
    cut = [Passage(name, start, start + len(text), text) for start, text in zip(starts, texts, strict=True)]
    return Document(name, name, "\n\n".join(texts), name), cut


def _ceiling(ask: Callable[[str], object], seconds: float) -> Ceiling:
    """Of so many threads as give the most."""
    ask(QUESTIONS[0])
    return max((_asked(ask, threads, seconds) for threads in THREADS), key=lambda found: found.per_second)


def _asked(ask: Callable[[str], object], threads: int, seconds: float) -> Ceiling:
    started, processor = time.perf_counter(), time.process_time()

    def asking(first: int) -> int:
        count = 0
        for question in cycle(QUESTIONS[first:] + QUESTIONS[:first]):
            ask(question)
            count += 1
            if time.perf_counter() - started > seconds:
                break
        return count

    with ThreadPoolExecutor(threads) as pool:
        count = sum(pool.map(asking, range(threads)))
    return Ceiling(count / (time.perf_counter() - started), (time.process_time() - processor) * 1000 / count)
