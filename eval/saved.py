"""A saved run: the folder that every measurement leaves, and all that reports and comparisons read.

    figures.json    what was run (benchmark, recipe, settings, versions, seed, hashes) and what came out
    answers.jsonl   one line a question, in the benchmark's order: what came back, and what was wanted
    scores.json     every measure of every question, by measure and question id
    run.trec        documents by rank, and qrels.trec what was wanted: what trec_eval takes
    run.passages.trec, qrels.passages.trec   the same of passages, where evidence is known
    predictions.json, na_probs.json   what the official SQuAD 2.0 scorer takes, where there are short answers
    timings.jsonl   milliseconds by stage, one line a question: the only file that differs when a run is repeated
    task.json       whose run it is, from its first moment on

In TREC's files, white space and percent signs in ids are written as in addresses: `a b` is `a%20b`.

A line of answers.jsonl has `id`, `kind`, `question`, `history`, `standalone_question`, `hits`, and `wanted`:
`answers`, `answerable`, `facts`, `documents` (each `document_id`, `title`, `grade`, and `ranks` by stage, as far as
it was found), `evidence` (each `document_id`, `start`, `end`, `quote`) and the `passages` that hold it. Where an
answer was asked for, it also has `answer`, `short_answer`, `abstained`, `confidence`, `citations`, `exact_quotes`,
and `guess`: what would have been said if nothing were refused. `hits` are the best passages (each `document_id`,
`start`, `end`, `score`, `ranks`, and the first ones `text`). Of a conversation, `instead` has what other questions
would have found: documents with their scores.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DataError

TASK, FIGURES, ANSWERS, SCORES, TIMINGS = "task.json", "figures.json", "answers.jsonl", "scores.json", "timings.jsonl"
FILES = (
    FIGURES, SCORES, "run.trec", "qrels.trec", "run.passages.trec", "qrels.passages.trec", "predictions.json",
    "na_probs.json", ANSWERS, TIMINGS, TASK,
)  # fmt: skip
"""All that a run may leave, in the order in which it can be taken away."""
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


def _refuse(error: DataError) -> None:
    raise error


def saved_runs(folder: Path, damaged: Callable[[DataError], None] = _refuse) -> list[SavedRun]:
    """Every finished run below a folder, by name; those that are not finished are left out, and those that `damaged`
    takes note of."""
    found = []
    for path in sorted(folder.glob(f"*/{FIGURES}")):
        try:
            found.append(load_run(path.parent))
        except DataError as error:
            damaged(error)
    return found


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
