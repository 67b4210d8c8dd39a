"""The formats that can be read: which suffix goes to which parser, and what of a file becomes what."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corpus.formats.archive import zip_archive
from corpus.formats.epub import book
from corpus.formats.mail import mailbox, message
from corpus.formats.markup import web_page
from corpus.formats.pdf import pdf
from corpus.formats.piece import Parser
from corpus.formats.records import json_file, json_lines
from corpus.formats.rich import open_document_text, rich_text
from corpus.formats.sheet import separated_values, workbook
from corpus.formats.slides import slide_show
from corpus.formats.text import markdown, plain_text
from corpus.formats.word import word_document


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table of formats: a parser, and in words what it makes of a file."""

    name: str
    suffixes: tuple[str, ...]
    parse: Parser
    text: str
    metadata: str
    library: str
    licence: str


_PSF = "PSF-2.0"
_OFFICE = "title, author, date, subject, keywords"
TABLE = (
    Format("plain text", (".txt",), plain_text, "all of it", "a first line that stands alone: title", "Python", _PSF),
    Format("Markdown", (".md", ".markdown"), markdown, "all but the front matter", "front matter", "PyYAML", "MIT"),
    Format(
        "web page",
        (".html", ".htm", ".xhtml"),
        web_page,
        "the main text",
        "title, author, date, URL",
        "trafilatura",
        "Apache-2.0",
    ),
    Format(
        "PDF",
        (".pdf",),
        pdf,
        "the text, page by page, without running heads",
        f"{_OFFICE}, pages without text",
        "pypdfium2",
        "BSD-3-Clause or Apache-2.0",
    ),
    Format("Word", (".docx",), word_document, "paragraphs, tables, text boxes, notes", _OFFICE, "python-docx", "MIT"),
    Format(
        "PowerPoint",
        (".pptx",),
        slide_show,
        "slides as pages, with tables, charts and notes",
        _OFFICE,
        "python-pptx",
        "MIT",
    ),
    Format(
        "Excel",
        (".xlsx", ".xlsm"),
        workbook,
        "sheets as pages, each row `Header: value; …`",
        "title, author, date",
        "openpyxl",
        "MIT",
    ),
    Format("table", (".csv", ".tsv"), separated_values, "each row `Header: value; …`", "none", "Python", _PSF),
    Format(
        "OpenDocument",
        (".odt",),
        open_document_text,
        "paragraphs, tables, notes",
        "title, author, date, subject, language",
        "defusedxml",
        _PSF,
    ),
    Format("RTF", (".rtf",), rich_text, "paragraphs", _OFFICE, "striprtf", "BSD-3-Clause"),
    Format(
        "EPUB",
        (".epub",),
        book,
        "the chapters, in order",
        "title, author, date, language, source",
        "lxml, defusedxml",
        f"BSD-3-Clause, {_PSF}",
    ),
    Format(
        "e-mail",
        (".eml",),
        message,
        "the message; attachments are documents of their own",
        "subject as title, from as author, to, cc, date",
        "Python",
        _PSF,
    ),
    Format("mailbox", (".mbox",), mailbox, "each message a document", "as an e-mail", "Python", _PSF),
    Format(
        "JSON",
        (".json",),
        json_file,
        "the fields `text`, `body`, `content`, `abstract` …; a list: each record a document",
        "title, author, date, source, other short fields",
        "Python",
        _PSF,
    ),
    Format("JSON Lines", (".jsonl", ".ndjson"), json_lines, "each line a document", "as JSON", "Python", _PSF),
    Format("ZIP", (".zip",), zip_archive, "each file in it a document", "as the file's format", "Python", _PSF),
)
FORMATS: Mapping[str, Format] = MappingProxyType({suffix: row for row in TABLE for suffix in row.suffixes})

_INSTEAD = {
    **dict.fromkeys((".doc", ".dot", ".docm", ".pages", ".wps"), "save it as .docx"),
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers"), "save it as .xlsx"),
    **dict.fromkeys((".ppt", ".pps", ".ppsx", ".pptm", ".odp", ".key"), "save it as .pptx"),
    **dict.fromkeys((".msg", ".pst"), "save the messages as .eml"),
    **dict.fromkeys((".mobi", ".azw", ".azw3"), "convert it to .epub"),
    **dict.fromkeys((".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"), "unpack it, or make it a .zip"),
}


def why_not(suffix: str) -> str:
    """Why files with this suffix (lower case, with its dot) are not read; empty if they are."""
    if suffix in FORMATS:
        return ""
    advice = _INSTEAD.get(suffix)
    return f"{suffix or 'a name without suffix'} is not a format that can be read" + (f"; {advice}" if advice else "")


def markdown_table() -> str:
    """The table of formats as the README shows it."""
    rows = [
        (row.name, " ".join(f"`{s}`" for s in row.suffixes), row.text, row.metadata, f"{row.library} ({row.licence})")
        for row in TABLE
    ]
    head = ("format", "suffix", "what becomes text", "what becomes metadata", "read with")
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)) + "\n"
