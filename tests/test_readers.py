"""Readers during writes: one generation at a time, the newest without a restart, also if another process writes."""

from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from corpus.errors import StoreError
from index.engine import SearchEngine
from index.recipe import Recipe
from index.remove import remove_store
from index.sync import sync
from tests.crasher import RECIPE
from tests.test_crash import Crasher

if TYPE_CHECKING:
    from index.embed import Vectors
    from tests.conftest import WordEmbedder

FILES = 4
VERSIONS = 6


def write_version(folder: Path, version: int) -> None:
    """All files say the same number."""
    for number in range(FILES):
        (folder / f"{number}.txt").write_text(f"The timetable of line {number} says version{version} everywhere.\n")


def versions(engine: SearchEngine) -> set[str]:
    """The numbers that one question sees, by words, by vectors and in the documents."""
    with engine.reading():
        hits = [*engine.search_lexical("timetable", 20), *engine.search_dense(ask(), 20)]
        passages = engine.passages([i for i, _ in hits])
        assert len(passages) == FILES
        documents = [engine.catalog.document(passage.document_id) for passage in passages.values()]
        texts = [*(p.text for p in passages.values()), *(document.text for document in documents if document)]
        return {word for text in texts for word in text.split() if word.startswith("version")}


def ask() -> "Vectors":
    from tests.conftest import WordEmbedder

    return WordEmbedder().embed_query("timetable of line")


@pytest.fixture
def folder(tmp_path: Path, embedder: "WordEmbedder") -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    write_version(folder, 0)
    with closing(SearchEngine(tmp_path / "store", RECIPE)) as engine:
        sync(folder, engine, embedder)
    return folder


def test_while_another_process_syncs_a_reader_sees_one_generation_and_then_the_next(
    folder: Path, tmp_path: Path
) -> None:
    seen: list[set[str]] = []
    done = Event()
    with closing(SearchEngine(tmp_path / "store", RECIPE)) as engine, closing(Crasher()) as other:

        def look() -> None:
            while not done.is_set():
                seen.append(versions(engine))

        looking = Thread(target=look)
        looking.start()
        for version in range(1, VERSIONS):
            write_version(folder, version)
            assert other.run(folder, tmp_path / "store") == "0"
            assert versions(engine) == {f"version{version}"}
        done.set()
        looking.join()
    assert all(len(each) == 1 for each in seen)
    assert {*map(frozenset, seen)} >= {frozenset({"version0"})}


def test_what_began_in_one_generation_ends_in_it(folder: Path, tmp_path: Path, embedder: "WordEmbedder") -> None:
    reader, writer = (SearchEngine(tmp_path / "store", RECIPE) for _ in range(2))
    with reader.reading():
        hits = reader.search_lexical("timetable", 20)
        write_version(folder, 1)
        (folder / "3.txt").unlink()
        sync(folder, writer, embedder)
        assert reader.search_lexical("timetable", 20) == hits
        assert "version0" in reader.passages([hits[0][0]])[hits[0][0]].text
        assert reader.catalog.titles(["3.txt"]) != {}
        assert versions(reader) == {"version0"}
    assert reader.catalog.titles(["3.txt"]) == {}
    assert reader.search_lexical("version0", 20) == []
    assert len(reader.search_lexical("version1", 20)) == FILES - 1


def test_a_store_that_is_built_anew_under_a_reader_is_read_anew(
    folder: Path, tmp_path: Path, embedder: "WordEmbedder"
) -> None:
    reader = SearchEngine(tmp_path / "store", RECIPE)
    assert versions(reader) == {"version0"}
    write_version(folder, 1)
    remove_store(tmp_path / "store")
    with closing(SearchEngine(tmp_path / "store", RECIPE)) as writer:
        sync(folder, writer, embedder)
    assert versions(reader) == {"version1"}
    remove_store(tmp_path / "store")
    with closing(SearchEngine(tmp_path / "store", Recipe(passage_tokens=96))) as writer:
        sync(folder, writer, embedder)
    with pytest.raises(StoreError, match="made with another recipe"):
        versions(reader)
