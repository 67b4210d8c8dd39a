"""Questions from SQuAD 1.1 and 2.0 files, and which of them are set aside from training."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import DataError

COLLECTIONS = {
    "amazon": Path("reader_train/amazon_reviews.json"),
    "reddit": Path("reader_train/reddit.json"),
    "wiki": Path("reader_train/new_wiki.json"),
    "qamr": Path("reader_train/qamr_wikinews.json"),
    "squad2": Path("squad2_dev_half/dev-half-v2.0.json"),
}
SET_ASIDE_EVERY = {"squad2": 4, "wiki": 12}
"""Of these collections' articles, sorted by title, each n-th from the first is kept for tuning."""
_TITLED = frozenset({"wiki", "squad2"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a paragraph. `answers` are (text, start), none for a question it does not answer.

    `title` is what the reader sees, "" for collections without titles; `article` groups paragraphs.
    """

    question: str
    paragraph: str
    title: str
    article: str
    answers: tuple[tuple[str, int], ...]
    plausible: tuple[tuple[str, int], ...]


def questions(data: Path, collection: str) -> list[Asked]:
    """All questions of a collection below the data folder. Raises DataError if it cannot be read."""
    return questions_in(data / COLLECTIONS[collection], is_titled=collection in _TITLED)


def questions_in(path: Path, *, is_titled: bool) -> list[Asked]:
    """All questions of a SQuAD file, with or without its titles. Raises DataError if it cannot be read."""
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        return [
            _asked(is_titled, article.get("title", ""), paragraph["context"], entry)
            for article in articles
            for paragraph in article["paragraphs"]
            for entry in paragraph["qas"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: is not a SQuAD file ({error!r}); give the folder that holds it with --data"
        ) from error


def set_aside(asked: Sequence[Asked], collection: str) -> frozenset[str]:
    """The articles of a collection that the reader is not trained on."""
    every = SET_ASIDE_EVERY.get(collection)
    return frozenset(sorted({each.article for each in asked})[::every]) if every else frozenset()


def trained_on(data: Path, collection: str) -> list[Asked]:
    """The questions of a collection about articles that are not set aside."""
    asked = questions(data, collection)
    aside = set_aside(asked, collection)
    return [each for each in asked if each.article not in aside]


def held_aside(data: Path) -> list[Asked]:
    """All questions about articles that are set aside."""
    found = []
    for collection in SET_ASIDE_EVERY:
        asked = questions(data, collection)
        aside = set_aside(asked, collection)
        found += [each for each in asked if each.article in aside]
    return found


def _asked(is_titled: bool, article: str, paragraph: str, entry: dict[str, object]) -> Asked:
    title = article.replace("_", " ") if is_titled else ""
    answers, plausible = _spans(entry.get("answers")), _spans(entry.get("plausible_answers"))
    return Asked(str(entry["question"]).strip(), paragraph, title, article, answers, plausible)


def _spans(entries: object) -> tuple[tuple[str, int], ...]:
    return tuple((each["text"], each["answer_start"]) for each in entries) if isinstance(entries, list) else ()
