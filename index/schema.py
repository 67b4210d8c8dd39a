"""A catalog file's tables and marks: whose file it is, in which format, and what to do with one that is damaged."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import StoreError

APPLICATION_ID = 0x43495445
FORMAT = 2
TABLES = """
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, file TEXT NOT NULL, content_hash TEXT NOT NULL,
    title TEXT NOT NULL, source TEXT NOT NULL, metadata TEXT NOT NULL, pages TEXT NOT NULL,
    passages INTEGER NOT NULL, born INTEGER NOT NULL, died INTEGER, seal BLOB NOT NULL
);
CREATE INDEX documents_by_id ON documents (id);
CREATE INDEX documents_by_file ON documents (file);
CREATE INDEX documents_by_birth ON documents (born);
CREATE INDEX documents_by_death ON documents (died) WHERE died IS NOT NULL;
CREATE TABLE texts (document INTEGER PRIMARY KEY REFERENCES documents (key), text TEXT NOT NULL, seal BLOB NOT NULL);
CREATE TABLE fields (
    document INTEGER NOT NULL REFERENCES documents (key), name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (document, name)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (key),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL,
    input_hash BLOB NOT NULL, vector BLOB NOT NULL, seal BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document);
CREATE INDEX passages_by_input ON passages (input_hash);
CREATE TABLE files (
    id TEXT PRIMARY KEY, content_hash TEXT NOT NULL, stamp TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    tries INTEGER NOT NULL, retry_after INTEGER NOT NULL, seal BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal BLOB NOT NULL) WITHOUT ROWID;
"""
_MAGIC = b"SQLite format 3\0"
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
_DISK = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")


def is_foreign(path: Path) -> bool:
    """Whether a file is an SQLite database that another program made."""
    with path.open("rb") as file:
        header = file.read(100)
    return header.startswith(_MAGIC) and is_foreign_mark(int.from_bytes(header[68:72], "big"))


def is_foreign_mark(application_id: int) -> bool:
    """Whether a mark is another program's; one wrong byte in our own is damage."""
    ours, theirs = (number.to_bytes(4, "big", signed=number < 0) for number in (APPLICATION_ID, application_id))
    return sum(a != b for a, b in zip(ours, theirs, strict=True)) > 1


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """What SQLite finds wrong with the file or its disk, as StoreError; a misuse of SQLite is a bug and stays loud."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_BUSY):
            message = f"{path.parent}: another process is writing to this store; try again when it is done"
            raise StoreError(message) from error
        if name.startswith(_DISK):
            raise disk_failure(path, str(error)) from error
        raise damaged(path, str(error).partition(" with text '")[0]) from error  # which would quote a document
    except UnicodeDecodeError as error:  # in a name that SQLite tells
        raise damaged(path, "its text is not UTF-8") from error


def damaged(path: Path, what: str) -> StoreError:
    """For a catalog whose content is not what was written."""
    return StoreError(f"{path}: is damaged or not a catalog ({what}); {way_out(path)}")


def disk_failure(path: Path, what: str) -> StoreError:
    """For a disk that is full, or that cannot be written."""
    return StoreError(
        f"{path}: cannot be read or written ({what}); free space on its disk, check its permissions or choose another "
        "--store, then sync again: nothing that the store held is lost"
    )


def way_out(path: Path) -> str:
    """The command that mends a store, for the end of a message."""
    return (
        f"build it anew with `python -m index sync --rebuild --store {shlex.quote(str(path.parent))} --corpus DIR`, "
        "where DIR holds its documents"
    )
