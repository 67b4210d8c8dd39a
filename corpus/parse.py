"""Bytes of one file to its documents, each with its id, title and metadata, and what could not be read.

The only place that catches whatever a parser raises: a crash in somebody's library becomes the failure of one file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from corpus.dates import with_comparable_date
from corpus.document import Document
from corpus.errors import DocumentError
from corpus.formats.kind import wrong_suffix
from corpus.formats.known import FORMATS, why_not
from corpus.formats.package import CUT_OR_CHANGED
from corpus.formats.piece import Content, File, Part, Piece, Skipped
from corpus.limits import DEFAULT_LIMITS, Limits, in_mebibytes, over_limit
from corpus.metadata import SIDECAR_SUFFIX, in_one_line, sidecar_metadata, title_from_name
from corpus.names import numbered, part_name

__all__ = ["MAX_FILE_BYTES", "SIDECAR_SUFFIX", "Extracted", "extract", "title_from_name"]

MAX_FILE_BYTES = DEFAULT_LIMITS.file_bytes
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one file gave: documents (at least one), what failed in it, and what was passed over (attached pictures)."""

    documents: tuple[Document, ...]
    failures: tuple[DocumentError, ...]
    skipped: tuple[Skipped, ...] = ()


def extract(file_id: str, data: bytes, sidecar: bytes = b"", limits: Limits = DEFAULT_LIMITS) -> Extracted:
    """The documents in a file's bytes. `sidecar` holds YAML whose keys override what the file itself says.

    The document that is the file itself has the file's id; those within it have `<file id>/<name inside>`,
    which no two share. Raises DocumentError if there is nothing to cite in all of the file.
    """
    extraction = _Extraction(limits)
    try:
        beside = sidecar_metadata(file_id, sidecar)
        extraction.read(_Place(file_id, 0, {}, beside), PurePosixPath(file_id).suffix.lower(), data)
    except DocumentError as error:  # a limit of the whole file
        extraction.failures.append(error)
    if not extraction.documents:
        nothing = DocumentError(f"{file_id}: holds nothing that can be read; remove it or fill it")
        raise next(iter(extraction.failures), nothing)
    return Extracted(tuple(extraction.documents), tuple(extraction.failures), tuple(extraction.skipped))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file lies: its id, how many files it is within, and what is said of it around and beside it."""

    id: str
    depth: int
    around: Mapping[str, str]
    beside: Mapping[str, str]


class _Extraction:
    """Collects what one file gives; the limits hold for all that is within it together."""

    def __init__(self, limits: Limits) -> None:
        self.documents: list[Document] = []
        self.failures: list[DocumentError] = []
        self.skipped: list[Skipped] = []
        self._limits = limits
        self._unpacked = 0
        self._members = 0
        self._times_used: dict[str, int] = {}

    def read(self, place: _Place, suffix: str, data: bytes) -> None:
        """Add what a file holds; raises DocumentError only if a limit of the whole is reached."""
        for piece in _pieces(File(place.id, suffix, data, self._limits)):
            if isinstance(piece, DocumentError):
                self.failures.append(piece)
            elif isinstance(piece, Skipped):
                self.skipped.append(Skipped(f"{place.id}/{part_name(piece.id)}", piece.reason))
            elif isinstance(piece, Part):
                self._count_member(place)
                self._read_part(place, piece)
            else:
                self._add(place, piece)

    def _read_part(self, place: _Place, part: Part) -> None:
        part_id = self._unused_id(place.id, part.name)
        if reason := why_not(part.suffix):
            self.skipped.append(Skipped(part_id, reason))
            return
        try:
            if place.depth >= self._limits.nesting:
                found = f"lies more than {self._limits.nesting} files deep"
                raise over_limit(part_id, "nesting", found, "unpack what it lies in")
            data, beside = part.read(), sidecar_metadata(part_id, part.sidecar())
        except DocumentError as error:
            self.failures.append(error)
            return
        self._unpacked += len(data)
        if self._unpacked > self._limits.unpacked_bytes:
            found = f"unpacks to over {in_mebibytes(self._limits.unpacked_bytes)}"
            raise over_limit(place.id, "unpacked_bytes", found, "split it")
        said_of_all = {key: value for key, value in place.beside.items() if key != "title"}
        self.read(_Place(part_id, place.depth + 1, part.metadata, said_of_all | beside), part.suffix, data)

    def _add(self, place: _Place, content: Content) -> None:
        document_id, beside = place.id, dict(place.beside)
        if content.name:
            self._count_member(place)
            document_id = self._unused_id(place.id, content.name)
            beside.pop("title", "")
        try:
            _check_length(document_id, content.text, self._limits)
            self.documents.append(_document(document_id, content, {**place.around, **content.metadata, **beside}))
        except DocumentError as error:
            self.failures.append(error)

    def _count_member(self, place: _Place) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise over_limit(place.id, "members", f"holds over {self._limits.members:,} files or records", "split it")

    def _unused_id(self, file_id: str, name: str) -> str:
        wanted = f"{file_id}/{part_name(name) or 'part'}"
        part_id = wanted
        while part_id in self._times_used:
            self._times_used[wanted] += 1
            part_id = numbered(wanted, self._times_used[wanted])
        self._times_used[part_id] = 1
        return part_id


def _pieces(file: File) -> Iterator[Piece]:
    """What a file's parser yields; what it raises ends it and is the last piece."""
    try:
        _check_file(file)
        yield from FORMATS[file.suffix].parse(file)
    except DocumentError as error:
        yield error
    except RecursionError:
        yield file.refused("is nested too deeply; save it anew")
    except CUT_OR_CHANGED:
        yield file.refused("is damaged, it does not unpack; save it anew")
    except SyntaxError:  # as both XML parsers say it
        yield file.refused("is damaged, its XML cannot be read; save it anew")
    except MemoryError:
        yield file.over("parse_memory_bytes", "needs more memory than it may have", "split it into smaller files")
    except Exception as error:  # noqa: BLE001  the parsers are other people's, and a damaged file may crash any of them
        reason = in_one_line(f"{type(error).__name__}: {error}")[:_LONGEST_REASON]
        yield file.refused(f"is damaged or unusual, its parser gave up ({reason}); open it and save it anew")


def _check_file(file: File) -> None:
    if reason := why_not(file.suffix):
        raise file.refused(reason)
    if not file.data or file.data.isspace():
        raise file.refused("holds no text that could be cited, it is empty; remove it or fill it")
    if len(file.data) > file.limits.file_bytes:
        found = f"larger than {in_mebibytes(file.limits.file_bytes)}"
        raise file.over("file_bytes", found, "split it into smaller files")
    if reason := wrong_suffix(file.suffix, file.data):
        raise file.refused(reason)


def _document(document_id: str, content: Content, said: dict[str, str]) -> Document:
    if not content.text.strip():
        raise DocumentError(f"{document_id}: holds no text that could be cited; remove it or fill it")
    metadata = with_comparable_date(said)
    title = metadata.pop("title", "") or _title(document_id)
    source = metadata.pop("source", "") or document_id
    return Document(document_id, title, content.text, source, MappingProxyType(metadata), content.pages)


def _title(document_id: str) -> str:
    """From the name; a message or record that is only numbered is called after its file as well."""
    path = PurePosixPath(document_id)
    is_number = path.name.isdecimal() and path.parent.name
    return f"{title_from_name(path.parent.name)} {path.name}" if is_number else title_from_name(document_id)


def _check_length(document_id: str, text: str, limits: Limits) -> None:
    if len(text) > limits.text_characters:
        found = f"over {limits.text_characters:,} characters of text"
        raise over_limit(document_id, "text_characters", found, "split it into smaller files")
