"""One ASGI application: the chat page at `/`, the API below `/v1`, MCP at `/mcp`, all behind the same gates."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from index.embed import SentenceEmbedder
from rag.assistant import Assistant
from web import api, api_changes, api_documents, api_status
from web.access import Access, Gate
from web.body import Bodies, OneLength
from web.calls import JOIN, Calls
from web.choices import Choices
from web.door import Door
from web.folder import Folder
from web.ingest import Ingestion, bringing_in_step
from web.limits import Limits
from web.log import Log
from web.mcp import build_mcp, mcp_app
from web.metrics import Metrics
from web.openapi import openapi
from web.page import mount_page
from web.policy import Policy
from web.problem import RefusedError, tell_problems
from web.rate import Rate
from web.refusals import PageProblems, Refusals
from web.service import API_VERSION, NAME, Readiness, Service
from web.shelf import Shelf
from web.work import Workers

API = ("/v1", "/healthz", "/readyz", "/metrics", "/openapi.json")
MCP = "/mcp"
PAGE_POSTS = frozenset({JOIN, "/gradio_api/reset", "/gradio_api/cancel"})
PAGE_CLOSED = ("/gradio_api/file", "/gradio_api/proxy", "/gradio_api/stream", "/gradio_api/deep_link", "/monitoring")
"""Gradio offers more than the page needs: uploads, calls past its queue, files, other servers, stored states."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How an assistant is served: to whom, how much, what may be measured, and the folder that may be written to."""

    access: Access = field(default_factory=Access)
    limits: Limits = field(default_factory=Limits)
    choices: Choices = field(default_factory=Choices)
    folder: Folder | None = None


def build_server(assistant: Assistant, serving: Serving | None = None) -> ASGIApp:
    """The application over an assistant; serve it with uvicorn, or run it in a test."""
    serving = serving or Serving()
    service = build_service(assistant, serving)
    page = mount_page(FastAPI(openapi_url=None, docs_url=None, redoc_url=None), assistant, serving.choices)
    surfaces = _Surfaces(build_api(service), page, mcp_app(build_mcp(service)), service)
    within = Bodies(surfaces, serving.limits)
    gated = Gate(within, serving.access, Rate(serving.limits.requests_per_minute))
    return Door(Policy(Refusals(OneLength(gated)), serving.access.origins), Log(), service.metrics)


def build_service(assistant: Assistant, serving: Serving) -> Service:
    """What the doors share."""
    engine, limits = assistant.engine, serving.limits
    ingestion = None
    if serving.folder:
        embedder = SentenceEmbedder(engine.catalog.recipe.embedder)
        in_step = bringing_in_step(serving.folder, engine, embedder)
        ingestion = Ingestion(serving.folder, in_step, limits.uploads_waiting)
    workers = Workers(assistant, limits.workers, limits.waiting)
    return Service(assistant, workers, ingestion, Shelf(engine), limits, Readiness(), Metrics())


def build_api(service: Service) -> FastAPI:
    """The API alone, without gates."""
    server = FastAPI(
        title=NAME, version=API_VERSION, docs_url=None, redoc_url=None, generate_unique_id_function=_operation
    )
    server.state.service = service
    for each in (api, api_documents, api_changes, api_status):
        server.include_router(each.routes)
    service.metrics.watch(lambda: api_status.gauges(service))
    tell_problems(server)
    server.openapi = cache(lambda: openapi(server, service.limits))  # type: ignore[method-assign]
    return server


def _operation(route: APIRoute) -> str:
    """What clients that are made from the document call it."""
    return route.name


class _Surfaces:
    """Hands each request to the API, to MCP or to the page."""

    def __init__(self, served: FastAPI, page: FastAPI, agents: Starlette, service: Service) -> None:
        self._api, self._page, self._agents = served, PageProblems(Calls(page, page.state.inputs)), agents

        @asynccontextmanager
        async def life(_: object) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                service.readiness.warm(service.assistant)
                stack.callback(service.close)
                for each in (page, agents):
                    await stack.enter_async_context(each.router.lifespan_context(each))
                yield

        self._life = Router(lifespan=life)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._life(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif any(scope["path"] == each or scope["path"].startswith(f"{each}/") for each in API):
            scope["state"]["surface"] = "api"
            await self._api(scope, receive, send)
        elif scope["path"] == MCP:
            scope["state"]["surface"] = "mcp"
            await self._agents(scope, receive, send)
        else:
            scope["state"]["surface"] = "page"
            _check_page(scope["method"], scope["path"])
            await self._page(scope, receive, send)


def _check_page(method: str, path: str) -> None:
    if path.startswith(PAGE_CLOSED):
        raise RefusedError("not-found", "the page does not offer this; /openapi.json lists what programs can use")
    if method not in ("GET", "HEAD", "OPTIONS") and path not in PAGE_POSTS:
        raise RefusedError("method", "the page is read with GET; /openapi.json lists the rest", {"Allow": "GET, HEAD"})
