"""PDF, through pdfium: the text of each page, and what the file says of itself."""

import re
from collections.abc import Iterator
from threading import Lock
from typing import Any

from corpus.dates import iso_date
from corpus.formats.flow import paged
from corpus.formats.furniture import without_furniture
from corpus.formats.piece import Content, File, Piece
from corpus.metadata import properties

_ONE_AT_A_TIME = Lock()  # pdfium keeps global state
_NEEDS_PASSWORD = 4
_UNKNOWN_SECURITY = 5
_BROKEN_WORD = re.compile("\ufffe(?=[a-zà-ÿ])")
_NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint|excel)\b.*|.*\.(?:docx?|pptx?|xlsx?|dvi|tex|indd|pdf)", re.I
)


def pdf(file: File) -> Iterator[Piece]:
    """The pages' text in the order of the file, without running heads; a sentence may run on over a page's end."""
    with _ONE_AT_A_TIME:
        pages, found = _read(file)
    text, offsets = paged(without_furniture([page or "" for page in pages]))
    if not text:
        raise file.refused(_without_text(pages))
    title = found.get("Title", "")
    metadata = properties(
        title="" if _NO_TITLE.fullmatch(title.strip()) else title,
        author=found.get("Author"),
        date=iso_date(found.get("CreationDate", "") or found.get("ModDate", "")),
        subject=found.get("Subject"),
        keywords=found.get("Keywords"),
        pages_without_text=", ".join(str(number) for number, page in enumerate(pages, 1) if not (page or "").strip()),
    )
    yield Content(text, metadata, offsets)


def _read(file: File) -> tuple[list[str | None], dict[str, str]]:
    """The text of each page, None where it cannot be read, and the properties."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(file.data)
    except PdfiumError as error:
        if getattr(error, "err_code", None) in (_NEEDS_PASSWORD, _UNKNOWN_SECURITY):
            raise file.refused("is protected by a password; save a copy without one") from error
        raise file.refused("is damaged or no PDF; open it in a viewer and save it anew") from error
    try:
        if len(document) > file.limits.pages:
            raise file.over("pages", f"claims {len(document):,} pages, over {file.limits.pages:,}", "split it")
        return _pages(file, document), document.get_metadata_dict()
    finally:
        document.close()


def _pages(file: File, document: Any) -> list[str | None]:
    from pypdfium2 import PdfiumError

    pages: list[str | None] = []
    room = file.limits.text_characters
    for number in range(len(document)):
        try:
            page = document[number]
            text = _textpage(page)
        except PdfiumError:  # one page is damaged: the others are read
            pages.append(None)
            continue
        room -= text.count_chars()
        if room < 0:
            raise file.over("text_characters", f"over {file.limits.text_characters:,} characters of text", "split it")
        pages.append(_BROKEN_WORD.sub("", text.get_text_range()).replace("\ufffe", "-"))
        text.close()
        page.close()
    return pages


def _textpage(page: Any) -> Any:
    """Upright words of a page that is shown turned are read unturned: pdfium would give their lines backwards."""
    from pypdfium2.raw import FPDFText_GetCharAngle

    text = page.get_textpage()
    if not page.get_rotation() or FPDFText_GetCharAngle(text, text.count_chars() // 2):
        return text
    text.close()
    page.set_rotation(0)
    return page.get_textpage()


def _without_text(pages: list[str | None]) -> str:
    if not pages or all(page is None for page in pages):
        return "none of its pages can be read; open it in a viewer and save it anew"
    count = f"{len(pages)} pages hold" if len(pages) > 1 else "its one page holds"
    return f"{count} no text, only pictures if anything (a scan); add text to it by character recognition (OCR)"
