"""Benchmarks by their name in ir_datasets."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Question
from eval.sets.named import find, load_named


class Doc(NamedTuple):
    doc_id: str
    text: str
    title: str


class Page(NamedTuple):
    doc_id: str
    title: str
    body: str

    def default_text(self) -> str:
        return f"{self.title} {self.body}"


class Query(NamedTuple):
    query_id: str
    text: str


class Topic(NamedTuple):
    query_id: str
    title: str

    def default_text(self) -> str:
        return self.title


class Qrel(NamedTuple):
    query_id: str
    doc_id: str
    relevance: int
    iteration: str = "0"


class Kept:
    """A dataset as ir_datasets gives it, held in memory."""

    def __init__(self, docs: list[Any], queries: list[Any], qrels: list[Any]) -> None:
        self.docs, self.queries, self.qrels = docs, queries, qrels

    def docs_iter(self) -> Iterator[Any]:
        return iter(self.docs)

    def queries_iter(self) -> Iterator[Any]:
        return iter(self.queries)

    def qrels_iter(self) -> Iterator[Any]:
        return iter(self.qrels)


class Offline(Kept):
    """A dataset whose documents cannot be downloaded."""

    def __init__(self, error: Exception) -> None:
        super().__init__([], [], [])
        self.error = error

    def docs_iter(self) -> Iterator[Any]:
        raise self.error


_DOCS = [Doc("d1", "The bridge reopened.", "Bridge"), Page("d2", "Frost", "It came.")]
_QUERIES = [Query("q1", "When?"), Topic("q2", "Who came?"), Query("q9", "Why?")]
_QRELS = [Qrel("q1", "d1", 1), Qrel("q2", "d2", 2), Qrel("q2", "d1", -1)]


def test_documents_judged_queries_and_grades_are_read() -> None:
    benchmark = load_named("beir/harbour/test", lambda name: Kept(_DOCS, _QUERIES, _QRELS))
    assert benchmark.name == "beir-harbour-test"
    assert benchmark.documents == (
        Document("d1", "Bridge", "The bridge reopened.", "d1"),
        Document("d2", "", "Frost It came.", "d2"),
    )
    assert benchmark.questions == (
        Question("q1", "When?", relevant={"d1": 1}),
        Question("q2", "Who came?", relevant={"d2": 2, "d1": -1}),
    )


def test_the_hash_is_of_what_was_read() -> None:
    def hashes(grade: int) -> dict[str, str]:
        return dict(load_named("x", lambda _: Kept(_DOCS, _QUERIES, [Qrel("q1", "d1", grade)])).hashes)

    assert set(hashes(1)) == {"irds:x"}
    assert hashes(1) == hashes(1) != hashes(2)


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        (Kept([], _QUERIES, _QRELS), "irds:x: holds no document with a text"),
        (Kept(_DOCS, _QUERIES, []), "irds:x: holds no judgement"),
        (Kept([*_DOCS, _DOCS[0]], _QUERIES, _QRELS), "irds:x, docs 3: the id 'd1' stands already on docs 1"),
        (Kept(_DOCS, [Query("q 1", "When?")], _QRELS), "irds:x, queries 1: the id 'q 1' holds white space"),
        (Kept(_DOCS, _QUERIES, [Qrel("q1", "d7", 1)]), "irds:x, qrels 1: judges the document 'd7'"),
        (Kept(_DOCS, _QUERIES, [Qrel("q7", "d1", 1)]), "irds:x, qrels 1: judges the query 'q7'"),
        (object(), "irds:x: has no docs; choose a name that has documents, queries and judgements"),
        (Offline(ConnectionError("no route")), r"irds:x: could not be had \(no route\)"),
        (Offline(RuntimeError("All download sources failed")), r"irds:x: could not be had \(All download"),
    ],
)
def test_what_cannot_be_used_is_named(dataset: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        load_named("x", lambda _: dataset)


def test_half_surrogates_are_mended_and_a_text_that_is_none_is_empty() -> None:
    docs = [Doc("d1", "a\ud800b", "\udc00"), Doc("d2", None, None)]  # type: ignore[arg-type]
    benchmark = load_named("x", lambda _: Kept(docs, _QUERIES, _QRELS))
    assert [(document.title, document.text) for document in benchmark.documents] == [("\ufffd", "a\ufffdb"), ("", "")]


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_datasets", None)
    with pytest.raises(
        DataError, match=re.escape("irds:vaswani: needs a package that is not there; pip install ir_datasets")
    ):
        load_named("vaswani")


@pytest.mark.skipif(importlib.util.find_spec("ir_datasets") is None, reason="the optional ir_datasets is not installed")
def test_the_package_knows_its_names_and_has_what_is_asked_of_it() -> None:
    dataset = find("beir/scifact/test")
    assert all(hasattr(dataset, f"{kind}_iter") for kind in ("docs", "queries", "qrels"))
    with pytest.raises(DataError, match="irds:no/such: ir_datasets knows no such name"):
        find("no/such")
    without_judgements: Any = Kept(_DOCS, _QUERIES, [])
    without_judgements.qrels_iter = getattr(find("beir/scifact"), "qrels_iter", None)
    with pytest.raises(DataError, match="irds:x: has no qrels"):
        load_named("x", lambda _: without_judgements)
