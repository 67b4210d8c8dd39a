"""Building an assistant over a folder or a store."""

from pathlib import Path

import pytest

from corpus.errors import CorpusError, StoreError
from index.place import default_store
from index.sync import SyncReport
from rag.build import build_assistant


def test_a_folder_is_synced_before_it_is_asked(corpus_folder: Path, tmp_path: Path) -> None:
    reports: list[SyncReport] = []
    build_assistant(corpus_folder, tmp_path / "store", report=reports.append)
    (corpus_folder / "new-comet.txt").unlink()
    assistant = build_assistant(corpus_folder, tmp_path / "store", report=reports.append)
    assert [(len(report.added), len(report.deleted)) for report in reports] == [(3, 0), (0, 1)]
    assert {hit.passage.document_id for hit in assistant.retrieve("comet", 10)} == {
        "harbour-bridge.txt",
        "orchard-frost.txt",
    }


def test_a_store_without_its_folder_answers_as_it_is(corpus_folder: Path, tmp_path: Path) -> None:
    build_assistant(corpus_folder, tmp_path / "store")
    (corpus_folder / "new-comet.txt").unlink()
    hits = build_assistant(store=tmp_path / "store").retrieve("Who discovered a comet?", 1)
    assert hits[0].passage.document_id == "new-comet.txt"


def test_a_store_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="index sync"):
        build_assistant(store=tmp_path / "nowhere")


def test_a_folder_that_is_not_there_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        build_assistant(tmp_path / "nowhere", tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_each_folder_has_a_store_of_its_own(tmp_path: Path) -> None:
    assert default_store(tmp_path / "a") != default_store(tmp_path / "b")
    assert default_store(tmp_path / "a") == default_store(tmp_path / "b" / ".." / "a")
