"""A catalog file's tables and marks: whose file it is, in which format, and what to do with one that is damaged."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import StoreError

APPLICATION_ID = 0x43495445
FORMAT = 1
TABLES = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, content_hash TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    source TEXT NOT NULL, metadata TEXT NOT NULL, pages TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL,
    input_hash BLOB NOT NULL, vector BLOB NOT NULL, generation INTEGER NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id);
CREATE INDEX passages_by_input ON passages (input_hash);
CREATE INDEX passages_by_generation ON passages (generation);
CREATE TABLE removed (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def is_foreign(path: Path) -> bool:
    """Whether a file is an SQLite database that another program made."""
    with path.open("rb") as file:
        header = file.read(100)
    return header.startswith(b"SQLite format 3\0") and header[68:72] != APPLICATION_ID.to_bytes(4, "big")


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """What SQLite finds wrong with the file, as StoreError; a misuse of SQLite is a bug and stays loud."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: is damaged or not a catalog ({error}); {way_out(path)}") from error


def way_out(path: Path) -> str:
    """The command that mends a store, for the end of a message."""
    return f"build it anew with `python -m index sync --rebuild --store {shlex.quote(str(path.parent))} --corpus DIR`"
