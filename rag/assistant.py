"""The one object that page, API, command line and evaluation share: ask, retrieve."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from corpus.document import Document
from corpus.errors import QuestionError
from corpus.parse import title_from_name
from index.engine import SearchEngine
from rag.answer import Answer
from rag.compose import compose
from rag.confidence import Confidence
from rag.followup import Turn, depends_on_history, standalone_question
from rag.read import Reader
from rag.refuse import refusal
from rag.retrieve import Hit, Retriever

MAX_QUESTION_CHARACTERS = 2_000
MAX_HITS = 1_000
READ = 8


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from one store, of which it reads the `read` best passages.

    Made by `rag.build.build_assistant`; usable from several threads.
    """

    engine: SearchEngine
    retriever: Retriever
    reader: Reader
    confidence: Confidence
    read: int = READ

    def ask(self, question: str, history: Sequence[Turn] = (), k: int = 8) -> Answer:
        """The answer with its citations, or an abstention with the closest passages.

        `history` is oldest first; a turn without a short answer is asked again if the question needs it.
        Raises QuestionError for a question that is empty or too long, and for a k that is out of range.
        """
        started = perf_counter()
        standalone = self.standalone(_checked(question, k), history)
        retrieval = self.retriever.timed(standalone, max(k, self.read))
        reading = perf_counter()
        hits = retrieval.hits
        titles = self._titles(hits[: self.read])
        judged = self.confidence.judge(standalone, self.reader.read(standalone, hits[: self.read], titles), titles)
        best = judged[0].probability if judged else 0.0
        draft = compose(standalone, judged, self.confidence.threshold, self.document)
        answered = best >= self.confidence.threshold and draft.citations
        done = perf_counter()
        return Answer(
            question=question,
            standalone_question=standalone,
            text=draft.text if answered else refusal(standalone, hits[: self.read]),
            short_answer=draft.short_answer if answered else None,
            citations=draft.citations if answered else (),
            hits=hits[:k],
            confidence=best,
            timings_ms={
                **retrieval.timings_ms,
                "rerank": 0.0,
                "read": (done - reading) * 1000,
                "total": (done - started) * 1000,
            },
            draft=draft,
        )

    def retrieve(self, question: str, k: int = 8) -> list[Hit]:
        """The k passages that bear most on the question, best first. Raises QuestionError as `ask` does."""
        return self.retriever.retrieve(_checked(question, k), k)

    def warm(self) -> None:
        """Load what would otherwise be loaded by the first question."""
        self.ask("Is anything here?")

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None if the store does not hold it."""
        return self.engine.catalog.document(document_id)

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question with what it leaves to its history.

        Earlier questions are themselves made to stand alone, and the last one's answer is found, if needed.
        """
        if not history or not depends_on_history(question):
            return question
        *earlier, last = history
        previous = self.standalone(last.question, earlier)
        answer = last.short_answer if last.short_answer else self.ask(previous).short_answer
        return standalone_question(question, [*earlier, Turn(previous, answer)])

    def _titles(self, hits: Sequence[Hit]) -> dict[str, str]:
        """Titles by document id; none where the title is only the file's name."""
        found = self.engine.catalog.titles(sorted({hit.passage.document_id for hit in hits}))
        return {i: title for i, title in found.items() if title != title_from_name(i)}


def _checked(question: str, k: int) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty; type one, such as: who denied the deal?")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question is not valid UTF-8; type it again")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters; ask in at most {MAX_QUESTION_CHARACTERS:,}"
        )
    if not 1 <= k <= MAX_HITS:
        raise QuestionError(f"k is {k}; choose between 1 and {MAX_HITS:,} passages")
    return question
