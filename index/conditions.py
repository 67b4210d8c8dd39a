"""Limits as the catalog's SQL has them: conditions on a document d and on a passage p of it."""

from index.where import Where, page_range

_DATED = {"after": ">=", "before": "<"}
_FIELD = "EXISTS (SELECT 1 FROM fields f WHERE f.document = d.key AND f.name ="


def conditions(where: Where) -> tuple[list[str], dict[str, str | int]]:
    """The conditions, of which all must hold, and the values of their parameters."""
    found = [_condition(key, value, place) for place, (key, value) in enumerate(where.limits)]
    return [sql for sql, _ in found], {name: value for _, values in found for name, value in values.items()}


def _condition(key: str, value: str, place: int) -> tuple[str, dict[str, str | int]]:
    """One limit; its place makes the names of its parameters its own."""
    name = f"value{place}"
    if key == "page":
        return _on_pages(*page_range(value), place)
    if key == "folder":
        return f"substr(d.id, 1, length(:{name})) = :{name}", {name: f"{value}/"}
    if key in _DATED:
        return f"{_FIELD} 'date' AND f.value {_DATED[key]} :{name})", {name: value}
    return f"{_FIELD} :key{place} AND instr(f.value, :{name}))", {f"key{place}": key, name: value.casefold()}


def _on_pages(first: int, last: int, place: int) -> tuple[str, dict[str, str | int]]:
    """Of a document that has no pages but is one, such as a record of a scan, its field `page` tells."""
    begin, end = (f"json_extract(d.pages, '$[' || :{name}{place} || ']')" for name in ("before", "last"))
    is_one = f"d.pages = '[]' AND {_FIELD} 'page' AND CAST(f.value AS INTEGER) BETWEEN :first{place} AND :last{place})"
    sql = f"(p.start >= {begin} AND p.start < coalesce({end}, p.start + 1) OR {is_one})"
    return sql, {f"before{place}": first - 1, f"first{place}": first, f"last{place}": last}
