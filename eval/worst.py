"""The questions that went worst in a saved run, and what their records show of why. Nothing is asked again."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.measures.answers import said
from eval.measures.citations import matches
from eval.saved import Record, SavedRun

MOST = 10
STAGES = {
    "dense": "by meaning",
    "lexical": "by the words of the passage (BM25)",
    "document": "by the words of the whole document (BM25)",
    "fused": "all searches together",
    "rerank": "read again and put in a new order",
}
"""What each stage ranks by, in the order in which they work."""
_SEARCHES = {"dense": "the dense search", "lexical": "BM25", "document": "BM25 of whole documents"}
_RANKERS = {**_SEARCHES, "rerank": "reading again"}


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that fell short: its record (without the documents that were judged to be of no use), its score by
    the run's main measure, and why, a sentence each."""

    record: Record
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worst:
    """A run's misses, worst first, of `fell_short` questions in all, and the stages that ranked something in them."""

    run: SavedRun
    misses: tuple[Miss, ...]
    fell_short: int
    stages: tuple[str, ...]


def worst_questions(run: SavedRun, most: int = MOST) -> Worst:
    """At most so many questions with less than full marks, worst first, equals by id; only they are kept in memory."""
    scores = run.scores.get(run.main_measure, {})
    short = sorted((score, question) for question, score in scores.items() if score < 1)
    wanted = {question for _, question in short[:most]}
    records: dict[str, Record] = {}
    for record in run.records():
        if record["id"] in wanted:
            records[record["id"]] = _wanting(record)
        if len(records) == len(wanted):
            break
    stages = _stages(list(records.values()))
    misses = [Miss(records[each], score, reasons(records[each], stages)) for score, each in short if each in records]
    return Worst(run, tuple(misses), len(short), stages)


def _wanting(record: Record) -> Record:
    wanted = record["wanted"]
    return record | {"wanted": wanted | {"documents": [each for each in wanted["documents"] if each["grade"] > 0]}}


def reasons(record: Record, stages: Sequence[str]) -> tuple[str, ...]:
    """What the record shows of why it fell short, a sentence each; `stages` are those that ran."""
    return (*_of_answering(record), *_of_finding(record, stages))


def _of_answering(record: Record) -> tuple[str, ...]:
    if "abstained" not in record:
        return ()
    answers, sure = record["wanted"]["answers"], f"confidence {record['confidence']:.2f}"
    if record["abstained"]:
        return _of_refusing(record, sure) if record["wanted"]["answerable"] is not False else ()
    if record["wanted"]["answerable"] is False:
        return (f"Answered although the documents do not say ({sure}).",)
    missing = [fact[0] for fact in answers if fact and not said(record["answer"], [fact])]
    lacks = [f"The answer lacks {_listed(missing)}."] if missing else []
    return (*lacks, *_of_quoting(record))


def _of_refusing(record: Record, sure: str) -> tuple[str, ...]:
    answers, guess = record["wanted"]["answers"], (record.get("guess") or {}).get("answer")
    if not record["hits"]:
        return ("Refused: there were no passages to answer from.",)
    refused = f"Refused: {sure} was below the threshold."
    if not guess or not answers:
        return (refused,)
    held = "What it held back was right." if said(guess, answers) else "What it held back was not right either."
    return (refused, held)


def _of_quoting(record: Record) -> tuple[str, ...]:
    """Whether the words that were quoted are those that prove the answer."""
    evidence = [(each["document_id"], each["start"], each["end"]) for each in record["wanted"]["evidence"]]
    quotes = [(each["document_id"], each["quote_start"], each["quote_end"]) for each in record["citations"]]
    if not evidence or any(matches(quote, span) for quote in quotes for span in evidence):
        return ()
    proving = {document for document, _, _ in evidence}
    elsewhere = not proving & {document for document, _, _ in quotes}
    quoted = "was from another" if elsewhere else "was another"
    if record["hits"] and record["hits"][0]["document_id"] in proving:
        return (f"The wanted document came first, but the sentence quoted {quoted}.",)
    return (f"The sentence quoted {'was from another document' if elsewhere else 'does not prove the answer'}.",)


def _of_finding(record: Record, stages: Sequence[str]) -> tuple[str, ...]:
    """Where the searches put the wanted documents, and what stands in their place."""
    documents = record["wanted"]["documents"]
    if not documents or record["wanted"]["answerable"] is False:
        return ()
    found = [each for each in documents if each["ranks"]]
    if not found:
        none = f"None of the {len(documents)} wanted documents was found."
        return ("The wanted document was not found." if len(documents) == 1 else none,)
    best = min(found, key=lambda each: (_place(each), each["document_id"]))
    lost = len(documents) - len(found)
    name = "The wanted document" if len(documents) == 1 else f"“{best['title']}”, the best placed wanted document,"
    sentences = [f"{name} {_found_by(best, stages)}.", *_ahead(record, best)]
    if lost:
        sentences.append(f"{lost} of {len(documents)} wanted documents {'was' if lost == 1 else 'were'} not found.")
    return (*sentences, *_evidence_place(record))


def _found_by(document: Record, stages: Sequence[str]) -> str:
    """`was found by the dense search (rank 14) but not by BM25; fused, it came to place 22`."""
    ranks = document["ranks"]
    searches = [stage for stage in _SEARCHES if stage in stages]
    by = [f"{_SEARCHES[stage]} (rank {ranks[stage]:,})" for stage in searches if stage in ranks]
    missed = [_SEARCHES[stage] for stage in searches if stage not in ranks]
    parts = [f"was found by {_listed(by)}"] if by else []
    if by and missed:
        parts[0] += f" but not by {_listed(missed, 'or')}"
    last = [stage for stage in ("fused", "rerank") if stage in ranks]
    places = {"fused": "fused", "rerank": "reranked"}
    if last:
        came = f"came to place {_place(document):,}"
        parts.append(f"{places[last[-1]]}, it {came}" if by else came)
    return "; ".join(parts) or "was found"


def _ahead(record: Record, wanted: Record) -> tuple[str, ...]:
    """Which stages put the document that came first before the wanted one, where it was not wanted itself."""
    first = next(iter(record["hits"]), None)
    if first is None or first["document_id"] in {each["document_id"] for each in record["wanted"]["documents"]}:
        return ()
    ranks = [
        f"{_RANKERS[stage]} ({rank:,} against {wanted['ranks'].get(stage, 'none')})"
        for stage, rank in first["ranks"].items()
        if stage in _RANKERS and rank < wanted["ranks"].get(stage, rank + 1)
    ]
    return (f"“{first['document_id']}” came first: {_listed(ranks)} put it ahead.",) if ranks else ()


def _evidence_place(record: Record) -> tuple[str, ...]:
    """At which hit the first passage with evidence stands, if it is not the first."""
    evidence = [(each["document_id"], each["start"], each["end"]) for each in record["wanted"]["evidence"]]
    for place, hit in enumerate(record["hits"], start=1):
        if any(matches((hit["document_id"], hit["start"], hit["end"]), span) for span in evidence):
            return (f"The first passage that holds evidence came to place {place:,}.",) if place > 1 else ()
    return ("No passage that was kept holds the evidence.",) if evidence else ()


def _place(document: Record) -> int:
    """Where a document came among documents; in runs of before that was kept, its best passage among passages."""
    ranks = document["ranks"]
    return int(document.get("place") or ranks.get("rerank", ranks.get("fused", min(ranks.values()))))


def _stages(records: Sequence[Record]) -> tuple[str, ...]:
    seen = {stage for each in records for hit in each["hits"] for stage in hit["ranks"]}
    seen |= {stage for each in records for document in each["wanted"]["documents"] for stage in document["ranks"]}
    return (*(stage for stage in STAGES if stage in seen), *sorted(seen - STAGES.keys()))


def _listed(texts: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
