"""Whose database a file is, judged by its bytes alone."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import StoreError
from index.catalog import Catalog
from index.place import ROOT
from index.schema import damage_told, is_foreign

MAKES_AND_DIES = """
import os, sys
from pathlib import Path
from index.catalog import Catalog
catalog = Catalog(Path(sys.argv[1]))
os._exit(9)
"""


def test_a_catalog_is_ours_while_it_is_open_and_when_it_is_closed(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    assert not is_foreign(catalog.path)
    catalog.close()
    assert not is_foreign(catalog.path)


def test_a_catalog_is_ours_although_its_maker_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    assert subprocess.run([sys.executable, "-c", MAKES_AND_DIES, path], cwd=ROOT, check=False).returncode == 9
    assert not is_foreign(path)


def test_a_database_of_another_program_is_foreign(tmp_path: Path) -> None:
    path = tmp_path / "photos.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
    assert is_foreign(path)


@pytest.mark.parametrize("data", [b"", b"notes of mine", b"SQLite"])
def test_a_file_that_is_no_database_is_no_program_s(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(data)
    assert not is_foreign(path)


def test_damage_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"malformed.*python -m index sync --rebuild"), damage_told(tmp_path / "c"):
        raise sqlite3.DatabaseError("database disk image is malformed")


def test_damage_is_told_without_the_words_of_a_document(tmp_path: Path) -> None:
    said = "Could not decode to UTF-8 column 'text' with text 'Ann Lee runs the port'"
    with pytest.raises(StoreError) as error, damage_told(tmp_path / "c"):
        raise sqlite3.OperationalError(said)
    assert "column 'text'); build it anew" in str(error.value)


@pytest.mark.parametrize("bug", [sqlite3.ProgrammingError, sqlite3.IntegrityError, ValueError])
def test_a_bug_is_not_told_as_damage(tmp_path: Path, bug: type[Exception]) -> None:
    with pytest.raises(bug), damage_told(tmp_path / "c"):
        raise bug
