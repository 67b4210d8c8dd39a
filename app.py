"""One process: the chat page and the HTTP API over a folder of documents."""

import argparse
import os
import sys
from pathlib import Path

from corpus.edge import exit_status

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def main(arguments: list[str]) -> int:
    """Build the index, then serve until interrupted; the exit status."""
    options = _parser().parse_args(arguments)

    import uvicorn

    from index.progress import sync_progress
    from rag.__main__ import warn_of_failures
    from rag.build import build_assistant
    from web.server import build_server

    with sync_progress() as progress:
        assistant = build_assistant(options.corpus, options.store, progress=progress, report=warn_of_failures)
    assistant.warm()
    print(f"Ask at http://{options.host}:{options.port}  (Ctrl-C stops)", flush=True)
    uvicorn.run(build_server(assistant), host=options.host, port=options.port, log_level="warning")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Ask a folder of documents, in the browser.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="port to listen on (7860)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (the sample corpus)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="where its index lies (a folder below index/store)")
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
