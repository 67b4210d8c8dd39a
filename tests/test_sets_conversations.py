"""Conversations as benchmarks."""

import json
from pathlib import Path

import pytest

from corpus.errors import DataError
from eval.benchmark import Question
from eval.sets.conversations import load_conversations

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
_DOCUMENTS = [{"_id": "d1", "text": "The bridge reopened."}, {"_id": "d2", "text": "Frost came."}]


def _turns(*texts: str) -> list[dict[str, str]]:
    return [{"speaker": "user" if n % 2 == 0 else "agent", "text": text} for n, text in enumerate(texts)]


_CONVERSATIONS = [
    {"_id": "c<::>1", "turns": _turns("Which bridge?"), "answerability": "ANSWERABLE", "reference_answer": "That."},
    {"_id": "c<::>2", "turns": _turns("Which bridge?", "The harbour's.", "When?"), "answerability": "PARTIAL"},
    {"_id": "c<::>3", "turns": _turns("Who built it?"), "answerability": "UNANSWERABLE"},
    {"_id": "c<::>4", "turns": _turns("Thanks!"), "answerability": "CONVERSATIONAL"},
    {"_id": "c<::>5", "turns": _turns("And now?")},
]


def _write(path: Path, lines: list[object]) -> None:
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path / "corpus.jsonl", [*_DOCUMENTS])
    _write(tmp_path / "conversations.jsonl", [*_CONVERSATIONS])
    _write(tmp_path / "qrels_dev.tsv", ["query-id\tcorpus-id\tscore", "c<::>1\td1\t1", "c<::>2\td2\t2"])
    rewrites = [{"_id": "c<::>2", "rewrite": "When did it reopen?"}, {"_id": "other", "rewrite": "What else?"}]
    _write(tmp_path / "rewrites.jsonl", [*rewrites])
    return tmp_path


def test_the_last_question_is_asked_with_those_before_it_as_history(folder: Path) -> None:
    assert load_conversations(folder).questions == (
        Question("c<::>1", "Which bridge?", "answerable", answerable=True, relevant={"d1": 1}),
        Question(
            "c<::>2",
            "When?",
            "partial",
            history=("Which bridge?",),
            rewrite="When did it reopen?",
            answerable=True,
            relevant={"d2": 2},
        ),
        Question("c<::>3", "Who built it?", "unanswerable", answerable=False),
        Question("c<::>4", "Thanks!", "conversational"),
        Question("c<::>5", "And now?"),
    )


def test_judgements_and_rewrites_may_be_missing(folder: Path) -> None:
    (folder / "qrels_dev.tsv").unlink()
    (folder / "rewrites.jsonl").unlink()
    benchmark = load_conversations(folder)
    assert [(question.rewrite, dict(question.relevant)) for question in benchmark.questions] == [("", {})] * 5
    assert set(benchmark.hashes) == {"corpus.jsonl", "conversations.jsonl"}


def test_the_files_that_were_read_are_hashed(folder: Path) -> None:
    assert set(load_conversations(folder).hashes) == {
        "corpus.jsonl",
        "conversations.jsonl",
        "qrels_dev.tsv",
        "rewrites.jsonl",
    }


def test_a_split_is_read_by_its_name_and_refused_where_there_is_none(folder: Path) -> None:
    _write(folder / "qrels_train.tsv", ["c<::>3\td1\t1"])
    benchmark = load_conversations(folder, "train")
    assert benchmark.name == f"{folder.name}:train"
    assert [question.id for question in benchmark.questions if question.relevant] == ["c<::>3"]
    with pytest.raises(DataError, match=r"has no qrels_trial\.tsv"):
        load_conversations(folder, "trial")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"_id": "x"}, "has no 'turns'"),
        ({"turns": _turns("Which?")}, "has no '_id'"),
        ({"_id": "x", "turns": []}, "has no turn whose speaker is `user`"),
        ({"_id": "x", "turns": [{"speaker": "agent", "text": "Hello."}]}, "has no turn whose speaker is `user`"),
        ({"_id": "x", "turns": [{"text": "Which?"}]}, "turns 0: has no 'speaker'"),
        ({"_id": "x", "turns": _turns(" ")}, "turns 0: 'text' is empty"),
        ({"_id": "x", "turns": ["Which?"]}, "turns 0: must be a JSON object"),
        ({"_id": "x", "turns": _turns("Which?"), "answerability": 1}, "'answerability' must be text"),
        ({"_id": "c<::>1", "turns": _turns("Which?")}, "the id 'c<::>1' stands already on line 1"),
    ],
)
def test_a_malformed_conversation_is_named(folder: Path, line: object, said: str) -> None:
    _write(folder / "conversations.jsonl", [*_CONVERSATIONS, line])
    with pytest.raises(DataError, match=rf"conversations\.jsonl, line 6(, turns 0)?: .*{said}|line 6, {said}"):
        load_conversations(folder)


def test_a_file_without_conversations_is_refused(folder: Path) -> None:
    _write(folder / "conversations.jsonl", [""])
    with pytest.raises(DataError, match=r"conversations\.jsonl: holds no conversation"):
        load_conversations(folder)


@pytest.mark.parametrize(("name", "said"), [("c9\td1\t1", "the query 'c9'"), ("c<::>1\td9\t1", "the document 'd9'")])
def test_a_judgement_of_something_unknown_is_refused(folder: Path, name: str, said: str) -> None:
    _write(folder / "qrels_dev.tsv", [name])
    with pytest.raises(DataError, match=rf"qrels_dev\.tsv, line 1: judges {said}"):
        load_conversations(folder)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the open benchmark data is not beside the project")
def test_the_open_conversations_are_read_whole() -> None:
    benchmark = load_conversations(SHARED / "mtrag_human")
    assert (len(benchmark.documents), len(benchmark.questions)) == (350, 159)
    judged = [question for question in benchmark.questions if question.relevant]
    assert sum(len(question.relevant) for question in judged) == 395
    assert all(question.rewrite for question in judged)
    flags = [question.answerable for question in benchmark.questions]
    assert (flags.count(True), flags.count(False), flags.count(None)) == (150, 7, 2)
