"""The HTTP API in process: the same JSON as the command line, and clear refusals."""

import pytest
from fastapi.testclient import TestClient

from rag.assistant import Assistant
from web.server import build_server


@pytest.fixture(scope="module")
def client(sample_assistant: Assistant) -> TestClient:
    return TestClient(build_server(sample_assistant))


def test_it_says_that_it_is_alive(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_an_answer_over_http_is_the_answer_in_process(client: TestClient, sample_assistant: Assistant) -> None:
    response = client.post("/v1/answer", json={"question": "Who is the CEO of Free Press?", "k": 3})
    expected = sample_assistant.ask("Who is the CEO of Free Press?", k=3).to_json()
    assert {**response.json(), "timings_ms": {}} == {**expected, "timings_ms": {}}


def test_history_over_http_is_a_list_of_questions(client: TestClient) -> None:
    body = {"question": "What did he say the letter was not?", "history": ["Who found Musk's tweet unclear?"]}
    assert "not a threat" in client.post("/v1/answer", json=body).json()["answer"]


def test_passages_over_http_are_those_in_process(client: TestClient, sample_assistant: Assistant) -> None:
    hits = client.post("/v1/retrieve", json={"question": "Who denied the deal?", "k": 4}).json()["hits"]
    assert [hit["text"] for hit in hits] == [
        hit.passage.text for hit in sample_assistant.retrieve("Who denied the deal?", 4)
    ]


@pytest.mark.parametrize("path", ["/v1/answer", "/v1/retrieve"])
@pytest.mark.parametrize(
    "body", [{}, {"question": " "}, {"question": "x" * 3000}, {"question": "x", "k": 0}, {"question": "x", "y": 1}]
)
def test_what_cannot_be_asked_is_refused(client: TestClient, path: str, body: dict[str, object]) -> None:
    response = client.post(path, json=body)
    assert response.status_code == 422
    assert response.json()["detail"]


def test_the_page_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    assert "Verbatim" in page
    assert 'src="http' not in page
    assert "fonts.googleapis" not in page
