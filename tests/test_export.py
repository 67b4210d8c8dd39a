"""The trained network as the product reads with it: the exported model against the float32 one."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer

from corpus.errors import DataError
from index.embed import wheel_model_folder
from rag import network
from rag.network import ReaderModel
from rag.training.export import export, trained_network
from rag.training.span_network import WEIGHTS

QUESTION = "Who runs the port of Rotterdam?"
TEXT = "Ann Lee runs the port of Rotterdam. She came in 2019, after a strike."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    export(WEIGHTS, made / "reader.onnx")
    return made


def test_the_exported_model_reads_as_the_trained_network_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MODEL", folder / "reader.onnx")
    monkeypatch.setattr(network, "HASH", folder / "reader.sha256")
    reading = ReaderModel().read(QUESTION, [""], [TEXT])[0]
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    encoded = tokenizer([QUESTION], [TEXT], return_tensors="pt")
    with torch.inference_mode():
        span, judge = trained_network()(encoded["input_ids"], encoded["attention_mask"], encoded["token_type_ids"])
    own = [i for i, sequence in enumerate(encoded.sequence_ids(0)) if sequence == 1]
    starts = (span[0, own, 0] - span[0, 0, 0]).numpy()
    assert reading.starts.argmax() == starts.argmax()
    assert np.corrcoef(reading.starts, starts)[0, 1] > 0.99
    assert (reading.relevance, reading.answerable) == pytest.approx(judge[0].tolist(), abs=0.7)


def test_the_shipped_model_is_the_export_of_the_shipped_weights(folder: Path) -> None:
    assert (folder / "reader.onnx").stat().st_size == network.MODEL.stat().st_size


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_file({"span.weight": torch.zeros(2, 384)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="another network"):
        trained_network(tmp_path / "other.safetensors")


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"missing\.safetensors: there are no such weights"):
        trained_network(tmp_path / "missing.safetensors")
