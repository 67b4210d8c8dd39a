"""A question's vector, moved toward what was found best: pseudo-relevance feedback after Rocchio.

For dense retrieval after Li et al. 2021 (https://arxiv.org/abs/2108.11044). There the first dense search gives the
feedback; here all searches together do, whose first passages are right more often.
"""

import numpy as np

from index.embed import Vectors

FEEDBACK_PASSAGES = 3
"""Chosen with `Fusion.feedback`, out of 2, 3, 4, 5 and 10."""


def toward(vector: Vectors, found: Vectors, weight: float) -> Vectors:
    """The unit vector of `vector` plus `weight` times the mean of `found`, of shape (passages, dimensions)."""
    if not len(found):
        return vector
    moved = vector + np.float32(weight) * found.mean(axis=0)
    length = float(np.linalg.norm(moved))
    return moved / np.float32(length) if length else vector
