"""`python -m eval …`: measure the assistant, compare and sweep measurements, and report them."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from corpus.edge import exit_status, warn
from corpus.errors import DataError
from eval.gate import FAILED, limits, shortfalls
from eval.options import command_line
from eval.saved import SavedRun, load_run, saved_runs
from eval.settings import Settings, grid, settings_from
from eval.task import KINDS, Task


def main(arguments: list[str]) -> int:
    """The exit status: 1 if a figure is below its `--fail-under`."""
    options = command_line().parse_args(arguments)
    if options.command in KINDS:
        return _measure(options)
    commands = {
        "compare": _compare, "report": _report, "worst": _worst, "runs": _runs, "results": _results, "speed": _speed,
    }  # fmt: skip
    return commands[options.command](options)


def _measure(options: argparse.Namespace) -> int:
    from eval.perform import perform
    from eval.progress import followed
    from eval.show import run_lines

    wanted = limits(options.fail_under)
    task = _task(options)
    if options.sweep:
        return _sweep(options, task, grid(task.settings, options.sweep), wanted)
    run = followed(perform(task, options.out or options.runs / task.name(), options.store, options.again))
    if options.run:
        options.run.write_bytes((run.folder / "run.trec").read_bytes())
    _print([json.dumps(run.figures, ensure_ascii=False)] if options.json else run_lines(run))
    return _gate(wanted, [run])


def _task(options: argparse.Namespace) -> Task:
    from eval.sets.gold import SAMPLE
    from eval.sets.load import load_benchmark

    settings = settings_from(options.set)
    benchmark = load_benchmark(options.data or str(SAMPLE), options.split, options.corpus)
    return Task(options.command, benchmark, settings, options.depth, options.budget, options.given, options.sample)


def _sweep(options: argparse.Namespace, task: Task, points: Sequence[Settings], wanted: Mapping[str, float]) -> int:
    from eval.progress import followed
    from eval.sweep import sweep, sweep_lines

    if options.out or options.run or options.store:
        raise DataError("--sweep makes a run and an index for every point: leave out --out, --run and --store")
    tried = followed(sweep(task, points, options.runs, options.again))
    rows = [asdict(each.settings) | dict(each.run.figures) | {"p": each.p, "best": each.is_best} for each in tried]
    _print([json.dumps(rows, ensure_ascii=False)] if options.json else sweep_lines(tried))
    return _gate(wanted, [each.run for each in tried if each.is_best])


def _compare(options: argparse.Namespace) -> int:
    from eval.compare import changed, compare, comparison_lines

    first, second = _found(options, options.first), _found(options, options.second)
    differences, questions = compare(first, second), changed(first, second)
    as_json = {"measures": [asdict(each) for each in differences], "changed": [asdict(each) for each in questions]}
    _print([json.dumps(as_json, ensure_ascii=False)] if options.json else comparison_lines(first, second))
    return _gate(limits(options.fail_under), [second])


def _report(options: argparse.Namespace) -> int:
    from eval.report import write_report

    runs = [_found(options, name) for name in options.run]
    path = options.out or runs[0].folder / "report.html"
    write_report(runs, path)
    print(json.dumps({"report": str(path)}) if options.json else path)
    return _gate(limits(options.fail_under), runs)


def _worst(options: argparse.Namespace) -> int:
    from eval.show import worst_lines
    from eval.worst import worst_questions

    run = _found(options, options.run)
    rows = [
        {"id": each.record["id"], "score": each.score, "question": each.record["question"], "why": list(each.why)}
        for each in worst_questions(run, options.n).misses
    ]
    _print([json.dumps(rows, ensure_ascii=False)] if options.json else worst_lines(run, options.n))
    return _gate(limits(options.fail_under), [run])


def _runs(options: argparse.Namespace) -> int:
    runs = saved_runs(options.runs)
    if not runs and not options.json:
        print(f"{options.runs}: holds no finished run; make one with python -m eval retrieval --data DATA")
    for run in runs:
        main_figure = run.figures.get(run.main_measure, 0.0)
        row = {"run": run.name, "measure": run.main_measure, "figure": main_figure}
        print(json.dumps(row) if options.json else f"{run.name:48} {run.main_measure:12} {main_figure:.4f}")
    return _gate(limits(options.fail_under), runs)


def _results(options: argparse.Namespace) -> int:
    from eval.results import write_results

    print(write_results(options.data, options.out))
    return 0


def _speed(options: argparse.Namespace) -> int:
    from eval.speed import ask_speed, start_speed, sync_speed
    from index.place import SAMPLE_CORPUS
    from rag.build import build_assistant

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


def _found(options: argparse.Namespace, name: str) -> SavedRun:
    """A run by its folder, or by its name among those that are kept."""
    folder = Path(name)
    return load_run(folder if folder.is_dir() else options.runs / name)


def _gate(wanted: Mapping[str, float], runs: Sequence[SavedRun]) -> int:
    found = [text for run in runs for text in shortfalls(wanted, run.figures)]
    for text in found:
        warn(text)
    return FAILED if found else 0


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
