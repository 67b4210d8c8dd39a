"""Survey: which files are read again, and that no changed file is taken for an unchanged one."""

import os
import time
from pathlib import Path

import pytest

from corpus.limits import DEFAULT_LIMITS
from corpus.load import list_corpus, read_file
from index import survey as module
from index.ledger import FileRecord
from index.survey import Survey, survey

OLD_NS = 1_600_000_000_000_000_000


def look(folder: Path, known: dict[str, FileRecord]) -> Survey:
    return survey(list_corpus(folder), known, DEFAULT_LIMITS)


def learnt(folder: Path) -> dict[str, FileRecord]:
    """What is known after everything was indexed."""
    return {record.id: record for record in look(folder, {}).changed}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two notes that are old enough to be judged by their stamps."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"A note called {name}.\n")
    monkeypatch.setattr(module, "_COARSEST_CLOCK_NS", 50_000_000)
    time.sleep(0.1)
    return tmp_path


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose content is read from now on."""
    read: list[str] = []

    def recorded(folder: Path, file_id: str, limits: object) -> object:
        read.append(file_id)
        return read_file(folder, file_id, DEFAULT_LIMITS)

    monkeypatch.setattr(module, "read_file", recorded)
    return read


def test_files_that_the_file_system_says_are_the_same_are_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = learnt(folder)
    read = reads(monkeypatch)
    found = look(folder, known)
    assert (found.changed, read) == ((), [])
    assert {record.id: record for record in found.settled} == known


def test_a_file_of_the_same_size_and_the_same_time_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(folder / "a.txt", ns=(OLD_NS, OLD_NS))
    time.sleep(0.1)
    known = learnt(folder)
    (folder / "a.txt").write_text((folder / "a.txt").read_text().replace("note", "poem"))
    os.utime(folder / "a.txt", ns=(OLD_NS, OLD_NS))
    time.sleep(0.1)
    read = reads(monkeypatch)
    assert [record.id for record in look(folder, known).changed] == ["a.txt"]
    assert read == ["a.txt"]


def test_a_file_that_was_only_just_written_proves_nothing_by_its_stamp(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_COARSEST_CLOCK_NS", 60_000_000_000)
    known = learnt(folder)
    assert {record.stamp for record in known.values()} == {""}
    read = reads(monkeypatch)
    assert look(folder, known).changed == ()
    assert read == ["a.txt", "b.txt"]


def test_a_touched_file_is_read_and_found_unchanged(folder: Path) -> None:
    known = learnt(folder)
    os.utime(folder / "a.txt")
    time.sleep(0.1)
    found = look(folder, known)
    assert found.changed == ()
    assert {r.id: r.stamp == known[r.id].stamp for r in found.settled} == {"a.txt": False, "b.txt": True}


def test_a_changed_sidecar_changes_its_file(folder: Path) -> None:
    known = learnt(folder)
    (folder / "a.txt.meta.yaml").write_text("author: Somebody\n")
    assert [record.id for record in look(folder, known).changed] == ["a.txt"]


def test_a_file_that_failed_is_tried_again_only_when_it_is_due_or_changed(folder: Path) -> None:
    known = learnt(folder)
    late = int(time.time()) + 3000
    known["a.txt"] = FileRecord("a.txt", known["a.txt"].content_hash, known["a.txt"].stamp, "failed", "why", 1, late)
    assert look(folder, known).changed == ()
    known["a.txt"] = FileRecord("a.txt", known["a.txt"].content_hash, known["a.txt"].stamp, "failed", "why", 1, 1)
    assert [record.id for record in look(folder, known).changed] == ["a.txt"]
    known["a.txt"] = FileRecord("a.txt", "another", "another", "failed", "why", 1, late)
    assert [record.id for record in look(folder, known).changed] == ["a.txt"]


def test_a_file_that_cannot_be_read_is_settled_as_failed_with_the_reason(folder: Path) -> None:
    os.truncate(folder / "a.txt", DEFAULT_LIMITS.file_bytes + 1)
    found = look(folder, {})
    (record,) = [record for record in found.settled if record.status == "failed"]
    assert record.id == "a.txt"
    assert "file_bytes" in record.reason
    assert [record.id for record in found.changed] == ["b.txt"]
