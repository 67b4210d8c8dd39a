"""The properties that Office files state of themselves, without those that only their template or library states.

They are read here and not by the libraries, which make up a title and the present moment where a file states none.
"""

import posixpath
from zipfile import ZipFile

from corpus.dates import iso_date
from corpus.formats.package import member, named, opened_document, xml
from corpus.formats.piece import File
from corpus.metadata import properties

_RELATIONS = "_rels/.rels"
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_WITHIN = 4096
_CORE = "/core-properties"
_OF_TEMPLATES = frozenset(("powerpoint presentation", "word document", "presentation1", "document1", "untitled"))
_OF_LIBRARIES = frozenset(("python-docx", "openpyxl", "steve canny", "apache poi"))
# when the templates of python-docx and python-pptx were made and last changed
_MOMENTS_OF_TEMPLATES = ("2013-12-23T23:15:00", "2013-01-27T09:14:16", "2013-01-27T09:15:58")


def opened_office(file: File, main: str) -> ZipFile:
    """The archive of DOCX, PPTX or XLSX, which has the member `main`. One of the strict kind, no library reads."""
    archive = opened_document(file, main)
    if _STRICT in member(file, archive, main)[:_STRICT_WITHIN]:
        raise file.refused(f"is saved as “Strict Open XML”; save it as the ordinary kind of {file.suffix}")
    return archive


def stated(file: File, archive: ZipFile, title: str = "") -> dict[str, str]:
    """Metadata of DOCX, PPTX or XLSX; `title` is what the text itself is headed with, for want of a property."""
    said = _core(file, archive)
    own_title = said.get("title", "")
    author = said.get("creator", "")
    moments = (said.get("created", ""), said.get("modified", ""))
    return properties(
        title=title if own_title.lower() in ("", *_OF_TEMPLATES) else own_title,
        author="" if author.lower() in _OF_LIBRARIES else author,
        date=next((iso_date(m) for m in moments if m and not m.startswith(_MOMENTS_OF_TEMPLATES)), ""),
        subject=said.get("subject"),
        keywords=said.get("keywords"),
    )


def _core(file: File, archive: ZipFile) -> dict[str, str]:
    """The text of each core property by its name; empty where the file has none."""
    relations = named(xml(file, member(file, archive, _RELATIONS)), "Relationship")
    targets = [relation.get("Target", "") for relation in relations if relation.get("Type", "").endswith(_CORE)]
    name = posixpath.normpath(targets[0].lstrip("/")) if targets else ""
    if name not in archive.namelist():
        return {}
    root = xml(file, member(file, archive, name))
    return {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in root}
