"""Bringing a store in step with a folder: only what changed is parsed, split and embedded."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.document import Document
from corpus.errors import CorpusError, DocumentError
from corpus.formats.piece import Skipped
from corpus.limits import DEFAULT_LIMITS, Limits
from corpus.load import Listing, list_corpus
from index.ahead import ahead
from index.embed import Embedder
from index.engine import SearchEngine
from index.ledger import FileRecord, failed
from index.parsing import ParseError, Parser
from index.survey import Survey, survey
from index.write import DocumentWriter, Incoming

_AHEAD = 64


@dataclass(frozen=True, slots=True)
class Step:
    """How far a sync is: files and their bytes, done and to do, and passages that the model has read."""

    files: int
    of_files: int
    bytes: int
    of_bytes: int
    embedded: int


Progress = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in document ids. `embedded` counts the passages that the model had to read.

    `failures` tells every file, and every part of one, that could not be read, also if it was not tried again.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[DocumentError, ...] = ()
    passages: int = 0
    embedded: int = 0


def no_progress(_: Step) -> None:
    """Says nothing."""


def sync(
    folder: Path,
    engine: SearchEngine,
    embedder: Embedder,
    progress: Progress = no_progress,
    limits: Limits = DEFAULT_LIMITS,
) -> SyncReport:
    """Make the store hold what the folder holds.

    Content hashes decide what changed. A file that cannot be read is reported and leaves what the store
    had of it; the others go in, and it is tried again later. Each document is one transaction, so that an
    interrupted sync continues where it stopped. Raises CorpusError for a missing or empty folder, StoreError
    if another process writes or the disk is full.
    """
    with engine.writing():
        listing = list_corpus(folder)
        known = engine.catalog.ledger.all()
        found = survey(listing, known, limits)
        engine.catalog.ledger.put(record for record in found.settled if known.get(record.id) != record)
        run = _Run(engine, known, found, progress)
        if found.changed:  # else the embedder is not even loaded
            run.write(listing, embedder, limits)
        run.remove_others(listing)
        engine.refresh()
        if engine.catalog.fact("corpus") != str(folder.resolve()):
            engine.catalog.set_fact("corpus", str(folder.resolve()))
    report = run.report(listing)
    if report.failures and not engine.catalog.counts().documents:
        raise CorpusError(f"{folder}: none of its files can be read; the first: {report.failures[0]}")
    return report


@dataclass(frozen=True, slots=True)
class _End:
    """All documents of a file came before this; `before` is how many of all files' had to be written until here."""

    record: FileRecord
    documents: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = ()
    before: int = 0


@dataclass(slots=True)
class _Run:
    """One sync under way, and what it did so far."""

    engine: SearchEngine
    known: Mapping[str, FileRecord]
    survey: Survey
    progress: Progress
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    done: list[FileRecord] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    embedded: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    _ends: deque[_End] = field(default_factory=deque)

    def write(self, listing: Listing, embedder: Embedder, limits: Limits) -> None:
        """Parse ahead, embed, commit; a file is done when its last document is committed."""
        writer = DocumentWriter(self.engine, embedder)
        self.bytes_total = sum(self.survey.sizes.values())
        with (
            Parser(listing.folder, limits) as parser,
            ahead(_events(parser, self.survey.changed, self.known), _AHEAD, parser.close) as events,
        ):
            for committed, document_id in enumerate(writer.write(self._new(events)), start=1):
                del document_id
                self.embedded = writer.embedded
                self._finish(committed)
            self._finish(len(self.added) + len(self.changed))

    def remove_others(self, listing: Listing) -> None:
        """Documents of files that are no longer there, as far as anybody can see."""
        there = {*listing.readable, *(each.id for each in (*listing.skipped, *listing.closed))}
        for file in sorted(set(self.engine.catalog.files()) - set(listing.readable)):
            if not listing.is_closed(file):
                self._remove(self.engine.catalog.documents_of(file))
        self.engine.catalog.ledger.forget(i for i in self.known if i not in there and not listing.is_closed(i))

    def report(self, listing: Listing) -> SyncReport:
        counts = self.engine.catalog.counts()
        told = sorted((*self.survey.settled, *self.done), key=lambda record: record.id)
        failures = (line for each in told if each.status != "skipped" for line in each.reason.splitlines())
        return SyncReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            deleted=tuple(sorted(self.deleted)),
            unchanged=counts.documents - len(self.added) - len(self.changed),
            skipped=(*listing.skipped, *self.skipped),
            failures=tuple(DocumentError(line) for line in failures),
            passages=counts.passages,
            embedded=self.embedded,
        )

    def _new(self, events: Iterator["tuple[str, Document] | _End"]) -> Iterator[Incoming]:
        """The documents that differ from what the store holds."""
        held: dict[str, str] = {}
        file = ""
        for event in events:
            if isinstance(event, _End):
                self._ends.append(replace(event, before=len(self.added) + len(self.changed)))
                continue
            if event[0] != file:
                file, held = event[0], self.engine.catalog.documents_of(event[0])
            document, content_hash = event[1], _digest(event[1])
            if held.get(document.id) != content_hash:
                (self.changed if document.id in held else self.added).append(document.id)
                yield Incoming(document, content_hash, file)

    def _finish(self, committed: int) -> None:
        """Record the files of which nothing is outstanding."""
        while self._ends and self._ends[0].before <= committed:
            end = self._ends.popleft()
            if end.record.status == "indexed":
                held = self.engine.catalog.documents_of(end.record.id)
                self._remove([document_id for document_id in held if document_id not in end.documents])
            self.engine.catalog.ledger.put([end.record])
            self.done.append(end.record)
            self.skipped.extend(end.skipped)
            self.bytes_done += self.survey.sizes[end.record.id]
            of_files = len(self.survey.changed)
            self.progress(Step(len(self.done), of_files, self.bytes_done, self.bytes_total, self.embedded))

    def _remove(self, document_ids: Iterator[str] | list[str] | dict[str, str]) -> None:
        for document_id in document_ids:
            self.engine.delete(document_id)
            self.deleted.append(document_id)


def _events(
    parser: Parser, changed: tuple[FileRecord, ...], known: Mapping[str, FileRecord]
) -> Iterator[tuple[str, Document] | _End]:
    """(file, document) for each document, and after a file's last one its end."""
    for surveyed in changed:
        try:
            parsed = parser.parsed(surveyed.id)
        except DocumentError as error:
            read = error.content_hash if isinstance(error, ParseError) else ""
            now = _as_read(surveyed, read or surveyed.content_hash)
            yield _End(failed(known.get(surveyed.id), now, str(error)))
            continue
        yield from ((surveyed.id, document) for document in parsed.documents)
        record = _as_read(surveyed, parsed.content_hash)
        ids = frozenset(document.id for document in parsed.documents)
        yield _End(replace(record, status="indexed", reason="\n".join(parsed.failures)), ids, parsed.skipped)


def _as_read(surveyed: FileRecord, content_hash: str) -> FileRecord:
    """What the file system said holds only for the content that was there then."""
    stamp = surveyed.stamp if content_hash == surveyed.content_hash else ""
    return FileRecord(surveyed.id, content_hash, stamp)


def _digest(document: Document) -> str:
    """Of all that a document is."""
    plain = (document.id, document.title, document.text, document.source, dict(document.metadata), [*document.pages])
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
