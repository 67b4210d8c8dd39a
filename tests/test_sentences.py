"""Where sentences begin and end: by example in many languages, and for any text at all."""

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.sentences import Span, paragraphs, sentences, sentences_of
from tests.patience import in_time

FRAGMENTS = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", "\r\n\r\n", "\n \t\n", " ", "\t", "\u00a0", "\u2028", "\u2029", "\x85", "\x0b", "\x1c"),
        *(".", ". ", "! ", "? ", "...", "。", "؟ ", "। ", "Mr. ", "U.S. ", "e.g. ", "Inc. ", "J. K. ", "3.5", "[1] "),
        *("“", "”", '"', "’", ")", "]", "# ", "- ", "| ", "1. ", "> ", "word ", "Word ", "中文", "नमस्ते ", "x" * 60),
        *("👨‍👩‍👧‍👦", "🇩🇪", "e\u0301", "\u200d", "\ufe0f", "\x00", "\x1b", "\ufeff"),
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=15)), max_size=40).map("".join)
ANY_TEXT = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])


def texts_of(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\r\n", "\u2003\x1c"])
def test_white_space_holds_no_sentence_and_no_paragraph(text: str) -> None:
    assert (paragraphs(text), sentences(text)) == ([], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They spoke. He left! Who came? Nobody.", ["They spoke.", "He left!", "Who came?", "Nobody."]),
        ("你好。世界！好吗？好", ["你好。", "世界！", "好吗？", "好"]),
        ("「はい。」彼は去った。終わり。", ["「はい。」", "彼は去った。", "終わり。"]),
        ("यह घर है। वह पेड़ है।", ["यह घर है।", "वह पेड़ है।"]),
        ("كيف حالك؟ بخير. شكرا", ["كيف حالك؟", "بخير.", "شكرا"]),
        ("Он ушёл. Она осталась.", ["Он ушёл.", "Она осталась."]),
        ("Wait… Then go... Now.", ["Wait…", "Then go...", "Now."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
    ],
)
def test_a_sentence_ends_at_the_marks_of_its_language(text: str, expected: list[str]) -> None:
    assert texts_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith met Mrs. Jones",
        "The U.S. Senate voted",
        "J. K. Rowling wrote it",
        "It rose 3.5 percent at example.org today",
        "Trump, who was banned after the Jan. 6 insurrection, spoke",
        "See fig. 3 and pp. 4 of vol. 2",
        "Acme Inc. said so",
        "The Inc. 500 list was printed",
        "He said “Stop!” and left",
        "Wait... what happened",
    ],
)
def test_a_mark_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert texts_of(f"{text}. Then it ended.") == [f"{text}.", "Then it ended."]


def test_an_abbreviation_that_may_end_a_sentence_does_so_before_a_capital() -> None:
    assert texts_of("He works at Acme Inc. She does not.") == ["He works at Acme Inc.", "She does not."]


def test_i_at_the_end_of_a_sentence_is_a_word_and_no_initial() -> None:
    assert texts_of("So did I. Then we left.") == ["So did I.", "Then we left."]


def test_closing_quotes_and_note_numbers_belong_to_the_sentence_before_them() -> None:
    assert texts_of("“It is over.” He left.) She stayed.[12] End.") == [
        "“It is over.”",
        "He left.)",
        "She stayed.[12]",
        "End.",
    ]


def test_a_blank_line_ends_a_sentence_that_has_no_mark() -> None:
    assert texts_of("A heading\n\nmore text") == ["A heading", "more text"]


@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n", "\n \t \n", "\n\n\n\n", "\n\x0c\n"])
def test_a_blank_line_separates_paragraphs_however_it_is_written(blank: str) -> None:
    assert paragraphs(f"One{blank}two") == [Span(0, 3), Span(3 + len(blank), 6 + len(blank))]


def test_the_lines_of_a_wrapped_paragraph_are_one_sentence() -> None:
    text = "Leaders of the civil rights groups spoke with Elon\nMusk on Tuesday, by Zoom, with\nall. Then they met."
    assert texts_of(text) == [text.removesuffix(" Then they met."), "Then they met."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title\nText here", ["# Title", "Text here"]),
        ("- one\n- two\n* three", ["- one", "- two", "* three"]),
        ("1. First\n2. Second\n13) Third", ["1. First", "2. Second", "13) Third"]),
        ("| a | b |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("Contents\nChapter One\nChapter Two", ["Contents", "Chapter One", "Chapter Two"]),
    ],
)
def test_headings_items_and_rows_are_sentences_of_their_own(text: str, expected: list[str]) -> None:
    assert texts_of(text) == expected


def test_a_year_at_the_start_is_no_list_number() -> None:
    assert texts_of("1999. A good year.") == ["1999.", "A good year."]


def test_the_sentences_of_a_paragraph_are_those_that_the_text_has_there() -> None:
    text = "One. Two.\n\nThree. Four."
    first, second = paragraphs(text)
    assert sentences_of(text, first) + sentences_of(text, second) == sentences(text)


@ANY_TEXT
@given(TEXTS)
@example("\u2028 \u2029\x85")
@example("a\n\n\n\nb\r\n\r\nc")
@example("👨‍👩‍👧‍👦。🇩🇪！e\u0301")
def test_sentences_hold_all_that_is_not_white_space(text: str) -> None:
    held = {offset for span in sentences(text) for offset in range(span.start, span.end)}
    assert [character for offset, character in enumerate(text) if offset not in held and not character.isspace()] == []


@ANY_TEXT
@given(TEXTS)
def test_sentences_stand_in_order_and_do_not_overlap(text: str) -> None:
    spans = sentences(text)
    assert all(span.start < span.end for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


@ANY_TEXT
@given(TEXTS)
def test_a_sentence_has_no_white_space_at_its_ends(text: str) -> None:
    assert all(sentence == sentence.strip() for sentence in texts_of(text))


@ANY_TEXT
@given(TEXTS)
def test_no_sentence_crosses_a_blank_line(text: str) -> None:
    assert [sentence for sentence in texts_of(text) if re.search(r"\n[ \t\r\f\v]*\n", sentence)] == []


@ANY_TEXT
@given(TEXTS)
def test_every_sentence_lies_in_one_paragraph(text: str) -> None:
    blocks = paragraphs(text)
    homes = [[b for b in blocks if b.start <= s.start and s.end <= b.end] for s in sentences(text)]
    assert all(len(home) == 1 for home in homes)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("." * 200_000 + "x", 1),
        ("a" + " " * 400_000 + "b", 1),
        ("a." + '"' * 200_000 + "b", 1),
        ("Word here now. " * 60_000, 60_000),
        ("Word\n" * 60_000, 60_000),
    ],
    ids=["dots", "spaces", "quotes", "one long line", "many short lines"],
)
def test_time_grows_with_the_length_of_the_text_and_not_with_its_square(text: str, count: int) -> None:
    with in_time():
        assert len(sentences(text)) == count
