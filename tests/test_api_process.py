"""The server as a process: killed while it takes documents in, it comes back with all of them; stopped, it finishes."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Served, served

SECRET = "w" * 20
HEADERS = {"Authorization": f"Bearer {SECRET}"}
UPLOADS = 8


def text(number: int) -> str:
    """Each about something else, and long enough to be caught half written."""
    return f"Expedition {number} found the lost city of Ubar{number}.\n" * 30


def upload(server: Served, number: int) -> int:
    """The status; 0 if the server went away before it answered."""
    try:
        path = f"{server.url}/v1/documents/{number}.txt"
        return httpx.put(path, content=text(number), headers=HEADERS, timeout=60).status_code
    except httpx.TransportError:
        return 0


def listed(server: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.url}/v1/documents", headers=HEADERS, timeout=60).json()
    return found


@dataclass(frozen=True, slots=True)
class Restarted:
    """A server that was killed while it took uploads in, started again; the uploads that it had accepted."""

    server: Served
    corpus: Path
    accepted: list[int]


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    folder = tmp_path_factory.mktemp("killed")
    (folder / "tokens").write_text(f"writer write {SECRET}\n")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "first.txt").write_text("The first document was here before.\n")
    places = {"corpus": "corpus", "store": "store", "token-file": "tokens"}
    options = [word for option, name in places.items() for word in (f"--{option}", str(folder / name))]
    with served(*options) as server, ThreadPoolExecutor(4) as pool:
        uploads = [pool.submit(upload, server, number) for number in range(UPLOADS)]
        wait(uploads, return_when=FIRST_COMPLETED)
        server.stop(signal.SIGKILL)
        statuses = [each.result() for each in uploads]
    assert {202, 0} >= set(statuses)
    with served(*options, "--drain-seconds", "100") as server:
        yield Restarted(server, folder / "corpus", [n for n, status in enumerate(statuses) if status == 202])


def test_a_server_killed_under_uploads_comes_back_with_every_document_it_accepted(restarted: Restarted) -> None:
    ids = {each["id"] for each in listed(restarted.server)["documents"]}
    assert restarted.accepted
    assert ids >= {"first.txt", *(f"{number}.txt" for number in restarted.accepted)}
    for document_id in ids - {"first.txt"}:
        address = f"{restarted.server.url}/v1/documents/{document_id}/text"
        shown = httpx.get(address, headers=HEADERS, timeout=60).json()["text"]
        assert shown == text(int(document_id.removesuffix(".txt")))
    assert list((restarted.corpus / ".uploads").iterdir()) == []


def test_a_server_that_is_stopped_finishes_what_it_has_begun(restarted: Restarted) -> None:
    server, replies = restarted.server, []
    questions = [{"question": f"What did expedition {number} find?"} for number in range(8)]

    def ask() -> None:
        body = {"questions": questions}
        replies.append(httpx.post(f"{server.url}/v1/answer/batch", json=body, headers=HEADERS, timeout=100))

    asking = threading.Thread(target=ask)
    asking.start()
    while "verbatim_working 1.0" not in httpx.get(f"{server.url}/metrics", headers=HEADERS, timeout=60).text:
        time.sleep(0.01)
    assert server.stop(signal.SIGTERM) in (0, -signal.SIGTERM)
    asking.join()
    assert replies[0].status_code == 200
    assert len(replies[0].json()["answers"]) == len(questions)
