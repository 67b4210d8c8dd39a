"""Fitting what turns a finding's signals into the probability that it is right.

The articles set aside from training are indexed as a corpus, and questions are asked of it end to end. Three
kinds: answerable, near (SQuAD 2.0's adversarial questions, which no paragraph answers) and far (questions of
another collection). A logistic model is fitted over the findings, then scaled again (Platt 1999) over each
question's best finding, so that `confidence` is the probability that the answer given is right.
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
from rag.assistant import READ
from rag.confidence import signals
from rag.network import ReaderModel
from rag.read import Finding, SpanReader
from rag.retrieve import Retriever
from rag.training.squad import Asked, held_aside, questions

SEED = 11
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
    retriever, reader = Retriever(engine, embedder), SpanReader(ReaderModel(), embedder)
    names: tuple[str, ...] = ()
    observations = []
    for kind, asked in chosen:
        hits = retriever.retrieve(asked.question, READ)
        titles = engine.catalog.titles(sorted({hit.passage.document_id for hit in hits}))
        findings = reader.read(asked.question, hits, titles)
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
    values = np.array([row for each in observations for row in each.values])
    right = np.array([one for each in observations for one in each.right])
    model = LogisticRegression(C=10, max_iter=1000).fit(values, right)
    best = [int(np.argmax(model.decision_function(np.array(each.values)))) for each in observations]
    logits = np.array(
        [
            float(model.decision_function(np.array([each.values[i]]))[0])
            for each, i in zip(observations, best, strict=True)
        ]
    )
    correct = np.array([each.right[i] for each, i in zip(observations, best, strict=True)])
    scale = LogisticRegression(C=1e6).fit(logits[:, None], correct)
    slope, shift = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    probability = 1 / (1 + np.exp(-(slope * logits + shift)))
    kinds = np.array([each.kind for each in observations])
    return {
        "weights": {name: round(float(weight) * slope, 4) for name, weight in zip(names, model.coef_[0], strict=True)},
        "intercept": round(float(model.intercept_[0]) * slope + shift, 4),
        "threshold": _threshold(probability, kinds),
        "figures": {
            "questions": dict(SIZES),
            "right sentence first, of answerable": round(float(correct[kinds == "answerable"].mean()), 4),
            "refusal AUROC, near": _auroc(probability, kinds, "near"),
            "refusal AUROC, far": _auroc(probability, kinds, "far"),
        },
    }


def _threshold(probability: np.ndarray, kinds: np.ndarray) -> float:
    """Where as many answerable questions are refused wrongly as near ones are answered wrongly, in share."""
    candidates = np.unique(probability.round(3))
    answerable, near = probability[kinds == "answerable"], probability[kinds == "near"]
    gaps = [abs(float((answerable < t).mean()) - float((near >= t).mean())) for t in candidates]
    return float(candidates[int(np.argmin(gaps))])


def _auroc(probability: np.ndarray, kinds: np.ndarray, kind: str) -> float:
    asked = (kinds == "answerable") | (kinds == kind)
    return round(float(roc_auc_score(kinds[asked] == "answerable", probability[asked])), 4)
