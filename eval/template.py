"""HTML templates, filled in. All that is filled in is foreign text and is escaped."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.excerpt import excerpt, shortened
from eval.explain import explanation, written
from eval.saved import Record

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def rendered(template: Path, **values: object) -> str:
    """The HTML of a template with these values; what it includes lies beside it."""
    return _UNPRINTABLE.sub("\ufffd", _environment(template.parent).get_template(template.name).render(values))


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shortened": shortened, "explained": explanation, "flat": flat, "signed": signed}
    environment.globals |= {"excerpt": excerpt, "titles": titles, "written": written}
    return environment


def signed(value: float) -> str:
    """`+0.031` or `−0.031`; what rounds to nothing has no sign."""
    text = f"{value:+.3f}".replace("-", "−")
    return text if text[1:] != "0.000" else "0.000"


def titles(record: Record) -> dict[str, str]:
    """The titles of documents, by id, as far as the record names them."""
    named = [*record["wanted"]["documents"], *record.get("citations", ())]
    return {each["document_id"]: each["title"] for each in named if each.get("title")}


def flat(value: object, name: str = "") -> list[tuple[str, str]]:
    """A value out of JSON as (name, text) pairs, the names of what is nested joined by ` · `."""
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in flat(inner, f"{name} · {key}" if name else str(key))]
    if isinstance(value, list):
        return [(name, ", ".join(map(str, value)) or "none")]
    return [(name, str(value))]
