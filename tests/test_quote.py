"""What a quote takes along, and when quotes become one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Passage
from corpus.sentences import Span, sentences
from rag.quote import merged, whole_quote

_SHIFT = 1000
_PIECES = [
    "He left.",
    "“It is",
    "done.”",
    "Rain fell. ",
    "“No,” she said.",
    "\n\n",
    "But this is new!",
    "”",
    "“",
    "Wait…",
]


def _passage(text: str) -> Passage:
    return Passage("d.txt", _SHIFT, _SHIFT + len(text), text)


def _words(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]


def _span(passage: Passage, words: str) -> Span:
    start = passage.start + passage.text.index(words)
    return Span(start, start + len(words))


def _quoted(text: str, sentence: str) -> str:
    passage = _passage(text)
    return _words(passage, whole_quote(passage, _span(passage, sentence)))


@pytest.mark.parametrize("sentence", ["“One is here.", "Two is there.", "Three is gone,” he said."])
def test_a_quotation_over_several_sentences_is_kept_whole(sentence: str) -> None:
    text = "Johnson spoke on Tuesday. “One is here. Two is there. Three is gone,” he said. The end came."
    assert _quoted(text, sentence) == "“One is here. Two is there. Three is gone,” he said."


def test_a_quotation_that_closes_in_its_sentence_takes_nothing_along() -> None:
    text = "Rain fell. Cooper called it “not a threat” on Tuesday. The sun rose."
    assert _quoted(text, "Cooper called it “not a threat” on Tuesday.") == "Cooper called it “not a threat” on Tuesday."


@pytest.mark.parametrize("sentence", ["“The main person is Musk.", "Cooper spoke to the press."])
def test_a_quotation_that_is_never_closed_is_left_alone(sentence: str) -> None:
    assert _quoted("“The main person is Musk. Cooper spoke to the press.", sentence) == sentence


def test_a_quotation_that_was_never_opened_is_left_alone() -> None:
    sentence = "Musk is to blame,” the group said."
    assert _quoted(f"Rain fell all day. {sentence} The sun rose.", sentence) == sentence


def test_a_quotation_too_long_to_quote_whole_is_left_alone() -> None:
    text = "“First is this. Second is that. Third is more. Fourth is less. Fifth is all,” he said."
    assert _quoted(text, "“First is this.") == "“First is this."


@pytest.mark.parametrize(
    "sentence",
    ["He found it unclear.", "But she disagreed.", "Their letter was sent.", "This was denied.", "Its CEO resigned."],
)
def test_a_sentence_that_starts_with_a_pronoun_brings_the_one_before(sentence: str) -> None:
    text = f"The sun rose. Abraham Cooper spoke to CNBC. {sentence}"
    assert _quoted(text, sentence) == f"Abraham Cooper spoke to CNBC. {sentence}"


@pytest.mark.parametrize("sentence", ["Itself a firm, K5 grew.", "Hershey spoke.", "Musk said he left.", "Theirs won."])
def test_a_sentence_that_only_resembles_a_pronoun_brings_nothing(sentence: str) -> None:
    assert _quoted(f"The sun rose. {sentence}", sentence) == sentence


def test_a_pronoun_in_the_first_sentence_of_a_passage_brings_nothing() -> None:
    assert _quoted("He found it unclear. Rain fell.", "He found it unclear.") == "He found it unclear."


def test_a_bare_quotation_brings_the_sentence_before_which_says_whose_it_is() -> None:
    text = "It rained. “The decisions are dangerous,” Johnson said. “Hate speech can have no safe harbor.”"
    expected = "“The decisions are dangerous,” Johnson said. “Hate speech can have no safe harbor.”"
    assert _quoted(text, "“Hate speech can have no safe harbor.”") == expected


def test_what_is_no_sentence_of_the_passage_is_quoted_as_it_is() -> None:
    passage = _passage("He found it unclear. He left.")
    words = _span(passage, "found it")
    assert whole_quote(passage, words) == words


@given(st.lists(st.sampled_from(_PIECES), max_size=9).map(" ".join))
@settings(max_examples=150)
def test_a_quote_lies_within_its_passage_and_holds_its_sentence(text: str) -> None:
    passage = _passage(text)
    for found in sentences(text):
        sentence = Span(found.start + _SHIFT, found.end + _SHIFT)
        quote = whole_quote(passage, sentence)
        assert passage.start <= quote.start <= sentence.start < sentence.end <= quote.end <= passage.end
        assert _words(passage, quote).strip() == _words(passage, quote)


def test_quotes_that_follow_each_other_in_a_paragraph_become_one() -> None:
    passage = _passage("One came. Two came. Three came.")
    quotes = [_span(passage, "Two came."), _span(passage, "One came.")]
    assert [_words(passage, span) for span in merged(passage, quotes)] == ["One came. Two came."]


def test_quotes_that_overlap_become_one() -> None:
    passage = _passage("One came. Two came. Three came.")
    quotes = [_span(passage, "One came. Two came."), _span(passage, "Two came. Three came.")]
    assert [_words(passage, span) for span in merged(passage, quotes)] == [passage.text]


def test_a_quote_inside_another_does_not_shorten_it() -> None:
    passage = _passage("One came. Two came. Three came.")
    assert merged(passage, [_span(passage, passage.text), _span(passage, "Two came.")]) == [
        _span(passage, passage.text)
    ]


def test_quotes_with_words_between_them_stay_apart_in_reading_order() -> None:
    passage = _passage("One came. Two came. Three came.")
    quotes = [_span(passage, "Three came."), _span(passage, "One came.")]
    assert [_words(passage, span) for span in merged(passage, quotes)] == ["One came.", "Three came."]


def test_quotes_of_two_paragraphs_stay_apart() -> None:
    passage = _passage("One came.\n\nTwo came.")
    quotes = [_span(passage, "One came."), _span(passage, "Two came.")]
    assert merged(passage, quotes) == quotes


def test_no_quotes_merge_to_none() -> None:
    assert merged(_passage("One came."), []) == []
