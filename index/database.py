"""Connections to the catalog's file: one that writes, and as many as there are threads that read.

Knows transactions and snapshots, not what the tables mean.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from index.schema import damage_told, damaged

_PATIENCE_S = 30
Parameters = Sequence[object] | Mapping[str, object]


class Database:
    """An SQLite file with write-ahead logging; usable from several threads.

    Inside `reading`, a thread sees one snapshot, whatever others commit; inside `transaction`, what it writes
    itself; elsewhere, the last commit.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()  # of the connection that writes
        self._pool = threading.Lock()
        self._here = threading.local()
        self._idle: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = self._connected("rwc")
        self._file = _identity(path)

    @property
    def writer(self) -> sqlite3.Connection:
        """The connection that writes; for `transaction` and for settings."""
        if self._writer is None:
            raise sqlite3.ProgrammingError("the catalog is closed")
        return self._writer

    @property
    def replaced(self) -> bool:
        """Whether another file has taken the place of the one that is open."""
        return _identity(self.path) != self._file

    def close(self) -> None:
        """The connection that writes goes last: it folds the log into the file."""
        with self._lock, self._pool, damage_told(self.path):
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """All rows at once."""
        with self._connection() as connection, damage_told(self.path):
            return connection.execute(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: Parameters = ()) -> Iterator[Any]:
        """Row by row, from one snapshot, for results that are larger than memory."""
        with self._connection() as connection, damage_told(self.path), closing(connection.cursor()) as cursor:
            yield from cursor.execute(sql, parameters)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One snapshot for all that this thread reads inside."""
        if getattr(self._here, "connection", None) is not None:
            yield
            return
        with self._connection() as connection:
            with damage_told(self.path):
                connection.execute("BEGIN")
            self._here.connection = connection
            try:
                yield
            finally:
                self._here.connection = None
                connection.rollback()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commits, or rolls back on any exception."""
        with self._lock, damage_told(self.path):
            writer, before = self.writer, getattr(self._here, "connection", None)
            writer.execute("BEGIN IMMEDIATE")
            self._here.connection = writer
            try:
                with writer:
                    yield writer
            except sqlite3.IntegrityError as error:
                found = self.problems()  # a damaged file breaks its own rules
                if found:
                    raise damaged(self.path, found[0]) from error
                raise
            finally:
                self._here.connection = before

    def problems(self) -> list[str]:
        """What SQLite's own integrity check finds; empty for a sound file."""
        return [str(row[0]) for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]

    def settle(self) -> bool:
        """Fold the log into the file; False if a reader is in the way and it must be tried again."""
        with self._lock, damage_told(self.path):
            ((busy, *_),) = self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not busy

    def tune(self) -> None:
        """Readers and a writer do not wait for each other; no crash loses a commit, a power cut the last ones."""
        with damage_told(self.path):
            for setting in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                self.writer.execute(f"PRAGMA {setting}").fetchall()

    def compact(self) -> None:
        """Write the file anew, so that nothing stands in it but what is in the tables."""
        with self._lock, damage_told(self.path):
            self.writer.execute("VACUUM")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """This thread's snapshot or transaction, or a connection of its own."""
        here = getattr(self._here, "connection", None)
        if here is not None:
            yield here
            return
        with self._pool:
            connection = self._idle.pop() if self._idle and self.writer else self._connected("rw")
        try:
            yield connection
        finally:
            with self._pool:
                if self._writer is None:
                    connection.close()
                else:
                    self._idle.append(connection)

    def _connected(self, mode: str) -> sqlite3.Connection:
        with damage_told(self.path):
            return sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=_PATIENCE_S,
            )


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino
