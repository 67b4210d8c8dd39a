"""Whether an answer cites what proves it.

The names are those of Gao et al. 2023 (ALCE), who let a model judge what supports what; here the place decides.
Two spans match when they share at least half of the shorter one, as a quoted sentence does with the two that
are the evidence.
"""

from collections.abc import Sequence

from eval.measures.spans import Span, overlap


def matches(first: Span, second: Span) -> bool:
    """Whether two spans of one document share at least half of the shorter one; an empty span matches nothing."""
    common = overlap(first[1:], second[1:]) if first[0] == second[0] else 0
    return common > 0 and 2 * common >= min(first[2] - first[1], second[2] - second[1])


def citation_precision(cited: Sequence[Span], evidence: Sequence[Span]) -> float | None:
    """The share of citations that match some evidence; None if nothing is cited."""
    return _matched(cited, evidence)


def citation_recall(cited: Sequence[Span], evidence: Sequence[Span]) -> float | None:
    """The share of evidence that some citation matches; None if there is no evidence."""
    return _matched(evidence, cited)


def _matched(spans: Sequence[Span], others: Sequence[Span]) -> float | None:
    found = [any(matches(span, other) for other in others) for span in spans]
    return sum(found) / len(found) if found else None
