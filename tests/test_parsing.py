"""Parser: plain text at once, the rest in a process that may take too long, burst, crash, or call the network."""

import sys
import time
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from corpus.limits import Limits
from corpus.load import read_file
from index import parsing
from index.parsing import ParseError, Parser

PAGE = "<html><head><title>Bridge</title></head><body><article>{}</article></body></html>".format(
    "".join(f"<p>The harbour bridge reopened on day {n}, after a long and stormy winter.</p>" for n in range(20))
)
# The worker as it is, but for what it does with a file.
WORKER = "import socket, time, os, sys\nimport index.worker as worker\n{}\nworker.main()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "note.txt").write_text("A note.\n")
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "other.html").write_text(PAGE.replace("Bridge", "Other"))
    return tmp_path


def behaving(code: str) -> tuple[str, ...]:
    """A worker that does this when it is given the file `page.html`, and works on other files."""
    do = f"real = worker.read_file\ndef read(folder, name, limits):\n    if name == 'page.html':\n        {code}\n"
    return (sys.executable, "-c", WORKER.format(f"{do}    return real(folder, name, limits)\nworker.read_file = read"))


def test_a_file_is_the_same_whichever_process_parses_it(folder: Path) -> None:
    with Parser(folder) as parser:
        parsed = parser.parsed("page.html")
    file = read_file(folder, "page.html")
    assert parsed.documents == file.extracted().documents
    assert parsed.content_hash == file.content_hash


def test_for_plain_text_no_process_is_started(folder: Path) -> None:
    with Parser(folder, command=(str(folder / "no-such-program"),)) as parser:
        (document,) = parser.parsed("note.txt").documents
        assert document.text == "A note.\n"
        with pytest.raises(FileNotFoundError):
            parser.parsed("page.html")


def test_a_file_that_cannot_be_read_is_told_and_its_hash_is_known(folder: Path) -> None:
    (folder / "empty.txt").write_text("\n")
    (folder / "empty.html").write_text("<html></html>")
    with Parser(folder) as parser:
        for name in ("empty.txt", "empty.html"):
            with pytest.raises(ParseError, match=f"^{name}: ") as told:
                parser.parsed(name)
            assert told.value.content_hash == read_file(folder, name).content_hash
        with pytest.raises(DocumentError, match=r"gone\.html: cannot be read"):
            parser.parsed("gone.html")
        assert parser.parsed("page.html").documents


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("os._exit(7)", r"page\.html: its parser crashed \(status 7\); save the file anew"),
        ("os.kill(os.getpid(), 11)", r"page\.html: its parser crashed \(status -11\)"),
        ("bytearray(1 << 30)", r"page\.html: needs more than 256 MiB of memory.*parse_memory_bytes"),
        ("[][1]", r"page\.html: cannot be parsed \(IndexError: list index out of range\)"),
        ("socket.create_connection(('127.0.0.1', 9))", r"page\.html: cannot be parsed .*without the network"),
        ("print('noise', flush=True); raise RecursionError", r"page\.html: cannot be parsed \(RecursionError"),
    ],
)
def test_what_a_parser_does_costs_its_own_file_only(folder: Path, code: str, told: str) -> None:
    limits = Limits(parse_memory_bytes=256 * 1024 * 1024)  # the libraries for HTML alone take 64
    with Parser(folder, limits, behaving(code)) as parser:
        with pytest.raises(DocumentError, match=told):
            parser.parsed("page.html")
        assert parser.parsed("other.html").documents[0].title == "Other"


@pytest.mark.parametrize("code", ["time.sleep(60)", "while True: pass"])
def test_a_file_that_takes_too_long_is_given_up(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_WAITING", 2)
    with Parser(folder, Limits(parse_seconds=1), behaving(code)) as parser:
        started = time.monotonic()
        with pytest.raises(DocumentError, match=r"page\.html: took longer than 1 s .*parse_seconds"):
            parser.parsed("page.html")
        assert time.monotonic() - started < 30


def test_a_parser_that_was_closed_starts_no_process(folder: Path) -> None:
    parser = Parser(folder)
    assert parser.parsed("page.html").documents
    parser.close()
    with pytest.raises(DocumentError, match="ended"):
        parser.parsed("page.html")
