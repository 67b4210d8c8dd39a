"""EPUB: the chapters in the order of the book's spine, and what its package file says of it."""

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import ZipFile

from corpus.decode import decode_markup
from corpus.errors import DocumentError
from corpus.formats.flow import flow
from corpus.formats.markup import all_text
from corpus.formats.package import member, named, opened_document, xml
from corpus.formats.piece import Content, File, Piece
from corpus.metadata import properties

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTAINER = "META-INF/container.xml"
_LOCKED = "META-INF/encryption.xml"
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html", "application/xml", "")


def book(file: File) -> Iterator[Piece]:
    """The text of all chapters; navigation, pictures and styles are furniture. A chapter that is lost is told."""
    with opened_document(file, _CONTAINER) as archive:
        root = next(
            (e.get("full-path", "") for e in named(xml(file, member(file, archive, _CONTAINER)), "rootfile")), ""
        )
        package = xml(file, member(file, archive, root))
        chapters = _chapters(package, posixpath.dirname(root))
        locked = _locked(file, archive)
        if locked.intersection(chapters):
            raise file.refused("its chapters are locked (DRM); use a copy without a lock")
        read = [_chapter(file, archive, name) for name in chapters]
    yield from (chapter for chapter in read if isinstance(chapter, DocumentError))
    text = flow(chapter for chapter in read if isinstance(chapter, str))
    first = {name: next((e.text or "" for e in named(package, name)), "") for name in ("title", "date", "language")}
    authors = ", ".join(" ".join(e.text.split()) for e in named(package, "creator") if e.text)
    source = next((e.text or "" for e in named(package, "source")), "")
    yield Content(text, properties(**first, author=authors, source=source))


def _chapter(file: File, archive: ZipFile, name: str) -> str | DocumentError:
    """Its text, or why there is none."""
    try:
        return all_text(decode_markup(file.id, member(file, archive, name)).text)
    except DocumentError as error:
        return error


def _chapters(package: "Element", folder: str) -> list[str]:
    """The members that the spine lists, in its order."""
    items = {
        item.get("id", ""): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in named(package, "item")
        if item.get("media-type", "") in _CHAPTER_TYPES and "nav" not in item.get("properties", "").split()
    }
    wanted = (reference.get("idref", "") for reference in named(package, "itemref"))
    return [items[name] for name in dict.fromkeys(wanted) if name in items]


def _locked(file: File, archive: ZipFile) -> set[str]:
    """Members that are encrypted; fonts often are, without harm."""
    if _LOCKED not in archive.namelist():
        return set()
    references = named(xml(file, member(file, archive, _LOCKED)), "CipherReference")
    return {unquote(reference.get("URI", "")) for reference in references}
