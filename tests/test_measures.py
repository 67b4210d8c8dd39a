"""Measures of answers, against numbers worked by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures import holds, normalised, overlap, share, token_f1

_SPAN = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Boring\nCompany", "boring company"),
        ("An apple, a pear.", "apple pear"),
        ("“$44 billion”", "44 billion"),
        ("Nov. 8", "nov 8"),
        ("Theatre and another", "theatre and another"),
        ("free-for-all", "freeforall"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_normalised_text_has_no_case_punctuation_or_articles(text: str, expected: str) -> None:
    assert normalised(text) == expected


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=100)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("The CEO is Derrick Johnson. [1]", "derrick johnson", True),
        ("He paid $44 billion.", "$44 Billion", True),
        ("Johnson, Derrick", "Derrick Johnson", False),
        ("It cost 180 euros.", "18", False),
        ("The Johnsons came.", "Johnson", False),
        ("They went to the Boring Company", "The Boring Company", True),
        ("", "Johnson", False),
    ],
)
def test_a_text_holds_an_answer_if_its_words_stand_there_in_order(text: str, answer: str, expected: bool) -> None:
    assert holds(text, answer) is expected


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ("Derrick Johnson", "the Derrick Johnson.", 1.0),
        ("Musk", "Johnson", 0.0),
        ("Rabbi Abraham Cooper", "Abraham Cooper", 0.8),  # precision 2/3, recall 2/2
        ("Cooper", "Rabbi Abraham Cooper", 0.5),  # precision 1/1, recall 1/3
        ("no no no", "no", 0.5),  # a word counts as often as it stands in both: 1/3, 1/1
        ("Cooper Abraham", "Abraham Cooper", 1.0),
        ("", "", 1.0),
        ("the", "", 1.0),
        ("", "Cooper", 0.0),
        ("Cooper", "", 0.0),
    ],
)
def test_token_f1_is_the_harmonic_mean_of_precision_and_recall(predicted: str, gold: str, expected: float) -> None:
    assert token_f1(predicted, gold) == pytest.approx(expected)


@given(st.text("ab ", max_size=12), st.text("ab ", max_size=12))
@settings(deadline=None, max_examples=100)
def test_token_f1_is_symmetric_and_between_0_and_1(first: str, second: str) -> None:
    assert token_f1(first, second) == token_f1(second, first)
    assert 0 <= token_f1(first, second) <= 1


def test_a_share_is_of_all_flags_and_0_of_none() -> None:
    assert share([True, False, True, True]) == 0.75
    assert share([]) == 0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((0, 10), (5, 12), 5), ((0, 10), (2, 4), 2), ((0, 5), (5, 9), 0), ((0, 2), (7, 9), 0), ((3, 8), (3, 8), 5)],
)
def test_overlap_is_the_number_of_common_characters(
    first: tuple[int, int], second: tuple[int, int], expected: int
) -> None:
    assert overlap(first, second) == expected


@given(_SPAN, _SPAN)
@settings(deadline=None, max_examples=100)
def test_overlap_counts_the_offsets_that_both_spans_hold(first: tuple[int, int], second: tuple[int, int]) -> None:
    assert overlap(first, second) == overlap(second, first) == len(set(range(*first)) & set(range(*second)))
