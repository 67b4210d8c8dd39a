"""Wrong bytes in the files of a store: the answers stay the same, or a person is told what mends it."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.errors import StoreError
from index.engine import CATALOG_FILE, SearchEngine
from index.sync import sync
from index.where import parse_where
from tests.crasher import RECIPE

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

QUESTIONS = ("Who discovered the comet?", "When did the harbour bridge open?", "apple harvest loans")
FLIPS_OF_THE_CATALOG = 250
FLIPS_OF_OTHERS = 4


def answers(store: Path, embedder: "WordEmbedder") -> list[object]:
    """All that an answer could show."""
    found: list[object] = []
    with closing(SearchEngine(store)) as engine:
        for question in QUESTIONS:
            with engine.reading():
                dense = engine.search_dense(embedder.embed_query(question), 5)
                hits = [*dense, *engine.search_lexical(question, 5), *engine.search_documents(question, 5)]
                passages = engine.passages([i for i, _ in hits])
                ids = sorted({passage.document_id for passage in passages.values()})
                homes = engine.homes([i for i, _ in hits])
                limited = engine.search_lexical("comet", 5, parse_where("title:astronomer source:new"))
                found += [limited, [(passages[i], round(score, 4)) for i, score in hits]]
                found += [homes, engine.catalog.titles(ids)]
                found += [engine.catalog.document(document_id) for document_id in ids]
    return found


@pytest.fixture
def store(tmp_path: Path, corpus_folder: Path, embedder: "WordEmbedder") -> Path:
    with closing(SearchEngine(tmp_path / "store", RECIPE)) as engine:
        sync(corpus_folder, engine, embedder)
    return tmp_path / "store"


def test_no_flipped_byte_gives_a_wrong_answer(store: Path, tmp_path: Path, embedder: "WordEmbedder") -> None:
    before = answers(store, embedder)
    chance, told, same = random.Random(3), 0, 0
    for file in sorted(path for path in store.rglob("*") if path.is_file() and path.stat().st_size):
        for _ in range(FLIPS_OF_THE_CATALOG if file.name == CATALOG_FILE else FLIPS_OF_OTHERS):
            copy = tmp_path / "copy"
            shutil.copytree(store, copy)
            data, at = bytearray(file.read_bytes()), chance.randrange(file.stat().st_size)
            data[at] ^= chance.randrange(1, 256)
            (copy / file.relative_to(store)).write_bytes(data)
            try:
                assert answers(copy, embedder) == before, (file.name, at)
                same += 1
            except StoreError as error:
                assert "--store" in str(error), (file.name, at)
                told += 1
            shutil.rmtree(copy)
    assert told > FLIPS_OF_THE_CATALOG / 10
    assert same > FLIPS_OF_OTHERS


@pytest.mark.parametrize("name", ["documents", "texts", "passages"])
def test_words_that_were_changed_in_the_catalog_are_never_shown(
    store: Path, embedder: "WordEmbedder", name: str
) -> None:
    data = (store / CATALOG_FILE).read_bytes()
    words = {"documents": b"Amateur astronomer", "texts": b"with a telescope", "passages": b"with a telescope"}[name]
    places = [at for at in range(len(data)) if data.startswith(words, at)]
    assert places
    for at in places:
        (store / CATALOG_FILE).write_bytes(data[:at] + words.upper() + data[at + len(words) :])
        with pytest.raises(StoreError, match=r"does not match its checksum.*python -m index sync --rebuild"):
            answers(store, embedder)


@pytest.mark.parametrize(
    ("column", "value"), [("value", "'winter'"), ("name", "'titlf'"), ("document", "document + 9")]
)
def test_what_filters_see_is_held_against_its_checksum(
    store: Path, embedder: "WordEmbedder", column: str, value: str
) -> None:
    with closing(sqlite3.connect(store / CATALOG_FILE)) as db, db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(f"UPDATE fields SET {column} = {value} WHERE name = 'title'")
    with closing(SearchEngine(store)) as engine:
        assert engine.search_lexical("comet", 5)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"what filters see .* --rebuild"):
                engine.search_lexical("comet", 5, parse_where("source:new"))
