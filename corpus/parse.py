"""Bytes of one file to one document: what each format's citable text, title and metadata are."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

import yaml

from corpus.document import Document
from corpus.errors import DocumentError

SIDECAR_SUFFIX = ".meta.yaml"
MAX_FILE_BYTES = 64 * 1024 * 1024
_MAX_METADATA_BYTES = 64 * 1024
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$\n*", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,2}[ \t]+(\S.*)$", re.MULTILINE)
_TITLE_LINE = re.compile(r"\s*+([^\n]{3,120}?)[ \t\r]*\n[ \t\r]*\n")

_Parsed = tuple[str, dict[str, str]]


def parse(document_id: str, data: bytes, sidecar: bytes = b"") -> Document:
    """The document in a file's bytes. `sidecar` holds YAML whose keys override what the file itself says.

    Raises DocumentError if the format is unknown, the bytes are not text in a known encoding, or no
    citable text is left.
    """
    suffix = PurePosixPath(document_id).suffix.lower()
    if suffix not in PARSERS:
        raise DocumentError(f"{document_id}: {suffix or 'a name without suffix'} is not a format that can be read")
    if len(data) > MAX_FILE_BYTES:
        raise DocumentError(f"{document_id}: larger than {MAX_FILE_BYTES >> 20} MiB; split it into smaller files")
    text, metadata = PARSERS[suffix](document_id, _decode(document_id, data))
    if not text.strip():
        raise DocumentError(f"{document_id}: holds no text that could be cited; remove it or fill it")
    metadata |= _yaml_mapping(f"{document_id}{SIDECAR_SUFFIX}", _decode(document_id + SIDECAR_SUFFIX, sidecar))
    title = metadata.pop("title", "") or title_from_name(document_id)
    source = metadata.pop("source", "") or document_id
    return Document(document_id, title, text, source, MappingProxyType(metadata))


def title_from_name(document_id: str) -> str:
    """What to call a document that does not say: its file name, in words."""
    return re.sub(r"[-_\s]+", " ", PurePosixPath(document_id).stem).strip() or document_id


def _decode(name: str, data: bytes) -> str:
    mark = next((mark for mark in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    is_binary = mark is None and b"\x00" in data
    try:
        text = "" if is_binary else data.decode(_BYTE_ORDER_MARKS[mark] if mark else "utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    if is_binary or "\x00" in text:
        raise DocumentError(f"{name}: is a binary file, not text; remove it or convert it to text")
    return text


def _plain_text(_: str, text: str) -> _Parsed:
    first_line = _TITLE_LINE.match(text)
    if first_line and not first_line[1].rstrip().endswith((".", ":", ",", ";", "?", "!", "”", '"')):
        return text, {"title": first_line[1].strip()}
    return text, {}


def _markdown(document_id: str, text: str) -> _Parsed:
    front_matter = _FRONT_MATTER.match(text)
    metadata = _yaml_mapping(f"{document_id} (front matter)", front_matter[1]) if front_matter else {}
    body = text[front_matter.end() :] if front_matter else text
    heading = _HEADING.search(body)
    if heading:
        metadata.setdefault("title", _heading_text(heading[1].rstrip()))
    return body, metadata


def _heading_text(line: str) -> str:
    """Without the marks that close a heading; a mark that ends a word, as in `C#`, stays."""
    bare = line.rstrip("#")
    return bare.rstrip() if bare != bare.rstrip() else line


def _html(document_id: str, text: str) -> _Parsed:
    """The main text of a page, as trafilatura (https://trafilatura.readthedocs.io) finds it."""
    from trafilatura import bare_extraction

    page = bare_extraction(text, with_metadata=True, include_comments=False)
    if page is None or not page.text:
        raise DocumentError(f"{document_id}: no main text was found in the page; save the article's text as .txt")
    found = {"title": page.title, "author": page.author, "date": page.date, "source": page.url}
    paragraphs = page.text.replace("\n", "\n\n")
    return paragraphs, {key: value for key, value in found.items() if value}


def _yaml_mapping(name: str, text: str) -> dict[str, str]:
    if len(text) > _MAX_METADATA_BYTES:
        raise DocumentError(f"{name}: metadata over {_MAX_METADATA_BYTES >> 10} KiB; shorten it")
    try:
        # words as they are written: the safe loader makes 1.1 of `1.10` and False of `NO`, and fails on `!!int ''`
        loaded = yaml.load(text, yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DocumentError(f"{name}: is not valid YAML; correct or remove it") from error
    if loaded in (None, ""):
        return {}
    if not isinstance(loaded, Mapping):
        raise DocumentError(f"{name}: must be a list of `key: value` lines")
    return {_repaired(key): _repaired(value) for key, value in loaded.items() if _says_something(value)}


def _says_something(value: object) -> bool:
    return isinstance(value, str) and value.strip() not in ("", "~", "null")


def _repaired(value: str) -> str:
    """JSON writes an emoji as two surrogates, which YAML keeps apart and no database takes."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


PARSERS: Mapping[str, Callable[[str, str], _Parsed]] = MappingProxyType(
    {".txt": _plain_text, ".md": _markdown, ".markdown": _markdown, ".html": _html, ".htm": _html}
)
