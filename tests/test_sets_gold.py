"""Gold sets over a folder of documents."""

import hashlib
import json
from pathlib import Path

import pytest

from corpus.errors import CorpusError, DataError
from eval.benchmark import Evidence, Question
from eval.measures.answers import holds
from eval.sets.gold import SAMPLE, load_gold
from index.place import SAMPLE_CORPUS
from tests.made_files import zipped

OURS = pytest.mark.parametrize(
    ("gold", "corpus"),
    [
        (SAMPLE, SAMPLE_CORPUS),
        (SAMPLE.with_name("unseen.jsonl"), SAMPLE_CORPUS),
        (SAMPLE.with_name("news.jsonl"), SAMPLE.with_name("news")),
        (SAMPLE.with_name("news_quiz.jsonl"), SAMPLE.with_name("news")),
    ],
    ids=["sample", "unseen", "news", "news quiz"],
)
_TEXT = "The bridge reopened on Tuesday. Mayor Ines Almeida crossed first. Ines Almeida crossed first, we said."


def _line(**changes: object) -> str:
    fields: dict[str, object] = {
        "id": "who-1",
        "kind": "who",
        "question": "Who crossed first?",
        "history": ["Which bridge?"],
        "answers": [["Ines Almeida", "Almeida"], ["first"]],
        "evidence": [{"document_id": "bridge.txt", "quote": "Ines Almeida crossed first"}],
    }
    return json.dumps({key: value for key, value in (fields | changes).items() if value is not ...})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "bridge.txt").write_text(_TEXT, encoding="utf-8")
    (folder / "bridge.txt.meta.yaml").write_text("title: Harbour bridge", encoding="utf-8")
    (folder / "an empty one.txt").write_text(" ", encoding="utf-8")
    return folder


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_gold_question_has_its_facts_and_the_spans_of_its_quotes(tmp_path: Path, corpus: Path) -> None:
    benchmark = load_gold(
        _file(tmp_path, _line(), "", _line(id=2, history=..., kind=..., answers=[], evidence=[])), corpus
    )
    assert benchmark.name == "gold"
    assert [(document.id, document.title) for document in benchmark.documents] == [("bridge.txt", "Harbour bridge")]
    assert benchmark.questions == (
        Question(
            "who-1",
            "Who crossed first?",
            "who",
            history=("Which bridge?",),
            answers=(("Ines Almeida", "Almeida"), ("first",)),
            answerable=True,
            evidence=(Evidence("bridge.txt", 38, 64),),
        ),
        Question("2", "Who crossed first?", answerable=False),
    )


def test_every_file_that_was_read_is_hashed(tmp_path: Path, corpus: Path) -> None:
    path = _file(tmp_path, _line())
    files = {"gold.jsonl": path} | {name: corpus / name for name in ("bridge.txt", "bridge.txt.meta.yaml")}
    assert load_gold(path, corpus).hashes == {
        name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "is not valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"id": "a"}', "has no 'question'|has no 'answers'"),
        (_line(id=...), "has no 'id'"),
        (_line(id="who-1"), "the id 'who-1' stands already on line 1"),
        (_line(id="b", question=" "), "'question' is empty"),
        (_line(id="b", history="Which bridge?"), "'history' must be a list"),
        (_line(id="b", history=[7]), "'history' must be a list of texts"),
        (_line(id="b", answers=...), "has no 'answers'"),
        (_line(id="b", answers=["Ines Almeida"]), "'answers' must be a list"),
        (_line(id="b", answers=[[1]]), "'answers' must be a list of texts"),
        (_line(id="b", answers=[[]]), "'answers' must be a list of lists"),
        (_line(id="b", evidence=...), "has no 'evidence'"),
        (_line(id="b", evidence=["quote"]), "must be a JSON object"),
        (_line(id="b", evidence=[{"quote": "first"}]), "has no 'document_id'"),
        (_line(id="b", evidence=[{"document_id": "bridge.txt"}]), "has no 'quote'"),
        (
            _line(id="b", evidence=[{"document_id": "bridge.txt", "quote": "last"}]),
            "'last' does not stand in 'bridge.txt'",
        ),
        (_line(id="b", evidence=[{"document_id": "bridge.txt", "quote": ""}]), "'' does not stand in 'bridge.txt'"),
        (_line(id="b", evidence=[{"document_id": "tunnel.txt", "quote": "x"}]), "'tunnel.txt' is not in the corpus"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, corpus: Path, line: str, said: str) -> None:
    path = _file(tmp_path, _line(), "", line)
    with pytest.raises(DataError, match=rf"gold\.jsonl, line 3(, evidence 0)?: .*({said})"):
        load_gold(path, corpus)


def test_evidence_in_a_file_that_could_not_be_read_is_refused_with_the_reason(tmp_path: Path, corpus: Path) -> None:
    path = _file(tmp_path, _line(evidence=[{"document_id": "an empty one.txt", "quote": "x"}]))
    with pytest.raises(DataError, match=r"line 1.*'an empty one.txt' is not in the corpus \(.*holds no text"):
        load_gold(path, corpus)


def test_a_gold_file_without_questions_or_that_is_not_there_is_refused(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(DataError, match=r"gold\.jsonl: holds no question"):
        load_gold(_file(tmp_path, ""), corpus)
    with pytest.raises(DataError, match=r"none\.jsonl: cannot be read"):
        load_gold(tmp_path / "none.jsonl", corpus)


def test_a_corpus_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="absent: no such folder"):
        load_gold(_file(tmp_path, _line()), tmp_path / "absent")


@OURS
def test_every_fact_in_our_gold_sets_stands_in_a_document_that_proves_it(gold: Path, corpus: Path) -> None:
    benchmark = load_gold(gold, corpus)
    texts = {document.id: document.text for document in benchmark.documents}
    unproven = [
        (question.id, fact)
        for question in benchmark.questions
        for fact in question.answers
        if not any(holds(texts[each.document_id], spelling) for each in question.evidence for spelling in fact)
    ]
    assert unproven == []


@OURS
def test_our_gold_sets_have_evidence_exactly_for_what_is_answerable(gold: Path, corpus: Path) -> None:
    questions = load_gold(gold, corpus).questions
    assert sum(len(question.evidence) for question in questions) > 40
    assert all(question.answerable is bool(question.evidence) for question in questions)
    assert {question.answerable for question in questions} == {True, False}


def test_documents_within_a_file_are_quoted_and_hashed_with_it(tmp_path: Path, corpus: Path) -> None:
    packed = zipped({"deep/bridge.txt": _TEXT, "other.txt": "Ferries ran."})
    (corpus / "old.zip").write_bytes(packed)
    evidence = [{"document_id": "old.zip/deep/bridge.txt", "quote": "Mayor Ines Almeida"}]
    benchmark = load_gold(_file(tmp_path, _line(evidence=evidence)), corpus)
    assert benchmark.questions[0].evidence == (Evidence("old.zip/deep/bridge.txt", 32, 50),)
    assert benchmark.hashes["old.zip"] == hashlib.sha256(packed).hexdigest()
    assert set(benchmark.hashes) == {"gold.jsonl", "bridge.txt", "bridge.txt.meta.yaml", "old.zip"}
