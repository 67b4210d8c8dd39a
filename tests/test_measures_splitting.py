"""Retrieved passages against references, by characters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.spans import Span
from eval.measures.splitting import span_iou, span_precision, span_recall

_SPAN = st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 30)).map(
    lambda span: (span[0], min(span[1:]), max(span[1:]))
)
_SPANS = st.lists(_SPAN, max_size=8)


def _characters(spans: list[Span]) -> set[tuple[str, int]]:
    return {(document_id, offset) for document_id, start, end in spans for offset in range(start, end)}


def test_a_passage_that_covers_half_of_its_reference() -> None:
    retrieved, references = [("a", 0, 100)], [("a", 80, 120)]
    assert span_recall(retrieved, references) == 20 / 40
    assert span_precision(retrieved, references) == 20 / 100
    assert span_iou(retrieved, references) == 20 / (100 + 40 - 20)


def test_what_passages_repeat_counts_once() -> None:
    retrieved, references = [("a", 0, 60), ("a", 40, 100)], [("a", 50, 70)]
    assert span_recall(retrieved, references) == 20 / 20
    assert span_precision(retrieved, references) == 20 / 100  # Chroma would say 20 / (60 + 60)
    assert span_iou(retrieved, references) == 20 / 100


def test_documents_are_kept_apart() -> None:
    retrieved, references = [("a", 0, 10), ("b", 0, 10)], [("b", 5, 15), ("c", 0, 10)]
    assert span_recall(retrieved, references) == 5 / 20
    assert span_precision(retrieved, references) == 5 / 20
    assert span_iou(retrieved, references) == 5 / (20 + 20 - 5)


def test_a_figure_without_a_denominator_is_none() -> None:
    something: list[Span] = [("a", 0, 10)]
    assert span_recall([], something) == span_iou([], something) == span_precision(something, []) == 0
    assert span_recall(something, []) is span_precision([], something) is span_iou([], []) is None
    assert span_precision([("a", 4, 4)], something) is None


@given(_SPANS, _SPANS)
@settings(max_examples=200)
def test_the_sweep_counts_what_sets_of_characters_count(retrieved: list[Span], references: list[Span]) -> None:
    found, wanted = _characters(retrieved), _characters(references)
    for measure, whole in ((span_recall, wanted), (span_precision, found), (span_iou, found | wanted)):
        expected = len(found & wanted) / len(whole) if whole else None
        assert measure(retrieved, references) == expected


@given(_SPANS, _SPANS)
@settings(max_examples=100)
def test_iou_is_never_above_precision_or_recall(retrieved: list[Span], references: list[Span]) -> None:
    iou = span_iou(retrieved, references)
    for other in (span_recall(retrieved, references), span_precision(retrieved, references)):
        if iou is not None and other is not None:
            assert iou <= other


def test_long_lists_are_swept_once() -> None:
    # 50,000 passages of 10 characters, every second one a reference
    passages = [("a", start, start + 10) for start in range(0, 1_000_000, 20)]
    references = [("a", start, start + 10) for start in range(0, 1_000_000, 40)]
    assert span_recall(passages, references) == 1
    assert span_precision(passages, references) == pytest.approx(1 / 2)
