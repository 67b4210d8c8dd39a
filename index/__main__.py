"""`python -m index sync|status|verify|watch`: keep a store in step with a folder, and see what it holds."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from corpus.edge import MISTAKE, exit_status, warn
from corpus.errors import StoreError, UserError
from corpus.load import list_corpus
from index.embed import SentenceEmbedder
from index.engine import CATALOG_FILE, SearchEngine, holds_store
from index.ledger import FileRecord
from index.place import SAMPLE_CORPUS, default_store
from index.progress import sync_progress
from index.recipe import Recipe
from index.remove import remove_store
from index.schema import way_out
from index.sync import SyncReport, sync
from index.verify import verify
from index.watch import watch
from index.write import check_room


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = _parser().parse_args(arguments)
    chosen = {name: getattr(options, name) for name in ("embedder", "passage_tokens", "overlap_tokens")}
    given = {name: value for name, value in chosen.items() if value is not None}
    recipe = replace(Recipe(), **given) if given else None
    store = options.store or default_store(options.corpus)
    if options.rebuild and options.command in ("sync", "watch"):
        _start_anew(options.corpus, store, recipe or Recipe())
    if options.failed and options.command == "status":
        return _failed(store, recipe)
    commands = {"sync": _sync, "status": _status, "verify": _verify, "watch": _watch}
    return commands[options.command](options.corpus, store, recipe)


def _start_anew(corpus: Path, store: Path, recipe: Recipe) -> None:
    """A folder, model or recipe that cannot be used is refused before anything is removed."""
    list_corpus(corpus)
    check_room(recipe, SentenceEmbedder(recipe.embedder))
    remove_store(store)


def _sync(corpus: Path, store: Path, recipe: Recipe | None) -> int:
    list_corpus(corpus)  # before a store is made for a folder that is not there
    with closing(SearchEngine(store, recipe)) as engine, sync_progress() as progress:
        report = sync(corpus, engine, SentenceEmbedder(engine.catalog.recipe.embedder), progress)
    print(_summary(report))
    _warn(report)
    return MISTAKE if report.failures else 0


def _watch(corpus: Path, store: Path, recipe: Recipe | None) -> int:
    list_corpus(corpus)
    with closing(SearchEngine(store, recipe)) as engine:
        embedder = SentenceEmbedder(engine.catalog.recipe.embedder)

        def follow() -> None:
            try:
                report = sync(corpus, engine, embedder)
            except UserError as error:  # an empty folder or a busy store may be otherwise in a moment
                warn(f"not followed: {error}")
                return
            if report.added or report.changed or report.deleted:
                print(f"{time.strftime('%H:%M:%S')} {_summary(report)}", flush=True)
                _warn(report)

        with sync_progress() as progress:
            report = sync(corpus, engine, embedder, progress)
        print(f"{_summary(report)}\nwatching {corpus} (Ctrl-C stops)", flush=True)
        _warn(report)
        watch(corpus, store, follow)
    return 0


def _status(corpus: Path, store: Path, recipe: Recipe | None) -> int:
    with closing(_existing(store, recipe)) as engine:
        counts, files = engine.catalog.counts(), engine.catalog.ledger.all().values()
        print(f"store       {store}")
        print(f"corpus      {engine.catalog.fact('corpus') or corpus}")
        kinds = {kind: sum(file.status == kind for file in files) for kind in ("indexed", "skipped", "failed")}
        print("files       " + ", ".join(f"{number} {kind}" for kind, number in kinds.items()))
        print(f"documents   {counts.documents}")
        print(f"passages    {counts.passages}")
        print(f"generation  {counts.generation}")
        print("recipe      " + ", ".join(f"{key} {value}" for key, value in asdict(engine.catalog.recipe).items()))
    for part in sorted(store.iterdir()):
        print(f"size        {_size(part):>12,} bytes  {part.name}")
    return 0


def _failed(store: Path, recipe: Recipe | None) -> int:
    """One line for each file that is not, or not wholly, in the store."""
    with closing(_existing(store, recipe)) as engine:
        files = engine.catalog.ledger.all().values()
    for line in (line for file in files for line in _shortcomings(file)):
        print("".join(c if c.isprintable() else repr(c)[1:-1] for c in line))
    return 0


def _shortcomings(file: FileRecord) -> Iterator[str]:
    again = f"; tried {file.tries} times" if file.tries > 1 else ""
    again += f", next after {time.strftime('%H:%M', time.localtime(file.retry_after))}" if file.retry_after else ""
    if file.status == "skipped":
        yield f"skipped     {file.id}: {file.reason}"
    elif file.status == "failed":
        yield f"failed      {file.reason}{again}"
    else:
        yield from (f"in part     {line}" for line in file.reason.splitlines())


def _verify(_: Path, store: Path, recipe: Recipe | None) -> int:
    with closing(_existing(store, recipe)) as engine:
        verdict = verify(engine)
    for problem in verdict.problems:
        warn(f"problem: {problem}")
    if verdict.problems:
        raise StoreError(f"{store}: is damaged; {way_out(store / CATALOG_FILE)}")
    counts = verdict.counts
    print(f"sound: {counts.documents} documents, {counts.passages} passages, both indexes agree with the catalog")
    print("clean: no vector, word or text of removed documents is left in any file of the store")
    for name in verdict.strangers:
        warn(f"not checked: {name} is no file of the store")
    return 0


def _existing(store: Path, recipe: Recipe | None) -> SearchEngine:
    if not holds_store(store):
        raise StoreError(f"{store}: holds no store; make one with `python -m index sync --corpus DIR`")
    return SearchEngine(store, recipe)


def _summary(report: SyncReport) -> str:
    if not (report.added or report.changed or report.deleted):
        return f"unchanged: {report.unchanged} documents, {report.passages} passages; nothing was embedded"
    return (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.deleted)} deleted, "
        f"{report.unchanged} unchanged; {report.passages} passages, {report.embedded} embedded"
    )


def _warn(report: SyncReport) -> None:
    for each in report.skipped:
        warn(f"skipped: {each.id}: {each.reason}")
    for failure in report.failures:
        warn(f"left out: {failure}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else sum(_size(part) for part in path.iterdir())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description="Keep an index in step with a folder.")
    parser.add_argument("command", choices=("sync", "status", "verify", "watch"))
    parser.add_argument("--corpus", type=Path, default=SAMPLE_CORPUS, metavar="DIR", help="folder of documents")
    parser.add_argument("--store", type=Path, metavar="DIR", help="where the index lies (a folder below index/store)")
    parser.add_argument("--embedder", metavar="NAME", help="model name or folder")
    parser.add_argument("--passage-tokens", type=int, metavar="N", help="length of a passage")
    parser.add_argument("--overlap-tokens", type=int, metavar="N", help="what passages share")
    parser.add_argument("--rebuild", action="store_true", help="sync, watch: start anew")
    parser.add_argument("--failed", action="store_true", help="status: files that are not in the store, and why")
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
