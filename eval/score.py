"""Records to figures: every measure of every question, their means, and curves. Nothing here asks anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from eval.measures.answers import best_f1, exact_match, said
from eval.measures.calibration import brier_score, expected_calibration_error, reliability
from eval.measures.citations import citation_precision, citation_recall
from eval.measures.multihop import multihop_scores
from eval.measures.refusal import (
    area_under_risk_coverage,
    auroc,
    refusal_precision,
    refusal_recall,
    risk_coverage,
)
from eval.measures.retrieval import recall_by_depth, scores
from eval.measures.spans import Span
from eval.measures.splitting import span_iou, span_precision, span_recall
from eval.saved import Record

Scores = dict[str, dict[str, float]]
STEP = 1e-6
DEPTHS = (1, 2, 3, 5, 10, 20, 30, 50, 70, 100)
PASSAGE_MEASURES = ("nDCG@10", "Success@1", "Success@5", "R@5", "R@20")
FEW_DOCUMENTS = ("nDCG@10", "RR@10", "Success@1", "Success@5")
MAIN = {"retrieval": "nDCG@10", "answers": "right", "conversations": "nDCG@10", "splitting": "span recall",
        "gold": "right"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """`scores` are measure to question id to value; `figures` are their means and what has no value a question."""

    scores: Scores = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)

    def main_measure(self, kind: str) -> str:
        """By what questions are ordered: the kind's own, else the first there is."""
        return MAIN[kind] if MAIN[kind] in self.scores else next(iter(self.scores), "")

    def to_json(self, kind: str) -> dict[str, object]:
        """As figures.json keeps it."""
        return {"main_measure": self.main_measure(kind), "figures": self.figures, "curves": self.curves}


def measure(kind: str, records: Sequence[Record]) -> Measured:
    """All that the records of a run allow to be measured."""
    found: Scores = {}
    if kind == "splitting":
        found |= _splitting(records)
    elif kind == "retrieval":
        found |= _retrieval(records) | _multihop(records)
    else:
        found |= _answers(records) | _retrieval(records) | _instead(records)
    figures = {"questions": float(len(records))}
    figures |= {name: _rounded(fmean(values.values())) for name, values in found.items() if values}
    if kind not in ("splitting", "retrieval"):
        figures |= _refusals(records)
    return Measured({n: v for n, v in found.items() if v}, figures, _curves(kind, records))


def document_qrels(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Grades of documents, by question id; questions without any judgement are left out."""
    judged = {each["id"]: {d["document_id"]: d["grade"] for d in each["wanted"]["documents"]} for each in records}
    return {question: grades for question, grades in judged.items() if grades}


def document_run(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Documents by their best passage, in its order."""
    return {each["id"]: _untied([(hit["document_id"], hit["score"]) for hit in each["hits"]]) for each in records}


def passage_qrels(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Passages that hold evidence, by question id."""
    judged = {each["id"]: {passage_id(p): 1 for p in each["wanted"]["passages"]} for each in records}
    return {question: grades for question, grades in judged.items() if grades}


def passage_run(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Passages in the order in which they were retrieved."""
    return {each["id"]: _untied([(passage_id(hit), hit["score"]) for hit in each["hits"]]) for each in records}


def passage_id(place: Mapping[str, object]) -> str:
    """A name for a passage: its document and its offsets."""
    return f"{place['document_id']}:{place['start']}-{place['end']}"


def _untied(ranking: Sequence[tuple[str, float]]) -> dict[str, float]:
    """The first score of each id, made to fall strictly, for scorers break ties in ways of their own.

    Steps are such that 32 bits, of which trec_eval keeps scores in, can tell them.
    """
    untied: dict[str, float] = {}
    last = float("inf")
    for name, score in ranking:
        if name not in untied:
            step = STEP * max(1.0, abs(score))
            last = untied[name] = round(min(score, last - step), 6)
    return untied


def _retrieval(records: Sequence[Record]) -> Scores:
    qrels, passages = document_qrels(records), passage_qrels(records)
    found = scores(qrels, document_run(records)) if qrels else {}
    if passages:
        of_passages = scores(passages, passage_run(records), PASSAGE_MEASURES)
        found |= {f"passage {name}": values for name, values in of_passages.items()}
    return found


def _multihop(records: Sequence[Record]) -> Scores:
    found: Scores = {}
    for each in records:
        texts = [hit["text"] for hit in each["hits"] if "text" in hit]
        for name, value in multihop_scores(texts, each["wanted"]["facts"]).items():
            found.setdefault(name, {})[each["id"]] = value
    return found


def _instead(records: Sequence[Record]) -> Scores:
    """What the question as it was typed, and as a person rewrote it, would have found."""
    found: Scores = {}
    for name in ("last turn", "rewrite"):
        runs = {each["id"]: each["instead"][name] for each in records if name in each.get("instead", {})}
        qrels = {question: grades for question, grades in document_qrels(records).items() if question in runs}
        run = {question: _untied(list(documents.items())) for question, documents in runs.items()}
        if qrels:
            found |= {f"{measure}, {name}": v for measure, v in scores(qrels, run, FEW_DOCUMENTS).items()}
    return found


def _splitting(records: Sequence[Record]) -> Scores:
    measures: dict[str, Callable[[list[Span], list[Span]], float | None]] = {
        "span recall": span_recall, "span precision": span_precision, "span IoU": span_iou,
    }  # fmt: skip
    found: Scores = {}
    for each in records:
        for name, of in measures.items():
            value = of(_spans(each["hits"]), _spans(each["wanted"]["evidence"]))
            if value is not None and each["wanted"]["evidence"]:
                found.setdefault(name, {})[each["id"]] = value
    return found


def _answers(records: Sequence[Record]) -> Scores:
    known = _known(records)
    found: Scores = {"right": {each["id"]: float(_is_right(each)) for each in known}}
    with_answer = [each for each in known if each["wanted"]["answers"]]
    found["right answers"] = {each["id"]: float(_is_right(each)) for each in with_answer}
    proved = [each for each in with_answer if each["wanted"]["evidence"]]
    found["right and cited"] = {each["id"]: float(_is_right(each) and _cites(each)) for each in proved}
    if all(len(each["wanted"]["answers"]) <= 1 for each in known):  # SQuAD's scorer knows one answer a question
        golds = {each["id"]: [s for fact in each["wanted"]["answers"] for s in fact] for each in known}
        said_shortly = {each["id"]: each["short_answer"] or "" for each in known}
        found["exact match"] = {i: float(exact_match(said_shortly[i], golds[i])) for i in golds}
        found["F1"] = {i: best_f1(said_shortly[i], golds[i]) for i in golds}
    for name, of in (("citation precision", citation_precision), ("citation recall", citation_recall)):
        values = {each["id"]: of(_quotes(each), _spans(each["wanted"]["evidence"])) for each in proved if _said(each)}
        found[name] = {i: value for i, value in values.items() if value is not None}
    found["exact quotes"] = {each["id"]: float(each["exact_quotes"]) for each in records if each["citations"]}
    return found


def _refusals(records: Sequence[Record]) -> dict[str, float]:
    known = [each for each in records if each["wanted"]["answerable"] is not None]
    refused, answerable = [not _said(each) for each in known], [bool(each["wanted"]["answerable"]) for each in known]
    confidences, right = _judged(records)
    figures = {
        "answered": fmean([float(_said(each)) for each in records]) if records else None,
        "refusal precision": refusal_precision(refused, answerable),
        "refusal recall": refusal_recall(refused, answerable),
        "refusal AUROC": auroc([each["confidence"] for each in known], answerable),
        "AURC": area_under_risk_coverage(risk_coverage(confidences, right)),
        "ECE": expected_calibration_error(confidences, right),
        "Brier": brier_score(confidences, right),
    }
    return {name: _rounded(value) for name, value in figures.items() if value is not None}


def _curves(kind: str, records: Sequence[Record]) -> dict[str, list[tuple[float, ...]]]:
    curves: dict[str, list[tuple[float, ...]]] = {}
    qrels = document_qrels(records)
    if qrels and kind != "splitting":
        curves["recall by depth"] = [
            (depth, value) for depth, value in recall_by_depth(qrels, document_run(records), DEPTHS)
        ]
    if kind not in ("retrieval", "splitting"):
        confidences, right = _judged(records)
        curves["risk–coverage"] = list(risk_coverage(confidences, right))
        curves["reliability"] = list(reliability(confidences, right))
    return {name: [tuple(_rounded(x) for x in point) for point in points] for name, points in curves.items() if points}


def _judged(records: Sequence[Record]) -> tuple[list[float], list[bool]]:
    """Confidences, and whether what would have been said is right, of every question whose answer is known."""
    known = _known(records)
    right = [
        bool(each["wanted"]["answers"]) and said(each["guess"]["answer"], each["wanted"]["answers"]) for each in known
    ]
    return [each["confidence"] for each in known], right


def _known(records: Sequence[Record]) -> list[Record]:
    """Questions whose right answer is known, if only that there is none; no questions where all known is that."""
    known = [each for each in records if each["wanted"]["answers"] or each["wanted"]["answerable"] is False]
    return known if any(each["wanted"]["answers"] for each in known) else []


def _is_right(record: Record) -> bool:
    """Every fact stands in the answer; of a question without an answer: it was refused."""
    answers = record["wanted"]["answers"]
    return _said(record) and said(record["answer"], answers) if answers else not _said(record)


def _said(record: Record) -> bool:
    return not record["abstained"]


def _cites(record: Record) -> bool:
    return bool(citation_recall(_quotes(record), _spans(record["wanted"]["evidence"])))


def _quotes(record: Record) -> list[Span]:
    return [(each["document_id"], each["quote_start"], each["quote_end"]) for each in record["citations"]]


def _spans(places: Sequence[Record]) -> list[Span]:
    return [(each["document_id"], each["start"], each["end"]) for each in places]


def _rounded(value: float) -> float:
    return round(float(value), 6)
