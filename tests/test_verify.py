"""Verify: it finds what is wrong, and proves that nothing is left of what was removed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.engine import CATALOG_FILE, SearchEngine
from index.lexical import stems
from index.sync import sync
from index.verify import verify
from tests.crasher import RECIPE

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder


@pytest.fixture
def engine(tmp_path: Path, corpus_folder: Path, embedder: "WordEmbedder") -> SearchEngine:
    engine = SearchEngine(tmp_path / "store", RECIPE)
    sync(corpus_folder, engine, embedder)
    return engine


def test_a_sound_store_is_sound_and_strangers_are_named(engine: SearchEngine) -> None:
    (engine.store / "notes.txt").write_text("mine")
    verdict = verify(engine)
    assert (verdict.problems, verdict.strangers) == ((), ("notes.txt",))
    assert verdict.counts.documents == 3


def test_of_a_deleted_document_no_word_and_no_vector_is_left_in_any_file(
    engine: SearchEngine, corpus_folder: Path, embedder: "WordEmbedder"
) -> None:
    gone = (corpus_folder / "new-comet.txt").read_text()
    vectors = [entry.vector for entry in engine.catalog.entries_since(0) if entry.text in gone]
    assert vectors
    (corpus_folder / "new-comet.txt").unlink()
    reader = SearchEngine(engine.store)  # a server that goes on
    sync(corpus_folder, engine, embedder)
    assert reader.search_lexical("telescope", 5) == []
    verdict = verify(engine)
    assert verdict.problems == ()
    data = b"".join(path.read_bytes() for path in engine.store.rglob("*") if path.is_file())
    assert b"Lindqvist" in data
    words = [word for word in ("Kalle", "Tamm", "telescope", "postman", "Tartu", "new-comet") if word.encode() in data]
    assert words == []
    for vector in vectors:
        assert vector.astype("float16").tobytes() not in data
        assert vector.astype("float32").tobytes() not in data
    with engine.reading() as published:
        assert published is not None
        assert not set(stems("telescope postman garage")) & (published.passages.terms() | published.documents.terms())
        assert "bridg" in published.passages.terms()


def test_an_interrupted_sync_is_made_good(engine: SearchEngine) -> None:
    engine.delete("new-comet.txt")
    assert verify(engine).problems == ()
    assert engine.search_lexical("comet", 5) == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE fields SET value = 'somebody' WHERE name = 'title'", "what filters see of it"),
        ("UPDATE texts SET text = text || '!'", "does not match its checksum"),
        ("DELETE FROM texts WHERE document = 1", "does not stand in its document"),
        ("UPDATE passages SET start = start + 1", "does not match its checksum"),
        ("UPDATE documents SET title = 'Another'", "does not match its checksum"),
    ],
)
def test_rows_that_were_changed_behind_its_back_are_found(engine: SearchEngine, sql: str, told: str) -> None:
    with closing(sqlite3.connect(engine.store / CATALOG_FILE)) as db, db:
        db.execute(sql)
    assert any(told in problem for problem in verify(engine).problems)


def test_published_indexes_that_hold_something_else_are_found(engine: SearchEngine, tmp_path: Path) -> None:
    engine.close()
    with closing(sqlite3.connect(engine.store / CATALOG_FILE)) as db, db:
        ((manifest,),) = db.execute("SELECT value FROM facts WHERE name = 'indexes'")
        assert json.loads(manifest)["generation"] == 3
        db.execute("DELETE FROM passages WHERE id = 1")
    with pytest.raises(Exception, match=r"does not hold what its indexes hold.*--rebuild"):
        SearchEngine(engine.store)
