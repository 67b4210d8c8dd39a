"""What is measured: a benchmark, the assistant's settings, and how it is asked."""

import hashlib
import json
import platform
import random
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.settings import Settings
from index.place import ROOT

KINDS = ("retrieval", "answers", "conversations", "splitting", "gold")
SEED = 7
PACKAGES = ("torch", "sentence-transformers", "transformers", "faiss-cpu", "tantivy", "numpy", "ir-measures")


@dataclass(frozen=True, slots=True)
class Task:
    """One measurement, of one of KINDS.

    `depth` is how many documents are ranked. `budget` is how many tokens of passages a question may retrieve in
    splitting. `given` reads the document that a question is asked of instead of searching. `sample` asks only so
    many questions, drawn by SEED (0: all).
    """

    kind: str
    benchmark: Benchmark
    settings: Settings
    depth: int = 100
    budget: int = 1000
    given: bool = False
    sample: int = 0

    def __post_init__(self) -> None:
        if min(self.depth, self.budget) < 1 or self.sample < 0:
            raise DataError("--depth and --budget must be at least 1, and --sample 0 (all questions) or more")

    def questions(self) -> tuple[Question, ...]:
        """The questions that are asked, in the benchmark's order."""
        asked = self.benchmark.questions
        if not 0 < self.sample < len(asked):
            return asked
        drawn = sorted(random.Random(SEED).sample(range(len(asked)), self.sample))
        return tuple(asked[i] for i in drawn)

    def identity(self) -> dict[str, Any]:
        """All that decides what comes out: two runs with equal identities have equal figures."""
        benchmark = self.benchmark
        return {
            "kind": self.kind,
            "benchmark": {
                "name": benchmark.name,
                "documents": len(benchmark.documents),
                "questions": len(self.questions()),
                "sha256": dict(sorted(benchmark.hashes.items())),
            },
            "recipe": asdict(self.settings.recipe()),
            "settings": asdict(self.settings)
            | {"documents ranked": self.depth, "token budget": self.budget, "given": self.given, "sample": self.sample},
            "seed": SEED,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
            "code": code_digest(),
        }

    def name(self) -> str:
        """A folder's name for the run: benchmark, kind, and a digest of its identity."""
        digest = hashlib.sha256(json.dumps(self.identity(), sort_keys=True).encode()).hexdigest()
        plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in self.benchmark.name)
        return f"{plain}-{self.kind}-{digest[:8]}"

    def command(self) -> str:
        """What to type to measure it again."""
        shipped, chosen = asdict(Settings()), asdict(self.settings)
        parts = [f"python -m eval {self.kind}", f"--data {self.benchmark.name}" if self.kind != "gold" else ""]
        parts += [f"--set {name}={value}" for name, value in chosen.items() if value != shipped[name]]
        parts += [f"--depth {self.depth}" if self.depth != 100 else "", "--given" if self.given else ""]
        parts += [f"--budget {self.budget}" if self.budget != 1000 else ""]
        parts += [f"--sample {self.sample}" if self.sample else ""]
        return " ".join(part for part in parts if part)


def code_digest() -> str:
    """A hash of the code and the weights that answer, and of those that measure."""
    folders = ("corpus", "index", "rag", "eval/measures")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    files += [path for path in (ROOT / "rag" / "model").iterdir() if path.is_file()]
    files += [Path(__file__).with_name(name) for name in ("ask.py", "score.py", "system.py")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
