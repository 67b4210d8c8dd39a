"""Bringing a store in step with a folder: only what changed is parsed, split and embedded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import CorpusError, DocumentError
from corpus.load import list_corpus, read_file
from index.embed import Embedder
from index.engine import SearchEngine
from index.write import DocumentWriter

Progress = Callable[[int, int, int], None]
"""Called with (documents done, documents to do, passages embedded so far)."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in document ids. `embedded` counts the passages that the model had to read."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[str, ...] = ()
    failures: tuple[DocumentError, ...] = ()
    passages: int = 0
    embedded: int = 0


def no_progress(done: int, total: int, embedded: int) -> None:
    """Says nothing."""


def sync(folder: Path, engine: SearchEngine, embedder: Embedder, progress: Progress = no_progress) -> SyncReport:
    """Make the store hold what the folder holds.

    Content hashes decide what changed. A file that cannot be read is reported and leaves what the store
    had of it; the others go in. Each document is one transaction, so that an interrupted sync continues
    where it stopped. Raises CorpusError for a missing or empty folder, StoreError if another process writes.
    """
    with engine.writing():
        listing = list_corpus(folder)
        known = engine.catalog.content_hashes()
        changes, failures = _read_changes(folder, listing.readable, known)
        unchanged = len(listing.readable) - len(changes) - len(failures)
        written, embedded = _write(_parsed(folder, changes, failures), len(changes), engine, embedder, progress)
        gone = tuple(sorted(set(known) - set(listing.readable)))
        for document_id in gone:
            engine.delete(document_id)
        engine.refresh()
        engine.catalog.set_fact("corpus", str(folder.resolve()))
    counts = engine.catalog.counts()
    if failures and not counts.documents:
        raise CorpusError(f"{folder}: none of its files can be read; the first: {failures[0]}")
    return SyncReport(
        added=tuple(i for i in written if i not in known),
        changed=tuple(i for i in written if i in known),
        deleted=gone,
        unchanged=unchanged,
        skipped=listing.skipped,
        failures=tuple(failures),
        passages=counts.passages,
        embedded=embedded,
    )


def _read_changes(
    folder: Path, readable: tuple[str, ...], known: dict[str, str]
) -> tuple[list[str], list[DocumentError]]:
    """Ids whose content differs from what the store knows; their bytes are read again when their turn comes."""
    changes, failures = [], []
    for document_id in readable:
        try:
            if read_file(folder, document_id).content_hash != known.get(document_id):
                changes.append(document_id)
        except DocumentError as error:
            failures.append(error)
    return changes, failures


def _write(
    documents: Iterator[tuple[Document, str]],
    total: int,
    engine: SearchEngine,
    embedder: Embedder,
    progress: Progress,
) -> tuple[list[str], int]:
    """(ids written, passages embedded). The embedder is not even loaded if there is nothing to write."""
    written: list[str] = []
    if not total:
        return written, 0
    writer = DocumentWriter(engine, embedder)
    for document_id in writer.write(documents):
        written.append(document_id)
        progress(len(written), total, writer.embedded)
    return written, writer.embedded


def _parsed(folder: Path, document_ids: Sequence[str], failures: list[DocumentError]) -> Iterator[tuple[Document, str]]:
    """(document, content hash) of each file that can be parsed; the others are added to the failures."""
    for document_id in document_ids:
        try:
            file = read_file(folder, document_id)
            yield file.document(), file.content_hash
        except DocumentError as error:
            failures.append(error)
