"""MCP with the official client: in process, over HTTP and over standard input and output."""

import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp.types import TextResourceContents

from corpus.errors import UserError
from index.embed import SentenceEmbedder
from index.engine import SearchEngine
from index.place import ROOT
from index.sync import sync
from rag.assistant import Assistant
from rag.build import assemble
from web.folder import Folder
from web.mcp import build_mcp, main, offer_writing
from web.server import Serving, build_service

CEO = "Who is the CEO of Free Press?"
LETTER = "What did he say the letter was not?"


@pytest.fixture(scope="module")
def server(sample_assistant: Assistant) -> Any:
    return build_mcp(build_service(sample_assistant, Serving()))


def with_client(server: Any, act: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    async def connected() -> Any:
        async with Client(server) as client:
            return await act(client)

    return anyio.run(connected)


def called(server: Any, tool: str, **arguments: Any) -> Any:
    return with_client(server, lambda client: client.call_tool(tool, arguments))


def test_it_offers_three_tools_that_only_read_and_describe_every_argument(server: Any) -> None:
    tools = with_client(server, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["search", "answer", "read_document"]
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint is True
        assert all(each.get("description") for each in tool.input_schema["properties"].values()), tool.name


def test_an_answer_is_the_answer_in_process(server: Any, sample_assistant: Assistant) -> None:
    found = called(server, "answer", question=CEO, k=2).structured_content
    assert {**found, "timings_ms": {}} == {**sample_assistant.ask(CEO, k=2).to_json(), "timings_ms": {}}


def test_history_is_passed_with_each_call(server: Any) -> None:
    found = called(server, "answer", question=LETTER, history=["Who found Musk's tweet unclear?"]).structured_content
    assert "not a threat" in found["answer"]


def test_a_search_finds_the_passages_that_are_found_in_process(server: Any, sample_assistant: Assistant) -> None:
    hits = called(server, "search", question=CEO, k=3).structured_content["hits"]
    assert [hit["text"] for hit in hits] == [hit.passage.text for hit in sample_assistant.retrieve(CEO, 3)]


def test_a_stretch_of_a_document_can_be_read_around_a_hit(server: Any, sample_assistant: Assistant) -> None:
    passage = sample_assistant.retrieve(CEO, 1)[0].passage
    asked = {"document_id": passage.document_id, "start": passage.start, "end": passage.end}
    assert called(server, "read_document", **asked).structured_content["text"] == passage.text


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("answer", {"question": " "}), ("answer", {"question": "x" * 2001}), ("search", {"question": CEO, "k": 1001}),
        ("answer", {"question": CEO, "at_most_wrong": 0.5}), ("read_document", {"document_id": "none.txt"}),
        ("read_document", {"document_id": "../../etc/passwd"}), ("answer", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_an_error_that_the_agent_can_read(
    server: Any, tool: str, arguments: dict[str, Any]
) -> None:
    result = called(server, tool, **arguments)
    assert result.is_error
    assert result.content[0].text
    assert "Traceback" not in result.content[0].text
    assert str(ROOT) not in result.content[0].text


def test_documents_are_resources(server: Any, sample_assistant: Assistant) -> None:
    async def read(client: Client) -> tuple[Any, str]:
        async def text_of(uri: str) -> str:
            content = (await client.read_resource(uri)).contents[0]
            assert isinstance(content, TextResourceContents)
            return content.text

        documents = json.loads(await text_of("verbatim://documents"))["documents"]
        return documents, await text_of(f"verbatim://documents/{documents[0]['id']}")

    documents, text = with_client(server, read)
    assert {each["id"] for each in documents} == set(sample_assistant.engine.catalog.content_hashes())
    document = sample_assistant.document(documents[0]["id"])
    assert document is not None
    assert text == document.text


@pytest.mark.parametrize("uri", ["verbatim://documents/none.txt", "verbatim://documents/..%2F..%2Fetc%2Fpasswd"])
def test_a_resource_that_is_not_there_is_an_error(server: Any, uri: str) -> None:
    async def refused(client: Client) -> str:
        with pytest.raises(MCPError) as error:
            await client.read_resource(uri)
        return str(error.value)

    assert str(ROOT) not in with_client(server, refused)


def test_over_standard_input_and_output_only_the_protocol_is_written(sample_store: Path) -> None:
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "web.mcp", "--store", str(sample_store)], cwd=str(ROOT)
    )
    found = with_client(started, lambda client: client.call_tool("answer", {"question": CEO, "k": 1}))
    assert found.structured_content["short_answer"] == "Jessica Gonzalez"


def test_an_agent_that_may_write_puts_a_document_and_finds_it(
    corpus_folder: Path, tmp_path: Path, sentence_embedder: SentenceEmbedder
) -> None:
    engine = SearchEngine(tmp_path / "store")
    sync(corpus_folder, engine, sentence_embedder)
    service = build_service(assemble(engine, sentence_embedder), Serving(folder=Folder(corpus_folder)))
    assert service.ingestion
    server = build_mcp(service)
    offer_writing(server, service.ingestion)
    text = "Commander Aroha Tui opened the moon base on Sunday."
    job = called(server, "put_document", document_id="moon.txt", text=text).structured_content
    service.ingestion.close()
    assert called(server, "job", job_id=job["id"]).structured_content["state"] == "done"
    assert called(server, "search", question="moon base", k=1).structured_content["hits"][0]["text"] == text
    assert called(server, "put_document", document_id="../moon.txt", text=text).is_error
    assert called(server, "delete_document", document_id="none.txt").is_error
    assert not called(server, "delete_document", document_id="moon.txt").is_error
    service.close()
    assert called(server, "read_document", document_id="moon.txt").is_error


def test_writing_needs_a_folder_that_was_named() -> None:
    with pytest.raises(UserError, match="--corpus DIR"):
        main(["--writable"])
