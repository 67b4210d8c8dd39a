"""Who may come in: tokens and scopes, names and origins, how often, how much, and what is open without a token."""

import asyncio
import io
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from corpus.errors import UserError
from rag.assistant import Assistant
from tests.serving import in_a_thread
from web.access import HERE, OPEN, Access, Gate, is_local
from web.body import Bodies, OneLength
from web.door import Door
from web.limits import Limits
from web.listen import protocol
from web.log import Log, Said
from web.metrics import Metrics
from web.policy import Policy
from web.rate import Rate
from web.refusals import Refusals
from web.server import Serving, build_server
from web.tokens import owner, read_tokens

READER, WRITER = "r" * 16, "w" * 16
PATIENCE_S = 30


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """What lies behind the gates in most of these tests: says how long the body was."""
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


async def started(scope: Scope, receive: Receive, send: Send) -> None:
    """The beginning and the end of a server's life."""
    for each in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{each}.complete"})


async def never() -> Any:
    """A client that sends nothing."""


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    path.write_text(f"# who  scopes  token\n\nreader read {READER}\nwriter write {WRITER}\n")
    return path


def gated(access: Access, per_minute: int = 0, limits: Limits | None = None, log: Log | None = None) -> TestClient:
    within = Gate(Bodies(echo, limits or Limits()), access, Rate(per_minute))
    layers = Door(Policy(Refusals(within), access.origins), log or Log(io.StringIO()), Metrics())
    return TestClient(layers, base_url="http://localhost:7860")


def kind(response: Any) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]
    return response.status_code, response.json()["type"].removeprefix("urn:verbatim:")


def test_a_token_is_known_whichever_line_it_is_on(token_file: Path) -> None:
    tokens = read_tokens(token_file)
    names = [getattr(owner(tokens, secret), "name", None) for secret in (READER, WRITER, READER[:-1], READER + "r", "")]
    assert names == ["reader", "writer", None, None, None]
    assert READER not in repr(tokens)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no token"),
        ("# only a comment\n", "holds no token"),
        ("alice read\n", "line 1: must be"),
        ("\nalice red " + "a" * 16, "line 2: there is no scope 'red'"),
        ("alice read " + "a" * 15, "at least 16"),
        ("alice read " + "é" * 16, "ASCII"),
        ("a read " + "a" * 16 + "\nb read " + "a" * 16, "twice"),
        ("a read " + "a" * 16 + "\na read " + "b" * 16, "twice"),
    ],
)
def test_a_token_file_that_is_wrong_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "tokens").write_text(text)
    with pytest.raises(UserError, match=message):
        read_tokens(tmp_path / "tokens")


def test_a_token_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--token-file"):
        read_tokens(tmp_path / "none")


def test_with_tokens_nothing_but_the_health_checks_is_open(token_file: Path) -> None:
    client = gated(Access(read_tokens(token_file)))
    for path in sorted(OPEN):
        assert client.get(path).status_code == 200
    for path in ("/", "/v1/answer", "/healthz/", "//healthz", "/healthz/../v1/version", "/gradio_api/info", "/mcp"):
        assert kind(client.get(path)) == (401, "token-missing"), path


def test_a_token_comes_as_bearer_or_as_a_browsers_password(token_file: Path) -> None:
    client = gated(Access(read_tokens(token_file)))
    assert client.get("/v1/x", headers={"Authorization": f"Bearer {READER}"}).status_code == 200
    assert client.get("/v1/x", headers={"Authorization": f"bearer {READER}"}).status_code == 200
    assert client.get("/", auth=("anyone", READER)).status_code == 200
    for wrong in ("Bearer", f"Bearer {READER[:-1]}", READER, f"Token {READER}", "Basic !", "Basic Og==", "Basic /w=="):
        assert kind(client.get("/v1/x", headers={"Authorization": wrong})) == (401, "token-missing")
    assert client.get("/v1/x").headers["www-authenticate"].startswith("Bearer")
    assert client.get("/").headers["www-authenticate"].startswith("Basic")


def test_a_token_in_the_address_is_none(token_file: Path) -> None:
    assert kind(gated(Access(read_tokens(token_file))).get(f"/v1/x?token={READER}"))[0] == 401


def test_only_the_scope_write_may_write(token_file: Path) -> None:
    client = gated(Access(read_tokens(token_file)))
    for method in ("PUT", "DELETE"):
        refused = client.request(method, "/v1/documents/a.txt", headers={"Authorization": f"Bearer {READER}"})
        assert kind(refused) == (403, "not-allowed")
        allowed = client.request(method, "/v1/documents/a.txt", headers={"Authorization": f"Bearer {WRITER}"})
        assert allowed.status_code == 200
        assert kind(gated(Access()).request(method, "/v1/documents/a.txt")) == (403, "not-allowed")
    assert gated(Access()).post("/v1/answer").status_code == 200


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.168.0.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_what_is_this_machine_only(host: str, local: bool) -> None:
    assert is_local(host) is local


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]", "[::1]:7860", "LOCALHOST:80"])
def test_this_machines_own_names_are_answered_to(host: str) -> None:
    assert gated(Access(hosts=HERE)).get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:7860", "[::2]:7860", ""])
def test_another_name_with_our_address_is_refused(host: str) -> None:
    assert kind(gated(Access(hosts=HERE)).get("/", headers={"Host": host})) == (421, "host")


def test_pages_of_other_origins_may_not_act(token_file: Path) -> None:
    client = gated(Access(origins=frozenset({"https://named.example"})))
    for origin in ("https://evil.example", "null", "http://localhost", "http://localhost:7860.evil.example"):
        assert kind(client.post("/v1/answer", headers={"Origin": origin})) == (403, "not-allowed")
    for origin in ("http://localhost:7860", "https://named.example"):
        assert client.post("/v1/answer", headers={"Origin": origin}).status_code == 200


def test_other_pages_may_read_only_if_they_are_named() -> None:
    client = gated(Access(origins=frozenset({"https://named.example"})))
    asked = {"Access-Control-Request-Method": "POST"}
    named = client.options("/v1/answer", headers={"Origin": "https://named.example", **asked})
    assert named.status_code == 204
    assert named.headers["access-control-allow-origin"] == "https://named.example"
    assert "authorization" in named.headers["access-control-allow-headers"]
    other = client.options("/v1/answer", headers={"Origin": "https://evil.example", **asked})
    assert not [name for name in other.headers if name.startswith("access-control")]


def test_every_response_carries_the_security_headers(token_file: Path) -> None:
    client = gated(Access(read_tokens(token_file)))
    for response in (client.get("/"), client.get("/healthz")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_client_may_use_a_minutes_worth_at_once_and_is_told_when_to_come_back() -> None:
    client = gated(Access(), per_minute=3)
    assert [client.get("/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/")
    assert kind(refused) == (429, "too-many")
    assert refused.headers["retry-after"] == "20"
    assert client.get("/healthz").status_code == 200


def test_a_bucket_fills_again_and_each_client_has_its_own() -> None:
    now = [0.0]
    rate = Rate(60, clock=lambda: now[0])
    assert [rate.wait("a") for _ in range(61)] == [0] * 60 + [1]
    assert rate.wait("b") == 0
    now[0] = 0.99
    assert rate.wait("a") == 1
    now[0] = 1.0
    assert rate.wait("a") == 0
    assert rate.wait("a") == 1
    assert Rate(0).wait("a", 1_000_000) == 0


def test_guessing_tokens_is_soon_too_many_requests_and_leaves_those_who_have_one_alone(token_file: Path) -> None:
    client = gated(Access(read_tokens(token_file)), per_minute=100)
    statuses = [client.get("/v1/x", headers={"Authorization": f"Bearer {n:016}"}).status_code for n in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert client.get("/v1/x", headers={"Authorization": f"Bearer {READER}"}).status_code == 200


def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    client = gated(Access(), limits=Limits(body_bytes=10, upload_bytes=20))
    assert client.post("/v1/answer", content=b"x" * 10).text == "10"
    assert kind(client.post("/v1/answer", content=b"x" * 11)) == (413, "too-large")
    assert kind(client.post("/v1/answer", content=iter([b"x" * 10, b"x"]))) == (413, "too-large")
    assert kind(client.post("/gradio_api/upload", content=b"x" * 11)) == (413, "too-large")
    assert kind(client.post("/v1/answer", headers={"Content-Length": "-1"}))[0] == 400


@pytest.mark.parametrize("how", [{"Connection": "close"}, {}])
def test_a_client_that_sends_all_of_a_refused_body_still_sees_why(listening: int, how: dict[str, str]) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in how.items())
    size = 3 * Limits().body_bytes
    head = f"POST / HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: {size}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", listening), timeout=PATIENCE_S) as connection:
        connection.sendall(head.encode() + b"x" * size)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_is_packed_or_tells_two_lengths_is_refused(listening: int) -> None:
    client = gated(Access())
    assert kind(client.post("/v1/answer", content=b"x", headers={"Content-Encoding": "gzip"})) == (415, "media-type")
    both = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    replies = raw(listening, both + b"GET /behind HTTP/1.1\r\nHost: a\r\n\r\n")
    assert replies.startswith(b"HTTP/1.1 400 ")
    assert replies.count(b"HTTP/1.1 ") == 1


def test_what_libraries_say_is_logged_line_by_line_and_forges_nothing() -> None:
    lines = io.StringIO()
    with redirect_stderr(Said(Log(lines))):
        print('ValueError: \x1b[31m\n{"event": "forged"}\nand', end=" more\n", file=sys.stderr)
    entries = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(each["event"], each["text"]) for each in entries] == [
        ("said", "ValueError: \x1b[31m"), ("said", '{"event": "forged"}'), ("said", "and more"),
    ]  # fmt: skip


def test_the_log_is_one_line_each_and_holds_no_question_and_no_token(token_file: Path) -> None:
    lines = io.StringIO()
    client = gated(Access(read_tokens(token_file)), log=Log(lines))
    forged = '/v1/x%0d%0a{"event": "forged"}%1b[31m'
    client.post(f"{forged}?q=secret", headers={"Authorization": f"Bearer {READER}", "X-Request-Id": 'a"}\t{'})
    client.get("/v1/x", headers={"Authorization": "Bearer wrong-secret"})
    entries = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(each["event"], each["status"]) for each in entries] == [("request", 200), ("request", 401)]
    assert entries[0]["client"] == "reader"
    assert all(32 <= ord(character) < 127 for character in lines.getvalue().replace("\n", ""))
    assert "secret" not in lines.getvalue()
    assert READER not in lines.getvalue()


def test_a_bug_is_a_problem_that_tells_nothing_and_a_logged_fault_that_tells_all() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("/secret/path")

    lines = io.StringIO()
    client = TestClient(Door(broken, Log(lines), Metrics()))
    response = client.get("/v1/x")
    assert kind(response) == (500, "internal")
    assert "secret" not in response.text
    fault = json.loads(lines.getvalue().splitlines()[0])
    assert fault["request_id"] == response.headers["x-request-id"]
    assert "/secret/path" in fault["traceback"]


def test_a_request_that_is_not_finished_when_the_server_stops_is_told_so() -> None:
    sent: list[Any] = []

    async def cancelled(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/v1/x", "headers": []}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Door(cancelled, Log(io.StringIO()), Metrics())(scope, never, send))
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["type"] == "urn:verbatim:busy"


ATTACKED = """
GET /
GET /config
GET /gradio_api/info
POST /gradio_api/queue/join
GET /theme.css
GET /gradio_api/queue/data?session_hash=a
POST /gradio_api/upload
GET /gradio_api/startup-events
GET /gradio_api/file=/etc/passwd
GET /gradio_api/proxy=http://127.0.0.1/
POST /gradio_api/run/ask
POST /gradio_api/call/ask
POST /gradio_api/component_server
POST /gradio_api/reset
GET /gradio_api/heartbeat/a
POST /login
GET /gradio_api/token
GET /static/img/logo.svg
GET /assets/index.js
GET /manifest.json
GET /gradio_api/queue/status
GET /monitoring
POST /gradio_api/cancel
GET /gradio_api/deep_link
GET /svelte/x
GET /openapi.json
GET /metrics
POST /mcp
GET /v1/version
GET /docs
GET /robots.txt
""".split("\n")[1:-1]


@pytest.fixture(scope="module")
def locked(sample_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("tokens") / "tokens"
    path.write_text(f"reader read {READER}\n")
    yield TestClient(build_server(sample_assistant, Serving(Access(read_tokens(path)))))


@pytest.mark.parametrize("request_line", ATTACKED)
def test_the_pages_own_endpoints_need_the_token_too(locked: TestClient, request_line: str) -> None:
    assert kind(locked.request(*request_line.split(" "))) == (401, "token-missing")


def test_every_route_that_the_page_has_needs_the_token(locked: TestClient, sample_assistant: Assistant) -> None:
    """The list above names what an attacker tries first; this one is Gradio's own."""
    from fastapi import FastAPI
    from gradio.routes import App

    from web.choices import Choices
    from web.page import build_page, mount_page

    assert mount_page(FastAPI(), sample_assistant, Choices()).routes
    routes = {getattr(route, "path", "") for route in App.create_app(build_page(sample_assistant, Choices())).routes}
    assert len(routes) > 20
    for path in sorted(routes):
        filled = path.replace("{", "").replace("}", "").replace(":path", "")
        assert kind(locked.get(filled if filled.startswith("/") else f"/{filled}")) == (401, "token-missing"), path


@pytest.mark.parametrize(
    "path", ["/gradio_api/file=/etc/passwd", "/gradio_api/file=app.py", "/file=../app.py", "/static/..%2f..%2fapp.py",
             "/gradio_api/proxy=http://127.0.0.1:1/", "/gradio_api/proxy=http://169.254.169.254/latest"],
)  # fmt: skip
def test_the_page_serves_no_files_and_asks_no_other_server_even_with_a_token(locked: TestClient, path: str) -> None:
    response = locked.get(path, headers={"Authorization": f"Bearer {READER}"})
    assert kind(response)[0] in (400, 403, 404)
    assert "root:" not in response.text
    assert str(Path(__file__).parents[1]) not in response.text


@pytest.mark.parametrize(
    "request_line",
    ["POST /gradio_api/upload", "POST /gradio_api/run/ask", "POST /gradio_api/call/ask", "POST /gradio_api/api/ask",
     "POST /gradio_api/component_server", "GET /gradio_api/deep_link", "GET /monitoring", "POST /login", "PUT /"],
)  # fmt: skip
def test_what_the_page_does_not_use_is_closed_even_with_a_token(locked: TestClient, request_line: str) -> None:
    method, path = request_line.split(" ")
    response = locked.request(method, path, headers={"Authorization": f"Bearer {READER}"})
    assert kind(response) == ((404, "not-found") if method == "GET" else (405, "method"))


@pytest.mark.parametrize(
    "body",
    [b"nonsense", b"[]", b'{"data": [], "fn_index": 99999, "session_hash": "a"}', b'{"data": [], "fn_index": null}',
     b'{"data": ["\\n{}"], "fn_index": 0, "session_hash": "a"}', b'{"data": {}, "fn_index": 0, "session_hash": "a"}'],
)  # fmt: skip
def test_a_call_that_the_page_itself_could_not_make_is_refused(locked: TestClient, body: bytes) -> None:
    response = locked.post("/gradio_api/queue/join", content=body, headers={"Authorization": f"Bearer {READER}"})
    assert kind(response) == (422, "invalid")


@pytest.fixture
def listening() -> Iterator[int]:
    """The echo behind the gates, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    layers = Door(Refusals(OneLength(Bodies(echo, Limits(body_seconds=0.5)))), Log(io.StringIO()), Metrics())
    config = uvicorn.Config(layers, port=port, **protocol() | {"lifespan": "off", "timeout_keep_alive": 2 * PATIENCE_S})
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join()


def raw(port: int, sent: bytes, half_close: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connection.sendall(sent)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


def test_a_body_that_never_comes_is_given_up(listening: int) -> None:
    reply = raw(listening, b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\nx")
    assert b" 408 " in reply
    assert b"too-slow" in reply


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_headers_that_never_end_are_given_up_also_behind_a_whole_request(
    listening: int, before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.listen.HEADER_SECONDS", 0.3)
    assert raw(listening, before + b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").count(b"HTTP/1.1") == len(before[:1])


def test_a_client_that_does_not_take_its_reply_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.listen.STUCK_SECONDS", 0.3)
    given_up = threading.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await started(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1_000):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        given_up.set()

    with in_a_thread(endless) as url, socket.create_connection(("127.0.0.1", int(url.split(":")[2]))) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert given_up.wait(60)


def test_one_connection_more_than_may_be_open_is_refused_at_once(
    listening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.listen.CONNECTIONS", 1)
    with socket.create_connection(("127.0.0.1", listening)):
        refused = raw(listening, b"")
    head, _, body = refused.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 2" in head
    assert json.loads(body)["type"] == "urn:verbatim:busy"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n",
        b"\x00\xff\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_the_next_request_is_served(listening: int, sent: bytes) -> None:
    reply = raw(listening, sent, half_close=True)
    assert b" 400 " in reply[:20]
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["type"] == "urn:verbatim:malformed"
    assert raw(listening, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_a_client_that_closes_its_half_early_is_not_waited_for(listening: int) -> None:
    for sent in (
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
        b"",
    ):
        raw(listening, sent, half_close=True)
    assert raw(listening, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")
