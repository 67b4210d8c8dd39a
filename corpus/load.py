"""A folder on disk to documents: which files count, and what went wrong with the others."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import CorpusError, DocumentError
from corpus.formats.known import FORMATS, why_not
from corpus.formats.piece import Skipped
from corpus.limits import DEFAULT_LIMITS, Limits, in_mebibytes, over_limit
from corpus.metadata import SIDECAR_SUFFIX
from corpus.names import has_deceptive_characters, is_utf8, shown
from corpus.parse import Extracted, extract

_LOCK_OF_OFFICE = "~$"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the corpus as read: `id` below the corpus folder, its bytes, and those of its sidecar."""

    id: str
    data: bytes
    sidecar: bytes

    @property
    def content_hash(self) -> str:
        """SHA-256 over all that the documents are made of, except the name."""
        return hashlib.sha256(hashlib.sha256(self.data).digest() + self.sidecar).hexdigest()

    def extracted(self, limits: Limits = DEFAULT_LIMITS) -> Extracted:
        """The documents in this file, at least one; raises DocumentError."""
        return extract(self.id, self.data, self.sidecar, limits)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a corpus folder holds: ids of files that can be read, and those passed over, with the reason.

    `closed` are folders, as `name/`, of which nobody knows what they hold: nothing in them counts as deleted.
    """

    folder: Path
    readable: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    closed: tuple[Skipped, ...] = ()

    def is_closed(self, file_id: str) -> bool:
        """Whether a file lies in a folder that cannot be listed."""
        return any(file_id.startswith(each.id) for each in self.closed)

    @property
    def failures(self) -> tuple[DocumentError, ...]:
        """The closed folders, as a person is told."""
        return tuple(DocumentError(f"{each.id}: {each.reason}") for each in self.closed)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The documents of a folder, in the order of their files' ids, and what failed, with the reason."""

    documents: tuple[Document, ...]
    failures: tuple[DocumentError, ...]


def list_corpus(folder: Path) -> Listing:
    """The files below a folder. Hidden files and sidecars are no documents; links out of it are not followed."""
    if not folder.is_dir():
        raise CorpusError(f"{folder}: no such folder; give one that holds your documents with --corpus DIR")
    readable: list[str] = []
    skipped: list[Skipped] = []
    closed: list[Skipped] = []
    for path in _paths(folder, closed):
        document_id = path.relative_to(folder).as_posix()
        reason = _reason_to_skip(path, folder, document_id)
        if reason:
            skipped.append(Skipped(shown(document_id), reason))
        else:
            readable.append(document_id)
    if not readable and not closed:
        formats = ", ".join(sorted(FORMATS))
        raise CorpusError(f"{folder}: holds no document; put files in one of these formats there: {formats}")
    return Listing(folder, tuple(readable), tuple(skipped), tuple(closed))


def read_file(folder: Path, document_id: str, limits: Limits = DEFAULT_LIMITS) -> SourceFile:
    """One file's bytes; raises DocumentError if it cannot be read. A file over the limit is not read."""
    path = folder / document_id
    sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
    try:
        data = _bytes(document_id, path, limits)
        has_sidecar = _is_file(sidecar) and not _leads_out(sidecar, folder)
        return SourceFile(
            document_id, data, _bytes(document_id + SIDECAR_SUFFIX, sidecar, limits) if has_sidecar else b""
        )
    except OSError as error:
        raise DocumentError(f"{document_id}: cannot be read ({error.strerror}); check its permissions") from error


def load_documents(folder: Path, limits: Limits = DEFAULT_LIMITS) -> Loaded:
    """All documents of a folder in memory. For a corpus too large for that, `python -m index sync` streams."""
    listing = list_corpus(folder)
    documents: list[Document] = []
    failures = [*listing.failures]
    for file_id in listing.readable:
        try:
            extracted = read_file(folder, file_id, limits).extracted(limits)
            documents.extend(extracted.documents)
            failures.extend(extracted.failures)
        except DocumentError as error:
            failures.append(error)
    return Loaded(tuple(documents), tuple(failures))


def _bytes(document_id: str, path: Path, limits: Limits) -> bytes:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(limits.file_bytes + 1) if size <= limits.file_bytes else b""
    if max(size, len(data)) > limits.file_bytes:  # it may grow while it is read
        found = f"larger than {in_mebibytes(limits.file_bytes)}"
        raise over_limit(document_id, "file_bytes", found, "split it into smaller files")
    return data


def _paths(folder: Path, closed: list[Skipped]) -> Iterator[Path]:
    """All that could be meant as a document, in order: files, and links of every kind. Adds to what is `closed`."""
    found: list[Path] = []

    def refused(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise CorpusError(f"{folder}: cannot be listed ({error.strerror}); check its permissions") from error
        name = shown(Path(error.filename).relative_to(folder).as_posix())
        closed.append(Skipped(f"{name}/", f"cannot be listed ({error.strerror}); check its permissions"))

    for parent, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        found += [Path(parent, name) for name in (*names, *links) if not name.startswith(".")]
    return (path for path in sorted(found, key=Path.as_posix) if not path.name.endswith(SIDECAR_SUFFIX))


def _reason_to_skip(path: Path, folder: Path, document_id: str) -> str:
    """Why a file is passed over; empty if it is to be read."""
    if path.is_symlink() and not path.exists():
        return "a link that leads nowhere; remove it"
    if _leads_out(path, folder):
        return "a link that leads out of the folder; copy what it points to into the folder"
    if not path.is_file():
        return "a link to a folder, or no file at all; put the files themselves there"
    return _reason_in_name(path, document_id) or why_not(path.suffix.lower())


def _reason_in_name(path: Path, document_id: str) -> str:
    if not is_utf8(document_id):
        return "its name is not valid UTF-8; rename it"
    if has_deceptive_characters(document_id):
        return "its name holds control characters; rename it"
    if path.name.startswith(_LOCK_OF_OFFICE):
        return "no document but Office's sign that one is open; it goes when that is closed"
    return ""


def _is_file(path: Path) -> bool:
    """Also for a name that is too long for the file system: there is no such file then."""
    try:
        return path.is_file()
    except OSError:
        return False


def _leads_out(path: Path, folder: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
