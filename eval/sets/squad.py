"""SQuAD 1.1 and 2.0: questions, each asked of one paragraph (Rajpurkar et al. 2016, 2018).

Knows the file: {"data": [{"title", "paragraphs": [{"context", "qas": [{"id", "question", "answers": [{"text",
"answer_start"}], "is_impossible"}]}]}]}. A paragraph is a document, `Title/0` and on. The answers that people gave
are spellings of one fact, and each is a span; where a span is off, the nearest place of its words is taken.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document
from eval.benchmark import Benchmark, Evidence, Question
from eval.sets.rows import Row, distinct, hashes, read_json, shown
from eval.sets.spans import nearest


def load_squad(path: Path) -> Benchmark:
    """The paragraphs and all questions. Raises DataError naming the file and the question at fault."""
    content = read_json(path)
    if not isinstance(content.fields.get("data"), list):
        raise content.error("has no list `data`; give a file in SQuAD's format")
    paragraphs = list(_paragraphs(content))
    asked = [(document, row) for document, paragraph in paragraphs for row in paragraph.rows("qas")]
    named = list(distinct((row for _, row in asked), _id))
    if not named:
        raise content.error("holds no question; give a file in SQuAD's format")
    return Benchmark(
        path.stem,
        tuple({document.id: document for document, _ in paragraphs}.values()),
        tuple(_question(document, name, row) for (document, _), (name, row) in zip(asked, named, strict=True)),
        hashes(path.parent, (path,)),
    )


def _paragraphs(content: Row) -> Iterator[tuple[Document, Row]]:
    """Each paragraph and its document; paragraphs of one article with the same text share one."""
    names: set[str] = set()
    for article in content.rows("data"):
        title = article.optional("title")
        name = _unused(re.sub(r"\s+", "_", title.strip()) or "untitled", names)
        names.add(name)
        documents: dict[str, Document] = {}
        for number, paragraph in enumerate(article.rows("paragraphs")):
            text, key = paragraph.text("context"), f"{name}/{number}"
            yield documents.setdefault(text, Document(key, title.replace("_", " "), text, key)), paragraph


def _unused(name: str, names: set[str]) -> str:
    number, unused = 1, name
    while unused in names:
        number += 1
        unused = f"{name}-{number}"
    return unused


def _question(document: Document, name: str, row: Row) -> Question:
    given = [] if row.fields.get("answers") is None else row.rows("answers")
    impossible = row.fields.get("is_impossible") is not None and row.flag("is_impossible")
    answers = [] if impossible else [each for each in given if each.text("text").strip()]
    answerable = bool(answers) if row.fields.get("is_impossible") is None else not impossible
    spellings = tuple(dict.fromkeys(each.text("text") for each in answers))
    return Question(
        name,
        row.question("question"),
        kind="answerable" if answerable else "unanswerable",
        answers=(spellings,) if spellings else (),
        answerable=answerable,
        evidence=tuple(dict.fromkeys(_evidence(document, name, each) for each in answers)),
        given=document.id,
    )


def _evidence(document: Document, name: str, answer: Row) -> Evidence:
    words = answer.text("text")
    start = nearest(document.text, words, answer.whole("answer_start"))
    if start is None:
        raise answer.error(f"the answer {shown(words)} to question {shown(name)} is not in its paragraph")
    return Evidence(document.id, start, start + len(words))


def _id(row: Row) -> str:
    return row.identity("id")
