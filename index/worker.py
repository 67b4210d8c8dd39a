"""The process that parses files which may be hostile: it knows `corpus` only, its limits, and no network.

It reads a JSON request a line and answers with JSON lines: the documents, what failed, and the end.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.limits import MEBIBYTE, Limits, over_limit
from corpus.load import read_file

_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto", "socket.gethostbyname")


def main() -> None:
    """Serve until the requests end."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    limits = Limits(**json.loads(sys.argv[1]))
    sys.addaudithook(_refuse_network)
    _limit_memory(limits.parse_memory_bytes)
    for line in requests:
        _limit_time(limits.parse_seconds)
        request = json.loads(line)
        for answer in _answers(Path(request["folder"]), request["file"], limits):
            answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _answers(folder: Path, file_id: str, limits: Limits) -> Iterator[dict[str, Any]]:
    content_hash = ""
    try:
        file = read_file(folder, file_id, limits)
        content_hash = file.content_hash
        extracted = file.extracted(limits)
        yield from ({"document": _plain(document)} for document in extracted.documents)
        yield from ({"failure": str(failure)} for failure in extracted.failures)
        yield from ({"skipped": [each.id, each.reason]} for each in extracted.skipped)
        yield {"end": content_hash}
    except DocumentError as error:
        yield {"end": content_hash, "error": str(error)}
    except MemoryError:
        found = f"needs more than {limits.parse_memory_bytes // MEBIBYTE} MiB of memory"
        yield {"end": content_hash, "error": str(over_limit(file_id, "parse_memory_bytes", found, "split the file"))}
    except Exception as error:  # noqa: BLE001  (other people's parsers fail on broken files in every way there is)
        what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        yield {"end": content_hash, "error": f"{file_id}: cannot be parsed ({what}); save it anew or remove it"}


def _plain(document: Document) -> dict[str, Any]:
    values = {name: getattr(document, name) for name in ("id", "title", "text", "source")}
    return values | {"metadata": dict(document.metadata), "pages": list(document.pages)}


def _refuse_network(event: str, _: tuple[Any, ...]) -> None:
    if event in _NETWORK:
        raise OSError(f"documents are parsed without the network ({event})")


def _limit_memory(parse_bytes: int) -> None:
    """Of addresses, over what the process has already; where the system knows no such limit (Windows), none."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + parse_bytes, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return


def _limit_time(parse_seconds: int) -> None:
    """Of processor time from now on; the system ends the process that needs more."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + 1 + parse_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return


def limits_as_argument(limits: Limits) -> str:
    """As `main` reads them."""
    return json.dumps(asdict(limits))


if __name__ == "__main__":
    main()
