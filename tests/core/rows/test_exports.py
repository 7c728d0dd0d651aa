"""What an export's cells and lines say: numbers with names beside them, orders over, and whose number one cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.rows.assigning import Desk
from parcelwatch.core.rows.exports.formats import EXPORTS, STATUS, recognised
from parcelwatch.core.rows.exports.gathering import Reading, gathered
from parcelwatch.core.rows.exports.sent import apart, shipments
from parcelwatch.core.rows.misplaced import misplaced
from parcelwatch.model import Standing

DESKS = (
    Desk("my_dhl", "dhl", (), ("dhl", "dhlexpress", "deutschepost")),
    Desk("my_ups", "ups", (), ("ups",)),
    Desk("kd100", "kuaidi100"),
    Desk("mail", "usps", (), ("usps",)),
)


@pytest.mark.parametrize(
    ("written", "number", "called"),
    [
        ("YT1234-圆通快递", "YT1234", "圆通快递"),
        ("极兔速递-JT1234", "JT1234", "极兔速递"),
        ("圆通速递：YT1234", "YT1234", "圆通速递"),
        ("YT1234(圆通速递)", "YT1234", "圆通速递"),
        ("快递单号：YT1234", "YT1234", ""),
        ("No:7731234", "No:7731234", ""),
        ("9400 1000 0000", "9400 1000 0000", ""),
        ("AB-1234", "AB-1234", ""),
    ],
)
def test_a_name_beside_a_number_is_taken_off(written: str, number: str, called: str) -> None:
    assert apart(written) == (number, called)


@pytest.mark.parametrize(
    ("written", "number", "called"),
    [("SF-12-顺丰速运", "SF-12", "顺丰速运"), ("1234567-EMS", "1234567", "EMS"), ("SF-1234", "SF-1234", "")],
)
def test_what_is_joined_is_split_at_the_last_dash_before_a_name(written: str, number: str, called: str) -> None:
    assert apart(written, joined=True) == (number, called)


def test_a_cell_may_hold_several_numbers_of_one_courier_or_of_each_its_own() -> None:
    one = shipments(2, {"number": "No:773001；No:773002", "courier": "申通快递"})
    each = shipments(2, {"number": "773001,YT1234,自提", "courier": "申通快递,圆通速递"})
    assert [(sent.number, sent.called) for sent in one] == [("No:773001", "申通快递"), ("No:773002", "申通快递")]
    assert [(sent.number, sent.called) for sent in each] == [("773001", "申通快递"), ("YT1234", "圆通速递")]


@given(st.text(max_size=300), st.text(max_size=60), st.booleans())
def test_whatever_a_cell_holds_it_is_taken_apart(number: str, courier: str, joined: bool) -> None:
    for sent in shipments(1, {"number": number, "courier": courier}, joined=joined):
        assert len(sent.number) <= len(number)


def test_headings_are_known_in_any_case_and_width_and_not_when_one_is_missing() -> None:
    headings = ["订单号", "商品总价（元）", " 商家实收金额（元） "]
    assert recognised(headings) is EXPORTS["pinduoduo"]
    assert recognised(headings[:2]) is None
    assert recognised(["SALES RECORD NUMBER", "order number", "Buyer username"]) is EXPORTS["ebay"]


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("未发货，退款成功", Standing.REFUNDED),
        ("交易关闭", Standing.CANCELLED),
        ("Canceled", Standing.CANCELLED),
        ("无售后或售后取消", Standing.OPEN),
        ("partially_refunded", Standing.OPEN),
        ("", Standing.OPEN),
    ],
)
def test_only_what_says_that_an_order_is_over_ends_it(status: str, standing: Standing) -> None:
    reading = Reading(EXPORTS["pinduoduo"], ["订单号", "订单状态"], {})
    (told,) = gathered([(2, {"order": "A1", STATUS: status})], reading, frozenset())
    assert told.standing is standing


def test_lines_of_one_order_are_one_and_what_stands_below_is_none() -> None:
    reading = Reading(EXPORTS["amazon-shipments"], ["amazon-order-id"], {})
    lines = [
        (2, {"order": "A1", "value": "3", "customer_name": "Ann", "goods": "a lamp"}),
        (3, {"order": "A1", "value": "4.50", "number": "1Z1", "goods": "bulbs"}),
        (4, {"number": "1Z2"}),
        (5, {"order": "A2"}),
        (6, {"order": "Total 2"}),
        (7, {"order": "record(s) downloaded"}),
    ]
    first, second = gathered(lines, reading, frozenset())
    assert (first.order, first.line, first.said["value"], first.said["customer_name"]) == ("A1", 2, "7.50", "Ann")
    assert first.said["goods"] == "a lamp, bulbs"
    assert [(sent.line, sent.number) for sent in first.sent] == [(3, "1Z1"), (4, "1Z2")]
    assert (second.order, second.sent) == ("A2", ())


@pytest.mark.parametrize(
    ("number", "courier", "company", "said"),
    [
        ("1Z999AA10123456784", "my_ups", "", ""),
        ("1Z999AA10123456784", "my_dhl", "", "my_ups could ask about it"),
        ("1Z999AA10123456785", "my_ups", "", "check digit is 5 where 4 would be right"),
        ("YT8812345678901", "my_dhl", "", "kd100 could ask about it"),
        ("YT8812345678901", "kd100", "shentong", "is its company right?"),
        ("YT8812345678901", "kd100", "", ""),
        ("1Z999AA10123456785", "my_dhl", "", "check digit is 5 where 4 would be right"),
        ("LX123456784CN", "my_ups", "", "check digit is 4 where 5 would be right"),
        ("LX123456784CN", "mail", "", "check digit is 4 where 5 would be right"),
        ("LX123456784CN", "kd100", "", "check digit is 4 where 5 would be right"),
        ("LX123456785CN", "my_ups", "", "looks like a number of"),
        ("LX123456785CN", "mail", "", ""),
        ("ODDNUMBER1", "my_ups", "", "no courier known here has numbers of this form"),
        ("0034043411111111115X", "my_dhl", "", "no courier known here has numbers of this form"),
        ("ODDNUMBER1", "kd100", "yuantong", "no courier known here has numbers of this form"),
        ("ODDNUMBER1", "kd100", "kuayue", ""),
        ("ODDNUMBER1", "kd100", "", ""),
        ("YT8812345678901", "nobody", "", ""),
    ],
)
def test_a_number_of_another_courier_or_mistyped_is_told_and_any_other_is_not(
    number: str, courier: str, company: str, said: str
) -> None:
    text = misplaced(number, courier, company, DESKS)
    assert said in text
    assert bool(text) is bool(said)


@pytest.mark.parametrize(
    ("desks", "said"),
    [
        ((), "no account here could ask about it"),
        (("ups", "ups2"), "ups or ups2 could ask about it"),
        (("ups",), "ups could ask about it"),
    ],
)
def test_who_else_could_ask_is_said_of_none_of_one_and_of_several(desks: tuple[str, ...], said: str) -> None:
    there = (DESKS[0], *(Desk(name, "ups", (), ("ups",)) for name in desks))
    assert misplaced("1Z999AA10123456784", "my_dhl", "", there).endswith(f": {said}")
