"""One network's training, step by step, and the state that it goes on from.

Weights are kept in float32 and the passes run in bfloat16, which a GPU, and a processor with AMX, multiplies fastest.
"""

import copy
import math
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from corpus.errors import DataError
from rag.training.batches import Batch
from rag.training.dropout import with_quick_dropout
from rag.training.losses import loss
from rag.training.span_network import SpanNetwork

SEED = 7
SLOW_SHARE, SLOW_RATE = 0.8, 0.5
WARM_UP_STEPS = 200
WEIGHT_DECAY = 0.01
AVERAGED = 0.125
"""The weights kept are a moving average (Polyak & Juditsky 1992) over about this share of the steps, which costs
nothing to read."""


class Trainer:
    """Weights in float32, a copy in bfloat16 that does the passes, the optimiser between them, and their average.

    `rate` is the highest learning rate. With a teacher, the network learns what that says, too.
    """

    def __init__(self, network: SpanNetwork, steps: int, rate: float, teacher: SpanNetwork | None = None) -> None:
        self.steps = steps
        self.step_number = 0
        self.smoothed_loss = math.nan
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._master = with_quick_dropout(network).to(device)
        self._teacher = teacher.to(device, torch.bfloat16).eval() if teacher else None
        self._working = copy.deepcopy(self._master).to(torch.bfloat16).train()
        averaging: Any = get_ema_multi_avg_fn(1 - 1 / max(1.0, AVERAGED * steps))  # type: ignore[no-untyped-call]
        self._average = AveragedModel(self._master, multi_avg_fn=averaging)
        pairs = zip(self._working.parameters(), self._master.parameters(), strict=True)
        self._pairs = [(working, master) for working, master in pairs if master.requires_grad]
        masters = [master for _, master in self._pairs]
        matrices, vectors = [m for m in masters if m.ndim > 1], [m for m in masters if m.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)
        self._rate = rate
        self._device = device

    def step(self, batch: Batch) -> float:
        """One update; the loss. Chance (dropout) depends on the step's number alone."""
        torch.manual_seed(SEED * 1_000_003 + self.step_number)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * learning_rate(self.step_number + 1, self.steps)
        cost = self._loss(batch)
        self._working.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]
        for working, master in self._pairs:
            master.grad = working.grad.float() if working.grad is not None else None
        nn.utils.clip_grad_norm_([master for _, master in self._pairs], 1.0)
        self._optimizer.step()
        self._copy_to_working()
        self._average.update_parameters(self._master)
        self.step_number += 1
        value = float(cost.item())
        self.smoothed_loss = value if math.isnan(self.smoothed_loss) else 0.99 * self.smoothed_loss + 0.01 * value
        return value

    def weights(self) -> dict[str, torch.Tensor]:
        """What was trained, averaged, in float16; without what stayed as it was."""
        averaged = self._average.module.named_parameters()
        return {name: value.detach().half().cpu() for name, value in averaged if value.requires_grad}

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
        given = [each.to(self._device) for each in (batch.ids, batch.mask, batch.types)]
        with torch.no_grad():
            taught = self._teacher(*given) if self._teacher else None
        return loss(self._working(*given), batch, taught)


def learning_rate(step: int, steps: int) -> float:
    """The learning rate's share: warm up, fall slowly, then quickly to nothing over the last fifth."""
    done = step / steps
    slow = 1 - (1 - SLOW_RATE) * done / SLOW_SHARE
    quick = SLOW_RATE * (1 - done) / (1 - SLOW_SHARE)
    return min(step / WARM_UP_STEPS, slow if done < SLOW_SHARE else quick, 1.0)
