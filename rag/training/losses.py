"""What a batch's logits cost: against the answers that people gave, and against what a teacher says.

The span is trained as in BERT for SQuAD 2.0 (Devlin et al. 2019, https://arxiv.org/abs/1810.04805), with the
first token as "no answer". The teacher's say is Hinton et al.'s (2015, https://arxiv.org/abs/1503.02531).
"""

import torch
from torch import nn

from rag.training.batches import UNKNOWN, Batch

RELEVANCE_WEIGHT, ANSWERABLE_WEIGHT = 0.5, 0.5
TAUGHT = 0.5
"""The teacher's share in the loss."""
TEMPERATURE = 2.0
_NEVER = -1e4

Logits = tuple[torch.Tensor, torch.Tensor]
"""Of start and end, shape (examples, tokens, 2); of relevance and answerability, shape (examples, 2)."""


def loss(logits: Logits, batch: Batch, taught: Logits | None = None) -> torch.Tensor:
    """A number: the answers' loss, and with a teacher its share of the loss against what the teacher says."""
    if taught is None:
        return _answers(logits, batch)
    return (1 - TAUGHT) * _answers(logits, batch) + TAUGHT * teacher_loss(logits, taught, batch)


def _answers(logits: Logits, batch: Batch) -> torch.Tensor:
    span, judge = _span(logits, batch), logits[1].float()
    known_spans = max(1, int((batch.start >= 0).sum()))
    ends = zip(span.unbind(-1), (batch.start.to(span.device), batch.end.to(span.device)), strict=True)
    summed = sum(nn.functional.cross_entropy(one, at, reduction="sum") for one, at in ends)
    summed = torch.as_tensor(summed) / (2 * known_spans)
    return _weighted(summed, _judged(judge[:, 0], batch.relevant), _judged(judge[:, 1], batch.answerable))


def teacher_loss(logits: Logits, taught: Logits, batch: Batch) -> torch.Tensor:
    """Where an answer may stand, what the teacher says, but of claims: they teach relevance alone."""
    is_claim = (batch.answerable == UNKNOWN) & (batch.relevant != UNKNOWN)
    known = ~is_claim.to(logits[0].device)
    mine, theirs = (nn.functional.log_softmax(_span(each, batch)[known] / TEMPERATURE, 1) for each in (logits, taught))
    apart = nn.functional.kl_div(mine, theirs, reduction="sum", log_target=True) * TEMPERATURE**2
    judge, said = logits[1].float(), taught[1].float().sigmoid()
    answerable = torch.where(known, said[:, 1], UNKNOWN)
    return _weighted(
        apart / (2 * max(1, int(known.sum()))), _judged(judge[:, 0], said[:, 0]), _judged(judge[:, 1], answerable)
    )


def _span(logits: Logits, batch: Batch) -> torch.Tensor:
    span = logits[0].float()
    return span.masked_fill(~batch.allowed.to(span.device)[..., None], _NEVER)


def _weighted(span: torch.Tensor, relevance: torch.Tensor, answerable: torch.Tensor) -> torch.Tensor:
    return span + RELEVANCE_WEIGHT * relevance + ANSWERABLE_WEIGHT * answerable


def _judged(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean loss over the targets that are known; 0 if none is."""
    targets = targets.to(logits.device)
    known = targets != UNKNOWN
    losses = nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known], reduction="sum")
    return losses / max(1, int(known.sum()))
