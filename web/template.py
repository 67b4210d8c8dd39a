"""The templates of the Evaluate tab, filled in. All that is filled in is foreign text and is escaped."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.excerpt import excerpt, shortened
from eval.explain import explanation, written
from eval.report import flat, titles

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def rendered(name: str, **values: object) -> str:
    """The HTML of a template beside this file."""
    return _UNPRINTABLE.sub("\ufffd", _environment().get_template(f"{name}.html.jinja").render(values))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shortened": shortened, "flat": flat, "explained": explanation, "signed": signed}
    environment.globals |= {"excerpt": excerpt, "titles": titles, "written": written}
    return environment


def signed(value: float) -> str:
    """`+0.031` or `−0.031`; what rounds to nothing has no sign."""
    text = f"{value:+.3f}".replace("-", "−")
    return text if text[1:] != "0.000" else "0.000"
