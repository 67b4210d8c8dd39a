"""A gold set: questions with what must stand in the answer and the words that prove it.

A line is `{"id", "kind", "question", "history": [...], "answers": [[alternative, ...], ...], "evidence":
[{"document_id", "quote"}]}`. Every entry of `answers` is a fact that the answer must hold, in one of its
spellings; a question without answers is one that the documents do not answer.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import DataError
from eval.measures import holds, overlap, share
from rag.answer import Answer
from rag.assistant import Assistant
from rag.followup import Turn

SAMPLE = Path(__file__).parent / "data" / "sample.jsonl"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that prove an answer, and the document they stand in."""

    document_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question, its facts (each a list of spellings) and its evidence; neither if it is unanswerable."""

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A gold question and what the assistant said. `exact` is whether every quote stands in its document."""

    gold: GoldQuestion
    answer: Answer
    exact: bool

    @property
    def answerable(self) -> bool:
        return bool(self.gold.answers)

    @property
    def right(self) -> bool:
        """Every fact stands in the answer; for an unanswerable question: it was refused."""
        if not self.answerable:
            return self.answer.abstained
        return not self.answer.abstained and all(
            any(holds(self.answer.text, spelling) for spelling in fact) for fact in self.gold.answers
        )

    @property
    def cited(self) -> bool:
        """At least half of some evidence is quoted."""
        return any(self._quotes(evidence) for evidence in self.gold.evidence)

    def _quotes(self, evidence: Evidence) -> bool:
        return any(
            citation.passage.document_id == evidence.document_id
            and (at := citation.passage.text.find(evidence.quote)) >= 0
            and 2
            * overlap(
                (citation.quote_start - citation.passage.start, citation.quote_end - citation.passage.start),
                (at, at + len(evidence.quote)),
            )
            >= len(evidence.quote)
            for citation in self.answer.citations
        )


def load_gold(path: Path = SAMPLE) -> list[GoldQuestion]:
    """All questions of a gold file. Raises DataError naming the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read; give a gold file of JSON lines") from error
    return [_gold(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def ask_all(
    assistant: Assistant, questions: Sequence[GoldQuestion], progress: Callable[[int], None] = lambda _: None
) -> list[Outcome]:
    """Ask every question, with its history as questions only."""
    outcomes = []
    for number, gold in enumerate(questions, start=1):
        answer = assistant.ask(gold.question, [Turn(each) for each in gold.history])
        outcomes.append(Outcome(gold, answer, _exact(assistant, answer)))
        progress(number)
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares between 0 and 1; `questions` is a count."""
    answerable = [each for each in outcomes if each.answerable]
    refused = [each for each in outcomes if each.answer.abstained]
    return {
        "questions": len(outcomes),
        "right answers": share([each.right for each in answerable]),
        "right and cited": share([each.right and each.cited for each in answerable]),
        "refusal precision": share([not each.answerable for each in refused]),
        "refusal recall": share([each.answer.abstained for each in outcomes if not each.answerable]),
        "exact quotes": share([each.exact for each in outcomes if each.answer.citations]),
    }


def _exact(assistant: Assistant, answer: Answer) -> bool:
    documents = [(citation, assistant.document(citation.passage.document_id)) for citation in answer.citations]
    return all(
        document is not None and document.text[citation.quote_start : citation.quote_end] == citation.quote
        for citation, document in documents
    )


def _gold(line: str, where: str) -> GoldQuestion:
    try:
        fields = json.loads(line)
        return GoldQuestion(
            str(fields["id"]),
            str(fields["kind"]),
            str(fields["question"]),
            _texts(fields["history"]),
            tuple(_texts(fact) for fact in fields["answers"]),
            tuple(Evidence(each["document_id"], each["quote"]) for each in fields["evidence"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{where}: is not a gold question ({error!r})") from error


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"{value!r} is not a list of texts")
    return tuple(value)
