"""Figures held against limits: `--fail-under ndcg@10=0.72` makes a measurement a gate."""

import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from corpus.errors import DataError
from eval.explain import better
from eval.measures.retrieval import DOCUMENT_MEASURES
from eval.score import FEW_DOCUMENTS, PASSAGE_MEASURES

FAILED = 1
_RANKED = (*DOCUMENT_MEASURES, *(f"passage {name}" for name in PASSAGE_MEASURES))
_ANSWERED = (
    "right", "right answers", "right and cited", "exact match", "F1", "citation precision", "citation recall",
    "exact quotes", "answered", "refusal precision", "refusal recall", "refusal AUROC", "AURC", "ECE", "Brier",
)  # fmt: skip
_INSTEAD = tuple(f"{name}, {turn}" for turn in ("last turn", "rewrite") for name in FEW_DOCUMENTS)
POSSIBLE = {
    "retrieval": ("questions", *_RANKED, "Hits@4", "Hits@10", "MAP@10", "MRR@10"),
    "answers": ("questions", *_ANSWERED, *_RANKED),
    "conversations": ("questions", *_ANSWERED, *_RANKED, *_INSTEAD),
    "splitting": ("questions", "span recall", "span precision", "span IoU"),
    "gold": ("questions", *_ANSWERED, *_RANKED),
}
"""The figures that a kind of measurement can have; which of them it has, the data decide."""


def limits(texts: Sequence[str]) -> dict[str, float]:
    """Limits by name, from `name=number` texts. Raises DataError for one that is none."""
    found = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            name = ""
        if not name.strip() or not math.isfinite(found[name.strip()]):
            raise DataError(f"--fail-under {text}: give a figure's name and a number, such as ndcg@10=0.72")
    return found


def check_known(wanted: Mapping[str, float], names: Iterable[str]) -> None:
    """Raises DataError for a limit on a figure that is not among the names."""
    known = {_plain(name): name for name in names}
    for name in wanted:
        if _plain(name) not in known:
            near = get_close_matches(_plain(name), known, n=1)
            hint = f"did you mean {known[near[0]]}?" if near else f"there are {', '.join(known.values())}"
            raise DataError(f"--fail-under {name}: there is no such figure; {hint}")


def shortfalls(wanted: Mapping[str, float], figures: Mapping[str, float]) -> list[str]:
    """What is worse than its limit, in words; a limit that is met exactly is met.

    Where lower is better (AURC, ECE, Brier), the limit is the most that a figure may be.
    """
    check_known(wanted, figures)
    by_name = {_plain(name): name for name in figures}
    found = []
    for typed, limit in wanted.items():
        name = by_name[_plain(typed)]
        is_cost = better(name) == "lower"
        if figures[name] > limit if is_cost else figures[name] < limit:
            found.append(f"{name} is {figures[name]:.4f}, {'above' if is_cost else 'below'} {limit:g}")
    return found


def _plain(name: str) -> str:
    """Names as people type them: `ndcg@10`, `refusal_recall`."""
    return "".join(name.lower().replace("_", " ").replace("-", " ").split())
