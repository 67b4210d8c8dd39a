"""Every format: what becomes citable text, pages and metadata of the same article."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.formats.known import FORMATS, markdown_table
from corpus.parse import extract
from tests import made_files
from tests.made_files import AUTHOR, PARAGRAPHS, TITLE

FILES = made_files.of_each_format()


def the_document(name: str, data: bytes) -> Document:
    (document,) = extract(name, data).documents
    return document


def article(suffix: str) -> Document:
    return extract(f"article{suffix}", FILES[f"article{suffix}"]).documents[0]


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        extract(name, data)
    return str(caught.value)


def on_page(document: Document, number: int) -> str:
    ends = [*document.pages[1:], len(document.text)]
    return document.text[document.pages[number - 1] : ends[number - 1]].strip()


# all of them


def test_there_is_a_file_of_every_format() -> None:
    assert {f"article{suffix}" for suffix in FORMATS} == set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_article_is_citable_in_every_format_and_nothing_fails(name: str) -> None:
    extracted = extract(name, FILES[name])
    assert (extracted.failures, extracted.skipped) == ((), ())
    together = "\n".join(document.text for document in extracted.documents)
    wanted = PARAGRAPHS[:1] if "xls" in name else PARAGRAPHS
    assert [paragraph for paragraph in wanted if paragraph not in together] == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_documents_keep_their_promises(name: str) -> None:
    extracted = extract(name, FILES[name])
    assert extracted == extract(name, FILES[name])
    for document in extracted.documents:
        assert document.id == name or document.id.startswith(f"{name}/")
        assert list(document.pages) == sorted(document.pages)
        assert all(0 <= page < len(document.text) for page in document.pages)
        assert document.pages[:1] in ((), (0,))
        assert document.title.isprintable()
        assert all(value.isprintable() for value in document.metadata.values())


@pytest.mark.parametrize("suffix", sorted({*FORMATS} - {".txt", ".csv", ".tsv", ".zip", ".html", ".htm", ".xhtml"}))
def test_title_author_and_date_are_those_that_the_file_states(suffix: str) -> None:
    document = article(suffix)
    assert document.title == TITLE
    assert document.metadata["author"].startswith(AUTHOR)
    assert document.metadata["date"] == "2022-11-22"


def test_the_table_of_formats_names_every_suffix_and_licence() -> None:
    table = markdown_table()
    assert [suffix for suffix in FORMATS if f"`{suffix}`" not in table] == []
    assert not any(word in table for word in ("GPL", "unknown"))


# PDF


def test_a_page_of_a_pdf_begins_at_its_offset() -> None:
    assert [on_page(article(".pdf"), number) for number in (1, 2)] == list(PARAGRAPHS)


def test_a_sentence_that_runs_on_over_the_page_stays_whole_and_a_word_broken_at_a_line_is_mended() -> None:
    pages = (("It was closed after", "the engi-", "neers had seen"), ("two of its piers.",), ("The end.",))
    document = the_document("a.pdf", made_files.pdf(pages))
    assert document.text == "It was closed after\nthe engineers had seen\ntwo of its piers.\n\nThe end."
    assert document.text[document.pages[1] :].startswith("two of its piers")


def test_a_pdf_of_pictures_says_that_it_is_a_scan() -> None:
    assert refusal("scan.pdf", made_files.pdf(((), (), ()))) == (
        "scan.pdf: 3 pages hold no text, only pictures if anything (a scan); "
        "add text to it by character recognition (OCR)"
    )


def test_a_page_without_text_keeps_its_number_and_is_told() -> None:
    document = the_document("a.pdf", made_files.pdf(((), ("Second.",), (), ("Fourth.",), ())))
    assert [on_page(document, number) for number in (1, 2, 3, 4)] == ["", "Second.", "", "Fourth."]
    assert document.metadata["pages_without_text"] == "1, 3, 5"


# office


def test_what_word_keeps_aside_is_citable_and_what_was_deleted_is_not() -> None:
    document = the_document("a.docx", _with_markup(made_files.docx()))
    assert "A control says this." in document.text
    assert "An insertion says this." in document.text
    assert "A box says this." in document.text
    assert document.text.count("A box says this.") == 1
    assert "was struck out" not in document.text


def _with_markup(data: bytes) -> bytes:
    """The document with a content control, a tracked change and a text box at the start of its body."""
    names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>A box says this.</w:t></w:r></w:p></w:txbxContent>"
    added = (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>A control says this.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:ins><w:r><w:t>An insertion says this.</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>was struck out</w:delText><w:t>was struck out</w:t></w:r></w:del></w:p>"
        f"<w:p><w:r><mc:AlternateContent {names}><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    body = members["word/document.xml"]
    return made_files.zipped(
        {**members, "word/document.xml": body.replace(b"<w:body>", b"<w:body>" + added.encode(), 1)}
    )


def _untouched_docx() -> tuple[str, bytes]:
    import docx

    document = docx.Document()
    document.add_paragraph("Text.")
    return "a.docx", made_files.saved(document)


def _untouched_pptx() -> tuple[str, bytes]:
    from pptx import Presentation

    show = Presentation()
    show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = "Text."
    return "a.pptx", made_files.saved(show)


def _untouched_xlsx() -> tuple[str, bytes]:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(("Text.",))
    return "a.xlsx", made_files.saved(book)


@pytest.mark.parametrize("make", [_untouched_docx, _untouched_pptx, _untouched_xlsx])
def test_what_only_a_template_says_is_not_said_of_the_document(make: Callable[[], tuple[str, bytes]]) -> None:
    name, data = make()
    found = the_document(name, data)
    assert "author" not in found.metadata
    assert found.metadata.get("date", "") in ("", datetime.now(UTC).date().isoformat())


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_a_file_that_states_no_date_and_title_is_given_none(suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(FILES[f"article{suffix}"])) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    del members["docProps/core.xml"]
    for name in ("_rels/.rels", "[Content_Types].xml"):
        members[name] = re.sub(rb"<(?:Relationship|Override)[^>]*core[.-]prop[^>]*>", b"", members[name])
    found = the_document(f"my-file{suffix}", made_files.zipped(members))
    assert found.metadata == {}
    assert found.title == ("my file" if suffix == ".xlsx" else TITLE), "the first heading or the name"


def test_a_slide_is_a_page_with_its_title_table_and_notes() -> None:
    document = article(".pptx")
    assert on_page(document, 1) == f"{TITLE}\n\n{PARAGRAPHS[0]}"
    assert on_page(document, 2) == f"The cost\n\n{PARAGRAPHS[1]}\n\nPier: North; Cost: 12\n\nSay who pays."


def test_a_sheet_is_a_page_and_its_rows_are_read_with_their_headers() -> None:
    document = article(".xlsx")
    assert on_page(document, 1).split("\n\n") == [
        "Costs",
        "All costs",
        "Pier: North; Cost: 12; Due: 2022-11-22 09:30:00; Share: 25%",
        "Pier: South; Cost: 4.5; Share: 100%",
    ]
    assert on_page(document, 2) == f"Ferries\n\nName: Star; Note: {PARAGRAPHS[0]}"


# tables


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("Name,Cost\nNorth,12\n", "Name: North; Cost: 12"),
        ("Name;Cost\nNorth;12,5\nSouth;1,5\n", "Name: North; Cost: 12,5\n\nName: South; Cost: 1,5"),
        ("Name\tCost\nNorth\t12\n", "Name: North; Cost: 12"),
        ("Name|Cost\nNorth|12\n", "Name: North; Cost: 12"),
        (
            'Name,Note\nNorth,"two\nlines, a comma and a ""quote"""\n',
            'Name: North; Note: two lines, a comma and a "quote"',
        ),
        ("City,2021,2022\nBern,1,2\n", "City: Bern; 2021: 1; 2022: 2"),
        (",Cost,Due\nNorth,12,May\n", "North; Cost: 12; Due: May"),
        ("1,2\n3,4\n", "1; 2\n\n3; 4"),
        ("Name,Name\na,b\n", "Name; Name\n\na; b"),
        ("A,B\n1,\n,2\n,\n", "A: 1\n\nB: 2"),
        ("A,B\n1,2,3\n", "A: 1; B: 2; 3"),
        ("A,B\n", "A; B"),
        ("one column\nof words\n", "one column\n\nof words"),
    ],
)
def test_a_row_stays_readable_with_its_headers(table: str, text: str) -> None:
    assert the_document("a.csv", table.encode()).text == text


def test_the_text_of_a_formula_is_text() -> None:
    document = the_document("a.csv", b'Name,Sum\nNorth,"=HYPERLINK(""http://evil.example"",1)"\n')
    assert document.text == 'Name: North; Sum: =HYPERLINK("http://evil.example",1)'


# books and rich text


def test_chapters_stand_in_the_order_of_the_spine_without_scripts_and_navigation() -> None:
    assert article(".epub").text == f"One\n\n{PARAGRAPHS[0]}\n\nTwo\n\n{PARAGRAPHS[1]}"


def test_a_note_in_an_open_document_stands_behind_its_paragraph() -> None:
    assert article(".odt").text.split("\n\n")[1:3] == [PARAGRAPHS[0], "A note."]


def test_escaped_letters_of_rich_text_are_letters() -> None:
    assert article(".rtf").text.endswith("Café.")
    assert the_document("a.rtf", rb"{\rtf1\ansi\uc1 Bridge \u27211?\u20140?.\par}").text == "Bridge 橋京."


def test_of_a_book_that_lacks_a_chapter_the_others_are_read_and_the_loss_is_told() -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["article.epub"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "OEBPS/one.xhtml"}
    extracted = extract("a.epub", made_files.zipped(members))
    assert [document.text for document in extracted.documents] == [f"Two\n\n{PARAGRAPHS[1]}"]
    assert [str(failure) for failure in extracted.failures] == [
        "a.epub: lacks OEBPS/one.xhtml, so it is damaged; save it anew"
    ]


def test_a_chart_on_a_slide_is_read_as_a_table() -> None:
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show, data = Presentation(), CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["North", "South"]
    data.add_series("Ferries", (12, 3.5))  # type: ignore[no-untyped-call]
    data.add_series("Trains", (7, None))  # type: ignore[no-untyped-call]
    slide = show.slides.add_slide(show.slide_layouts[6])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 10**6, 10**6, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Crossings a day"
    text = the_document("a.pptx", made_files.saved(show)).text
    assert text == "Crossings a day\n\nNorth; Ferries: 12; Trains: 7\n\nSouth; Ferries: 3.5"
