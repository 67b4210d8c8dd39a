"""Questions to records: what a line of a saved run keeps."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from corpus.document import Document
from corpus.load import load_documents
from corpus.tokens import count_tokens
from eval.ask import PASSAGES_KEPT, TEXTS, Asker
from eval.benchmark import Benchmark, Evidence, Question
from eval.saved import Record
from eval.settings import Settings
from eval.system import Embedders, build_system
from eval.task import Task
from index.place import SAMPLE_CORPUS
from rag.assistant import Assistant

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

DENIED = "civil-rights-groups-deny-deal.txt"
MET = "civil-rights-leaders-meet-musk.txt"
_SENTENCES = [f"The comet of {1400 + number} passed the orchard {number} times." for number in range(260)]
_BOOK = Document("book", "A book of comets", "\n\n".join(_SENTENCES), "book")
_NOTES = [Document(f"note{number:03}", "", f"A comet and frost, note {number}.", "") for number in range(150)]
_SPAN = Evidence("book", _BOOK.text.index(_SENTENCES[100]), _BOOK.text.index(_SENTENCES[100]) + len(_SENTENCES[100]))
Asked = Callable[..., Record]


@pytest.fixture
def asked(embedder: "WordEmbedder", tmp_path: Path) -> Asked:
    """The record of a question put to the book and the notes."""

    def ask(question: Question, kind: str = "retrieval", **changes: int) -> Record:
        benchmark = Benchmark("comets", (_BOOK, *_NOTES), (question,), {})
        settings = Settings(passage_tokens=32, overlap_tokens=0, rerank=0.0)
        steps = build_system(benchmark, settings, tmp_path / "store", cast(Embedders, lambda name: embedder))
        while True:
            try:
                next(steps)
            except StopIteration as finished:
                task = replace(Task(kind, benchmark, settings), **changes)  # type: ignore[arg-type]
                return Asker(task, finished.value, {each.id: each for each in benchmark.documents}).ask(question)[0]

    return ask


@pytest.fixture(scope="module")
def answered(sample_assistant: Assistant) -> Asked:
    """The record of a question put to the real assistant over the sample corpus."""
    documents = load_documents(SAMPLE_CORPUS).documents

    def ask(question: Question, kind: str = "gold", given: bool = False) -> Record:
        benchmark = Benchmark("sample", tuple(documents), (question,), {})
        task = Task(kind, benchmark, Settings(), given=given)
        return Asker(task, sample_assistant, {each.id: each for each in documents}).ask(question)[0]

    return ask


def test_the_best_passages_are_kept_and_of_every_further_document_the_first(asked: Asked) -> None:
    hits = asked(Question("q", "comet frost note"))["hits"]
    places = [hit["ranks"]["fused"] for hit in hits]
    below = [hit for hit in hits if hit["ranks"]["fused"] > PASSAGES_KEPT]
    assert places[:PASSAGES_KEPT] == list(range(1, PASSAGES_KEPT + 1))
    assert len({hit["document_id"] for hit in hits}) == 100
    assert len(below) == len({hit["document_id"] for hit in below})
    assert not {hit["document_id"] for hit in below} & {hit["document_id"] for hit in hits[:PASSAGES_KEPT]}


def test_no_more_documents_are_ranked_than_asked_for(asked: Asked) -> None:
    hits = asked(Question("q", "comet frost note"), depth=10)["hits"]
    assert len({hit["document_id"] for hit in hits}) == 10


def test_every_passage_among_the_best_of_a_document_is_kept(asked: Asked) -> None:
    hits = asked(Question("q", "The comet of 1407 passed the orchard 7 times"), depth=2)["hits"]
    assert [hit["document_id"] for hit in hits] == ["book"] * 8


def test_the_first_hits_keep_their_text_and_every_hit_its_place(asked: Asked) -> None:
    hits = asked(Question("q", "comet frost note"))["hits"]
    texts = {each.id: each.text for each in (_BOOK, *_NOTES)}
    assert ["text" in hit for hit in hits] == [True] * TEXTS + [False] * (len(hits) - TEXTS)
    assert all(texts[hit["document_id"]][hit["start"] : hit["end"]] == hit["text"] for hit in hits[:TEXTS])
    assert all(hit["end"] > hit["start"] for hit in hits)


def test_what_was_wanted_is_kept_with_its_best_rank_by_stage(asked: Asked) -> None:
    question = Question("q", "The comet of 1407", "which", relevant={"book": 2, "note003": 0}, facts=("a fact",))
    record = asked(question, depth=100)
    book, note = record["wanted"]["documents"]
    of_book = [hit["ranks"] for hit in record["hits"] if hit["document_id"] == "book"]
    assert (book["title"], book["grade"], note["grade"]) == ("A book of comets", 2, 0)
    assert book["ranks"]["fused"] == min(ranks["fused"] for ranks in of_book)
    assert book["ranks"]["document"] == 1
    assert (record["kind"], record["wanted"]["facts"]) == ("which", ["a fact"])


def test_a_wanted_document_that_was_not_found_has_no_ranks(asked: Asked) -> None:
    (wanted,) = asked(Question("q", "The comet of 1407", relevant={"note149": 1}), depth=1)["wanted"]["documents"]
    assert (wanted["document_id"], wanted["ranks"], wanted["place"]) == ("note149", {}, None)
    assert wanted["text"] == "A comet and frost, note 149."


def test_evidence_is_kept_with_its_words_and_the_passages_that_hold_it(asked: Asked) -> None:
    wanted = asked(Question("q", "When did the comet pass?", answerable=True, evidence=(_SPAN,)))["wanted"]
    (evidence,), (passage,) = wanted["evidence"], wanted["passages"]
    assert evidence == {"document_id": "book", "start": _SPAN.start, "end": _SPAN.end, "quote": _SENTENCES[100]}
    assert passage["start"] <= _SPAN.start < _SPAN.end <= passage["end"]
    assert [each["document_id"] for each in wanted["documents"]] == ["book"]


@pytest.mark.parametrize("budget", [1, 100, 4000])
def test_passages_within_the_budget_are_kept_all_and_no_others(asked: Asked, budget: int) -> None:
    question = Question("q", "The comet passed the orchard", evidence=(_SPAN,))
    hits = asked(question, "splitting", budget=budget)["hits"]
    spent = sum(count_tokens([_text(hit) for hit in hits]))
    assert spent <= budget
    assert [hit["ranks"]["fused"] for hit in hits] == list(range(1, len(hits) + 1))
    assert {1: len(hits) == 0, 100: 2 <= len(hits) <= 10, 4000: len(hits) > PASSAGES_KEPT}[budget]
    assert spent > budget - 40 or not hits


def _text(hit: Record) -> str:
    return next(each for each in (_BOOK, *_NOTES) if each.id == hit["document_id"]).text[hit["start"] : hit["end"]]


@pytest.mark.parametrize("kind", ["retrieval", "splitting", "conversations"])
def test_a_question_or_a_history_that_cannot_be_asked_does_not_end_the_run(asked: Asked, kind: str) -> None:
    long = "comet " * 1000
    for question in (Question("q", long), Question("q", "When did it pass?", history=("",))):
        record = asked(replace(question, evidence=(_SPAN,)), kind)
        assert record["question"] == record["standalone_question"] == question.text


def test_a_question_that_is_too_long_becomes_an_abstention(answered: Asked) -> None:
    record = answered(Question("q", "why? " * 1000, answers=(("x",),), answerable=True))
    assert (record["abstained"], record["confidence"], record["citations"], record["hits"]) == (True, 0, [], [])
    assert record["short_answer"] is None
    assert record["guess"] == {"answer": "", "short_answer": None}
    assert "ask in at most" in record["answer"]


def test_an_answer_is_kept_as_every_surface_gives_it(answered: Asked, sample_assistant: Assistant) -> None:
    question = Question("q", "Who is the CEO of Free Press?", answers=(("Jessica Gonzalez",),), answerable=True)
    record, answer = answered(question), sample_assistant.ask(question.text, k=100).to_json()
    names = ("answer", "short_answer", "abstained", "confidence", "citations", "standalone_question")
    assert {name: record[name] for name in names} == {name: answer[name] for name in names}
    assert record["exact_quotes"] is True
    assert record["guess"] == {"answer": answer["answer"], "short_answer": answer["short_answer"]}
    assert json.loads(json.dumps(record)) == record


def test_a_refusal_keeps_what_would_have_been_said(answered: Asked) -> None:
    record = answered(Question("q", "What is the capital of France?", answerable=False))
    assert (record["abstained"], record["citations"], record["short_answer"]) == (True, [], None)
    assert record["guess"]["answer"] not in ("", record["answer"])


def test_a_given_document_alone_is_read(answered: Asked) -> None:
    question = Question("q", "Who denied the deal?", answers=(("Free Press",),), answerable=True, given=MET)
    assert {hit["document_id"] for hit in answered(question, "answers", given=True)["hits"]} == {MET}
    assert {hit["document_id"] for hit in answered(question, "answers")["hits"]} == {MET, DENIED}
    ungiven = replace(question, given="")
    assert {hit["document_id"] for hit in answered(ungiven, "answers", given=True)["hits"]} == {MET, DENIED}


def test_a_follow_up_is_asked_with_its_history(answered: Asked) -> None:
    question = Question("q", "What did he say the letter was not?", history=("Who found Musk's tweet unclear?",))
    record = answered(question)
    assert record["history"] == ["Who found Musk's tweet unclear?"]
    assert "Abraham Cooper" in record["standalone_question"]
    assert "threat" in record["answer"]
    assert "instead" not in record


def test_a_conversation_keeps_what_its_last_turn_and_a_person_s_rewriting_would_have_found(answered: Asked) -> None:
    question = Question("q", "What did he say?", history=("Who leads Free Press?",), rewrite="What did Gonzalez say?")
    instead = answered(question, "conversations")["instead"]
    assert list(instead) == ["last turn", "rewrite"]
    assert set(instead["rewrite"]) == {MET, DENIED}
    assert list(answered(replace(question, rewrite=""), "conversations")["instead"]) == ["last turn"]


def test_what_would_have_been_found_instead_is_searched_for_in_the_same_way(answered: Asked) -> None:
    question = Question("q", "Who is the CEO of Free Press?")
    record = answered(question, "conversations")
    best = {hit["document_id"]: hit["score"] for hit in reversed(record["hits"])}
    assert record["instead"]["last turn"] == best


def test_milliseconds_are_given_by_stage(sample_assistant: Assistant) -> None:
    documents = load_documents(SAMPLE_CORPUS).documents
    benchmark = Benchmark("sample", tuple(documents), (Question("q", "Who denied the deal?"),), {})
    stages = {}
    for kind in ("retrieval", "gold"):
        asker = Asker(Task(kind, benchmark, Settings()), sample_assistant, {each.id: each for each in documents})
        stages[kind] = set(asker.ask(benchmark.questions[0])[1])
    assert stages == {
        "retrieval": {"embed", "search", "rerank"},
        "gold": {"embed", "search", "rerank", "read", "total"},
    }
