"""Files to documents: plain text at once, everything else in a process of its own that may hang, burst or die."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Lock
from types import MappingProxyType, TracebackType
from typing import Any

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.formats.piece import Skipped
from corpus.limits import DEFAULT_LIMITS, Limits, over_limit
from corpus.load import read_file
from index.place import ROOT
from index.worker import limits_as_argument

WORKER = (sys.executable, "-m", "index.worker")
_AT_ONCE = frozenset((".txt", ".md", ".markdown"))
_AT_ONCE_BYTES = 1024 * 1024
_WAITING = 4  # times the processor time that is allowed: a process may have to wait for its turn, or for a disk
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents in a file, why others in it were left out, and the hash of what was read."""

    content_hash: str
    documents: tuple[Document, ...]
    failures: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class ParseError(DocumentError):
    """A file that cannot be parsed; `content_hash` is that of what was read, "" if it is not known."""

    def __init__(self, message: str, content_hash: str = "") -> None:
        super().__init__(message)
        self.content_hash = content_hash


class Parser:
    """Parses the files of one folder, one after the other. The process is started when first needed.

    A file that takes too long, or that kills the process, raises ParseError; the next one gets a new process.
    """

    def __init__(self, folder: Path, limits: Limits = DEFAULT_LIMITS, command: Sequence[str] = WORKER) -> None:
        self._folder = folder.resolve()
        self._limits = limits
        self._command = (*command, limits_as_argument(limits))
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = Lock()
        self._closed = False

    def __enter__(self) -> "Parser":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process, also from another thread in the middle of a file."""
        with self._starting:
            self._closed = True
            self._end()

    def parsed(self, file_id: str) -> Parsed:
        """What is in a file; raises DocumentError."""
        if PurePosixPath(file_id).suffix.lower() in _AT_ONCE and self._size(file_id) <= _AT_ONCE_BYTES:
            file = read_file(self._folder, file_id, self._limits)
            try:
                extracted = file.extracted(self._limits)
            except DocumentError as error:
                raise ParseError(str(error), file.content_hash) from error
            failures = tuple(str(failure) for failure in extracted.failures)
            return Parsed(file.content_hash, extracted.documents, failures, extracted.skipped)
        return self._parsed_elsewhere(file_id)

    def _size(self, file_id: str) -> int:
        try:
            return (self._folder / file_id).stat().st_size
        except OSError:
            return 0

    def _parsed_elsewhere(self, file_id: str) -> Parsed:
        documents, failures, skipped = [], [], []
        for answer in self._answers(file_id):
            if "document" in answer:
                documents.append(_document(answer["document"]))
            elif "failure" in answer:
                failures.append(answer["failure"])
            elif "skipped" in answer:
                skipped.append(Skipped(*answer["skipped"]))
            elif "error" in answer:
                raise ParseError(answer["error"], answer["end"])
            else:
                return Parsed(answer["end"], tuple(documents), tuple(failures), tuple(skipped))
        raise ParseError(f"{file_id}: the process that parsed it ended; save the file anew or remove it")

    def _answers(self, file_id: str) -> Iterator[dict[str, Any]]:
        """The worker's lines, up to the end of the file."""
        request = json.dumps({"folder": os.fsdecode(self._folder), "file": file_id})
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        deadline = time.monotonic() + _WAITING * self._limits.parse_seconds
        try:
            process.stdin.write(request.encode() + b"\n")
            process.stdin.flush()
            for line in _lines(process.stdout.fileno(), deadline):
                answer = json.loads(line)
                yield answer
                if "end" in answer:
                    return
        except TimeoutError:
            process.kill()
        except BrokenPipeError:
            pass
        raise self._died(file_id, process)

    def _died(self, file_id: str, process: subprocess.Popen[bytes]) -> DocumentError:
        status = process.wait()
        with self._starting:
            self._end()
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            found = f"took longer than {self._limits.parse_seconds} s to parse"
            return ParseError(str(over_limit(file_id, "parse_seconds", found, "split it into smaller files")))
        return ParseError(f"{file_id}: its parser crashed (status {status}); save the file anew or remove it")

    def _running(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._closed:
                raise DocumentError("parsing was ended")
            if self._process is None or self._process.poll() is not None:
                self._end()
                self._process = subprocess.Popen(  # noqa: S603  (our own worker)
                    self._command,
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _closed_quietly(pipe)


def _closed_quietly(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # a request that the worker did not live to read
        return


def _lines(descriptor: int, deadline: float) -> Iterator[bytes]:
    """Lines as they come, until the other side closes; raises TimeoutError at the deadline."""
    pieces: list[bytes] = []
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield b"".join((*pieces, line))
            pieces = []
        if rest:
            pieces.append(rest)


def _document(values: dict[str, Any]) -> Document:
    return Document(
        values["id"],
        values["title"],
        values["text"],
        values["source"],
        MappingProxyType(dict(values["metadata"])),
        tuple(values["pages"]),
    )
