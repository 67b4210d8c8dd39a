"""What a sync costs: beside the encoder's own time, on a folder that did not change, in memory, and on opening.

To embed 100,000 passages takes half an hour, so the large folder's vectors are not the model's: any unit vectors take
the same room, and the model is loaded beside them and reads one batch. The small folder's passages are embedded.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from corpus.load import load_documents
from corpus.sentences import sentences
from eval.ratio import Ratio
from index.embed import SentenceEmbedder, Vectors
from index.engine import SearchEngine
from index.place import SAMPLE_CORPUS
from index.sync import sync

T = TypeVar("T")
SMALL, LARGE = 150, 10_000
"""Files in the folders; each makes about ten passages."""
SENTENCES_OF_A_FILE = 40
SHARE_OF_ENCODER, UNCHANGED_MS, PEAK_MIB, OPEN_MS = 0.15, 5_000, 1_500, 1_000
_DIMENSION = 384
_LOOK_S = 0.05
_MIB_IN_KIB = 1024


class AnyVectors:
    """The model's tokens and limits, and unit vectors that cost nothing; keeps what it was to embed, if asked to."""

    def __init__(self, model: SentenceEmbedder, keep: bool = False) -> None:
        self._model = model
        self._keep = keep
        self.texts: list[str] = []
        self.max_tokens = model.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._model.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts if self._keep else []
        drawn = np.random.default_rng(len(texts)).standard_normal((len(texts), _DIMENSION), dtype=np.float32)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        return np.asarray(self.embed_passages([text])[0])


def sync_ratios(folder: Path, small: int = SMALL, large: int = LARGE) -> Iterator[Ratio]:
    """Each as soon as it is measured; needs an empty folder, and Linux for the memory."""
    write_files(folder / "small", small)
    yield _elsewhere(overhead, folder / "small", folder / "small-store")
    write_files(folder / "large", large)
    yield _elsewhere(peak, folder / "large", folder / "store")
    yield _elsewhere(unchanged, folder / "large", folder / "store")
    yield _elsewhere(opening, folder / "large", folder / "store")


def overhead(folder: Path, store: Path) -> Ratio:
    """A sync without the encoder's time, against the bare encoder on the same passages."""
    model = SentenceEmbedder()
    model.embed_query("loaded")
    embedder = AnyVectors(model, keep=True)
    took = _milliseconds(lambda: sync(folder, SearchEngine(store), embedder))
    encoder = _milliseconds(lambda: model.embed_passages(embedder.texts))
    name = f"{len(embedder.texts):,} passages parsed, split, written"
    return Ratio(name, took, f"{SHARE_OF_ENCODER:.0%} of the encoder's time", SHARE_OF_ENCODER * encoder)


def peak(folder: Path, store: Path) -> Ratio:
    """The memory of a sync, and of the process that parses for it."""
    model = SentenceEmbedder()
    model.embed_passages(["A batch, as it is read in earnest. " * 40] * 32)
    with _Watched() as watched:
        passages = sync(folder, SearchEngine(store), AnyVectors(model)).passages
    return Ratio(f"{passages:,} passages synced, peak memory", watched.peak_mib, "the limit", PEAK_MIB, "MiB")


def unchanged(folder: Path, store: Path) -> Ratio:
    """A sync that finds nothing to do, with opening the store."""
    took = _milliseconds(lambda: sync(folder, SearchEngine(store), SentenceEmbedder()))
    return Ratio(f"{len(list(folder.iterdir())):,} unchanged files synced", took, "the limit", UNCHANGED_MS)


def opening(_: Path, store: Path) -> Ratio:
    """A store opened so that it can be searched: its bytes are held against their checksum."""
    opened: list[SearchEngine] = []
    took = _milliseconds(lambda: opened.append(SearchEngine(store)))
    return Ratio(f"a store of {opened[0].catalog.counts().passages:,} passages opened", took, "the limit", OPEN_MS)


def write_files(folder: Path, count: int) -> None:
    """Text, Markdown and web pages of sentences from the sample articles, no two of them alike."""
    folder.mkdir(parents=True)
    said = [d.text[s.start : s.end] for d in load_documents(SAMPLE_CORPUS).documents for s in sentences(d.text)]
    chance = random.Random(1)
    for number in range(count):
        drawn = (f"{sentence} ({chance.randrange(10**6)})" for sentence in chance.choices(said, k=SENTENCES_OF_A_FILE))
        paragraphs = [" ".join(four) for four in zip(*[drawn] * 4, strict=True)]
        suffix, text = _as_file(number, f"Report {number}", paragraphs)
        (folder / f"{number:05}{suffix}").write_text(text, encoding="utf-8")


def _as_file(number: int, title: str, paragraphs: Sequence[str]) -> tuple[str, str]:
    if number % 3 == 0:
        return ".txt", "\n\n".join((title, *paragraphs))
    if number % 3 == 1:
        return ".md", "\n\n".join((f"# {title}", *paragraphs))
    inside = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
    return (
        ".html",
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{inside}</article></body></html>",
    )


class _Watched:
    """The most memory that this process and its children were seen to hold together."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Watched":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(_LOOK_S):
            self.peak_mib = max(self.peak_mib, sum(_peak_kib(pid) for pid in _family()) / _MIB_IN_KIB)


def _family() -> list[int]:
    children = (path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [os.getpid(), *(int(pid) for text in children for pid in text.split())]


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _elsewhere(measure: Callable[[Path, Path], T], folder: Path, store: Path) -> T:
    """In a process of its own, which nothing that was measured before has warmed or filled."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, folder, store).result()


def _milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
