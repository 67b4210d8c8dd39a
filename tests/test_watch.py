"""Watch: what changes in a folder is followed while it runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from index.place import ROOT
from index.watch import watch

PATIENCE_S = 60


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[list[float]]:
    """When changes were told, while `tmp_path/corpus` is watched; the store lies in it."""
    told: list[float] = []
    stop = Event()
    corpus = tmp_path / "corpus"
    (corpus / "store").mkdir(parents=True)
    arguments = (corpus, corpus / "store", lambda: told.append(time.monotonic()), stop)
    watching = Thread(target=watch, args=arguments)
    watching.start()
    time.sleep(1.0)
    yield told
    stop.set()
    watching.join()


def wait_for(told: list[float], number: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(told) < number and time.monotonic() < deadline:
        time.sleep(0.05)


def test_changes_that_come_together_are_told_once(tmp_path: Path, seen: list[float]) -> None:
    for number in range(20):
        (tmp_path / "corpus" / f"{number}.txt").write_text("A note.")
    wait_for(seen, 1)
    time.sleep(1.5)
    assert 1 <= len(seen) <= 3


def test_hidden_files_and_the_store_are_not_told(tmp_path: Path, seen: list[float]) -> None:
    (tmp_path / "corpus" / ".hidden.txt").write_text("A draft.")
    (tmp_path / "corpus" / "store" / "catalog.sqlite").write_text("x")
    time.sleep(1.5)
    assert seen == []
    (tmp_path / "corpus" / "note.txt").write_text("A note.")
    wait_for(seen, 1)
    assert len(seen) == 1


def test_the_command_follows_a_folder_until_it_is_interrupted(corpus_folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "index", "watch", "--corpus", str(corpus_folder), "--store"]
    with subprocess.Popen(
        [*command, str(tmp_path / "s")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a shell's background jobs ignore it
    ) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().startswith("3 added")
        assert watching.stdout.readline() == f"watching {corpus_folder} (Ctrl-C stops)\n"
        time.sleep(1.0)
        (corpus_folder / "zeppelin.txt").write_text("A zeppelin crossed the lake.\n")
        assert "1 added, 0 changed, 0 deleted, 3 unchanged" in watching.stdout.readline()
        os.kill(watching.pid, signal.SIGINT)
        assert watching.wait(PATIENCE_S) in (0, 130)
