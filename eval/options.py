"""The command line of `python -m eval`: what can be typed, and what it means."""

import argparse
from pathlib import Path

from eval.perform import RUNS
from eval.sets.beir import DEFAULT_SPLIT
from eval.task import BUDGET, DEPTH, KINDS

EPILOG = """\
To start:
  python -m eval retrieval --data FOLDER        measure; the last lines say where the run is saved
  python -m eval worst RUN                      its worst questions, and why
  python -m eval report RUN                     a page of HTML
  python -m eval retrieval --data FOLDER --sweep passage_tokens=96,160,200    several settings, and which is best
  python -m eval compare RUN RUN                two runs, question by question

FOLDER in BEIR's layout: corpus.jsonl {_id, title, text}, queries.jsonl {_id, text}, and qrels.tsv: query, document,
grade. --data also understands SQuAD 1.1 and 2.0 files, MTRAG-style conversations, span references (questions.jsonl
beside texts), MultiHop-RAG's two files, gold files of this project (.jsonl), and irds:NAME for ir_datasets.
Each run is saved in a folder, goes on where it was interrupted, and is repeated exactly by its command.
"""
SETTINGS = """\
settings for --set and --sweep:
  embedder, passage_tokens, overlap_tokens, title_tokens   how documents are cut and embedded: each change, an index
  fusion               how searches are fused: sum (of shares of the best score) or rrf (by ranks)
  dense, lexical, document   weights of the searches: by meaning, BM25 of passages, BM25 of whole documents
  whole                passages up to which a document counts whole
  lead                 how much more a search by words weighs whose best stands out; 0: not at all
  feedback             how far the question's vector is moved toward what was best, for a second dense search; 0: none
  depth                passages that each search contributes
  read                 passages that are read for an answer
  rerank               weight of the relevance seen in them beside the fused score; 0: they stay in order
  threshold            confidence from which an answer is given; -1: as fitted
--sweep of a setting takes the place of its --set; several --sweep make a grid. Example:
  --set fusion=rrf --sweep passage_tokens=96,160 --sweep title_tokens=0,32"""
HELP = {
    "retrieval": "how well documents and passages are ranked",
    "answers": "answers, refusals, calibration and citations, where right answers are known (SQuAD, gold files)",
    "conversations": "follow-up questions: as understood, against the last turn alone and a person's rewriting",
    "splitting": "how much of the text that proves an answer is found within a budget of tokens",
    "gold": "answers on this project's own gold set, or a gold file of yours",
}


def command_line() -> argparse.ArgumentParser:
    """The parser; `options.command` names the command."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Measure the assistant.", epilog=EPILOG, formatter_class=raw
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for kind in KINDS:
        about = f"Measure {HELP[kind]}."
        command = commands.add_parser(kind, help=HELP[kind], description=about, epilog=SETTINGS, formatter_class=raw)
        _measurement(command, kind)
    _reading(commands)
    results = commands.add_parser("results", help="measure the open sets beside references: writes eval/RESULTS.md")
    results.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder that holds the open sets")
    results.add_argument("--out", type=Path, metavar="FILE", help="where to write (eval/RESULTS.md)")
    speed = commands.add_parser("speed", help="times, as ratios to limits measured in the same run")
    about = "ask: a question and the start; sync: files into a store, some minutes (both, unless serve); "
    about += "serve: the HTTP server under load, beside the same process without a server"
    speed.add_argument("what", nargs="?", choices=("ask", "sync", "serve"), help=about)
    speed.add_argument("--passages", type=_count, default=100_000, metavar="N", help="serve: of a store made for it")
    speed.add_argument("--seconds", type=_count, default=20, metavar="N", help="serve: each load's length (20)")
    about = "serve: instead, N requests of each door, no two alike, and the memory on the way; over --corpus or --store"
    speed.add_argument("--requests", type=_count, metavar="N", help=about)
    speed.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (the sample corpus)")
    speed.add_argument("--store", type=Path, metavar="DIR", help="where the index lies")
    return parser


def _measurement(command: argparse.ArgumentParser, kind: str) -> None:
    command.set_defaults(split=DEFAULT_SPLIT, data=None, corpus=None, depth=DEPTH, budget=BUDGET, given=False)
    if kind == "gold":
        command.add_argument("--questions", dest="data", metavar="FILE", help="a gold file (the sample corpus's)")
        command.add_argument("--corpus", type=Path, metavar="DIR", help="the documents asked of (the sample corpus)")
    else:
        command.add_argument("--data", required=True, metavar="DATA", help="a folder, a file, or irds:NAME")
        command.add_argument(
            "--split",
            default=DEFAULT_SPLIT,
            metavar="NAME",
            help="which queries and qrels, where there are several (test)",
        )
        command.add_argument("--corpus", type=Path, metavar="DIR", help="a gold file's documents (the sample corpus)")
    if kind == "answers":
        command.add_argument("--given", action="store_true", help="read the paragraph asked of instead of searching")
    if kind == "splitting":
        command.add_argument(
            "--budget", type=int, default=BUDGET, metavar="N", help="tokens a question may find (1000)"
        )
    else:
        command.add_argument("--depth", type=int, default=DEPTH, metavar="N", help="documents ranked (100)")
    command.add_argument("--sample", type=int, default=0, metavar="N", help="ask only N questions, drawn by a seed")
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting (see below)"
    )
    command.add_argument(
        "--sweep", action="append", default=[], metavar="NAME=V,V", help="try several values, each a run"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="the run's folder (one of its own in --runs)")
    command.add_argument("--run", type=Path, metavar="FILE", help="write the TREC run there, too")
    command.add_argument("--store", type=Path, metavar="DIR", help="where the index lies (kept by recipe)")
    command.add_argument("--again", action="store_true", help="forget the saved run; ask all again")
    _common(command)


def _reading(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    compare = commands.add_parser("compare", help="two runs: differences, how sure, what changed")
    compare.add_argument("first", metavar="A", help="a run's name or folder")
    compare.add_argument("second", metavar="B", help="the run to hold against it, whose figures --fail-under looks at")
    report = commands.add_parser("report", help="one page of HTML about one or several runs")
    report.add_argument("run", nargs="+", metavar="RUN", help="runs' names or folders")
    report.add_argument("--out", type=Path, metavar="FILE", help="where to write (report.html in the first run)")
    worst = commands.add_parser("worst", help="a run's worst questions, with what was retrieved and why")
    worst.add_argument("run", metavar="RUN", help="a run's name or folder")
    worst.add_argument("-n", type=_count, default=10, metavar="N", help="how many (10)")
    runs = commands.add_parser("runs", help="the runs that are saved, with their main figures")
    for command in (compare, report, worst, runs):
        _common(command)


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--runs", type=Path, default=RUNS, metavar="DIR", help="where runs are kept (eval/runs)")
    command.add_argument("--json", action="store_true", help="JSON instead of words")
    gate = "exit with status 1 if a figure is worse: ndcg@10=0.72; ECE=0.1 is the most, for lower is better"
    command.add_argument("--fail-under", action="append", default=[], metavar="NAME=X", help=gate)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no such number; give 1 or more")
    return int(text)
