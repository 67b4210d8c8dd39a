"""Filters: how a person writes them, what they mean, and that both indexes are limited by them."""

from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Passage
from corpus.errors import QuestionError
from index.catalog import EmbeddedPassage
from index.engine import SearchEngine
from index.where import KEYS, Where, parse_where, question_and_where, usable_keys

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
        ("after:2022-11-01 source:nytimes", Where((("after", "2022-11-01"), ("source", "nytimes")))),
        ('author:"Jane Doe" TITLE:bridge', Where((("author", "Jane Doe"), ("title", "bridge")))),
        ("before:2022 after:2021/3", Where((("before", "2022-01-01"), ("after", "2021-03-01")))),
        ("folder:/news/old/", Where((("folder", "news/old"),))),
        ('folder:/"l', Where((("folder", '"l'),))),
        ('genre:“so "called" art”', Where((("genre", 'so "called" art'),))),
        ("genre:sky year:2022", Where((("genre", "sky"), ("year", "2022")))),
        ("page:07 Page:3–5 page:4-4", Where((("page", "7"), ("page", "3-5"), ("page", "4")))),
    ],
)
def test_filters_are_written_as_words(words: str, where: Where) -> None:
    assert parse_where(words) == where
    assert bool(where) is (words != "")
    assert parse_where(str(where)) == where


@pytest.mark.parametrize(
    "words",
    [
        *("bridge", "after:soon", "author:", 'author:""', "after:2022-13-01", "a b:c", ":x", "folder:/"),
        *("page:0", "page:iv", "page:5-3", "page:-3", "page:3-", "page:99999999"),
    ],
)
def test_what_is_no_filter_is_told_with_an_example(words: str) -> None:
    with pytest.raises(QuestionError, match=r"such as|write it as"):
        parse_where(words)


@pytest.mark.parametrize(
    ("question", "rest", "words"),
    [
        ("Who denied the deal?", "Who denied the deal?", ""),
        ("who denied source:nytimes the deal? after:2022", "who denied the deal?", "source:nytimes after:2022-01-01"),
        ('Who denied the deal source:"the verge"?', "Who denied the deal?", 'source:"the verge"'),
        ("Who was it author:“A. Doe”, and when?", "Who was it, and when?", 'author:"A. Doe"'),
        ("source:https://nytimes.com/a what happened", "what happened", "source:https://nytimes.com/a"),
        ("Genre:sky who saw it?", "who saw it?", "genre:sky"),
        ("what does page:3-5, say?", "what does, say?", "page:3-5"),
        ("folder:news", "", "folder:news"),
        ("at 10:30, what did note:this and note: that mean?", "at 10:30, what did note:this and note: that mean?", ""),
        ("see https://example.org/a or source://x", "see https://example.org/a or source://x", ""),
        ("what is the source: a river? resource:x", "what is the source: a river? resource:x", ""),
        ("line one\n\nline  two", "line one\n\nline  two", ""),
    ],
)  # fmt: skip
def test_filters_in_a_question_are_taken_out_of_it(question: str, rest: str, words: str) -> None:
    assert question_and_where(question, ["genre"]) == (rest, parse_where(words))


@pytest.mark.parametrize("question", ["who left after:lunch?", 'who spoke source:""?'])
def test_a_filter_in_a_question_that_cannot_be_meant_is_told(question: str) -> None:
    with pytest.raises(QuestionError, match=r"such as|write it as"):
        question_and_where(question)


@given(st.text(max_size=80))
def test_whatever_is_asked_only_known_filters_are_taken_out(question: str) -> None:
    try:
        rest, where = question_and_where(question)
    except QuestionError:
        return
    assert {key for key, _ in where.limits} <= set(KEYS)
    assert where or rest == question


def test_limits_from_two_places_must_both_be_met() -> None:
    first, second = parse_where("folder:a after:2022"), parse_where("folder:b after:2022")
    assert str(first & second) == "folder:a after:2022-01-01 folder:b"
    assert first & Where() == Where() & first == first


def test_keys_are_told_only_where_a_document_has_the_field() -> None:
    assert usable_keys(["source", "title", "genre"]) == ["folder", "source", "title", "genre"]
    assert usable_keys(["date", "author"]) == ["folder", "author", "after", "before", "date"]
    assert usable_keys(["page", "title"]) == ["folder", "title", "page"]


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
        ("folder:news source:nytimes folder:news/old", []),
        ("folder:news source:verge", [1]),
        ("source:verge source:the", [1, 2]),
        ("date:2022-11", [0, 2]),
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


def test_a_store_knows_what_its_documents_can_be_limited_by(engine: SearchEngine) -> None:
    assert engine.catalog.field_names() == ["source", "title", "date", "author", "genre"]


def test_a_limit_follows_the_documents(engine: SearchEngine) -> None:
    where = parse_where("source:verge")
    assert len(engine.search_lexical("same", 10, where)) == 2
    engine.delete("newsletter.txt")
    engine.refresh()
    assert len(engine.search_lexical("same", 10, where)) == 1
    with closing(SearchEngine(engine.store)) as opened:
        assert len(opened.search_lexical("same", 10, where)) == 1


@pytest.fixture
def paged_engine(tmp_path: Path, embedder: "WordEmbedder") -> SearchEngine:
    """A document of three pages, the second without text; one of one page; one without; a record that is a page."""
    engine = SearchEngine(tmp_path / "store")
    whole = (("report.pdf", (0, 15, 15, 30), 3), ("letter.pdf", (0,), 1), ("note.txt", (), 1), ("scan.json/3", (), 1))
    for document_id, pages, count in whole:
        texts = [f"Same words {number}.  " for number in range(count)]
        assert len(texts[0]) == 15
        passages = [
            EmbeddedPassage(
                Passage(document_id, 15 * number, 15 * number + 13, text.strip()), embedder.embed_query(text), b"x"
            )
            for number, text in enumerate(texts)
        ]
        metadata = MappingProxyType({"page": "3"} if document_id == "scan.json/3" else {})
        engine.upsert(Document(document_id, "T", "".join(texts), "", metadata, pages), "hash", passages)
    engine.refresh()
    return engine


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("page:1", ["letter.pdf 0", "report.pdf 0"]),
        ("page:2", []),
        ("page:3", ["report.pdf 15", "scan.json/3 0"]),
        ("page:4", ["report.pdf 30"]),
        ("page:2-3 folder:scan.json", ["scan.json/3 0"]),
        ("page:2-9999999", ["report.pdf 15", "report.pdf 30", "scan.json/3 0"]),
        ("page:1-3 page:3-4", ["report.pdf 15", "scan.json/3 0"]),
        ("page:33", []),
    ],
)
def test_both_indexes_are_limited_to_pages(
    paged_engine: SearchEngine, embedder: "WordEmbedder", words: str, expected: list[str]
) -> None:
    where = parse_where(words)
    for hits in (
        paged_engine.search_dense(embedder.embed_query("same words"), 10, where),
        paged_engine.search_lexical("same words", 10, where),
    ):
        found = paged_engine.passages([i for i, _ in hits]).values()
        assert sorted(f"{passage.document_id} {passage.start}" for passage in found) == expected


def test_a_document_is_found_by_its_first_passage_on_the_pages_and_never_by_another(paged_engine: SearchEngine) -> None:
    hits = paged_engine.search_documents("same words", 10, parse_where("page:2-4"))
    found = paged_engine.passages([i for i, _ in hits]).values()
    assert sorted(f"{passage.document_id} {passage.start}" for passage in found) == ["report.pdf 15", "scan.json/3 0"]


def test_pages_are_told_where_a_document_has_them(paged_engine: SearchEngine) -> None:
    assert "page" in paged_engine.catalog.field_names()
    for document_id in ("report.pdf", "letter.pdf", "scan.json/3"):
        paged_engine.delete(document_id)
    paged_engine.refresh()
    assert "page" not in paged_engine.catalog.field_names()
