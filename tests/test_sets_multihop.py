"""MultiHop-RAG's two files as a benchmark."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.multihop import load_multihop

_BRIDGE = {
    "title": "Bridge reopens",
    "author": "Ines",
    "source": "The Harbour",
    "published_at": "2023-09-28T12:00:00+00:00",
    "category": "news",
    "url": "https://example.org/bridge",
    "body": "The bridge reopened. The mayor crossed.",
}
_FROST = {"title": "Late frost", "source": None, "url": None, "body": "Frost came to the valley."}
_QUESTION: dict[str, Any] = {
    "query": "What do the bridge and the frost have in common?",
    "answer": "Nothing",
    "question_type": "inference_query",
    "evidence_list": [
        {"title": "Bridge reopens", "url": "https://example.org/bridge", "fact": "The bridge reopened."},
        {"title": "Late frost", "url": None, "fact": "Frost came to the valley."},
    ],
}
_NULL = {
    "query": "Who sang?",
    "answer": "Insufficient information.",
    "question_type": "null_query",
    "evidence_list": [],
}


def _load(folder: Path, corpus: object, questions: object) -> Benchmark:
    (folder / "corpus.json").write_text(json.dumps(corpus), encoding="utf-8")
    (folder / "MultiHopRAG.json").write_text(json.dumps(questions), encoding="utf-8")
    return load_multihop(folder)


def test_questions_have_the_facts_and_articles_of_their_evidence(tmp_path: Path) -> None:
    benchmark = _load(tmp_path, [_BRIDGE, _FROST], [_QUESTION, _NULL])
    assert benchmark.name == tmp_path.name
    assert benchmark.documents == (
        Document(
            "https://example.org/bridge",
            "Title: Bridge reopens Source: The Harbour Published: 2023-09-28T12:00:00+00:00",
            "The bridge reopened. The mayor crossed.",
            "https://example.org/bridge",
        ),
        Document("Late_frost", "Title: Late frost", "Frost came to the valley.", "Late_frost"),
    )
    assert benchmark.questions == (
        Question(
            "0",
            "What do the bridge and the frost have in common?",
            "inference_query",
            answers=(("Nothing",),),
            answerable=True,
            relevant={"https://example.org/bridge": 1, "Late_frost": 1},
            facts=("The bridge reopened.", "Frost came to the valley."),
        ),
        Question("1", "Who sang?", "null_query", answerable=False),
    )
    assert set(benchmark.hashes) == {"corpus.json", "MultiHopRAG.json"}


@pytest.mark.parametrize("change", [{"question_type": "null_query"}, {"evidence_list": []}])
def test_a_question_without_evidence_is_one_to_refuse(tmp_path: Path, change: dict[str, object]) -> None:
    (question,) = _load(tmp_path, [_BRIDGE, _FROST], [_QUESTION | change]).questions
    assert (question.answerable, question.answers, question.facts, question.relevant) == (False, (), (), {})


def test_a_fact_that_is_given_twice_stands_twice_as_in_the_file(tmp_path: Path) -> None:
    twice = [{"title": "Bridge reopens", "fact": fact} for fact in ("The bridge.", " The bridge. ")]
    (question,) = _load(tmp_path, [_BRIDGE], [_QUESTION | {"evidence_list": twice}]).questions
    assert question.facts == ("The bridge.", "The bridge.")
    assert question.relevant == {"https://example.org/bridge": 1}


def test_an_article_is_found_by_its_title_where_evidence_has_another_address(tmp_path: Path) -> None:
    evidence = [{"title": "Bridge reopens", "url": "https://example.org/moved", "fact": " "}]
    (question,) = _load(tmp_path, [_BRIDGE], [_QUESTION | {"evidence_list": evidence}]).questions
    assert question.relevant == {"https://example.org/bridge": 1}
    assert question.facts == ()


@pytest.mark.parametrize(
    ("corpus", "questions", "said"),
    [
        ([], [_QUESTION], r"corpus\.json: is an empty list"),
        ([_BRIDGE], [], r"MultiHopRAG\.json: is an empty list"),
        ({}, [_QUESTION], r"corpus\.json: has no 'entry'"),
        (["article"], [_QUESTION], r"corpus\.json, entry 0: must be a JSON object"),
        ([{"body": "x"}], [_QUESTION], r"corpus\.json, entry 0: has neither a url nor a title"),
        ([_BRIDGE, _BRIDGE], [_QUESTION], r"corpus\.json, entry 1: the url or title '.*' stands already on entry 0"),
        ([{"title": "x"}], [_QUESTION], r"corpus\.json, entry 0: has no 'body'"),
        ([_BRIDGE], [_QUESTION], r"MultiHopRAG\.json, entry 0, evidence_list 1: its article 'Late frost' is not in"),
        ([_BRIDGE], [{"query": "x"}], r"MultiHopRAG\.json, entry 0: has no 'evidence_list'"),
        ([_BRIDGE], [_NULL | {"query": ""}], r"MultiHopRAG\.json, entry 0: 'query' is empty"),
        ([_BRIDGE], [_QUESTION | {"answer": 1}], r"MultiHopRAG\.json, entry 0: 'answer' must be text"),
        (
            [_BRIDGE, {"body": "x", "url": "u"}],
            [_QUESTION | {"evidence_list": [{"fact": "x"}]}],
            "its article '' is not",
        ),
        (
            [_BRIDGE, _FROST],
            [_QUESTION | {"evidence_list": [{"title": "Late frost"}]}],
            "evidence_list 0: has no 'fact'",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_entry(tmp_path: Path, corpus: object, questions: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        _load(tmp_path, corpus, questions)
