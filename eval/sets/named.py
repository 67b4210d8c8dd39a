"""Benchmarks by their name in ir_datasets, such as `beir/scifact/test` (MacAvaney et al. 2021, Apache-2.0).

Knows the package's three iterators: documents, queries and judgements. The package is optional: it downloads what it
is asked for, and this project installs nothing that needs a network.
"""

import hashlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Protocol

from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.beir import documents_of, relevant_of
from eval.sets.rows import Row, distinct, mended


class Named(Protocol):
    """What a dataset of ir_datasets has; the records are named tuples."""

    def docs_iter(self) -> Iterator[Any]:
        """Records with `doc_id`, and `text` or `default_text()`."""

    def queries_iter(self) -> Iterator[Any]:
        """Records with `query_id`, and `text` or `default_text()`."""

    def qrels_iter(self) -> Iterator[Any]:
        """Records with `query_id`, `doc_id` and `relevance`."""


def find(name: str) -> Named:
    """The package's dataset of this name."""
    try:
        dataset: Named = import_module("ir_datasets").load(name)
    except ModuleNotFoundError as error:
        raise DataError(f"irds:{name}: needs a package that is not there; pip install ir_datasets") from error
    except KeyError as error:
        raise DataError(
            f"irds:{name}: ir_datasets knows no such name; look it up at https://ir-datasets.com"
        ) from error
    return dataset


def load_named(name: str, find: Callable[[str], Named] = find) -> Benchmark:
    """The documents, and the queries that were judged. Raises DataError where they cannot be had."""
    source, dataset = f"irds:{name}", find(name)
    documents = documents_of(_rows(source, dataset, "docs", _document), source)
    queries = {
        each: row.question("text")
        for each, row in distinct(_rows(source, dataset, "queries", _query), lambda row: row.token("_id"))
    }
    known = {document.id for document in documents}
    relevant = relevant_of(_rows(source, dataset, "qrels", _judgement), queries, known, source)
    questions = tuple(
        Question(each, text, relevant=relevant[each]) for each, text in queries.items() if each in relevant
    )
    content = hashlib.sha256()
    for value in (*documents, *questions):
        content.update(repr(value).encode())
    return Benchmark(name.replace("/", "-"), documents, questions, {source: content.hexdigest()})


def _rows(source: str, dataset: Named, kind: str, fields: Callable[[Any], dict[str, Any]]) -> Iterator[Row]:
    """What one of the iterators yields. ir_datasets fails with RuntimeError where no source could be downloaded."""
    records = getattr(dataset, f"{kind}_iter", None)
    if records is None:
        raise DataError(f"{source}: has no {kind}; choose a name that has documents, queries and judgements")
    try:
        for number, record in enumerate(records(), start=1):
            yield Row(source, f"{kind} {number}", fields(record))
    except (OSError, RuntimeError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{source}: could not be had ({reason:.200}); see https://ir-datasets.com") from error


def _document(record: Any) -> dict[str, Any]:
    """A record without a text of its own says its title in `default_text()`."""
    title = getattr(record, "title", "") if hasattr(record, "text") else ""
    return {"_id": record.doc_id, "title": mended(title or ""), "text": _text(record)}


def _query(record: Any) -> dict[str, Any]:
    return {"_id": record.query_id, "text": _text(record)}


def _judgement(record: Any) -> dict[str, Any]:
    return {"query": record.query_id, "document": record.doc_id, "grade": record.relevance}


def _text(record: Any) -> str:
    return mended((record.text if hasattr(record, "text") else record.default_text()) or "")
