"""Feedback, against vectors worked by hand."""

import numpy as np
import pytest

from index.embed import Vectors
from rag.feedback import toward


def vector(*values: float) -> Vectors:
    return np.array(values, dtype=np.float32)


def test_the_question_moves_toward_the_mean_of_what_was_found_and_stays_a_unit_vector() -> None:
    moved = toward(vector(1, 0), np.stack([vector(0, 1), vector(0, 0.5)]), 4 / 3)
    assert moved == pytest.approx(vector(1, 1) / np.sqrt(2))
    assert moved.dtype == np.float32


def test_the_heavier_the_feedback_the_nearer_it_comes() -> None:
    found = np.stack([vector(0, 1)])
    assert toward(vector(1, 0), found, 0.0) == pytest.approx(vector(1, 0))
    assert toward(vector(1, 0), found, 0.1)[1] < toward(vector(1, 0), found, 0.2)[1]


def test_where_nothing_was_found_it_stays() -> None:
    assert (toward(vector(1, 0), np.zeros((0, 2), dtype=np.float32), 0.3) == vector(1, 0)).all()


def test_what_takes_all_its_direction_away_is_not_followed() -> None:
    assert (toward(vector(1, 0), np.stack([vector(-1, 0)]), 1.0) == vector(1, 0)).all()
