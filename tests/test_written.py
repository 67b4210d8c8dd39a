"""What was written for this project to train on: it fits the paragraphs, and nothing of it is in two hands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import DataError
from rag.training import written as module
from rag.training.squad import COLLECTIONS, Asked, held_aside, questions, questions_in, trained_on
from rag.training.written import NEWS, NEWS_ASIDE, paragraph_key, written

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared is not part of a checkout")


@pytest.fixture(scope="module")
def own() -> Callable[[bool], list[Asked]]:
    read = {aside: written(DATA, aside=aside) for aside in (False, True)}
    return lambda aside: read[aside]


@needs_data
def test_every_answer_stands_where_it_says(own: Callable[[bool], list[Asked]]) -> None:
    for each in own(False) + own(True):
        for text, start in each.answers:
            assert text == text.strip() != ""
            assert each.paragraph[start : start + len(text)] == text


@needs_data
def test_every_question_that_was_written_has_its_paragraph(own: Callable[[bool], list[Asked]]) -> None:
    rows = module.WRITTEN.read_text(encoding="utf-8").splitlines()
    news = [question for path in (NEWS, NEWS_ASIDE) for question in questions_in(path, is_titled=True)]
    assert len(own(False)) + len(own(True)) == len(rows) + len(news)


@needs_data
def test_articles_are_trained_on_or_set_aside_as_elsewhere(own: Callable[[bool], list[Asked]]) -> None:
    trained = {each.article for each in own(False)}
    aside = {each.article for each in own(True)}
    assert not trained & aside
    assert {each.article for each in questions_in(NEWS_ASIDE, is_titled=True)} <= aside
    assert not trained & {each.article for each in held_aside(DATA)}
    assert not aside & {each.article for name in COLLECTIONS for each in trained_on(DATA, name)}


@needs_data
def test_some_are_answered_and_about_as_many_are_near_misses(own: Callable[[bool], list[Asked]]) -> None:
    for aside in (False, True):
        answered = sum(bool(each.answers) for each in own(aside))
        assert 0.45 < answered / len(own(aside)) < 0.55


@needs_data
def test_no_question_stands_twice_and_none_is_one_of_the_data_s(own: Callable[[bool], list[Asked]]) -> None:
    asked = [(each.paragraph, each.question.lower()) for each in own(False) + own(True)]
    theirs = {(each.paragraph, each.question.lower()) for name in COLLECTIONS for each in questions(DATA, name)}
    assert len(set(asked)) == len(asked)
    assert not theirs.intersection(asked)


def test_a_paragraph_is_named_by_its_hash() -> None:
    assert paragraph_key("Ann runs the port.") == "737e05e6833ec091"


def test_a_damaged_file_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "written.jsonl"
    damaged.write_text('{"paragraph": "x"}\n')
    monkeypatch.setattr(module, "WRITTEN", damaged)
    monkeypatch.setattr(module, "COLLECTIONS", {})
    with pytest.raises(DataError, match=r"written\.jsonl: cannot be read"):
        written(tmp_path)
