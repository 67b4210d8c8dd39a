"""The teacher's encoder: called as MiniLM's, with MiniLM's word pieces."""

import random
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, MPNetConfig, MPNetModel

from corpus.errors import UserError
from index.embed import wheel_model_folder
from rag.training import mpnet as module
from rag.training.batches import batches, encode
from rag.training.examples import Example
from rag.training.mpnet import Mpnet, mpnet
from rag.training.span_network import SpanNetwork
from rag.training.trainer import Trainer


def tiny() -> Mpnet:
    config = MPNetConfig(
        vocab_size=30_527, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    return Mpnet(MPNetModel(config, add_pooling_layer=False))


def test_word_pieces_are_numbered_as_mpnet_numbers_them() -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    numbers = tiny().get_buffer("numbers")[tokenizer("Who?")["input_ids"]]
    begin, end, shift = 0, 2, 4
    who, asks = (tokenizer.convert_tokens_to_ids(piece) + shift for piece in ("who", "?"))
    assert numbers.tolist() == [begin, who, asks, end]


def test_it_stands_where_minilm_s_encoder_stands() -> None:
    network = SpanNetwork(tiny(), 16).eval()
    ids = torch.tensor([[101, 2040, 102, 0]])
    span, judge = network(ids, torch.tensor([[1, 1, 1, 0]]), torch.zeros_like(ids))
    assert (span.shape, judge.shape) == ((1, 4, 2), (1, 2))
    other, _ = network(ids[:, :3], torch.ones(1, 3, dtype=torch.long), torch.zeros(1, 3, dtype=torch.long))
    assert torch.allclose(span[:, :3], other, atol=1e-5)


def test_it_is_trained_as_the_reader_is_but_for_what_is_frozen() -> None:
    encoder = tiny()
    encoder.encoder.embeddings.requires_grad_(False)
    network = SpanNetwork(encoder, 16)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    example = Example("Who runs the port?", "Ports", "Ann Lee runs the port.", (0, 7), True)
    (batch,) = batches(list(encode([example], tokenizer)), random.Random(1))
    trainer = Trainer(network, steps=8, rate=0.01)
    for _ in range(8):
        trainer.step(batch)
    trained = trainer.weights()
    assert not any(".embeddings." in name for name in trained)
    assert any(".layer.0." in name for name in trained)
    assert all(not torch.equal(value.float(), before[name]) for name, value in trained.items() if "weight" in name)


def test_parts_that_are_not_installed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PARTS", ["no-such-part-001", "no-such-part-002"])
    with pytest.raises(UserError, match=r"pip install no-such-part-001==0\.0\.1 no-such-part-002=="):
        mpnet(tmp_path, 0)
