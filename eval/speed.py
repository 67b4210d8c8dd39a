"""How fast it is, each as a ratio to a limit that is measured in the same run, because machines differ."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from eval.ratio import Ratio, timed
from index.embed import SentenceEmbedder
from index.place import ROOT
from rag.assistant import READ, Assistant
from rag.network import ReaderModel

QUESTION = "Who denied the deal?"
PATIENCE_S = 120


def ask_speed(assistant: Assistant) -> Ratio:
    """A question to an answer, against the bare passes of the two models that it needs."""
    hits = assistant.retrieve(QUESTION, READ)
    texts = [hit.passage.text for hit in hits]
    embedder, model = SentenceEmbedder(), ReaderModel()

    def passes() -> None:
        embedder.embed_query(QUESTION)
        model.read(QUESTION, [""] * len(texts), texts)

    return Ratio("a question, answered", timed(lambda: assistant.ask(QUESTION)), "bare model passes", timed(passes))


def start_speed() -> Ratio:
    """`python app.py` to the page's first byte, against importing the libraries it stands on."""
    started = time.perf_counter()
    imports = "import torch, sentence_transformers, gradio"
    subprocess.run([sys.executable, "-c", imports], check=True, cwd=ROOT)
    limit = (time.perf_counter() - started) * 1000
    port = free_port()
    started = time.perf_counter()
    server = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        return Ratio("app.py, to the page", (time.perf_counter() - started) * 1000, "importing its libraries", limit)
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Until the address answers well. Raises TimeoutError after PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {PATIENCE_S} s")
