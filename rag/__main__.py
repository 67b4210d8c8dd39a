"""`python -m rag "who denied the deal?"`: ask from the terminal; `--batch FILE` asks a file of questions."""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from corpus.edge import MISTAKE, exit_status, warn
from corpus.errors import QuestionError
from index.progress import sync_progress
from index.sync import SyncReport
from index.where import Where, parse_where
from rag.assistant import Assistant
from rag.batch import answers, read_batch
from rag.build import build_assistant
from rag.show import show


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = _parser().parse_args(arguments)
    if (options.question is None) == (options.batch is None):
        raise QuestionError('ask one question, or give a file with --batch: python -m rag "who denied the deal?"')
    where = parse_where(options.where)
    batch = read_batch(options.batch) if options.batch else None
    with sync_progress() as progress:
        assistant = build_assistant(options.corpus, options.store, progress=progress, report=warn_of_failures)
    if batch is None:
        return _ask(assistant, options, where)
    failed = False
    for answer in answers(assistant, batch, options.k, options.at_most_wrong, where):
        failed |= "error" in answer
        print(json.dumps(answer, ensure_ascii=False) if options.json else _line(answer), flush=True)
    return MISTAKE if failed else 0


def warn_of_failures(report: SyncReport) -> None:
    """Files that could not be read, on standard error."""
    for failure in report.failures:
        warn(f"left out: {failure}")


def _ask(assistant: Assistant, options: argparse.Namespace, where: Where) -> int:
    answer = assistant.ask(options.question, k=options.k, at_most_wrong=options.at_most_wrong, where=where)
    if options.json:
        print(json.dumps(answer.to_json(), ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))
    else:
        show(answer, Console(highlight=False, width=None if sys.stdout.isatty() else 100))
    return 0


def _line(answer: dict[str, object]) -> str:
    return f"{answer['id']}\t{answer.get('answer', answer.get('error'))}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag", description="Ask a folder of documents.")
    parser.add_argument("question", nargs="?", help="the question")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (the sample corpus)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="where its index lies (a folder below index/store)")
    limits = 'read only some documents: "source:nytimes after:2022-11-01 folder:reports"; may stand in a question, too'
    parser.add_argument("--where", default="", metavar="FILTERS", help=limits)
    parser.add_argument("--k", type=int, default=8, metavar="N", help="passages to return (8)")
    accepted = "answer at most so many percent of questions wrongly, and refuse more of the others (as calibrated)"
    parser.add_argument("--at-most-wrong", type=float, metavar="PERCENT", help=accepted)
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON")
    parser.add_argument("--batch", type=Path, metavar="FILE", help='lines of {"id", "question", "history", "where"}')
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
