"""Counting tokens offline, the way cl100k_base does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.tokens import count_tokens, token_rank


def test_no_texts_have_no_counts() -> None:
    assert count_tokens([]) == []


def test_the_empty_text_has_no_tokens() -> None:
    assert count_tokens([""]) == [0]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        # "tiktoken is great!" is the worked example of OpenAI's cookbook for cl100k_base: t|ik|token| is| great|!
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_a_text_has_as_many_tokens_as_the_published_examples_of_cl100k_base_say(text: str, tokens: int) -> None:
    assert count_tokens([text]) == [tokens]


def test_counts_stand_in_the_order_of_their_texts() -> None:
    texts = ["one", "one two", "", "one two three"]
    assert count_tokens(texts) == [1, 2, 0, 3]


def test_the_spelling_of_a_special_token_is_ordinary_text() -> None:
    assert count_tokens(["<|endoftext|>"])[0] > 1


@settings(max_examples=50)
@given(st.lists(st.text(), max_size=8))
def test_a_text_counts_the_same_alone_and_among_others(texts: list[str]) -> None:
    assert count_tokens(texts) == [count_tokens([text])[0] for text in texts]


@settings(max_examples=50)
@given(st.text(min_size=1))
def test_a_text_has_at_least_one_token_and_at_most_one_a_byte(text: str) -> None:
    assert 1 <= count_tokens([text])[0] <= len(text.encode())


def test_a_million_letters_without_a_space_are_counted() -> None:
    assert 100_000 <= count_tokens(["x" * 1_000_000])[0] <= 500_000


def test_a_word_that_is_one_token_has_a_rank_and_frequent_words_rank_first() -> None:
    common, rare = token_rank(" the"), token_rank(" Twitter")
    assert common is not None
    assert rare is not None
    assert common < rare


@pytest.mark.parametrize("text", ["", " the deal", "antidisestablishmentarianism"])
def test_what_is_not_one_token_has_no_rank(text: str) -> None:
    assert token_rank(text) is None
