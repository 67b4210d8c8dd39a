"""XLSX and CSV to rows that can be read by themselves: `Header: value; Header: value`, each a paragraph.

A formula of a workbook is the value that was last computed, one of a CSV is text; nothing is computed here.
"""

import csv
import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import Any

from corpus.decode import decode
from corpus.formats.flow import flow, paged
from corpus.formats.office import opened_office, stated
from corpus.formats.piece import Content, File, Piece
from corpus.formats.table import lines

_MOST_ROWS_OF_A_SHEET = 1_048_576  # a row that claims a higher number would be led up to by that many empty ones
_DELIMITERS = ",;\t|"
_LINES_THAT_TELL = 20


def workbook(file: File) -> Iterator[Piece]:
    """Every sheet is a page; where there are several, each begins with its name."""
    archive = opened_office(file, "xl/workbook.xml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and charts, which hold no text
        sheets = _sheets(file)
    several = sum(bool(rows) for _, rows in sheets) > 1
    text, pages = paged(flow([name if several and rows else "", *rows]) for name, rows in sheets)
    yield Content(text, stated(file, archive), pages)


def _sheets(file: File) -> list[tuple[str, list[str]]]:
    """(name, rows as lines) of each sheet, hidden ones included, read row by row."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(file.data), read_only=True, data_only=True, keep_links=False)
    if len(book.worksheets) > file.limits.pages:
        raise file.over("pages", f"holds {len(book.worksheets):,} sheets, over {file.limits.pages:,}", "split it")
    rows_left = file.limits.table_rows
    sheets: list[tuple[str, list[str]]] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # it may claim a million columns
        rows = _counted(file, sheet.iter_rows(), rows_left)
        sheets.append((sheet.title, list(lines([_value(cell) for cell in row] for row in rows))))
        rows_left -= len(sheets[-1][1])
    book.close()
    return sheets


def separated_values(file: File) -> Iterator[Piece]:
    """CSV and TSV; the delimiter is the one that cuts the first lines into the same number of cells."""
    decoded = decode(file.id, file.data)
    delimiter = "\t" if file.suffix == ".tsv" else _delimiter(decoded.text)
    try:
        reader = csv.reader(io.StringIO(decoded.text, newline=""), delimiter=delimiter)
        rows = ([" ".join(cell.split()) for cell in row] for row in reader)
        text = flow(lines(_counted(file, rows, file.limits.table_rows)))
    except csv.Error as error:
        raise file.refused(f"is not a table that can be read ({error}); save it anew as CSV") from error
    yield Content(text, decoded.metadata)


def _counted(file: File, rows: Iterable[Sequence[Any]], room: int) -> Iterator[Sequence[Any]]:
    """The rows that hold something, refused when they are more than there is room for."""
    for number, row in enumerate(rows):
        room -= any(getattr(cell, "value", cell) not in (None, "") for cell in row)
        if room < 0 or number >= _MOST_ROWS_OF_A_SHEET:
            raise file.over("table_rows", f"over {file.limits.table_rows:,} rows", "split it into smaller tables")
        if row:
            yield row


def _delimiter(text: str) -> str:
    """Read with each delimiter, the first lines tell: as many rows as possible of the same, largest width."""
    start = "\n".join(text.split("\n", _LINES_THAT_TELL)[:_LINES_THAT_TELL])

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return max(_DELIMITERS, key=fit)


def _value(cell: Any) -> str:
    """A value as a person would write it: no `12.0` for 12, no midnight for a day."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        is_percentage = "%" in (cell.number_format or "")
        return f"{value * 100:.10g}%" if is_percentage else f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return " ".join(str(value).split())
