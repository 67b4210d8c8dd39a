"""Ledger: what became of each file, and when a failed one is tried again."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import StoreError
from index.catalog import Catalog
from index.ledger import FileRecord, failed

DAY = 24 * 60 * 60


def test_records_come_back_as_they_were_put(tmp_path: Path) -> None:
    records = [FileRecord("ü/a.pdf", "h", "1:2:3", "failed", "ü/a.pdf: why", 3, 1234), FileRecord("b.txt", "h2")]
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        catalog.ledger.put(records)
        catalog.ledger.put([FileRecord("b.txt", "h3")])
        catalog.ledger.put([])
        assert catalog.ledger.all() == {"ü/a.pdf": records[0], "b.txt": FileRecord("b.txt", "h3")}
        catalog.ledger.forget(["ü/a.pdf", "never known"])
        assert list(catalog.ledger.all()) == ["b.txt"]


def test_a_file_that_fails_again_waits_longer_and_at_most_a_day() -> None:
    now, before, waits = FileRecord("a.pdf", "h"), None, []
    for _ in range(9):
        before = failed(before, now, "a.pdf: why")
        waits.append(before.retry_after - int(time.time()))
    assert [round(wait / 60) for wait in waits[:4]] == [1, 4, 16, 64]
    assert max(waits) <= DAY
    assert before is not None
    assert before.tries == 9


def test_a_file_whose_content_changed_starts_to_wait_anew() -> None:
    before = failed(failed(None, FileRecord("a.pdf", "old"), "why"), FileRecord("a.pdf", "old"), "why")
    assert (before.tries, failed(before, FileRecord("a.pdf", "new"), "why").tries) == (2, 1)


@pytest.mark.parametrize(("after", "due"), [(-1, True), (0, True), (30, False), (DAY - 1, False), (2 * DAY, True)])
def test_a_failed_file_is_due_after_its_wait_or_if_the_clock_was_put_back(after: int, due: bool) -> None:
    assert FileRecord("a", retry_after=1_000_000 + after).is_due(1_000_000) is due


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        catalog.ledger.put([FileRecord("a.txt", "h")])
        with closing(sqlite3.connect(catalog.path)) as db, db:
            db.execute("UPDATE files SET status = 'failed'")
        with pytest.raises(StoreError, match=r"does not match its checksum.*--rebuild"):
            catalog.ledger.all()
