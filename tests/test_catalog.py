"""Catalog: transactions and generations, vectors, what is left of deleted text, and files that are no catalog."""

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index.catalog import Catalog, EmbeddedPassage
from index.manifest import Manifest
from index.place import ROOT
from index.recipe import Recipe
from index.records import Counts


def embedded(document_id: str, *texts: str) -> list[EmbeddedPassage]:
    """Passages that follow one another, with the vector [length, 1] each."""
    vectors = [np.array([len(text), 1], dtype=np.float32) for text in texts]
    return [
        EmbeddedPassage(Passage(document_id, start, start + len(text), text), vector, text.encode())
        for start, text, vector in zip(range(0, 1000, 100), texts, vectors, strict=False)
    ]


def put(catalog: Catalog, document_id: str, *texts: str) -> None:
    document = Document(document_id, f"Title of {document_id}", "\n".join(texts), document_id)
    catalog.upsert(document, f"hash of {texts}", embedded(document_id, *texts))


def passage_ids(catalog: Catalog, since: int = 0) -> list[int]:
    return [entry.id for entry in catalog.entries_since(since)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def catalog(path: Path) -> Catalog:
    return Catalog(path)


def test_a_new_catalog_is_empty(catalog: Catalog) -> None:
    assert catalog.counts() == Counts(documents=0, passages=0, generation=0)
    assert catalog.recipe == Recipe()
    assert catalog.document("a.txt") is None


def test_a_document_comes_back_as_it_was_put_in(catalog: Catalog) -> None:
    metadata = MappingProxyType({"author": "Žofie", "date": "2024-05-01"})
    document = Document("a/ü.txt", "Tïtle", "one\n\ntwo 🦉", "https://example.org/a", metadata, (0, 5))
    catalog.upsert(document, "hash", embedded("a/ü.txt", "one"))
    assert catalog.document("a/ü.txt") == document


def test_passages_come_back_as_they_were_put_in(catalog: Catalog) -> None:
    put(catalog, "a.txt", "first", "second")
    assert list(catalog.passages(passage_ids(catalog)).values()) == [
        e.passage for e in embedded("a.txt", "first", "second")
    ]


def test_every_change_raises_the_generation_by_one(catalog: Catalog) -> None:
    put(catalog, "a.txt", "one")
    put(catalog, "a.txt", "two")
    catalog.delete("a.txt")
    assert catalog.counts() == Counts(documents=0, passages=0, generation=3)


def test_a_document_takes_the_place_of_what_had_its_id(catalog: Catalog) -> None:
    put(catalog, "a.txt", "old one", "old two")
    put(catalog, "b.txt", "other")
    put(catalog, "a.txt", "new")
    assert [entry.text for entry in catalog.entries_since(0)] == ["other", "new"]
    assert catalog.content_hashes() == {"a.txt": "hash of ('new',)", "b.txt": "hash of ('other',)"}


def test_a_passage_id_is_never_given_again(catalog: Catalog) -> None:
    put(catalog, "a.txt", "one", "two")
    before = passage_ids(catalog)
    catalog.delete("a.txt")
    put(catalog, "a.txt", "one", "two")
    assert not set(before) & set(passage_ids(catalog))


def test_a_deleted_document_leaves_nothing_but_the_memory_of_its_ids(catalog: Catalog) -> None:
    put(catalog, "a.txt", "one", "two")
    ids = passage_ids(catalog)
    catalog.delete("a.txt")
    assert catalog.document("a.txt") is None
    assert catalog.passages(ids) == {}
    assert catalog.removed_since(1) == ids


def test_only_what_came_after_a_generation_is_told(catalog: Catalog) -> None:
    put(catalog, "a.txt", "one")
    put(catalog, "b.txt", "two")
    put(catalog, "a.txt", "three")
    assert [(entry.title, entry.text) for entry in catalog.entries_since(1)] == [
        ("Title of b.txt", "two"),
        ("Title of a.txt", "three"),
    ]
    assert catalog.removed_since(2) == [1]
    assert catalog.removed_since(3) == []


def test_removals_are_remembered_until_they_are_forgotten(catalog: Catalog) -> None:
    for document_id in ("a.txt", "b.txt"):
        put(catalog, document_id, "text")
        catalog.delete(document_id)
    catalog.publish(Manifest(generation=2))
    assert catalog.removed_since(0) == [2]


def test_an_upsert_that_fails_half_way_changes_nothing(catalog: Catalog) -> None:
    put(catalog, "a.txt", "old one", "old two")
    before = (catalog.counts(), list(catalog.content_hashes().items()), passage_ids(catalog))
    with pytest.raises(UnicodeEncodeError):
        catalog.upsert(Document("a.txt", "t", "new", "a.txt"), "new hash", embedded("a.txt", "new one", "new \ud800"))
    assert (catalog.counts(), list(catalog.content_hashes().items()), passage_ids(catalog)) == before
    assert catalog.removed_since(0) == []
    put(catalog, "a.txt", "newer")
    assert catalog.counts() == Counts(documents=1, passages=1, generation=2)


KILLED_IN_AN_UPSERT = """
import os, sys
from pathlib import Path
from corpus.document import Document
from index.catalog import Catalog

class Deadly(list):
    def __iter__(self):
        os._exit(9)

catalog = Catalog(Path(sys.argv[1]))
catalog.upsert(Document("a.txt", "kept", "kept", "a.txt"), "kept", [])
catalog.upsert(Document("a.txt", "lost", "lost", "a.txt"), "lost", Deadly())
"""


def test_a_process_killed_in_an_upsert_leaves_the_last_committed_state(path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_IN_AN_UPSERT, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == 9
    catalog = Catalog(path)
    assert catalog.counts() == Counts(documents=1, passages=0, generation=1)
    assert catalog.content_hashes() == {"a.txt": "kept"}
    assert catalog.problems() == []


def test_vectors_are_kept_in_half_precision(catalog: Catalog) -> None:
    vector = np.array([0.1, -0.7, 0.70710678], dtype=np.float32)
    catalog.upsert(
        Document("a.txt", "t", "x", "a.txt"), "h", [EmbeddedPassage(Passage("a.txt", 0, 1, "x"), vector, b"x")]
    )
    with closing(sqlite3.connect(catalog.path)) as db:
        assert db.execute("SELECT length(vector) FROM passages").fetchone() == (2 * 3,)
    (kept,) = catalog.vectors_for([b"x"]).values()
    assert kept.dtype == np.float32
    assert kept.tolist() == vector.astype(np.float16).tolist()


def test_vectors_are_found_by_the_hash_of_what_was_embedded(catalog: Catalog) -> None:
    put(catalog, "a.txt", "one", "three")
    found = catalog.vectors_for([b"three", b"never embedded"])
    assert {key: vector.tolist() for key, vector in found.items()} == {b"three": [5, 1]}


def test_more_values_can_be_asked_for_than_a_statement_takes(catalog: Catalog) -> None:
    for number in range(3):
        put(catalog, f"{number}.txt", "text")
    names = [f"{number}.txt" for number in range(40_000)]
    assert sorted(catalog.titles(names)) == ["0.txt", "1.txt", "2.txt"]
    assert sorted(catalog.passages(range(40_000))) == [1, 2, 3]


def test_only_documents_that_exist_have_titles(catalog: Catalog) -> None:
    put(catalog, "a.txt", "text")
    assert catalog.titles(["a.txt", "b.txt"]) == {"a.txt": "Title of a.txt"}
    assert catalog.titles([]) == {}


def test_a_catalog_is_the_same_after_it_was_closed(path: Path) -> None:
    catalog = Catalog(path, Recipe(passage_tokens=96))
    put(catalog, "a.txt", "one")
    catalog.set_fact("corpus", "/somewhere")
    before = (catalog.counts(), catalog.document("a.txt"), catalog.recipe)
    catalog.close()
    again = Catalog(path)
    assert (again.counts(), again.document("a.txt"), again.recipe) == before
    assert again.fact("corpus") == "/somewhere"
    assert again.fact("never told") == ""


def test_deleted_text_is_gone_from_the_bytes_of_the_file(catalog: Catalog) -> None:
    for number in range(20):
        put(catalog, f"{number}.txt", f"kept words {number} " * 100)
    put(catalog, "secret.txt", "xylophone " * 1000)
    put(catalog, "changed.txt", "marzipan")
    put(catalog, "changed.txt", "harmless")
    catalog.delete("secret.txt")
    catalog.publish(Manifest(generation=catalog.generation))
    catalog.close()
    data = b"".join(file.read_bytes() for file in catalog.path.parent.iterdir())
    assert b"kept words 7" in data
    assert b"xylophone" not in data
    assert b"marzipan" not in data


def test_several_threads_can_write_and_read(catalog: Catalog) -> None:
    def work(number: int) -> int:
        put(catalog, f"{number}.txt", "one", "two")
        return len(catalog.passages(range(1000)))

    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(work, range(40)))
    assert catalog.counts() == Counts(documents=40, passages=80, generation=40)
    assert min(seen) >= 2


def test_readers_and_a_writer_do_not_wait_for_one_another(catalog: Catalog) -> None:
    for reopened in (catalog, Catalog(catalog.path)):
        with closing(sqlite3.connect(reopened.path)) as db:
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database; choose another folder with --store"):
        Catalog(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"no database at all", bytes(range(256)) * 32, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_refused_with_the_way_out(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"python -m index sync --rebuild|choose another folder"):
        Catalog(path)
    assert path.read_bytes() == data


def test_a_truncated_catalog_is_refused_with_the_way_out(catalog: Catalog) -> None:
    put(catalog, "a.txt", "text " * 5000)
    catalog.close()
    catalog.path.write_bytes(catalog.path.read_bytes()[:6000])
    with pytest.raises(StoreError, match=r"is damaged .*python -m index sync --rebuild"):
        Catalog(catalog.path).counts()


def test_a_catalog_of_another_version_is_refused_with_the_way_out(catalog: Catalog) -> None:
    catalog.close()
    with closing(sqlite3.connect(catalog.path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"another version .*python -m index sync --rebuild"):
        Catalog(catalog.path)


def test_another_recipe_is_refused_with_what_differs_and_the_way_out(path: Path) -> None:
    put(Catalog(path), "a.txt", "text")
    with pytest.raises(StoreError, match=r"passage_tokens 200 → 96.*python -m index sync --rebuild"):
        Catalog(path, Recipe(passage_tokens=96))


def test_the_way_out_can_be_copied_into_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "my store"
    folder.mkdir()
    (folder / "catalog.sqlite").write_text("no database at all")
    with pytest.raises(StoreError, match=f"--store '{folder}'"):
        Catalog(folder / "catalog.sqlite")


def test_passages_cut_by_an_older_splitter_are_refused(path: Path) -> None:
    put(Catalog(path, Recipe(splitter=0)), "a.txt", "text")
    with pytest.raises(StoreError, match="splitter 0 → "):
        Catalog(path)


def test_without_a_recipe_a_catalog_keeps_its_own(path: Path) -> None:
    put(Catalog(path, Recipe(passage_tokens=96)), "a.txt", "text")
    assert Catalog(path).recipe == Recipe(passage_tokens=96)


def test_a_catalog_without_documents_takes_the_recipe_that_is_given(path: Path) -> None:
    Catalog(path, Recipe(embedder="mistyped"))
    assert Catalog(path, Recipe(passage_tokens=96)).recipe == Recipe(passage_tokens=96)
    assert Catalog(path).recipe == Recipe(passage_tokens=96)


def test_a_recipe_that_cannot_be_read_is_refused(catalog: Catalog) -> None:
    catalog.set_fact("recipe", json.dumps({"chunk_size": 512}))
    with pytest.raises(StoreError, match="another version"):
        Catalog(catalog.path)


def test_a_sound_catalog_has_no_problems(catalog: Catalog) -> None:
    put(catalog, "a.txt", "text")
    assert catalog.problems() == []


def test_damaged_pages_are_found_and_told(catalog: Catalog) -> None:
    put(catalog, "a.txt", "text")
    with closing(sqlite3.connect(catalog.path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'").fetchone()
    catalog.close()
    with catalog.path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    damaged = Catalog(catalog.path)
    assert damaged.problems() != []
    with pytest.raises(StoreError, match="is damaged"):
        list(damaged.entries_since(0))
    with pytest.raises(StoreError, match="is damaged"):
        put(damaged, "b.txt", "text")
