"""`eval/RESULTS.md`: the current version on the open sets, beside published references and the bare searches."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from corpus.errors import DataError
from eval.compare import compare
from eval.perform import RUNS, perform
from eval.progress import followed
from eval.saved import SavedRun
from eval.sets.load import load_benchmark
from eval.settings import Settings
from eval.system import Embedders, Step
from eval.task import Task
from index.embed import SentenceEmbedder
from index.files import write_file
from index.place import ROOT

RESULTS = ROOT / "eval" / "RESULTS.md"
SHIPPED = Settings()
FUSED = replace(SHIPPED, rerank=0.0)
SYSTEMS = {
    "BM25 of whole documents": replace(FUSED, dense=0.0, lexical=0.0, document=1.0),
    "BM25 of passages": replace(FUSED, dense=0.0, lexical=1.0, document=0.0),
    "dense, MiniLM": replace(FUSED, dense=1.0, lexical=0.0, document=0.0, feedback=0.0),
    "fused by ranks (RRF)": replace(FUSED, fusion="rrf", feedback=0.0),
    "fused, not reranked": FUSED,
    "never refusing": replace(SHIPPED, threshold=0.0),
    "as shipped": SHIPPED,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure that somebody else measured, and where it is published."""

    system: str
    figures: dict[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """One set: what is measured on it, with which systems, and what others have measured.

    `data` is below the data folder; a gold file of this project's, and the `corpus` that it asks, are below its root.
    """

    heading: str
    kind: str
    data: str
    figures: tuple[str, ...]
    role: str
    systems: tuple[str, ...] = ("as shipped",)
    references: tuple[Reference, ...] = ()
    given: bool = False
    corpus: str = ""

    @property
    def is_own(self) -> bool:
        return self.kind == "gold"


_OWN = "measured with bm25s and sentence-transformers on the same data, outside this project"
_MTEB = "the model's card (MTEB)"
_BLIND = (
    "written by a language model that was shown the articles alone, and not trained on; the threshold was chosen with "
    "it in view"
)
_GOLD = (
    "right", "right answers", "right and cited", "refusal precision", "refusal recall", "refusal AUROC", "AURC", "ECE",
    "exact quotes",
)  # fmt: skip
SECTIONS = (
    Section(
        "SciFact, test: is a scientific claim's abstract found?", "retrieval", "scifact",
        ("nDCG@10", "AP", "RR@10", "Success@1", "Success@5", "R@100"), "a reporting set",
        ("BM25 of whole documents", "dense, MiniLM", "fused by ranks (RRF)", "fused, not reranked", "as shipped"),
        (
            Reference("BM25 (bm25s), whole documents", {"nDCG@10": 0.679, "R@100": 0.913}, _OWN),
            Reference("dense, MiniLM, first 256 word pieces", {"nDCG@10": 0.645, "R@100": 0.925}, _OWN),
            Reference("weighted sum of the two", {"nDCG@10": 0.735, "R@100": 0.948}, _OWN),
            Reference("bge-small-en-v1.5", {"nDCG@10": 0.713}, _MTEB),
            Reference("snowflake-arctic-embed-m-v1.5", {"nDCG@10": 0.718}, _MTEB),
        ),
    ),
    Section(
        "TIME 1963: news articles", "retrieval", "time_news_1963",
        ("nDCG@10", "AP", "RR@10", "Success@1", "Success@5", "R@100"), "a tuning set",
        (
            "BM25 of whole documents", "BM25 of passages", "dense, MiniLM", "fused by ranks (RRF)",
            "fused, not reranked", "as shipped",
        ),
        (
            Reference("BM25 (bm25s), whole documents", {"nDCG@10": 0.744, "R@100": 0.954}, _OWN),
            Reference("weighted sum with dense windows", {"nDCG@10": 0.778, "R@100": 0.986}, _OWN),
        ),
    ),
    Section(
        "MTRAG, human conversations: follow-up questions", "conversations", "mtrag_human",
        ("nDCG@10", "nDCG@10, last turn", "nDCG@10, rewrite", "Success@5", "refusal recall"), "a tuning set",
        ("as shipped",),
        (
            Reference("BM25, last turn", {"nDCG@10, last turn": 0.623, "nDCG@10, rewrite": 0.648}, _OWN),
            Reference("dense, last turn", {"nDCG@10, last turn": 0.711}, _OWN),
        ),
    ),
    Section(
        "Chroma's chunking set: how much evidence is in 1,000 tokens of passages?", "splitting", "chroma_chunking",
        ("span recall", "span precision", "span IoU"), "a reporting set",
        ("BM25 of passages", "dense, MiniLM", "fused, not reranked", "as shipped"),
    ),
    Section(
        "Chroma's chunking set: is the passage found?", "retrieval", "chroma_chunking",
        ("passage nDCG@10", "passage Success@1", "passage Success@5", "passage R@20"), "a reporting set",
        ("BM25 of passages", "dense, MiniLM", "fused by ranks (RRF)", "fused, not reranked", "as shipped"),
    ),
    Section(
        "XQuAD, English: answers, searching all paragraphs", "answers", "xquad_en",
        ("right answers", "exact match", "F1", "answered", "citation precision", "citation recall", "exact quotes"),
        "a reporting set",
    ),
    Section(
        "XQuAD, English: answers, reading the paragraph given (SQuAD's protocol)", "answers", "xquad_en",
        ("right answers", "exact match", "F1", "answered"), "a reporting set",
        ("never refusing", "as shipped"), given=True,
    ),
    Section(
        "The project's own gold set", "gold", "eval/data/sample.jsonl", _GOLD, "seen while settings were chosen",
        corpus="corpus/documents",
    ),
    Section(
        "The same articles, other questions", "gold", "eval/data/unseen.jsonl", _GOLD, _BLIND,
        corpus="corpus/documents",
    ),
    Section(
        "Invented news", "gold", "eval/data/news.jsonl", _GOLD, _BLIND,
        corpus="eval/data/news",
    ),
    Section(
        "The same news, as a quiz asks", "gold", "eval/data/news_quiz.jsonl", _GOLD, _BLIND,
        corpus="eval/data/news",
    ),
)  # fmt: skip


def write_results(
    data: Path,
    out: Path | None = None,
    runs: Path = RUNS,
    sections: Sequence[Section] = SECTIONS,
    embedders: Embedders = SentenceEmbedder,
) -> Path:
    """Measure every section and write the page; what is there already is not repeated, and a model is loaded once.

    Raises DataError, before anything is measured, if the folder lacks the data of a section.
    """
    missing = [each.data for each in sections if not each.is_own and not (data / each.data).exists()]
    if missing:
        raise DataError(f"{data}: lacks {', '.join(dict.fromkeys(missing))}; give the folder that holds the open sets")
    embedders = cache(embedders)
    parts = [followed(_section(each, data, runs, embedders)) for each in sections]
    out = out or RESULTS
    write_file(out, (_HEAD + "\n".join(parts)).encode())
    return out


def _section(section: Section, data: Path, runs: Path, embedders: Embedders) -> Generator[Step, None, str]:
    source: tuple[str, ...] = ()
    if section.is_own:
        benchmark = load_benchmark(str(ROOT / section.data), corpus=ROOT / section.corpus)
        source = ("--questions", section.data, "--corpus", section.corpus)
    else:
        benchmark = load_benchmark(str(data / section.data))
    measured: dict[str, SavedRun] = {}
    for name in section.systems:
        task = Task(section.kind, benchmark, SYSTEMS[name], given=section.given, source=source)
        measured[name] = yield from perform(task, runs / task.name(), embedders=embedders)
    return _written(section, measured)


def _written(section: Section, measured: dict[str, SavedRun]) -> str:
    shipped = measured["as shipped"]
    benchmark = shipped.manifest["benchmark"]
    lines = [
        f"## {section.heading}",
        "",
        f"{benchmark['documents']:,} documents, {benchmark['questions']:,} questions; {section.role}. "
        f"`{shipped.manifest['command']}`",
        "",
        _row(["", *section.figures, "against as shipped"]),
        _row(["---", *("--:" for _ in section.figures), "---"]),
    ]
    for name, run in measured.items():
        lines.append(_row([name, *_values(section.figures, run.figures), _against(section.figures[0], shipped, run)]))
    for each in section.references:
        lines.append(_row([f"*{each.system}*", *_values(section.figures, each.figures), each.source]))
    return "\n".join([*lines, ""])


def _values(names: Sequence[str], figures: Mapping[str, float]) -> list[str]:
    return [f"{figures[name]:.3f}" if name in figures else "" for name in names]


def _against(measure: str, shipped: SavedRun, run: SavedRun) -> str:
    """The difference with its interval, and how probably chance would make one as large."""
    if run.folder == shipped.folder:
        return ""
    each = {each.measure: each for each in compare(shipped, run)}[measure]
    p = f"p {each.p:.3f}" if each.p >= 0.001 else "p < 0.001"
    return f"{each.change:+.3f} [{each.low:+.3f}, {each.high:+.3f}], {p}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


_HEAD = """\
# Results

Written by `make results DATA=DIR`, which measures the current version on the open sets below that folder. Rows in
*italics* are other people's figures, with where they are published. Reporting sets were never trained or tuned on;
the fusion's weights were chosen on the tuning sets.
The last column holds the first figure against the shipped system's, question by question: difference, 95 % bootstrap
interval, p of the paired randomization test, adjusted for all measures (Holm).

"""
