"""A file is replaced whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from index.files import write_file


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"a long first version")
    write_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert [part.name for part in tmp_path.iterdir()] == ["file"]


def test_who_reads_the_old_file_reads_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"first version")
    with path.open("rb") as reader:
        start = reader.read(5)
        write_file(path, b"second")
        assert start + reader.read() == b"first version"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "file"
    write_file(path, b"first version")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(path, b"second")
    assert path.read_bytes() == b"first version"


def test_what_an_interrupted_write_left_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "file"
    (tmp_path / "file.new").write_bytes(b"half of a long file that was never")
    write_file(path, b"whole")
    assert path.read_bytes() == b"whole"
