"""RTF, through striprtf, and ODT, whose XML is walked here: paragraphs, headings and tables in order."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.formats.flow import flow
from corpus.formats.package import member, named, opened_document, xml
from corpus.formats.piece import Content, File, Piece
from corpus.formats.table import lines
from corpus.metadata import properties

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_RTF_START = b"{\\rtf"
_INFO = re.compile(r"\{\\(title|author|subject|keywords)\s([^{}]{1,2000})\}")
_CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_HEAD = 64 * 1024
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_PARAGRAPHS = frozenset((_TEXT + "p", _TEXT + "h"))
_COMMENT = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation"
_UNSEEN = frozenset((_TEXT + "tracked-changes", _TEXT + "sequence-decls", _TEXT + "note-citation", _COMMENT))
_SIGNS = {_TEXT + "tab": "\t", _TEXT + "line-break": "\n", _TEXT + "s": " "}
_MOST_REPEATED = 1000


def rich_text(file: File) -> Iterator[Piece]:
    """RTF: the text without its formatting, and the properties in its head."""
    from striprtf.striprtf import rtf_to_text

    if not file.data.lstrip().startswith(_RTF_START):
        raise file.refused("is no RTF; correct its suffix or save it anew")
    code = file.data.decode("latin-1")
    text = rtf_to_text(code, errors="replace")
    head = code[:_HEAD]
    said = {key: rtf_to_text(f"{{\\rtf1 {words}}}", errors="replace") for key, words in _INFO.findall(head)}
    created = _CREATED.search(head)
    date = f"{created[1]}-{created[2]:0>2}-{created[3]:0>2}" if created else ""
    yield Content(flow(text.split("\n")), properties(**said, date=date))
    if not file.data.rstrip(b" \t\r\n\0").endswith(b"}"):
        yield file.refused("ends before its last brace, so a part may be lost; save it anew")


def open_document_text(file: File) -> Iterator[Piece]:
    """ODT: the body of content.xml, and the properties in meta.xml."""
    with opened_document(file, "content.xml") as archive:
        if "manifest:encryption-data" in member(file, archive, "META-INF/manifest.xml").decode("utf-8", "replace"):
            raise file.refused("is protected by a password; save a copy without one")
        content = xml(file, member(file, archive, "content.xml"))
        meta = xml(file, member(file, archive, "meta.xml")) if "meta.xml" in archive.namelist() else None
    said = {name: _first(meta, name) for name in ("title", "subject", "language")}
    author = _first(meta, "initial-creator") or _first(meta, "creator")
    date = _first(meta, "creation-date") or _first(meta, "date")
    yield Content(flow(_blocks(content)), properties(**said, author=author, date=date))


def _blocks(parent: "Element") -> Iterator[str]:
    for element in parent:
        if element.tag in _UNSEEN:
            continue
        if element.tag in _PARAGRAPHS:
            notes: list[Element] = []
            yield "".join(_words(element, notes))
            for note in notes:
                yield from _blocks(note)
        elif element.tag == _TABLE + "table":
            rows = element.iter(_TABLE + "table-row")
            yield from lines([[_cell(cell) for cell in row if cell.tag == _TABLE + "table-cell"] for row in rows])
        else:
            yield from _blocks(element)


def _words(parent: "Element", notes: list["Element"]) -> Iterator[str]:
    """The text of a paragraph; footnotes and text boxes that hang on it are put aside."""
    yield parent.text or ""
    for element in parent:
        if element.tag in _SIGNS:
            count = element.get(_TEXT + "c", "1")
            yield _SIGNS[element.tag] * (min(int(count), _MOST_REPEATED) if count.isdecimal() else 1)
        elif element.tag not in _UNSEEN:
            if any(inner.tag in _PARAGRAPHS for inner in element.iter()):
                notes.append(element)
            else:
                yield from _words(element, notes)
        yield element.tail or ""


def _cell(cell: "Element") -> str:
    return " ".join(" ".join(_blocks(cell)).split())


def _first(root: "Element | None", name: str) -> str:
    return next((e.text or "" for e in named(root, name)), "") if root is not None else ""
