"""The clients, and one contract for every door: in process, HTTP, both clients, the command line, MCP."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import mcp
import pytest

from corpus.errors import QuestionError
from eval.server import free_port
from index.place import ROOT
from index.where import parse_where
from rag.answer import Answer, hit_json
from rag.assistant import Assistant
from rag.followup import Turn
from tests.serving import in_a_thread
from web.client import AsyncClient, Client
from web.server import build_server
from web.wire import RemoteError

UNCLEAR = "Who found Musk's tweet unclear?"
QUESTIONS = [
    ("Who is the CEO of Free Press?", [], ""),
    ("What did he say the letter was not?", [UNCLEAR], ""),
    ("What is the capital of France?", [], ""),
    ("Who is the CEO of Free Press? source:cnbc", [UNCLEAR], "title:musk"),
]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def url(sample_assistant: Assistant) -> Iterator[str]:
    with in_a_thread(build_server(sample_assistant)) as url:
        yield url


def turns(history: list[str]) -> list[Turn]:
    return [Turn(each) for each in history]


def over_http(url: str, question: str, history: list[str], where: str) -> Json:
    body = {"question": question, "history": history, "k": 3, "where": where}
    found: Json = httpx.post(f"{url}/v1/answer", json=body, timeout=60).json()
    return found


def by_client(url: str, question: str, history: list[str], where: str) -> Json:
    with Client(url) as client:
        return client.ask(question, turns(history), 3, where=parse_where(where)).to_json()


def by_async_client(url: str, question: str, history: list[str], where: str) -> Json:
    async def asked() -> Json:
        async with AsyncClient(url) as client:
            return (await client.ask(question, turns(history), 3, where=parse_where(where))).to_json()

    return asyncio.run(asked())


def streamed(url: str, question: str, history: list[str], where: str) -> Json:
    with Client(url) as client:
        *stages, answer = client.stages(question, turns(history), 3, where=parse_where(where))
    assert isinstance(answer, Answer)
    assert [each["stage"] for each in stages if not isinstance(each, Answer)][-3:] == ["search", "rerank", "read"]
    return answer.to_json()


def over_mcp(url: str, question: str, history: list[str], where: str) -> Json:
    async def asked() -> Json:
        async with mcp.Client(f"{url}/mcp") as client:
            asked = {"question": question, "history": history, "k": 3, "where": where}
            result = await client.call_tool("answer", asked)
            found: Json = result.structured_content or {}
            return found

    return anyio.run(asked)


@pytest.fixture(scope="module")
def on_the_command_line(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """Every question's answer, by question: the models load once."""
    batch = tmp_path_factory.mktemp("batch") / "questions.jsonl"
    rows = [{"id": asked[0], "question": asked[0], "history": asked[1], "where": asked[2]} for asked in QUESTIONS]
    batch.write_text("\n".join(map(json.dumps, rows)))
    command = ["-m", "rag", "--batch", str(batch), "--json", "--k", "3", "--store", str(sample_store)]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    answers = map(json.loads, done.stdout.splitlines())
    return {answer.pop("id"): answer for answer in answers}


@pytest.fixture(scope="module")
def in_process(sample_assistant: Assistant) -> dict[str, Json]:
    """What each question's answer must be, by question."""
    return {
        question: comparable(sample_assistant.ask(question, turns(history), 3, where=parse_where(where)).to_json())
        for question, history, where in QUESTIONS
    }


def comparable(answer: Json) -> Json:
    """Without its times; figures as JSON prints them."""
    found: Json = json.loads(json.dumps({**answer, "timings_ms": sorted(answer["timings_ms"])}))
    return found


@pytest.mark.parametrize("door", [over_http, by_client, by_async_client, streamed, over_mcp])
@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_door_gives_the_answer_that_is_given_in_process(
    url: str, in_process: dict[str, Json], door: Callable[..., Json], asked: tuple[str, list[str], str]
) -> None:
    assert comparable(door(url, *asked)) == in_process[asked[0]]


def test_the_command_line_gives_the_answers_that_are_given_in_process(
    in_process: dict[str, Json], on_the_command_line: dict[str, Json]
) -> None:
    assert {question: comparable(answer) for question, answer in on_the_command_line.items()} == in_process


def test_passages_and_documents_are_those_in_process(url: str, sample_assistant: Assistant) -> None:
    question, stages = "Who is the CEO of Free Press? source:cnbc", ["lexical"]
    expected = [hit_json(hit) for hit in sample_assistant.retrieve(question, 4, stages=stages)]

    async def remotely() -> tuple[list[Json], Any, Any]:
        async with AsyncClient(url) as client:
            hits = [hit_json(hit) for hit in await client.retrieve(question, 4, stages=stages)]
            return hits, await client.document(expected_id), await client.document("none.txt")

    expected_id = str(expected[0]["document_id"])
    with Client(url) as client:
        assert [hit_json(hit) for hit in client.retrieve(question, 4, stages=stages)] == expected
        assert client.document(expected_id) == sample_assistant.document(expected_id)
        assert client.document("none.txt") is None
    assert asyncio.run(remotely()) == (expected, sample_assistant.document(expected_id), None)


def test_what_cannot_be_asked_is_the_same_error_as_in_process(url: str, sample_assistant: Assistant) -> None:
    with Client(url) as client:
        for asker in (sample_assistant, client):
            for question, k in ((" ", 8), ("x" * 2001, 8), ("x", 0), ("x", 1001)):
                with pytest.raises(QuestionError):
                    asker.ask(question, k=k)
        with pytest.raises(QuestionError):
            list(client.stages(" "))


def test_a_server_that_is_not_there_is_one_line_that_says_what_to_do() -> None:
    with Client(f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(RemoteError, match=r"start it with `python app\.py`"):
            client.ask("Who?")
        with pytest.raises(RemoteError):
            list(client.stages("Who?"))


def test_refusals_say_when_to_come_back() -> None:
    problem = {"type": "urn:verbatim:busy", "detail": "3 questions wait already; try again in a moment"}
    busy = httpx.MockTransport(lambda _: httpx.Response(503, json=problem, headers={"Retry-After": "2"}))
    client = Client("http://a")
    client._http = httpx.Client(base_url="http://a", transport=busy)
    with pytest.raises(RemoteError) as refused:
        client.ask("Who?")
    assert (refused.value.kind, refused.value.retry_after) == ("busy", 2)
