"""One FastAPI application: the chat page at `/`, the API below `/v1`, and whether it is alive."""

import gradio as gr
from fastapi import FastAPI

from rag.assistant import Assistant
from web.api import router
from web.page import STYLE, build_page


def build_server(assistant: Assistant) -> FastAPI:
    """The application over an assistant; serve it with uvicorn."""
    server = FastAPI(title="Verbatim", docs_url=None, redoc_url=None)
    server.include_router(router(assistant))
    return gr.mount_gradio_app(
        server,
        build_page(assistant),
        path="/",
        css=STYLE.read_text(),
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=1,
        enable_monitoring=False,
    )
