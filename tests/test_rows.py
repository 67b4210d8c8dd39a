"""Files of JSON and lines, and what is said of what is wrong with them."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import DataError
from eval.sets.rows import Row, distinct, hashes, mended, read_json, read_lines, read_rows, shown


def _file(folder: Path, content: str | bytes) -> Path:
    path = folder / "rows.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _row(**fields: object) -> Row:
    return Row("rows.jsonl", "line 3", fields)


def test_rows_are_read_with_their_line_and_blank_lines_count(tmp_path: Path) -> None:
    rows = list(read_rows(_file(tmp_path, '{"a": 1}\n\n \t\n{"a": 2}')))
    assert [(row.place, row.fields) for row in rows] == [("line 1", {"a": 1}), ("line 4", {"a": 2})]


def test_the_line_ends_and_the_mark_that_windows_writes_are_no_part_of_a_line(tmp_path: Path) -> None:
    path = _file(tmp_path, b'\xef\xbb\xbf{"a": "x"}\r\n{"a": "y"}\r\n')
    assert [line for _, line in read_lines(path)] == ['{"a": "x"}', '{"a": "y"}']
    assert [row.fields for row in read_rows(path)] == [{"a": "x"}, {"a": "y"}]


def test_a_whole_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert read_json(_file(tmp_path, b'\xef\xbb\xbf{"a":\r\n1}\r\n')).fields == {"a": 1}


def test_line_separators_inside_a_text_do_not_end_a_line(tmp_path: Path) -> None:
    (row,) = read_rows(_file(tmp_path, json.dumps({"a": "One\u2028two\x85three."}, ensure_ascii=False)))
    assert row.text("a") == "One\u2028two\x85three."


def test_a_list_at_the_top_is_read_by_its_entries(tmp_path: Path) -> None:
    rows = read_json(_file(tmp_path, '[{"a": "x"}, {"a": "y"}]')).rows("entry")
    assert [(row.place, row.text("a")) for row in rows] == [("entry 0", "x"), ("entry 1", "y")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"a": ', "line 2: is not valid JSON"),
        ("[]", "line 2: must be a JSON object"),
        ("7", "line 2: must be a JSON object"),
        ("null", "line 2: must be a JSON object"),
        ("\0\0\0", "line 2: is not valid JSON"),
        ("[" * 100_000, "line 2: is JSON with a number too long or lists too deep"),
        ('{"a": ' + "9" * 10_000 + "}", "line 2: is JSON with a number too long"),
        (b'{"a": "\xff"}', "line 2: is not UTF-8 text"),
        (b'{"a": "\xed\xa0\x80"}', "line 2: is not UTF-8 text"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str | bytes, said: str) -> None:
    path = _file(tmp_path, b'{"a": 1}\n' + (line if isinstance(line, bytes) else line.encode()))
    with pytest.raises(DataError, match=rf"rows\.jsonl, {said}"):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"a": 1,\n "b": }', "line 2: is not valid JSON"),
        (b'{"a": 1,\n\n "b": "\xff"}', "line 3: is not UTF-8 text"),
        ("", "line 1: is not valid JSON"),
        ("[" * 100_000, "line 1: is JSON with .* too deep"),
    ],
)
def test_the_line_of_a_fault_in_a_whole_file_is_named(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(DataError, match=rf"rows\.jsonl, {said}"):
        read_json(_file(tmp_path, content))


def test_a_whole_file_is_an_object_or_a_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"rows\.jsonl: must be a JSON object or list"):
        read_json(_file(tmp_path, '"text"'))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for read in (lambda path: list(read_rows(path)), read_json, lambda path: hashes(tmp_path, [path])):
        with pytest.raises(DataError, match=r"absent\.jsonl: cannot be read \(No such file"):
            read(tmp_path / "absent.jsonl")
        with pytest.raises(DataError, match=r"cannot be read"):
            read(tmp_path)


def test_lines_are_read_only_as_far_as_they_are_wanted(tmp_path: Path) -> None:
    rows = read_rows(_file(tmp_path, '{"a": 1}\nno JSON'))
    assert next(rows).fields == {"a": 1}


def test_half_surrogates_become_a_character_that_can_be_stored_and_pairs_stay_whole(tmp_path: Path) -> None:
    (row,) = read_rows(_file(tmp_path, r'{"a": "x\ud800y", "b": ["\udc00"], "\uDBFF": "\ud83d\ude00"}'))
    assert row.fields == {"a": "x\ufffdy", "b": ["\ufffd"], "\ufffd": "😀"}


@given(st.lists(st.text(max_size=5), min_size=1), st.characters(categories=["Cs"]))
def test_mending_keeps_offsets_and_changes_nothing_else(texts: list[str], half: str) -> None:
    assert mended(f" {half} ".join(texts)) == " \ufffd ".join(texts)
    assert mended(half + texts[0]) == "\ufffd" + texts[0]


@pytest.mark.parametrize(
    ("fields", "read", "said"),
    [
        ({}, "text", "has no 'a'"),
        ({"a": None}, "text", "'a' must be text, and is null"),
        ({"a": 1}, "text", "'a' must be text, and is a whole number"),
        ({"a": ["x"]}, "optional", "'a' must be text, and is a list"),
        ({"a": " \n"}, "question", "'a' is empty"),
        ({"a": 1.5}, "identity", "'a' must be text, and is a number"),
        ({"a": True}, "identity", "'a' must be a whole number, and is true or false"),
        ({"a": ""}, "identity", "'a' is empty"),
        ({"a": "x y"}, "token", "the id 'x y' holds white space"),
        ({"a": "x\u00a0y"}, "token", ".* holds white space"),
        ({"a": "3"}, "whole", "'a' must be a whole number, and is text"),
        ({"a": False}, "whole", "'a' must be a whole number, and is true or false"),
        ({"a": "true"}, "flag", "'a' must be true or false, and is text"),
        ({"a": "x"}, "texts", "'a' must be a list, and is text"),
        ({"a": [1]}, "texts", "'a' must be a list of texts"),
        ({"a": ["x"]}, "spellings", "'a' must be a list, and is text"),
        ({"a": [[]]}, "spellings", "'a' must be a list of lists of texts, and none of them empty"),
        ({"a": [["x", " "]]}, "spellings", ".* none of them empty"),
        ({"a": {}}, "rows", "'a' must be a list, and is an object"),
    ],
)
def test_what_is_of_the_wrong_kind_is_named_with_its_line(fields: dict[str, object], read: str, said: str) -> None:
    with pytest.raises(DataError, match=f"^rows.jsonl, line 3: {said}"):
        getattr(_row(**fields), read)("a")


def test_the_place_of_an_object_in_a_list_is_counted_from_0() -> None:
    with pytest.raises(DataError, match=r"^rows.jsonl, line 3, a 1: must be a JSON object$"):
        _row(a=[{}, "x"]).rows("a")


def test_numbers_as_ids_are_read_as_text() -> None:
    assert (_row(a=7).token("a"), _row(a="7").token("a"), _row(a="a b").identity("a")) == ("7", "7", "a b")


def test_optional_text_is_empty_where_there_is_none_or_null() -> None:
    assert (_row().optional("a"), _row(a=None).optional("a"), _row(a="x").optional("a")) == ("", "", "x")


def test_a_name_that_comes_again_is_refused_with_both_places() -> None:
    rows = [Row("rows.jsonl", f"line {number}", {"a": name}) for number, name in ((3, "x"), (4, "y"), (9, "x"))]
    with pytest.raises(DataError, match=r"rows\.jsonl, line 9: the id 'x' stands already on line 3"):
        list(distinct(rows, lambda row: row.text("a")))
    assert [name for name, _ in distinct(rows[:2], lambda row: row.text("a"))] == ["x", "y"]


def test_a_long_name_is_quoted_in_one_short_line() -> None:
    assert len(shown("x\n" * 10_000)) < 150
    assert "\n" not in shown("x\ny")


def test_hashes_are_sha256_by_the_path_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.txt").write_bytes(b"abc")
    assert hashes(tmp_path, [tmp_path / "below" / "a.txt"]) == {"below/a.txt": hashlib.sha256(b"abc").hexdigest()}
