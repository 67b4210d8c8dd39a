"""MultiHop-RAG: questions on news whose evidence lies in several articles (Tang and Yang 2024).

Knows the folder: `corpus.json`, a list of {title, source, published_at, url, body}, and `MultiHopRAG.json`, a list of
{query, answer, question_type, evidence_list: [{fact, title, url}]}. A passage is a hit if it holds one of the facts. As
in the paper's own code, title, source and date go before every passage: they are the document's title here.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.rows import Row, distinct, hashes, read_json, shown

CORPUS, QUESTIONS = "corpus.json", "MultiHopRAG.json"
_NO_EVIDENCE = "null_query"
_TITLE = {"Title": "title", "Source": "source", "Published": "published_at"}


def load_multihop(folder: Path) -> Benchmark:
    """The articles and all questions. Raises DataError naming the file and entry at fault."""
    corpus, asked = folder / CORPUS, folder / QUESTIONS
    articles = list(distinct(read_json(corpus).rows("entry"), _id, "url or title"))
    questions = read_json(asked).rows("entry")
    if not articles or not questions:
        raise DataError(f"{asked if articles else corpus}: is an empty list; give the files of MultiHop-RAG")
    ids = {row.optional("title"): name for name, row in articles} | {name: name for name, _ in articles}
    return Benchmark(
        folder.resolve().name,
        tuple(_document(name, row) for name, row in articles),
        tuple(_question(str(number), row, ids) for number, row in enumerate(questions)),
        hashes(folder, (corpus, asked)),
    )


def _document(name: str, row: Row) -> Document:
    parts = {label: row.optional(key).strip() for label, key in _TITLE.items()}
    title = " ".join(f"{label}: {part}" for label, part in parts.items() if part)
    return Document(name, title, row.text("body"), row.optional("url") or name)


def _question(number: str, row: Row, ids: Mapping[str, str]) -> Question:
    kind = row.optional("question_type")
    evidence = () if kind == _NO_EVIDENCE else row.rows("evidence_list")
    answer = row.text("answer").strip() if evidence else ""
    facts = [each.text("fact").strip() for each in evidence]
    return Question(
        number,
        row.question("query"),
        kind=kind,
        answers=((answer,),) if answer else (),
        answerable=bool(evidence),
        relevant=MappingProxyType({_article(each, ids): 1 for each in evidence}),
        facts=tuple(fact for fact in facts if fact),
    )


def _article(evidence: Row, ids: Mapping[str, str]) -> str:
    """The article that evidence is from: by its address, else by its title."""
    url, title = "_".join(evidence.optional("url").split()), evidence.optional("title")
    found = next((ids[name] for name in (url, title) if name and name in ids), None)
    if found is None:
        raise evidence.error(f"its article {shown(url or title)} is not in {CORPUS}")
    return found


def _id(row: Row) -> str:
    """An article's address, else its title, without white space."""
    name = "_".join((row.optional("url") or row.optional("title")).split())
    if not name:
        raise row.error("has neither a url nor a title; an article needs one of them")
    return name
