"""One process: the chat page and the HTTP API over a folder of documents."""

import argparse
import os
import socket
import sys
from pathlib import Path
from threading import Thread

from corpus.edge import exit_status
from corpus.errors import UserError

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def main(arguments: list[str]) -> int:
    """Build the index, then serve until interrupted; the exit status."""
    options = _parser().parse_args(arguments)
    _check_address(options.host, options.port)

    import uvicorn

    from index.progress import sync_progress
    from rag.__main__ import warn_of_failures
    from rag.build import build_assistant
    from web.choices import choices
    from web.server import build_server

    measurable = choices(options.data, options.runs)
    with sync_progress() as progress:
        assistant = build_assistant(options.corpus, options.store, progress=progress, report=warn_of_failures)
    Thread(target=assistant.warm, daemon=True).start()  # the page is there while the models load
    server = build_server(assistant, measurable)
    print(f"Ask at http://{options.host}:{options.port}  (Ctrl-C stops)", flush=True)
    uvicorn.run(server, host=options.host, port=options.port, log_level="warning")
    return 0


def _check_address(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"{host}:{port} cannot be listened on ({error}); choose another --port or --host") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Ask a folder of documents, in the browser.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="port to listen on (7860)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (the sample corpus)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="where its index lies (a folder below index/store)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of data sets that may be measured on the page")
    parser.add_argument("--runs", type=Path, metavar="DIR", help="where measurements are kept (eval/runs)")
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
