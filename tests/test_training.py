"""Training and calibration, on a scale that a test can afford."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from corpus.errors import DataError
from index.embed import wheel_model_folder
from rag.training import calibrate
from rag.training.batches import Batch, batches, encode
from rag.training.calibrate import Observation, fit, logistic
from rag.training.examples import Example
from rag.training.losses import loss, teacher_loss
from rag.training.span_network import WORD_EMBEDDINGS, SpanNetwork, new_network
from rag.training.squad import Asked
from rag.training.train import mixed
from rag.training.trainer import Trainer, learning_rate

EXAMPLES = [
    Example("Who runs the port?", "Ports", "Ann Lee runs the port.", (0, 7), True),
    Example("When did she come?", "", "She came in 2019.", (12, 16), True),
    Example("Who runs the zoo?", "", "Ann Lee runs the port.", None, None),
    Example("What is a comet?", "", "She came in 2019.", None, False),
]


def trainer_of(steps: int, teacher: SpanNetwork | None = None) -> Trainer:
    torch.manual_seed(1)
    return Trainer(new_network(), steps, 1e-4, teacher)


def tokenizer() -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)


def test_the_learning_rate_warms_up_falls_slowly_and_ends_at_nothing() -> None:
    rates = [learning_rate(step, 1000) for step in range(1001)]
    assert rates[0] == 0
    assert max(rates) == rates[rates.index(max(rates))] <= 1
    assert rates[800] == pytest.approx(0.5)
    assert rates[1000] == pytest.approx(0)
    assert all(first >= second for first, second in pairwise(rates[200:]))


def test_steps_lower_the_loss_and_leave_the_word_embeddings_alone() -> None:
    (batch,) = batches(list(encode(EXAMPLES, tokenizer())), random.Random(1))
    trainer = trainer_of(steps=1000)
    losses = [trainer.step(batch) for _ in range(60)]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    weights = trainer.weights()
    assert WORD_EMBEDDINGS not in weights
    assert set(weights) == set(new_network().state_dict()) - {WORD_EMBEDDINGS}


def test_training_that_was_interrupted_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    (batch,) = batches(list(encode(EXAMPLES, tokenizer())), random.Random(1))
    through, first, second = trainer_of(steps=6), trainer_of(steps=6), trainer_of(steps=6)
    for _ in range(4):
        through.step(batch)
    for _ in range(2):
        first.step(batch)
    first.save(tmp_path / "state.pt")
    second.restore(tmp_path / "state.pt")
    for _ in range(2):
        second.step(batch)
    assert second.step_number == through.step_number == 4
    pairs = zip(through.weights().values(), second.weights().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_a_state_of_another_training_is_refused(tmp_path: Path) -> None:
    trainer_of(steps=6).save(tmp_path / "state.pt")
    with pytest.raises(DataError, match="another training"):
        trainer_of(steps=7).restore(tmp_path / "state.pt")


def test_what_a_teacher_says_is_learnt_beside_the_answers() -> None:
    (batch,) = batches(list(encode(EXAMPLES, tokenizer())), random.Random(1))
    torch.manual_seed(2)
    teacher = new_network().eval()
    given = (batch.ids, batch.mask, batch.types)
    with torch.no_grad():
        said = teacher(*given)
    taught, untaught = _trained(batch, teacher), _trained(batch, None)
    with torch.no_grad():
        assert teacher_loss(taught(*given), said, batch) < teacher_loss(untaught(*given), said, batch)
        assert loss(taught(*given), batch, said) < loss(untaught(*given), batch, said)


def test_of_a_reworded_question_only_the_teacher_says_anything() -> None:
    batch = _batch(Example("Who sold the port?", "", "Ann Lee runs it.", None, None, answer_unknown=True))
    mine, theirs = _random_logits(batch), _random_logits(batch)
    assert loss(mine, batch) == 0
    assert teacher_loss(mine, theirs, batch) > teacher_loss(theirs, theirs, batch)


def test_what_a_teacher_thinks_of_a_claim_is_whether_a_passage_bears_on_it() -> None:
    batch = _batch(Example("Ann runs a port.", "", "Ann Lee runs it.", None, True, answer_unknown=True))
    mine, (span, judge) = _random_logits(batch), _random_logits(batch)
    assert teacher_loss(mine, (span, judge), batch) == teacher_loss(mine, (-span, judge), batch)
    assert teacher_loss(mine, (span, judge), batch) != teacher_loss(mine, (span, -judge), batch)


def _batch(example: Example) -> Batch:
    (batch,) = batches(list(encode([example], tokenizer())), random.Random(1))
    return batch


def _random_logits(batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(*batch.ids.shape, 2), torch.randn(len(batch.ids), 2)


def _trained(batch: Batch, teacher: SpanNetwork | None) -> SpanNetwork:
    trainer = trainer_of(400, teacher)
    for _ in range(60):
        trainer.step(batch)
    network = new_network()
    network.load_state_dict({name: value.float() for name, value in trainer.weights().items()}, strict=False)
    return network.eval()


def test_what_training_started_from_is_kept_in_part() -> None:
    start, trained = {"a": torch.tensor([1.0, 0.0])}, {"a": torch.tensor([0.0, 1.0], dtype=torch.float16)}
    (mix,) = mixed(start, trained).values()
    assert mix.dtype == torch.float16
    assert mix.tolist() == pytest.approx([0.3, 0.7], abs=1e-3)


def test_claims_teach_relevance_alone() -> None:
    batch = _batch(Example("Bridges are fast.", "", "A bridge.", None, True, answer_unknown=True))
    trainer = trainer_of(steps=100)
    losses = [trainer.step(batch) for _ in range(20)]
    assert 0 < losses[-1] < losses[0] < 1


def _observed(kind: str, *found: tuple[float, float, bool]) -> Observation:
    signals = tuple({"topic": topic, "reply": reply} for topic, reply, _ in found)
    return Observation(kind, signals, tuple(right for *_, right in found))


def test_what_tells_far_questions_and_what_tells_near_ones_are_weighted_apart() -> None:
    answered, unanswered = ((0.9, 0.9, True), (0.8, 0.2, False)), ((0.9, 0.3, False), (0.8, 0.1, False))
    kinds = {"answerable": answered, "written": answered, "near": unanswered, "near miss": unanswered}
    kinds["far"] = ((0.1, 0.8, False), (0.1, 0.2, False))
    result = fit([_observed(kind, *found) for kind, found in kinds.items() for _ in range(20)])
    about, answers = (result[name]["weights"] for name in ("about", "answers"))
    assert about["topic"] > about.get("reply", 0.0)
    assert answers["reply"] > answers.get("topic", 0.0)
    assert {name: share for name, share in result["figures"].items() if "AUROC" in name} == {
        "refusal AUROC, near": 1.0, "refusal AUROC, far": 1.0, "refusal AUROC, near miss": 1.0,
    }  # fmt: skip
    assert result["figures"]["questions"] == dict.fromkeys(kinds, 20)


def test_far_questions_stand_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    vague = Asked("What was saved?", "They saved it.", "", "", (("it", 11),), ())
    named = Asked("Who saved the harbour of Rotterdam?", "They saved it.", "", "", (("They", 0),), ())
    monkeypatch.setattr(calibrate, "SIZES", {"far": 1})
    assert calibrate._sample([], [], [vague, named]) == [("far", named)]


def test_a_signal_that_speaks_against_is_left_out() -> None:
    signals = [{"for": place / 10, "against": 1 - place / 10} for place in range(10)]
    model = logistic(signals, [place > 4 for place in range(10)])
    assert list(model.weights) == ["for"]
    assert model.weights["for"] > 0
    assert [model.probability(each) > 0.5 for each in signals] == [place > 4 for place in range(10)]
