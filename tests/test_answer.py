"""Citations that are checked, and the JSON that every surface gives."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Document, Passage
from corpus.sentences import Span
from rag.answer import Answer, Citation, cite
from rag.retrieve import Hit

_TEXT = "The bridge reopened. Mayor Almeida crossed it first. Ferries carried 40,000 people a day."
_DOCUMENT = Document("news/bridge.txt", "Harbour bridge", _TEXT, "The Gazette", {"author": "I. Doe"})
_PASSAGE = Passage(_DOCUMENT.id, 21, len(_TEXT), _TEXT[21:])


def _citation(number: int = 1) -> Citation:
    citation = cite(number, _DOCUMENT, _PASSAGE, Span(27, 51))
    assert citation is not None
    return citation


def _answer(*citations: Citation) -> Answer:
    return Answer(
        question="Who crossed it?",
        standalone_question="Who crossed the bridge?",
        text="Almeida crossed it first. [1]",
        short_answer="Almeida",
        citations=citations,
        hits=(Hit(_PASSAGE, 0.123456789, {"dense": 2, "lexical": 1}),),
        confidence=0.87654321,
        timings_ms={"embed": 6.04, "search": 2.06, "rerank": 0.0, "read": 90.123, "total": 98.25},
    )


def test_a_citation_points_at_words_that_stand_in_the_document() -> None:
    citation = _citation()
    assert citation.quote == "Almeida crossed it first"
    assert _DOCUMENT.text[citation.quote_start : citation.quote_end] == citation.quote
    assert (citation.title, citation.source) == ("Harbour bridge", "The Gazette")


@pytest.mark.parametrize("quote", [Span(20, 30), Span(0, 10), Span(80, len(_TEXT) + 1), Span(30, 30), Span(40, 30)])
def test_a_quote_that_is_not_inside_its_passage_is_not_cited(quote: Span) -> None:
    assert cite(1, _DOCUMENT, _PASSAGE, quote) is None


def test_the_whole_passage_can_be_cited() -> None:
    citation = cite(1, _DOCUMENT, _PASSAGE, Span(_PASSAGE.start, _PASSAGE.end))
    assert citation is not None
    assert citation.quote == _PASSAGE.text


@pytest.mark.parametrize(
    "text",
    [_TEXT.replace("Almeida", "Almeido"), "New words. " + _TEXT, _TEXT[:60], "", _TEXT.replace("40,000", "50,000")],
)
def test_a_document_that_has_changed_is_not_cited(text: str) -> None:
    assert cite(1, replace(_DOCUMENT, text=text), _PASSAGE, Span(27, 51)) is None


@given(st.text("ab .", max_size=20), st.tuples(*[st.integers(0, 21)] * 4), st.booleans())
@settings(max_examples=200)
def test_whatever_is_cited_stands_in_the_document(text: str, at: tuple[int, int, int, int], changed: bool) -> None:
    words = text[at[0] : at[1]]
    passage = Passage("d.txt", at[0], at[0] + len(words), words)
    document = Document("d.txt", "d", text[1:] if changed else text, "d.txt")
    citation = cite(1, document, passage, Span(at[2], at[3]))
    if citation is not None:
        assert citation.quote
        assert document.text[citation.quote_start : citation.quote_end] == citation.quote
    else:
        assert changed or not passage.start <= at[2] < at[3] <= passage.end


@pytest.mark.parametrize(
    ("pages", "page"), [((), None), ((0,), 1), ((0, 27), 2), ((0, 28), 1), ((0, 10, 20, 60), 3), ((30,), None)]
)
def test_the_page_is_the_one_on_which_the_quote_starts(pages: tuple[int, ...], page: int | None) -> None:
    citation = cite(1, replace(_DOCUMENT, pages=pages), _PASSAGE, Span(27, 51))
    assert citation is not None
    assert citation.page == page


def test_an_answer_without_citations_is_an_abstention() -> None:
    assert _answer().abstained
    assert not _answer(_citation()).abstained


def test_an_answer_in_json_has_the_keys_of_the_contract() -> None:
    answer = _answer(_citation()).to_json()
    assert list(answer) == [
        "question", "standalone_question", "answer", "short_answer", "abstained", "confidence",
        "citations", "hits", "timings_ms",
    ]  # fmt: skip
    citations, hits = answer["citations"], answer["hits"]
    assert isinstance(citations, list)
    assert isinstance(hits, list)
    assert list(citations[0]) == [
        "number", "document_id", "title", "source", "page", "metadata", "start", "end", "quote_start", "quote_end",
        "quote", "passage",
    ]  # fmt: skip
    assert list(hits[0]) == ["document_id", "start", "end", "score", "ranks", "text"]


def test_an_answer_in_json_has_the_values_of_the_answer() -> None:
    answer = _answer(_citation(3)).to_json()
    assert answer == {
        "question": "Who crossed it?",
        "standalone_question": "Who crossed the bridge?",
        "answer": "Almeida crossed it first. [1]",
        "short_answer": "Almeida",
        "abstained": False,
        "confidence": 0.8765,
        "citations": [
            {
                "number": 3,
                "document_id": "news/bridge.txt",
                "title": "Harbour bridge",
                "source": "The Gazette",
                "page": None,
                "metadata": {"author": "I. Doe"},
                "start": 21,
                "end": 89,
                "quote_start": 27,
                "quote_end": 51,
                "quote": "Almeida crossed it first",
                "passage": _PASSAGE.text,
            }
        ],
        "hits": [
            {
                "document_id": "news/bridge.txt",
                "start": 21,
                "end": 89,
                "score": 0.123457,
                "ranks": {"dense": 2, "lexical": 1},
                "text": _PASSAGE.text,
            }
        ],
        "timings_ms": {"embed": 6.0, "search": 2.1, "rerank": 0.0, "read": 90.1, "total": 98.2},
    }


def test_an_abstention_in_json_says_so_and_cites_nothing() -> None:
    abstention = replace(_answer(), short_answer=None).to_json()
    assert abstention["abstained"] is True
    assert abstention["citations"] == []
    assert abstention["short_answer"] is None


def test_an_answer_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        _answer().text = "something else"  # type: ignore[misc]
