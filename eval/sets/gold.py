"""Gold sets over a folder of documents: what must stand in an answer, and the words that prove it.

Knows a line: {"id", "kind", "question", "history": [...], "answers": [[alternative, ...], ...], "evidence":
[{"document_id", "quote"}]}, of which `kind` and `history` may be left out. A question without answers is one that the
documents do not answer. Evidence is quoted, not counted, so that it survives another way of splitting the documents,
and becomes the span where the quote stands first.
"""

import hashlib
from collections.abc import Container, Mapping
from pathlib import Path, PurePosixPath

from corpus.document import Document
from corpus.errors import DataError
from corpus.load import Loaded, list_corpus, load_documents, read_file
from corpus.parse import SIDECAR_SUFFIX
from eval.benchmark import Benchmark, Evidence, Question
from eval.sets.rows import Row, distinct, hashes, read_rows, shown

SAMPLE = Path(__file__).parents[1] / "data" / "sample.jsonl"


def load_gold(path: Path, corpus: Path) -> Benchmark:
    """A gold file's questions and the documents of a corpus folder.

    Raises DataError naming the line that cannot be used, and CorpusError where the folder holds no document.
    """
    loaded = load_documents(corpus)
    rows = list(distinct(read_rows(path), _id))
    if not rows:
        raise DataError(f"{path}: holds no question; write lines of id, question, answers and evidence")
    documents = {document.id: document for document in loaded.documents}
    return Benchmark(
        path.stem,
        loaded.documents,
        tuple(_question(name, row, documents, loaded) for name, row in rows),
        hashes(path.parent, (path,)) | _corpus_hashes(corpus, loaded),
    )


def _question(name: str, row: Row, documents: Mapping[str, Document], loaded: Loaded) -> Question:
    answers = row.spellings("answers")
    return Question(
        name,
        row.question("question"),
        kind=row.optional("kind"),
        history=() if row.fields.get("history") is None else row.texts("history"),
        answers=answers,
        answerable=bool(answers),
        evidence=tuple(dict.fromkeys(_evidence(each, documents, loaded) for each in row.rows("evidence"))),
    )


def _evidence(row: Row, documents: Mapping[str, Document], loaded: Loaded) -> Evidence:
    name, quote = row.text("document_id"), row.text("quote")
    if name not in documents:
        reason = next((str(each) for each in loaded.failures if str(each).startswith(name)), "is it spelled so?")
        raise row.error(f"the document {shown(name)} is not in the corpus ({reason})")
    start = documents[name].text.find(quote)
    if start < 0 or not quote.strip():
        raise row.error(f"the quote {shown(quote)} does not stand in {shown(name)}")
    return Evidence(name, start, start + len(quote))


def _corpus_hashes(corpus: Path, loaded: Loaded) -> dict[str, str]:
    """Of the documents' files, and of what says more about them, as they are on disk."""
    readable = frozenset(list_corpus(corpus).readable)
    names = dict.fromkeys(_file_of(document.id, readable) for document in loaded.documents)
    files = [read_file(corpus, name) for name in names]
    data = {file.id: file.data for file in files}
    data |= {file.id + SIDECAR_SUFFIX: file.sidecar for file in files if file.sidecar}
    return {name: hashlib.sha256(content).hexdigest() for name, content in data.items()}


def _file_of(document_id: str, readable: Container[str]) -> str:
    """The file that a document is, or lies in: `a.zip` of `a.zip/b.txt`."""
    above = (path.as_posix() for path in PurePosixPath(document_id).parents)
    return document_id if document_id in readable else next(name for name in above if name in readable)


def _id(row: Row) -> str:
    return row.identity("id")
