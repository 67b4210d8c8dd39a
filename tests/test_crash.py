"""A process that is killed at any moment, in a sync or a verify, loses nothing and leaves nothing wrong.

`python -m tests.test_crash 1000` kills a thousand times.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from index.engine import SearchEngine
from index.place import ROOT
from index.sync import sync
from index.verify import problems
from tests.conftest import ARTICLES, WordEmbedder
from tests.crasher import RECIPE

KILLS = 60
WORDS = sorted({word for text in ARTICLES.values() for word in text.split()})


class Crasher:
    """Runs what is to be killed."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.crasher"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, folder: Path, store: Path, **order: float) -> str:
        """How it ended."""
        whole = {"folder": str(folder), "store": str(store), "line": 0, "milliseconds": 0, "verify": False} | order
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("no pipes")
        print(json.dumps(whole), file=self.process.stdin, flush=True)
        told = self.process.stdout.readline().strip()
        assert not told.startswith("failed"), told
        return told

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class Trial:
    """A folder that changes and a store that follows it until its process is killed, again and again."""

    def __init__(self, place: Path, seed: int) -> None:
        self.folder, self.store = place / "corpus", place / "store"
        self.folder.mkdir()
        self.random = random.Random(seed)
        self.texts: defaultdict[str, set[str]] = defaultdict(set)
        self.lines, self.killed = 2_000, 0
        self.crasher = Crasher()

    def run(self, kills: int) -> None:
        for turn in range(kills):
            if turn % 12 == 0:  # the very first commit of a store, too
                shutil.rmtree(self.store, ignore_errors=True)
            self._change_folder()
            by_line = self.random.random() < 0.7
            self._kill(line=self.random.randint(1, self.lines) if by_line else 0)
            self._check()
            if turn % 6 == 5:
                self._finish()

    def _change_folder(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            there = sorted(self.folder.iterdir())
            act = self.random.choice(("add", "add", "change", "delete", "rename"))
            if act == "add" or len(there) < 3:
                self._put(f"{self.random.randrange(10_000)}.txt")
            elif act == "change":
                self._put(self.random.choice(there).name)
            elif act == "delete":
                self.random.choice(there).unlink()
            else:
                path = self.random.choice(there)
                target = self.folder / f"renamed-{self.random.randrange(10_000)}.txt"
                self.texts[target.name].add(path.read_text())
                path.rename(target)

    def _put(self, name: str) -> None:
        sentences = (" ".join(self.random.choices(WORDS, k=12)) + ".\n" for _ in range(self.random.randint(3, 40)))
        text = "".join(sentences)
        self.texts[name].add(text)
        (self.folder / name).write_text(text)

    def _kill(self, line: int) -> None:
        milliseconds = 0 if line else self.random.uniform(1, 80)
        told = self.crasher.run(
            self.folder, self.store, line=line, milliseconds=milliseconds, verify=self.random.random() < 0.25
        )
        if told == "killed":
            self.killed += 1
        elif line:
            self.lines = max(200, int(told))

    def _check(self) -> None:
        """Whatever was committed is whole: every text is one that its file once had, and all indexes agree."""
        with closing(SearchEngine(self.store, RECIPE)) as engine:
            assert problems(engine) == []
            for document_id in engine.catalog.content_hashes():
                document = engine.catalog.document(document_id)
                assert document is not None
                assert document.text in self.texts[document_id]
            question = " ".join(self.random.choices(WORDS, k=3))
            for passage in engine.passages([i for i, _ in engine.search_lexical(question, 20)]).values():
                document = engine.catalog.document(passage.document_id)
                assert document is not None
                assert document.text[passage.start : passage.end] == passage.text

    def _finish(self) -> None:
        """A sync that is not killed makes good everything."""
        with closing(SearchEngine(self.store, RECIPE)) as engine:
            sync(self.folder, engine, WordEmbedder())
            assert problems(engine) == []
            held = {i: engine.catalog.document(i) for i in engine.catalog.content_hashes()}
        texts = {i: document.text for i, document in held.items() if document}
        assert texts == {path.name: path.read_text() for path in self.folder.iterdir()}

    def close(self) -> None:
        self.crasher.close()


def survive(place: Path, kills: int, seed: int) -> int:
    """The number of processes that died before they were done."""
    with closing(Trial(place, seed)) as trial:
        trial.run(kills)
        return trial.killed


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_a_process_that_is_killed_at_any_moment_leaves_nothing_wrong(tmp_path: Path) -> None:
    assert survive(tmp_path, KILLS, seed=5) > KILLS / 2


@pytest.mark.skipif(sys.platform == "win32", reason="it has no limit to a file's size")
def test_on_a_full_disk_a_person_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with closing(Trial(tmp_path, seed=7)) as trial:
        for name in ("a.txt", "b.txt"):
            trial._put(name)
        trial._finish()
        before = {path.name for path in trial.folder.iterdir()}
        told = []
        for turn in range(14):
            trial._put(f"new-{turn}.txt")
            room = {"file_bytes": int(1_000 * 1.6**turn)}
            told.append(trial.crasher.run(trial.folder, trial.store, verify=turn % 5 == 4, **room))
            trial._check()
            with closing(SearchEngine(trial.store, RECIPE)) as engine:
                assert before <= set(engine.catalog.content_hashes())
        assert told[0].startswith("told ")
        assert "free space" in told[0]
        assert "nothing that the store held is lost" in told[0]
        trial._finish()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(survive(Path(folder), int(sys.argv[1]), seed=random.randrange(1 << 30)), "killed, nothing wrong")
