"""How much a file may ask of the machine that reads it. Every refusal for size names one of these settings."""

from dataclasses import dataclass

from corpus.errors import DocumentError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Each field is a setting, and its unit the last word of its name or said here.

    file_bytes            a file as it lies on disk; a larger one is not read into memory
    unpacked_bytes        all that one file unpacks to, archives within archives included
    unpacked_ratio        how many times its packed size a member of more than 1 MiB may unpack to
    members               files, messages or records in one file, those within its parts included
    nesting               containers within containers: a ZIP in a ZIP in a mail is 3
    pages                 pages of a PDF, slides, sheets
    text_characters       citable text of one document
    table_rows            rows of one file with tables that hold something
    parse_seconds         of processor time for one file, enforced by the process that parses
    parse_memory_bytes    for one file, enforced by the process that parses
    """

    file_bytes: int = 64 * MEBIBYTE
    unpacked_bytes: int = 256 * MEBIBYTE
    unpacked_ratio: int = 200
    members: int = 100_000
    nesting: int = 3
    pages: int = 10_000
    text_characters: int = 100_000_000
    table_rows: int = 200_000
    parse_seconds: int = 60
    parse_memory_bytes: int = 1024 * MEBIBYTE


DEFAULT_LIMITS = Limits()


def over_limit(document_id: str, setting: str, found: str, advice: str) -> DocumentError:
    """The refusal of a file that is over a limit: what was found, what to do, and which setting decides."""
    if setting not in Limits.__dataclass_fields__:
        raise ValueError(f"{setting} is no limit")
    return DocumentError(f"{document_id}: {found}; {advice} (limit {setting})")


def in_mebibytes(size: int) -> str:
    """A size as people read it; below one MiB in bytes."""
    return f"{size // MEBIBYTE} MiB" if size >= MEBIBYTE else f"{size} bytes"
