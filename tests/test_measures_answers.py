"""Measures of an answer's words, against numbers worked by hand and SQuAD's own algorithm."""

import re
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.measures.answers import best_f1, exact_match, holds, normalised, said, token_f1

_TEXTS = st.one_of(
    st.text(max_size=30), st.lists(st.sampled_from("a an the The A’s cat. Cat, “dog” no-one é ş".split())).map(" ".join)
)


def _official_tokens(text: str) -> list[str]:
    """What `evaluate-v2.0.py` compares, told again in its own order: lower, punctuation, articles, whitespace."""
    kept = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", kept).split()


def _official_f1(gold: str, predicted: str) -> float:
    wanted, found = _official_tokens(gold), _official_tokens(predicted)
    same = sum(min(wanted.count(word), found.count(word)) for word in set(wanted))
    if len(wanted) == 0 or len(found) == 0:
        return int(wanted == found)
    if same == 0:
        return 0
    precision, recall = 1.0 * same / len(found), 1.0 * same / len(wanted)
    return (2 * precision * recall) / (precision + recall)


def _official_golds(golds: list[str]) -> list[str]:
    kept = [gold for gold in golds if _official_tokens(gold)]
    return kept if kept else [""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Boring\nCompany", "boring company"),
        ("An apple, a pear.", "apple pear"),
        ("“$44 billion”", "“44 billion”"),  # only ASCII punctuation goes
        ("Musk’s", "musk’s"),
        ("Musk's", "musks"),
        ("Nov. 8", "nov 8"),
        ("Theatre and another", "theatre and another"),
        ("free-for-all", "freeforall"),
        ("T.H.E. end", "end"),  # punctuation goes before articles
        ("", ""),
        ("?!", ""),
    ],
)
def test_normalised_text_has_no_case_ascii_punctuation_or_articles(text: str, expected: str) -> None:
    assert normalised(text) == expected


@given(_TEXTS)
@settings(max_examples=200)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ("Derrick Johnson", "the Derrick Johnson.", 1.0),
        ("Musk", "Johnson", 0.0),
        ("Rabbi Abraham Cooper", "Abraham Cooper", 2 * (2 / 3) * (2 / 2) / (2 / 3 + 2 / 2)),  # 0.8
        ("Cooper", "Rabbi Abraham Cooper", 2 * (1 / 1) * (1 / 3) / (1 / 1 + 1 / 3)),  # 0.5
        ("no no no", "no", 2 * (1 / 3) * (1 / 1) / (1 / 3 + 1 / 1)),  # a word counts as often as it stands in both
        ("Cooper Abraham", "Abraham Cooper", 1.0),
        ("", "", 1.0),
        ("the", "", 1.0),
        ("", "Cooper", 0.0),
        ("Cooper", "", 0.0),
    ],
)
def test_token_f1_is_the_harmonic_mean_of_precision_and_recall(predicted: str, gold: str, expected: float) -> None:
    assert token_f1(predicted, gold) == pytest.approx(expected)


@given(_TEXTS, _TEXTS)
@settings(max_examples=300)
def test_token_f1_is_the_official_one_symmetric_and_between_0_and_1(first: str, second: str) -> None:
    assert token_f1(first, second) == _official_f1(second, first)
    assert token_f1(first, second) == pytest.approx(token_f1(second, first))
    assert 0 <= token_f1(first, second) <= 1


@given(_TEXTS, st.lists(_TEXTS, max_size=4))
@example("", [])
@example("the", ["?!", "a"])
@settings(max_examples=300)
def test_the_best_gold_counts_as_in_the_official_script(predicted: str, golds: list[str]) -> None:
    usable = _official_golds(golds)
    assert best_f1(predicted, golds) == max(_official_f1(gold, predicted) for gold in usable)
    assert exact_match(predicted, golds) == max(
        int(" ".join(_official_tokens(gold)) == " ".join(_official_tokens(predicted))) for gold in usable
    )


@pytest.mark.parametrize(
    ("predicted", "golds", "match", "f1"),
    [
        ("the Boring Company", ["Tesla", "boring company."], 1.0, 1.0),
        ("Boring", ["Tesla", "boring company."], 0.0, 2 * 1 * 0.5 / 1.5),
        ("", [], 1.0, 1.0),  # refused, and rightly
        ("Tesla", [], 0.0, 0.0),
        ("", ["Tesla"], 0.0, 0.0),
        ("", ["Tesla", "!"], 0.0, 0.0),  # a gold without words is none, and does not make silence right
        ("", ["The", "!"], 1.0, 1.0),  # unless no other is left
        ("Tesla", ["The"], 0.0, 0.0),
    ],
)
def test_no_gold_means_that_silence_is_right(predicted: str, golds: list[str], match: float, f1: float) -> None:
    assert exact_match(predicted, golds) == match
    assert best_f1(predicted, golds) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("The CEO is Derrick Johnson. [1]", "derrick johnson", True),
        ("He paid $44 billion.", "$44 Billion", True),
        ("Johnson, Derrick", "Derrick Johnson", False),
        ("It cost 180 euros.", "18", False),
        ("The Johnsons came.", "Johnson", False),
        ("The Alliance’s members", "Alliance", True),
        ("They went to the Boring Company", "The Boring Company", True),
        ("", "Johnson", False),
    ],
)
def test_a_text_holds_an_answer_if_its_words_stand_there_in_order(text: str, answer: str, expected: bool) -> None:
    assert holds(text, answer) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((("44 billion", "$44bn"), ("Musk",)), True),
        ((("$44bn",), ("Musk",)), False),
        ((("44 billion",), ("Tesla",)), False),
        (((),), False),  # a fact without a spelling cannot be said
        ((), True),
    ],
)
def test_every_fact_must_be_said_in_one_of_its_spellings(facts: tuple[tuple[str, ...], ...], expected: bool) -> None:
    assert said("Musk paid $44 billion. [1]", facts) is expected
