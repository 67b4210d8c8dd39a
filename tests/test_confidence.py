"""Confidence: logistic models over signals, worked by hand."""

import json
import math
from pathlib import Path

import pytest

from corpus.document import Passage
from corpus.errors import UserError
from corpus.sentences import Span
from rag import confidence
from rag.confidence import Confidence, Logistic, fitted_confidence, signals
from rag.read import Finding
from rag.retrieve import Hit
from rag.risk import AT_MOST_WRONG

TEXT = "Ann Lee runs the port."
BY_SIMILARITY = Logistic({"similarity": 1.0}, 0.0)
CERTAIN = Logistic({}, 100.0)


def finding(margin: float = 8.0, similarity: float = 0.25) -> Finding:
    hit = Hit(Passage("port.txt", 0, len(TEXT), TEXT), 0.5, {})
    return Finding(hit, Span(0, len(TEXT)), Span(0, 7), margin, 4.0, 0.0, similarity)


def test_signals_are_squashed_or_shares() -> None:
    weak, strong = signals("Who runs Rotterdam?", [finding(0.0), finding()], {"port.txt": "Rotterdam"})
    assert weak["margin"] == 0.0
    assert strong["margin"] == pytest.approx(math.tanh(1))
    assert strong["answerable"] == pytest.approx(math.tanh(1))
    assert strong["similarity"] == 0.25
    assert strong["coverage"] == 1.0  # "runs" in the passage, "Rotterdam" in the title
    assert 0 < strong["sentence"] < 1
    assert strong["names"] == 1.0
    assert strong["kind"] == 1.0


def test_a_name_that_is_missing_counts_against_a_finding() -> None:
    assert signals("Who runs Antwerp?", [finding()], {})[0]["names"] == 0.0


def test_the_probability_is_that_of_being_about_it_times_that_of_answering_it() -> None:
    model = Confidence(BY_SIMILARITY, Logistic({"similarity": 2.0}, -1.0), Logistic({"margin": 1.0}, 0.5), 0.5)
    first, second = model.judge("Who?", [finding(0.0, similarity=0.5), finding(8.0, similarity=1.0)], {})
    assert first.probability == pytest.approx(1 / (1 + math.exp(-1.0)) / (1 + math.exp(-math.tanh(1) - 0.5)))
    assert second.probability == pytest.approx(1 / 2 / (1 + math.exp(-0.5)))


def test_the_best_comes_first_though_another_is_likelier_to_be_right() -> None:
    model = Confidence(BY_SIMILARITY, CERTAIN, Logistic({"margin": 1.0}, 0.0), 0.5)
    first, second = model.judge("Who?", [finding(9.0, similarity=0.1), finding(1.0, similarity=0.9)], {})
    assert first.finding.similarity == 0.9
    assert first.probability < second.probability


def test_nothing_found_is_nothing_judged() -> None:
    assert Confidence(BY_SIMILARITY, CERTAIN, CERTAIN, 0.5).judge("Who?", [], {}) == []


def test_the_fitted_models_weigh_signals_that_there_are_and_none_speaks_against() -> None:
    model = fitted_confidence()
    for each in (model.choice, model.about, model.answers):
        assert each.weights
        assert set(each.weights) <= set(signals("Who?", [finding()], {})[0])
        assert min(each.weights.values()) >= 0


def test_the_shipped_threshold_keeps_its_promise() -> None:
    model = fitted_confidence()
    assert 0 < model.threshold < 1
    answered = sum(probability >= model.threshold for probability in model.risk.wrong)
    assert (answered + 1) / (model.risk.asked + 1) <= AT_MOST_WRONG / 100 < (answered + 2) / (model.risk.asked + 1)


@pytest.mark.parametrize("content", ["", "[]", json.dumps({"choice": {"weights": {}}})])
def test_damaged_coefficients_say_what_to_restore(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(content)
    monkeypatch.setattr(confidence, "COEFFICIENTS", path)
    with pytest.raises(UserError, match="restore"):
        fitted_confidence()
