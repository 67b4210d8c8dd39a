"""How fast it is, each as a ratio to a limit that is measured in the same run, because machines differ."""

import subprocess
import sys
import time

from eval.ratio import Ratio, timed
from eval.server import started
from index.embed import SentenceEmbedder
from index.place import ROOT
from rag.assistant import READ, Assistant
from rag.network import ReaderModel

QUESTION = "Who denied the deal?"


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
    begun = time.perf_counter()
    imports = "import torch, sentence_transformers, gradio"
    subprocess.run([sys.executable, "-c", imports], check=True, cwd=ROOT)
    limit = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    with started(until="/"):
        return Ratio("app.py, to the page", (time.perf_counter() - begun) * 1000, "importing its libraries", limit)
