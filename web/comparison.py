"""Two saved runs side by side as HTML: what differs, how sure that is, and which questions changed."""

from collections.abc import Sequence
from pathlib import Path

from eval.compare import SURE_BELOW, Changed, Difference, changed, compare, records_of
from eval.explain import better
from eval.saved import SavedRun
from eval.settings import AS_SHIPPED
from eval.show import changed_settings
from eval.template import rendered

TEMPLATE = Path(__file__).with_name("comparison.html.jinja")

MOST = 10
"""So many losses and so many gains are shown."""


def comparison_html(first: SavedRun, second: SavedRun) -> str:
    """Raises DataError if the runs cannot be compared, or their records not be read."""
    differences, questions = compare(first, second), changed(first, second)
    shown = _ends(questions)
    records = records_of(first, {each.id for each in shown})
    return rendered(
        TEMPLATE,
        first=first,
        second=second,
        settings=[changed_settings(run.manifest) or AS_SHIPPED for run in (first, second)],
        differences=differences,
        verdict=verdict(differences),
        below=SURE_BELOW,
        count=len(questions),
        questions=[(each, records[each.id]["question"] if each.id in records else each.id) for each in shown],
        most=MOST,
    )


def verdict(differences: Sequence[Difference]) -> str:
    """One sentence: by how many measures B is better or worse, and surely so."""
    sure = [each for each in differences if each.is_sure]
    ups = sum((each.change > 0) == (better(each.measure) != "lower") for each in sure)
    if not sure:
        return f"Of {len(differences)} measures none differs by more than chance may explain."
    parts = [f"better by {ups}" if ups else "", f"worse by {len(sure) - ups}" if ups < len(sure) else ""]
    return f"Of {len(differences)} measures, B is surely {' and '.join(filter(None, parts))}."


def _ends(questions: Sequence[Changed]) -> list[Changed]:
    """The largest losses and the largest gains."""
    return list(questions) if len(questions) <= 2 * MOST else [*questions[:MOST], *questions[-MOST:]]
