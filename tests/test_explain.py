"""What figures mean."""

from eval.explain import better, explanation, written
from eval.measures.retrieval import DOCUMENT_MEASURES


def test_every_figure_that_is_measured_is_explained() -> None:
    others = (
        "right|right answers|right and cited|exact match|F1|refusal precision|refusal recall|refusal AUROC|AURC|ECE"
    )
    others += "|Brier|citation precision|citation recall|exact quotes|span recall|span precision|span IoU|Hits@4"
    others += "|MRR@10|MAP@10|Hits@10|questions|answered|passage R@5|nDCG@10, last turn|RR@10, rewrite"
    assert [name for name in (*DOCUMENT_MEASURES, *others.split("|")) if not explanation(name)] == []
    assert explanation("passage R@5") == "share of the wanted passages that are among the first 5"
    assert explanation("nDCG") == explanation("<b>") == explanation("passage F1") == ""


def test_which_way_a_figure_is_better_is_known_only_of_known_figures() -> None:
    assert [better(name) for name in ("nDCG@10", "ECE", "ECE, last turn", "questions", "odd")] == [
        "higher", "lower", "lower", "neither", "neither",
    ]  # fmt: skip


def test_a_count_is_written_whole_and_a_share_with_its_decimals() -> None:
    assert [written("questions", 12345.0), written("nDCG@10", 1 / 3)] == ["12,345", "0.333"]
    assert written("nDCG@10", 1 / 3, 4) == "0.3333"
