"""Dates and encodings: what documents write, as an index can compare it and a person can read it."""

import pytest

from corpus.dates import iso_date, mail_date
from corpus.document import Document
from corpus.parse import extract

PANGRAMS = {
    "cp1252": "Größere Brücken über den Fluß wären möglich gewesen, sagte der Bürgermeister. „Schön“, hieß es.",
    "cp1251": "Мост закрыт на три недели, сообщил инженер города после проверки опор.",
    "koi8_r": "Мост закрыт на три недели, сообщил инженер города после проверки опор.",
    "cp1253": "Η γέφυρα θα κλείσει για τρεις εβδομάδες, είπε ο μηχανικός.",
    "cp1250": "Żółw poszedł na spacer, ponieważ pogoda była piękna, a następnie wrócił do domu późnym wieczorem.",
    "cp932": "橋は三週間閉鎖されると市の技術者が述べた。修理には四百万ユーロかかる。",
    "gb18030": "这座桥将关闭三个星期，市工程师说。修理费用为四百万欧元。",
}


def document(name: str, data: bytes) -> Document:
    return extract(name, data).documents[0]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2022-11-22", "2022-11-22"),
        ("2022-11-22T23:30:00-05:00", "2022-11-22"),
        ("20221122", "2022-11-22"),
        ("2022/11/22", "2022-11-22"),
        ("D:20221122093000+01'00'", "2022-11-22"),
        ("22 November 2022", "2022-11-22"),
        ("Tuesday, the 22nd of Nov. 2022", "2022-11-22"),
        ("Nov 22, 2022 9:30 AM", "2022-11-22"),
        ("November 2nd, 2022", "2022-11-02"),
        ("3 Sept 2022", "2022-09-03"),
        ("2022-11", "2022-11-01"),
        ("2022", "2022-01-01"),
        ("11/12/2022", ""),
        ("2022-13-45", ""),
        ("30 February 2022", ""),
        ("12 Marbles 2022", ""),
        ("yesterday", ""),
        ("", ""),
        ("9" * 1000, ""),
        ("20221122093000123", ""),
    ],
)
def test_a_date_is_its_day_and_an_unclear_one_is_none(written: str, date: str) -> None:
    assert iso_date(written) == date


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Tue, 22 Nov 2022 23:30:00 -0500", "2022-11-22"),
        ("22 Nov 2022 09:30 GMT", "2022-11-22"),
        ("Tue, 99 Nov 2022 23:30:00 -0500", ""),
        ("", ""),
    ],
)
def test_the_day_of_a_mail_is_that_of_its_writers_clock(written: str, date: str) -> None:
    assert mail_date(written) == date


@pytest.mark.parametrize(
    ("written", "metadata"),
    [
        ("2022-11-22", {"date": "2022-11-22"}),
        ("2022-11-22T09:30:00Z", {"date": "2022-11-22"}),
        ("22 November 2022", {"date": "2022-11-22", "date_written": "22 November 2022"}),
        ("2022", {"date": "2022-01-01", "date_written": "2022"}),
        ("11/12/2022", {"date_written": "11/12/2022"}),
    ],
)
def test_a_date_can_be_compared_and_what_was_written_is_not_lost(written: str, metadata: dict[str, str]) -> None:
    assert document("a.md", f"---\ndate: {written}\n---\nText.".encode()).metadata == metadata


@pytest.mark.parametrize("encoding", sorted(PANGRAMS))
def test_text_in_an_old_encoding_is_read_and_the_guess_is_told(encoding: str) -> None:
    found = document("a.txt", PANGRAMS[encoding].encode(encoding))
    assert (found.text, found.metadata) == (PANGRAMS[encoding], {"encoding": f"{encoding} (guessed)"})


@pytest.mark.parametrize("suffix", [".csv", ".json", ".md"])
def test_an_old_encoding_is_read_in_every_format_of_text(suffix: str) -> None:
    text = f'{{"text": "{PANGRAMS["cp1252"]}"}}' if suffix == ".json" else PANGRAMS["cp1252"]
    assert "Größere Brücken" in document(f"a{suffix}", text.encode("cp1252")).text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "ISO-8859-1"])
def test_a_page_is_read_in_the_encoding_that_it_declares(declared: str) -> None:
    paragraphs = "".join(f"<p>{PANGRAMS['cp1252']} Absatz {number}.</p>" for number in range(3))
    page = f'<html><head><meta charset="{declared}"></head><body><article>{paragraphs}</article></body></html>'
    found = document("a.html", page.encode("cp1252"))
    assert "„Schön“" in found.text
    assert "encoding" not in found.metadata


def test_a_declaration_that_is_wrong_is_not_believed() -> None:
    paragraphs = "".join(f"<p>{PANGRAMS['cp1252']} Absatz {number}.</p>" for number in range(3))
    page = f'<html><head><meta charset="shift_jis"></head><body><article>{paragraphs}</article></body></html>'
    assert "Größere Brücken" in document("a.html", page.encode("utf-8")).text
