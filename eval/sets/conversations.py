"""Conversations, of which the last question is asked, as in MTRAG (Katsis et al. 2025).

Knows the folder: BEIR's `corpus.jsonl`, `conversations.jsonl` {_id, turns: [{speaker, text}], answerability}, and where
they are there, BEIR's `qrels*.tsv` and `rewrites.jsonl` {_id, rewrite}. A conversation need not be judged.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from corpus.errors import DataError
from eval.benchmark import Benchmark, Question
from eval.sets.beir import DEFAULT_SPLIT, documents_of, qrels_path, qrels_splits, read_qrels, relevant_of, split_name
from eval.sets.rows import Row, distinct, hashes, read_rows

_ANSWERABLE = {"answerable": True, "partial": True, "unanswerable": False}


def load_conversations(folder: Path, split: str = DEFAULT_SPLIT) -> Benchmark:
    """The documents and all conversations. Raises DataError naming the file and line at fault."""
    corpus, asked, rewritten = (folder / f"{name}.jsonl" for name in ("corpus", "conversations", "rewrites"))
    judged = qrels_path(folder, split) if split != DEFAULT_SPLIT or qrels_splits(folder) else None
    documents = documents_of(read_rows(corpus), corpus)
    conversations = dict(distinct(read_rows(asked), _id))
    if not conversations:
        raise DataError(f"{asked}: holds no conversation; write lines of _id and turns")
    known = {document.id for document in documents}
    relevant = relevant_of(read_qrels(judged), conversations, known, judged) if judged else {}
    rewrites = _rewrites(rewritten) if rewritten.is_file() else {}
    read = [path for path in (corpus, asked, judged, rewritten) if path and (path != rewritten or path.is_file())]
    return Benchmark(
        split_name(folder.resolve().name, split),
        documents,
        tuple(
            _question(name, row, rewrites.get(name, ""), relevant.get(name, MappingProxyType({})))
            for name, row in conversations.items()
        ),
        hashes(folder, read),
    )


def _rewrites(path: Path) -> dict[str, str]:
    """Rewrites by conversation; those of conversations that are not asked do no harm."""
    return {name: row.question("rewrite") for name, row in distinct(read_rows(path), _id)}


def _question(name: str, row: Row, rewrite: str, relevant: Mapping[str, int]) -> Question:
    asked = [turn.question("text") for turn in row.rows("turns") if turn.text("speaker").lower() == "user"]
    if not asked:
        raise row.error("has no turn whose speaker is `user`")
    kind = row.optional("answerability").strip().lower()
    return Question(
        name,
        asked[-1],
        kind=kind,
        history=tuple(asked[:-1]),
        rewrite=rewrite,
        answerable=_ANSWERABLE.get(kind),
        relevant=relevant,
    )


def _id(row: Row) -> str:
    return row.token("_id")
