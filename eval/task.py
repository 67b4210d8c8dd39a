"""What is measured: a benchmark, the assistant's settings, and how it is asked."""

import hashlib
import json
import platform
import random
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.gold import SAMPLE
from eval.settings import Settings
from index.place import ROOT
from rag.assistant import MAX_HITS

KINDS = ("retrieval", "answers", "conversations", "splitting", "gold")
SEED = 7
DEPTH, BUDGET = 100, 1000
LONGEST_NAME = 48
"""Characters of a benchmark's name in a folder's: with four bytes each, and all that follows, below 255 bytes."""
MEASURING = ("ask", "benchmark", "score", "settings", "system", "task")
"""The modules of eval/ that decide what comes out."""
PACKAGES = ("torch", "sentence-transformers", "transformers", "faiss-cpu", "tantivy", "numpy", "ir-measures")

_Need = tuple[str, Callable[[Question], bool]]
_KNOWN: _Need = (
    "a known answer, or that there is none",
    lambda each: bool(each.answers) or each.answerable is False,
)
_NEEDS: dict[str, _Need] = {
    "retrieval": ("documents that should be found", lambda each: bool(each.judged or each.facts)),
    "answers": _KNOWN,
    "conversations": ("a history", lambda each: bool(each.history)),
    "splitting": ("the words that prove its answer", lambda each: bool(each.evidence)),
    "gold": _KNOWN,
}


@dataclass(frozen=True, slots=True)
class Task:
    """One measurement, of one of KINDS.

    `depth` is how many documents are ranked. `budget` is how many tokens of passages a question may retrieve in
    splitting. `given` reads the document that a question is asked of instead of searching. `sample` asks only so
    many questions, drawn by SEED (0: all). `source` is how the benchmark was named on the command line, where that
    is known: it is no part of what is measured.
    """

    kind: str
    benchmark: Benchmark
    settings: Settings
    depth: int = DEPTH
    budget: int = BUDGET
    given: bool = False
    sample: int = 0
    source: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= MAX_HITS or self.budget < 1 or self.sample < 0:
            raise DataError(
                f"--depth must be between 1 and {MAX_HITS:,}, --budget at least 1, and --sample 0 (all) or more"
            )

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
        return f"{plain[:LONGEST_NAME].strip('.-') or 'data'}-{self.kind}-{digest[:8]}"

    def command(self) -> str:
        """What to type to measure it again; where `source` is not known, beside the data."""
        shipped, chosen = asdict(Settings()), asdict(self.settings)
        parts = ["python", "-m", "eval", self.kind, *(self.source or self._beside())]
        for name, value in chosen.items():
            parts += ["--set", f"{name}={value}"] if value != shipped[name] else []
        parts += ["--depth", str(self.depth)] if self.depth != DEPTH else []
        parts += ["--given"] if self.given else []
        parts += ["--budget", str(self.budget)] if self.budget != BUDGET else []
        parts += ["--sample", str(self.sample)] if self.sample else []
        return shlex.join(parts)

    def _beside(self) -> list[str]:
        """The data by the name of its file or folder."""
        name = self.benchmark.name
        files = [each for each in self.benchmark.hashes if each in (f"{name}.json", f"{name}.jsonl")]
        if self.kind == "gold":
            return ["--questions", *(files or [name])] if name != SAMPLE.stem else []
        return ["--data", *(files or [name])]


def check_measurable(kind: str, benchmark: Benchmark) -> None:
    """Raises DataError if nothing is known of the questions by which this kind could be measured."""
    fitting = [each for each, (_, has) in _NEEDS.items() if any(map(has, benchmark.questions))]
    if kind not in fitting:
        others = " or ".join(fitting) or "other data"
        raise DataError(f"{benchmark.name}: no question comes with {_NEEDS[kind][0]}; try {others}")


@cache
def code_digest() -> str:
    """A hash of the code and the weights that read data, answer and measure, as they were when first asked for."""
    folders = ("corpus", "index", "rag", "eval/measures", "eval/sets")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "training" not in path.parts]
    files += [path for path in (ROOT / "rag" / "model").iterdir() if path.is_file()]
    files += [Path(__file__).with_name(f"{name}.py") for name in MEASURING]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
