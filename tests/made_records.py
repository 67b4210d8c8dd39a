"""Records as a run keeps them, for tests of what is made of runs."""

from typing import Any


def made_hit(document_id: str, **changes: object) -> dict[str, Any]:
    return {
        "document_id": document_id, "start": 0, "end": 40, "score": 0.9, "ranks": {"dense": 1, "fused": 1},
        "text": "The comet will pass the sun in October.",
    } | changes  # fmt: skip


def made_record(question_id: str, **changes: Any) -> dict[str, Any]:
    wanted = {
        "answers": [["October"]], "answerable": True, "facts": [], "passages": [],
        "documents": [{"document_id": "comet.txt", "title": "Comet", "grade": 1, "ranks": {"dense": 14, "fused": 22}}],
        "evidence": [{"document_id": "comet.txt", "start": 4, "end": 9, "quote": "comet"}],
    }  # fmt: skip
    return {
        "id": question_id, "kind": "when", "question": f"When does {question_id} pass?", "history": [],
        "standalone_question": f"When does {question_id} pass?", "hits": [made_hit("frost.txt")],
        "wanted": wanted | changes.pop("wanted", {}),
    } | changes  # fmt: skip


def made_said(answer: str, *quoted: str, confidence: float = 0.83, abstained: bool = False) -> dict[str, Any]:
    citations = [{"document_id": i, "title": i, "quote_start": 20, "quote_end": 30, "quote": "…"} for i in quoted]
    return {
        "answer": answer, "short_answer": None, "abstained": abstained, "confidence": confidence,
        "citations": citations, "guess": {"answer": answer, "short_answer": None},
    }  # fmt: skip
