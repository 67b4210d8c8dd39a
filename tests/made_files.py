"""Files of every format, made here: the same short article in each, as tests of parsers need it."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage

TITLE = "Harbour bridge to close"
AUTHOR = "Ada Byron"
PARAGRAPHS = (
    "The harbour bridge will close on Monday for three weeks, the engineer said.",
    "Repairs will cost 4.2 million, which is a tenth of the transport budget.",
)
_DAY = datetime(2022, 11, 22, 9, 30)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = f"""<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>{TITLE}</dc:title><dc:creator>{AUTHOR}</dc:creator><dc:date>2022-11-22</dc:date><dc:language>en</dc:language>
</metadata><manifest>
<item id="two" href="second%20chapter.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
</manifest><spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine></package>"""
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of these members, the same bytes in every run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def pdf(pages: Sequence[Sequence[str]] = ((PARAGRAPHS[0],), (PARAGRAPHS[1],)), kids: str = "", count: int = 0) -> bytes:
    """A PDF of these pages, each of lines; `kids` and `count` replace what its page tree says of itself."""
    numbers = [f"{4 + 2 * number} 0 R" for number in range(len(pages))]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids or ' '.join(numbers)}] /Count {count or len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = "BT /F1 12 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        resources = f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} >>")
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    objects.append(f"<< /Title ({TITLE}) /Author ({AUTHOR}) /CreationDate (D:20221122093000+01'00') >>")
    return _pdf_file(objects)


def _pdf_file(objects: Sequence[str]) -> bytes:
    """The objects with a cross-reference table; the last is the information dictionary."""
    data, offsets = "%PDF-1.4\n", []
    for number, written in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{written}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
    return f"{data}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}startxref\n{len(data)}\n%%EOF\n".encode(
        "latin-1"
    )


def docx() -> bytes:
    """A Word document with a heading, two paragraphs and a table."""
    from docx import Document

    document = Document()
    document.add_heading(TITLE, 0)
    for paragraph in PARAGRAPHS:
        document.add_paragraph(paragraph)
    table = document.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Pier", "Cost", "North", "12"), strict=True):
        cell.text = text
    _describe(document.core_properties)
    return saved(document)


def pptx() -> bytes:
    """Two slides, the second with notes and a table."""
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    for title, body in zip((TITLE, "The cost"), PARAGRAPHS, strict=True):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(4), Inches(1)).table
    for place, text in (((0, 0), "Pier"), ((0, 1), "Cost"), ((1, 0), "North"), ((1, 1), "12")):
        table.cell(*place).text = text
    slide.notes_slide.notes_text_frame.text = "Say who pays."
    _describe(show.core_properties)
    return saved(show)


def xlsx() -> bytes:
    """Two sheets, with a title above the headers, a day, a percentage and a formula's text."""
    from openpyxl import Workbook

    book = Workbook()
    costs = book.active
    costs.title = "Costs"
    for row in (("All costs",), ("Pier", "Cost", "Due", "Share"), ("North", 12.0, _DAY, 0.25), ("South", 4.5, None, 1)):
        costs.append(row)
    for cell in ("D3", "D4"):
        costs[cell].number_format = "0%"
    ferries = book.create_sheet("Ferries")
    ferries.append(("Name", "Note"))
    ferries.append(("Star", PARAGRAPHS[0]))
    book.properties.title, book.properties.creator, book.properties.created = TITLE, AUTHOR, _DAY
    return saved(book)


def epub() -> bytes:
    """Two chapters, which the spine lists in another order than the manifest."""
    chapter = '<?xml version="1.0" encoding="utf-8"?><html><head><title>No text</title></head><body>{}</body></html>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": PACKAGE,
            "OEBPS/nav.xhtml": chapter.format("<p>Contents</p>"),
            "OEBPS/one.xhtml": chapter.format(f"<h1>One</h1><p>{PARAGRAPHS[0]}</p><script>alert(1)</script>"),
            "OEBPS/second chapter.xhtml": chapter.format(f"<h1>Two</h1><p>{PARAGRAPHS[1]}</p>"),
        }
    )


def odt() -> bytes:
    """A text with a heading, two paragraphs, a note and a table."""
    names = f'xmlns:office="{_OFFICE}office:1.0" xmlns:text="{_OFFICE}text:1.0" xmlns:table="{_OFFICE}table:1.0"'
    cells = "<table:table-row>" + "<table:table-cell><text:p>{}</text:p></table:table-cell>" * 2 + "</table:table-row>"
    note = "<text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body>"
    note = f"<text:note>{note}</text:note>"
    body = (
        f"<text:h>{TITLE}</text:h><text:p>{PARAGRAPHS[0]}{note}</text:p><text:p>Repairs<text:s/>will"
        f"{PARAGRAPHS[1].removeprefix('Repairs will')}</text:p>"
        f"<table:table>{cells.format('Pier', 'Cost')}{cells.format('North', '12')}</table:table>"
    )
    said = (
        f'<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">{TITLE}</dc:title>'
        f'<m:initial-creator xmlns:m="{_OFFICE}meta:1.0">{AUTHOR}</m:initial-creator>'
        f'<m:creation-date xmlns:m="{_OFFICE}meta:1.0">2022-11-22T09:30:00</m:creation-date>'
    )
    content = f"<office:document-content {names}><office:body><office:text>{body}</office:text></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": content + "</office:document-content>",
            "meta.xml": f"<office:document-meta {names}><office:meta>{said}</office:meta></office:document-meta>",
        }
    )


def rtf() -> bytes:
    """Two paragraphs, with a character outside ASCII in the title."""
    info = rf"{{\info{{\title {TITLE}}}{{\author {AUTHOR}}}{{\creatim\yr2022\mo11\dy22}}}}"
    return rf"{{\rtf1\ansi\ansicpg1252{info} {PARAGRAPHS[0]}\par {PARAGRAPHS[1]} Caf\'e9.\par}}".encode()


def eml(subject: str = TITLE, attachments: Mapping[str, bytes] = {}, html: bool = False) -> bytes:
    """A message with these attachments, its body plain or HTML."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, f"{AUTHOR} <ada@example.org>", "all@example.org"
    message["Date"] = "Tue, 22 Nov 2022 23:30:00 -0500"
    if html:
        message.set_content("".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS), subtype="html")
    else:
        message.set_content("\n\n".join(PARAGRAPHS))
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mbox(*messages: bytes) -> bytes:
    """A mailbox of these messages."""
    return b"".join(b"From ada@example.org Tue Nov 22 09:30:00 2022\n" + message + b"\n\n" for message in messages)


def json_record(**fields: object) -> str:
    """A record with the article, and these fields in addition."""
    said = {"title": TITLE, "author": AUTHOR, "date": "2022-11-22", "body": "\n\n".join(PARAGRAPHS)}
    return json.dumps(said | fields)


def of_each_format() -> dict[str, bytes]:
    """A file of every suffix that can be read, by its name."""
    text = "\n\n".join(PARAGRAPHS)
    page = f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>" + "".join(
        f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 2
    )
    table = "Pier,Text\n" + "".join(f'{number},"{paragraph}"\n' for number, paragraph in enumerate(PARAGRAPHS))
    front = f"---\ntitle: {TITLE}\nauthor: {AUTHOR}\ndate: 22 November 2022\n---\n"
    record = json_record(id="bridge").encode()
    made = {
        ".txt": text.encode(),
        ".md": (front + text).encode(),
        ".html": page.encode(),
        ".pdf": pdf(),
        ".docx": docx(),
        ".pptx": pptx(),
        ".xlsx": xlsx(),
        ".csv": table.encode(),
        ".tsv": table.replace(',"', '\t"').replace("Pier,", "Pier\t").encode(),
        ".odt": odt(),
        ".rtf": rtf(),
        ".epub": epub(),
        ".eml": eml(),
        ".mbox": mbox(eml(), eml("Re: " + TITLE)),
        ".json": record,
        ".jsonl": record + b"\n" + record,
        ".zip": zipped({"a.txt": text, "b/c.pdf": pdf()}),
    }
    alike = {".markdown": ".md", ".htm": ".html", ".xhtml": ".html", ".xlsm": ".xlsx", ".ndjson": ".jsonl"}
    return {f"article{suffix}": made[alike.get(suffix, suffix)] for suffix in (*made, *alike)}


def _describe(properties: object) -> None:
    for name, value in (("title", TITLE), ("author", AUTHOR), ("created", _DAY)):
        setattr(properties, name, value)


def saved(document: object) -> bytes:
    """What an Office library writes."""
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
