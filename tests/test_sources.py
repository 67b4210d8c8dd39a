"""The source pane: quotes marked, everything escaped."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Document, Passage
from corpus.sentences import Span
from rag.answer import Answer, Citation, cite
from rag.retrieve import Hit
from web.sources import CONTEXT, cited_sources, closest_passages, pane, source_id

_QUOTE = "Mayor Almeida crossed it first."
_TEXT = f"The bridge reopened. {_QUOTE} Ferries carried many."
_EVIL = "<script>alert('x')</script> & \"<img src=x onerror=y>\""


def _document(text: str = _TEXT, title: str = "Harbour bridge", source: str = "The Gazette") -> Document:
    return Document("news/bridge.txt", title, text, source)


def _citation(document: Document, quote: str, number: int = 1) -> Citation:
    start = document.text.index(quote)
    first, last = max(0, start - 5), min(len(document.text), start + len(quote) + 5)
    passage = Passage(document.id, first, last, document.text[first:last])
    citation = cite(number, document, passage, Span(start, start + len(quote)))
    assert citation is not None
    return citation


def _answer(
    citations: tuple[Citation, ...] = (), hits: tuple[Hit, ...] = (), question: str = "Who crossed it?"
) -> Answer:
    return Answer(question, question, "said", None, citations, hits, 0.9, {"total": 1.0})


def _html(document: Document, quote: str = _QUOTE, question: str = "Who crossed it?") -> str:
    return cited_sources(2, _answer((_citation(document, quote),), question=question), [document])


def _text(html: str) -> str:
    (text,) = re.findall(r'<p class="text">(.*?)</p>', html, re.DOTALL)
    return str(text)


def _marked(html: str) -> str:
    (marked,) = re.findall("<mark>(.*?)</mark>", html, re.DOTALL)
    return unescape(marked)


def _plain(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))


def test_exactly_the_quote_is_marked_in_the_text_around_it() -> None:
    html = _html(_document())
    assert _marked(html) == _QUOTE
    assert _plain(_text(html)) == _TEXT


@pytest.mark.parametrize("place", ["text", "title", "source"])
def test_html_in_a_document_is_escaped(place: str) -> None:
    quote = f"He said {_EVIL} twice."
    fields = {"text": f"{_EVIL} {quote} {_EVIL}", "title": "t", "source": "s"} | (
        {} if place == "text" else {place: _EVIL}
    )
    html = _html(_document(**fields), quote)
    assert "<script" not in html
    assert "<img" not in html
    assert _marked(html) == quote
    assert _plain(html).count(_EVIL) == (3 if place == "text" else 4)


def test_html_in_a_question_is_escaped() -> None:
    html = _html(_document(), question=_EVIL)
    assert "<script" not in html
    assert _EVIL in _plain(html)


def test_html_in_the_name_of_a_document_is_escaped() -> None:
    document = replace(_document(), id="<b>x</b>.txt")
    html = _html(document)
    assert "<b>" not in html
    assert "<b>x</b>.txt" in _plain(html)


@given(st.text("<>&\"'ab \n;#x27lt", min_size=1, max_size=12), st.text("<>&\"'ab \n", max_size=12))
@settings(max_examples=100)
def test_whatever_a_document_holds_is_shown_as_it_stands(quote: str, around: str) -> None:
    html = _html(_document(around + quote + around), quote)
    assert _marked(html) == quote
    assert _plain(_text(html)) == around + quote + around
    assert set(re.findall(r"</?(\w+)", html)) == {"section", "h2", "p", "article", "h3", "mark"}


def test_a_long_document_is_shown_around_the_quote_and_cut_between_words() -> None:
    before, after = "Wintering geese " * 100, " returning swallows" * 100
    shown = _plain(_text(_html(_document(before + _QUOTE + after))))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    left, right = shown.split(_QUOTE)
    assert set(left.split()) == {"…", "Wintering", "geese"}
    assert set(right.split()) == {"…", "returning", "swallows"}
    assert CONTEXT - 20 <= len(left.removeprefix("… ")) <= CONTEXT
    assert CONTEXT - 20 <= len(right.removesuffix(" …")) <= CONTEXT


def test_a_word_longer_than_the_context_is_left_out() -> None:
    shown = _plain(_text(_html(_document("x" * 1000 + _QUOTE + "y" * 1000))))
    assert shown == f"… {_QUOTE} …"


def test_a_source_says_where_its_quote_stands() -> None:
    document = _document()
    citation = replace(_citation(document, _QUOTE, number=3), page=7)
    html = cited_sources(2, _answer((citation,)), [document])
    assert "[3] Harbour bridge" in html
    assert "news/bridge.txt · The Gazette · page 7 · characters 21–52" in html
    assert f'id="{source_id(2, 3)}"' in html


def test_a_source_says_what_is_known_of_it() -> None:
    document = replace(_document(), metadata={"author": _EVIL, "date": "2022-11-05", "genre": "news"})
    html = _html(document)
    assert f"by {_EVIL} · 2022-11-05 · genre: news" in _plain(html)
    assert "<script" not in html


def test_every_citation_has_a_card_of_its_own_in_order() -> None:
    document = _document()
    citations = (_citation(document, _QUOTE), _citation(document, "Ferries carried many.", number=2))
    html = cited_sources(1, _answer(citations), [document, document])
    assert [unescape(each) for each in re.findall("<mark>(.*?)</mark>", html)] == [_QUOTE, "Ferries carried many."]
    assert html.index(source_id(1, 1)) < html.index(source_id(1, 2))


def test_anchors_differ_between_turns_and_numbers() -> None:
    assert len({source_id(1, 11), source_id(11, 1), source_id(1, 1), source_id(11, 11)}) == 4


@pytest.mark.parametrize("document", [None, _document("Something else stands here now, and it is longer than before.")])
def test_a_quote_from_a_document_that_is_gone_or_changed_is_shown_in_its_passage(document: Document | None) -> None:
    citation = _citation(_document(), _QUOTE)
    html = cited_sources(1, _answer((citation,)), [document])
    assert _marked(html) == _QUOTE
    assert _plain(_text(html)) == citation.passage.text


def test_an_abstention_shows_the_closest_passages_without_marks() -> None:
    hits = tuple(Hit(Passage(f"{i}.txt", i, i + len(_EVIL), _EVIL), 1.0, {}) for i in range(5))
    html = closest_passages(1, _answer(hits=hits), {"0.txt": "The <first>"})
    assert re.findall("<h3>(.*?)</h3>", html) == ["The &lt;first&gt;", "1.txt", "2.txt"]
    assert "<mark>" not in html
    assert "<script" not in html
    assert _plain(html).count(_EVIL) == 3


def test_the_pane_holds_its_sections() -> None:
    assert pane("<section>a</section>") == '<div class="sources"><section>a</section></div>'
