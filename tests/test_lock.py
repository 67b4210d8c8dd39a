"""WriterLock: one at a time, and the second is told who has it and since when."""

import os
import re
from pathlib import Path

import pytest

from corpus.errors import StoreError
from index.lock import LOCK, OWNER, WriterLock


def test_the_second_is_told_who_writes_and_since_when(tmp_path: Path) -> None:
    told = rf"another process is writing to this store \(process {os.getpid()}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d"
    with WriterLock(tmp_path).held(), pytest.raises(StoreError, match=told), WriterLock(tmp_path).held(0.01):
        pass


def test_when_it_is_free_nobody_is_named(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    with lock.held():
        with lock.held():
            assert (tmp_path / OWNER).is_file()
        assert (tmp_path / OWNER).is_file()
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]
    with WriterLock(tmp_path).held(0.01):
        pass


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff"])
def test_a_broken_note_of_who_writes_is_no_obstacle(tmp_path: Path, left: bytes) -> None:
    with WriterLock(tmp_path).held():
        (tmp_path / OWNER).write_bytes(left)
        with pytest.raises(StoreError) as told, WriterLock(tmp_path).held(0.01):
            pass
    assert re.search(r"another process is writing to this store; try again", str(told.value))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    with pytest.raises(StoreError, match="check its permissions"), WriterLock(tmp_path).held(0.01):
        pass
