"""SQuAD files, and what is set aside from training."""

import json
from pathlib import Path

import pytest

from corpus.errors import DataError
from rag.training.squad import COLLECTIONS, SET_ASIDE_EVERY, Asked, held_aside, questions, set_aside

_PARAGRAPH = "The bridge reopened on Tuesday. Mayor Almeida crossed first."


def _article(title: str, number: int = 0) -> dict[str, object]:
    answerable = {
        "question": f" Who crossed first ({number})? ",
        "answers": [{"text": "Almeida", "answer_start": 38}, {"text": "Mayor Almeida", "answer_start": 32}],
    }
    impossible = {
        "question": "Who crossed last?",
        "is_impossible": True,
        "answers": [],
        "plausible_answers": [{"text": "Almeida", "answer_start": 38}],
    }
    return {"title": title, "paragraphs": [{"context": _PARAGRAPH, "qas": [answerable, impossible]}]}


def _write(data: Path, collection: str, content: object) -> None:
    path = data / COLLECTIONS[collection]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def _asked(*articles: str) -> list[Asked]:
    return [Asked("Who?", f"On {article}.", article, article, (), ()) for article in articles]


def test_questions_are_read_with_their_paragraph_and_answers(tmp_path: Path) -> None:
    _write(tmp_path, "squad2", {"data": [_article("Harbour_bridge")]})
    answerable, impossible = questions(tmp_path, "squad2")
    assert answerable == Asked(
        "Who crossed first (0)?",
        _PARAGRAPH,
        "Harbour bridge",
        "Harbour_bridge",
        (("Almeida", 38), ("Mayor Almeida", 32)),
        (),
    )
    assert (impossible.answers, impossible.plausible) == ((), (("Almeida", 38),))
    assert all(_PARAGRAPH[start:].startswith(text) for text, start in answerable.answers)


def test_collections_without_true_titles_show_the_reader_none(tmp_path: Path) -> None:
    _write(tmp_path, "reddit", {"data": [_article("thread_7")]})
    assert {(each.title, each.article) for each in questions(tmp_path, "reddit")} == {("", "thread_7")}


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"data": None},
        {"data": ["an article"]},
        {"data": [{"title": "t"}]},
        {"data": [{"paragraphs": [{"qas": [{"question": "Who?"}]}]}]},
        {"data": [{"paragraphs": [{"context": "c", "qas": [{"answers": []}]}]}]},
        {"data": [{"paragraphs": [{"context": "c", "qas": ["Who?"]}]}]},
        {"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "Who?", "answers": ["x"]}]}]}]},
    ],
)
def test_a_file_that_is_not_squad_is_named(tmp_path: Path, content: object) -> None:
    _write(tmp_path, "qamr", content)
    with pytest.raises(DataError, match=r"qamr_wikinews\.json: is not a SQuAD file"):
        questions(tmp_path, "qamr")


def test_a_file_that_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"reddit\.json: is not a SQuAD file"):
        questions(tmp_path, "reddit")
    path = tmp_path / COLLECTIONS["reddit"]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"reddit\.json: is not a SQuAD file"):
        questions(tmp_path, "reddit")


def test_of_the_articles_by_title_each_nth_from_the_first_is_set_aside() -> None:
    asked = _asked("e", "b", "a", "a", "d", "i", "c", "f", "h", "g")
    assert SET_ASIDE_EVERY["squad2"] == 4
    assert set_aside(asked, "squad2") == {"a", "e", "i"}


def test_what_is_set_aside_depends_neither_on_order_nor_on_how_often_an_article_is_asked_of() -> None:
    asked = _asked(*"hgfedcba")
    assert set_aside(asked, "squad2") == set_aside([*reversed(asked), *asked, *_asked("b", "c")], "squad2")


def test_nothing_is_set_aside_of_other_collections() -> None:
    assert set_aside(_asked(*"abcdefgh"), "reddit") == frozenset()


def test_no_article_is_both_trained_on_and_held_aside(tmp_path: Path) -> None:
    titles = {"squad2": [f"s{i}" for i in range(9)], "wiki": [f"w{i}" for i in range(13)]}
    for collection, articles in titles.items():
        _write(tmp_path, collection, {"data": [_article(title, i) for i, title in enumerate(articles)]})
    held = {each.article for each in held_aside(tmp_path)}
    trained = set()
    for collection in titles:
        asked = questions(tmp_path, collection)
        trained |= {each.article for each in asked} - set_aside(asked, collection)
    assert held == {"s0", "s4", "s8", "w0", "w9"}  # w9 is the last of w0, w1, w10, w11, w12, w2, … w9
    assert not held & trained
    assert held | trained == {*titles["squad2"], *titles["wiki"]}


def test_all_questions_of_an_article_that_is_held_aside_are_held_aside(tmp_path: Path) -> None:
    _write(tmp_path, "squad2", {"data": [_article("a"), _article("b")]})
    _write(tmp_path, "wiki", {"data": []})
    assert [(each.article, each.question) for each in held_aside(tmp_path)] == [
        ("a", "Who crossed first (0)?"),
        ("a", "Who crossed last?"),
    ]
