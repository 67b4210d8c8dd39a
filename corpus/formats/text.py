"""Plain text and Markdown: every character is citable, save Markdown's front matter."""

import re
from collections.abc import Iterator

from corpus.decode import decode
from corpus.formats.piece import Content, File, Piece
from corpus.metadata import yaml_mapping

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$\n*", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,2}[ \t]+(\S.*)$", re.MULTILINE)
_TITLE_LINE = re.compile(r"\s*+([^\n]{3,120}?)[ \t\r]*\n[ \t\r]*\n")


def plain_text(file: File) -> Iterator[Piece]:
    """The text as it is, to the last space; a first line that stands alone is the title."""
    decoded = decode(file.id, file.data)
    first_line = _TITLE_LINE.match(decoded.text)
    if first_line and not first_line[1].rstrip().endswith((".", ":", ",", ";", "?", "!", "”", '"')):
        yield Content(decoded.text, {"title": first_line[1].strip(), **decoded.metadata})
    else:
        yield Content(decoded.text, decoded.metadata)


def markdown(file: File) -> Iterator[Piece]:
    """The body; front matter is metadata, and the first heading of the first two levels the title."""
    decoded = decode(file.id, file.data)
    text = decoded.text
    front_matter = _FRONT_MATTER.match(text)
    metadata = yaml_mapping(f"{file.id} (front matter)", front_matter[1]) if front_matter else {}
    body = text[front_matter.end() :] if front_matter else text
    heading = _HEADING.search(body)
    if heading:
        metadata.setdefault("title", _heading_text(heading[1].rstrip()))
    yield Content(body, metadata | decoded.metadata)


def _heading_text(line: str) -> str:
    """Without the marks that close a heading; a mark that ends a word, as in `C#`, stays."""
    bare = line.rstrip("#")
    return bare.rstrip() if bare != bare.rstrip() else line
