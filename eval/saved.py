"""A saved run: the folder that every measurement leaves, and all that reports and comparisons read.

    figures.json    what was run (benchmark, recipe, settings, versions, seed, hashes) and what came out
    answers.jsonl   one line a question, in the benchmark's order: what came back, and what was wanted
    scores.json     every measure of every question, by measure and question id
    run.trec        documents by rank, and qrels.trec what was wanted: what trec_eval takes
    predictions.json, na_probs.json   what the official SQuAD 2.0 scorer takes, where there are short answers
    timings.jsonl   milliseconds by stage, one line a question: the only file that differs when a run is repeated

A line of answers.jsonl has `id`, `kind`, `question`, `history`, `standalone_question`, `hits`, and `wanted`:
`answers`, `answerable`, `documents` (each `document_id`, `title`, `grade`, and `ranks` by stage, as far as it was
found) and `evidence` (each `document_id`, `start`, `end`, `quote`). Where an answer was asked for, it also has
`answer`, `short_answer`, `abstained`, `confidence`, `citations`, and `guess`: what would have been said if nothing
were refused. `hits` are the best passages (each `document_id`, `start`, `end`, `score`, `ranks`, and the first ones
`text`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DataError

FIGURES, ANSWERS, SCORES, TIMINGS = "figures.json", "answers.jsonl", "scores.json", "timings.jsonl"
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A finished run. `manifest` is figures.json; `scores` is measure to question id to value."""

    folder: Path
    manifest: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, float]]

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.folder.name

    @property
    def kind(self) -> str:
        """The command that made it: retrieval, answers, conversations, splitting or gold."""
        return str(self.manifest["kind"])

    @property
    def figures(self) -> Mapping[str, float]:
        """Each figure by its name, the most telling first."""
        return dict(self.manifest["figures"])

    @property
    def curves(self) -> Mapping[str, list[list[float]]]:
        """Points to draw, by the curve's name: `recall by depth` (k, recall), `risk–coverage` (coverage, risk),
        `reliability` (mean confidence, share right, questions)."""
        return dict(self.manifest["curves"])

    @property
    def main_measure(self) -> str:
        """The measure by which questions are ordered, best to worst."""
        return str(self.manifest["main_measure"])

    def records(self) -> Iterator[Record]:
        """The lines of answers.jsonl."""
        return _lines(self.folder / ANSWERS)

    def timings(self) -> dict[str, list[float]]:
        """Milliseconds of every question, by stage."""
        stages: dict[str, list[float]] = {}
        for line in _lines(self.folder / TIMINGS):
            for stage, milliseconds in line["timings_ms"].items():
                stages.setdefault(stage, []).append(float(milliseconds))
        return stages


def load_run(folder: Path) -> SavedRun:
    """Raises DataError if the folder holds no finished run."""
    try:
        manifest = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
        for key in ("kind", "benchmark", "figures", "curves", "main_measure"):
            manifest[key]
    except OSError as error:
        raise DataError(f"{folder}: holds no finished run; give the folder that an eval command printed") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: its {FIGURES} or {SCORES} is damaged; run it again") from error
    return SavedRun(folder, manifest, scores)


def saved_runs(folder: Path) -> list[SavedRun]:
    """Every finished run below a folder, by name; those that are not finished are left out."""
    return [load_run(path.parent) for path in sorted(folder.glob(f"*/{FIGURES}"))]


def _lines(path: Path) -> Iterator[Record]:
    number = 1
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
                number += 1
    except (OSError, ValueError) as error:
        where = f"{path}, line {number}" if isinstance(error, ValueError) else str(path)
        raise DataError(f"{where}: cannot be read; run it again") from error
