"""BEIR folders: `corpus.jsonl`, `queries*.jsonl` and `qrels*.tsv` (Thakur et al. 2021)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import DataError


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Documents, queries by id, and graded relevance by query and document id."""

    documents: tuple[Document, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def load_beir(folder: Path, split: str = "test") -> Benchmark:
    """A benchmark with the queries that have judgements. Raises DataError naming the file and line at fault."""
    documents = {
        row["_id"]: Document(row["_id"], row.get("title") or "", row["text"], row["_id"])
        for row in _rows(folder / "corpus.jsonl", ("_id", "text"))
    }
    qrels = _qrels(_one_of(folder, f"qrels_{split}.tsv", f"qrels/{split}.tsv", "qrels.tsv", "qrels_dev.tsv"))
    path = _one_of(folder, f"queries_{split}.jsonl", "queries.jsonl")
    queries = {row["_id"]: row["text"] for row in _rows(path, ("_id", "text"))}
    for query, judged in qrels.items():
        unknown = next((i for i in judged if i not in documents), None) if query in queries else query
        if unknown is not None:
            raise DataError(f"{folder}: the qrels name {unknown!r}, which is in neither corpus nor queries")
    return Benchmark(
        tuple(documents.values()), {query: text for query, text in queries.items() if query in qrels}, qrels
    )


def _one_of(folder: Path, *names: str) -> Path:
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise DataError(f"{folder}: has none of {', '.join(names)}; give a folder in BEIR's layout")
    return found


def _rows(path: Path, keys: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            yield {**row, **{key: str(row[key]) for key in keys}}
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}, line {number}: must be a JSON object with {' and '.join(keys)}") from error


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        fields = line.split("\t")
        try:
            query, document, grade = fields[0], fields[-2], int(fields[-1])
        except (IndexError, ValueError) as error:
            if number == 1:
                continue  # the heading
            raise DataError(f"{path}, line {number}: must be query, document and grade, tab-separated") from error
        qrels.setdefault(query, {})[document] = grade
    return qrels


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text") from error
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
