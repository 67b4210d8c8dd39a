"""Deleting a store: its own files, and no others."""

import shutil
from pathlib import Path

from corpus.errors import StoreError
from index.engine import CATALOG_FILE
from index.indexes import clear
from index.lock import WriterLock
from index.schema import is_foreign

_FIRST_FORMAT = ("dense.faiss", "dense.json", "lexical.json", "documents.json")
_FIRST_FORMAT_FOLDERS = ("lexical", "documents")


def remove_store(store: Path) -> None:
    """Delete what makes up a store, also one of the format before this one.

    Raises StoreError if its catalog is another program's database, or if another process writes.
    """
    if not store.is_dir():
        return
    catalog = store / CATALOG_FILE
    if catalog.is_file() and is_foreign(catalog):
        raise StoreError(f"{catalog}: is another program's database; choose another folder with --store DIR")
    logs = (f"{CATALOG_FILE}-{log}" for log in ("wal", "shm", "journal"))
    with WriterLock(store).held():
        for name in (CATALOG_FILE, *logs, *_FIRST_FORMAT):
            (store / name).unlink(missing_ok=True)
        for name in _FIRST_FORMAT_FOLDERS:
            shutil.rmtree(store / name, ignore_errors=True)
        clear(store, keep="")
