"""What an evaluator points at, whatever its layout, to a benchmark: decides by the files that are there."""

from dataclasses import replace
from pathlib import Path

from corpus.errors import DataError
from eval.benchmark import Benchmark
from eval.sets.beir import DEFAULT_SPLIT, load_beir
from eval.sets.conversations import load_conversations
from eval.sets.gold import load_gold
from eval.sets.multihop import CORPUS, QUESTIONS, load_multihop
from eval.sets.named import load_named
from eval.sets.rows import mended
from eval.sets.spans import load_spans
from eval.sets.squad import load_squad
from index.place import SAMPLE_CORPUS

_NAMED = "irds:"
_LAYOUTS = (
    "a folder with corpus.jsonl, queries.jsonl and qrels (BEIR); with conversations.jsonl and corpus.jsonl (MTRAG); "
    f"with {QUESTIONS} and {CORPUS} (MultiHop-RAG); with questions.jsonl and texts (spans); with one SQuAD file; "
    f"or a .json file (SQuAD); a .jsonl file (gold); {_NAMED}NAME (ir_datasets)"
)


def load_benchmark(data: str, split: str = DEFAULT_SPLIT, corpus: Path | None = None) -> Benchmark:
    """The benchmark in a file or folder, or of a name. `corpus` is the folder of documents of a gold file.

    Raises DataError if the layout is none that is understood, has no such split, or holds what cannot be used.
    """
    if data != mended(data):
        raise DataError(f"{data!a:.200}: the name is not valid UTF-8; rename it")
    if data.startswith(_NAMED):
        _refuse_split(data, split)
        return load_named(data.removeprefix(_NAMED))
    path = Path(data)
    try:
        if path.is_dir():
            return _load_folder(path, split)
        if path.is_file():
            return _load_file(path, split, corpus)
    except OSError as error:
        raise DataError(f"{data!r:.200}: cannot be read ({error.strerror}); check its name and permissions") from error
    raise DataError(f"{data!r:.200}: there is no such file or folder; give {_LAYOUTS}")


def _load_folder(folder: Path, split: str) -> Benchmark:
    if _has(folder, "conversations.jsonl"):
        return load_conversations(folder, split)
    if _has(folder, CORPUS, QUESTIONS):
        _refuse_split(folder, split)
        return load_multihop(folder)
    if _has(folder, "questions.jsonl"):
        _refuse_split(folder, split)
        return load_spans(folder)
    if _has(folder, "corpus.jsonl"):
        return load_beir(folder, split)
    files = [path for path in folder.glob("*.json") if path.is_file()]
    if len(files) == 1:
        _refuse_split(folder, split)
        return replace(load_squad(files[0]), name=folder.resolve().name)
    if any(folder.glob("queries*.jsonl")) or any(folder.glob("qrels*")):
        raise DataError(f"{folder}: has no corpus.jsonl beside its queries and qrels; put the documents there")
    raise DataError(f"{folder}: is laid out in no way that is understood; give {_LAYOUTS}")


def _load_file(path: Path, split: str, corpus: Path | None) -> Benchmark:
    _refuse_split(path, split)
    if path.suffix.lower() == ".json":
        return load_squad(path)
    if path.suffix.lower() == ".jsonl":
        return load_gold(path, corpus or SAMPLE_CORPUS)
    raise DataError(f"{path}: is a file of no kind that is understood; give {_LAYOUTS}")


def _has(folder: Path, *names: str) -> bool:
    return all((folder / name).is_file() for name in names)


def _refuse_split(data: Path | str, split: str) -> None:
    """Only folders with judgements by split have any: whoever asks for one must not get the whole unawares."""
    if split != DEFAULT_SPLIT:
        raise DataError(f"{data}: has no splits in this layout; leave out --split {split}")
