"""The SQLite file that is the only source of truth: documents, passages, vectors, recipe, generation.

Every change of a document is one transaction and raises the generation by one. A document that was removed
or replaced stays, marked, until indexes without it are published: so readers go on in the generation before.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index.database import Database
from index.embed import Vectors
from index.ledger import Ledger
from index.manifest import Manifest
from index.recipe import SPLITTER, Recipe
from index.records import Records
from index.schema import APPLICATION_ID, FORMAT, TABLES, is_foreign_mark, way_out
from index.seal import seal
from index.where import fields

_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """A passage with its unit vector and the hash of the text that was embedded."""

    passage: Passage
    vector: Vectors
    input_hash: bytes


class Catalog(Records):
    """The store's documents and passages; usable from several threads.

    Without a recipe, an existing catalog keeps its own and a new one gets the default; one that holds no
    document takes the recipe that is given. Raises StoreError if the file is no catalog, is damaged, or was
    made with another recipe. `ledger` knows the files that the documents came from.
    """

    def __init__(self, path: Path, recipe: Recipe | None = None) -> None:
        self.path = path
        super().__init__(Database(path))
        self.ledger = Ledger(self._database)
        try:
            self.recipe = self._prepare(recipe)
        except BaseException:
            self.close()
            raise

    @property
    def replaced(self) -> bool:
        """Whether another file has taken this one's place."""
        return self._database.replaced

    def close(self) -> None:
        self._database.close()

    def upsert(
        self, document: Document, content_hash: str, passages: Sequence[EmbeddedPassage], file: str = ""
    ) -> None:
        """Put a document in the place of what had its id, in one transaction; `file` is where it came from."""
        with self._change() as (db, generation):
            _mark_removed(db, document.id, generation)
            metadata = json.dumps(dict(document.metadata), ensure_ascii=False)
            head = (
                document.id, file or document.id, content_hash, document.title, document.source, metadata,
                json.dumps(list(document.pages)), len(passages), generation,
            )  # fmt: skip
            sql = "INSERT INTO documents VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)"
            key = db.execute(sql, (*head, seal(*head))).lastrowid
            db.execute("INSERT INTO texts VALUES (?, ?, ?)", (key, document.text, seal(document.text)))
            db.executemany(
                "INSERT INTO fields VALUES (?, ?, ?)", [(key, name, value) for name, value in fields(document).items()]
            )
            rows = (_row(document.id, passage) for passage in passages)
            db.executemany("INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", ((key, *row) for row in rows))

    def delete(self, document_id: str) -> None:
        """Remove a document and its passages, in one transaction."""
        with self._change() as (db, generation):
            _mark_removed(db, document_id, generation)

    def documents_of(self, file: str) -> dict[str, str]:
        """Document id to content hash, of the documents that came from a file."""
        sql = "SELECT id, content_hash FROM documents WHERE file = ? AND died IS NULL ORDER BY id"
        return dict(self._database.rows(sql, (file,)))

    def files(self) -> list[str]:
        """The files that documents came from."""
        rows = self._database.rows("SELECT DISTINCT file FROM documents WHERE died IS NULL ORDER BY file")
        return [str(row[0]) for row in rows]

    def publish(self, manifest: Manifest) -> None:
        """Let readers see a generation; what was removed up to it is dropped for good, in the same transaction."""
        with self._database.transaction() as db:
            self._set_fact(db, "indexes", manifest.to_json())
            self._set_fact(db, "dropped", str(manifest.generation))
            gone = "(SELECT key FROM documents WHERE died <= ?)"
            for table in ("passages", "texts", "fields"):
                db.execute(f"DELETE FROM {table} WHERE document IN {gone}", (manifest.generation,))
            db.execute("DELETE FROM documents WHERE died <= ?", (manifest.generation,))
        self.settle()

    def settle(self) -> bool:
        """Fold the log into the file, so that no removed text stays in it; False if a reader is in the way."""
        deadline = time.monotonic() + _PATIENCE_S
        while not (settled := self._database.settle()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return settled

    def compact(self) -> None:
        """Write the file anew, without any room in which removed text could stand."""
        self._database.compact()
        self.settle()

    def set_fact(self, name: str, value: str) -> None:
        with self._database.transaction() as db:
            self._set_fact(db, name, value)

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the file; empty for a sound one."""
        try:
            return self._database.problems()
        except StoreError as error:
            return [str(error)]

    def remains(self) -> int:
        """How many removed documents and free pages the file still holds."""
        ((dead,),) = self._database.rows("SELECT count(*) FROM documents WHERE died IS NOT NULL")
        ((free,),) = self._database.rows("PRAGMA freelist_count")
        return int(dead) + int(free)

    def _prepare(self, recipe: Recipe | None) -> Recipe:
        ((application,),) = self._database.rows("PRAGMA application_id")
        ((tables,),) = self._database.rows("SELECT count(*) FROM sqlite_master")
        if not tables and not application:
            self._create(recipe or Recipe())
        elif is_foreign_mark(application):
            raise StoreError(f"{self.path}: is another program's database; choose another folder with --store DIR")
        ((found_format,),) = self._database.rows("PRAGMA user_version")
        if found_format != FORMAT:
            raise StoreError(f"{self.path}: was made by another version of this program; {way_out(self.path)}")
        self._database.tune()
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
        with self._database.transaction() as db:
            for statement in TABLES.split(";")[:-1]:
                db.execute(statement)
            self._set_fact(db, "recipe", recipe.to_json())
            self._set_fact(db, "generation", "0")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {FORMAT}")

    @contextmanager
    def _change(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        with self._database.transaction() as db:
            generation = self.generation + 1
            yield db, generation
            self._set_fact(db, "generation", str(generation))

    def _set_fact(self, db: sqlite3.Connection, name: str, value: str) -> None:
        db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", (name, value, seal(name, value)))


def _mark_removed(db: sqlite3.Connection, document_id: str, generation: int) -> None:
    db.execute("UPDATE documents SET died = ? WHERE id = ? AND died IS NULL", (generation, document_id))


def _row(document_id: str, embedded: EmbeddedPassage) -> tuple[int, int, str, bytes, bytes, bytes]:
    passage, vector = embedded.passage, embedded.vector.astype(np.float16).tobytes()
    values = (passage.start, passage.end, passage.text, embedded.input_hash, vector)
    return *values, seal(document_id, *values)
