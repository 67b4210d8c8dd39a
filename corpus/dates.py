"""Dates as documents write them to `YYYY-MM-DD`, so that an index can compare them. An unclear date is no date."""

import re
from datetime import date
from email.utils import parsedate_to_datetime

_ISO = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?![\d-])")
_YEAR_FIRST = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b(?!-)")
_PDF = re.compile(r"\s*D:(\d{4})(\d{2})(\d{2})")
_PART_OF_YEAR = re.compile(r"\s*(\d{4})(?:[-/.](\d{1,2}))?\s*\Z")
_MONTHS = "january february march april may june july august september october november december".split()
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?[ .-]+(?:of +)?([A-Za-z]{3,9})[ .,-]+(\d{4})\b")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})\b")
_LONGEST = 100


def iso_date(written: str) -> str:
    """The day in a date, in ISO 8601; the first of its month or year where no day is given; empty if it is unclear.

    `11/12/2022` is unclear: half of the world reads it as November. The day is that of the writer's own clock.
    """
    if len(written) > _LONGEST:
        return ""
    for pattern in (_PDF, _ISO, _YEAR_FIRST):
        if found := pattern.match(written):
            return _valid(int(found[1]), int(found[2]), int(found[3]))
    if found := _PART_OF_YEAR.match(written):
        return _valid(int(found[1]), int(found[2] or 1), 1)
    if found := _DAY_FIRST.search(written):
        return _valid(int(found[3]), _month(found[2]), int(found[1]))
    if found := _MONTH_FIRST.search(written):
        return _valid(int(found[3]), _month(found[1]), int(found[2]))
    return ""


def mail_date(written: str) -> str:
    """The day in the `Date` of a mail (RFC 5322); empty if it is none."""
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return iso_date(written)


def with_comparable_date(metadata: dict[str, str]) -> dict[str, str]:
    """With `date` as `YYYY-MM-DD`; what was written stays as `date_written` where it says something else."""
    written = metadata.get("date", "")
    comparable = iso_date(written)
    if not written or (comparable and written.startswith(comparable)):
        return metadata | ({"date": comparable} if written else {})
    kept = {key: value for key, value in metadata.items() if key != "date"} | {"date_written": written}
    return kept | ({"date": comparable} if comparable else {})


def _month(name: str) -> int:
    starts = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3])]
    is_name = bool(starts) and (_MONTHS[starts[0] - 1].startswith(name.lower()) or name.lower() == "sept")
    return starts[0] if is_name else 0


def _valid(year: int, month: int, day_of_month: int) -> str:
    try:
        return date(year, month, day_of_month).isoformat()
    except ValueError:
        return ""
