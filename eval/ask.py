"""A question to its record: what came back and what was wanted, as a line of a saved run keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.document import Document
from corpus.errors import QuestionError
from corpus.split import MIN_PASSAGE_TOKENS
from corpus.tokens import count_tokens
from eval.benchmark import Question
from eval.excerpt import shortened
from eval.measures.citations import matches
from eval.saved import Record
from eval.system import GivenDocument
from eval.task import Task
from rag.answer import Answer, hit_json
from rag.assistant import Assistant
from rag.followup import Turn
from rag.retrieve import Hit

TEXTS = 10
"""How many of the best hits are kept with their text, for reports."""
PASSAGES_KEPT = 100


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks a benchmark's questions. `documents` are the benchmark's, by id."""

    task: Task
    assistant: Assistant
    documents: Mapping[str, Document]

    def ask(self, question: Question) -> tuple[Record, Mapping[str, float]]:
        """(record, milliseconds by stage)."""
        if self.task.kind in ("retrieval", "splitting"):
            return self._retrieved(question)
        return self._answered(question)

    def _retrieved(self, question: Question) -> tuple[Record, Mapping[str, float]]:
        standalone = self._standalone(question)
        is_splitting = self.task.kind == "splitting"
        passages = max(4 * self.task.depth, is_splitting * self._most())
        retrieval = self.assistant.search(standalone, passages)
        hits = list(retrieval.hits)
        if is_splitting:
            hits = _within_budget(hits, self.task.budget)
        return self._record(question, standalone, hits), retrieval.timings_ms

    def _standalone(self, question: Question) -> str:
        """The question as it is where its history cannot be asked."""
        try:
            return self.assistant.standalone(question.text, _turns(question))
        except QuestionError:
            return question.text

    def _most(self) -> int:
        """So many passages fill the budget, but for a text cut into bits."""
        return self.task.budget // MIN_PASSAGE_TOKENS

    def _answered(self, question: Question) -> tuple[Record, Mapping[str, float]]:
        assistant = self.assistant
        if self.task.given and question.given:
            assistant = replace(assistant, retriever=GivenDocument(assistant.engine, question.given))
        try:
            answer = assistant.ask(question.text, _turns(question), k=self.task.depth)
        except QuestionError as error:  # a benchmark may hold what nobody can ask: that is then an abstention
            answer = Answer(question.text, question.text, str(error), None, (), (), 0.0, {})
        record = self._record(question, answer.standalone_question, list(answer.hits)) | self._said(answer)
        if self.task.kind == "conversations":
            record["instead"] = self._instead(question)
        return record, answer.timings_ms

    def _said(self, answer: Answer) -> Record:
        said = answer.to_json()
        return {
            **{name: said[name] for name in ("answer", "short_answer", "abstained", "confidence", "citations")},
            "guess": {"answer": answer.draft.text, "short_answer": answer.draft.short_answer},
            "exact_quotes": all(
                self.documents[c.passage.document_id].text[c.quote_start : c.quote_end] == c.quote
                for c in answer.citations
            ),
        }

    def _instead(self, question: Question) -> dict[str, dict[str, float]]:
        """The documents that the last turn alone, and a person's rewriting, would have found, searched as deep."""
        texts = {"last turn": question.text, "rewrite": question.rewrite}
        passages = max(self.task.depth, self.assistant.read)
        return {
            name: _documents(self.assistant.search(text, passages).hits[: self.task.depth])
            for name, text in texts.items()
            if text
        }

    def _record(self, question: Question, standalone: str, hits: Sequence[Hit]) -> Record:
        all_of_them = (len(hits), len(hits))
        most = all_of_them if self.task.kind == "splitting" else (self.task.depth, PASSAGES_KEPT)
        return {
            "id": question.id,
            "kind": question.kind,
            "question": question.text,
            "history": list(question.history),
            "standalone_question": standalone,
            "hits": _kept(hits, *most),
            "wanted": self._wanted(question, hits),
        }

    def _wanted(self, question: Question, hits: Sequence[Hit]) -> dict[str, Any]:
        ranks = _best_ranks(hits)
        places = {i: place for place, i in enumerate(ranks, start=1)}
        texts = {hit.passage.document_id: hit.passage.text for hit in reversed(hits)}
        evidence = [(each.document_id, each.start, each.end) for each in question.evidence]
        return {
            "answers": [list(fact) for fact in question.answers],
            "answerable": question.answerable,
            "facts": list(question.facts),
            "documents": [
                {
                    "document_id": i,
                    "title": self.documents[i].title,
                    "grade": grade,
                    "ranks": ranks.get(i, {}),
                    "place": places.get(i),
                    "text": shortened(texts.get(i, self.documents[i].text)),
                }
                for i, grade in question.judged.items()
            ],
            "evidence": [
                {"document_id": i, "start": start, "end": end, "quote": self.documents[i].text[start:end]}
                for i, start, end in evidence
            ],
            "passages": [
                {"document_id": i, "start": passage.start, "end": passage.end}
                for i in dict.fromkeys(each.document_id for each in question.evidence)
                for passage in self.assistant.engine.catalog.passages_of(i)
                if any(matches((i, passage.start, passage.end), span) for span in evidence)
            ],
        }


def _turns(question: Question) -> list[Turn]:
    return [Turn(text) for text in question.history]


def _within_budget(hits: Sequence[Hit], budget: int) -> list[Hit]:
    """The best hits whose tokens together stay within the budget."""
    kept, spent = [], 0
    for hit in hits:
        spent += count_tokens([hit.passage.text])[0]
        if spent > budget:
            break
        kept.append(hit)
    return kept


def _kept(hits: Sequence[Hit], depth: int, passages: int) -> list[dict[str, object]]:
    """The best passages, and below them the first of every further document; of `depth` documents at most."""
    kept: list[dict[str, object]] = []
    documents: set[str] = set()
    for place, hit in enumerate(hits):
        is_new = hit.passage.document_id not in documents and len(documents) < depth
        documents |= {hit.passage.document_id} if is_new else set()
        if is_new or (place < passages and hit.passage.document_id in documents):
            fields = hit_json(hit)
            kept.append({name: value for name, value in fields.items() if name != "text" or place < TEXTS})
    return kept


def _documents(hits: Sequence[Hit]) -> dict[str, float]:
    """Documents by the score of their best passage."""
    best: dict[str, float] = {}
    for hit in hits:
        best.setdefault(hit.passage.document_id, round(hit.score, 6))
    return best


def _best_ranks(hits: Sequence[Hit]) -> dict[str, dict[str, int]]:
    """Document id, best first, to the best rank that each stage gave one of its passages."""
    best: dict[str, dict[str, int]] = {}
    for hit in hits:
        places = best.setdefault(hit.passage.document_id, {})
        for stage, rank in hit.ranks.items():
            places[stage] = min(rank, places.get(stage, rank))
    return best
