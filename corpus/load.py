"""A folder on disk to documents: which files count, and what went wrong with the others."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from corpus.document import Document
from corpus.errors import CorpusError, DocumentError
from corpus.parse import MAX_FILE_BYTES, PARSERS, SIDECAR_SUFFIX, parse


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the corpus as read: `id` below the corpus folder, its bytes, and those of its sidecar."""

    id: str
    data: bytes
    sidecar: bytes

    @property
    def content_hash(self) -> str:
        """SHA-256 over all that the document is made of, except its name."""
        return hashlib.sha256(hashlib.sha256(self.data).digest() + self.sidecar).hexdigest()

    def document(self) -> Document:
        """The document in this file; raises DocumentError."""
        return parse(self.id, self.data, self.sidecar)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a corpus folder holds: ids of files that can be read, and of those passed over."""

    folder: Path
    readable: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The documents of a folder, in the order of their ids, and the files that failed, with the reason."""

    documents: tuple[Document, ...]
    failures: tuple[DocumentError, ...]


def list_corpus(folder: Path) -> Listing:
    """The files below a folder. Hidden files and sidecars are no documents; links out of it are not followed."""
    if not folder.is_dir():
        raise CorpusError(f"{folder}: no such folder; give one that holds your documents with --corpus DIR")
    readable: list[str] = []
    skipped: list[str] = []
    for path in _files(folder):
        document_id = path.relative_to(folder).as_posix()
        (readable if path.suffix.lower() in PARSERS else skipped).append(document_id)
    if not readable:
        formats = ", ".join(sorted(PARSERS))
        raise CorpusError(f"{folder}: holds no document; put files in one of these formats there: {formats}")
    return Listing(folder, tuple(readable), tuple(skipped))


def read_file(folder: Path, document_id: str) -> SourceFile:
    """One file's bytes; raises DocumentError if it cannot be read."""
    path = folder / document_id
    sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
    try:
        document_id.encode()
        if path.stat().st_size > MAX_FILE_BYTES:
            raise DocumentError(f"{document_id}: larger than {MAX_FILE_BYTES >> 20} MiB; split it into smaller files")
        has_sidecar = sidecar.is_file() and not _leads_out(sidecar, folder)
        return SourceFile(document_id, path.read_bytes(), sidecar.read_bytes() if has_sidecar else b"")
    except UnicodeEncodeError as error:
        raise DocumentError(f"{document_id!a}: the name is not valid UTF-8; rename the file") from error
    except OSError as error:
        raise DocumentError(f"{document_id}: cannot be read ({error.strerror}); check its permissions") from error


def load_documents(folder: Path) -> Loaded:
    """All documents of a folder in memory. For a corpus too large for that, `python -m index sync` streams."""
    documents, failures = [], []
    for document_id in list_corpus(folder).readable:
        try:
            documents.append(read_file(folder, document_id).document())
        except DocumentError as error:
            failures.append(error)
    return Loaded(tuple(documents), tuple(failures))


def _files(folder: Path) -> Iterator[Path]:
    found = [Path(parent, name) for parent, _, names in os.walk(folder, onerror=_refuse) for name in names]
    for path in sorted(found, key=Path.as_posix):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.name.endswith(SIDECAR_SUFFIX) or not path.is_file():
            continue
        if not _leads_out(path, folder):
            yield path


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed must not look like one whose documents were deleted."""
    raise CorpusError(f"{error.filename}: cannot be listed ({error.strerror}); check its permissions") from error


def _leads_out(path: Path, folder: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
