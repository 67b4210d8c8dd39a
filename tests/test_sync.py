"""Sync: the store follows the folder, and only what changed is embedded."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import CorpusError, StoreError
from corpus.formats.piece import Skipped
from corpus.limits import DEFAULT_LIMITS
from index import write
from index.embed import Vectors
from index.engine import CATALOG_FILE, SearchEngine
from index.recipe import Recipe
from index.sync import Step, SyncReport, sync
from index.verify import problems

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

RECIPE = Recipe(passage_tokens=40, overlap_tokens=0, title_tokens=16)
NAMES = ("harbour-bridge.txt", "new-comet.txt", "orchard-frost.txt")


@pytest.fixture
def engine(tmp_path: Path) -> SearchEngine:
    return SearchEngine(tmp_path / "store", RECIPE)


@pytest.fixture
def first(corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder") -> SyncReport:
    """The folder of three articles, synced once; the embedder counts from nought again."""
    report = sync(corpus_folder, engine, embedder)
    embedder.embedded = 0
    return report


def finds(engine: SearchEngine, words: str) -> list[str]:
    """The documents that hold one of the words."""
    ids = [passage_id for passage_id, _ in engine.search_lexical(words, 100)]
    return sorted({passage.document_id for passage in engine.passages(ids).values()})


def passages_of(engine: SearchEngine, document_id: str) -> int:
    everything = engine.passages(range(1000)).values()
    return sum(passage.document_id == document_id for passage in everything)


def test_a_folder_goes_in(first: SyncReport, engine: SearchEngine, embedder: "WordEmbedder") -> None:
    assert first.added == NAMES
    assert (first.changed, first.deleted, first.unchanged, first.skipped, first.failures) == ((), (), 0, (), ())
    assert first.passages == first.embedded == engine.catalog.counts().passages >= 6
    assert finds(engine, "ferries") == ["harbour-bridge.txt"]
    hit = engine.search_dense(embedder.embed_query("a postman discovered a comet with a telescope"), 1)[0][0]
    assert engine.passages([hit])[hit].document_id == "new-comet.txt"
    assert problems(engine) == []


def test_every_passage_cites_its_document(first: SyncReport, engine: SearchEngine, corpus_folder: Path) -> None:
    passages = engine.passages(range(1000))
    assert len(passages) == first.passages
    for passage in passages.values():
        document = engine.catalog.document(passage.document_id)
        assert document is not None
        assert document.text == (corpus_folder / passage.document_id).read_text(encoding="utf-8")
        assert document.text[passage.start : passage.end] == passage.text


def test_a_second_sync_embeds_nothing_and_says_so(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    generation = engine.catalog.generation
    report = sync(corpus_folder, engine, embedder)
    assert report == SyncReport(unchanged=3, passages=first.passages)
    assert embedder.embedded == 0
    assert engine.catalog.generation == generation


def test_a_touched_file_is_unchanged(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    os.utime(corpus_folder / "new-comet.txt", (1, 1))
    assert sync(corpus_folder, engine, embedder).unchanged == len(first.added)


def test_of_a_changed_document_only_what_is_new_is_embedded(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    with (corpus_folder / "harbour-bridge.txt").open("a") as file:
        file.write("\nA harpsichord was found under the northern tower. Nobody has claimed the instrument so far.\n")
    report = sync(corpus_folder, engine, embedder)
    assert (report.added, report.changed, report.deleted, report.unchanged) == ((), ("harbour-bridge.txt",), (), 2)
    assert report.embedded == embedder.embedded
    assert 0 < report.embedded < passages_of(engine, "harbour-bridge.txt")
    assert report.passages > first.passages
    assert finds(engine, "harpsichord") == ["harbour-bridge.txt"]
    assert finds(engine, "ferries") == ["harbour-bridge.txt"]


def test_a_renamed_document_is_followed_and_not_embedded(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "sky").mkdir()
    (corpus_folder / "new-comet.txt").rename(corpus_folder / "sky" / "tartu.txt")
    report = sync(corpus_folder, engine, embedder)
    assert (report.added, report.deleted, report.embedded) == (("sky/tartu.txt",), ("new-comet.txt",), 0)
    assert embedder.embedded == 0
    assert report.passages == first.passages
    assert finds(engine, "postman") == ["sky/tartu.txt"]


def test_a_copy_is_a_document_of_its_own_and_not_embedded(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    shutil.copy(corpus_folder / "new-comet.txt", corpus_folder / "copy.txt")
    assert sync(corpus_folder, engine, embedder).embedded == 0
    assert finds(engine, "postman") == ["copy.txt", "new-comet.txt"]
    (corpus_folder / "new-comet.txt").unlink()
    assert sync(corpus_folder, engine, embedder).passages == first.passages
    assert finds(engine, "postman") == ["copy.txt"]


def test_what_stands_in_two_new_files_is_embedded_once(
    corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    shutil.copy(corpus_folder / "new-comet.txt", corpus_folder / "copy.txt")
    report = sync(corpus_folder, engine, embedder)
    assert report.embedded == embedder.embedded == report.passages - passages_of(engine, "copy.txt")


def test_a_deleted_document_can_no_longer_be_found(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "new-comet.txt").unlink()
    report = sync(corpus_folder, engine, embedder)
    assert (report.deleted, report.unchanged) == (("new-comet.txt",), 2)
    assert report.passages < first.passages
    assert finds(engine, "postman comet telescope") == []
    hits = engine.search_dense(embedder.embed_query("a postman discovered a comet"), 100)
    assert len(hits) == report.passages
    assert {p.document_id for p in engine.passages([i for i, _ in hits]).values()} == {*NAMES} - {"new-comet.txt"}


def test_deleted_text_is_gone_from_the_bytes_of_the_catalog(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "new-comet.txt").unlink()
    changed = corpus_folder / "harbour-bridge.txt"
    changed.write_text(changed.read_text().replace("Ines Almeida", "Somebody"))
    assert sync(corpus_folder, engine, embedder).deleted == (first.added[1],)
    engine.close()
    data = b"".join(path.read_bytes() for path in engine.store.glob(f"{CATALOG_FILE}*"))
    assert b"Petra Lindqvist" in data
    assert b"Kalle Tamm" not in data
    assert b"Ines Almeida" not in data


def test_a_failing_file_leaves_its_earlier_version_and_the_others_go_in(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "new-comet.txt").write_bytes(b"\xff\xfa not text")
    (corpus_folder / "zeppelin.txt").write_text("A zeppelin crossed the lake.\n")
    report = sync(corpus_folder, engine, embedder)
    assert (report.added, report.changed, report.deleted) == (("zeppelin.txt",), (), ())
    assert [str(failure) for failure in report.failures] == ["new-comet.txt: is not UTF-8 (byte 0); save it as UTF-8"]
    assert report.passages == first.passages + 1
    assert finds(engine, "postman") == ["new-comet.txt"]
    assert finds(engine, "zeppelin") == ["zeppelin.txt"]


def test_a_failing_file_goes_in_when_it_is_mended(
    corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "broken.txt").write_bytes(b"\x00")
    assert len(sync(corpus_folder, engine, embedder).failures) == 1
    assert len(sync(corpus_folder, engine, embedder).failures) == 1
    (corpus_folder / "broken.txt").write_text("A zeppelin crossed the lake.\n")
    report = sync(corpus_folder, engine, embedder)
    assert (report.added, report.failures, report.embedded) == (("broken.txt",), (), 1)


def test_files_in_other_formats_are_told(corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder") -> None:
    (corpus_folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    report = sync(corpus_folder, engine, embedder)
    assert ([each.id for each in report.skipped], report.failures, report.added) == (["photo.jpeg"], (), NAMES)
    assert isinstance(report.skipped[0], Skipped)
    assert report.skipped[0].reason


@pytest.mark.parametrize("data", [b"\x00", b"", b"\xff\xfa not text", None])
def test_a_folder_of_which_nothing_can_be_read_is_refused(
    tmp_path: Path, engine: SearchEngine, embedder: "WordEmbedder", data: bytes | None
) -> None:
    folder = tmp_path / "unreadable"
    folder.mkdir()
    (folder / "a.txt").write_bytes(data or b"")
    if data is None:
        os.truncate(folder / "a.txt", DEFAULT_LIMITS.file_bytes + 1)
    with pytest.raises(CorpusError, match=r"none of its files can be read; the first: a\.txt: "):
        sync(folder, engine, embedder)


def test_an_empty_or_missing_folder_is_refused_and_nothing_is_lost(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    before = engine.catalog.counts()
    shutil.rmtree(corpus_folder)
    with pytest.raises(CorpusError, match="no such folder"):
        sync(corpus_folder, engine, embedder)
    corpus_folder.mkdir()
    with pytest.raises(CorpusError, match="holds no document"):
        sync(corpus_folder, engine, embedder)
    (corpus_folder / ".hidden.txt").write_text("A hidden file is no document.")
    with pytest.raises(CorpusError, match="holds no document"):
        sync(corpus_folder, engine, embedder)
    assert engine.catalog.counts() == before
    assert engine.catalog.content_hashes().keys() == {*first.added}
    assert finds(engine, "postman") == ["new-comet.txt"]


def test_the_store_knows_its_folder(first: SyncReport, corpus_folder: Path, engine: SearchEngine) -> None:
    assert first.added == NAMES
    assert engine.catalog.fact("corpus") == str(corpus_folder.resolve())


def test_vectors_are_kept_in_half_precision(first: SyncReport, engine: SearchEngine, embedder: "WordEmbedder") -> None:
    with closing(sqlite3.connect(engine.catalog.path)) as db:
        sizes = db.execute("SELECT DISTINCT length(vector), count(*) FROM passages").fetchall()
    assert sizes == [(2 * embedder.dimension, first.passages)]


def test_progress_is_told_file_by_file(corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder") -> None:
    told: list[Step] = []
    report = sync(corpus_folder, engine, embedder, told.append)
    assert [(step.files, step.of_files) for step in told] == [(1, 3), (2, 3), (3, 3)]
    size = sum(path.stat().st_size for path in corpus_folder.iterdir())
    assert (told[-1].bytes, told[-1].of_bytes, told[-1].embedded) == (size, size, report.embedded)


class _Interrupted:
    """An embedder whose process is stopped when it embeds for the second time."""

    def __init__(self, inner: "WordEmbedder") -> None:
        self.inner = inner
        self.max_tokens = inner.max_tokens
        self.count_tokens = inner.count_tokens
        self.embed_query = inner.embed_query

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.inner.embedded:
            raise KeyboardInterrupt
        return self.inner.embed_passages(texts)


def test_an_interrupted_sync_goes_on_where_it_stopped(
    corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "_EMBED_AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        sync(corpus_folder, engine, _Interrupted(embedder))
    engine.close()
    opened = SearchEngine(engine.store)
    assert list(opened.catalog.content_hashes()) == ["harbour-bridge.txt"]
    assert finds(opened, "ferries postman") == ["harbour-bridge.txt"]
    report = sync(corpus_folder, opened, embedder)
    assert (report.added, report.unchanged) == (NAMES[1:], 1)
    assert embedder.embedded == report.passages
    assert problems(opened) == []


def test_while_one_process_syncs_a_second_is_refused(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "new-comet.txt").unlink()
    with engine.writing(), pytest.raises(StoreError, match="another process is writing"):
        sync(corpus_folder, SearchEngine(engine.store), embedder)
    assert sync(corpus_folder, engine, embedder).deleted == (first.added[1],)


def test_a_recipe_that_the_embedder_cannot_read_is_refused(
    tmp_path: Path, corpus_folder: Path, embedder: "WordEmbedder"
) -> None:
    engine = SearchEngine(tmp_path / "store", Recipe(passage_tokens=embedder.max_tokens - 31))
    with pytest.raises(StoreError, match=r"do not fit in the 254 tokens .* use at most 222 for passages"):
        sync(corpus_folder, engine, embedder)
    assert engine.catalog.counts().documents == 0
    engine.close()
    mended = SearchEngine(tmp_path / "store", Recipe(passage_tokens=222))
    assert sync(corpus_folder, mended, embedder).added == NAMES


def test_what_became_of_every_file_is_kept(corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder") -> None:
    (corpus_folder / "broken.txt").write_bytes(b"\x00")
    (corpus_folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    sync(corpus_folder, engine, embedder)
    files = engine.catalog.ledger.all()
    assert {name: files[name].status for name in files} == {
        **dict.fromkeys(NAMES, "indexed"),
        "broken.txt": "failed",
        "photo.jpeg": "skipped",
    }
    assert files["broken.txt"].reason.startswith("broken.txt: ")
    assert (files["broken.txt"].tries, files["photo.jpeg"].reason != "") == (1, True)
    (corpus_folder / "broken.txt").unlink()
    (corpus_folder / "photo.jpeg").unlink()
    sync(corpus_folder, engine, embedder)
    assert list(engine.catalog.ledger.all()) == [*NAMES]


def test_a_failed_file_is_told_by_every_sync_and_tried_when_it_is_due(
    corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "broken.txt").write_bytes(b"\x00")
    for _ in range(3):
        assert len(sync(corpus_folder, engine, embedder).failures) == 1
    record = engine.catalog.ledger.all()["broken.txt"]
    assert record.tries == 1
    engine.catalog.ledger.put([replace(record, retry_after=1)])
    assert len(sync(corpus_folder, engine, embedder).failures) == 1
    assert engine.catalog.ledger.all()["broken.txt"].tries == 2


MAILS = """\
From anna@example.org Tue Nov  1 10:00:00 2022
From: Anna <anna@example.org>
Subject: The first letter
Date: Tue, 01 Nov 2022 10:00:00 +0000
Message-ID: <1@example.org>

A zeppelin crossed the lake.

From ben@example.org Wed Nov  2 10:00:00 2022
From: Ben <ben@example.org>
Subject: The second letter
Date: Wed, 02 Nov 2022 10:00:00 +0000
Message-ID: <2@example.org>

A harpsichord was found in the tower.
"""


def test_of_a_file_of_several_documents_only_those_that_changed_are_written(
    first: SyncReport, corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    (corpus_folder / "letters.mbox").write_text(MAILS)
    report = sync(corpus_folder, engine, embedder)
    assert (len(report.added), report.unchanged, report.failures) == (2, 3, ())
    assert all(document_id.startswith("letters.mbox/") for document_id in report.added)
    (corpus_folder / "letters.mbox").write_text(MAILS.replace("harpsichord", "spinet"))
    report = sync(corpus_folder, engine, embedder)
    assert (len(report.added) + len(report.changed), report.unchanged) == (1, 4)
    assert (finds(engine, "harpsichord"), len(finds(engine, "spinet zeppelin"))) == ([], 2)
    (corpus_folder / "letters.mbox").write_text(MAILS[: MAILS.index("From ben")])
    assert len(sync(corpus_folder, engine, embedder).deleted) == 1
    (corpus_folder / "letters.mbox").rename(corpus_folder / "post.mbox")
    embedder.embedded = 0
    sync(corpus_folder, engine, embedder)
    assert embedder.embedded == 0
    assert [name.split("/")[0] for name in finds(engine, "zeppelin")] == ["post.mbox"]
    (corpus_folder / "post.mbox").unlink()
    sync(corpus_folder, engine, embedder)
    assert finds(engine, "zeppelin") == []
    assert problems(engine) == []


def test_a_name_that_is_no_text_stops_no_sync(
    corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder"
) -> None:
    try:
        Path(os.fsdecode(os.fsencode(corpus_folder) + b"/caf\xe9.txt")).write_text("Text.")
    except OSError as error:
        pytest.skip(f"this file system takes no such name ({error})")
    report = sync(corpus_folder, engine, embedder)
    assert len(report.added) == 3
    assert [each.id for each in report.skipped] == ["caf\\udce9.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="it knows no such permissions")
def test_a_folder_that_cannot_be_listed_keeps_what_it_held_and_is_told(
    corpus_folder: Path, engine: SearchEngine, embedder: "WordEmbedder", monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = corpus_folder / "private"
    closed.mkdir()
    (closed / "old.txt").write_text("What was read before stays.")
    assert len(sync(corpus_folder, engine, embedder).added) == 4
    (corpus_folder / "new-comet.txt").unlink()
    (corpus_folder / "later.txt").write_text("What can be read goes in.")
    list_folder = os.scandir

    def refused(path: Any) -> Any:  # as for anybody but root, who runs some tests
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refused)
    report = sync(corpus_folder, engine, embedder)
    assert (report.added, report.deleted) == (("later.txt",), ("new-comet.txt",))
    assert [str(failure) for failure in report.failures] == [
        "private/: cannot be listed (Permission denied); check its permissions"
    ]
    assert engine.catalog.document("private/old.txt") is not None
    monkeypatch.undo()
    (closed / "old.txt").unlink()
    assert sync(corpus_folder, engine, embedder).deleted == ("private/old.txt",)
