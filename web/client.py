"""The assistant, from elsewhere: the methods of `rag.assistant.Assistant`, over HTTP.

    assistant = build_assistant(Path("notes"))             in this process
    assistant = Client("http://127.0.0.1:7860")            in another
    assistant = AsyncClient("http://127.0.0.1:7860")       in another, with `await`

Failures are UserErrors: QuestionError as in process, RemoteError for all that only a server can say.
"""

import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any

import httpx

from corpus.document import Document
from index.where import ANYWHERE, Where
from rag.answer import Answer
from rag.assistant import STAGES
from rag.followup import Turn
from rag.retrieve import Hit, Retrieval
from web.wire import (
    Call,
    RemoteError,
    answer_from,
    ask_call,
    document_call,
    document_from,
    problem_error,
    retrieval_from,
    retrieve_call,
)  # fmt: skip

PATIENCE_S = 60.0
MISSING = "not-found"
EVENTS = {"Accept": "text/event-stream"}
Stage = Mapping[str, Any]
"""`{"stage": "search", "passages": 20, "ms": 12.3}`"""


class Client(AbstractContextManager["Client"]):
    """Waits for each reply; usable from several threads. `token` is one of the server's --token-file."""

    def __init__(self, url: str, token: str | None = None, patience_s: float = PATIENCE_S) -> None:
        self._http = httpx.Client(base_url=url, headers=_headers(token), timeout=patience_s, trust_env=False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        k: int = 8,
        at_most_wrong: float | None = None,
        where: Where = ANYWHERE,
    ) -> Answer:
        """As `Assistant.ask`."""
        return answer_from(self._send(ask_call(question, history, k, at_most_wrong, where)))

    def stages(
        self,
        question: str,
        history: Sequence[Turn] = (),
        k: int = 8,
        at_most_wrong: float | None = None,
        where: Where = ANYWHERE,
    ) -> Iterator[Stage | Answer]:
        """Each stage as it is done, then the answer."""
        call = ask_call(question, history, k, at_most_wrong, where)
        try:
            with self._http.stream(call.method, call.path, json=call.body, headers=EVENTS) as response:
                if response.is_error:
                    response.read()
                    _checked(response)
                event = ""
                for line in response.iter_lines():
                    event = _name(line) or event
                    if line.startswith("data: "):
                        yield _parsed(event, line)
        except httpx.TransportError as error:
            raise _unreached(error) from error

    def retrieve(
        self, question: str, k: int = 8, where: Where = ANYWHERE, stages: Collection[str] = STAGES
    ) -> list[Hit]:
        """As `Assistant.retrieve`."""
        return list(self.retrieval(question, k, where, stages).hits)

    def retrieval(
        self, question: str, k: int = 8, where: Where = ANYWHERE, stages: Collection[str] = STAGES
    ) -> Retrieval:
        """As `Assistant.retrieval`."""
        return retrieval_from(self._send(retrieve_call(question, k, where, stages)))

    def document(self, document_id: str) -> Document | None:
        """As `Assistant.document`."""
        try:
            about, parts = self._send(document_call(document_id)), [""]
            while sum(map(len, parts)) < about["characters"]:
                parts.append(self._send(document_call(document_id, sum(map(len, parts))))["text"])
            return document_from(about, "".join(parts))
        except RemoteError as error:
            if error.kind != MISSING:
                raise
            return None

    def _send(self, call: Call) -> Any:
        try:
            response = self._http.request(call.method, call.path, json=call.body, params=dict(call.parameters))
        except httpx.TransportError as error:
            raise _unreached(error) from error
        return _checked(response)


class AsyncClient(AbstractAsyncContextManager["AsyncClient"]):
    """The same methods, to be awaited; cancelling one stops its work in the server."""

    def __init__(self, url: str, token: str | None = None, patience_s: float = PATIENCE_S) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers=_headers(token), timeout=patience_s, trust_env=False)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        k: int = 8,
        at_most_wrong: float | None = None,
        where: Where = ANYWHERE,
    ) -> Answer:
        """As `Assistant.ask`."""
        return answer_from(await self._send(ask_call(question, history, k, at_most_wrong, where)))

    async def stages(
        self,
        question: str,
        history: Sequence[Turn] = (),
        k: int = 8,
        at_most_wrong: float | None = None,
        where: Where = ANYWHERE,
    ) -> AsyncIterator[Stage | Answer]:
        """Each stage as it is done, then the answer."""
        call = ask_call(question, history, k, at_most_wrong, where)
        try:
            async with self._http.stream(call.method, call.path, json=call.body, headers=EVENTS) as response:
                if response.is_error:
                    await response.aread()
                    _checked(response)
                event = ""
                async for line in response.aiter_lines():
                    event = _name(line) or event
                    if line.startswith("data: "):
                        yield _parsed(event, line)
        except httpx.TransportError as error:
            raise _unreached(error) from error

    async def retrieve(
        self, question: str, k: int = 8, where: Where = ANYWHERE, stages: Collection[str] = STAGES
    ) -> list[Hit]:
        """As `Assistant.retrieve`."""
        return list((await self.retrieval(question, k, where, stages)).hits)

    async def retrieval(
        self, question: str, k: int = 8, where: Where = ANYWHERE, stages: Collection[str] = STAGES
    ) -> Retrieval:
        """As `Assistant.retrieval`."""
        return retrieval_from(await self._send(retrieve_call(question, k, where, stages)))

    async def document(self, document_id: str) -> Document | None:
        """As `Assistant.document`."""
        try:
            about, parts = await self._send(document_call(document_id)), [""]
            while sum(map(len, parts)) < about["characters"]:
                parts.append((await self._send(document_call(document_id, sum(map(len, parts)))))["text"])
            return document_from(about, "".join(parts))
        except RemoteError as error:
            if error.kind != MISSING:
                raise
            return None

    async def _send(self, call: Call) -> Any:
        try:
            response = await self._http.request(call.method, call.path, json=call.body, params=dict(call.parameters))
        except httpx.TransportError as error:
            raise _unreached(error) from error
        return _checked(response)


def _headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _checked(response: httpx.Response) -> Any:
    """The reply's JSON. Raises the UserError that it is instead."""
    try:
        reply = response.json()
    except ValueError:
        reply = {"detail": f"the server answered {response.status_code} without a reason; is it this program?"}
    if response.is_error or "detail" in reply:
        raise problem_error(reply, response.headers.get("retry-after"))
    return reply


def _name(line: str) -> str:
    return line.removeprefix("event: ") if line.startswith("event: ") else ""


def _parsed(event: str, line: str) -> Stage | Answer:
    data: Any = json.loads(line.removeprefix("data: "))
    if event == "problem":
        raise problem_error(data, None)
    return answer_from(data) if event == "answer" else data


def _unreached(error: httpx.TransportError) -> RemoteError:
    return RemoteError("unreachable", f"the server cannot be reached ({error}); start it with `python app.py`", 1)
