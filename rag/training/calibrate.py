"""Fitting what turns a finding's signals into the probability that it is right.

The articles set aside from training are indexed as a corpus, and questions are asked of it end to end. Five kinds:
answerable, near (SQuAD 2.0's adversarial questions, which no paragraph answers), far (questions of another
collection), and those that were written for this project: reworded, which are answerable, and near misses. One logistic
model is fitted on the findings of people's questions, and chooses the best; another on each question's best finding, so
that `confidence` is the probability that the answer given is right.
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
from rag.training.written import written

SEED = 11
FOLDS = 5
PENALTY = 5.0
"""On the weights' squares. Of 1, 3, 5, 10 and 30, the lighter, the better far questions and near misses are told on
folds (0.922 and 0.789 with 1); the heavier, the better the gold set's (refusal AUROC 0.957 with 1, 0.966 with 5, 0.971
with 30). One model for the choice, too, chose the right sentence for 0.847 of 300 questions, where two choose it for
0.883."""
SIZES = {"answerable": 600, "near": 300, "far": 150, "reworded": 300, "near miss": 300}
ANSWERED = {"answerable": ("near", "far"), "reworded": ("near miss",)}
"""The kinds that are answered, and those that each is to be told from."""
CHOSEN_ON = frozenset({"answerable", "near", "far"})
"""The kinds that the choice is fitted on. With all of them the right sentence is chosen for 0.863 of people's questions
where it is 0.883 with these, and for 0.660 of the reworded where it is 0.667."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One question's likeliest findings: their signals, and whether each is right."""

    kind: str
    values: tuple[tuple[float, ...], ...]
    right: tuple[bool, ...]


def calibrate(data: Path) -> dict[str, object]:
    """What model/confidence.json holds: weights by signal, intercept, threshold, and the figures behind them."""
    asked, own = held_aside(data), written(data, aside=True)
    chosen = _sample(asked, own, questions(data, "reddit") + questions(data, "qamr"))
    with tempfile.TemporaryDirectory() as folder:
        names, observations = _observe(chosen, _index([*asked, *own], Path(folder)))
    return fit(names, observations)


def _sample(asked: Sequence[Asked], own: Sequence[Asked], far: Sequence[Asked]) -> list[tuple[str, Asked]]:
    chance = random.Random(SEED)
    kinds = {
        "answerable": [each for each in asked if each.answers],
        "near": [each for each in asked if not each.answers],
        "far": far,
        "reworded": [each for each in own if each.answers],
        "near miss": [each for each in own if not each.answers],
    }
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
        right = tuple(kind in ANSWERED and _is_right(finding, asked) for finding in findings)
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
        choice, judge = _models([each for each, n in zip(observations, folds, strict=True) if n != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            best = _best(choice, observations[i])
            held_out[i] = judge.predict_proba([observations[i].values[best]])[0, 1]
            right[i] = observations[i].right[best]
    choice, judge = _models(observations)
    kinds = np.array([each.kind for each in observations])
    risk = Risk(len(observations), tuple(np.sort(held_out[~right])[::-1].round(4).tolist()))
    threshold = round(risk.threshold(AT_MOST_WRONG), 4)
    return {
        "choice": _by_name(names, choice),
        "weights": _by_name(names, judge),
        "intercept": round(float(judge.intercept_[0]), 4),
        "threshold": threshold,
        "risk": {"asked": risk.asked, "wrong": list(risk.wrong)},
        "figures": {
            "questions": {str(kind): int((kinds == kind).sum()) for kind in np.unique(kinds)},
            **{f"right sentence first, of {kind}": _mean(right[kinds == kind]) for kind in ANSWERED},
            **{f"refused, of {kind}": _mean(held_out[kinds == kind] < threshold) for kind in SIZES},
            **{
                f"refusal AUROC, {refused}": _auroc(held_out, kinds, answered, refused)
                for answered, others in ANSWERED.items()
                for refused in others
            },
        },
    }


def _mean(values: np.ndarray) -> float:
    return round(float(values.mean()), 4)


def _models(observations: Sequence[Observation]) -> tuple[LogisticRegression, LogisticRegression]:
    """(which of a question's findings is best, whether the best is right)."""
    shown = [each for each in observations if each.kind in CHOSEN_ON]
    choice = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(
        np.vstack([each.values for each in shown]), np.concatenate([each.right for each in shown])
    )
    best = [_best(choice, each) for each in observations]
    judge = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(
        [each.values[i] for each, i in zip(observations, best, strict=True)],
        [each.right[i] for each, i in zip(observations, best, strict=True)],
    )
    return choice, judge


def _best(choice: LogisticRegression, observation: Observation) -> int:
    return int(choice.decision_function(np.array(observation.values)).argmax())


def _by_name(names: Sequence[str], model: LogisticRegression) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}


def _auroc(probability: np.ndarray, kinds: np.ndarray, answered: str, refused: str) -> float:
    asked = (kinds == answered) | (kinds == refused)
    return round(float(roc_auc_score(kinds[asked] == answered, probability[asked])), 4)
