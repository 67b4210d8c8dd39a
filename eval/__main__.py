"""`python -m eval gold|retrieval|speed`: measure the assistant."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from corpus.edge import exit_status
from index.place import SAMPLE_CORPUS
from index.progress import sync_progress
from rag.build import build_assistant


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = _parser().parse_args(arguments)
    commands = {"gold": _gold, "retrieval": _retrieval, "speed": _speed}
    return commands[options.command](options)


def _gold(options: argparse.Namespace) -> int:
    from eval.gold import SAMPLE, ask_all, figures, load_gold

    questions = load_gold(options.questions or SAMPLE)
    with sync_progress() as progress:
        assistant = build_assistant(options.corpus, options.store, progress=progress)
    outcomes = ask_all(assistant, questions)
    if not options.json:
        for kind in dict.fromkeys(each.gold.kind for each in outcomes):
            of_kind = [each for each in outcomes if each.gold.kind == kind]
            print(f"{kind:14} {sum(each.right for each in of_kind):3} of {len(of_kind):3} right")
        print()
        for each in outcomes:
            if not each.right or (each.answerable and not each.cited):
                print(f"miss {each.gold.id}: {each.answer.standalone_question}")
                print(f"     wanted {_wanted(each.gold.answers)}")
                print(f"     said   {each.answer.text}  (confidence {each.answer.confidence:.2f})")
        print()
    _print(figures(outcomes), options.json)
    return 0


def _retrieval(options: argparse.Namespace) -> int:
    from eval.beir import load_beir
    from eval.retrieval import build_retriever, figures, run

    benchmark = load_beir(options.data, options.split)
    with tempfile.TemporaryDirectory() as folder, sync_progress() as progress:
        store = options.store or Path(folder)
        found = run(benchmark, build_retriever(benchmark, store, progress))
        _print(figures(benchmark, found), options.json)
    return 0


def _speed(options: argparse.Namespace) -> int:
    from eval.speed import ask_speed, start_speed, sync_speed

    corpus = options.corpus or SAMPLE_CORPUS
    timings = [ask_speed(build_assistant(corpus, options.store))]
    with tempfile.TemporaryDirectory() as folder:
        timings.append(sync_speed(corpus, Path(folder)))
    timings.append(start_speed())
    for each in timings:
        print(
            f"{each.name:22} {each.milliseconds:8.0f} ms   {each.ratio:5.2f} × "
            f"{each.limit} ({each.limit_milliseconds:.0f} ms)"
        )
    return 0


def _wanted(answers: tuple[tuple[str, ...], ...]) -> str:
    return "; ".join(" or ".join(fact) for fact in answers) or "a refusal"


def _print(figures: Mapping[str, float], as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:20} {value:.0f}" if name == "questions" else f"{name:20} {value:.3f}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measure the assistant.")
    commands = parser.add_subparsers(dest="command", required=True)
    gold = commands.add_parser("gold", help="answers and refusals on a gold set (the sample corpus's)")
    gold.add_argument("--questions", type=Path, metavar="FILE", help="a gold file of JSON lines")
    retrieval = commands.add_parser("retrieval", help="ranking figures on a folder in BEIR's layout")
    retrieval.add_argument("--data", type=Path, required=True, metavar="DIR", help="corpus.jsonl, queries, qrels")
    retrieval.add_argument("--split", default="test", help="which queries and qrels (test)")
    speed = commands.add_parser("speed", help="times, as ratios to limits measured in the same run")
    for command in (gold, speed):
        command.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (the sample corpus)")
    for command in (gold, retrieval, speed):
        command.add_argument("--store", type=Path, metavar="DIR", help="where the index lies")
        command.add_argument("--json", action="store_true", help="figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
