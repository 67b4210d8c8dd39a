"""The right to write a store: one process at a time, and the second is told who has it and since when."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import StoreError

LOCK = "writer.lock"
OWNER = "writer.json"
PATIENCE_S = 2.0  # a sync that finds nothing to do holds the lock for less


class WriterLock:
    """Held by the operating system, so that it is free again when its holder dies, however that happens."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._lock = FileLock(store / LOCK)

    @contextmanager
    def held(self, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """For the one who has it already, nested. Raises StoreError if another has it for longer than the patience."""
        outermost = not self._lock.is_locked
        try:
            self._lock.acquire(timeout=patience_s)
        except Timeout as error:
            raise StoreError(
                f"{self._store}: another process is writing to this store{self._owner()}; try again when it is done"
            ) from error
        except OSError as error:
            raise StoreError(f"{self._store}: cannot be written ({error.strerror}); check its permissions") from error
        try:
            if outermost:
                self._say_who()
            yield
        finally:
            if outermost:
                (self._store / OWNER).unlink(missing_ok=True)
            self._lock.release()

    def _say_who(self) -> None:
        with suppress(OSError):  # it only informs; the lock itself holds without it
            beside = self._store / f"{OWNER}.new"
            since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
            beside.write_text(json.dumps({"pid": os.getpid(), "since": since}))
            beside.replace(self._store / OWNER)

    def _owner(self) -> str:
        try:
            told = json.loads((self._store / OWNER).read_text())
            return f" (process {int(told['pid'])}, since {told['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return ""
