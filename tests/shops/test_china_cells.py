"""What the fields of China's platforms say: times whatever their unit, money, the end of a phone, numbers, couriers."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from parcelwatch.core.rows import companies
from parcelwatch.shops.china import cells
from parcelwatch.shops.china.complaints import about_delivery

NOON = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-28 12:00:00", NOON),
        ("2026/11/28 12:00:00", NOON),
        ("2026-11-28T12:00:00+08:00", NOON),
        (1795838400, NOON),
        ("1795838400", NOON),
        (1795838400000, NOON),
        (1795838400.0, NOON),
        (0, None),
        ("0", None),
        ("", None),
        (None, None),
        ("0000-00-00 00:00:00", None),
        ("1970-01-01 08:00:00", None),
        (17958384, None),
        (1795838400000000, None),
        (-1, None),
        (True, None),
        ("明天", None),
        ({"t": 1}, None),
        (float("inf"), None),
    ],
)
def test_a_time_is_read_by_its_form_and_its_size_and_the_impossible_is_none(said: Any, meant: datetime | None) -> None:
    assert cells.at(said) == meant


def test_a_day_as_a_deadline_is_over_when_it_ends_in_beijing() -> None:
    assert cells.by("2026-11-28") == datetime(2026, 11, 28, 15, 59, 59, tzinfo=UTC)
    assert cells.first("", 0, None, "2026-11-28 12:00:00", "2026-11-29") == NOON


@pytest.mark.parametrize(
    ("said", "meant"), [("30.50", 30.5), (30.5, 30.5), ("", 0.0), (None, 0.0), ("nan", 0.0), (-3, 0.0), (True, 0.0)]
)
def test_an_amount_is_read_or_none_is_said(said: Any, meant: float) -> None:
    assert cells.yuan(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("139****4321", "4321"),
        ("13912344321", "4321"),
        ("+86 139 1234 4321", "4321"),
        ("1********21", ""),
        ("*******", ""),
        ("$$UUVrd1234", ""),
        ("~AbC+1234~", ""),
        ("##密文1234", ""),
        ("13912344321-8812", ""),
        (None, ""),
    ],
)
def test_only_four_plain_digits_at_the_end_of_a_phone_are_taken(said: Any, meant: str) -> None:
    assert cells.four(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("YT1,YT2", ["YT1", "YT2"]),
        ("YT1|YT2；YT3", ["YT1", "YT2", "YT3"]),
        (773300000000001, ["773300000000001"]),
        ("无需物流", []),
        ("0", []),
        ("-", []),
        ("", []),
        (None, []),
        (["YT1"], []),
    ],
)
def test_a_field_may_hold_several_numbers_or_words_that_are_none(said: Any, meant: list[str]) -> None:
    assert [each.number for each in cells.sent(said)] == meant


def test_a_number_told_twice_is_one_parcel_under_its_first_courier() -> None:
    found = cells.once([*cells.sent("yt1", "圆通"), *cells.sent("YT1", ""), *cells.sent("YT 1", "")])
    assert [(each.number, each.company) for each in found] == [("yt1", "圆通")]


@pytest.mark.parametrize(
    ("reason", "heard"),
    [
        ("快递一直未送到", True),
        ("少件/漏发", True),
        ("商品破损", True),
        ("未按约定时间发货，物流停滞", True),
        ("不喜欢/不想要", False),
        ("尺码拍错", False),
        ("", False),
    ],
)
def test_a_reason_speaks_of_the_delivery_or_of_something_else(reason: str, heard: bool) -> None:
    assert about_delivery(reason) is heard


CODES = {
    "sf": {"pdd": "44", "taobao": "SF", "wangdiantong": "8", "jd": "467"},
    "yto": {"pdd": "85", "taobao": "YTO", "wangdiantong": "4", "jd": "463"},
    "zto": {"pdd": "115", "taobao": "ZTO", "wangdiantong": "5", "jd": "1499"},
    "sto": {"pdd": "1", "taobao": "STO", "wangdiantong": "6", "jd": "470"},
    "yunda": {"pdd": "121", "taobao": "YUNDA", "wangdiantong": "9", "jd": "1327"},
    "jt": {"pdd": "384", "wangdiantong": "108"},
    "jd": {"pdd": "120", "wangdiantong": "1311", "jd": "2087"},
    "youzheng": {"pdd": "132", "taobao": "POSTB"},
}


def test_the_same_courier_is_the_same_whatever_a_platform_s_code_is() -> None:
    tables = tomllib.loads(files("parcelwatch.shops.china").joinpath("couriers.toml").read_text(encoding="utf-8"))
    for key, codes in CODES.items():
        for platform, code in codes.items():
            assert companies.keys(tables[platform][code]) == [key], (platform, code)
    assert all(name.strip() == name and name for table in tables.values() for name in table.values())
