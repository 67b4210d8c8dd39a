"""A task to a saved run: index, ask, measure, write; step by step, and resumed where it was interrupted."""

import json
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from eval.ask import Asker
from eval.journal import Journal, held
from eval.saved import FIGURES, SCORES, Record, SavedRun, load_run
from eval.score import Measured, document_qrels, document_run, measure, passage_qrels, passage_run
from eval.system import Embedders, Step, build_system
from eval.task import Task
from index.embed import SentenceEmbedder
from index.files import write_file
from index.place import ROOT

RUNS = ROOT / "eval" / "runs"
TAG = "verbatim"


def perform(
    task: Task,
    folder: Path | None = None,
    store: Path | None = None,
    again: bool = False,
    embedders: Embedders = SentenceEmbedder,
) -> Generator[Step, None, SavedRun]:
    """Measure step by step into a folder of RUNS, or the one given; the run, once it is finished.

    What an earlier attempt at the same task has asked is not asked again, unless `again`. Take all steps on one
    thread, for the locks are its own. Raises DataError if the folder holds another run or is being written, and
    StoreError as `build_system` does.
    """
    folder = folder or RUNS / task.name()
    with held(folder):
        journal = Journal(folder, task.identity(), again)
        questions = task.questions()
        if len(journal.records) < len(questions):
            yield from _ask(task, journal, store, embedders)
        yield Step("measuring", len(questions), len(questions))
        _write(folder, task, journal.records, measure(task.kind, journal.records))
    return load_run(folder)


def _ask(task: Task, journal: Journal, store: Path | None, embedders: Embedders) -> Generator[Step, None, None]:
    assistant = yield from build_system(task.benchmark, task.settings, store, embedders)
    asker = Asker(task, assistant, {each.id: each for each in task.benchmark.documents})
    questions = task.questions()
    with journal.appending() as appender:
        for done in range(len(journal.records), len(questions)):
            yield Step("asking questions", done, len(questions))
            appender.append(*asker.ask(questions[done]))
        yield Step("asking questions", len(questions), len(questions))


def _write(folder: Path, task: Task, records: Sequence[Record], measured: Measured) -> None:
    """figures.json comes last: with it the run is finished."""
    files = {
        "run.trec": _trec_run(document_run(records)),
        "qrels.trec": _trec_qrels(document_qrels(records)),
    }
    if passages := passage_qrels(records):
        files["run.passages.trec"] = _trec_run(passage_run(records))
        files["qrels.passages.trec"] = _trec_qrels(passages)
    if "F1" in measured.scores:
        files["predictions.json"] = _json({each["id"]: each["short_answer"] or "" for each in records})
        files["na_probs.json"] = _json({each["id"]: round(1 - each["confidence"], 4) for each in records})
    files[SCORES] = _json(measured.scores)
    manifest = task.identity() | {"command": task.command()} | measured.to_json(task.kind)
    for name, text in (files | {FIGURES: _json(manifest)}).items():
        write_file(folder / name, text.encode("utf-8", "surrogatepass"))


def _trec_run(run: Mapping[str, Mapping[str, float]]) -> str:
    return "".join(
        f"{_name(question)} Q0 {_name(document)} {rank} {score:.6f} {TAG}\n"
        for question, ranking in run.items()
        for rank, (document, score) in enumerate(ranking.items(), start=1)
    )


def _trec_qrels(qrels: Mapping[str, Mapping[str, int]]) -> str:
    return "".join(
        f"{_name(question)} 0 {_name(document)} {grade}\n"
        for question, grades in qrels.items()
        for document, grade in grades.items()
    )


def _name(text: str) -> str:
    """An id as TREC's files take it, which are separated by whitespace."""
    return "".join(quote(c, safe="") if c.isspace() or c == "%" else c for c in text)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
