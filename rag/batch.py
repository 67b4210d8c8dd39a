"""Many questions from a file of JSON lines, one answer a line, in the same order."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import DataError, QuestionError
from index.where import ANYWHERE, Where, parse_where
from rag.assistant import Assistant
from rag.followup import Turn


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A line `{"id", "question", "history": [earlier questions], "where": filters}`; the question is enough."""

    id: str | int | None
    question: str
    history: tuple[str, ...] = ()
    where: str = ""


def read_batch(path: Path) -> list[BatchQuestion]:
    """All questions of a file. Raises DataError naming the file and line of the first that is malformed."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); give a file of JSON lines") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 text; give a file of JSON lines") from error
    return [_question(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def answers(
    assistant: Assistant,
    questions: Sequence[BatchQuestion],
    k: int,
    at_most_wrong: float | None = None,
    where: Where = ANYWHERE,
) -> Iterator[dict[str, object]]:
    """One object per question: its id and the answer, or its id and the error that the question was.

    `where` limits all of them, beside what limits each. Raises QuestionError for a percentage that cannot be promised.
    """
    assistant.confidence.threshold_for(at_most_wrong)
    for question in questions:
        try:
            history = [Turn(each) for each in question.history]
            answer = assistant.ask(question.question, history, k, at_most_wrong, where & parse_where(question.where))
            yield {"id": question.id, **answer.to_json()}
        except QuestionError as error:
            yield {"id": question.id, "question": question.question[:200], "error": str(error)}


def _question(line: str, place: str) -> BatchQuestion:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place}: is not JSON ({error})") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("question"), str):
        raise DataError(f'{place}: must be an object with a text under "question"')
    history = fields.get("history", [])
    if not isinstance(history, list) or not all(isinstance(each, str) for each in history):
        raise DataError(f'{place}: "history" must be a list of earlier questions')
    return BatchQuestion(fields.get("id"), fields["question"], tuple(history), _where(fields.get("where", ""), place))


def _where(words: object, place: str) -> str:
    """The words, once they are known to be filters."""
    if not isinstance(words, str):
        raise DataError(f'{place}: "where" must be a text of filters, such as "source:nytimes after:2022-11-01"')
    try:
        parse_where(words)
    except QuestionError as error:
        raise DataError(f"{place}: {error}") from error
    return words
