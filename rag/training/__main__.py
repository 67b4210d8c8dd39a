"""`python -m rag.training train|calibrate --data DIR`: make the files in rag/model anew."""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from corpus.edge import exit_status
from rag.confidence import COEFFICIENTS
from rag.network import HASH, WEIGHTS

CHECKPOINT = Path(__file__).parent / "checkpoint.pt"


def main(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m rag.training", description="Make the reader's model anew.")
    parser.add_argument("step", choices=("train", "calibrate"))
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the training data")
    kept = "where training keeps its state, to go on from"
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT, metavar="FILE", help=kept)
    options = parser.parse_args(arguments)
    if options.step == "train":
        _train(options.data, options.checkpoint)
    else:
        _calibrate(options.data)
    return 0


def _train(data: Path, checkpoint: Path) -> None:
    from safetensors.torch import save_file

    from rag.training.train import train

    save_file(train(data, checkpoint, lambda line: print(line, flush=True)), WEIGHTS)
    HASH.write_text(hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() + "\n")


def _calibrate(data: Path) -> None:
    from rag.training.calibrate import calibrate

    fitted = json.dumps(calibrate(data), indent=1)
    COEFFICIENTS.write_text(fitted + "\n")
    print(fitted)


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
