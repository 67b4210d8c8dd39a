"""What Prometheus reads after some requests."""

import re

from fastapi.testclient import TestClient

from rag.assistant import Assistant
from web.server import build_server


def figures(text: str) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_requests_stages_answers_queue_and_index_are_counted(sample_assistant: Assistant) -> None:
    client = TestClient(build_server(sample_assistant))
    for question in ("Who is the CEO of Free Press?", "What is the capital of France?"):
        client.post("/v1/answer", json={"question": question})
    client.post("/v1/retrieve", json={"question": "Who denied the deal?", "k": 1})
    client.post("/v1/answer", json={})
    client.get("/v1/documents/a.txt")
    client.get("/v1/documents/b.txt")
    client.request("MADE-UP", "/v1/nothing")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    seen = figures(response.text)
    assert seen['verbatim_requests_total{door="/v1/answer",method="POST",status="200"}'] == 2
    assert seen['verbatim_requests_total{door="/v1/answer",method="POST",status="422"}'] == 1
    assert seen['verbatim_requests_total{door="/v1/documents/{document_id:path}",method="GET",status="404"}'] == 2
    assert seen['verbatim_answers_total{abstained="true"}'] == 1
    assert seen['verbatim_answers_total{abstained="false"}'] == 1
    assert seen['verbatim_stage_seconds_count{stage="read"}'] == 2
    assert (
        seen['verbatim_stage_seconds_count{stage="search"}']
        == seen['verbatim_stage_seconds_count{stage="rerank"}']
        == 3
    )
    counts = sample_assistant.engine.catalog.counts()
    assert seen["verbatim_documents"] == counts.documents
    assert seen["verbatim_passages"] == counts.passages
    assert seen["verbatim_generation"] == counts.generation
    assert seen["verbatim_waiting"] == seen["verbatim_working"] == 0
    doors = {found[1] for name in seen if (found := re.search(r'door="([^"]*)"', name))}
    assert "/v1/documents/a.txt" not in doors
    assert "MADE-UP" not in response.text


def test_two_servers_in_one_process_count_for_themselves(sample_assistant: Assistant) -> None:
    one, other = (TestClient(build_server(sample_assistant)) for _ in range(2))
    one.get("/v1/version")
    assert "/v1/version" in one.get("/metrics").text
    assert "/v1/version" not in other.get("/metrics").text
