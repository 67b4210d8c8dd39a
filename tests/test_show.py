"""An answer in a terminal."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from corpus.document import Document, Passage
from corpus.sentences import Span
from index.where import parse_where
from rag.answer import Answer, Citation, cite
from rag.retrieve import Hit
from rag.show import CONTEXT, show

_BEFORE = "The bridge reopened. "
_QUOTE = "Mayor Almeida crossed it first."
_TEXT = f"{_BEFORE}{_QUOTE} Ferries carried many."


def _citation(
    text: str = _TEXT, quote: str = _QUOTE, title: str = "Harbour bridge", pages: tuple[int, ...] = ()
) -> Citation:
    document = Document("news/bridge.txt", title, text, "The Gazette", pages=pages)
    start = text.index(quote)
    citation = cite(1, document, Passage(document.id, 0, len(text), text), Span(start, start + len(quote)))
    assert citation is not None
    return citation


def _answer(
    *citations: Citation, text: str = f"{_QUOTE} [1]", short_answer: str | None = "Almeida", hits: int = 1
) -> Answer:
    passage = Passage("news/bridge.txt", 0, len(_TEXT), _TEXT)
    return Answer(
        question="Who crossed it?",
        standalone_question="Who crossed the bridge?",
        text=text,
        short_answer=short_answer,
        citations=citations,
        hits=tuple(Hit(passage, 1.0 - i / 10, {"dense": i + 1}) for i in range(hits)),
        confidence=0.876,
        timings_ms={"total": 98.6},
    )


def _shown(answer: Answer, width: int = 1000, colour: bool = False) -> str:
    console = Console(
        file=io.StringIO(),
        width=width,
        highlight=False,
        force_terminal=colour,
        color_system="standard" if colour else None,
    )
    show(answer, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_answer_is_shown_with_its_short_answer_and_confidence() -> None:
    shown = _shown(_answer(_citation()))
    assert f"{_QUOTE} [1]" in shown
    assert "Short answer: Almeida" in shown
    assert "confidence 0.88 · 99 ms" in shown


def test_a_source_is_shown_with_its_title_its_place_and_the_text_around_the_quote() -> None:
    shown = _shown(_answer(_citation()))
    assert "[1] Harbour bridge · news/bridge.txt, characters 21–52" in shown
    assert _TEXT in shown


def test_a_source_with_pages_is_shown_with_its_page() -> None:
    assert "news/bridge.txt, page 2, characters 21–52" in _shown(_answer(_citation(pages=(0, 20))))


def test_what_is_known_of_a_source_is_shown_below_its_title() -> None:
    metadata = {"genre": "news", "date": "2022-11-05", "author": "Inés \x1b[31mAlmeida"}
    shown = _shown(_answer(replace(_citation(), metadata=metadata)))
    assert "by Inés [31mAlmeida · 2022-11-05 · genre: news" in shown


def test_the_filters_of_a_question_are_shown() -> None:
    shown = _shown(replace(_answer(_citation()), where=parse_where("source:gazette after:2022")))
    assert "Only documents with source:gazette after:2022-01-01\n" in shown


def test_a_follow_up_is_shown_as_it_was_understood() -> None:
    assert "I understood: Who crossed the bridge?" in _shown(_answer(_citation()))


def test_a_question_that_stood_alone_is_not_repeated() -> None:
    answer = Answer("Who?", "Who?", "The documents do not say.", None, (), (), 0.1, {"total": 5.0})
    assert "I understood" not in _shown(answer)


def test_exactly_the_quote_is_marked_in_its_passage() -> None:
    shown = _shown(_answer(_citation()), colour=True)
    assert f"\x1b[30;43m{_QUOTE}\x1b[0m" in shown
    assert shown.count("\x1b[30;43m") == 1


def test_a_terminal_without_colours_gets_no_escape_codes() -> None:
    assert "\x1b" not in _shown(_answer(_citation()))


def test_a_long_passage_is_shown_only_around_its_quote() -> None:
    before, after = "Rain fell again. " * 40, " The sun rose again." * 40
    shown = _shown(_answer(_citation(text=before + _QUOTE + after)), width=5000)
    (line,) = [line for line in shown.splitlines() if "Rain" in line]
    assert line.strip() == f"… {before[-CONTEXT:]}{_QUOTE}{after[:CONTEXT]} …"


def test_paragraphs_around_a_quote_are_shown_on_one_line() -> None:
    shown = _shown(_answer(_citation(text=f"Rain fell.\n\nIt\nwas cold. {_QUOTE}\n\nFerries ran.")))
    assert f"Rain fell. It was cold. {_QUOTE} Ferries ran." in shown


def test_an_abstention_is_shown_with_the_three_closest_passages_and_no_sources() -> None:
    shown = _shown(_answer(text="The documents do not say.", short_answer=None, hits=5))
    assert "The documents do not say." in shown
    assert "Closest passages" in shown
    assert shown.count("news/bridge.txt") == shown.count(_TEXT) == 3
    assert "Sources" not in shown
    assert "Short answer" not in shown


@pytest.mark.parametrize(
    "words", ["[bold red]", "[/bold]", "[link=http://x.test]x[/link]", ":warning:", "\\[1]", "[[a]\\"]
)
def test_markup_in_documents_is_shown_as_it_is(words: str) -> None:
    quote = f"Almeida said {words} to it."
    answer = _answer(
        _citation(text=f"{words} Rain fell. {quote} {words}", quote=quote, title=f"On {words}"),
        text=f"{quote} [1]",
        short_answer=f"said {words}",
    )
    shown = _shown(answer)
    assert f"\n{quote} [1]\n" in shown
    assert f"Short answer: said {words}\n" in shown
    assert f"[1] On {words} · news" in shown
    assert f"{words} Rain fell. {quote} {words}" in shown


def test_markup_in_a_question_is_shown_as_it_is() -> None:
    answer = Answer("Who?", "Who said [red] :warning:?", "The documents do not say.", None, (), (), 0.1, {"total": 5.0})
    assert "I understood: Who said [red] :warning:?\n" in _shown(answer)


def test_control_characters_in_documents_do_not_reach_the_terminal() -> None:
    quote = "Clear \x1b[2Jthe\x9b1m screen\x07."
    answer = _answer(
        _citation(text=f"\x1b]0;mine\x07 Rain. {quote} \x1b[31m", quote=quote, title="\x1b[1mT"),
        text=f"{quote} [1]",
        short_answer="\x1b[2J",
    )
    shown = _shown(answer)
    assert "Clear [2Jthe1m screen. [1]" in shown
    assert not {c for c in shown if not c.isprintable()} - {"\n"}
