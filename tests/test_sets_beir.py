"""Benchmarks in BEIR's layout."""

import hashlib
import json
from pathlib import Path

import pytest

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.beir import load_beir

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
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


def _asked(benchmark: Benchmark) -> dict[str, str]:
    return {question.id: question.text for question in benchmark.questions}


def _judged(benchmark: Benchmark) -> dict[str, dict[str, int]]:
    return {question.id: dict(question.relevant) for question in benchmark.questions}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path / "corpus.jsonl", [json.dumps(each) for each in _DOCUMENTS])
    _write(tmp_path / "queries.jsonl", [json.dumps(each) for each in _QUERIES])
    _write(tmp_path / "qrels" / "test.tsv", [_HEADING, *_QRELS])
    return tmp_path


def test_a_benchmark_has_its_documents_questions_and_judgements(folder: Path) -> None:
    benchmark = load_beir(folder)
    assert benchmark.name == folder.name
    assert benchmark.documents == (
        Document("d1", "Bridge", "The bridge reopened.", "d1"),
        Document("d2", "", "Frost came.", "d2"),
        Document("d3", "", "A comet.", "d3"),
    )
    assert benchmark.questions == (
        Question("q1", "When did it reopen?", relevant={"d1": 1}),
        Question("q2", "Who came?", relevant={"d2": 2, "d3": 0}),
    )


def test_the_files_that_were_read_are_hashed_and_no_others(folder: Path) -> None:
    _write(folder / "qrels" / "train.tsv", [_HEADING, "q9\td3\t1"])
    names = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
    assert load_beir(folder).hashes == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names
    }


def test_queries_without_judgements_are_no_questions(folder: Path) -> None:
    assert _asked(load_beir(folder)) == {"q1": "When did it reopen?", "q2": "Who came?"}


def test_another_split_is_read_by_its_name_and_named_by_it(folder: Path) -> None:
    _write(folder / "qrels" / "dev.tsv", [_HEADING, "q9\td3\t1"])
    benchmark = load_beir(folder, "dev")
    assert _asked(benchmark) == {"q9": "Why?"}
    assert benchmark.name == f"{folder.name}:dev"


def test_flat_files_named_by_split_are_read_first(folder: Path) -> None:
    _write(folder / "qrels_test.tsv", [_HEADING, "q1\td2\t1"])
    _write(folder / "queries_test.jsonl", ['{"_id": "q1", "text": "Flat?"}'])
    benchmark = load_beir(folder)
    assert (_asked(benchmark), _judged(benchmark)) == ({"q1": "Flat?"}, {"q1": {"d2": 1}})


@pytest.mark.parametrize("others", [["qrels.tsv", "qrels_dev.tsv"], ["qrels_dev.tsv", "qrels_x.tsv"], ["qrels-x.tsv"]])
def test_who_asks_for_no_split_gets_judgements_that_are_there(folder: Path, others: list[str]) -> None:
    (folder / "qrels" / "test.tsv").unlink()
    for number, name in enumerate(others):
        _write(folder / name, [_HEADING, f"q1\td1\t{number}"])
    assert _judged(load_beir(folder)) == {"q1": {"d1": 0}}


def test_the_only_judgements_bring_the_queries_that_are_named_like_them(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").unlink()
    _write(folder / "qrels_x.tsv", ["q7\td1\t1"])
    _write(folder / "queries_x.jsonl", ['{"_id": "q7", "text": "Seven?"}'])
    assert _asked(load_beir(folder)) == {"q7": "Seven?"}


def test_who_asks_for_a_split_never_gets_another(folder: Path) -> None:
    _write(folder / "qrels.tsv", _QRELS)
    with pytest.raises(
        DataError, match=r"has no qrels_train\.tsv or qrels/train\.tsv; there is qrels/test\.tsv, qrels\.tsv"
    ):
        load_beir(folder, "train")


def test_of_several_splits_none_is_guessed(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "one.tsv")
    _write(folder / "qrels" / "two.tsv", _QRELS)
    with pytest.raises(DataError, match=r"or qrels\.tsv; there is qrels/one\.tsv, qrels/two\.tsv"):
        load_beir(folder)


@pytest.mark.parametrize(
    "lines",
    [
        ["q1\td1\t1", "q2\td2\t2"],
        ["q1\t0\td1\t1", "q2\t0\td2\t2"],
        ["q1 0 d1 1", "q2  Q0   d2 2"],
        ["q1 d1 1", "q2 d2 2"],
        ["", "query doc grade", "q1\td1\t1\r", "q2\td2\t+2\r"],
        ["\ufeffq1\td1\t1", "q2\td2\t2"],
    ],
)
def test_judgements_have_three_columns_or_four_with_or_without_a_heading(folder: Path, lines: list[str]) -> None:
    _write(folder / "qrels" / "test.tsv", lines)
    assert _judged(load_beir(folder)) == {"q1": {"d1": 1}, "q2": {"d2": 2}}


def test_grades_below_one_are_kept_as_they_are(folder: Path) -> None:
    _write(folder / "qrels" / "test.tsv", ["q1\td1\t-2", "q1\td2\t0"])
    assert _judged(load_beir(folder)) == {"q1": {"d1": -2, "d2": 0}}


def test_numbers_as_ids_are_read_as_text(folder: Path) -> None:
    _write(folder / "corpus.jsonl", ['{"_id": 7, "text": "Seven."}'])
    _write(folder / "queries.jsonl", ['{"_id": 1, "text": "Which?"}'])
    _write(folder / "qrels" / "test.tsv", [_HEADING, "1\t7\t1"])
    benchmark = load_beir(folder)
    assert [document.id for document in benchmark.documents] == ["7"]
    assert _judged(benchmark) == {"1": {"7": 1}}


def test_documents_without_title_and_text_keep_their_ids(folder: Path) -> None:
    empty = ['{"_id": "e1"}', '{"_id": "e2", "title": null, "text": ""}']
    _write(folder / "corpus.jsonl", [*(json.dumps(each) for each in _DOCUMENTS), *empty])
    assert load_beir(folder).documents[3:] == (Document("e1", "", "", "e1"), Document("e2", "", "", "e2"))


@pytest.mark.parametrize("lines", [[], [""], ['{"_id": "d1", "contents": "The bridge."}']])
def test_a_corpus_without_any_text_is_refused(folder: Path, lines: list[str]) -> None:
    _write(folder / "corpus.jsonl", lines)
    with pytest.raises(DataError, match=r"corpus\.jsonl: holds no document with a text"):
        load_beir(folder)


@pytest.mark.parametrize("lines", [[], [_HEADING]])
def test_qrels_without_a_judgement_are_refused(folder: Path, lines: list[str]) -> None:
    _write(folder / "qrels" / "test.tsv", lines)
    with pytest.raises(DataError, match=r"test\.tsv: holds no judgement"):
        load_beir(folder)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("corpus.jsonl", r"corpus\.jsonl: cannot be read"),
        ("queries.jsonl", r"has none of queries_test\.jsonl, queries\.jsonl"),
        ("qrels/test.tsv", r"has no qrels_test\.tsv or qrels/test\.tsv or qrels\.tsv; there is no file of judgements"),
    ],
)
def test_a_missing_file_is_named(folder: Path, name: str, said: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DataError, match=said):
        load_beir(folder)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_file_that_is_no_text_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=f"{Path(name).name}, line 1: is not UTF-8"):
        load_beir(folder)


@pytest.mark.parametrize("line", ['{"_id": "x", "text": ', "[]", "7", '{"text": "no id"}', '{"_id": "x", "text": 7}'])
@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
def test_a_malformed_line_is_named(folder: Path, name: str, line: str) -> None:
    _write(folder / name, ['{"_id": "q1", "text": "a"}', "", line])
    with pytest.raises(DataError, match=rf"{name}, line 3: "):
        load_beir(folder)


@pytest.mark.parametrize(
    "line", ["q2\td1\thigh", "q2", "q2\td1", "q2\td1\t1.5", "q2\t0\td1\t1\tx", "q2\td1\t" + "9" * 30]
)
def test_a_malformed_judgement_is_named(folder: Path, line: str) -> None:
    _write(folder / "qrels" / "test.tsv", [_HEADING, "", "q1\td1\t1", line])
    with pytest.raises(DataError, match=r"test\.tsv, line 4: must be query, document and a whole number"):
        load_beir(folder)


@pytest.mark.parametrize("line", ["q1\td1\t1.5", "q1\td1\t", "q1"])
def test_a_malformed_judgement_on_the_first_line_is_no_heading(folder: Path, line: str) -> None:
    _write(folder / "qrels" / "test.tsv", [line, *_QRELS])
    with pytest.raises(DataError, match=r"test\.tsv, line 1: must be query, document and a whole number"):
        load_beir(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [("q1\td77\t1", "the document 'd77', which is not in the corpus"), ("q77\td1\t1", "the query 'q77', which is not")],
)
def test_a_judgement_of_something_unknown_is_refused(folder: Path, line: str, said: str) -> None:
    _write(folder / "qrels" / "test.tsv", [_HEADING, *_QRELS, line])
    with pytest.raises(DataError, match=rf"test\.tsv, line 5: judges {said}"):
        load_beir(folder)


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("corpus.jsonl", '{"_id": "d2", "text": "Late frost."}', "the id 'd2' stands already on line 2"),
        ("queries.jsonl", '{"_id": "q1", "text": "Again?"}', "the id 'q1' stands already on line 1"),
        ("qrels/test.tsv", "q2\td2\t2", "the judgement of 'q2 d2' stands already on line 3"),
    ],
)
def test_what_is_said_twice_is_refused_with_both_lines(folder: Path, name: str, line: str, said: str) -> None:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    _write(folder / name, [*lines, line])
    with pytest.raises(DataError, match=f"line {len(lines) + 1}: {said}"):
        load_beir(folder)


@pytest.mark.parametrize(
    ("name", "line"),
    [("corpus.jsonl", '{"_id": "d 2", "text": "x"}'), ("queries.jsonl", '{"_id": "q\\u00a01", "text": "x"}')],
)
def test_ids_with_white_space_are_refused_for_no_run_could_be_written(folder: Path, name: str, line: str) -> None:
    _write(folder / name, [line])
    with pytest.raises(DataError, match=rf"{name}, line 1: the id '.*' holds white space"):
        load_beir(folder)


def test_files_from_windows_are_read(folder: Path) -> None:
    wanted = load_beir(folder)
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    found = load_beir(folder)
    assert (found.documents, found.questions) == (wanted.documents, wanted.questions)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the open benchmark data is not beside the project")
@pytest.mark.parametrize(
    ("name", "split", "documents", "questions", "judgements"),
    [
        ("scifact", "test", 5183, 300, 339),
        ("scifact", "train", 5183, 809, 919),
        ("time_news_1963", "test", 423, 83, 324),
    ],
)
def test_open_benchmarks_are_read_whole(name: str, split: str, documents: int, questions: int, judgements: int) -> None:
    benchmark = load_beir(SHARED / name, split)
    judged = sum(len(question.relevant) for question in benchmark.questions)
    assert (len(benchmark.documents), len(benchmark.questions), judged) == (documents, questions, judgements)
