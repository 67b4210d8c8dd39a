"""Which words of a question carry it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.terms import coverage, key_terms, missing, names, rarity

_LATIN = st.text(st.characters(max_codepoint=0x24F), max_size=80)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What did Elon Musk say in 2021?", ["Elon Musk", "2021"]),
        ("Who leads the NAACP?", ["NAACP"]),
        ("Who is the president of Color of Change?", ["Color of Change"]),
        ("Did the Gay and Lesbian Alliance Against Defamation react?", ["Gay and Lesbian Alliance Against Defamation"]),
        ("Which companies has K5 Global backed?", ["K5 Global"]),
        ("When were the Nov. 8 elections?", ["Nov. 8"]),
        ("According to Bloomberg, who was frozen out?", ["Bloomberg"]),
        ("In October, what did he promise?", ["October"]),
        ("How many of the 40,000 left?", ["40,000"]),
    ],
)
def test_names_are_runs_of_capitalised_words_and_numbers(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("text", ["Is Musk's firm here?", "Is Musk’s firm here?", "Is this Musk's?", "Is this Musk?"])
def test_a_name_comes_without_its_possessive(text: str) -> None:
    assert names(text) == ["Musk"]


@pytest.mark.parametrize(
    "text", ["Who’s the mayor?", "What is it?", "The deal", "And why?", "who denied it?", "", " ?!"]
)
def test_the_first_word_of_a_question_is_no_name(text: str) -> None:
    assert names(text) == []


def test_a_name_neither_starts_nor_ends_with_a_linking_word() -> None:
    assert names("Who’s the CEO of Free Press?") == ["CEO of Free Press"]
    assert names("the king of Spain and his wife") == ["Spain"]


def test_key_terms_leave_out_question_words_and_stop_words() -> None:
    assert set(key_terms("What did Musk say about the deal with advertisers?")) == {"musk", "say", "deal", "advertis"}


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    terms = key_terms("Did people say that the insulin was free?")
    assert terms["insulin"] > terms["peopl"] > 0
    assert terms["insulin"] == pytest.approx(rarity("insulin") ** 2)


def test_a_question_of_common_words_has_no_key_terms() -> None:
    assert key_terms("Who was it?") == {}


def test_rarity_rises_from_common_words_to_words_that_are_no_token() -> None:
    common, known, strange = rarity("the"), rarity("insulin"), rarity("xyzzyqwv")
    assert 0 <= common < known < strange == 1


def test_coverage_is_the_weighted_share_of_terms_that_a_text_holds() -> None:
    terms = {"deal": 0.5, "musk": 0.25, "insulin": 0.25}
    assert coverage(terms, "Musk made deals.") == pytest.approx(0.75)
    assert coverage(terms, "Insulin is free.") == pytest.approx(0.25)
    assert coverage(terms, "Nothing of the kind.") == 0


def test_a_question_without_terms_is_covered_by_anything() -> None:
    assert coverage({}, "") == 1


def test_coverage_goes_by_stems() -> None:
    assert coverage(key_terms("Which advertisers denied deals?"), "An advertiser denies the deal") == pytest.approx(1)


@given(_LATIN, _LATIN)
@settings(max_examples=100)
def test_coverage_lies_between_0_and_1_and_a_question_covers_itself(question: str, text: str) -> None:
    terms = key_terms(question)
    assert 0 <= coverage(terms, text) <= 1
    assert coverage(terms, question) == pytest.approx(1)


def test_missing_words_stand_as_in_the_question_rarest_first() -> None:
    lacking = missing("Who denied the merger of Tesla and Wiesenthal?", "Leaders denied the deal.")
    assert lacking[0] == "Wiesenthal"
    assert set(lacking) == {"Wiesenthal", "Tesla", "merger"}
    assert [rarity(word) for word in lacking] == sorted((rarity(word) for word in lacking), reverse=True)


def test_who_asks_and_who_is_asked_is_no_word_that_carries_a_question() -> None:
    assert list(key_terms("How do I reset my password, please?")) == ["reset", "password"]
    assert missing("Can you tell me how I reset our password?", "a reset") == ["password"]


def test_a_word_in_another_form_is_not_missing() -> None:
    assert missing("Which advertisers left?", "The advertiser leaves; advertising left.") == []


@given(_LATIN)
@settings(max_examples=100)
def test_a_text_lacks_none_of_its_own_words(text: str) -> None:
    assert missing(text, text) == []


@given(st.text(max_size=120))
@settings(max_examples=200)
def test_any_text_has_only_names_that_are_not_empty(text: str) -> None:
    assert all(name.strip() for name in names(text))
