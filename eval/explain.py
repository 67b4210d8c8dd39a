"""What a figure means in plain words, which way is better, and how it is written."""

import re
from typing import Literal

Better = Literal["higher", "lower", "neither"]

KINDS = {
    "retrieval": "finding documents",
    "answers": "answering",
    "conversations": "answering follow-up questions",
    "splitting": "cutting documents into passages",
    "gold": "answering",
}
"""What a run of each kind measures."""

_LOWER = ("AURC", "ECE", "Brier")
_COUNTS = ("questions",)
_NEITHER = (*_COUNTS, "answered")
_RANKINGS = {
    r"nDCG@(\d+)": "how near the first {k} documents are to the ideal order; 1 is perfect",
    r"AP(?:@(\d+))?": "precision at the place of each wanted document, averaged; 1 when all of them come first",
    r"RR(?:@(\d+))?": "one divided by the place of the first wanted document: 1, then 1/2, 1/3, …",
    r"Success@(\d+)": "share of questions with a wanted document among the first {k}",
    r"R@(\d+)": "share of the wanted documents that are among the first {k}",
    r"P@(\d+)": "share of the first {k} documents that are wanted",
}
_MULTIHOP = {
    r"Hits@(\d+)": "share of questions for which one of the first {k} passages holds a wanted fact, word for word",
    r"MRR@(\d+)": "one divided by the place of the first of {k} passages that holds a wanted fact: 1, then 1/2, 1/3, …",
    r"MAP@(\d+)": "how early each wanted fact turns up among the first {k} passages; may exceed 1",
}
_OTHERS = {
    "questions": "how many were asked",
    "answered": "share of questions that were answered and not refused",
    "right": "share of questions handled rightly: answered with every wanted fact, or refused where there is no answer",
    "right answers": "of the questions with an answer, the share whose answer holds every wanted fact",
    "right and cited": "of the questions with an answer, the share that is right and quotes words that prove it",
    "exact match": "share of short answers that are, but for articles and punctuation, one that was wanted",
    "F1": "words that the short answer shares with the wanted one; 1 when they are the same",
    "refusal precision": "of the questions refused, the share that the documents do not answer",
    "refusal recall": "of the questions that the documents do not answer, the share refused",
    "refusal AUROC": "chance that a question with an answer gets more confidence than one without; 0.5 is guessing",
    "AURC": "share of wrong answers, averaged over every confidence from which one could answer; lower is better",
    "ECE": "how far confidence lies from the share that is right; lower is better",
    "Brier": "squared distance between confidence and what came true, 1 or 0; lower is better",
    "citation precision": "of the quotes given, the share that is evidence",
    "citation recall": "of the evidence, the share that was quoted",
    "exact quotes": "of the answers, the share whose quotes stand in their document letter for letter",
    "span recall": "of the text that proves an answer, the share in the passages found",
    "span precision": "of the text in the passages found, the share that proves an answer",
    "span IoU": "text that is both found and proof, as a share of all that is either",
}
_SEARCHED = {
    "last turn": " (searching with the last question as it was typed)",
    "rewrite": " (searching with a person's rewriting of the question)",
}


def explanation(name: str) -> str:
    """A phrase; empty for a figure that is not known."""
    of_passages, measure, variant = _parts(name)
    known = _OTHERS if not of_passages else {}
    found = known.get(measure, "")
    for pattern, phrase in (_RANKINGS if of_passages else _MULTIHOP | _RANKINGS).items():
        if not found and (match := re.fullmatch(pattern, measure)):
            found = phrase.format(k=match[1])
    return found and (found.replace("document", "passage") if of_passages else found) + _SEARCHED.get(variant, "")


def better(name: str) -> Better:
    """Which way a figure is better; neither for counts and for what is not known."""
    measure = _parts(name)[1]
    if measure in _NEITHER or not explanation(name):
        return "neither"
    return "lower" if measure in _LOWER else "higher"


def written(name: str, value: float, decimals: int = 3) -> str:
    """A count as a whole number, anything else with its decimals."""
    return f"{value:,.0f}" if _parts(name)[1] in _COUNTS else f"{value:,.{decimals}f}"


def _parts(name: str) -> tuple[bool, str, str]:
    """`passage nDCG@10, last turn` as (True, nDCG@10, last turn)."""
    measure, _, variant = name.partition(", ")
    return measure.startswith("passage "), measure.removeprefix("passage "), variant
