"""PPTX, through python-pptx, whose parser resolves no entities: a slide is a page, its notes stand at its end."""

import io
from collections.abc import Iterator
from typing import Any

from corpus.formats.flow import flow, paged
from corpus.formats.office import opened_office, stated
from corpus.formats.piece import Content, File, Piece
from corpus.formats.table import lines

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def slide_show(file: File) -> Iterator[Piece]:
    """The text of every slide, its tables, charts and notes; hidden slides keep their number and are read, too."""
    from pptx import Presentation

    archive = opened_office(file, "ppt/presentation.xml")
    show = Presentation(io.BytesIO(file.data))
    slides = list(show.slides)
    if len(slides) > file.limits.pages:
        raise file.over("pages", f"holds {len(slides):,} slides, over {file.limits.pages:,}", "split it")
    text, pages = paged(flow(_blocks(slide)) for slide in slides)
    if not text:
        raise file.refused("its slides hold no text, only pictures if anything; add text to it")
    first = slides[0].shapes.title
    title = first.text_frame.text if first is not None else ""
    yield Content(text, stated(file, archive, title), pages)


def _blocks(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    if title is not None:
        yield title.text_frame.text
    for shape in slide.shapes:
        if title is None or shape.shape_id != title.shape_id:
            yield from _text(shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield slide.notes_slide.notes_text_frame.text


def _text(shape: Any) -> Iterator[str]:
    if hasattr(shape, "shapes"):  # a group
        for inner in shape.shapes:
            yield from _text(inner)
    elif shape.has_text_frame:
        yield shape.text_frame.text
    elif getattr(shape, "has_table", False):
        yield from lines([[" ".join(cell.text.split()) for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart.element)


def _chart(chart: Any) -> Iterator[str]:
    """Its titles, and what it shows as a table: a row for each category."""
    for title in chart.iter(_C + "title"):
        yield "".join(run.text or "" for run in title.iter(_A + "t"))
    series = list(chart.iter(_C + "ser"))
    names = [_points(each, "tx").get(0, "") for each in series]
    values = [_points(each, "val") for each in series]
    categories = _points(series[0], "cat") if series else {}
    yield from lines(
        [["", *names], *([name, *(each.get(at, "") for each in values)] for at, name in categories.items())]
    )


def _points(series: Any, of: str) -> dict[int, str]:
    """What a chart keeps of its worksheet, by place."""
    points = (point for part in series.iterfind(_C + of) for point in part.iter(_C + "pt"))
    return {int(point.get("idx", 0)): point.findtext(_C + "v") or "" for point in points}
