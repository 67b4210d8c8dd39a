"""The SQLite file that is the only source of truth: documents, passages, vectors, recipe, generation.

Every change of a document is one transaction and raises the generation by one. What was removed is
remembered by generation, so that the derived indexes can catch up without being rebuilt.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index.embed import Vectors
from index.recipe import SPLITTER, Recipe
from index.schema import APPLICATION_ID, FORMAT, TABLES, damage_told, way_out

_PARAMETERS = 500


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """A passage with its unit vector and the hash of the text that was embedded."""

    passage: Passage
    vector: Vectors
    input_hash: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a catalog holds."""

    documents: int
    passages: int
    generation: int


class Catalog:
    """The store's documents and passages; usable from several threads.

    Without a recipe, an existing catalog keeps its own and a new one gets the default; one that holds no
    document takes the recipe that is given. Raises StoreError if the file is no catalog, is damaged, or was
    made with another recipe.
    """

    def __init__(self, path: Path, recipe: Recipe | None = None) -> None:
        self.path = path
        self._lock = threading.RLock()
        with damage_told(path):
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            self.recipe = self._prepare(recipe)

    def close(self) -> None:
        self._db.close()

    def upsert(self, document: Document, content_hash: str, passages: Sequence[EmbeddedPassage]) -> None:
        """Put a document in the place of what had its id, in one transaction."""
        with self._change() as generation:
            self._remove(document.id, generation)
            self._db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    content_hash,
                    document.title,
                    document.text,
                    document.source,
                    json.dumps(dict(document.metadata), ensure_ascii=False),
                    json.dumps(list(document.pages)),
                ),
            )
            self._db.executemany(
                'INSERT INTO passages (document_id, start, "end", text, input_hash, vector, generation) '
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (document.id, p.passage.start, p.passage.end, p.passage.text, p.input_hash,
                     p.vector.astype(np.float16).tobytes(), generation)
                    for p in passages
                ],
            )  # fmt: skip

    def delete(self, document_id: str) -> None:
        """Remove a document and its passages, in one transaction."""
        with self._change() as generation:
            self._remove(document_id, generation)

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None if there is none (any more)."""
        rows = self._rows("SELECT id, title, text, source, metadata, pages FROM documents WHERE id = ?", (document_id,))
        return next((_document(row) for row in rows), None)

    def content_hashes(self) -> dict[str, str]:
        """Document id to content hash."""
        return dict(self._rows("SELECT id, content_hash FROM documents ORDER BY id"))

    def titles(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Document id to title, for those that exist."""
        return dict(self._in("SELECT id, title FROM documents WHERE id IN", document_ids))

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """The passages that (still) exist, by id."""
        sql = 'SELECT id, document_id, start, "end", text FROM passages WHERE id IN'
        return {row[0]: Passage(*row[1:]) for row in self._in(sql, passage_ids)}

    def passages_of(self, document_id: str) -> list[Passage]:
        """A document's passages, in order; none if there is no such document."""
        sql = 'SELECT document_id, start, "end", text FROM passages WHERE document_id = ? ORDER BY start, "end"'
        return [Passage(*row) for row in self._rows(sql, (document_id,))]

    def passage_counts(self, document_ids: Sequence[str]) -> dict[str, int]:
        """Document id to its number of passages, for those that have any."""
        sql = "SELECT document_id, count(*) FROM passages WHERE document_id IN"
        return dict(self._in(sql, document_ids, "GROUP BY document_id"))

    def vectors_for(self, input_hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Vectors of texts that were embedded before, by the hash of the text."""
        sql = "SELECT input_hash, vector FROM passages WHERE input_hash IN"
        return {row[0]: _vector(row[1]) for row in self._in(sql, input_hashes)}

    def passages_since(self, generation: int) -> Iterator[tuple[int, str, str, Vectors]]:
        """(id, title, text, vector) of every passage added after a generation, in the order of ids."""
        with self._lock, damage_told(self.path):
            yield from (
                (passage_id, title, text, _vector(vector))
                for passage_id, title, text, vector in self._db.execute(
                    "SELECT passages.id, title, passages.text, vector FROM passages "
                    "JOIN documents ON documents.id = document_id WHERE generation > ? ORDER BY passages.id",
                    (generation,),
                )
            )

    def documents_since(self, generation: int) -> Iterator[tuple[int, str, str]]:
        """(id of the first passage, title, text) of every document written after a generation."""
        with self._lock, damage_told(self.path):
            yield from self._db.execute(
                "SELECT min(passages.id), title, documents.text FROM passages "
                "JOIN documents ON documents.id = document_id WHERE generation > ? GROUP BY document_id ORDER BY 1",
                (generation,),
            )

    def removed_since(self, generation: int) -> list[int]:
        """Ids of the passages removed after a generation."""
        return [row[0] for row in self._rows("SELECT passage_id FROM removed WHERE generation > ?", (generation,))]

    def forget_removed(self, generation: int) -> None:
        """Drop the memory of removals up to a generation that every derived index reflects."""
        with self._lock:
            self._db.execute("DELETE FROM removed WHERE generation <= ?", (generation,))

    def counts(self) -> Counts:
        """Documents, passages and generation, from one snapshot."""
        counts = "(SELECT count(*) FROM documents), (SELECT count(*) FROM passages)"
        ((documents, passages, generation),) = self._rows(
            f"SELECT {counts}, value FROM facts WHERE name = 'generation'"
        )
        return Counts(documents, passages, int(generation))

    @property
    def generation(self) -> int:
        """Raised by one with every change."""
        return int(self.fact("generation"))

    def fact(self, name: str) -> str:
        """A named fact about the store, "" if it is not known."""
        return next((str(row[0]) for row in self._rows("SELECT value FROM facts WHERE name = ?", (name,))), "")

    def set_fact(self, name: str, value: str) -> None:
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def problems(self) -> list[str]:
        """What SQLite's own integrity check finds; empty for a sound file."""
        try:
            found = [str(row[0]) for row in self._rows("PRAGMA integrity_check")]
        except StoreError as error:
            return [str(error)]
        return [problem for problem in found if problem != "ok"]

    def _prepare(self, recipe: Recipe | None) -> Recipe:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables and not application:
            self._create(recipe or Recipe())
        elif application != APPLICATION_ID:
            raise StoreError(f"{self.path}: is another program's database; choose another folder with --store DIR")
        (found_format,) = self._db.execute("PRAGMA user_version").fetchone()
        if found_format != FORMAT:
            raise StoreError(f"{self.path}: was made by another version of this program; {way_out(self.path)}")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA secure_delete = ON")
        made_with = Recipe.from_json(self.fact("recipe"))
        wanted = recipe or replace(made_with, splitter=SPLITTER)
        if made_with != wanted and self.counts().documents:
            raise StoreError(
                f"{self.path.parent}: was made with another recipe ({made_with.differences(wanted)}); "
                f"{way_out(self.path)}"
            )
        if made_with != wanted:
            self.set_fact("recipe", wanted.to_json())
        return wanted

    def _create(self, recipe: Recipe) -> None:
        """In one transaction and before write-ahead logging, so that the file itself always shows whose it is."""
        with self._lock, self._transaction():
            for statement in TABLES.split(";")[:-1]:
                self._db.execute(statement)
            self.set_fact("recipe", recipe.to_json())
            self.set_fact("generation", "0")
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def _remove(self, document_id: str, generation: int) -> None:
        self._db.execute(
            "INSERT INTO removed SELECT id, ? FROM passages WHERE document_id = ?", (generation, document_id)
        )
        self._db.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
        self._db.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    @contextmanager
    def _change(self) -> Iterator[int]:
        with self._lock, self._transaction():
            generation = self.generation + 1
            yield generation
            self.set_fact("generation", str(generation))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with damage_told(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            with self._db:  # commits, or rolls back on any exception
                yield

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        with self._lock, damage_told(self.path):
            return self._db.execute(sql, parameters).fetchall()

    def _in(self, sql: str, values: Sequence[object], then: str = "") -> Iterator[Any]:
        for first in range(0, len(values), _PARAMETERS):
            some = values[first : first + _PARAMETERS]
            yield from self._rows(f"{sql} ({','.join('?' * len(some))}) {then}", some)


def _vector(blob: bytes) -> Vectors:
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


def _document(row: Sequence[str]) -> Document:
    document_id, title, text, source, metadata, pages = row
    fields: Mapping[str, str] = MappingProxyType(json.loads(metadata))
    return Document(document_id, title, text, source, fields, tuple(json.loads(pages)))
