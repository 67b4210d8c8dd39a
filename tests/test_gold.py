"""Gold sets, and what counts as right."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from corpus.document import Document, Passage
from corpus.errors import DataError
from corpus.load import load_documents
from corpus.sentences import Span
from eval.gold import SAMPLE, Evidence, GoldQuestion, Outcome, ask_all, figures, load_gold
from eval.measures import holds
from index.place import SAMPLE_CORPUS
from rag.answer import Answer, Citation, cite
from rag.assistant import Assistant
from rag.followup import Turn

_TEXT = "The bridge reopened on Tuesday. Mayor Ines Almeida crossed first. Ferries had carried 40,000 people."
_DOCUMENT = Document("bridge.txt", "Bridge", _TEXT, "bridge.txt")
_EVIDENCE = Evidence("bridge.txt", "Ines Almeida crossed first")
_GOLD = GoldQuestion("who-1", "who", "Who crossed first?", (), (("Ines Almeida", "Almeida"),), (_EVIDENCE,))
_UNANSWERABLE = GoldQuestion("un-1", "unanswerable", "Who built it?", (), (), ())


def _citation(words: str, document: Document = _DOCUMENT) -> Citation:
    start = document.text.index(words)
    citation = cite(1, document, Passage(document.id, 0, len(_TEXT), document.text), Span(start, start + len(words)))
    assert citation is not None
    return citation


def _answer(text: str, *citations: Citation) -> Answer:
    return Answer("q", "q", text, None, citations, (), 0.9, {"total": 1.0})


def _outcome(gold: GoldQuestion, text: str, *quotes: str, exact: bool = True) -> Outcome:
    return Outcome(gold, _answer(text, *(_citation(quote) for quote in quotes)), exact)


def _line(**changes: object) -> str:
    fields: dict[str, object] = {
        "id": "who-1",
        "kind": "who",
        "question": "Who crossed first?",
        "history": [],
        "answers": [["Ines Almeida", "Almeida"]],
        "evidence": [{"document_id": "bridge.txt", "quote": "Ines Almeida crossed first"}],
    }
    return json.dumps(fields | changes)


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_every_piece_of_evidence_in_the_sample_stands_in_its_document() -> None:
    texts = {document.id: document.text for document in load_documents(SAMPLE_CORPUS).documents}
    evidence = [(gold.id, each) for gold in load_gold(SAMPLE) for each in gold.evidence]
    assert len(evidence) > 40
    assert [name for name, each in evidence if each.quote not in texts[each.document_id]] == []


def test_every_fact_in_the_sample_stands_in_a_document_that_proves_it() -> None:
    texts = {document.id: document.text for document in load_documents(SAMPLE_CORPUS).documents}
    unproven = [
        (gold.id, fact)
        for gold in load_gold(SAMPLE)
        for fact in gold.answers
        if not any(holds(texts[each.document_id], spelling) for each in gold.evidence for spelling in fact)
    ]
    assert unproven == []


def test_every_question_in_the_sample_has_an_id_of_its_own_and_evidence_if_it_is_answerable() -> None:
    questions = load_gold(SAMPLE)
    assert len({gold.id for gold in questions}) == len(questions)
    assert all(bool(gold.answers) == bool(gold.evidence) for gold in questions)
    assert {bool(gold.answers) for gold in questions} == {True, False}


def test_a_gold_file_is_read_in_order_without_blank_lines(tmp_path: Path) -> None:
    path = _file(tmp_path, _line(), "", _line(id="who-2", history=["Which bridge?"], answers=[], evidence=[]), "")
    first, second = load_gold(path)
    assert first == _GOLD
    assert (second.id, second.history, second.answers, second.evidence) == ("who-2", ("Which bridge?",), (), ())


def test_line_separators_inside_a_quote_do_not_end_a_line(tmp_path: Path) -> None:
    line = json.dumps(json.loads(_line(question="One\u2028two\x85three?")), ensure_ascii=False)
    assert [gold.question for gold in load_gold(_file(tmp_path, line))] == ["One\u2028two\x85three?"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        '{"id": "a"}',
        _line(history="Which bridge?"),
        _line(history=[7]),
        _line(answers=["Ines Almeida"]),
        _line(answers=[[1]]),
        _line(answers=None),
        _line(evidence=["quote"]),
        _line(evidence=[{"quote": "without a document"}]),
    ],
)
def test_a_malformed_gold_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match=r"gold\.jsonl, line 3: is not a gold question"):
        load_gold(_file(tmp_path, _line(), "", line))


def test_a_gold_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl: cannot be read"):
        load_gold(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Mayor Ines Almeida crossed first. [1]", True),
        ("almeida [1]", True),
        ("Mayor Ines crossed first. [1]", False),
    ],
)
def test_an_answer_is_right_if_it_holds_a_spelling_of_the_fact(text: str, right: bool) -> None:
    assert _outcome(_GOLD, text, "Ines Almeida crossed first").right is right


def test_an_answer_is_right_only_with_all_facts() -> None:
    gold = replace(_GOLD, answers=(("Almeida",), ("40,000", "forty thousand")))
    quote = "Ines Almeida crossed first"
    assert not _outcome(gold, "Almeida", quote).right
    assert _outcome(gold, "Almeida and 40,000", quote).right


def test_a_refusal_is_right_exactly_where_there_is_no_answer() -> None:
    assert _outcome(_UNANSWERABLE, "The documents do not say.").right
    assert not _outcome(_UNANSWERABLE, "Almeida", "Ines Almeida crossed first").right
    assert not _outcome(_GOLD, "The documents do not mention “Almeida”.").right


@pytest.mark.parametrize(
    ("quote", "cited"),
    [
        ("Mayor Ines Almeida crossed first.", True),
        ("Ines Almeida", False),  # 12 of 26 characters
        ("Ines Almeida c", True),  # 14 of 26
        ("Ferries had carried 40,000 people.", False),
    ],
)
def test_an_answer_is_cited_if_at_least_half_of_some_evidence_is_quoted(quote: str, cited: bool) -> None:
    assert _outcome(_GOLD, "Almeida", quote).cited is cited


def test_a_quote_from_another_document_is_no_evidence() -> None:
    answer = _answer("Almeida", _citation("Ines Almeida crossed first", replace(_DOCUMENT, id="copy.txt")))
    assert not Outcome(_GOLD, answer, exact=True).cited


def test_figures_are_shares_of_the_questions_they_are_about() -> None:
    quote = "Ines Almeida crossed first"
    outcomes = [
        _outcome(_GOLD, "Almeida", quote),  # right and cited
        _outcome(_GOLD, "Almeida", "Ferries had carried", exact=False),  # right, cited wrongly, quoted wrongly
        _outcome(_GOLD, "Someone", quote),  # wrong
        _outcome(_GOLD, "The documents do not say."),  # refused wrongly
        _outcome(_UNANSWERABLE, "The documents do not say."),  # refused rightly
        _outcome(_UNANSWERABLE, "The documents do not say."),  # refused rightly
        _outcome(_UNANSWERABLE, "Almeida", quote),  # answered wrongly
    ]
    assert figures(outcomes) == pytest.approx(
        {
            "questions": 7,
            "right answers": 2 / 4,
            "right and cited": 1 / 4,
            "refusal precision": 2 / 3,
            "refusal recall": 2 / 3,
            "exact quotes": 3 / 4,
        }
    )


def test_figures_of_nothing_are_zero() -> None:
    assert set(figures([]).values()) == {0}


class Prepared:
    """Says what it was told to, with quotes that need not stand in the document: no real part would."""

    def __init__(self, answer: Answer, document: Document | None) -> None:
        self.answer, self.held = answer, document
        self.asked: list[tuple[str, list[str]]] = []

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, [turn.question for turn in history]))
        return self.answer

    def document(self, document_id: str) -> Document | None:
        return self.held if self.held and self.held.id == document_id else None


@pytest.mark.parametrize(
    ("document", "exact"),
    [(_DOCUMENT, True), (replace(_DOCUMENT, text=_TEXT.replace("Ines", "Inez")), False), (None, False)],
)
def test_quotes_are_exact_if_they_stand_in_the_document_as_it_is_now(document: Document | None, exact: bool) -> None:
    assistant = Prepared(_answer("Almeida", _citation("Ines Almeida crossed first")), document)
    (outcome,) = ask_all(cast(Assistant, assistant), [_GOLD])
    assert outcome.exact is exact


def test_every_question_is_asked_once_with_its_history() -> None:
    assistant = Prepared(_answer("The documents do not say."), _DOCUMENT)
    done: list[int] = []
    follow_up = replace(_GOLD, question="And who built it?", history=("Which bridge?", "Where?"))
    outcomes = ask_all(cast(Assistant, assistant), [_GOLD, follow_up], done.append)
    assert assistant.asked == [("Who crossed first?", []), ("And who built it?", ["Which bridge?", "Where?"])]
    assert [outcome.gold for outcome in outcomes] == [_GOLD, follow_up]
    assert done == [1, 2]
