"""Archives, and Office files and books, which are archives of XML: bombs, lies, entities and ways out."""

import io
import re
import stat
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.limits import Limits
from corpus.parse import extract
from tests import made_files
from tests.attacks import ZIP_BASED, ids, refusal, replaced
from tests.made_files import PARAGRAPHS, zipped
from tests.patience import in_time

FILES = made_files.of_each_format()
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 99
    + '">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 99}">' for before, name in zip("bcdefg", "cdefgh", strict=True))
    + "]>"
)


# archives


def test_a_bomb_of_one_member_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({"a.txt": bytes(40_000_000), "b.txt": "Text."})
    tracemalloc.start()
    extracted = extract("bomb.zip", bomb)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
    assert ids(extracted) == ["bomb.zip/b.txt"]
    assert [str(failure) for failure in extracted.failures] == [
        "bomb.zip/a.txt: a part of it unpacks to over 200 times its size, as archive bombs do; "
        "remove it, or unpack it if you trust it (limit unpacked_ratio)"
    ]


@pytest.mark.parametrize("suffix", ZIP_BASED)
def test_a_bomb_dressed_as_a_document_is_refused(suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(FILES[f"article{suffix}"])) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    assert "(limit unpacked_ratio)" in refusal(f"a{suffix}", zipped({**members, "media/a.xml": bytes(9_000_000)}))


def test_archives_within_archives_share_one_limit() -> None:
    inner = zipped({"a.txt": "word " * 200})
    outer = zipped({f"{number}.zip": inner for number in range(10)})
    extracted = extract("a.zip", outer, limits=Limits(unpacked_bytes=5_000))
    assert 1 <= len(extracted.documents) < 5
    assert str(extracted.failures[-1]).endswith("(limit unpacked_bytes)")


def test_archives_are_opened_only_so_deep() -> None:
    data = zipped({"a.txt": "Text."})
    for _ in range(5):
        data = zipped({"b.zip": data})
    assert refusal("a.zip", data).endswith("unpack what it lies in (limit nesting)")


@pytest.mark.parametrize("name", ["../../etc/a.txt", "/etc/a.txt", "..\\..\\a.txt", "C:\\a.txt", "b/../../a.txt"])
def test_a_member_that_climbs_out_of_its_archive_is_left_out_and_told(name: str) -> None:
    extracted = extract("a.zip", zipped({name: "Evil.", "good.txt": "Good."}))
    assert ids(extracted) == ["a.zip/good.txt"]
    assert [str(f) for f in extracted.failures] == [
        f"a.zip: its member '{name}' points out of the archive and was left out; rename it within the archive"
    ]


def test_a_link_within_an_archive_is_passed_over() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.txt", "Text.")
    extracted = extract("a.zip", buffer.getvalue())
    assert ids(extracted) == ["a.zip/a.txt"]
    assert [(s.id, s.reason) for s in extracted.skipped] == [
        ("a.zip/link.txt", "a link inside an archive; put the file itself there")
    ]


def test_names_within_files_are_shown_escaped_and_stay_apart() -> None:
    names = ["two\nlines.txt", "two\\nlines.txt", "invoice\u202etxt.exe.txt", "a//./b.txt", "x" * 900 + ".txt"]
    found = ids(extract("a.zip", zipped(dict.fromkeys(names, "Text."))))
    assert len(set(found)) == len(names)
    assert all(name.isprintable() and len(name) < 300 for name in found)
    assert {"a.zip/two\\nlines.txt", "a.zip/invoice\\u202etxt.exe.txt", "a.zip/a/b.txt"} < set(found)


def test_an_encrypted_member_is_told_and_the_others_are_read() -> None:
    data = bytearray(zipped({"a.txt": "Secret.", "b.txt": "Text."}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    extracted = extract("a.zip", bytes(data))
    assert ids(extracted) == ["a.zip/b.txt"]
    assert str(extracted.failures[0]) == (
        "a.zip/a.txt: is encrypted; unpack it with its password and put the files in its place"
    )


def test_an_archive_without_anything_readable_is_refused() -> None:
    assert refusal("a.zip", zipped({})) == "a.zip: holds nothing that can be read; remove it or fill it"
    assert refusal("a.zip", zipped({"a.png": "x"})).startswith("a.zip: holds nothing that can be read")


def test_a_member_whose_size_is_a_lie_is_never_unpacked_further_than_it_says() -> None:
    data = bytearray(zipped({"a.txt": b"x" * 50_000}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    assert refusal("a.zip", bytes(data)) == "a.zip/a.txt: is damaged, it does not unpack; save it anew"


# XML


@pytest.mark.parametrize(
    ("suffix", "member", "tag"),
    [
        (".docx", "word/document.xml", "<w:document"),
        (".pptx", "ppt/slides/slide1.xml", "<p:sld"),
        (".xlsx", "xl/worksheets/sheet1.xml", "<worksheet"),
        (".xlsx", "xl/workbook.xml", "<workbook"),
        (".odt", "content.xml", "<office:document-content"),
        (".epub", "OEBPS/book.opf", "<package"),
        (".epub", "META-INF/container.xml", "<container"),
        (".epub", "OEBPS/one.xhtml", "<html"),
    ],
)
@pytest.mark.parametrize("kind", ["laughs", "file", "network"])
def test_entities_are_neither_multiplied_nor_fetched(
    suffix: str, member: str, tag: str, kind: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("password: hunter2")
    declarations = {
        "laughs": LAUGHS,
        "file": f'<!DOCTYPE x [<!ENTITY h SYSTEM "{secret.as_uri()}">]>',
        "network": '<!DOCTYPE x [<!ENTITY h SYSTEM "http://e.example/"> <!ENTITY % p SYSTEM "http://e.example/"> %p;]>',
    }
    data = replaced(FILES[f"article{suffix}"], member, tag, declarations[kind] + tag)
    for text in ("engineer said", TITLE_IN_XML.get((suffix, member), "engineer said")):
        if text.encode() in _member(data, member):
            data = replaced(data, member, text, text + "&h;")
            break
    found: tuple[Document, ...] = ()
    with in_time(), suppress(DocumentError):
        found = extract(f"a{suffix}", data).documents
    assert all("hunter2" not in d.text + str(d.metadata) + d.title and "haha" not in d.text + d.title for d in found)


TITLE_IN_XML = {(".epub", "OEBPS/book.opf"): "Ada Byron"}


def _member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def test_a_document_that_declares_entities_is_refused_in_words() -> None:
    data = replaced(
        FILES["article.odt"], "content.xml", "<office:document-content", LAUGHS + "<office:document-content"
    )
    assert refusal("a.odt", data) == "a.odt: declares entities in its XML, as attacks do; save it anew"


@pytest.mark.parametrize("suffix", [".html", ".xhtml"])
def test_a_page_cannot_have_a_file_of_this_machine_included(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("password: hunter2")
    declared = f'<!DOCTYPE html [<!ENTITY h SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    paragraphs = "".join(f"<p>{paragraph} &h;</p>" for paragraph in PARAGRAPHS * 3)
    script = "<script>fetch('http://evil.example')</script><img src='http://evil.example/x.png' onerror='alert(1)'>"
    page = f"{declared}<html><body><article>{paragraphs}{script}</article></body></html>"
    text = extract(f"a{suffix}", page.encode()).documents[0].text
    assert not any(word in text for word in ("hunter2", "evil.example", "alert"))


# office


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_an_encrypted_office_file_asks_for_a_copy_without_a_password(suffix: str) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refusal(f"a{suffix}", data) == (
        f"a{suffix}: is protected by a password or in an old format; save it anew as {suffix} without one"
    )


def test_a_sheet_that_claims_rows_without_end_is_refused_in_time() -> None:
    data = replaced(FILES["article.xlsx"], "xl/worksheets/sheet1.xml", '<row r="4"', '<row r="2000000000"')
    with in_time():
        assert refusal("a.xlsx", data).endswith("(limit table_rows)")


def test_a_sheet_that_claims_a_million_columns_is_read_as_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["article.xlsx"])) as archive:
        dimension = archive.read("xl/worksheets/sheet1.xml").decode().partition('<dimension ref="')[2].partition('"')[0]
    data = replaced(FILES["article.xlsx"], "xl/worksheets/sheet1.xml", dimension, "A1:XFD1048576")
    with in_time():
        assert extract("a.xlsx", data).documents[0].text == extract("a.xlsx", FILES["article.xlsx"]).documents[0].text


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_strict_open_xml_is_told_with_the_way_out(suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(FILES[f"article{suffix}"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    usual = re.compile(rb"http://schemas\.openxmlformats\.org/(\w+)/2006/")
    strict = {name: usual.sub(rb"http://purl.oclc.org/ooxml/\1/", data) for name, data in members.items()}
    assert "Strict Open XML" in refusal(f"a{suffix}", zipped(strict))


@pytest.mark.parametrize("root", [b"<document/>", b'<w:document xmlns:w="http://other.example"/>'])
def test_a_word_document_without_a_body_is_damaged(root: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["article.docx"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert "damaged" in refusal("a.docx", zipped({**members, "word/document.xml": root}))
    assert "gave up" not in refusal("a.docx", zipped({**members, "word/document.xml": root}))


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
@pytest.mark.parametrize(
    ("changed", "reason"), [("XML", "its XML cannot be read"), ("packed bytes", "it does not unpack")]
)
def test_damage_within_an_office_file_is_told_in_words(suffix: str, changed: str, reason: str) -> None:
    data = FILES[f"article{suffix}"]
    name = {".docx": "word/document.xml", ".pptx": "ppt/slides/slide1.xml", ".xlsx": "xl/worksheets/sheet1.xml"}[suffix]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members, at = {each: archive.read(each) for each in archive.namelist()}, archive.getinfo(name).header_offset
    if changed == "XML":
        data = zipped({**members, name: members[name][:-30]})
    else:
        data = data[: at + 200] + bytes(40) + data[at + 240 :]
    assert refusal(f"a{suffix}", data) == f"a{suffix}: is damaged, {reason}; save it anew"
