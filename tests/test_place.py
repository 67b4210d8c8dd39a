"""Where a store lies when nobody says."""

import os
from pathlib import Path

import pytest

from index.place import ROOT, SAMPLE_CORPUS, STORES, default_store


def test_the_sample_corpus_lies_in_the_repository() -> None:
    assert SAMPLE_CORPUS.is_relative_to(ROOT)
    assert sorted(SAMPLE_CORPUS.glob("*.txt")) != []


def test_a_store_lies_below_the_stores_and_is_called_like_its_corpus(tmp_path: Path) -> None:
    store = default_store(tmp_path / "reports")
    assert store.parent == STORES
    assert store.name.startswith("reports-")


def test_a_folder_has_one_store_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "reports")
    monkeypatch.chdir(tmp_path)
    ways = (Path("reports"), Path("./reports/"), Path("reports/../reports"), Path("link"), tmp_path / "reports")
    assert len({default_store(way) for way in ways}) == 1


def test_two_folders_of_one_name_have_two_stores(tmp_path: Path) -> None:
    assert default_store(tmp_path / "a" / "reports") != default_store(tmp_path / "b" / "reports")


def test_the_root_of_a_disk_has_a_store_with_a_name() -> None:
    assert default_store(Path("/")).name.startswith("root-")


def test_a_folder_whose_name_is_not_unicode_has_a_store(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    assert default_store(folder).parent == STORES
