"""Figures held against limits: `--fail-under ndcg@10=0.72` makes a measurement a gate."""

from collections.abc import Mapping, Sequence

from corpus.errors import DataError

FAILED = 1


def limits(texts: Sequence[str]) -> dict[str, float]:
    """Limits by name, from `name=number` texts. Raises DataError for one that is none."""
    found = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            name = ""
        if not name.strip():
            raise DataError(f"--fail-under {text}: give a figure's name and a number, such as ndcg@10=0.72")
    return found


def check_known(wanted: Mapping[str, float], figures: Mapping[str, float]) -> None:
    """Raises DataError for a limit on a figure that there is not."""
    known = {_plain(name) for name in figures}
    for name in wanted:
        if _plain(name) not in known:
            raise DataError(f"--fail-under {name}: there is no such figure; there are {', '.join(figures)}")


def shortfalls(wanted: Mapping[str, float], figures: Mapping[str, float]) -> list[str]:
    """What is below its limit, in words; a limit that is met exactly is met."""
    check_known(wanted, figures)
    by_name = {_plain(name): (name, value) for name, value in figures.items()}
    found = [(*by_name[_plain(name)], limit) for name, limit in wanted.items()]
    return [f"{name} is {value:.4f}, below {limit:g}" for name, value, limit in found if value < limit]


def _plain(name: str) -> str:
    """Names as people type them: `ndcg@10`, `refusal_recall`."""
    return "".join(name.lower().replace("_", " ").replace("-", " ").split())
