"""A saved run in a terminal: its figures, its stages' times, and its worst questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from eval.explain import explanation, written
from eval.measures.latency import summary
from eval.saved import SavedRun
from eval.settings import Settings
from eval.task import BUDGET, DEPTH
from eval.worst import Miss, worst_questions

WIDTH = 100


def run_lines(run: SavedRun) -> Iterator[str]:
    """Its figures with what they mean, by kind of question where there are several, and the milliseconds by stage."""
    benchmark = run.manifest["benchmark"]
    yield f"{benchmark['name']}: {benchmark['documents']:,} documents, {benchmark['questions']:,} questions"
    yield ""
    for name, value in run.figures.items():
        yield f"{name:24} {written(name, value, 4):>8}   {explanation(name)}".rstrip()
    yield from _by_kind(run)
    yield from _times(run)
    yield ""
    yield f"saved in {run.folder}"
    yield f"its worst questions: python -m eval worst {run.folder}"


def changed_settings(manifest: Mapping[str, Any]) -> str:
    """How a run differs from the shipped assistant asked everything: `passage_tokens=96 sample=50`, or nothing."""
    usual = asdict(Settings()) | {"documents ranked": DEPTH, "token budget": BUDGET, "given": False, "sample": 0}
    settings = manifest.get("settings", {})
    return " ".join(f"{name}={value}" for name, value in settings.items() if usual.get(name) != value)


def worst_lines(run: SavedRun, most: int) -> Iterator[str]:
    """The worst questions: what was wanted, what came back, and why."""
    worst = worst_questions(run, most)
    asked = len(run.scores.get(run.main_measure, {}))
    shown = f"; the worst {len(worst.misses)}:" if worst.misses else ""
    yield f"{run.name}: {worst.fell_short:,} of {asked:,} questions fell short of 1 by {run.main_measure}{shown}"
    for place, miss in enumerate(worst.misses, start=1):
        yield ""
        yield from map(_flat, _miss_lines(place, miss))


def _miss_lines(place: int, miss: Miss) -> Iterator[str]:
    record = miss.record
    wanted = record["wanted"]
    yield f"{place}. {record['question']}"
    yield f"   id {record['id']}, score {miss.score:.3f}"
    if record["standalone_question"] != record["question"]:
        yield f"   understood as: {record['standalone_question']}"
    if wanted["answers"] or wanted["answerable"] is False:
        yield f"   wanted: {'; '.join(' or '.join(fact) for fact in wanted['answers']) or 'a refusal'}"
    for document in wanted["documents"][:3]:
        ranks = ", ".join(f"{stage} {rank}" for stage, rank in document["ranks"].items()) or "not found"
        yield _cut(f"   wanted document: {document['title'] or document['document_id']} ({ranks})")
        if document.get("text"):
            yield _cut(f"      {document['text']}")
    if "answer" in record:
        yield _cut(f"   said (confidence {record['confidence']:.2f}): {record['answer']}")
    for hit in record["hits"][:1]:
        yield _cut(f"   first hit: {hit['document_id']}: {hit.get('text', '')}")
    yield from (f"   why: {reason}" for reason in miss.why)


def _by_kind(run: SavedRun) -> Iterator[str]:
    """The main measure by kind of question; nothing where there is only one kind."""
    values = run.scores.get(run.main_measure, {})
    kinds: dict[str, list[float]] = {}
    for record in run.records():
        if record["id"] in values:
            kinds.setdefault(record["kind"], []).append(values[record["id"]])
    if len(kinds) > 1:
        yield ""
        yield f"{run.main_measure} by kind of question"
        yield from (f"  {kind or 'none':22} {_share(found)}" for kind, found in kinds.items())


def _share(values: Sequence[float]) -> str:
    return f"{fmean(values):8.3f}   of {len(values)}"


def _times(run: SavedRun) -> Iterator[str]:
    timings = run.timings()
    if timings:
        yield ""
        yield "milliseconds a question  p50      p95"
        for stage, values in timings.items():
            times = summary(values)
            yield f"  {stage:16} {times['p50']:9.1f} {times['p95']:8.1f}"


def _cut(text: str) -> str:
    line = _flat(text)
    return line if len(line) <= WIDTH else line[: WIDTH - 2] + " …"


def _flat(text: str) -> str:
    """One line, with the spaces that it begins with."""
    return text[: len(text) - len(text.lstrip())] + " ".join(text.split())
