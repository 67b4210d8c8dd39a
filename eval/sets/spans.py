"""Texts with questions whose evidence is given as spans of characters, as for Chroma's chunking evaluation.

Knows the folder: `*.md` and `*.txt`, and `questions.jsonl` {question, corpus, references: [{start, end, text}]}, with
`corpus` a file's name without its suffix. Files are not parsed: offsets count the text as it was written, with `\\n`
at the end of every line. Where a span is off, the nearest place of its words is taken.
"""

from collections.abc import Mapping
from pathlib import Path

from corpus.document import Document
from corpus.errors import DataError
from corpus.parse import title_from_name
from eval.benchmark import Benchmark, Evidence, Question
from eval.sets.rows import Row, distinct, hashes, mended, read_rows, shown


def load_spans(folder: Path) -> Benchmark:
    """The texts and all questions. Raises DataError naming the file and line at fault."""
    paths = sorted(path for path in folder.glob("*") if path.suffix in (".md", ".txt") and path.is_file())
    documents = _documents(paths)
    asked = folder / "questions.jsonl"
    questions = tuple(_question(name, row, documents) for name, row in distinct(read_rows(asked), _id))
    if not questions:
        raise DataError(f"{asked}: holds no question; write lines of question, corpus and references")
    return Benchmark(folder.resolve().name, tuple(documents.values()), questions, hashes(folder, (*paths, asked)))


def nearest(text: str, words: str, start: int) -> int | None:
    """Where words stand in a text: at `start`, else as near to it as they can be found, else nowhere."""
    at = max(start, 0)
    found = [each for each in (text.rfind(words, 0, at + len(words)), text.find(words, at)) if each >= 0]
    return min(found, key=lambda each: abs(each - at)) if words and found else None


def _documents(paths: list[Path]) -> dict[str, Document]:
    """Documents by their name without suffix."""
    found: dict[str, Document] = {}
    for path in paths:
        if path.name != mended(path.name):
            raise DataError(f"{path.parent}: the name {shown(path.name)} is not valid UTF-8; rename the file")
        if path.stem in found:
            raise DataError(f"{path}: another text has the same name before its suffix; rename one of them")
        found[path.stem] = Document(path.name, title_from_name(path.name), _text(path), path.name)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text; save it as UTF-8") from error


def _question(name: str, row: Row, documents: Mapping[str, Document]) -> Question:
    corpus = row.text("corpus")
    document = documents.get(corpus)
    if document is None:
        raise row.error(f"there is no text {shown(corpus)}; put {shown(corpus + '.md')} beside the questions")
    evidence = tuple(dict.fromkeys(_evidence(document, each) for each in row.rows("references")))
    return Question(name, row.question("question"), kind=corpus, evidence=evidence)


def _evidence(document: Document, reference: Row) -> Evidence:
    words = reference.text("text").replace("\r\n", "\n")
    start = nearest(document.text, words, reference.whole("start"))
    if start is None:
        raise reference.error(f"{shown(words)} does not stand in {document.id}")
    return Evidence(document.id, start, start + len(words))


def _id(row: Row) -> str:
    return row.identity("id") if row.fields.get("id") is not None else row.place.removeprefix("line ")
