"""The one object that page, API, command line and evaluation share: ask, retrieve."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from corpus.document import Document
from corpus.errors import QuestionError
from index.engine import SearchEngine
from index.where import ANYWHERE, Where, question_and_where
from rag.answer import Answer
from rag.compose import compose
from rag.confidence import Confidence
from rag.context import Context, context_of, retrieved_in_context
from rag.followup import Turn, depends_on_history, needs_an_answer, recent_turns, standalone_question
from rag.fuse import SEARCHES
from rag.read import Reader
from rag.refuse import none_meets, refusal
from rag.rerank import Reranker
from rag.retrieve import Hit, Retrieval, Retriever
from rag.titles import telling_titles

RERANK = "rerank"
STAGES = (*SEARCHES, RERANK)
MAX_QUESTION_CHARACTERS = 2_000
MAX_HITS = 1_000
READ = 10


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from one store, of which it reranks and reads the `read` best passages, and the best that
    holds the question's rarest word, if that is none of them.

    Made by `rag.build.build_assistant`; usable from several threads.
    """

    engine: SearchEngine
    retriever: Retriever
    reranker: Reranker
    reader: Reader
    confidence: Confidence
    read: int = READ

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        k: int = 8,
        at_most_wrong: float | None = None,
        where: Where = ANYWHERE,
    ) -> Answer:
        """The answer with its citations, or an abstention with the closest passages.

        `history` is oldest first; a turn without a short answer is asked again if the question needs it.
        `at_most_wrong` is the percentage of questions that may get a wrong answer (rag/risk.py). `where` limits
        which documents are read for any of this; a filter that is written in a question (index/where.py) limits
        that question alone, and not those that follow it. Raises QuestionError for a question that is empty or too
        long, for a filter that cannot be understood, and for a k or a percentage out of range.
        """
        threshold = self.confidence.threshold_for(at_most_wrong)
        _check_count(k)
        with self.engine.reading():
            return self._ask(question, history, k, threshold, where)

    def _ask(self, question: str, history: Sequence[Turn], k: int, threshold: float, where: Where) -> Answer:
        started = perf_counter()
        asked, limits = self._limited(question, where)
        turns = self._turns(history)
        standalone = self.standalone(asked, turns, where)
        retrieval, titles = self._search((standalone, asked), context_of(asked, turns), max(k, self.read), limits)
        reading = perf_counter()
        hits = retrieval.hits
        judged = self.confidence.judge(standalone, self.reader.read(standalone, hits), titles)
        best = judged[0].probability if judged else 0.0
        draft = compose(standalone, judged, threshold, self.document)
        answered = best >= threshold and draft.citations
        done = perf_counter()
        return Answer(
            question=question,
            standalone_question=standalone,
            text=draft.text if answered else self._refusal(standalone, hits[: self.read], titles, limits),
            short_answer=draft.short_answer if answered else None,
            citations=draft.citations if answered else (),
            hits=hits[:k],
            confidence=best,
            timings_ms={
                **retrieval.timings_ms,
                "read": (done - reading) * 1000,
                "total": (done - started) * 1000,
            },
            draft=draft,
            where=limits,
        )

    def retrieve(
        self, question: str, k: int = 8, where: Where = ANYWHERE, stages: Collection[str] = STAGES
    ) -> list[Hit]:
        """The k passages that bear most on the question, best first; limited, and raising QuestionError, as `ask`.

        Of STAGES, only the given ones have a say; one of the searches must be among them.
        """
        return list(self.retrieval(question, k, where, stages).hits)

    def retrieval(
        self, question: str, k: int = 8, where: Where = ANYWHERE, stages: Collection[str] = STAGES
    ) -> Retrieval:
        """As `retrieve`, with the timings."""
        _check_count(k)
        with self.engine.reading():
            asked, limits = self._limited(question, where)
            assistant = self._of(stages)
            return (
                assistant.search(asked, k, limits) if RERANK in stages else assistant.retriever.timed(asked, k, limits)
            )

    def search(self, question: str, k: int, where: Where = ANYWHERE) -> Retrieval:
        """The k best passages of a question that stands alone, all of its words taken as words, and the timings."""
        with self.engine.reading():
            if not self.reranker.reorders:
                return self.retriever.timed(question, k, where)
            found, _ = self._search((question, question), Context(), k, where)
            return replace(found, hits=found.hits[:k])

    def warm(self) -> None:
        """Load what would otherwise be loaded by the first question."""
        self.ask("Is anything here?")

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None if the store does not hold it."""
        return self.engine.catalog.document(document_id)

    def standalone(self, question: str, history: Sequence[Turn], where: Where = ANYWHERE) -> str:
        """The question with what it leaves to its history. Neither has filters among its words.

        Earlier questions are themselves made to stand alone, and the last one's answer is found, if needed.
        """
        recent = recent_turns(history)
        if not recent or not depends_on_history(question, recent):
            return question
        *earlier, last = recent
        previous = self.standalone(last.question, earlier, where)
        answer = last.short_answer
        if not answer and needs_an_answer(question):
            answer = self.ask(previous, where=where & last.where).short_answer
        return standalone_question(question, [*earlier, Turn(previous, answer)])

    def _of(self, stages: Collection[str]) -> "Assistant":
        """The same, for searching by the searches among the stages. Raises QuestionError for stages that are none."""
        if not set(SEARCHES) & set(stages) or not set(stages) <= set(STAGES):
            raise QuestionError(
                f"stages are {', '.join(stages) or 'none'}; choose from {', '.join(STAGES)}, and not {RERANK} alone"
            )
        return self if set(SEARCHES) <= set(stages) else replace(self, retriever=self.retriever.only(stages))

    def _limited(self, question: str, where: Where) -> tuple[str, Where]:
        """The question without the filters that stand in it, and all that limits it. Raises QuestionError."""
        question = _checked(question)
        asked, own = question_and_where(question, self.engine.catalog.field_names() if ":" in question else ())
        return _checked(asked), where & own

    def _turns(self, history: Sequence[Turn]) -> list[Turn]:
        """The turns that a question may lean on, each with its filters apart; what cannot be asked was no turn."""
        turns = []
        for turn in recent_turns(history):
            try:
                asked, limits = self._limited(turn.question, turn.where)
            except QuestionError:
                continue
            turns.append(replace(turn, question=asked, where=limits))
        return turns

    def _refusal(self, question: str, hits: Sequence[Hit], titles: Mapping[str, str], where: Where) -> str:
        if where and not hits and not len(self.engine.catalog.homes(where).passage_ids):
            return none_meets(where, self.engine.catalog.field_names())
        return refusal(question, hits, titles, where)

    def _search(
        self, questions: tuple[str, str], context: Context, k: int, where: Where
    ) -> tuple[Retrieval, Mapping[str, str]]:
        """At least the k best passages for (the standalone question, the question as asked) in its context, and the
        titles of those that were read."""
        found = retrieved_in_context(self.retriever, questions, context, max(k, self.read), where)
        started = perf_counter()
        first = found.hits[: self.read]
        if found.by_word and found.by_word.passage not in {hit.passage for hit in first}:
            first = (*first, found.by_word)
        read = {hit.passage for hit in first}
        rest = [hit for hit in found.hits if hit.passage not in read]
        titles = telling_titles(self.engine, first)
        ordered = self.reranker.rerank(questions[0], first, titles)
        took = (perf_counter() - started) * 1000
        hits = sorted((*ordered, *rest), key=lambda hit: -hit.score)
        return Retrieval(tuple(hits), {**found.timings_ms, "rerank": took}), titles


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty; type one, such as: who denied the deal?")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question is not valid UTF-8; type it again")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters; ask in at most {MAX_QUESTION_CHARACTERS:,}"
        )
    return question


def _check_count(k: int) -> None:
    if not 1 <= k <= MAX_HITS:
        raise QuestionError(f"k is {k}; choose between 1 and {MAX_HITS:,} passages")
