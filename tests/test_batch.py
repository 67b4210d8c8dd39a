"""Many questions from a file, and an answer or an error for each."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import DataError
from index.embed import Embedder
from index.engine import SearchEngine
from rag.assistant import MAX_QUESTION_CHARACTERS, Assistant
from rag.batch import BatchQuestion, answers, read_batch
from rag.confidence import fitted_confidence
from rag.network import ReaderModel
from rag.read import SpanReader
from rag.rerank import ReadingReranker
from rag.retrieve import FusedRetriever


@pytest.fixture
def assistant(tmp_path: Path, embedder: Embedder) -> Assistant:
    """The real assistant over an empty store."""
    engine = SearchEngine(tmp_path / "store")
    reranker = ReadingReranker(ReaderModel())
    return Assistant(engine, FusedRetriever(engine, embedder), reranker, SpanReader(embedder), fitted_confidence())


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_questions_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        '{"id": "b", "question": "Who?", "history": ["What?", "Where?"]}',
        '{"id": 1, "question": "When?"}',
    )
    assert read_batch(path) == [BatchQuestion("b", "Who?", ("What?", "Where?")), BatchQuestion(1, "When?", ())]


def test_a_question_needs_neither_id_nor_history(tmp_path: Path) -> None:
    assert read_batch(_file(tmp_path, '{"question": "Who?"}')) == [BatchQuestion(None, "Who?", ())]


def test_blank_lines_and_other_keys_are_passed_over(tmp_path: Path) -> None:
    path = _file(tmp_path, "", '{"question": "Who?", "kind": "who"}', "   ", "")
    assert [each.question for each in read_batch(path)] == ["Who?"]


def test_an_empty_file_holds_no_questions(tmp_path: Path) -> None:
    assert read_batch(_file(tmp_path)) == []


@pytest.mark.parametrize("separator", ["\r\n", "\n", "\n\n"])
def test_lines_may_end_as_on_any_system(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(separator.join(['{"question": "Who?"}', '{"question": "When?"}']).encode())
    assert [each.question for each in read_batch(path)] == ["Who?", "When?"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5))
@settings(max_examples=50)
def test_whatever_characters_a_question_holds_it_stays_one_line(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("batch")
    path = _file(folder, *(json.dumps({"question": text}, ensure_ascii=False) for text in [*texts, "a\u2028b\x85c"]))
    assert [each.question for each in read_batch(path)] == [*texts, "a\u2028b\x85c"]


@pytest.mark.parametrize(
    "line",
    [
        '{"question": "Who?"',
        "Who?",
        "[" * 100_000,
        '["Who?"]',
        '"Who?"',
        "null",
        "{}",
        '{"id": "a"}',
        '{"question": 7}',
        '{"question": null}',
        '{"question": ["Who?"]}',
        '{"question": "Who?", "history": "What?"}',
        '{"question": "Who?", "history": ["What?", 7]}',
        '{"question": "Who?", "history": {"question": "What?"}}',
        '{"question": "Who?", "where": {"source": "x"}}',
        '{"question": "Who?", "where": "after:lunch"}',
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = _file(tmp_path, '{"question": "Who?"}', "", line)
    with pytest.raises(DataError, match=r"questions\.jsonl, line 3: "):
        read_batch(path)


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl: cannot be read \(No such file"):
        read_batch(tmp_path / "none.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"binary\.jsonl: is not UTF-8 text"):
        read_batch(tmp_path / "binary.jsonl")


def test_every_question_gets_one_answer_in_the_same_order(assistant: Assistant) -> None:
    batch = [
        BatchQuestion("b", "Who denied it all?", ()),
        BatchQuestion(2, "When?", ()),
        BatchQuestion(None, "Why?", ()),
    ]
    answered = list(answers(assistant, batch, k=3))
    assert [each["id"] for each in answered] == ["b", 2, None]
    assert [each["question"] for each in answered] == ["Who denied it all?", "When?", "Why?"]


def test_an_answer_has_its_id_and_the_keys_of_the_contract(assistant: Assistant) -> None:
    (answer,) = answers(assistant, [BatchQuestion("a", "Who denied the deal?", ())], k=3)
    assert set(answer) == {
        "id", "question", "standalone_question", "answer", "short_answer", "abstained", "confidence",
        "citations", "hits", "timings_ms",
    }  # fmt: skip
    timings = answer["timings_ms"]
    assert isinstance(timings, dict)
    assert set(timings) == {"embed", "search", "rerank", "read", "total"}
    assert json.loads(json.dumps(answer)) == answer


def test_a_store_without_documents_answers_nothing(assistant: Assistant) -> None:
    (answer,) = answers(assistant, [BatchQuestion("a", "Who denied the deal?", ())], k=3)
    assert answer["abstained"] is True
    assert (answer["citations"], answer["hits"], answer["short_answer"]) == ([], [], None)


def test_earlier_questions_explain_a_follow_up(assistant: Assistant) -> None:
    batch = [BatchQuestion("a", "Who leads it?", ("What is the Simon Wiesenthal Center?",))]
    (answer,) = answers(assistant, batch, k=3)
    assert answer["standalone_question"] == "Who leads the Simon Wiesenthal Center?"


@pytest.mark.parametrize("bad", ["", "  \n", "Why? " * MAX_QUESTION_CHARACTERS])
def test_a_question_that_cannot_be_asked_is_an_error_and_the_others_are_answered(
    assistant: Assistant, bad: str
) -> None:
    batch = [BatchQuestion(1, "Who?", ()), BatchQuestion(2, bad, ()), BatchQuestion(3, "When?", ())]
    first, error, last = answers(assistant, batch, k=3)
    assert set(error) == {"id", "question", "error"}
    assert error["id"] == 2
    assert error["question"] == bad[:200]
    assert error["error"]
    assert [each["answer"] for each in (first, last)] == [
        "The documents do not say. No passage bears on the question."
    ] * 2


def test_no_questions_have_no_answers(assistant: Assistant) -> None:
    assert list(answers(assistant, [], k=3)) == []
