"""Benchmarks in BEIR's layout."""

import json
from pathlib import Path

import pytest

from corpus.document import Document
from corpus.errors import DataError
from eval.beir import load_beir

_DOCUMENTS = [
    {"_id": "d1", "title": "Bridge", "text": "The bridge reopened."},
    {"_id": "d2", "title": "", "text": "Frost came."},
    {"_id": "d3", "text": "A comet."},
]
_QUERIES = [
    {"_id": "q1", "text": "When did it reopen?"},
    {"_id": "q2", "text": "Who came?"},
    {"_id": "q9", "text": "Why?"},
]
_HEADING = "query-id\tcorpus-id\tscore"
_QRELS = ["q1\td1\t1", "q2\td2\t2", "q2\td3\t0"]


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path / "corpus.jsonl", [json.dumps(each) for each in _DOCUMENTS])
    _write(tmp_path / "queries.jsonl", [json.dumps(each) for each in _QUERIES])
    _write(tmp_path / "qrels" / "test.tsv", [_HEADING, *_QRELS])
    return tmp_path


def test_a_benchmark_has_its_documents_queries_and_judgements(folder: Path) -> None:
    benchmark = load_beir(folder)
    assert benchmark.documents == (
        Document("d1", "Bridge", "The bridge reopened.", "d1"),
        Document("d2", "", "Frost came.", "d2"),
        Document("d3", "", "A comet.", "d3"),
    )
    assert benchmark.qrels == {"q1": {"d1": 1}, "q2": {"d2": 2, "d3": 0}}


def test_queries_without_judgements_are_left_out(folder: Path) -> None:
    assert load_beir(folder).queries == {"q1": "When did it reopen?", "q2": "Who came?"}


def test_another_split_is_read_by_its_name(folder: Path) -> None:
    _write(folder / "qrels" / "dev.tsv", [_HEADING, "q9\td3\t1"])
    assert load_beir(folder, "dev").queries == {"q9": "Why?"}


def test_flat_files_named_by_split_are_read(folder: Path) -> None:
    _write(folder / "qrels_test.tsv", [_HEADING, "q1\td2\t1"])
    _write(folder / "queries_test.jsonl", ['{"_id": "q1", "text": "Flat?"}'])
    benchmark = load_beir(folder)
    assert benchmark.queries == {"q1": "Flat?"}
    assert benchmark.qrels == {"q1": {"d2": 1}}


def test_qrels_may_lack_a_heading_and_have_trecs_four_columns(folder: Path) -> None:
    _write(folder / "qrels" / "test.tsv", ["q1\t0\td1\t1", "q2\t0\td2\t2"])
    assert load_beir(folder).qrels == {"q1": {"d1": 1}, "q2": {"d2": 2}}


def test_numbers_as_ids_are_read_as_text(folder: Path) -> None:
    _write(folder / "corpus.jsonl", ['{"_id": 7, "text": "Seven."}'])
    _write(folder / "queries.jsonl", ['{"_id": 1, "text": "Which?"}'])
    _write(folder / "qrels" / "test.tsv", [_HEADING, "1\t7\t1"])
    benchmark = load_beir(folder)
    assert [document.id for document in benchmark.documents] == ["7"]
    assert benchmark.qrels == {"1": {"7": 1}}


def test_what_is_said_twice_is_read_once_as_it_was_said_last(folder: Path) -> None:
    _write(folder / "corpus.jsonl", [json.dumps(each) for each in [*_DOCUMENTS, {"_id": "d2", "text": "Late frost."}]])
    _write(folder / "qrels" / "test.tsv", [_HEADING, *_QRELS, "q1\td1\t2"])
    benchmark = load_beir(folder)
    assert [(document.id, document.text) for document in benchmark.documents] == [
        ("d1", "The bridge reopened."),
        ("d2", "Late frost."),
        ("d3", "A comet."),
    ]
    assert benchmark.qrels["q1"] == {"d1": 2}


def test_line_separators_inside_a_text_do_not_end_a_line(folder: Path) -> None:
    text = "One\u2028two\x85three."
    _write(folder / "corpus.jsonl", [json.dumps({**each, "text": text}, ensure_ascii=False) for each in _DOCUMENTS])
    assert {document.text for document in load_beir(folder).documents} == {text}


@pytest.mark.parametrize(
    ("name", "said"),
    [("corpus.jsonl", r"corpus\.jsonl"), ("queries.jsonl", r"queries\.jsonl"), ("qrels/test.tsv", r"qrels/test\.tsv")],
)
def test_a_missing_file_is_named(folder: Path, name: str, said: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DataError, match=said):
        load_beir(folder)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_file_that_is_no_text_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=f"{Path(name).name}: cannot be read"):
        load_beir(folder)


@pytest.mark.parametrize("line", ['{"_id": "q1", "text": ', "[]", "7", '{"_id": "q1"}', '{"text": "no id"}'])
@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
def test_a_malformed_line_is_named(folder: Path, name: str, line: str) -> None:
    _write(folder / name, ['{"_id": "q1", "text": "a"}', "", line])
    with pytest.raises(DataError, match=rf"{name}, line 3: must be a JSON object with _id and text"):
        load_beir(folder)


@pytest.mark.parametrize("line", ["q1\td1\thigh", "q1", "q1 d1 1"])
def test_a_malformed_judgement_is_named(folder: Path, line: str) -> None:
    _write(folder / "qrels" / "test.tsv", [_HEADING, "", "q1\td1\t1", line])
    with pytest.raises(DataError, match=r"test\.tsv, line 4: must be query, document and grade"):
        load_beir(folder)


@pytest.mark.parametrize(("line", "unknown"), [("q1\td77\t1", "d77"), ("q77\td1\t1", "q77")])
def test_a_judgement_of_something_unknown_is_refused(folder: Path, line: str, unknown: str) -> None:
    _write(folder / "qrels" / "test.tsv", [_HEADING, *_QRELS, line])
    with pytest.raises(DataError, match=f"the qrels name '{unknown}'"):
        load_beir(folder)
