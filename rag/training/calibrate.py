"""Fitting what turns a finding's signals into the probability that it is right.

The articles set aside from training are indexed as a corpus, and questions are asked of it end to end. Five kinds:
answerable, near (SQuAD 2.0's adversarial questions, which no paragraph answers), far (another collection's that stand
by themselves), written (for this project, and answerable), and near misses (written, and not answerable). One logistic
model is fitted on all findings, and chooses the best; one on each question's best finding, to tell far questions from
the others; one on the best findings of the others, to tell whether they are right.
"""

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.embed import SentenceEmbedder
from index.engine import SearchEngine
from index.sync import sync
from rag.build import assemble
from rag.confidence import Confidence, Logistic, signals
from rag.fuse import Fusion
from rag.read import Finding
from rag.risk import AT_MOST_WRONG, Risk
from rag.terms import key_terms
from rag.titles import telling_titles
from rag.training.squad import Asked, held_aside, questions
from rag.training.written import written

SEED = 11
FOLDS = 5
PENALTY = 0.5
"""On the weights' squares. With 1, far questions are told less well on folds (refusal AUROC 0.968, with 0.5 0.971, with
0.3 0.972), near ones alike (within 0.001), the gold sets' a little better (at most 0.004)."""
SIZES = {"answerable": 600, "near": 300, "far": 300, "written": 300, "near miss": 300}
FAR_TERMS = 3
"""Stems that carry a far question, at the least: "What was saved?" may be asked of any corpus."""
ANSWERED = {"answerable": ("near", "far"), "written": ("near miss",)}
"""The kinds that are answered, and those that each is to be told from."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One question's likeliest findings: their signals, and whether each is right."""

    kind: str
    signals: tuple[Mapping[str, float], ...]
    right: tuple[bool, ...]


def calibrate(data: Path) -> dict[str, Any]:
    """What model/confidence.json holds: the three models, the risk, and the figures behind them."""
    asked, own = held_aside(data), written(data, aside=True)
    chosen = _sample(asked, own, questions(data, "reddit") + questions(data, "qamr"))
    with tempfile.TemporaryDirectory() as folder:
        return fit(_observe(chosen, _index([*asked, *own], Path(folder))))


def _sample(asked: Sequence[Asked], own: Sequence[Asked], far: Sequence[Asked]) -> list[tuple[str, Asked]]:
    chance = random.Random(SEED)
    kinds = {
        "answerable": [each for each in asked if each.answers],
        "near": [each for each in asked if not each.answers],
        "far": [each for each in far if len(key_terms(each.question)) >= FAR_TERMS],
        "written": [each for each in own if each.answers],
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


def _observe(chosen: Sequence[tuple[str, Asked]], engine: SearchEngine) -> list[Observation]:
    """One for each question."""
    embedder = SentenceEmbedder()
    assistant = assemble(engine, embedder)
    observations = []
    for kind, asked in chosen:
        retrieved = assistant.retrieve(asked.question, Fusion().depth)
        hits = [hit for hit in retrieved if hit.reading]  # the one that is read for a word may come late
        titles = telling_titles(engine, hits)
        findings = assistant.reader.read(asked.question, hits)
        found = signals(asked.question, findings, titles)
        right = tuple(kind in ANSWERED and _is_right(finding, asked) for finding in findings)
        observations.append(Observation(kind, tuple(found), right))
    return observations


def _is_right(finding: Finding, asked: Asked) -> bool:
    """Whether a gold answer stands in the sentence, and the sentence in the paragraph that it was asked of."""
    sentence = finding.words(finding.sentence)
    return sentence in asked.paragraph and any(text.lower() in sentence.lower() for text, _ in asked.answers)


def fit(observations: Sequence[Observation]) -> dict[str, Any]:
    """The fitted models, and their figures on folds that they were not fitted on."""
    held_out = np.zeros(len(observations))
    right = np.zeros(len(observations), dtype=bool)
    folds = np.arange(len(observations)) % FOLDS
    for fold in range(FOLDS):
        models = _models([each for each, n in zip(observations, folds, strict=True) if n != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            best, right[i] = _best(models.choice, observations[i])
            held_out[i] = models.probability(best)
    models = _models(observations)
    kinds = np.array([each.kind for each in observations])
    risk = Risk(len(observations), tuple(np.sort(held_out[~right])[::-1].round(4).tolist()))
    threshold = risk.threshold(AT_MOST_WRONG)
    return {
        "choice": asdict(models.choice),
        "about": asdict(models.about),
        "answers": asdict(models.answers),
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


def _models(observations: Sequence[Observation]) -> Confidence:
    """Fitted, without a threshold."""
    choice = logistic(
        [values for each in observations for values in each.signals],
        [right for each in observations for right in each.right],
    )
    best = [_best(choice, each) for each in observations]
    about = logistic([values for values, _ in best], [each.kind != "far" for each in observations])
    not_far = [found for found, each in zip(best, observations, strict=True) if each.kind != "far"]
    answers = logistic([values for values, _ in not_far], [right for _, right in not_far])
    return Confidence(choice, about, answers, threshold=0.0)


def _best(choice: Logistic, observation: Observation) -> tuple[Mapping[str, float], bool]:
    """(signals of the best finding, whether it is right)."""
    return max(zip(observation.signals, observation.right, strict=True), key=lambda found: choice.logit(found[0]))


def logistic(found: Sequence[Mapping[str, float]], outcome: Sequence[bool]) -> Logistic:
    """A model in which no signal speaks against: the one that does so most is left out, until none does.

    Coverage would, else: written near misses hold more of a text's words than the written questions that it answers. Of
    people's questions, the answered hold more.
    """
    kept = list(found[0])
    while True:
        values = [[each[name] for name in kept] for each in found]
        model = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(values, outcome)
        weights = model.coef_[0]
        if weights.min() >= 0:
            break
        del kept[int(weights.argmin())]
    by_name = {name: round(float(weight), 4) for name, weight in zip(kept, weights, strict=True)}
    return Logistic(by_name, round(float(model.intercept_[0]), 4))


def _auroc(probability: np.ndarray, kinds: np.ndarray, answered: str, refused: str) -> float:
    asked = (kinds == answered) | (kinds == refused)
    return round(float(roc_auc_score(kinds[asked] == answered, probability[asked])), 4)
