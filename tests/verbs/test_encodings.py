"""Encodings told apart by what comes out of a file, and spreadsheets and archives that are not what they seem."""

from __future__ import annotations

import io
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.errors import BadInput
from parcelwatch.verbs import books, encodings
from parcelwatch.verbs.records import open_source


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Jürgen Müller", "cp1252"),
        ("Größe", "cp1252"),
        ("Café, 5 €", "cp1252"),
        ("Ærø Ñandú – “x”", "cp1252"),
        ("张**", "gb18030"),
        ("李雷，浙江省杭州市", "gb18030"),
        ("囧鑫淼", "gb18030"),
        ("東京都港区", "cp932"),
        ("さくら 花子", "cp932"),
        ("Jürgen 张三 東京", "utf-8"),
    ],
)
def test_an_encoding_is_told_by_a_single_name(text: str, encoding: str) -> None:
    assert encodings.told(io.BytesIO(f"number,name\n1,{text}\n".encode(encoding))) == encoding


def test_one_broken_line_makes_no_other_encoding() -> None:
    assert encodings.told(io.BytesIO("张\n李\n".encode() + b"\xff\n")) == "utf-8"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-32", "shift_jis", "big5"])
def test_any_encoding_that_is_named_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows.csv").write_bytes("number,名\nAB12345,山\n".encode(name))
    source = open_source(str(tmp_path / "rows.csv"), encoding=name)
    assert [text for _, text, _ in source.lines()] == ["number,名", "AB12345,山"]


@pytest.mark.parametrize("name", ["base64", "klingon", "\x00"])
def test_what_is_no_encoding_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="--encoding"):
        encodings.named(name)


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"]))
def test_whatever_is_packed_it_is_opened_or_refused(content: bytes, start: bytes) -> None:
    with suppress(BadInput):
        file, _, _ = books.unpacked(io.BytesIO(start + content), "x")
        assert file.read() == start + content


def test_a_spreadsheet_that_is_none_inside_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<nothing")
        archive.writestr("xl/workbook.xml", "<!DOCTYPE a")
    with pytest.raises(BadInput, match="save it as “CSV UTF-8”"):
        open_source(str(tmp_path / "x.xlsx"))


def test_a_spreadsheet_without_what_reads_it_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", "")
    with pytest.raises(BadInput, match=r"pip install 'parcelwatch\[xlsx\]'"):
        open_source(str(tmp_path / "x.xlsx"))


def test_an_archive_that_unpacks_to_far_more_than_it_seems_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (3 << 20))
    packed.seek(0)
    with pytest.raises(BadInput, match="more than 1 GiB"):
        books.unpacked(packed, "x", most=1 << 20)
