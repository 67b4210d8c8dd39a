"""How well the passages retrieved for one question cover its references, in characters.

After Smith & Troynikov 2024 ("Evaluating Chunking Strategies for Retrieval", Chroma), who count tokens. What
overlaps is counted once here, above and below the line. Their precision and IoU divide by the sum of all
passages' lengths instead, so that overlapping passages are punished for repeating themselves; where passages
do not overlap, both are the same. Give only questions that have references.
"""

from collections.abc import Iterable, Sequence

from eval.measures.spans import Span, overlap

_Stretches = dict[str, list[tuple[int, int]]]


def span_recall(retrieved: Sequence[Span], references: Sequence[Span]) -> float | None:
    """The share of the references' characters that was retrieved; None if the references have none."""
    found, wanted = _merged(retrieved), _merged(references)
    return _ratio(_common(found, wanted), _size(wanted))


def span_precision(retrieved: Sequence[Span], references: Sequence[Span]) -> float | None:
    """The share of the retrieved characters that the references hold; None if none was retrieved."""
    found, wanted = _merged(retrieved), _merged(references)
    return _ratio(_common(found, wanted), _size(found))


def span_iou(retrieved: Sequence[Span], references: Sequence[Span]) -> float | None:
    """Characters in both over characters in either (Jaccard 1901); None if both are empty."""
    found, wanted = _merged(retrieved), _merged(references)
    common = _common(found, wanted)
    return _ratio(common, _size(found) + _size(wanted) - common)


def _merged(spans: Iterable[Span]) -> _Stretches:
    """Each document's stretches, in order and apart from each other."""
    stretches: _Stretches = {}
    for document_id, start, end in sorted(spans):
        known = stretches.setdefault(document_id, [])
        if known and start <= known[-1][1]:
            known[-1] = (known[-1][0], max(known[-1][1], end))
        else:
            known.append((start, end))
    return stretches


def _common(first: _Stretches, second: _Stretches) -> int:
    return sum(_swept(first[document_id], second[document_id]) for document_id in first.keys() & second.keys())


def _swept(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> int:
    """The characters that two merged lists share, passing along both once."""
    total = i = j = 0
    while i < len(first) and j < len(second):
        total += overlap(first[i], second[j])
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return total


def _size(stretches: _Stretches) -> int:
    return sum(end - start for each in stretches.values() for start, end in each)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
