"""BEIR folders: `corpus.jsonl`, `queries*.jsonl` and `qrels*.tsv` (Thakur et al. 2021).

Knows what stands in them: {_id, title, text}, {_id, text}, and judgements, with or without a heading, in BEIR's three
columns (query, document, grade) or TREC's four (query, 0, document, grade). Grades are kept as they are, 0 and less
too. A question is a query that was judged. Ids with white space are refused: a run could not be written with them.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.rows import Row, distinct, hashes, read_lines, read_rows, shown

DEFAULT_SPLIT = "test"
_GRADE = re.compile(r"[+-]?[0-9]{1,9}")


def load_beir(folder: Path, split: str = DEFAULT_SPLIT) -> Benchmark:
    """The documents, and the queries that this split judges. Raises DataError naming the file and line at fault."""
    corpus, judged = folder / "corpus.jsonl", qrels_path(folder, split)
    asked = _queries_path(folder, split, judged)
    documents = documents_of(read_rows(corpus), corpus)
    queries = {name: row.question("text") for name, row in distinct(read_rows(asked), _id)}
    relevant = relevant_of(read_qrels(judged), queries, {document.id for document in documents}, judged)
    return Benchmark(
        split_name(folder.resolve().name, split),
        documents,
        tuple(Question(name, text, relevant=relevant[name]) for name, text in queries.items() if name in relevant),
        hashes(folder, (corpus, asked, judged)),
    )


def documents_of(rows: Iterable[Row], source: Path | str) -> tuple[Document, ...]:
    """Rows {_id, title, text} as documents. Some may be empty, and keep their ids; not all may be."""
    found = tuple(
        Document(name, row.optional("title"), row.optional("text"), name) for name, row in distinct(rows, _id)
    )
    if not any(document.text or document.title for document in found):
        raise DataError(f"{source}: holds no document with a text; write lines of _id, title and text")
    return found


def relevant_of(
    rows: Iterable[Row], queries: Container[str], documents: Container[str], source: Path | str
) -> Mapping[str, Mapping[str, int]]:
    """Rows {query, document, grade} as grades by query and document."""
    found: dict[str, dict[str, int]] = {}
    for _, row in distinct(rows, lambda row: f"{row.token('query')} {row.token('document')}", "judgement of"):
        query, document = row.token("query"), row.token("document")
        if query not in queries:
            raise row.error(f"judges the query {shown(query)}, which is not among the queries")
        if document not in documents:
            raise row.error(f"judges the document {shown(document)}, which is not in the corpus")
        found.setdefault(query, {})[document] = row.whole("grade")
    if not found:
        raise DataError(f"{source}: holds no judgement; write lines of query, document and grade")
    return {query: MappingProxyType(grades) for query, grades in found.items()}


def read_qrels(path: Path) -> Iterator[Row]:
    """Judgements as rows {query, document, grade}. A first line without a digit in its last column is a heading."""
    first = True
    for number, line in read_lines(path):
        columns = [column.strip() for column in line.split("\t")] if "\t" in line else line.split()
        is_heading = first and columns[-1] and not any(character.isdigit() for character in columns[-1])
        first = False
        if is_heading:
            continue
        if len(columns) not in (3, 4) or not _GRADE.fullmatch(columns[-1]):
            raise DataError(f"{path}, line {number}: must be query, document and a whole number as grade")
        fields = {"query": columns[0], "document": columns[-2], "grade": int(columns[-1])}
        yield Row(str(path), f"line {number}", fields)


def qrels_splits(folder: Path) -> dict[str, Path]:
    """The files of judgements by the split in their name; `qrels.tsv` by ""."""
    nested = {path.stem: path for path in sorted(folder.glob("qrels/*.tsv"))}
    return nested | {path.stem.removeprefix("qrels").lstrip("_-."): path for path in sorted(folder.glob("qrels*.tsv"))}


def qrels_path(folder: Path, split: str) -> Path:
    """The split's judgements. Who asks for no split gets those without one, dev's, or the only ones there are."""
    found = qrels_splits(folder)
    fallbacks = ("", "dev", *(found if len(found) == 1 else ())) if split == DEFAULT_SPLIT else ()
    path = next((found[name] for name in (split, *fallbacks) if name in found), None)
    if path is None:
        looked_for = f"qrels_{split}.tsv or qrels/{split}.tsv" + (" or qrels.tsv" if fallbacks else "")
        there = ", ".join(path.relative_to(folder).as_posix() for path in found.values())
        raise DataError(f"{folder}: has no {looked_for}; there is {there or 'no file of judgements'}")
    return path


def split_name(name: str, split: str) -> str:
    """What a benchmark is called: the usual split needs no mention."""
    return name if split == DEFAULT_SPLIT else f"{name}:{split}"


def _queries_path(folder: Path, split: str, qrels: Path) -> Path:
    judged = qrels.stem.removeprefix("qrels").lstrip("_-.")
    names = list(dict.fromkeys((f"queries_{split}.jsonl", f"queries_{judged}.jsonl", "queries.jsonl")))
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        raise DataError(f"{folder}: has none of {', '.join(names)}; give a folder in BEIR's layout")
    return path


def _id(row: Row) -> str:
    return row.token("_id")
