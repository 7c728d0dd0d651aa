"""Files of rows as spreadsheets and scripts write them: encodings, quotes, and lines that are broken."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.errors import BadInput
from parcelwatch.verbs.encodings import LONGEST_LINE
from parcelwatch.verbs.records import Record, Source, open_source, records


def read(tmp_path: Path, content: bytes, name: str = "rows.csv") -> list[Record]:
    path = tmp_path / name
    path.write_bytes(content)
    return list(records(open_source(str(path))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_file_is_read_whatever_wrote_it(tmp_path: Path, encoding: str) -> None:
    (row,) = read(tmp_path, "快递单号,客户\r\n773456789012345,张伟\r\n".encode(encoding))
    assert row.cells == {"快递单号": "773456789012345", "客户": "张伟"}
    assert row.line == 2


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_sign_between_cells_is_found_out(tmp_path: Path, sign: str) -> None:
    (row,) = read(tmp_path, f"number{sign}order\nAB12345{sign}7\n".encode())
    assert row.cells == {"number": "AB12345", "order": "7"}


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;", "sep=;\r"])
def test_a_file_may_say_what_separates_its_cells(tmp_path: Path, first: str) -> None:
    (row,) = read(tmp_path, f"{first}\nnumber;a,b,c\nAB12345;1,2\n".encode())
    assert row.cells == {"number": "AB12345", "a,b,c": "1,2"}
    assert row.line == 3


def test_one_broken_line_spoils_no_other(tmp_path: Path) -> None:
    rows = read(tmp_path, "number,客户\nAB1,好\n".encode() + b"AB2,\xff\xfe\nAB3,ok\n")
    assert [(row.line, row.cells.get("number"), bool(row.fault)) for row in rows] == [
        (2, "AB1", False),
        (3, None, True),
        (4, "AB3", False),
    ]


def test_a_quoted_cell_may_hold_lines_and_the_next_row_knows_its_own(tmp_path: Path) -> None:
    rows = read(tmp_path, b'number,note\nAB1,"two\nlines"\nAB2,"a ""quote"""\n')
    assert [(row.line, row.cells["note"]) for row in rows] == [(2, "two\nlines"), (4, 'a "quote"')]


def test_a_quote_left_open_costs_one_row_and_not_the_file(tmp_path: Path) -> None:
    good = "".join(f"AB{at},x\n" for at in range(3, 200))
    rows = read(tmp_path, f'number,note\nAB2,"open\n{good}'.encode())
    assert rows[0].fault
    assert rows[0].line == 2
    assert len(rows) == 198
    assert not any(row.fault for row in rows[1:])


def test_an_inch_mark_is_no_quote(tmp_path: Path) -> None:
    rows = read(tmp_path, b'number,note\nAB1,5" screen\nAB2,7" screen\n')
    assert [row.cells["note"] for row in rows] == ['5" screen', '7" screen']


def test_more_cells_than_headings_are_a_fault_and_empty_ones_are_not(tmp_path: Path) -> None:
    extra, trailing = read(tmp_path, b"number,note\nAB1,x,y\nAB2,x,,\n")
    assert "3 cells under 2 headings" in extra.fault
    assert trailing.cells == {"number": "AB2", "note": "x"}


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    assert [row.line for row in read(tmp_path, b"number\n\nAB1\n,\nAB2\n")] == [3, 5]


def test_an_endless_line_is_a_fault_and_what_follows_is_read(tmp_path: Path) -> None:
    rows = read(tmp_path, b"number\n" + b"x" * (3 * LONGEST_LINE) + b"\nAB2\n")
    assert [(row.line, row.fault[:4]) for row in rows] == [(2, "the "), (3, "")]


def test_json_lines_keep_numbers_as_they_are_written(tmp_path: Path) -> None:
    text = '{"number": 7.7E+14}\n\n{"number": 773456789012345}\nno json\n[1]\n'
    rows = read(tmp_path, text.encode(), "rows.jsonl")
    assert [row.cells.get("number") for row in rows] == ["7.7E+14", "773456789012345", None, None]
    assert [row.line for row in rows] == [1, 3, 4, 5]
    assert [bool(row.fault) for row in rows] == [False, False, True, True]


def test_half_a_character_is_shown_as_a_question_mark_and_a_whole_one_stays(tmp_path: Path) -> None:
    rows = read(tmp_path, rb'{"text": "a\uDFFF \ud83d\ude00", "list": [{"\ud800": 12}]}', "rows.jsonl")
    assert rows[0].cells == {"text": "a? \N{GRINNING FACE}", "list": [{"?": "12"}]}


def test_brackets_without_end_are_a_fault(tmp_path: Path) -> None:
    (row,) = read(tmp_path, b'{"a":' + b"[" * 100_000, "rows.jsonl")
    assert row.fault


def test_json_lines_are_known_without_a_name() -> None:
    source = open_source("-", io.BytesIO(b'  {"number": "AB12345"}\n'))
    assert source.format == "jsonl"
    assert [row.cells for row in records(source)] == [{"number": "AB12345"}]


def test_one_json_list_is_read_as_its_items_each_where_it_stands(tmp_path: Path) -> None:
    text = '[ {"number": 773456789012345},\n\n  {"number": "AB2",\n   "goods": "a\u2028b, [c]"}, 7\n]\n'
    rows = read(tmp_path, text.encode(), "rows.json")
    assert [row.line for row in rows] == [1, 3, 4]
    assert [row.cells.get("number") for row in rows] == ["773456789012345", "AB2", None]
    assert rows[1].cells["goods"] == "a\u2028b, [c]"
    assert "not an object" in rows[2].fault
    assert read(tmp_path, '[{"number": "甲"}]'.encode("gb18030"), "rows")[0].cells == {"number": "甲"}
    assert not read(tmp_path, b"[ ]", "rows.json")


@given(st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=3), max_size=4), st.booleans())
def test_a_json_list_comes_back_as_it_went_in(items: list[dict[str, str]], indented: bool) -> None:
    content = json.dumps(items, indent=1 if indented else None).encode()
    if items:
        found = list(records(open_source("-", io.BytesIO(content))))
        assert [row.cells for row in found] == items


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"", "empty"),
        (b"[service]\nlisten = ''\n", "is TOML, as config.toml is; a table is wanted, as CSV or JSON lines"),
        (b"# ours\n[[couriers.a]]\n", "is TOML"),
        (b"<html><body>Sign in</body></html>\n", "is a web page or XML; a table is wanted"),
        (b"SQLite format 3\0\x10\0", "is an SQLite database; a table is wanted"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\nmore\n", "is a picture; a table is wanted"),
        (b'[{"number": "AB1"},\n{"number": ]', "is a JSON list that cannot be read from line 2 on"),
        (b"[\n  1", "is a JSON list that cannot be read from line 2 on"),
        (b"[" * 5000, "is a JSON list that cannot be read from line 1 on"),
    ],
)
def test_what_is_no_file_of_rows_is_refused_with_what_to_do(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        read(tmp_path, content, "rows")


@pytest.mark.parametrize(
    "content",
    [
        b"\0\1\2\n",
        b"\xff\xd8\n\xfe\xff\n\xff\xff\nend\n",
        "number,客户\n".encode("utf-16-le"),
    ],
)
def test_a_file_that_is_no_text_is_refused_once(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match="is no text in UTF-8 or GB18030"):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        open_source(str(tmp_path / "none.csv"))


@given(st.binary(max_size=400), st.sampled_from(["csv", "jsonl"]))
def test_whatever_bytes_a_file_holds_every_row_is_read_or_has_a_fault(content: bytes, kind: str) -> None:
    file = io.BytesIO(content)
    for encoding in ("utf-8", "gb18030"):
        try:
            found = list(records(Source(file, len(content), encoding, kind)))
        except BadInput:
            continue
        assert all(row.line >= 1 and (row.fault or row.cells) for row in found)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=8), min_size=1, max_size=5)
)
def test_json_lines_come_back_as_they_went_in(words: list[str]) -> None:
    content = "".join(json.dumps({"number": word}) + "\n" for word in words).encode()
    found = records(Source(io.BytesIO(content), len(content), "utf-8", "jsonl"))
    assert [row.cells["number"] for row in found] == words


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"code": 0, "data": [{"number": "A1"}, {"number": "A2"}]}, indent=2),
        json.dumps({"number": "A1"}, indent=1) + "\n" + json.dumps({"number": "A2"}, indent=1),
    ],
)
def test_json_over_many_lines_that_is_no_rows_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match="one object a line"):
        read(tmp_path, text.encode(), "rows.json")


def test_one_bad_line_of_json_spoils_no_other(tmp_path: Path) -> None:
    rows = read(tmp_path, b'{"number": "A1",\n{"number": "A2"}\n', "rows.jsonl")
    assert [bool(row.fault) for row in rows] == [True, False]
