"""LexicalIndex: which words find what, and what is not loaded."""

import math
from pathlib import Path

import pytest

from index.lexical import LexicalIndex, stems

PASSAGES = [
    (1, 10, "Harbour bridge reopens", "The ferries carried passengers while the bridge was closed."),
    (2, 20, "Late frost", "Growers fear that frost has destroyed the apple blossom."),
    (3, 20, "A comet", "A postman discovered a comet with a telescope from his garage in Zürich."),
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    made = LexicalIndex.create(tmp_path / "words")
    made.apply(PASSAGES, [])
    return made


def found(index: LexicalIndex, question: str) -> list[int]:
    return [passage_id for passage_id, _ in index.search(question, 10)]


def loaded(folder: Path) -> LexicalIndex:
    return LexicalIndex.load(folder / "words")


@pytest.mark.parametrize(
    ("question", "passage_id"),
    [
        ("ferry", 1),
        ("FERRIES", 1),
        ("passenger", 1),
        ("reopening", 1),
        ("harbour", 1),
        ("grower", 2),
        ("apples", 2),
        ("fearing", 2),
        ("discovering", 3),
        ("zurich", 3),
        ("ZÜRICH", 3),
        ("garage's", 3),
    ],
)
def test_a_word_is_found_in_its_other_forms(index: LexicalIndex, question: str, passage_id: int) -> None:
    assert found(index, question) == [passage_id]


def test_the_words_of_a_question_are_alternatives(index: LexicalIndex) -> None:
    assert sorted(found(index, "Did the frost close the bridge?")) == [1, 2]


def test_more_matching_words_rank_higher(index: LexicalIndex) -> None:
    assert found(index, "who discovered the comet, and did the frost matter?")[0] == 3


def test_the_best_is_first(index: LexicalIndex) -> None:
    scores = [score for _, score in index.search("frost apple bridge comet telescope", 10)]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_a_score_is_bm25(tmp_path: Path) -> None:
    # One of two passages of equal length holds the word once: idf ln(1 + (2 - 1 + 0.5) / (1 + 0.5)) = ln 2, and the
    # saturation of the term, 1 · (1.2 + 1) / (1 + 1.2 · (1 - 0.75 + 0.75 · 1)), is 1.
    index = LexicalIndex.create(tmp_path / "words")
    index.apply([(1, 1, "", "apple pear"), (2, 2, "", "plum pear")], [])
    assert index.search("apple", 5) == [(1, pytest.approx(math.log(2), rel=1e-4))]  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("question", ["", "   ", "the of and", "?!", "…", "🦉"])
def test_a_question_without_a_telling_word_finds_nothing(index: LexicalIndex, question: str) -> None:
    assert index.search(question, 10) == []


@pytest.mark.parametrize(
    "question",
    [
        '"AND (frost',
        "frost~2",
        "+frost -apple",
        "text:frost",
        "frost^9",
        "[frost TO",
        "frost AND NOT (",
        "\\frost\x00*",
    ],
)
def test_query_syntax_is_read_as_words(index: LexicalIndex, question: str) -> None:
    assert found(index, question)[:1] == [2]


def test_a_question_of_a_thousand_words_is_answered(index: LexicalIndex) -> None:
    assert found(index, "comet " + " ".join(f"word{number}" for number in range(1000))) == [3]


def test_an_overlong_word_is_passed_over(index: LexicalIndex) -> None:
    assert stems("x" * 1000 + " comet") == ["comet"]
    assert found(index, "x" * 100_000) == []


def test_no_more_is_found_than_is_wanted_or_there(index: LexicalIndex) -> None:
    assert len(index.search("frost bridge comet", 2)) == 2
    assert len(index.search("frost bridge comet", 100_000)) == 3
    assert index.search("frost", 0) == index.search("frost", -1) == []


def test_nothing_is_found_in_an_empty_index(tmp_path: Path) -> None:
    empty = LexicalIndex.create(tmp_path / "words")
    empty.apply([], [])
    for index in (empty, loaded(tmp_path)):
        assert (index.search("frost", 5), index.ids(), len(index)) == ([], [], 0)


def test_a_removed_passage_is_never_found_again(index: LexicalIndex, tmp_path: Path) -> None:
    index.apply([(4, 40, "Frost again", "Frost.")], [2])
    for now in (index, loaded(tmp_path)):
        assert found(now, "frost blossom") == [4]
        assert (sorted(now.ids()), len(now)) == ([1, 3, 4], 3)


def test_a_passage_replaces_the_one_of_its_id(index: LexicalIndex) -> None:
    index.apply([(2, 20, "Flood", "A flood took the seedlings.")], [])
    assert found(index, "frost apple") == []
    assert found(index, "flood") == [2]
    assert len(index) == 3


def test_following_twice_changes_nothing(index: LexicalIndex) -> None:
    for _ in range(2):
        index.apply([(4, 40, "Plum", "A plum.")], [1])
    assert sorted(index.ids()) == [2, 3, 4]


def test_an_index_is_the_same_after_loading(index: LexicalIndex, tmp_path: Path) -> None:
    again = loaded(tmp_path)
    for question in ("frost", "bridge comet", "who fears what?"):
        assert again.search(question, 5) == index.search(question, 5)


def test_a_loaded_index_takes_in_new_passages(index: LexicalIndex, tmp_path: Path) -> None:
    loaded(tmp_path).apply([(4, 40, "Plum", "A plum.")], [1])
    assert sorted(loaded(tmp_path).ids()) == [2, 3, 4]
    assert len(index) == 3


def test_only_passages_of_the_chosen_documents_are_found_and_score_as_among_all(index: LexicalIndex) -> None:
    everything = dict(index.search("frost bridge comet", 10))
    chosen = index.search("frost bridge comet", 10, [20, 99])
    assert sorted(i for i, _ in chosen) == [2, 3]
    assert dict(chosen) == pytest.approx({i: everything[i] for i in (2, 3)})
    assert index.search("frost", 10, []) == index.search("frost", 10, [10]) == []


def test_words_of_removed_passages_stand_in_the_files_until_they_are_made_anew(index: LexicalIndex) -> None:
    assert index.removed() == 0
    index.apply([], [2])
    assert index.removed() == 1
    assert "frost" in index.terms()


def test_an_index_that_is_not_there_is_a_failure_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="does not exist"):
        LexicalIndex.load(tmp_path / "nowhere")


def test_the_rarest_word_is_held_by_the_fewest_passages_and_by_one_at_least(
    index: LexicalIndex, tmp_path: Path
) -> None:
    index.apply([(4, 30, "Frost again", "The bridge was white with frost.")], [])
    assert index.rarest(["bridge", "frost", "ferries", "dragon"]) == "ferries"
    assert index.rarest(["bridge", "dragons", "the"]) == "bridge"
    assert index.rarest(["dragon", "the"]) == index.rarest([]) == ""
    assert LexicalIndex.create(tmp_path / "empty").rarest(["bridge"]) == ""
