"""Files that mean harm, or lie about themselves: each is refused or read without harm, and says why."""

import json

import pytest

from corpus.errors import DocumentError
from corpus.formats.known import FORMATS
from corpus.limits import Limits, over_limit
from corpus.load import SourceFile
from corpus.parse import extract
from tests import made_files
from tests.attacks import ZIP_BASED, ids, refusal, replaced
from tests.made_files import zipped
from tests.patience import in_time

FILES = made_files.of_each_format()


# limits


def test_a_limit_that_is_no_setting_cannot_be_named() -> None:
    with pytest.raises(ValueError, match="no limit"):
        over_limit("a.txt", "patience", "too much", "wait")


@pytest.mark.parametrize(
    ("name", "limits", "message"),
    [
        ("article.txt", Limits(file_bytes=9), "larger than 9 bytes; split it into smaller files (limit file_bytes)"),
        ("article.txt", Limits(text_characters=9), "over 9 characters of text; split it into smaller files"),
        ("article.pdf", Limits(text_characters=9), "over 9 characters of text; split it (limit text_characters)"),
        ("article.pdf", Limits(pages=1), "claims 2 pages, over 1; split it (limit pages)"),
        ("article.pptx", Limits(pages=1), "holds 2 slides, over 1; split it (limit pages)"),
        ("article.xlsx", Limits(pages=1), "holds 2 sheets, over 1; split it (limit pages)"),
        ("article.xlsx", Limits(table_rows=2), "over 2 rows; split it into smaller tables (limit table_rows)"),
        ("article.csv", Limits(table_rows=2), "over 2 rows; split it into smaller tables (limit table_rows)"),
        ("article.docx", Limits(unpacked_bytes=99), "unpacks to over 99 bytes; split it (limit unpacked_bytes)"),
        ("article.epub", Limits(members=3), "holds 6 files, over 3; split it (limit members)"),
        ("article.zip", Limits(nesting=0), "lies more than 0 files deep; unpack what it lies in (limit nesting)"),
    ],
)
def test_a_refusal_for_size_names_the_setting(name: str, limits: Limits, message: str) -> None:
    assert message in refusal(name, FILES[name], limits)


@pytest.mark.parametrize("name", ["article.mbox", "article.jsonl"])
def test_what_was_read_before_a_limit_is_kept_and_the_limit_is_told(name: str) -> None:
    extracted = extract(name, FILES[name], limits=Limits(members=1))
    assert len(extracted.documents) == 1
    assert [str(failure).rpartition("(")[2] for failure in extracted.failures] == ["limit members)"]


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_a_file_of_no_bytes_is_refused_in_words(suffix: str) -> None:
    assert refusal(f"a{suffix}", b"").startswith(f"a{suffix}: ")


def test_a_parser_that_crashes_costs_its_own_file_and_the_reason_is_told() -> None:
    broken = replaced(FILES["article.pptx"], "ppt/_rels/presentation.xml.rels", "slides/slide1.xml", "slides/no.xml")
    extracted = extract("a.zip", zipped({"a.txt": "Text.", "b.pptx": broken, "c.txt": "Text."}))
    assert ids(extracted) == ["a.zip/a.txt", "a.zip/c.txt"]
    (failure,) = map(str, extracted.failures)
    assert failure.startswith("a.zip/b.pptx: is damaged or unusual, its parser gave up (")
    assert failure.isprintable()


# PDF


@pytest.mark.parametrize("kids", ["2 0 R", "4 0 R 2 0 R", "4 0 R 4 0 R 4 0 R", "99 0 R", "4 0 R 1 0 R"])
def test_a_page_tree_that_bites_its_own_tail_ends(kids: str) -> None:
    with in_time():
        try:
            assert "bridge" in extract("a.pdf", made_files.pdf(kids=kids)).documents[0].text
        except DocumentError as error:
            assert "parser gave up" not in str(error)


def test_a_pdf_that_claims_a_million_pages_is_refused_at_once() -> None:
    with in_time():
        assert refusal("a.pdf", made_files.pdf(count=1_000_000)) == (
            "a.pdf: claims 1,000,000 pages, over 10,000; split it (limit pages)"
        )


def test_an_encrypted_pdf_asks_for_a_copy_without_a_password() -> None:
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >> /ID [<41> <41>]"
    data = made_files.pdf().replace(b"/Root 1 0 R", f"/Root 1 0 R {lock}".encode())
    assert refusal("a.pdf", data) == "a.pdf: is protected by a password; save a copy without one"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"\xff" * 500, made_files.pdf()[:200]])
def test_a_damaged_pdf_is_refused_in_words(data: bytes) -> None:
    assert refusal("a.pdf", data) == "a.pdf: is damaged or no PDF; open it in a viewer and save it anew"


# depth and length


def _deep_mail(depth: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"Subject: deep\n{head}Content-Type: text/plain\n\nText.".encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[" * 200_000),
        ("a.jsonl", b'{"a":' * 200_000),
        ("a.html", b"<div>" * 100_000 + b"text"),
        ("a.eml", _deep_mail(3_000)),
        ("a.rtf", b"{\\rtf1 " + b"{" * 200_000 + b"text"),
        ("a.rtf", b"{\\rtf1 " + b"\\u1" * 200_000),
        ("a.csv", b'"' + b"x" * 300_000),
        ("a.json", json.dumps({"text": "x", "n": 0}).replace("0", "9" * 5_000).encode()),
        ("a.eml", b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\n\nText."),
        ("a.eml", b"To: " + b"(" * 50_000 + b"\n\nText."),
        ("a.mbox", b"From a\n" * 50_000),
    ],
)
def test_depth_and_length_end_in_text_or_a_reason_in_time(name: str, data: bytes) -> None:
    with in_time():
        try:
            assert extract(name, data).documents
        except DocumentError as error:
            assert str(error).startswith(name)


# wrong suffixes


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.pdf", b"\x89PNG\r\n\x1a\n\x00", "a PNG picture"),
        ("a.docx", b"\xff\xd8\xff\xe0", "a JPEG picture"),
        ("a.pdf", b" <!DOCTYPE html><html>", "a web page"),
        ("a.txt", b"<html><body>Text</body></html>", "a web page"),
        ("a.txt", made_files.pdf(), "a PDF"),
        ("a.txt", made_files.rtf(), "an RTF document"),
        ("a.csv", FILES["article.xlsx"], "a ZIP archive or an Office document"),
        ("a.epub", made_files.pdf(), "a PDF"),
        ("a.rtf", FILES["article.docx"], "a ZIP archive or an Office document"),
        ("a.zip", b"Rar!\x1a\x07\x00", "a RAR archive"),
    ],
)
def test_a_wrong_suffix_is_refused_with_what_the_file_is(name: str, data: bytes, what: str) -> None:
    suffix = f".{name.partition('.')[2]}"
    assert refusal(name, data).startswith(f"{name}: is {what}, not what its suffix {suffix} says; ")


@pytest.mark.parametrize("suffix", ZIP_BASED)
def test_one_container_in_the_suffix_of_another_is_refused(suffix: str) -> None:
    other = FILES["article.odt" if suffix != ".odt" else "article.docx"]
    assert refusal(f"a{suffix}", other).startswith(f"a{suffix}: is a ZIP archive, but holds no {suffix} document")


@pytest.mark.parametrize(
    ("name", "what"), [("a.eml", "the headers of an e-mail"), ("a.mbox", "mailbox"), ("a.rtf", "RTF")]
)
def test_prose_in_the_suffix_of_a_stricter_format_is_refused(name: str, what: str) -> None:
    assert what in refusal(name, b"It was a dark and stormy night.\n\nThe rain fell.")


def test_the_hash_of_a_file_does_not_depend_on_whether_it_can_be_read() -> None:
    assert SourceFile("a.pdf", b"no PDF", b"").content_hash == SourceFile("b.txt", b"no PDF", b"").content_hash


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.rtf", FILES["article.rtf"][:-40], "ends before its last brace"),
        ("a.eml", made_files.eml(attachments={"b.txt": b"Text of it."})[:-20], "ends before its last part does"),
    ],
)
def test_what_was_cut_short_is_read_as_far_as_it_goes_and_told(name: str, data: bytes, told: str) -> None:
    extracted = extract(name, data)
    assert extracted.documents[0].text.startswith("The harbour bridge will close")
    assert told in str(extracted.failures[-1])
