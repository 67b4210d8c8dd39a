"""Training and calibration, on a scale that a test can afford."""

import random
from itertools import pairwise

import pytest
import torch
from transformers import AutoTokenizer

from index.embed import wheel_model_folder
from rag.network import WORD_EMBEDDINGS, new_network
from rag.training.batches import batches, encode
from rag.training.calibrate import Observation, fit
from rag.training.examples import Example
from rag.training.train import Trainer, learning_rate

EXAMPLES = [
    Example("Who runs the port?", "Ports", "Ann Lee runs the port.", (0, 7), True),
    Example("When did she come?", "", "She came in 2019.", (12, 16), True),
    Example("Who runs the zoo?", "", "Ann Lee runs the port.", None, None),
    Example("What is a comet?", "", "She came in 2019.", None, False),
]


def test_the_learning_rate_warms_up_falls_slowly_and_ends_at_nothing() -> None:
    rates = [learning_rate(step, 1000) for step in range(1001)]
    assert rates[0] == 0
    assert max(rates) == rates[rates.index(max(rates))] <= 1
    assert rates[800] == pytest.approx(0.5)
    assert rates[1000] == pytest.approx(0)
    assert all(first >= second for first, second in pairwise(rates[200:]))


def test_steps_lower_the_loss_and_leave_the_word_embeddings_alone() -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    (batch,) = batches(list(encode(EXAMPLES, tokenizer)), random.Random(1))
    torch.manual_seed(1)
    trainer = Trainer(steps=1000)
    losses = [trainer.step(batch) for _ in range(60)]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    weights = trainer.weights()
    assert WORD_EMBEDDINGS not in weights
    assert set(weights) == set(new_network().state_dict()) - {WORD_EMBEDDINGS}


def test_a_signal_that_tells_right_from_wrong_is_weighted() -> None:
    right = Observation("answerable", ((0.9,), (0.2,)), (True, False))
    wrong = Observation("near", ((0.4,), (0.1,)), (False, False))
    far = Observation("far", ((0.1,),), (False,))
    fitted = fit(["signal"], [right, wrong, far] * 20 + [Observation("answerable", ((0.5,),), (False,))])
    assert isinstance(fitted["weights"], dict)
    assert fitted["weights"]["signal"] > 0
    assert isinstance(fitted["figures"], dict)
    assert fitted["figures"]["refusal AUROC, far"] == 1.0
    assert fitted["figures"]["questions"] == {"answerable": 21, "far": 20, "near": 20}
