"""Fitting what turns a finding's signals into the probability that it is right.

The articles set aside from training are indexed as a corpus, and questions are asked of it end to end. Three
kinds: answerable, near (SQuAD 2.0's adversarial questions, which no paragraph answers) and far (questions of
another collection). A logistic model is fitted on each question's best finding, so that `confidence` is the
probability that the answer given is right; the same weights choose the best.
"""

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.embed import SentenceEmbedder
from index.engine import SearchEngine
from index.sync import sync
from rag.build import assemble
from rag.confidence import signals
from rag.fuse import Fusion
from rag.read import Finding
from rag.risk import AT_MOST_WRONG, Risk
from rag.titles import telling_titles
from rag.training.squad import Asked, held_aside, questions

SEED = 11
FOLDS = 5
PENALTY = 5.0
"""On the weights' squares. The lighter of 1, 2, 3, 5 and 10, the better far questions are told (refusal AUROC 0.949 to
0.931); the heavier, the better near ones (0.803 to 0.805). The gold set's answers are right most often with 5."""
SIZES = {"answerable": 600, "near": 300, "far": 150}


@dataclass(frozen=True, slots=True)
class Observation:
    """One question's likeliest findings: their signals, and whether each is right."""

    kind: str
    values: tuple[tuple[float, ...], ...]
    right: tuple[bool, ...]


def calibrate(data: Path) -> dict[str, object]:
    """What model/confidence.json holds: weights by signal, intercept, threshold, and the figures behind them."""
    asked = held_aside(data)
    chosen = _sample(asked, questions(data, "reddit") + questions(data, "qamr"))
    with tempfile.TemporaryDirectory() as folder:
        names, observations = _observe(chosen, _index(asked, Path(folder)))
    return fit(names, observations)


def _sample(asked: Sequence[Asked], far: Sequence[Asked]) -> list[tuple[str, Asked]]:
    chance = random.Random(SEED)
    kinds = {"answerable": [a for a in asked if a.answers], "near": [a for a in asked if not a.answers], "far": far}
    return [(kind, each) for kind, size in SIZES.items() for each in chance.sample(list(kinds[kind]), size)]


def _index(asked: Sequence[Asked], folder: Path) -> SearchEngine:
    """One document for each article, its paragraphs separated by blank lines."""
    articles: dict[str, dict[str, None]] = {}
    for each in asked:
        articles.setdefault(each.title, {}).setdefault(each.paragraph, None)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, (title, paragraphs) in enumerate(articles.items()):
        front_matter = yaml.safe_dump({"title": title})
        (corpus / f"{number}.md").write_text(f"---\n{front_matter}---\n" + "\n\n".join(paragraphs), encoding="utf-8")
    engine = SearchEngine(folder / "store")
    sync(corpus, engine, SentenceEmbedder())
    return engine


def _observe(chosen: Sequence[tuple[str, Asked]], engine: SearchEngine) -> tuple[tuple[str, ...], list[Observation]]:
    """(names of the signals, one observation for each question)."""
    embedder = SentenceEmbedder()
    assistant = assemble(engine, embedder)
    names: tuple[str, ...] = ()
    observations = []
    for kind, asked in chosen:
        retrieved = assistant.retrieve(asked.question, Fusion().depth)
        hits = [hit for hit in retrieved if hit.reading]  # the one that is read for a word may come late
        titles = telling_titles(engine, hits)
        findings = assistant.reader.read(asked.question, hits)
        found = signals(asked.question, findings, titles)
        names = tuple(found[0]) if found else names
        right = tuple(kind == "answerable" and _is_right(finding, asked) for finding in findings)
        observations.append(Observation(kind, tuple(tuple(each.values()) for each in found), right))
    return names, observations


def _is_right(finding: Finding, asked: Asked) -> bool:
    """Whether a gold answer stands in the sentence, and the sentence in the paragraph that it was asked of."""
    sentence = finding.words(finding.sentence)
    return sentence in asked.paragraph and any(text.lower() in sentence.lower() for text, _ in asked.answers)


def fit(names: Sequence[str], observations: Sequence[Observation]) -> dict[str, object]:
    """The fitted model, and its figures on folds that it was not fitted on."""
    held_out = np.zeros(len(observations))
    right = np.zeros(len(observations), dtype=bool)
    folds = np.arange(len(observations)) % FOLDS
    for fold in range(FOLDS):
        weights, intercept = _weights([each for each, n in zip(observations, folds, strict=True) if n != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            logits = np.array(observations[i].values) @ weights + intercept
            held_out[i] = 1 / (1 + np.exp(-logits.max()))
            right[i] = observations[i].right[logits.argmax()]
    weights, intercept = _weights(observations)
    kinds = np.array([each.kind for each in observations])
    risk = Risk(len(observations), tuple(np.sort(held_out[~right])[::-1].round(4).tolist()))
    threshold = round(risk.threshold(AT_MOST_WRONG), 4)
    return {
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        "intercept": round(intercept, 4),
        "threshold": threshold,
        "risk": {"asked": risk.asked, "wrong": list(risk.wrong)},
        "figures": {
            "questions": {str(kind): int((kinds == kind).sum()) for kind in np.unique(kinds)},
            "right sentence first, of answerable": round(float(right[kinds == "answerable"].mean()), 4),
            "refused, of answerable": round(float((held_out[kinds == "answerable"] < threshold).mean()), 4),
            "refused, of near": round(float((held_out[kinds == "near"] < threshold).mean()), 4),
            "refused, of far": round(float((held_out[kinds == "far"] < threshold).mean()), 4),
            "refusal AUROC, near": _auroc(held_out, kinds, "near"),
            "refusal AUROC, far": _auroc(held_out, kinds, "far"),
        },
    }


def _weights(observations: Sequence[Observation]) -> tuple[np.ndarray, float]:
    """(weights, intercept), fitted on each question's best finding; which that is, a first fit over all says."""
    values = [np.array(each.values) for each in observations]
    right = np.concatenate([each.right for each in observations])
    first = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(np.vstack(values), right)
    best = [int(first.decision_function(rows).argmax()) for rows in values]
    chosen = np.array([rows[i] for rows, i in zip(values, best, strict=True)])
    correct = np.array([each.right[i] for each, i in zip(observations, best, strict=True)])
    second = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(chosen, correct)
    return second.coef_[0], float(second.intercept_[0])


def _auroc(probability: np.ndarray, kinds: np.ndarray, kind: str) -> float:
    asked = (kinds == "answerable") | (kinds == kind)
    return round(float(roc_auc_score(kinds[asked] == "answerable", probability[asked])), 4)
