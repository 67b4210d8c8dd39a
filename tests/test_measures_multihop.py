"""Facts in passages, against numbers worked by hand and the algorithm of MultiHop-RAG's own script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.multihop import hits_at, multihop_scores

_WORDS = st.text("ab \n\t", max_size=8)


def _official(retrieved: list[str], gold: list[str]) -> dict[str, float]:
    """One question of `retrieval_evaluate.py`, told again: eleven passages, one loop, the same conditions."""
    gold = [item.replace(" ", "").replace("\n", "") for item in gold]
    retrieved = [item.replace(" ", "").replace("\n", "") for item in retrieved]
    hit_ranks, found, summed = [], [], 0.0
    for rank, item in enumerate(retrieved[:11], start=1):
        if any(fact in item for fact in gold) and rank <= 10:
            hit_ranks.append(rank)
            count = 0
            for fact in gold:
                if fact in item and fact not in found:
                    count += 1
                    found.append(fact)
            summed += count / rank
    return {
        "Hits@4": int(any(rank <= 4 for rank in hit_ranks)),
        "Hits@10": int(bool(hit_ranks)),
        "MAP@10": summed / min(len(gold), 10),
        "MRR@10": 1 / hit_ranks[0] if hit_ranks else 0,
    }


def test_facts_found_at_the_second_fifth_and_eleventh_rank() -> None:
    retrieved = ["x"] * 12
    retrieved[1], retrieved[4], retrieved[10] = "so: fact one.", "both fact one and fact\ntwo", "fact three"
    found = multihop_scores(retrieved, ["fact one", "fact two", "fact three"])
    # one new at 2, one new at 5 (`fact one` is known), none counted at 11
    assert found == pytest.approx({"Hits@4": 1, "Hits@10": 1, "MAP@10": (1 / 2 + 1 / 5) / 3, "MRR@10": 1 / 2})


def test_several_facts_in_one_passage_all_count_at_its_rank() -> None:
    found = multihop_scores(["one two three"], ["one", "two", "three"])
    assert found == {"Hits@4": 1, "Hits@10": 1, "MAP@10": (3 / 1) / 3, "MRR@10": 1}


def test_a_hit_at_the_fifth_rank_is_none_of_the_first_four() -> None:
    found = multihop_scores(["x", "x", "x", "x", "fact"], ["fact"])
    assert found == {"Hits@4": 0, "Hits@10": 1, "MAP@10": 1 / 5, "MRR@10": 1 / 5}


def test_the_eleventh_passage_counts_nowhere() -> None:
    found = multihop_scores(["x"] * 10 + ["fact"], ["fact"])
    assert found == {"Hits@4": 0, "Hits@10": 0, "MAP@10": 0, "MRR@10": 0}


def test_more_than_ten_facts_divide_by_ten() -> None:
    facts = [f"<{number}>" for number in range(12)]
    assert multihop_scores(["<0>"], facts)["MAP@10"] == 1 / 10


def test_a_fact_given_twice_is_found_once_and_counted_twice() -> None:
    assert multihop_scores(["fact"], ["fact", "f act"])["MAP@10"] == 1 / 2


def test_nothing_is_known_without_facts_and_nothing_found_without_passages() -> None:
    assert multihop_scores(["text"], []) == {}
    assert multihop_scores([], ["fact"]) == {"Hits@4": 0, "Hits@10": 0, "MAP@10": 0, "MRR@10": 0}


@pytest.mark.parametrize(("k", "expected"), [(0, False), (2, False), (3, True), (9, True)])
def test_hits_at_looks_at_the_first_k_passages(k: int, expected: bool) -> None:
    assert hits_at(["x", "x", "a f\nact!"], ["fact"], k) is expected


@given(st.lists(_WORDS, max_size=13), st.lists(_WORDS, min_size=1, max_size=12))
@settings(max_examples=300)
def test_every_figure_is_that_of_the_script(retrieved: list[str], facts: list[str]) -> None:
    found = multihop_scores(retrieved, facts)
    assert found == pytest.approx(_official(retrieved, facts))
    assert (found["Hits@4"], found["Hits@10"]) == (hits_at(retrieved, facts, 4), hits_at(retrieved, facts, 10))
