"""What to say when the documents do not."""

from collections.abc import Sequence

from rag.retrieve import Hit
from rag.terms import missing

REFUSAL = "The documents do not say."


def refusal(question: str, hits: Sequence[Hit]) -> str:
    """That they do not, which of the question's words the closest passages lack, and what to do."""
    if not hits:
        return f"{REFUSAL} No passage bears on the question."
    lacking = missing(question, "\n".join(hit.passage.text for hit in hits))[:3]
    if not lacking:
        return f"{REFUSAL} The closest passages are shown; a question in their words may find more."
    words = ", ".join(f"“{word}”" for word in lacking)
    return f"{REFUSAL} None of the closest passages mentions {words}."
