"""Filters: how a person writes them, what they mean, and that both indexes are limited by them."""

from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from corpus.document import Document, Passage
from corpus.errors import QuestionError
from index.catalog import EmbeddedPassage
from index.engine import SearchEngine
from index.where import Where, iso_date, parse_where, question_and_where

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

DOCUMENTS = (
    ("news/bridge.txt", "Harbour News", "https://www.nytimes.com/a", {"date": "2022-11-05", "author": "Inés Almeida"}),
    ("news/old/comet.txt", "Comet", "The Verge", {"date": "2021-03-01T10:00:00", "author": "K. Tamm", "Genre": "Sky"}),
    ("newsletter.txt", "Letter", "The Verge", {"date": "Tue, 01 Nov 2022 10:00:00 +0000"}),
    ("undated.txt", "Undated", "nowhere", {"date": "some day in spring"}),
)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("", Where()),
        ("after:2022-11-01 source:nytimes", Where(after="2022-11-01", source="nytimes")),
        ('author:"Jane Doe" TITLE:bridge', Where(author="Jane Doe", title="bridge")),
        ("before:2022 after:2021/3", Where(before="2022-01-01", after="2021-03-01")),
        ("folder:/news/old/", Where(folder="news/old")),
        ("genre:sky year:2022", Where(metadata=(("genre", "sky"), ("year", "2022")))),
    ],
)
def test_filters_are_written_as_words(words: str, where: Where) -> None:
    assert parse_where(words) == where
    assert bool(where) is (words != "")


@pytest.mark.parametrize("words", ["bridge", "after:soon", "author:", 'author:""', "after:2022-13-01", "a b:c", ":x"])
def test_what_is_no_filter_is_told_with_an_example(words: str) -> None:
    with pytest.raises(QuestionError, match=r"such as|write it as"):
        parse_where(words)


@pytest.mark.parametrize(
    ("question", "rest", "where"),
    [
        ("Who denied the deal?", "Who denied the deal?", Where()),
        (
            "who denied source:nytimes the deal? after:2022",
            "who denied the deal?",
            Where("", "nytimes", "", "", "2022-01-01"),
        ),
        ("at 10:30, what did note:this mean?", "at 10:30, what did note:this mean?", Where()),
        ("see https://example.org/a", "see https://example.org/a", Where()),
    ],
)
def test_filters_in_a_question_are_taken_out_of_it(question: str, rest: str, where: Where) -> None:
    assert question_and_where(question) == (rest, where)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2022-11-05", "2022-11-05"),
        ("2022-11", "2022-11-01"),
        ("2022", "2022-01-01"),
        ("2022/3/9", "2022-03-09"),
        ("2021-03-01T10:00:00Z", "2021-03-01"),
        ("Tue, 01 Nov 2022 10:00:00 +0000", "2022-11-01"),
        ("some day", ""),
        ("2022-40-01", ""),
        ("", ""),
    ],
)
def test_dates_are_read_in_the_ways_that_files_write_them(words: str, day: str) -> None:
    assert iso_date(words) == day


@pytest.fixture
def engine(tmp_path: Path, embedder: "WordEmbedder") -> SearchEngine:
    """Four documents that all say the same."""
    engine = SearchEngine(tmp_path / "store")
    for document_id, title, source, metadata in DOCUMENTS:
        text = "The same words stand here."
        vector = embedder.embed_query(text)
        passage = EmbeddedPassage(Passage(document_id, 0, len(text), text), vector, b"same")
        engine.upsert(Document(document_id, title, text, source, MappingProxyType(metadata)), "hash", [passage])
    engine.refresh()
    return engine


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("source:NYTimes", [0]),
        ('source:"the verge"', [1, 2]),
        ("author:INÉS", [0]),
        ("title:news", [0]),
        ("folder:news", [0, 1]),
        ("folder:news/old", [1]),
        ("after:2022-11-01", [0, 2]),
        ("after:2022-11-05", [0]),
        ("before:2022-11-05", [1, 2]),
        ("genre:sky", [1]),
        ("genre:sea", []),
        ("after:2022 source:verge", [2]),
        ("folder:%", []),
    ],
)
def test_both_indexes_are_limited(
    engine: SearchEngine, embedder: "WordEmbedder", words: str, expected: list[int]
) -> None:
    where = parse_where(words)
    wanted = sorted(DOCUMENTS[place][0] for place in expected)
    for hits in (
        engine.search_dense(embedder.embed_query("same words"), 10, where),
        engine.search_lexical("same words", 10, where),
        engine.search_documents("same words", 10, where),
    ):
        assert sorted(p.document_id for p in engine.passages([i for i, _ in hits]).values()) == wanted


def test_a_limit_follows_the_documents(engine: SearchEngine) -> None:
    where = parse_where("source:verge")
    assert len(engine.search_lexical("same", 10, where)) == 2
    engine.delete("newsletter.txt")
    engine.refresh()
    assert len(engine.search_lexical("same", 10, where)) == 1
    with closing(SearchEngine(engine.store)) as opened:
        assert len(opened.search_lexical("same", 10, where)) == 1
