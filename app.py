"""One process: the chat page, the HTTP API and MCP over a folder of documents."""

import os
import sys

from corpus.edge import exit_status

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # the models' threads must not spin on cores that others need


def main(arguments: list[str]) -> int:
    """Build the index, then serve until interrupted; the exit status."""
    from web.listen import check_address, listen
    from web.settings import load_settings

    settings = load_settings(arguments, os.environ)
    access = settings.access()
    check_address(settings.host, settings.port)

    from index.progress import sync_progress
    from rag.__main__ import warn_of_failures
    from rag.build import build_assistant
    from web.choices import choices
    from web.server import Serving, build_server

    measurable = choices(settings.data, settings.runs)
    with sync_progress() as progress:
        assistant = build_assistant(settings.corpus, settings.store, progress=progress, report=warn_of_failures)
    server = build_server(assistant, Serving(access, settings.limits, measurable, settings.folder(access)))
    print(f"Ask at http://{settings.host}:{settings.port}  (Ctrl-C stops)", flush=True)
    listen(server, settings.host, settings.port, settings.drain_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
