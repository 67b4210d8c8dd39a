"""Bytes to a document: what each format's citable text, title and metadata are, and what is refused."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.limits import DEFAULT_LIMITS
from corpus.parse import extract, title_from_name
from tests.patience import in_time

TEXT_FORMATS = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml")

NEWS_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Harbour bridge to close for repairs | The Daily Example</title>
<meta name="author" content="Ada Byron">
<meta property="og:title" content="Harbour bridge to close for repairs">
<meta property="article:published_time" content="2022-11-22T09:30:00Z">
<link rel="canonical" href="https://news.example.org/harbour-bridge">
<style>.advert { color: red }</style>
<script>window.tracker = "collects everything";</script>
</head>
<body>
<header><nav><ul>
<li><a href="/">Home</a></li><li><a href="/politics">Politics desk</a></li><li><a href="/sport">Sport results</a></li>
</ul></nav></header>
<main><article>
<h1>Harbour bridge to close for repairs</h1>
<p>The harbour bridge will close on Monday for three weeks, the city&rsquo;s engineer said, after divers found cracks
in two of its piers.</p>
<p>Repairs will cost &euro;4.2 million, which is &lt;10 % of the transport budget. &ldquo;We could not wait for
spring,&rdquo; Jos&eacute; Mu&#241;oz told reporters on Tuesday.</p>
<script>advertise("BUY NOW");</script>
<p>Ferries run every ten minutes until the bridge opens again, and the fare of the bus &amp; ferry ticket stays.</p>
</article></main>
<aside><h2>Most read</h2><ul><li><a href="/soup">Ten recipes for soup</a></li></ul></aside>
<footer><p>Cookie settings</p><p>&copy; 2022 The Daily Example. All rights reserved.</p></footer>
</body></html>
"""


def parse(document_id: str, data: bytes, sidecar: bytes = b"") -> Document:
    """The one document in a file's bytes."""
    (document,) = extract(document_id, data, sidecar).documents
    return document


def page() -> Document:
    return parse("news/bridge.html", NEWS_PAGE.encode())


def with_front_matter(yaml: str) -> Document:
    return parse("note.md", f"---\n{yaml}\n---\nThe body.\n".encode())


def refusal(document_id: str, data: bytes, sidecar: bytes = b"") -> str:
    with pytest.raises(DocumentError) as caught:
        parse(document_id, data, sidecar)
    return str(caught.value)


# plain text


def test_the_text_of_a_plain_file_is_its_bytes_to_the_last_space() -> None:
    text = "\n  One line.\r\n\r\nAnother,\twith “quotes” and 中文.  \n\n"
    assert parse("a.txt", text.encode()).text == text


def test_a_document_is_known_by_its_path_and_has_it_as_its_source() -> None:
    document = parse("reports/2022/a.txt", b"Some text.")
    assert (document.id, document.source, document.pages) == ("reports/2022/a.txt", "reports/2022/a.txt", ())


@pytest.mark.parametrize("start", ["", "\n\n", "  "])
@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n", "  \n \n"])
def test_a_first_line_that_stands_alone_is_the_title(start: str, blank: str) -> None:
    assert parse("a.txt", f"{start}The annual report{blank}It was a good year.".encode()).title == "The annual report"


@pytest.mark.parametrize(
    "text",
    [
        "It was a good year.\n\nSo it was.",
        "“Was it a good year?”\n\nIt was.",
        "The first line of a paragraph\nthat goes on.\n\nMore.",
        "No\n\nMore.",
        "Only one line",
        "word " * 40 + "\n\nMore.",
    ],
    ids=["sentence", "quotation", "paragraph", "too short", "no blank line", "too long"],
)
def test_a_first_line_that_is_prose_is_no_title_and_the_name_is(text: str) -> None:
    assert parse("reports/annual_report-2022.txt", text.encode()).title == "annual report 2022"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("deal.txt", "deal"),
        ("a/b/civil-rights__groups  deny.txt", "civil rights groups deny"),
        ("Übersicht-2022.final.md", "Übersicht 2022.final"),
        ("---.txt", "---.txt"),
    ],
)
def test_a_file_name_is_read_as_words(name: str, title: str) -> None:
    assert title_from_name(name) == title


# Markdown


def test_front_matter_is_metadata_and_not_citable() -> None:
    document = with_front_matter("title: The Deal\nsource: CNBC\nauthor: Ada Byron\ndate: 2022-11-22")
    assert (document.text, document.title, document.source) == ("The body.\n", "The Deal", "CNBC")
    assert document.metadata == {"author": "Ada Byron", "date": "2022-11-22"}


@pytest.mark.parametrize("end", ["---", "..."])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter_ends_at_its_mark_however_lines_end(end: str, newline: str) -> None:
    data = newline.join(["---", "title: The Deal", end, "The body."]).encode()
    document = parse("note.md", data)
    assert (document.title, document.text) == ("The Deal", "The body.")


def test_front_matter_that_never_ends_is_text() -> None:
    assert parse("note.md", b"---\ntitle: The Deal\n").text == "---\ntitle: The Deal\n"


def test_a_rule_in_the_middle_begins_no_front_matter() -> None:
    document = parse("note.md", b"Text.\n\n---\ntitle: Not this\n---\n")
    assert (document.title, document.metadata) == ("note", {})
    assert "Not this" in document.text


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# The Deal", "The Deal"),
        ("## The Deal ##  ", "The Deal"),
        ("#\tThe Deal\r", "The Deal"),
        ("# Learning C#", "Learning C#"),
        ("### A third level", "my note"),
        ("#hashtag", "my note"),
    ],
)
def test_a_heading_of_the_first_two_levels_is_the_title(heading: str, title: str) -> None:
    assert parse("my-note.md", f"Before.\n\n{heading}\n\nAfter.\n".encode()).title == title


def test_of_two_headings_the_first_is_the_title() -> None:
    assert parse("note.md", b"Before.\n\n## First\n\n# Second\n").title == "First"


def test_a_title_in_the_front_matter_goes_before_the_heading() -> None:
    assert parse("note.markdown", b"---\ntitle: Stated\n---\n# Heading\n").title == "Stated"


# metadata


def test_a_sidecar_overrides_what_the_file_says_and_keeps_the_rest() -> None:
    data = b"---\ntitle: From the file\nauthor: Ada\nlanguage: en\n---\nThe body."
    document = parse("note.md", data, b"title: From the sidecar\nauthor: Grace\nsource: https://example.org/deal")
    assert (document.title, document.source) == ("From the sidecar", "https://example.org/deal")
    assert document.metadata == {"author": "Grace", "language": "en"}


def test_a_sidecar_gives_a_plain_file_its_title_and_leaves_its_text_alone() -> None:
    document = parse("a.txt", b"A line\n\nSome text.", "title: “Quoted” – 中文".encode())
    assert (document.title, document.text) == ("“Quoted” – 中文", "A line\n\nSome text.")


@pytest.mark.parametrize("written", ["1.10", "007", "NO", "2022-11-22", "12:30:45", "1_000", "true"])
def test_metadata_stands_as_it_was_written(written: str) -> None:
    assert with_front_matter(f"key: {written}").metadata == {"key": written}


@pytest.mark.parametrize("nothing", ["title:", "title: ' '", "title: ~", "title: null"])
def test_a_title_that_says_nothing_leaves_the_title_that_the_text_gives(nothing: str) -> None:
    assert parse("note.md", b"# Heading\n\nText.", nothing.encode()).title == "Heading"


@pytest.mark.parametrize("empty", [b"", b"\n", b"# only a comment\n", b"---\n", b"\xef\xbb\xbf"])
def test_an_empty_sidecar_is_no_sidecar(empty: bytes) -> None:
    assert parse("a.txt", b"Some text.", empty) == parse("a.txt", b"Some text.")


def test_values_that_are_not_one_value_are_left_out() -> None:
    assert with_front_matter("tags: [a, b]\nplace: {city: Bern}\nauthor: Ada").metadata == {"author": "Ada"}


def test_metadata_cannot_be_changed_by_those_who_read_it() -> None:
    with pytest.raises(TypeError):
        with_front_matter("author: Ada").metadata["author"] = "Eve"  # type: ignore[index]


def test_an_emoji_that_json_wrote_as_two_surrogates_is_one_character_again() -> None:
    assert with_front_matter(json.dumps({"title": "Deal 🤝"})).title == "Deal 🤝"


def test_half_an_emoji_becomes_a_mark_that_a_database_can_keep() -> None:
    assert with_front_matter(r'title: "Deal \ud83e"').title == "Deal \ufffd"


@pytest.mark.parametrize(
    "malformed",
    [
        "title: [unclosed",
        "title: 'unclosed",
        "a: b: c",
        "\tkey: tab",
        "title: *unknown",
        "[" * 5_000,
        "? [a, list]\n: value",
        "key: \x07",
    ],
)
def test_malformed_yaml_is_refused_with_its_name(malformed: str) -> None:
    assert refusal("a.txt", b"Text.", malformed.encode()).startswith("a.txt.meta.yaml: is not valid YAML")


@pytest.mark.parametrize("other", ["- one\n- two", "[]", "just words"])
def test_yaml_that_is_not_keys_and_values_is_refused(other: str) -> None:
    assert refusal("a.txt", b"Text.", other.encode()).startswith("a.txt.meta.yaml: must be a list of `key: value`")


def test_front_matter_that_is_refused_is_called_so() -> None:
    assert refusal("note.md", b"---\n- one\n---\nText.").startswith("note.md (front matter): must be")


def test_metadata_of_64_kib_is_read_and_more_is_refused() -> None:
    assert parse("a.txt", b"Text.", b"k: " + b"x" * (64 * 1024 - 3)).metadata["k"].startswith("xxx")
    assert refusal("a.txt", b"Text.", b"k: " + b"x" * (64 * 1024 - 2)).startswith(
        "a.txt.meta.yaml: metadata over 64 KiB"
    )


@pytest.mark.parametrize(
    "tag", ["!!int ''", "!!bool maybe", "!!timestamp soon", "!!float ''", "!!python/name:os.system"]
)
def test_a_tag_in_the_yaml_runs_nothing_and_breaks_nothing(tag: str) -> None:
    assert with_front_matter(f"author: Ada\nkey: {tag}").metadata["author"] == "Ada"


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [*":-?[]{},&*!|>'\"%@`#\n ", "a: ", "\n- ", "!!int ", "<<: ", "*a", "&a ", "---\n", "\\ud800"]
            ),
            st.text(max_size=5),
        ),
        max_size=15,
    ).map("".join)
)
def test_any_sidecar_is_either_read_or_refused(sidecar: str) -> None:
    try:
        document = parse("a.txt", b"Text.", sidecar.encode())
    except DocumentError as error:
        assert str(error).startswith("a.txt.meta.yaml: ")
    else:
        assert document.title.strip()
        assert all((key + value).encode() for key, value in document.metadata.items())


# HTML


def test_the_article_of_a_news_page_is_its_text_paragraph_by_paragraph() -> None:
    paragraphs = page().text.split("\n\n")
    assert [paragraph.split()[0] for paragraph in paragraphs] == ["Harbour", "The", "Repairs", "Ferries"]


@pytest.mark.parametrize(
    "furniture",
    [
        "tracker",
        "BUY NOW",
        "color: red",
        "Politics desk",
        "Sport results",
        "Cookie",
        "All rights reserved",
        "soup",
        "<p>",
    ],
)
def test_scripts_and_furniture_of_a_page_are_not_citable(furniture: str) -> None:
    assert furniture in NEWS_PAGE
    assert furniture not in page().text


@pytest.mark.parametrize("decoded", ["the city’s engineer", "€4.2 million", "<10 %", "José Muñoz", "bus & ferry"])
def test_entities_of_a_page_are_decoded(decoded: str) -> None:
    assert decoded in page().text


def test_a_news_page_says_who_wrote_it_when_and_where() -> None:
    document = page()
    assert (document.title, document.source) == (
        "Harbour bridge to close for repairs",
        "https://news.example.org/harbour-bridge",
    )
    assert document.metadata == {"author": "Ada Byron", "date": "2022-11-22"}


def test_a_sidecar_overrides_what_a_page_says() -> None:
    document = parse("bridge.htm", NEWS_PAGE.encode(), b"title: Bridge\nsource: The archive")
    assert (document.title, document.source, document.metadata["author"]) == ("Bridge", "The archive", "Ada Byron")


def test_a_page_with_an_xml_declaration_is_read() -> None:
    assert "José Muñoz" in parse("a.html", f'<?xml version="1.0" encoding="utf-8"?>\n{NEWS_PAGE}'.encode()).text


@pytest.mark.parametrize(
    "html", ["<html><body></body></html>", "<script>alert(1)</script>", "<nav><a href='/'>Home</a></nav>"]
)
def test_a_page_without_an_article_is_refused(html: str) -> None:
    assert refusal("a.html", html.encode()).startswith("a.html: no main text was found")


# bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_or_without_a_mark_is_read_and_the_mark_is_no_text(encoding: str) -> None:
    assert parse("a.txt", "Ünïcode 中文 🤝.".encode(encoding)).text == "Ünïcode 中文 🤝."


def test_utf_16_in_the_other_byte_order_is_read() -> None:
    assert parse("a.txt", b"\xfe\xff" + "Ünïcode".encode("utf-16-be")).text == "Ünïcode"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros_and_the_guess_is_told(encoding: str) -> None:
    text = "Señor Núñez said: “The bridge costs 4 €.”"
    document = parse("a.txt", text.encode(encoding))
    assert document.text == text
    assert document.metadata["encoding"] == f"{encoding} (guessed)"


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.jsonl", "a.eml", "a.html", "a.csv", "a.zip"])
def test_an_empty_file_is_told_to_be_empty_whatever_its_format(name: str) -> None:
    assert refusal(name, b"") == f"{name}: holds no text that could be cited, it is empty; remove it or fill it"


def test_front_matter_behind_a_byte_order_mark_is_found() -> None:
    assert parse("a.md", "---\ntitle: Über\n---\nText.".encode("utf-8-sig")).title == "Über"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"text\x00text",
        b"\xef\xbb\xbftext\x00text",
        "Text.".encode("utf-16-le"),
        bytes(number % 7 * (number % 2) for number in range(400)),
    ],
    ids=["png", "nul", "nul behind a mark", "too little to tell", "small numbers"],
)
def test_a_binary_file_is_refused(data: bytes) -> None:
    assert refusal("a.txt", data) == "a.txt: is a binary file, not text; remove it or convert it to text"


@pytest.mark.parametrize(
    ("data", "byte"),
    [("café".encode("latin-1"), 3), (b"abc\xff", 3), (b"\xed\xa0\x80", 0), ("中文".encode("gb18030"), 0)],
    ids=["latin-1", "not text", "surrogate", "gb18030"],
)
def test_another_encoding_is_refused_with_the_first_byte_that_shows_it(data: bytes, byte: int) -> None:
    assert refusal("a.txt", data) == f"a.txt: is not UTF-8 (byte {byte}); save it as UTF-8"


def test_a_sidecar_in_another_encoding_is_refused_by_its_own_name() -> None:
    assert refusal("a.txt", b"Text.", "title: café".encode("latin-1")).startswith("a.txt.meta.yaml: is not UTF-8")


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", "\u00a0\u2003".encode()])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_file_without_text_is_refused(name: str, data: bytes) -> None:
    assert refusal(name, data).startswith(f"{name}: holds no text that could be cited")


def test_a_file_of_nothing_but_front_matter_is_refused() -> None:
    assert refusal("a.md", b"---\ntitle: Only this\n---\n").startswith("a.md: holds no text")


@pytest.mark.parametrize(("name", "what"), [("a.png", ".png"), ("README", "a name without suffix")])
def test_a_format_that_cannot_be_read_is_refused(name: str, what: str) -> None:
    assert refusal(name, b"Text.") == f"{name}: {what} is not a format that can be read"


@pytest.mark.parametrize(
    ("name", "advice"),
    [("a.tar.gz", "unpack it, or make it a .zip"), ("a.doc", "save it as .docx"), ("a.xls", "save it as .xlsx")],
)
def test_a_format_that_has_a_readable_relative_is_refused_with_its_name(name: str, advice: str) -> None:
    assert refusal(name, b"Text.").endswith(f"is not a format that can be read; {advice}")


def test_a_suffix_is_read_in_any_case() -> None:
    assert parse("A.TXT", b"Text.").text == "Text."


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    assert refusal("a.txt", bytes(DEFAULT_LIMITS.file_bytes + 1)).startswith("a.txt: larger than 64 MiB")


@pytest.mark.parametrize("suffix", TEXT_FORMATS)
def test_every_format_gives_citable_text_of_the_same_article(suffix: str) -> None:
    data = NEWS_PAGE if "htm" in suffix else "# Bridge\n\nRepairs will cost €4.2 million.\n"
    document = parse(f"a{suffix}", data.encode())
    assert "€4.2 million" in document.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", " " * 400_000 + "word"),
        ("a.txt", "word" + " " * 400_000 + "x\n\ny"),
        ("a.md", "# word" + " " * 400_000 + "x"),
        ("a.md", "# word" + " #" * 200_000 + "x"),
        ("a.md", "---\n" + "--\n" * 200_000),
    ],
    ids=["spaces first", "spaces in the line", "spaces in the heading", "marks in the heading", "rules"],
)
def test_no_text_makes_the_search_for_a_title_slow(name: str, text: str) -> None:
    with in_time():
        assert parse(name, text.encode()).text == text
