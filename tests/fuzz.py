"""Fuzzes our own parsers with atheris, which is no dependency: `pip install atheris` somewhere, then

    python -m tests.fuzz .eml -max_total_time=600 FOLDER

for a suffix of corpus/formats/known.py, a member of a packed file (`.odt:content.xml`) or a name of `READERS`. Options
are libFuzzer's; FOLDER keeps what it learns. What another library raises is expected, and told to people as such. What
stops the fuzzer is ours: an exception from our own lines, a document that breaks its promises, a hang, a burst.
"""

import io
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["corpus", "index.where", "email", "striprtf", "docx", "pptx", "openpyxl"]):
    for library in ("docx", "openpyxl", "pptx", "striprtf.striprtf"):
        import_module(library)

    from corpus.dates import iso_date, mail_date
    from corpus.decode import decode_markup
    from corpus.document import Document
    from corpus.errors import UserError
    from corpus.formats.known import FORMATS
    from corpus.formats.piece import File
    from corpus.limits import MEBIBYTE, Limits
    from corpus.metadata import sidecar_metadata
    from corpus.names import has_deceptive_characters
    from corpus.parse import extract
    from corpus.split import split
    from index.where import fields, parse_where, question_and_where

from tests.made_files import of_each_format, zipped

OURS = tuple(str(Path(__file__).parents[1] / name) for name in ("corpus", "index", "tests"))
LIMITS = Limits(file_bytes=MEBIBYTE, unpacked_bytes=4 * MEBIBYTE, members=200, pages=50, table_rows=2_000)
FILES = {Path(name).suffix: data for name, data in of_each_format().items()}


def read_file(suffix: str, data: bytes) -> None:
    """A file's pieces, and its documents with all that follows from them."""
    list(FORMATS[suffix].parse(File(f"a{suffix}", suffix, data, LIMITS)))
    for document in extract(f"a{suffix}", data, limits=LIMITS).documents:
        check(document)


def read_text(data: bytes) -> None:
    check(Document("a.txt", "A", data.decode("utf-8", "replace") + "a", "a"))


def read_filters(text: str) -> None:
    _, where = question_and_where(text, ["genre"])
    assert parse_where(str(where)) == where, text
    parse_where(text)


def check(document: Document) -> None:
    """What the other layers rely on."""
    said = (document.id, document.title, document.text, document.source, *fields(document).values())
    assert all(each.encode() for each in said[:4])
    assert all(isinstance(each.encode(), bytes) for each in said)
    assert document.text.strip()
    assert not has_deceptive_characters(document.id)
    assert list(document.pages) == sorted(document.pages)
    assert all(0 <= at <= len(document.text) for at in document.pages)
    for passage in split(document, 64, 8, lambda texts: [len(text) // 2 for text in texts]):
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()


READERS: dict[str, Callable[[bytes], object]] = {
    "split": read_text,
    "where": lambda data: read_filters(data.decode("utf-8", "replace")),
    "dates": lambda data: (iso_date(data.decode("latin-1")), mail_date(data.decode("utf-8", "replace"))),
    "decode": lambda data: decode_markup("a", data),
    "sidecar": lambda data: sidecar_metadata("a.txt", data),
}


def reader(name: str) -> tuple[Callable[[bytes], object], bytes]:
    """What is fuzzed, and something that it reads."""
    suffix, _, member = name.partition(":")
    if name in READERS:
        return READERS[name], b"after:2022-11-01 what: 1 May 2022\n"
    if not member:
        return lambda data: read_file(suffix, data), FILES[suffix]
    with zipfile.ZipFile(io.BytesIO(FILES[suffix])) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return lambda data: read_file(suffix, zipped({**members, member: data})), members[member]


def is_ours(error: BaseException) -> bool:
    return traceback.extract_tb(error.__traceback__)[-1].filename.startswith(OURS)


def main() -> None:
    read, seed = reader(sys.argv[1])

    def one(data: bytes) -> None:
        try:
            read(data)
        except UserError:
            return
        except Exception as error:  # other people's parsers fail in every way there is
            if is_ours(error):
                raise

    with tempfile.TemporaryDirectory() as seeds:
        (Path(seeds) / "seed").write_bytes(seed)
        atheris.Setup([sys.argv[0], "-timeout=30", "-rss_limit_mb=3000", *sys.argv[2:], seeds], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
