"""DOCX, through python-docx: paragraphs, tables, text boxes and notes in reading order.

The XML is walked here, since python-docx's own lists leave out what stands in content controls, tracked
insertions and text boxes. Its parser resolves no entities.
"""

import io
from collections.abc import Iterator
from typing import Any

from corpus.formats.flow import flow
from corpus.formats.office import opened_office, stated
from corpus.formats.piece import Content, File, Piece
from corpus.formats.table import lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again what is said before
_NOT_TEXT = frozenset((_W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr", _W + "sectPr", _FALLBACK))
_SIGNS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_TITLE_STYLES = ("Title", "Heading1")
_NOTES = ("/footnotes", "/endnotes")


def word_document(file: File) -> Iterator[Piece]:
    """The body, then foot- and endnotes; headers and footers are furniture."""
    import docx
    from docx.oxml.parser import parse_xml

    archive = opened_office(file, "word/document.xml")
    document = docx.Document(io.BytesIO(file.data))
    notes = [parse_xml(r.target_part.blob) for r in document.part.rels.values() if r.reltype.endswith(_NOTES)]
    body = document.element.find(_W + "body")
    if body is None:
        raise file.refused("is damaged, its text has no beginning; save it anew")
    text = flow(block for root in (body, *notes) for block in _blocks(root))
    yield Content(text, stated(file, archive, _title(body)))


def _title(body: Any) -> str:
    """The first paragraph in the style of a title or of a heading of the first level."""
    styled = (style for style in body.iter(_W + "pStyle") if style.get(_W + "val") in _TITLE_STYLES)
    style = next(styled, None)
    return "".join(_words(style.getparent().getparent(), [])) if style is not None else ""


def _blocks(parent: Any) -> Iterator[str]:
    for element in parent:
        if element.tag in _NOT_TEXT:
            continue
        if element.tag == _W + "p":
            boxes: list[Any] = []
            yield "".join(_words(element, boxes))
            for box in boxes:
                yield from _blocks(box)
        elif element.tag == _W + "tbl":
            yield from lines([[_cell(cell) for cell in _children(row, "tc")] for row in _children(element, "tr")])
        else:
            yield from _blocks(element)


def _words(parent: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph; the text boxes that hang on it are put aside."""
    for element in parent:
        if element.tag in _NOT_TEXT:
            continue
        if element.tag == _W + "txbxContent":
            boxes.append(element)
        elif element.tag == _W + "t":
            yield element.text or ""
        elif element.tag in _SIGNS:
            yield _SIGNS[element.tag]
        else:
            yield from _words(element, boxes)


def _cell(cell: Any) -> str:
    return " ".join(" ".join(_blocks(cell)).split())


def _children(parent: Any, name: str) -> Iterator[Any]:
    """The rows or cells right below, content controls around them not counted."""
    for element in parent:
        if element.tag == _W + name:
            yield element
        elif element.tag in (_W + "sdt", _W + "sdtContent", _W + "ins"):
            yield from _children(element, name)
