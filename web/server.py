"""One FastAPI application: the chat page at `/`, the API below `/v1`, and whether it is alive."""

from fastapi import FastAPI

from rag.assistant import Assistant
from web.api import router
from web.choices import Choices
from web.page import mount_page


def build_server(assistant: Assistant, choices: Choices | None = None) -> FastAPI:
    """The application over an assistant, and what may be measured on its page (the bundled gold set); serve it with
    uvicorn."""
    server = FastAPI(title="Verbatim", docs_url=None, redoc_url=None)
    server.include_router(router(assistant))
    return mount_page(server, assistant, choices or Choices())
