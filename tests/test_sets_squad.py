"""SQuAD files as benchmarks."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Evidence, Question
from eval.sets.squad import load_squad

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
_TEXT = "The bridge reopened on Tuesday. Mayor Almeida crossed first. Almeida waved."
_CROSSED = {
    "id": "q1",
    "question": " Who crossed first? ",
    "answers": [
        {"text": "Almeida", "answer_start": 38},
        {"text": "Mayor Almeida", "answer_start": 32},
        {"text": "Almeida", "answer_start": 38},
    ],
}
_IMPOSSIBLE = {
    "id": "q2",
    "question": "Who crossed last?",
    "answers": [],
    "plausible_answers": [{"text": "Almeida", "answer_start": 38}],
    "is_impossible": True,
}


def _article(title: str | None, *paragraphs: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {"title": title, "paragraphs": [{"context": context, "qas": qas} for context, qas in paragraphs]}


def _asked(name: str, **changes: object) -> dict[str, Any]:
    return {**_CROSSED, "id": name, **changes}


def _load(folder: Path, *articles: dict[str, Any]) -> Benchmark:
    path = folder / "dev-v2.0.json"
    path.write_text(json.dumps({"version": "v2.0", "data": articles}), encoding="utf-8")
    return load_squad(path)


def test_questions_are_asked_of_their_paragraph_with_every_spelling_of_the_answer(tmp_path: Path) -> None:
    benchmark = _load(tmp_path, _article("Harbour_bridge", (_TEXT, [_CROSSED, _IMPOSSIBLE])))
    assert benchmark.name == "dev-v2.0"
    assert benchmark.documents == (Document("Harbour_bridge/0", "Harbour bridge", _TEXT, "Harbour_bridge/0"),)
    assert benchmark.questions == (
        Question(
            "q1",
            "Who crossed first?",
            kind="answerable",
            answers=(("Almeida", "Mayor Almeida"),),
            answerable=True,
            evidence=(Evidence("Harbour_bridge/0", 38, 45), Evidence("Harbour_bridge/0", 32, 45)),
            given="Harbour_bridge/0",
        ),
        Question("q2", "Who crossed last?", kind="unanswerable", answerable=False, given="Harbour_bridge/0"),
    )
    content = (tmp_path / "dev-v2.0.json").read_bytes()
    assert benchmark.hashes == {"dev-v2.0.json": hashlib.sha256(content).hexdigest()}


def test_without_the_flag_of_the_second_version_a_question_is_answerable_if_it_has_an_answer(tmp_path: Path) -> None:
    questions = [_CROSSED, _asked("q2", answers=[]), _asked("q3", answers=[{"text": "", "answer_start": -1}])]
    benchmark = _load(tmp_path, _article("Bridge", (_TEXT, questions)))
    assert [question.answerable for question in benchmark.questions] == [True, False, False]


def test_an_impossible_question_has_no_answer_even_if_the_file_gives_one(tmp_path: Path) -> None:
    (question,) = _load(tmp_path, _article("Bridge", (_TEXT, [_asked("q1", is_impossible=True)]))).questions
    assert (question.answerable, question.answers, question.evidence) == (False, (), ())


def test_paragraphs_are_numbered_in_their_article_and_titles_stay_words(tmp_path: Path) -> None:
    first, second = _article("New York", ("A.", []), ("B.", [_IMPOSSIBLE])), _article("New_York", ("A.", []))
    benchmark = _load(tmp_path, first, second, _article("New_York-2", ("A.", [])), _article(None, ("A.", [])))
    assert [document.id for document in benchmark.documents] == [
        "New_York/0",
        "New_York/1",
        "New_York-2/0",
        "New_York-2-2/0",
        "untitled/0",
    ]
    assert [document.title for document in benchmark.documents] == [
        "New York",
        "New York",
        "New York",
        "New York-2",
        "",
    ]


def test_the_same_paragraph_twice_in_an_article_is_one_document(tmp_path: Path) -> None:
    paragraphs: list[tuple[str, list[dict[str, Any]]]] = [(_TEXT, [_CROSSED]), ("Other.", []), (_TEXT, [_asked("q3")])]
    benchmark = _load(tmp_path, _article("Bridge", *paragraphs))
    assert [document.id for document in benchmark.documents] == ["Bridge/0", "Bridge/1"]
    assert {(question.given, question.evidence[0].document_id) for question in benchmark.questions} == {
        ("Bridge/0", "Bridge/0")
    }


@pytest.mark.parametrize(
    ("said", "found"), [(38, 38), (40, 38), (0, 38), (-5, 38), (52, 61), (49, 38), (50, 61), (10**9, 61)]
)
def test_an_answer_that_is_not_where_it_is_said_to_be_is_taken_from_the_nearest_place(
    tmp_path: Path, said: int, found: int
) -> None:
    question = _asked("q1", answers=[{"text": "Almeida", "answer_start": said}])
    (read,) = _load(tmp_path, _article("Bridge", (_TEXT, [question]))).questions
    assert read.evidence == (Evidence("Bridge/0", found, found + 7),)


def test_an_answer_that_is_not_in_its_paragraph_is_refused_with_its_question(tmp_path: Path) -> None:
    question = _asked("q7", answers=[{"text": "Lindqvist", "answer_start": 3}])
    with pytest.raises(
        DataError, match=r"dev-v2\.0\.json, data 0, .*the answer 'Lindqvist' to question 'q7' is not in"
    ):
        _load(tmp_path, _article("Bridge", (_TEXT, [question])))


def test_an_id_that_comes_again_is_refused(tmp_path: Path) -> None:
    articles = _article("A", (_TEXT, [_CROSSED])), _article("B", (_TEXT, [_CROSSED]))
    with pytest.raises(DataError, match=r"data 1, paragraphs 0, qas 0: the id 'q1' stands already on data 0"):
        _load(tmp_path, *articles)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, r"squad\.json: has no list `data`"),
        ({"data": None}, r"squad\.json: has no list `data`"),
        ([], r"squad\.json: has no list `data`"),
        ({"data": []}, r"squad\.json: holds no question"),
        ({"data": ["an article"]}, "data 0: must be a JSON object"),
        ({"data": [{"title": "t"}]}, "data 0: has no 'paragraphs'"),
        ({"data": [{"title": 7, "paragraphs": []}]}, "data 0: 'title' must be text"),
        ({"data": [{"paragraphs": [{"qas": []}]}]}, "data 0, paragraphs 0: has no 'context'"),
        ({"data": [{"paragraphs": [{"context": "c"}]}]}, "paragraphs 0: has no 'qas'"),
        ({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "q"}]}]}]}, "qas 0: has no 'question'"),
        ({"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q"}]}]}]}, "qas 0: has no 'id'"),
        (
            {"data": [{"paragraphs": [{"context": "c", "qas": [{"id": 1, "question": "q", "answers": ["c"]}]}]}]},
            "answers 0: must be a JSON object",
        ),
        (
            {"data": [{"paragraphs": [{"context": "c", "qas": [{"id": 1, "question": "q", "is_impossible": "no"}]}]}]},
            "qas 0: 'is_impossible' must be true or false",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_place(tmp_path: Path, content: object, said: str) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        load_squad(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the open benchmark data is not beside the project")
@pytest.mark.parametrize(
    ("name", "documents", "questions", "unanswerable"),
    [
        ("squad2_dev_half/dev-half-v2.0.json", 646, 6078, 3168),
        ("xquad_en/xquad.en.disjoint_from_squad2_dev_half.json", 162, 850, 0),
    ],
)
def test_open_benchmarks_are_read_whole_and_every_answer_stands_in_its_paragraph(
    name: str, documents: int, questions: int, unanswerable: int
) -> None:
    benchmark = load_squad(SHARED / name)
    texts = {document.id: document.text for document in benchmark.documents}
    refused = sum(question.answerable is False for question in benchmark.questions)
    assert (len(texts), len(benchmark.questions), refused) == (documents, questions, unanswerable)
    for question in benchmark.questions:
        spans = {texts[question.given][each.start : each.end] for each in question.evidence}
        assert spans == {spelling for fact in question.answers for spelling in fact}
