"""The HTTP API: the same answers as in process, documented field by field, and every failure told as a problem."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from rag.assistant import Assistant
from rag.risk import NOTHING_ASKED
from web.limits import BATCH, HISTORY, Limits
from web.replies import AnswerBatchReply, AnswerReply, RetrieveReply
from web.server import build_server

CEO = "Who is the CEO of Free Press?"


@pytest.fixture(scope="module")
def client(sample_assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(build_server(sample_assistant), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def check_problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (problem["status"], problem["type"]) == (status, f"urn:verbatim:{kind}")
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["detail"]
    assert problem["title"]
    return problem


def untimed(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "timings_ms": {}}


def test_an_answer_over_http_is_the_answer_in_process(client: TestClient, sample_assistant: Assistant) -> None:
    response = client.post("/v1/answer", json={"question": CEO, "k": 3})
    assert untimed(response.json()) == untimed(sample_assistant.ask(CEO, k=3).to_json())


def test_a_reply_has_exactly_the_documented_fields(client: TestClient) -> None:
    for question in (CEO, "What is the capital of France?"):
        AnswerReply.model_validate_json(client.post("/v1/answer", json={"question": question}).content, strict=True)
    RetrieveReply.model_validate_json(client.post("/v1/retrieve", json={"question": CEO}).content, strict=True)


def test_passages_over_http_are_those_in_process(client: TestClient, sample_assistant: Assistant) -> None:
    found = client.post("/v1/retrieve", json={"question": CEO, "k": 4}).json()
    assert [hit["text"] for hit in found["hits"]] == [hit.passage.text for hit in sample_assistant.retrieve(CEO, 4)]
    assert set(found["timings_ms"]) == {"embed", "search", "rerank"}


@pytest.mark.parametrize(
    ("stages", "ranked_by"),
    [
        (["dense"], {"dense"}),
        (["lexical", "rerank"], {"lexical", "rerank"}),
        (["document", "dense"], {"document", "dense"}),
    ],
)
def test_only_the_stages_that_are_asked_for_have_a_say(
    client: TestClient, stages: list[str], ranked_by: set[str]
) -> None:
    hits = client.post("/v1/retrieve", json={"question": CEO, "k": 4, "stages": stages}).json()["hits"]
    assert {name for hit in hits for name in hit["ranks"]} - {"fused"} == ranked_by
    assert [hit["ranks"]["rerank" if "rerank" in stages else "fused"] for hit in hits] == [1, 2, 3, 4]


@pytest.mark.parametrize("stages", [[], ["rerank"], ["made-up"], ["dense"] * 5, "dense"])
def test_stages_that_search_nothing_are_refused(client: TestClient, stages: object) -> None:
    response = client.post("/v1/retrieve", json={"question": CEO, "stages": stages})
    check_problem(response, 422, "question" if stages == ["rerank"] else "invalid")


def test_filters_limit_what_is_read_wherever_they_stand(client: TestClient, sample_assistant: Assistant) -> None:
    one = sample_assistant.retrieve(CEO, 1)[0].passage.document_id
    titled = f'title:"{sample_assistant.engine.catalog.titles([one])[one]}"'
    for path in ("/v1/answer", "/v1/retrieve"):
        given = client.post(path, json={"question": CEO, "where": titled}).json()
        written = client.post(path, json={"question": f"{CEO} {titled}"}).json()
        assert {hit["document_id"] for hit in given["hits"]} == {one}
        assert [hit["start"] for hit in given["hits"]] == [hit["start"] for hit in written["hits"]]
        assert client.post(path, json={"question": CEO, "where": "folder:none"}).json()["hits"] == []
        check_problem(client.post(path, json={"question": CEO, "where": "just words"}), 422, "question")
        check_problem(client.post(path, json={"question": CEO, "where": "after:never"}), 422, "question")
    batch = {"questions": [{"question": CEO, "where": titled}, {"question": CEO}], "where": "folder:none"}
    answers = client.post("/v1/answer/batch", json=batch).json()["answers"]
    assert [each["hits"] for each in answers] == [[], []]
    results = client.post("/v1/retrieve/batch", json={"questions": [CEO], "where": titled}).json()["results"]
    assert {hit["document_id"] for hit in results[0]["hits"]} == {one}


def test_a_batch_answers_in_order_with_the_ids_that_came(client: TestClient) -> None:
    questions = [
        {"id": "b", "question": "What did he say the letter was not?", "history": ["Who found Musk's tweet unclear?"]},
        {"id": 7, "question": CEO},
        {"question": "What is the capital of France?"},
    ]
    response = client.post("/v1/answer/batch", json={"questions": questions, "k": 2})
    AnswerBatchReply.model_validate_json(response.content, strict=True)
    answers = response.json()["answers"]
    assert [each["id"] for each in answers] == ["b", 7, None]
    assert "not a threat" in answers[0]["answer"]
    assert [each["abstained"] for each in answers] == [False, False, True]
    alone = client.post("/v1/answer", json={"question": CEO, "k": 2}).json()
    assert untimed(answers[1]) == untimed({"id": 7, **alone})


def test_a_question_of_a_batch_that_cannot_be_asked_is_told_in_its_place(client: TestClient) -> None:
    questions = [{"question": CEO, "where": "after:never"}, {"question": "after:never"}, {"question": CEO}]
    response = client.post("/v1/answer/batch", json={"questions": questions, "k": 1})
    AnswerBatchReply.model_validate_json(response.content, strict=True)
    assert ["error" in each for each in response.json()["answers"]] == [True, True, False]


def test_a_batch_of_retrievals_is_each_alone(client: TestClient) -> None:
    results = client.post("/v1/retrieve/batch", json={"questions": [CEO, "Who denied?"], "k": 2}).json()["results"]
    alone = client.post("/v1/retrieve", json={"question": "Who denied?", "k": 2}).json()
    assert untimed(results[1]) == untimed(alone)


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_asked_for_events_the_stages_come_and_then_the_same_answer(client: TestClient) -> None:
    response = client.post("/v1/answer", json={"question": CEO}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert [name for name, _ in found] == ["stage", "stage", "stage", "answer"]
    assert [data["stage"] for _, data in found[:3]] == ["search", "rerank", "read"]
    assert untimed(found[3][1]) == untimed(client.post("/v1/answer", json={"question": CEO}).json())


def test_a_question_that_cannot_be_asked_is_a_problem_even_where_events_were_wanted(
    sample_assistant: Assistant,
) -> None:
    uncalibrated = replace(sample_assistant.confidence, risk=NOTHING_ASKED)
    client = TestClient(build_server(replace(sample_assistant, confidence=uncalibrated)))
    body = {"question": CEO, "at_most_wrong": 1}
    check_problem(client.post("/v1/answer", json=body, headers={"Accept": "text/event-stream"}), 422, "question")
    check_problem(client.post("/v1/answer", json=body), 422, "question")


@pytest.mark.parametrize("path", ["/v1/answer", "/v1/retrieve"])
@pytest.mark.parametrize(
    "body",
    [
        {}, [], "x", {"question": " "}, {"question": "x" * 2001}, {"question": "x", "k": 0},
        {"question": "x", "k": 1001},
        {"question": "x", "k": 1.5}, {"question": "x", "k": "3"}, {"question": "x", "k": True},
        {"question": "x", "y": 1}, {"question": None},
        {"question": "\x1c"}, {"question": ["x"]}, {"question": "x", "where": "a" * 2001},
        {"question": "x", "where": None},
    ],
)  # fmt: skip
def test_what_is_not_documented_is_refused_and_not_repeated(client: TestClient, path: str, body: object) -> None:
    problem = check_problem(client.post(path, json=body), 422, "invalid")
    assert problem["errors"][0]["where"].startswith("body")
    assert "xxx" not in json.dumps(problem)


@pytest.mark.parametrize("path", ["/v1/answer", "/v1/retrieve"])
def test_limits_of_a_question_hold_at_the_limit(client: TestClient, path: str) -> None:
    longest = {"question": "x" * 2000, "k": 1000, "where": "folder:" + "x" * 1993}
    assert client.post(path, json=longest).status_code == 200
    assert client.post(path, json={"question": "x", "k": 1}).status_code == 200


def test_limits_of_history_and_batch_hold_at_the_limit_and_one_past_it(client: TestClient) -> None:
    def asked(history: int) -> Any:
        body = {"question": CEO, "history": ["Who denied the deal?"] * history, "k": 1, "where": "folder:none"}
        return client.post("/v1/answer", json=body)

    def batch(path: str, questions: list[Any]) -> Any:
        return client.post(path, json={"questions": questions, "k": 1})

    assert asked(HISTORY).status_code == 200
    check_problem(asked(HISTORY + 1), 422, "invalid")
    unread = {"questions": ["why"] * BATCH, "k": 1, "stages": ["lexical"]}
    assert client.post("/v1/retrieve/batch", json=unread).status_code == 200
    for path, question in (("/v1/retrieve/batch", "why"), ("/v1/answer/batch", {"question": "why"})):
        check_problem(batch(path, [question] * (BATCH + 1)), 422, "invalid")
        check_problem(batch(path, []), 422, "invalid")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b'{"question": "\xff"}', 400, "malformed"),
        (b'{"question": ' + b"[" * 100_000, 400, "malformed"),
        (b'{"question": "\\ud800"}', 422, "invalid"),
        (b'{"question": "x", "at_most_wrong": NaN}', 422, "invalid"),
        (b'{"question": "x", "history": ["\\udfff"]}', 422, "invalid"),
        (b"", 422, "invalid"),
    ],
)
def test_a_broken_body_is_a_problem(client: TestClient, body: bytes, status: int, kind: str) -> None:
    response = client.post("/v1/answer", content=body, headers={"Content-Type": "application/json"})
    check_problem(response, status, kind)


def test_a_body_that_does_not_say_that_it_is_json_is_refused(client: TestClient) -> None:
    check_problem(client.post("/v1/answer", content=b'{"question": "x"}'), 422, "invalid")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/answer", 405, "method"), ("PATCH", "/v1/retrieve", 405, "method"),
        ("GET", "/v1/x", 404, "not-found"),
        ("GET", "/v1", 404, "not-found"), ("PATCH", "/healthz", 405, "method"), ("GET", "/nothing", 404, "not-found"),
        ("GET", "/gradio_api/nothing", 404, "not-found"), ("POST", "/", 405, "method"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(client: TestClient, method: str, path: str, status: int, kind: str) -> None:
    check_problem(client.request(method, path), status, kind)


def test_every_failure_that_is_documented_fits_the_schema_of_problems(
    client: TestClient, document: dict[str, Any]
) -> None:
    schema = {"$ref": "#/components/schemas/ProblemReply", "components": document["components"]}
    for response in (client.post("/v1/answer", json={}), client.get("/v1/x"), client.put("/v1/documents/a.txt")):
        Draft202012Validator(schema).validate(response.json())


def test_a_request_id_is_kept_if_a_log_can_hold_it_and_made_otherwise(client: TestClient) -> None:
    def echoed(given: str) -> str:
        return str(client.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"])

    assert echoed("a.b_c-" + "1" * 58) == "a.b_c-" + "1" * 58
    for bad in ("x" * 65, "a b", '{"a":1}', "a\tb", ""):
        assert echoed(bad) not in (bad, "")
    assert echoed("") != echoed("")


def test_it_is_alive_and_says_when_it_is_ready(client: TestClient, sample_assistant: Assistant) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    loading = TestClient(build_server(sample_assistant), base_url="http://localhost")  # its models are never loaded
    assert check_problem(loading.get("/readyz"), 503, "not-ready")["waiting_for"] == ["models"]
    assert loading.get("/readyz").headers["retry-after"] == "1"
    client.post("/v1/answer", json={"question": CEO})
    for _ in range(200):
        if client.get("/readyz").status_code == 200:
            break
    assert client.get("/readyz").json() == {"ready": True}


def test_the_version_names_the_recipe(client: TestClient, sample_assistant: Assistant) -> None:
    version = client.get("/v1/version").json()
    assert version["recipe"]["passage_tokens"] == sample_assistant.engine.catalog.recipe.passage_tokens
    assert version["documents"] == 2
    assert version["generation"] >= 2


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, item in document["paths"].items() for method, each in item.items()]


def test_every_field_parameter_and_failure_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for field, about in schema.get("properties", {}).items():
            told = schemas[about["$ref"].rpartition("/")[2]] if "$ref" in about else about
            assert told.get("description"), f"{name}.{field}"
    for path, method, operation in operations(document):
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (path, parameter["name"])
        for status, response in operation["responses"].items():
            assert response.get("description"), (path, method, status)
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, method, status)


def test_the_document_says_what_a_client_must_know_beyond_the_bodies(document: dict[str, Any]) -> None:
    found = {each["operationId"]: each for _, _, each in operations(document)}
    assert {"answer", "put_document", "text"} <= set(found)
    assert found["alive"]["security"] == []
    assert "401" not in found["alive"]["responses"]
    assert found["put_document"]["security"] == [{"token": []}]
    assert {"Location", "X-Request-Id"} <= set(found["put_document"]["responses"]["202"]["headers"])
    assert "ETag" in found["document"]["responses"]["200"]["headers"]
    assert "WWW-Authenticate" in found["answer"]["responses"]["401"]["headers"]
    assert "urn:verbatim:too-many" in document["components"]["schemas"]["ProblemReply"]["properties"]["type"]["enum"]
    assert f"{Limits().upload_bytes:,}" in document["info"]["description"]


def test_the_document_promises_no_other_failure_than_those_that_are_told(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    assert '"ProblemReply"' in text


def test_the_page_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    assert "Verbatim" in page
    assert 'src="http' not in page
    assert "fonts.googleapis" not in page
