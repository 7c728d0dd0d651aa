"""Couriers by name and code: one table, for what is asked and for what is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.rows.companies import AGGREGATORS, COURIERS, called, company
from parcelwatch.errors import BadInput


@pytest.mark.parametrize(
    ("api", "written", "code"),
    [
        ("kuaidi100", "圆通速递", "yuantong"),
        ("kuaidi100", "申通快递", "shentong"),
        ("kuaidi100", "申通", "shentong"),
        ("kuaidi100", "順豐速運", "shunfeng"),
        ("kuaidi100", "申通快递有限公司", "shentong"),
        ("kuaidi100", "顺丰速运（官方）", "shunfeng"),
        ("kuaidi100", "STO Express", "shentong"),
        ("kuaidi100", "J&T Express", "jtexpress"),
        ("kuaidi100", "SHENTONG", "shentong"),
        ("kuaidi100", "YD", "yunda"),
        ("kuaidi100", "中通快运", "zhongtongkuaiyun"),
        ("kuaidi100", "EMS", "ems"),
        ("kuaidi100", "邮政快递包裹", "youzhengguonei"),
        ("kdniao", "圆通速递", "YTO"),
        ("kdniao", "yuantong", "YTO"),
        ("kdniao", "YUNDA", "YD"),
        ("kdniao", "中国邮政", "YZPY"),
        ("cainiao", "韵达快递", "YUNDA"),
        ("17track", "USPS", "21051"),
        ("17track", "China Post", "3011"),
        ("17track", "190271", "190271"),
        ("aftership", "FedEx", "fedex"),
        ("easypost", "usps", "USPS"),
        ("shippo", "Royal Mail", "royal_mail"),
        ("trackingmore", "royal mail", "royal-mail"),
    ],
)
def test_a_name_or_anothers_code_is_the_code_of_the_api_that_is_asked(api: str, written: str, code: str) -> None:
    found = company(api, written)
    assert (found.code, found.doubt) == (code, "")


@pytest.mark.parametrize(
    ("api", "written", "meant"),
    [
        ("kuaidi100", "申通快第", "shentong"),
        ("kuaidi100", "shentongg", "shentong"),
        ("kuaidi100", "顺丰国际", "shunfeng"),
        ("kuaidi100", "顺风", "shunfeng"),
        ("kuaidi100", "圓通速運", "yuantong"),
        ("kuaidi100", "原通快递", "yuantong"),
        ("kuaidi100", "神通", "shentong"),
        ("kuaidi100", "北世", "huitongkuaidi"),
        ("kdniao", "宅急松", "ZJS"),
        ("kdniao", "shentongg", "STO"),
        ("aftership", "fedx", "fedex"),
        ("17track", "fedx", "100003"),
    ],
)
def test_a_slip_is_refused_with_what_was_meant(api: str, written: str, meant: str) -> None:
    with pytest.raises(BadInput, match=f'did you mean "{meant}"'):
        company(api, written)


@pytest.mark.parametrize("written", ["大通", "通", "不知道"])
def test_of_several_that_a_wrong_sign_may_mean_none_is_guessed(written: str) -> None:
    with pytest.raises(BadInput, match=r"is not known for kuaidi100; if"):
        company("kuaidi100", written)


@pytest.mark.parametrize(("api", "written"), [("kuaidi100", "foobar"), ("kdniao", "FOO"), ("17track", "foobar")])
def test_what_nobody_is_called_is_refused_with_the_way_to_write_a_code(api: str, written: str) -> None:
    with pytest.raises(BadInput, match="code:"):
        company(api, written)


def test_a_code_that_is_said_to_be_one_is_taken_as_it_is() -> None:
    assert company("kuaidi100", "code:lianhaowuliu").code == "lianhaowuliu"


@pytest.mark.parametrize(
    ("api", "written"), [("aftership", "lasership"), ("aftership", "dhl-germany"), ("shippo", "dpd_de")]
)
def test_an_api_with_more_codes_than_are_known_here_is_believed_and_it_is_said(api: str, written: str) -> None:
    found = company(api, written)
    assert found.code == written
    assert "not known here" in found.doubt


@pytest.mark.parametrize(
    ("api", "written", "said"),
    [
        ("kuaidi100", "中国邮政", "youzhengguonei"),
        ("17track", "DHL", "100001"),
        ("17track", "圆通速递", "not known here"),
    ],
)
def test_what_may_be_two_or_has_no_code_is_left_out_and_said(api: str, written: str, said: str) -> None:
    found = company(api, written)
    assert found.code == ""
    assert said in found.doubt


def test_every_code_is_itself_and_leads_to_a_name() -> None:
    for each in COURIERS.values():
        for api, code in each.codes.items():
            assert company(api, code).code == code
            assert called(api, code) != ""


def test_what_people_call_a_courier_is_in_their_language() -> None:
    assert called("kuaidi100", "shentong", "zh-CN") == "申通"
    assert called("kuaidi100", "shentong", "en") == "STO"
    assert called("17track", "3011", "zh-TW") == "中国邮政"
    assert called("17track", "190271", "zh-CN") == "190271"


def test_a_name_shown_in_another_language_than_chinese_has_no_chinese_where_there_is_another() -> None:
    latin = [each for each in COURIERS.values() if re.search("[A-Za-z]{2}", each.short())]
    assert len(latin) > 60
    assert not any(re.search("[\u3400-\u9fff]", each.short("de")) for each in latin if each.name != "EMS包裹")


@given(st.text(max_size=60), st.sampled_from(sorted(AGGREGATORS)))
def test_whatever_is_written_is_a_code_or_nothing_or_refused(text: str, api: str) -> None:
    try:
        found = company(api, text)
    except BadInput:
        return
    assert found.code or found.doubt or not text or text.lower().startswith("code:")
