"""What tests share: no network, a fake embedder, three articles, the real assistant, its server, and a browser."""

import os
import re
import socket
import zlib
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from index.embed import SentenceEmbedder, Vectors
    from rag.assistant import Assistant
    from tests.serving import Served

hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

ARTICLES = {
    "harbour-bridge.txt": """\
Harbour bridge reopens after the storm

The harbour bridge reopened on Tuesday, nine days after a storm tore cables from its northern tower. Mayor Ines Almeida
crossed first, in a bus full of schoolchildren.

Engineers had warned that the repair would take a month. They worked in three shifts and borrowed a crane
from the shipyard.

Ferries carried 40,000 passengers a day while the bridge was closed. The ferry company says that it will keep two of the
extra boats until spring.
""",
    "orchard-frost.txt": """\
Late frost ruins the valley's apple harvest

A late frost has destroyed most of the apple blossom in the Werra valley, growers said on Friday. Cider makers expect to
import fruit for the first time since 1987.

The growers' association asked the state for loans. Its chairwoman, Petra Lindqvist, said that a third of the orchards
may not survive another spring like this one.

Beekeepers fear for their hives, which feed on the blossom in April.
""",
    "new-comet.txt": """\
Amateur astronomer discovers a comet

A retired postman has discovered a comet with a telescope that he built in his garage. The observatory in Tartu
confirmed the sighting on Sunday night.

The comet will pass the sun in October and may be visible without binoculars. It will not return for 6,200 years.

Kalle Tamm, 71, said that he had mistaken it for a smudge on the mirror.
""",
}


def pytest_configure() -> None:
    """One thread each, said before torch and FAISS are imported: on busy cores, their threads wait for one another."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def network_off() -> Iterator[None]:
    """Connections and name look-ups raise OSError unless they stay on this machine."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def local_connect(self: socket.socket, address: Any) -> None:
        _refuse_remote(self.family, address)
        connect(self, address)

    def local_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_remote(self.family, address)
        return connect_ex(self, address)

    def local_look_up(host: Any, *arguments: Any, **options: Any) -> list[Any]:
        if host and not (host in ("localhost", b"localhost") or _is_address(host)):
            raise OSError(f"tests run with the network off: {host!r} was looked up")
        return list(look_up(host, *arguments, **options))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_connect)
        patch.setattr(socket.socket, "connect_ex", local_connect_ex)
        patch.setattr(socket, "getaddrinfo", local_look_up)
        yield


def _refuse_remote(family: int, address: Any) -> None:
    if family != socket.AF_UNIX and not (
        address[0] == "localhost" or (_is_address(address[0]) and ip_address(address[0]).is_loopback)
    ):
        raise OSError(f"tests run with the network off: {address!r} was called")


def _is_address(host: Any) -> bool:
    try:
        ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


class WordEmbedder:
    """Texts are near each other if they share words; counts the texts that it was given to embed."""

    dimension = 64

    def __init__(self, max_tokens: int = 254) -> None:
        self.max_tokens = max_tokens
        self.embedded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        self.embedded += len(texts)
        return np.array([self.embed_query(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def embed_query(self, text: str) -> "Vectors":
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        return vector / np.float32(np.linalg.norm(vector))


@pytest.fixture
def embedder() -> WordEmbedder:
    """A fake that satisfies `Embedder`."""
    return WordEmbedder()


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A folder of three articles on different subjects."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def sentence_embedder() -> "SentenceEmbedder":
    """The real default model."""
    from index.embed import SentenceEmbedder

    return SentenceEmbedder()


@pytest.fixture(scope="session")
def sample_assistant(tmp_path_factory: pytest.TempPathFactory) -> "Assistant":
    """The real assistant over the sample corpus, in a store of its own."""
    from index.place import SAMPLE_CORPUS
    from rag.build import build_assistant

    return build_assistant(SAMPLE_CORPUS, tmp_path_factory.mktemp("sample") / "store")


@pytest.fixture(scope="session")
def open_server(sample_store: Path) -> Iterator["Served"]:
    """`python app.py` over the sample corpus, open to everyone here, until Ctrl-C."""
    from tests.serving import served

    with served("--store", str(sample_store)) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium. It is closed with each file of tests: while it is open, no other event loop may run."""
    from playwright.sync_api import sync_playwright

    chromium = which("chromium") or which("chromium-browser") or which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_store(sample_assistant: "Assistant") -> Path:
    """The folder of the sample assistant's store."""
    return sample_assistant.engine.store
