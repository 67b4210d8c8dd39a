"""What was written for this project: questions in a paragraph's words and in others, and near misses of both.

written.jsonl asks of paragraphs of the training data, each named by its hash: the text stays where it is. `answer` is
where the answer starts and ends in it; null for a near miss, which the paragraph does not answer. news.json and
news_aside.json (SQuAD 2.0's format) are invented news, with questions of the same kinds.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.errors import DataError
from rag.training.squad import COLLECTIONS, Asked, questions, questions_in, set_aside

WRITTEN = Path(__file__).with_name("written.jsonl")
NEWS = Path(__file__).with_name("news.json")
NEWS_ASIDE = Path(__file__).with_name("news_aside.json")


def written(data: Path, *, aside: bool = False) -> list[Asked]:
    """Of the articles that are trained on, or that are set aside. Raises DataError if a file cannot be read."""
    homes = {}
    for collection in COLLECTIONS:
        asked = questions(data, collection)
        kept = set_aside(asked, collection)
        homes.update({paragraph_key(each.paragraph): each for each in asked if (each.article in kept) == aside})
    found = questions_in(NEWS_ASIDE if aside else NEWS, is_titled=True)
    for key, question, answer in _rows():
        if home := homes.get(key):
            answers = ((home.paragraph[answer[0] : answer[1]], answer[0]),) if answer else ()
            found.append(Asked(question, home.paragraph, home.title, home.article, answers, ()))
    return found


def paragraph_key(paragraph: str) -> str:
    """What names a paragraph in written.jsonl: 16 digits of its SHA-256."""
    return hashlib.sha256(paragraph.encode()).hexdigest()[:16]


def _rows() -> Iterator[tuple[str, str, Sequence[int] | None]]:
    try:
        with WRITTEN.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield row["paragraph"], row["question"], row["answer"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{WRITTEN}: cannot be read ({error!r}); restore the folder rag/training") from error
