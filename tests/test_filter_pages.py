"""`page:` from every surface: what is found begins there, and the page that is cited is one of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from mcp import Client

from index.where import parse_where
from rag.assistant import Assistant
from rag.batch import answers, read_batch
from rag.build import build_assistant
from tests.made_files import pdf
from web.mcp import build_mcp
from web.page import Conversation, answered
from web.server import Serving, build_server, build_service

FERRIES = (
    ("The ferry to Muhu is steered by Captain Olga Saar.", "She has steered it since the spring."),
    ("In winter there is ice. The ferry to Kihnu is steered by Captain Juri Tamme,",),
    ("who is her brother. The ferry to Vormsi is steered by Captain Anna Kask.",),
)
QUESTION = "Who steers the ferry?"
NOTE = "The ferry to Prangli is steered by Captain Mart Rebane.\n"
CAPTAINS = pytest.mark.parametrize(
    ("page", "captain"), [(1, "Olga Saar"), (2, "Juri Tamme,\nwho is her brother"), (3, "Anna Kask")]
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The real assistant over a document of three pages, of which a sentence crosses an end, and a note without any."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "ferries.pdf").write_bytes(pdf(FERRIES))
    (folder / "corpus" / "note.txt").write_text(NOTE, encoding="utf-8")
    return build_assistant(folder / "corpus", folder / "store")


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(build_server(assistant), base_url="http://localhost") as client:
        yield client


@CAPTAINS
def test_in_a_question_and_in_a_call(assistant: Assistant, page: int, captain: str) -> None:
    for answer in (
        assistant.ask(f"{QUESTION} page:{page}"),
        assistant.ask(QUESTION, where=parse_where(f"page:{page}")),
    ):
        assert [(citation.page, captain in citation.quote) for citation in answer.citations] == [(page, True)]
        assert [hit.passage.document_id for hit in answer.hits] == ["ferries.pdf"]


def test_a_range_limits_every_citation_and_hit(assistant: Assistant) -> None:
    answer = assistant.ask(f"{QUESTION} page:2-3")
    assert answer.citations
    assert {citation.page for citation in answer.citations} <= {2, 3}
    assert not any("Muhu" in hit.passage.text or "Prangli" in hit.passage.text for hit in answer.hits)


def test_pages_that_no_document_has_are_told(assistant: Assistant) -> None:
    text = assistant.ask(f"{QUESTION} page:4-9").text
    assert "No document meets page:4-9." in text
    assert "page" in text.partition("another of ")[2]


@CAPTAINS
def test_over_http(client: TestClient, page: int, captain: str) -> None:
    asked = {"question": QUESTION, "where": f"page:{page}"}
    (citation,) = client.post("/v1/answer", json=asked).json()["citations"]
    assert (citation["page"], captain in citation["quote"]) == (page, True)
    (hit,) = client.post("/v1/retrieve", json=asked).json()["hits"]
    assert captain in hit["text"]


def test_what_is_no_page_is_told_over_http(client: TestClient) -> None:
    reply = client.post("/v1/answer", json={"question": f"{QUESTION} page:last"})
    assert (reply.status_code, "write it as page:3 or page:3-5" in reply.json()["detail"]) == (422, True)


def test_through_mcp(assistant: Assistant) -> None:
    async def called() -> Any:
        async with Client(build_mcp(build_service(assistant, Serving()))) as client:
            return await client.call_tool("answer", {"question": QUESTION, "where": "page:3"})

    assert [citation["page"] for citation in anyio.run(called).structured_content["citations"]] == [3]


def test_in_a_batch(assistant: Assistant, tmp_path: Path) -> None:
    lines = ({"id": page, "question": QUESTION, "where": f"page:{page}"} for page in (3, 1))
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    said = [str(each["answer"]) for each in answers(assistant, read_batch(batch), 5)]
    assert ["Kask" in text for text in said] == [True, False]
    assert ["Saar" in text for text in said] == [False, True]


def test_on_the_page(assistant: Assistant) -> None:
    messages, pane = answered(assistant, f"{QUESTION} page:2", Conversation()).shown()
    assert "Only documents with page\\:2" in messages[1]["content"]
    assert "page 2" in pane
