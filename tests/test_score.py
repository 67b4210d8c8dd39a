"""Records to figures, against numbers worked by hand."""

from collections.abc import Sequence
from itertools import pairwise
from math import log2
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.retrieval import DOCUMENT_MEASURES
from eval.saved import Record
from eval.score import PASSAGE_MEASURES, document_qrels, document_run, measure, passage_qrels, passage_run
from eval.task import KINDS

_EVIDENCE = {"document_id": "a", "start": 0, "end": 10, "quote": "in October"}


def _hits(*places: tuple[str, int, int, float], texts: Sequence[str] = ()) -> list[dict[str, Any]]:
    hits = [
        {"document_id": i, "start": s, "end": e, "score": score, "ranks": {"fused": 1}} for i, s, e, score in places
    ]
    return [hit | ({"text": texts[n]} if n < len(texts) else {}) for n, hit in enumerate(hits)]


def _record(question_id: str, hits: list[dict[str, Any]] | None = None, **wanted: Any) -> Record:
    nothing: dict[str, Any] = {
        "answers": [], "answerable": None, "facts": [], "documents": [], "evidence": [], "passages": [],
    }  # fmt: skip
    return {"id": question_id, "kind": "", "question": "When?", "hits": hits or [], "wanted": nothing | wanted}


def _graded(**grades: int) -> list[dict[str, Any]]:
    return [{"document_id": i, "title": "", "grade": grade, "ranks": {}} for i, grade in grades.items()]


def _answer(question_id: str, confidence: float, said: str | None, guess: str = "", **more: Any) -> Record:
    """Refused if nothing was said; what was said shortly is the guess."""
    quotes = [{"document_id": i, "quote_start": s, "quote_end": e} for i, s, e in more.pop("quotes", [("z", 0, 9)])]
    return _record(question_id, **more.pop("wanted", {})) | {
        "answer": said or "The documents do not say.", "short_answer": guess if said else None,
        "abstained": said is None, "confidence": confidence, "citations": quotes if said else [],
        "guess": {"answer": said or guess, "short_answer": guess}, "exact_quotes": more.pop("exact", True),
    }  # fmt: skip


_ANSWERS = [
    _answer("right", 0.9, "It passes in October [1].", "the October", quotes=[("a", 2, 12), ("b", 0, 10)],
            wanted={"answers": [["October"]], "answerable": True, "evidence": [_EVIDENCE]}),
    _answer("wrong", 0.7, "It passed in May 1963 [1].", "in May 1963", quotes=[("b", 0, 10)],
            wanted={"answers": [["May 1964", "1963 May"]], "answerable": True, "evidence": [_EVIDENCE]}),
    _answer("withheld", 0.3, None, "A postman, it says.", wanted={"answers": [["a postman"]], "answerable": True}),
    _answer("refused", 0.2, None, "Nothing.", wanted={"answerable": False}),
    _answer("answered", 0.6, "It is blue [1].", "blue", exact=False, wanted={"answerable": False}),
    _answer("unknown", 0.5, "It is far [1].", "far"),
]  # fmt: skip


def test_answers_score_as_worked_by_hand() -> None:
    measured = measure("answers", _ANSWERS)
    assert measured.scores["right"] == {"right": 1, "wrong": 0, "withheld": 0, "refused": 1, "answered": 0}
    assert measured.scores["right answers"] == {"right": 1, "wrong": 0, "withheld": 0}
    assert measured.scores["right and cited"] == {"right": 1, "wrong": 0}
    assert measured.scores["exact match"] == {"right": 1, "wrong": 0, "withheld": 0, "refused": 1, "answered": 0}
    # `in May 1963` shares two of its three words with `1963 May`, which has two: 2 · ⅔ · 1 / (⅔ + 1)
    assert measured.scores["F1"] == pytest.approx(
        {"right": 1, "wrong": 0.8, "withheld": 0, "refused": 1, "answered": 0}
    )
    assert measured.scores["citation precision"] == {"right": 0.5, "wrong": 0}
    assert measured.scores["citation recall"] == {"right": 1, "wrong": 0}
    assert measured.scores["exact quotes"] == {"right": 1, "wrong": 1, "answered": 0, "unknown": 1}


def test_figures_of_answers_and_refusals_are_as_worked_by_hand() -> None:
    assert measure("answers", _ANSWERS).figures == pytest.approx(
        {
            "questions": 6,
            "right": 2 / 5,
            "right answers": 1 / 3,
            "right and cited": 1 / 2,
            "exact match": 2 / 5,
            "F1": 2.8 / 5,
            "citation precision": 1 / 4,
            "citation recall": 1 / 2,
            "exact quotes": 3 / 4,
            "answered": 4 / 6,
            "refusal precision": 1 / 2,
            "refusal recall": 1 / 2,
            "refusal AUROC": 5 / 6,  # 0.9 and 0.7 beat 0.6 and 0.2, 0.3 beats 0.2
            "AURC": (0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5,  # right, wrong, answered, withheld, refused
            "ECE": (0.1 + 0.7 + 0.6 + 0.7 + 0.2) / 5,  # each alone in its bin
            "Brier": (0.1**2 + 0.7**2 + 0.6**2 + 0.7**2 + 0.2**2) / 5,
        },
        abs=1e-6,
    )


def test_curves_of_answers_hold_what_would_have_been_said_against_confidence() -> None:
    curves = measure("gold", _ANSWERS).curves
    assert curves["risk–coverage"] == [(0.2, 0), (0.4, 0.5), (0.6, 0.666667), (0.8, 0.5), (1.0, 0.6)]
    assert curves["reliability"] == [(0.2, 0, 1), (0.3, 1, 1), (0.6, 0, 1), (0.7, 0, 1), (0.9, 1, 1)]
    assert "recall by depth" not in curves


def test_a_question_of_which_nothing_is_known_counts_only_as_asked_and_answered() -> None:
    with_it, without = measure("answers", _ANSWERS), measure("answers", _ANSWERS[:-1])
    assert all("unknown" not in values for name, values in with_it.scores.items() if name != "exact quotes")
    differing = {name for name in with_it.figures if with_it.figures[name] != without.figures[name]}
    assert differing == {"questions", "answered", "exact quotes"}


def test_with_several_facts_in_an_answer_squad_s_measures_are_not_given() -> None:
    both = _answer("both", 0.9, "In May and October.", wanted={"answers": [["May"], ["October"]], "answerable": True})
    measured = measure("answers", [*_ANSWERS, both])
    assert measured.scores["right"]["both"] == 1
    assert not {"F1", "exact match"} & measured.figures.keys()


@pytest.mark.parametrize("kind", ["answers", "conversations", "gold"])
def test_what_is_not_defined_is_left_out(kind: str) -> None:
    answerable = {"answers": [["October"]], "answerable": True}
    figures = measure(kind, [_answer("q", 0.5, "In October.", "October", wanted=answerable)]).figures
    assert (
        not {"refusal precision", "refusal recall", "refusal AUROC", "citation precision", "nDCG@10"} & figures.keys()
    )
    nothing_known = measure(kind, [_answer("q", 0.5, "In October.", quotes=[])])
    assert nothing_known.figures == {"questions": 1, "answered": 1}
    assert (nothing_known.scores, nothing_known.curves) == ({}, {})


def test_questions_that_are_all_without_an_answer_say_how_many_were_refused_and_no_more() -> None:
    figures = measure("conversations", [_answer("q", 0.5, None, wanted={"answerable": False})]).figures
    assert figures == {"questions": 1, "answered": 0, "refusal precision": 1, "refusal recall": 1}


_HITS = _hits(("c", 0, 9, 0.9), ("a", 0, 9, 0.8), ("a", 9, 20, 0.7), ("b", 0, 9, 0.6))
_FOUND = [
    _record("graded", _HITS, documents=_graded(a=2, b=1, z=0), passages=[{"document_id": "a", "start": 9, "end": 20}]),
    _record("missed", _hits(("c", 0, 9, 0.9)), documents=_graded(a=1)),
    _record("nothing", documents=_graded(a=1)),
    _record("unjudged", _HITS),
]


def test_rankings_score_as_worked_by_hand() -> None:
    measured = measure("retrieval", _FOUND)
    graded = {
        "nDCG@10": (2 / log2(3) + 1 / log2(4)) / (2 / log2(2) + 1 / log2(3)),  # c, a, b
        "AP": (1 / 2 + 2 / 3) / 2, "RR@10": 1 / 2, "Success@1": 0, "Success@5": 1, "R@5": 1, "R@20": 1, "R@100": 1,
    }  # fmt: skip
    assert tuple(graded) == DOCUMENT_MEASURES
    for name, value in graded.items():
        assert measured.scores[name] == pytest.approx({"graded": value, "missed": 0, "nothing": 0})
        assert measured.figures[name] == pytest.approx(value / 3, abs=1e-6)
    assert measured.figures["questions"] == 4
    assert measured.curves["recall by depth"][:3] == [(1, 0), (2, round(1 / 6, 6)), (3, round(1 / 3, 6))]


def test_passages_that_hold_evidence_are_scored_where_there_are_any() -> None:
    measured = measure("retrieval", _FOUND)
    third = dict(zip(PASSAGE_MEASURES, (1 / log2(4), 0, 1, 1, 1), strict=True))
    assert {name: measured.scores[f"passage {name}"]["graded"] for name in third} == pytest.approx(third)
    assert measured.scores["passage R@5"].keys() == {"graded"}
    assert not any(name.startswith("passage") for name in measure("retrieval", _FOUND[1:]).figures)


def test_questions_of_which_none_is_judged_have_no_figures_of_retrieval() -> None:
    measured = measure("retrieval", [_FOUND[-1]])
    assert (measured.figures, measured.scores, measured.curves) == ({"questions": 1}, {}, {})
    assert measured.main_measure("retrieval") == ""


def test_documents_are_run_by_their_best_passage_and_passages_each() -> None:
    assert list(document_run(_FOUND)["graded"].items()) == [("c", 0.9), ("a", 0.8), ("b", 0.6)]
    assert list(passage_run(_FOUND)["graded"]) == ["c:0-9", "a:0-9", "a:9-20", "b:0-9"]
    assert document_qrels(_FOUND) == {"graded": {"a": 2, "b": 1, "z": 0}, "missed": {"a": 1}, "nothing": {"a": 1}}
    assert passage_qrels(_FOUND) == {"graded": {"a:9-20": 1}}


@given(st.lists(st.sampled_from([0.0, 1e-6, 0.25, 0.5, 1.0, 3.0, 77.7, 12345.6]), max_size=60))
def test_a_run_s_scores_fall_strictly_and_by_so_much_that_32_bits_can_tell(scores: list[float]) -> None:
    falling = sorted(scores, reverse=True)
    run = document_run([_record("q", _hits(*((f"d{n}", 0, 1, score) for n, score in enumerate(falling))))])["q"]
    assert list(run) == [f"d{n}" for n in range(len(falling))]
    written = [np.float32(f"{score:.6f}") for score in run.values()]
    assert all(first > second for first, second in pairwise(written))
    assert list(run.values()) == pytest.approx(falling, abs=1e-4, rel=1e-4)


def test_facts_score_as_worked_by_hand() -> None:
    texts = ["Nothing.", "The comet passed in October. It was 71.", "Kalle Tamm saw it."]
    hits = _hits(("a", 0, 9, 0.9), ("b", 0, 9, 0.8), ("c", 0, 9, 0.7), texts=texts)
    facts = ["passed in October", "It was 71", "Kalle Tamm saw", "never found"]
    measured = measure("retrieval", [_record("q", hits, facts=facts), _record("none", hits)])
    assert {name: values["q"] for name, values in measured.scores.items()} == pytest.approx(
        {"Hits@4": 1, "Hits@10": 1, "MAP@10": (2 / 2 + 1 / 3) / 4, "MRR@10": 1 / 2}
    )
    assert all(values.keys() == {"q"} for values in measured.scores.values())


def test_spans_score_as_worked_by_hand() -> None:
    evidence = [{"document_id": "a", "start": 5, "end": 15}, {"document_id": "b", "start": 0, "end": 10}]
    hits = _hits(("a", 0, 10, 0.9), ("c", 0, 15, 0.8))  # 5 of 20 wanted characters, in 25 found
    measured = measure("splitting", [
        _record("some", hits, evidence=evidence), _record("none", evidence=evidence), _record("unproved", hits),
    ])  # fmt: skip
    assert measured.scores == {
        "span recall": {"some": 5 / 20, "none": 0},
        "span precision": {"some": 5 / 25},
        "span IoU": {"some": 5 / 40, "none": 0},
    }
    assert measured.figures == {"questions": 3, "span recall": 0.125, "span precision": 0.2, "span IoU": 0.0625}


def test_conversations_are_scored_as_understood_as_typed_and_as_rewritten() -> None:
    first = _answer("q1", 0.9, "In October.", wanted={"documents": _graded(a=1)}) | {
        "hits": _HITS, "instead": {"last turn": {"c": 0.9, "b": 0.5}, "rewrite": {"a": 0.9}},
    }  # fmt: skip
    second = _answer("q2", 0.9, "In October.", wanted={"documents": _graded(a=1)}) | {
        "hits": _HITS[1:], "instead": {"last turn": {"c": 0.9, "a": 0.9}},
    }  # fmt: skip
    scores = measure("conversations", [first, second]).scores
    assert scores["RR@10"] == {"q1": 0.5, "q2": 1}
    assert scores["RR@10, last turn"] == {"q1": 0, "q2": 0.5}
    assert scores["RR@10, rewrite"] == {"q1": 1}
    assert list(measure("gold", [_answer("q", 0.9, "In October.")]).figures) == [
        "questions",
        "exact quotes",
        "answered",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_records_give_no_figures(kind: str) -> None:
    measured = measure(kind, [])
    assert (measured.figures, measured.scores, measured.curves) == ({"questions": 0}, {}, {})


def test_questions_are_ordered_by_the_kind_s_own_measure_or_else_the_first() -> None:
    assert measure("answers", _ANSWERS).main_measure("answers") == "right"
    assert measure("answers", _ANSWERS).to_json("answers")["main_measure"] == "right"
    unjudged = measure("conversations", [_answer("q", 0.5, "In October.")])
    assert unjudged.main_measure("conversations") == "exact quotes"
