"""What became of every file of the corpus at the last sync: indexed, skipped or failed, why, and when to try again."""

import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Literal, cast

from index.database import Database
from index.schema import damaged
from index.seal import seal

Status = Literal["indexed", "skipped", "failed"]
_FIRST_WAIT_S = 60
_LONGEST_WAIT_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file. `reason` says why it was skipped or failed, or what of an indexed file was left out.

    `stamp` is what the file system said of the file when `content_hash` was computed, "" where that proves
    nothing. `tries` counts failures of the same content; before `retry_after` (seconds since 1970) it is not
    tried again.
    """

    id: str
    content_hash: str = ""
    stamp: str = ""
    status: Status = "indexed"
    reason: str = ""
    tries: int = 0
    retry_after: int = 0

    def is_due(self, now: float) -> bool:
        """Whether a failed file is to be tried again. A clock that was put back does not delay it for ever."""
        return not now < self.retry_after <= now + _LONGEST_WAIT_S


def failed(before: FileRecord | None, now: FileRecord, reason: str) -> FileRecord:
    """The record of a file that cannot be read: each time in vain, the wait for the next is four times as long."""
    again = before is not None and before.status == "failed" and before.content_hash == now.content_hash
    tries = before.tries + 1 if before and again else 1
    wait = min(_FIRST_WAIT_S * 4 ** min(tries - 1, 10), _LONGEST_WAIT_S)
    return FileRecord(now.id, now.content_hash, now.stamp, "failed", reason, tries, int(time.time()) + wait)


class Ledger:
    """The table of files in the catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, FileRecord]:
        """Every file by its id, in order."""
        found = {}
        for *values, sealed in self._database.stream("SELECT * FROM files ORDER BY id"):
            if seal(*values) != sealed:
                raise damaged(
                    self._database.path, f"what is known of the file {values[0]!r} does not match its checksum"
                )
            file, content_hash, stamp, status, reason, tries, retry_after = values
            found[file] = FileRecord(file, content_hash, stamp, cast("Status", status), reason, tries, retry_after)
        return found

    def put(self, records: Iterable[FileRecord]) -> None:
        """Record what became of files, in one transaction."""
        rows = [(*astuple(record), seal(*astuple(record))) for record in records]
        if rows:
            with self._database.transaction() as db:
                db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def forget(self, files: Iterable[str]) -> None:
        """Drop files that are no longer there."""
        gone = [(file,) for file in files]
        if gone:
            with self._database.transaction() as db:
                db.executemany("DELETE FROM files WHERE id = ?", gone)
