"""A document cut into passages: what holds for any text, and what a reader expects of prose."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.document import Document, Passage
from corpus.sentences import paragraphs, sentences
from corpus.split import MIN_PASSAGE_TOKENS, split
from corpus.tokens import count_tokens
from tests.patience import in_time

FAMILY, FLAG, HEART, WAVE, SCOTLAND = (
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "❤️",
    "👋🏽",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
)
FRAGMENTS = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", "\r\n\r\n", "\n \t\n", " ", "\t", "\u00a0", "\u2028", "\x85", "\x1c", " " * 50),
        *(". ", "! ", "。", "؟ ", "। ", "Mr. ", "# ", "- ", "| ", "1. ", "A short sentence. ", "a few more words "),
        *("中文没有空格", "نص عربي ", "नमस्ते", "ภาษาไทย", "한국어 ", "Ελληνικά ", "x" * 300, "1234567890" * 9),
        *(FAMILY, FLAG, FLAG * 30, HEART * 30, WAVE, SCOTLAND, "e\u0301", "e" + "\u0301" * 50, "\u200d", "\ufe0f"),
        *("\x00", "\x1b", "\ufeff", "<|endoftext|>"),
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=20)), max_size=40).map("".join)
UNSPACED = st.lists(
    st.one_of(st.sampled_from(["中文", FAMILY, FLAG, HEART, "e\u0301", "नमस्ते", "x" * 80]), st.text(max_size=20)),
    max_size=60,
).map(lambda parts: "".join("".join(parts).split()))
BUDGETS = st.integers(MIN_PASSAGE_TOKENS, 80)
PROSE = st.lists(
    st.lists(st.integers(1, 14).map(lambda words: "Word" + " word" * words + "."), min_size=1, max_size=6).map(
        " ".join
    ),
    min_size=1,
    max_size=6,
).map("\n\n".join)
ANY_TEXT = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])


def document(text: str) -> Document:
    return Document("a.txt", "A", text, "a.txt")


def texts_of(text: str, passage_tokens: int, overlap_tokens: int = 0) -> list[str]:
    return [passage.text for passage in split(document(text), passage_tokens, overlap_tokens)]


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def count_words_and_wide_spaces(texts: Sequence[str]) -> list[int]:
    """As tokenisers do, this counts more for a whole than for its parts: what stands between them."""
    return [len(text.split()) + text.count("\u2003") for text in texts]


def uncovered(text: str, passages: Sequence[Passage]) -> str:
    """The characters that are not white space and stand in no passage."""
    covered = {offset for passage in passages for offset in range(passage.start, passage.end)}
    return "".join(c for offset, c in enumerate(text) if offset not in covered and not c.isspace())


@ANY_TEXT
@given(st.one_of(TEXTS, UNSPACED), BUDGETS, st.floats(0, 0.5))
def test_a_passage_is_the_text_at_its_offsets(text: str, budget: int, overlap: float) -> None:
    passages = split(document(text), budget, int(budget * overlap))
    assert [text[passage.start : passage.end] for passage in passages] == [passage.text for passage in passages]


@ANY_TEXT
@given(st.one_of(TEXTS, UNSPACED), BUDGETS, st.floats(0, 0.5))
@example("e" + "\u0301" * 500, 16, 0.5)
@example("\U0010ffff" * 100, 16, 0)
def test_a_passage_is_never_over_the_budget(text: str, budget: int, overlap: float) -> None:
    counts = count_tokens(texts_of(text, budget, int(budget * overlap)))
    assert max(counts, default=0) <= budget


@ANY_TEXT
@given(st.one_of(TEXTS, UNSPACED), BUDGETS, st.floats(0, 0.5))
def test_passages_hold_all_that_is_not_white_space(text: str, budget: int, overlap: float) -> None:
    assert uncovered(text, split(document(text), budget, int(budget * overlap))) == ""


@ANY_TEXT
@given(st.one_of(TEXTS, UNSPACED), BUDGETS, st.floats(0, 0.5))
def test_passages_stand_in_reading_order_and_none_lies_within_another(text: str, budget: int, overlap: float) -> None:
    passages = split(document(text), budget, int(budget * overlap))
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(passages))


@ANY_TEXT
@given(st.one_of(TEXTS, UNSPACED), BUDGETS)
def test_without_overlap_no_word_stands_in_two_passages(text: str, budget: int) -> None:
    assert all(a.end <= b.start for a, b in pairwise(split(document(text), budget)))


@ANY_TEXT
@given(st.one_of(TEXTS, UNSPACED), BUDGETS, st.floats(0, 0.5))
@example(f"{FLAG} {FAMILY}", 18, 0)
def test_a_passage_is_not_empty_and_has_no_white_space_at_its_ends(text: str, budget: int, overlap: float) -> None:
    assert [t for t in texts_of(text, budget, int(budget * overlap)) if not t or t != t.strip()] == []


@settings(max_examples=60)
@given(PROSE, st.integers(20, 60), st.floats(0, 0.5))
def test_a_passage_begins_and_ends_where_sentences_do(text: str, budget: int, overlap: float) -> None:
    passages = split(document(text), budget, int(budget * overlap))
    assert {p.start for p in passages} <= {s.start for s in sentences(text)}
    assert {p.end for p in passages} <= {s.end for s in sentences(text)}


@settings(max_examples=60)
@given(PROSE, st.integers(20, 60), st.floats(0, 0.5))
def test_two_passages_share_no_more_than_the_overlap(text: str, budget: int, overlap: float) -> None:
    passages = split(document(text), budget, int(budget * overlap))
    shared = count_tokens([text[b.start : max(a.end, b.start)] for a, b in pairwise(passages)])
    assert max(shared, default=0) <= int(budget * overlap)


def test_the_overlap_repeats_the_last_sentences_of_the_passage_before() -> None:
    text = " ".join(f"Sentence {number} has five words." for number in "ABCDE")
    # by words: each sentence weighs 5 and 1 for the joint, so a passage of 20 takes three, an overlap of 10 one
    passages = split(document(text), 20, 10, count_words)
    assert [[c for c in "ABCDE" if f" {c} " in passage.text] for passage in passages] == [
        ["A", "B", "C"],
        ["C", "D", "E"],
    ]


def test_a_passage_takes_as_many_sentences_as_fit() -> None:
    text = " ".join(f"Sentence {number} has five words." for number in range(7))
    assert [p.text.count("five") for p in split(document(text), 20, 0, count_words)] == [3, 3, 1]


def test_a_passage_whose_sentences_are_far_apart_is_halved_between_sentences() -> None:
    text = ("\u2003" * 12).join(f"Sentence {number} has five words." for number in "ABCD")
    # by their parts three sentences fit in 20; with what stands between them only one does
    passages = split(document(text), 20, 0, count_words_and_wide_spaces)
    assert [p.text for p in passages] == [f"Sentence {number} has five words." for number in "ABCD"]


def test_halving_leaves_no_passage_that_only_repeats_a_part_of_the_next() -> None:
    long, short, after = "Long" + " long" * 11 + ".", "Short short short short.", "After" + " after" * 7 + "."
    text = ("\u2003" * 8).join([long, short, after])
    # by their parts: 12 + 4 fit in 20, and the 4 are repeated before the 8; but 12 + 8 + 4 is over 20
    passages = split(document(text), 20, 8, count_words_and_wide_spaces)
    assert [p.text for p in passages] == [long, f"{short}{chr(0x2003) * 8}{after}"]


def test_short_paragraphs_share_a_passage() -> None:
    assert texts_of("One short paragraph.\n\nAnother one.", 64) == ["One short paragraph.\n\nAnother one."]


def test_a_passage_that_is_half_full_ends_with_its_paragraph_if_the_next_would_not_fit() -> None:
    first, second = "One two three. " * 4, "Four five six. " * 5
    passages = split(document(f"{first}\n\n{second}"), 24, 0, count_words)
    assert [passage.text for passage in passages] == [first.strip(), second.strip()]


def test_a_passage_that_is_nearly_empty_goes_on_into_the_next_paragraph() -> None:
    text = "A heading\n\n" + "Four five six. " * 10
    passages = split(document(text), 24, 0, count_words)
    assert passages[0].text.startswith("A heading\n\nFour five six.")


def test_a_sentence_over_the_budget_is_cut_between_words() -> None:
    text = "antidisestablishmentarianism " * 40
    pieces = texts_of(text, 32)
    assert len(pieces) > 1
    assert {word for piece in pieces for word in piece.split()} == {"antidisestablishmentarianism"}


def test_a_sentence_is_cut_before_all_of_the_spaces_between_two_words() -> None:
    assert {piece[:4] + piece[-4:] for piece in texts_of("word     " * 200, 32)} == {"wordword"}


def test_a_word_over_the_budget_is_cut_into_pieces_that_make_it_up_again() -> None:
    word = "0123456789abcdef" * 200
    assert "".join(texts_of(word, 32)) == word


@pytest.mark.parametrize(
    "cluster", [FAMILY, FLAG, HEART, WAVE, SCOTLAND, "e\u0301", "\u0e01\u0e33\u0e49", "हि", "中\ufe00"]
)
@pytest.mark.parametrize("before", ["", "a", "word "])
def test_what_a_reader_sees_as_one_character_is_not_cut(cluster: str, before: str) -> None:
    pieces = texts_of(before + cluster * 40, 32)
    assert len(pieces) > 1
    assert "".join(pieces[1:]) == cluster * (len("".join(pieces[1:])) // len(cluster))


def test_a_run_of_joined_characters_is_cut_into_full_passages_and_not_character_by_character() -> None:
    # one cluster longer than any budget: there is no good place, so the budget alone decides
    zalgo = texts_of("e" + "\u0301" * 2_000, 32)
    assert "".join(zalgo) == "e" + "\u0301" * 2_000
    assert len(zalgo) <= 2 * sum(count_tokens(zalgo)) / 32


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\r\n", "\u2003\x1c\x85"])
def test_a_text_without_words_has_no_passages(text: str) -> None:
    assert split(document(text), 64) == []


def test_a_text_within_the_budget_is_one_passage_of_the_document() -> None:
    assert split(document("  One.\nTwo.\n"), 64) == [Passage("a.txt", 2, 11, "One.\nTwo.")]


def test_the_same_document_is_always_cut_the_same_way() -> None:
    text = f"Some prose. {FLAG * 10}\n\nMore prose, " * 8
    assert split(document(text), 40, 10) == split(document(text), 40, 10)


@pytest.mark.parametrize(
    ("passage_tokens", "overlap_tokens"), [(MIN_PASSAGE_TOKENS - 1, 0), (0, 0), (-64, 0), (64, -1), (64, 33)]
)
def test_a_recipe_that_cannot_be_followed_is_refused(passage_tokens: int, overlap_tokens: int) -> None:
    with pytest.raises(ValueError, match="passage_tokens must be at least"):
        split(document("text"), passage_tokens, overlap_tokens)


def test_paragraphs_that_fit_are_kept_whole() -> None:
    text = "\n\n".join("One two three four. Five six seven eight." for _ in range(9))
    passages = split(document(text), 24, 0, count_words)
    ends = {paragraph.end for paragraph in paragraphs(text)}
    assert len(passages) > 1
    assert {passage.end for passage in passages} <= ends


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        ("x" * 1_000_000, 500),
        ("中" * 200_000, 1_000),
        ("e" + "\u0301" * 200_000, 900),
        (FLAG * 20_000, 500),
        ("A sentence of some words. " * 40_000, 500),
        ("words without a mark " * 40_000, 500),
        ("a" + " " * 400_000 + "b", 1),
    ],
    ids=["one word", "chinese", "accents", "flags", "sentences", "words", "spaces"],
)
def test_time_grows_with_the_length_of_the_text_and_not_with_its_square(text: str, at_least: int) -> None:
    with in_time():
        assert len(split(document(text), 200)) >= at_least


def test_a_passage_is_of_one_page_and_its_last_sentence_may_run_on_over_the_end_of_it() -> None:
    pages = ("One two three. Four five six,\n", "seven eight nine. Ten eleven.\n\n", "Twelve thirteen.")
    offsets = (0, len(pages[0]), len(pages[0]) + len(pages[1]))
    paged = replace(document("".join(pages)), pages=offsets)
    assert [passage.text for passage in split(paged, 64, 32, count_words)] == [
        "One two three. Four five six,\nseven eight nine.",
        "Ten eleven.",
        "Twelve thirteen.",
    ]
