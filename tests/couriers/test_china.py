"""What China's couriers share: their clock, lists in either order, twins, and the words of their errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from parcelwatch.couriers.kuaidi100.answer import tracked
from parcelwatch.couriers.shared.china import (
    at_station,
    beijing,
    epoch_ms,
    history,
    leaving,
    notice,
    refusal,
)
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import follow
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.lexicon import read
from parcelwatch.model import Ask, Cause, Milestone, NotFound, Observation, Refused

M = Milestone
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


def scan(code: str, words: str = "", *, minutes: int | None = 0) -> Scan:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Scan(None if at is None else (at, at), code, (M.IN_TRANSIT, None), words, reading=read(words, "zh"))


def test_beijing_is_eight_hours_ahead_and_a_bare_day_is_all_of_it() -> None:
    assert beijing("2026-03-05 12:00:00") == (NOON, NOON)
    assert beijing("2026-03-05T12:00:00+08:00") == (NOON, NOON)
    day = datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert beijing("2026-03-05") == (day, day + timedelta(hours=23, minutes=59, seconds=59))


@pytest.mark.parametrize("value", [1772683200000, "1772683200000"])
def test_milliseconds_come_as_a_number_or_as_text(value: object) -> None:
    assert epoch_ms(value, "time") == (NOON, NOON)


@pytest.mark.parametrize("value", [None, "", 0, "0"])
def test_nought_milliseconds_mean_never(value: object) -> None:
    assert epoch_ms(value, "time") is None


@pytest.mark.parametrize("value", [1772683200, "soon", -1, 10**400, "¹²³", 9999999999999, 1.5, True])
def test_what_is_no_time_in_milliseconds_is_unreadable(value: object) -> None:
    with pytest.raises(CourierUnreadable):
        epoch_ms(value, "time")


def test_a_list_in_either_order_reads_the_same_and_one_second_keeps_the_order_told() -> None:
    oldest_first = [scan("a"), scan("b", minutes=5), scan("c", minutes=5), scan("d", minutes=9)]
    assert [one.code for one in history(oldest_first)] == ["a", "b", "c", "d"]
    assert history(oldest_first[::-1]) == history(oldest_first)


def test_a_list_out_of_order_is_sorted_and_no_scan_is_lost() -> None:
    found = history([scan("b", minutes=5), scan("a"), scan("c", minutes=9)])
    assert [one.code for one in found] == ["a", "b", "c"]


def test_a_scan_without_a_time_happened_between_its_neighbours() -> None:
    first, between, last = history([scan("a"), scan("b", minutes=None), scan("c", minutes=9)])
    assert (between.occurred_at, between.occurred_until) == (first.occurred_at, last.occurred_at)


def test_one_event_told_twice_with_two_hotlines_is_one_and_two_events_of_a_second_are_two() -> None:
    twins = [scan("a", "正在派件，投诉电话:010-00000000"), scan("a", "正在派件，投诉电话:13800138000")]
    assert [one.text for one in history(twins)] == [twins[0].words]
    assert len(history([scan("a", "装车"), scan("a", "装袋")])) == 2
    assert len(history([scan("a", "装车"), scan("b", "装车")])) == 2


def test_a_shop_that_signed_is_told_before_the_words_and_a_person_is_not() -> None:
    assert at_station("已签收，感谢使用", "菜鸟驿站") == "签收人: 菜鸟驿站。已签收，感谢使用"
    assert at_station("已签收", "林一帆") == "已签收"
    assert at_station("已签收，签收人是菜鸟驿站", "菜鸟驿站") == "已签收，签收人是菜鸟驿站"


def test_leaving_a_locker_is_not_lying_in_it() -> None:
    taken_out = (M.OUT_FOR_DELIVERY, None)
    assert follow([leaving(taken_out, "快件已从【丰巢】取出", M.AVAILABLE_FOR_PICKUP)]) == [taken_out]
    assert follow([leaving(taken_out, "客户已取件", M.AVAILABLE_FOR_PICKUP)]) == [(M.DELIVERED, None)]
    held = follow([leaving((M.IN_TRANSIT, None), "清关失败", M.CUSTOMS)])
    assert held == [(M.CUSTOMS, Cause.CUSTOMS)]


def test_a_notice_says_what_its_words_say() -> None:
    assert follow([notice((M.IN_TRANSIT, None), "…")]) == [(M.IN_TRANSIT, None)]
    assert follow([notice((M.IN_TRANSIT, None), "快件丢失")]) == [(M.EXCEPTION, Cause.LOST)]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("快件退回中", M.RETURNING),
        ("客户拒收，退件中，请等待", M.RETURNING),
        ("您的快件正在退回途中", M.RETURNING),
        ("收件人拒签，快件将退回寄件人", M.RETURNING),
        ("拒收，正在安排快件退回", M.RETURNING),
        ("客户拒签", M.RETURNED),
        ("收件人拒收，快件派送不成功，待发货方确认", M.ATTEMPT_FAILED),
        ("拒收，已退回寄件人", M.RETURNED),
        ("已将快件退回寄件人", M.RETURNED),
        ("快件已退回中山市寄件人", M.RETURNED),
        ("退回件已签收，正在退款", M.RETURNED),
        ("退回途中的快件已妥投", M.RETURNED),
        ("", M.RETURNED),
    ],
)
@pytest.mark.parametrize("code", ["14", "4"])
def test_a_parcel_that_still_goes_back_is_not_back_whatever_its_code_says(words: str, where: M, code: str) -> None:
    events = [
        {"context": words, "ftime": "2026-03-06 12:00:00", "statusCode": code},
        {"context": "快件已揽收", "ftime": "2026-03-05 12:00:00", "statusCode": "1"},
    ]
    found = tracked("YT1", "yuantong", [{"data": events, "state": code}])
    assert found.checkpoints[-1].milestone is where
    assert (found.checkpoints[-1].cause is Cause.REFUSED) is (code == "14" or "拒" in words)
    # The same for whatever courier's code says so.
    assert follow([((M.RETURNED, None), read(words, "zh"))], [("杭州", words)])[0][0] is where


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("不合法的签名", CourierRefused),
        ("请求加密校验失败", CourierRefused),
        ("非法的from_appkey", CourierRefused),
        ("IP不在白名单", CourierRefused),
        ("接口不存在", CourierRefused),
        ("Account not found", CourierRefused),
        ("merchant not found", CourierRefused),
        ("api not found", CourierRefused),
        ("Token not found", CourierRefused),
        ("未查到该应用", CourierRefused),
        ("商户信息查无", CourierRefused),
        ("用户无效", CourierRefused),
        ("调用频率过快", CourierBusy),
        ("已超出当日调用次数", CourierBusy),
        ("系统繁忙，请稍后再试", CourierUnavailable),
        ("Internal error", CourierUnavailable),
        ("参数不能为空", CourierUnreadable),
        ("", CourierUnreadable),
    ],
)
def test_an_error_is_whose_its_words_say(message: str, error: type[CourierError]) -> None:
    with pytest.raises(error) as caught:
        refusal(httpx.Response(200), Ask("1"), "某通", "E1", message)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("查询结果为空", NotFound),
        ("未查到该用户的快件信息", NotFound),
        ("waybill not found", NotFound),
        ("运单号不存在", NotFound),
        ("暂无轨迹信息", NotFound),
        ("运单号格式不正确", Refused),
        ("手机号后四位不匹配", Refused),
    ],
)
def test_an_error_about_the_number_is_an_answer(message: str, answer: type[Observation]) -> None:
    assert type(refusal(httpx.Response(200), Ask("1"), "某通", "", message)) is answer


STATION = "快件已签收，签收人是菜鸟驿站"
CAME_IN = ("501", "快件已暂存至菜鸟驿站")
OUT_AGAIN = ("5", "派件员正在派件")
TAKEN_BACK = ("501", "快件已被快递员从【丰巢的花园路66号快递柜】取回")


@pytest.mark.parametrize("code", ["304", "3", ""])
@pytest.mark.parametrize(
    ("before", "end"),
    [
        ((OUT_AGAIN,), Milestone.AVAILABLE_FOR_PICKUP),
        ((CAME_IN,), Milestone.DELIVERED),
        ((CAME_IN, OUT_AGAIN), Milestone.DELIVERED),
        ((CAME_IN, TAKEN_BACK), Milestone.AVAILABLE_FOR_PICKUP),
        ((CAME_IN, TAKEN_BACK, CAME_IN), Milestone.DELIVERED),
    ],
)
def test_signed_for_at_a_station_is_collected_or_waiting_by_what_came_before(
    code: str, before: tuple[tuple[str, str], ...], end: Milestone
) -> None:
    told = [*before, (code, STATION)]
    data = [
        {"ftime": f"2026-03-0{day} 10:00:00", "context": words, "statusCode": each}
        for day, (each, words) in enumerate(told, 1)
    ]
    assert tracked("YT1", "yuantong", [{"data": data[::-1]}]).checkpoints[-1].milestone is end


@pytest.mark.parametrize("code", ["501", "5", "0", ""])
def test_what_the_courier_took_back_from_a_locker_has_left_it(code: str) -> None:
    data = [{"ftime": "2026-03-04 10:00:00", "context": TAKEN_BACK[1], "statusCode": code}]
    (one,) = tracked("YT1", "yuantong", [{"data": data}]).checkpoints
    assert one.milestone is Milestone.OUT_FOR_DELIVERY
