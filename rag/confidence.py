"""Which finding is best, and how likely it is right: three logistic models over signals that a person can inspect.

The coefficients in model/confidence.json are fitted by `python -m rag.training calibrate` on questions set aside from
the reader's training; the file says on which.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UserError
from rag.expect import expected_kind, fits
from rag.read import Finding
from rag.risk import AT_MOST_WRONG, NOTHING_ASKED, Risk
from rag.terms import coverage, key_terms, names

COEFFICIENTS = Path(__file__).parent / "model" / "confidence.json"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, the probability that it is right, and the signals that speak for it."""

    finding: Finding
    probability: float
    signals: Mapping[str, float]


def signals(question: str, findings: Sequence[Finding], titles: Mapping[str, str]) -> list[dict[str, float]]:
    """What speaks for each finding, by name.

    margin, answerable, relevance: the reader's logits, squashed so that none outweighs all others; similarity: the
    cosine of question and sentence; coverage, sentence: the share of the question's weighted words in title and
    passage, and in the sentence with the question that it replies to; names: the share of its names and numbers in
    title and passage; kind: whether the short answer is of the kind asked for; found: the score that the searches
    gave the passage.
    """
    terms, named, kind = key_terms(question), [name.lower() for name in names(question)], expected_kind(question)
    found = []
    for finding in findings:
        passage = finding.hit.passage
        context = f"{titles.get(passage.document_id, '')}\n{passage.text}"
        lowered = context.lower().replace("’", "'")
        held = sum(name.replace("’", "'") in lowered for name in named)
        found.append(
            {
                "margin": math.tanh(finding.margin / 8),
                "answerable": math.tanh(finding.answerable / 4),
                "relevance": math.tanh(finding.relevance / 4),
                "similarity": finding.similarity,
                "coverage": coverage(terms, context),
                "sentence": coverage(terms, finding.statement),
                "names": held / len(named) if named else 1.0,
                "kind": float(fits(kind, finding.short_answer)),
                "found": finding.hit.score,
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class Logistic:
    """A probability from signals. No fitted weight is negative: a signal speaks for it, or is left out."""

    weights: Mapping[str, float]
    intercept: float

    def logit(self, signals: Mapping[str, float]) -> float:
        """Higher is likelier."""
        return self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())

    def probability(self, signals: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        return 1 / (1 + math.exp(-self.logit(signals)))


@dataclass(frozen=True, slots=True)
class Confidence:
    """`choice` orders the findings of a question. The best is right if the documents are about what is asked (`about`)
    and the sentence, if they are, answers it (`answers`): its probability is the product of the two.

    `threshold` is the probability from which an answer is given, unless a risk is named.
    """

    choice: Logistic
    about: Logistic
    answers: Logistic
    threshold: float
    risk: Risk = NOTHING_ASKED

    def threshold_for(self, at_most_wrong: float | None) -> float:
        """The probability from which at most that many percent of questions get a wrong answer; see rag/risk.py."""
        return self.threshold if at_most_wrong is None else self.risk.threshold(at_most_wrong)

    def probability(self, signals: Mapping[str, float]) -> float:
        """That a finding with these signals is right."""
        return self.about.probability(signals) * self.answers.probability(signals)

    def judge(self, question: str, findings: Sequence[Finding], titles: Mapping[str, str]) -> list[Judged]:
        """The findings with their probabilities, the best first."""
        judged = [
            Judged(finding, self.probability(values), values)
            for finding, values in zip(findings, signals(question, findings, titles), strict=True)
        ]
        return sorted(judged, key=lambda each: -self.choice.logit(each.signals))


def fitted_confidence() -> Confidence:
    """The models in model/confidence.json; UserError if the file is missing or damaged."""
    try:
        fitted = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
        choice, about, answers = (
            Logistic(dict(fitted[name]["weights"]), float(fitted[name]["intercept"]))
            for name in ("choice", "about", "answers")
        )
        risk = Risk(int(fitted["risk"]["asked"]), tuple(map(float, fitted["risk"]["wrong"])))
        return Confidence(choice, about, answers, risk.threshold(AT_MOST_WRONG), risk)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError("the confidence's coefficients cannot be read; restore the folder rag/model") from error
