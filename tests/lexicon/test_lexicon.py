"""What courier texts say in Chinese, English and German, and who is hidden in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.texts.privacy import mask
from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

CHINESE = [
    ("快件外包装有破损，内件待核实", M.EXCEPTION, C.DAMAGED),
    ("发往【如皋转运中心】途中发现包裹破损", M.EXCEPTION, C.DAMAGED),
    ("快件内件短少，网点正在核实", M.EXCEPTION, C.DAMAGED),
    ("快件在运输途中遗失，已登记理赔", M.EXCEPTION, C.LOST),
    ("有单无货", M.EXCEPTION, C.LOST),
    ("快件已销毁", M.EXCEPTION, C.DESTROYED),
    ("收件人拒收，待发货方确认", M.EXCEPTION, C.REFUSED),
    ("快件派送不成功(因收件人拒收),待进一步处理", M.ATTEMPT_FAILED, C.REFUSED),
    ("因客户拒收，快件正在退回", M.RETURNING, C.REFUSED),
    ("快件正在原路返回寄件人", M.RETURNING, None),
    ("退回件已由寄件人签收", M.RETURNED, None),
    ("退回妥投", M.RETURNED, None),
    ("境外海关扣留", M.CUSTOMS, C.CUSTOMS),
    ("清关延误", M.CUSTOMS, C.CUSTOMS),
    ("快件正在清关", M.CUSTOMS, None),
    ("快件已清关，离开口岸", M.IN_TRANSIT, None),
    ("收件地址不详，暂时无法为您配送", M.ATTEMPT_FAILED, C.ADDRESS),
    ("电话号码空号，查无此人", M.EXCEPTION, C.ADDRESS),
    ("超区无法配送", M.ATTEMPT_FAILED, C.ADDRESS),
    ("多次联系不上收件人", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("快件派送不成功(因电话无人接听),待再次派送", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("快件派送不成功，待再次派送", M.ATTEMPT_FAILED, None),
    ("受台风影响，快件延误", M.EXCEPTION, C.WEATHER),
    ("网点爆仓，快件滞留", M.EXCEPTION, C.DISRUPTED),
    ("快件错分，正在转往正确网点", M.EXCEPTION, C.MISROUTED),
    ("违禁品，机关查扣", M.EXCEPTION, C.SECURITY),
    ("正在进行 疑难件 扫描", M.EXCEPTION, C.UNSTATED),
    ("正在进行 疑难件 扫描,原因是： 联系好下午送", M.IN_TRANSIT, C.POSTPONED),
    ("投递妥投撤销", M.EXCEPTION, C.UNSTATED),
    ("快件已作废", M.CANCELLED, None),
    ("快件已暂存至人民路菜鸟驿站，请凭取件码领取", M.AVAILABLE_FOR_PICKUP, None),
    ("已签收，签收人是菜鸟驿站", M.AVAILABLE_FOR_PICKUP, None),
    ("已派送至（自助柜）", M.AVAILABLE_FOR_PICKUP, None),
    ("已签收，签收人凭取货码签收", M.DELIVERED, None),
    ("客户已取件，提货点：人民路店", M.DELIVERED, None),
    ("已签收，签收人：本人，感谢使用", M.DELIVERED, None),
    ("【泉州清濛网点】的吴小山(13900000003)已取件", M.PICKED_UP, None),
    ("商家已下单，等待快递员上门揽收", M.INFO_RECEIVED, None),
    ("【义乌北苑】已揽收", M.PICKED_UP, None),
    ("快件离开【金华转运中心】，已发往【郑州转运中心】", M.IN_TRANSIT, None),
    ("【郑州金水】的派件员赵小川正在派件", M.OUT_FOR_DELIVERY, None),
]
CHINESE_HEALTHY = [
    ("正在派送途中,请您准备签收(派件人:赵小川,电话:13900000002)", M.OUT_FOR_DELIVERY),
    ("快件已暂存至12栋菜鸟驿站，如有取件码问题或找不到包裹等问题，请联系13900000002", M.AVAILABLE_FOR_PICKUP),
    ("快件到达【廊坊转运中心】物流问题请联系950000为您解决", M.IN_TRANSIT),
    ("快件到达【廊坊转运中心】，如遇破损请拒收并拨打投诉电话：0316-0000000", M.IN_TRANSIT),
    (
        "[南昌市]【象湖公司】的小哥（超区人民路/13900000002）正在为您派送（可放心接听95000专属号码）,投诉电话：0791-0000000",
        M.OUT_FOR_DELIVERY,
    ),
    ("等待签收", None),
    ("签收人信息待确认", None),
    ("有问题请投诉", None),
    ("问题", None),
    ("面单破损，已补打", None),
]
ENGLISH = [
    ("The shipment was damaged in transit", M.EXCEPTION, C.DAMAGED),
    ("Packaging torn, contents missing", M.EXCEPTION, C.DAMAGED),
    ("Damage found, return to sender", M.RETURNING, C.DAMAGED),
    ("PACKAGE REPORTED MISSING", M.EXCEPTION, C.LOST),
    ("The parcel could not be found and is considered lost", M.EXCEPTION, C.LOST),
    ("Undelivered - shipment lost", M.EXCEPTION, C.LOST),
    ("Shipment disposed of at the request of the sender", M.EXCEPTION, C.DESTROYED),
    ("The recipient refused to accept the shipment", M.EXCEPTION, C.REFUSED),
    ("The shipment could not be delivered because the recipient has refused it", M.ATTEMPT_FAILED, C.REFUSED),
    ("Refused by consignee; will be returned to the sender", M.RETURNING, C.REFUSED),
    ("The shipment is being returned to the sender", M.RETURNING, None),
    ("On its way back to the shipper", M.RETURNING, None),
    ("The shipment has been delivered back to the business sender", M.RETURNED, None),
    ("Held at customs, further documents are required", M.CUSTOMS, C.CUSTOMS),
    ("Clearance delay", M.CUSTOMS, C.CUSTOMS),
    ("Duty payment not received, shipment waits", M.CUSTOMS, C.CUSTOMS),
    ("Customs status updated", M.CUSTOMS, None),
    ("Clearance processing complete at LEIPZIG", M.IN_TRANSIT, None),
    ("The address is incomplete", M.EXCEPTION, C.ADDRESS),
    ("Undeliverable - incorrect address", M.ATTEMPT_FAILED, C.ADDRESS),
    ("Recipient moved or unknown", M.EXCEPTION, C.ADDRESS),
    ("The recipient was not at home", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("We missed each other, new attempt tomorrow", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("The shipment could not be delivered", M.ATTEMPT_FAILED, None),
    ("Delivery attempted; returned for re-delivery", M.ATTEMPT_FAILED, None),
    ("The shipment could not be delivered because of bad weather", M.ATTEMPT_FAILED, C.WEATHER),
    ("International shipment release - Import", M.IN_TRANSIT, None),
    ("签收", M.DELIVERED, None),
    ("海关系统故障，清关延误", M.CUSTOMS, C.DISRUPTED),
    ("Delayed by a strike", M.EXCEPTION, C.DISRUPTED),
    ("MISROUTED", M.EXCEPTION, C.MISROUTED),
    ("Stopped because of sanctions", M.EXCEPTION, C.SECURITY),
    ("Shipment on hold", M.EXCEPTION, C.UNSTATED),
    ("Ready for collection at the parcel shop", M.AVAILABLE_FOR_PICKUP, None),
    ("Delivered at the service point", M.AVAILABLE_FOR_PICKUP, None),
    ("Collected at the service point by the recipient", M.DELIVERED, None),
    ("Delivered - left with neighbour", M.DELIVERED, None),
    ("With delivery courier", M.OUT_FOR_DELIVERY, None),
    ("Out for second delivery attempt", M.OUT_FOR_DELIVERY, None),
    ("Shipment picked up", M.PICKED_UP, None),
    ("Label created", M.INFO_RECEIVED, None),
    ("Arrived at facility", M.IN_TRANSIT, None),
]
GERMAN = [
    ("Die Sendung wurde beschädigt und wird nachverpackt", M.EXCEPTION, C.DAMAGED),
    ("Die Sendung ist nicht auffindbar", M.EXCEPTION, C.LOST),
    ("Die Sendung wurde vernichtet", M.EXCEPTION, C.DESTROYED),
    ("Die Annahme der Sendung wurde verweigert", M.EXCEPTION, C.REFUSED),
    ("Die Sendung wird an den Absender zurückgesandt", M.RETURNING, None),
    ("Die Rücksendung wurde dem Absender zugestellt", M.RETURNED, None),
    ("Die Sendung wird vom Zoll zurückgehalten", M.CUSTOMS, C.CUSTOMS),
    ("Die Sendung wird verzollt", M.CUSTOMS, None),
    ("Die Adresse ist unvollständig", M.EXCEPTION, C.ADDRESS),
    ("Der Empfänger wurde nicht angetroffen", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Die Sendung konnte nicht zugestellt werden", M.ATTEMPT_FAILED, None),
    ("Die Sendung wurde fehlgeleitet", M.EXCEPTION, C.MISROUTED),
    ("Wegen eines Unwetters verzögert sich die Zustellung", M.EXCEPTION, C.WEATHER),
    ("Die Sendung liegt in der Filiale zur Abholung bereit", M.AVAILABLE_FOR_PICKUP, None),
    ("Die Sendung wurde erfolgreich zugestellt", M.DELIVERED, None),
    ("Die Sendung wurde in das Zustellfahrzeug geladen", M.OUT_FOR_DELIVERY, None),
    ("Die Sendung wurde im Paketzentrum bearbeitet", M.IN_TRANSIT, None),
]
NO_TROUBLE = [
    "No damage found on inspection",
    "The parcel was not damaged",
    "Delivery note missing, address label damaged",
    "If nobody is at home, the parcel will be returned to the sender",
    "Unless refused, the parcel will be delivered tomorrow",
    "Driver's vehicle has broken down at your disposal",
    "Data of the shipment is missing",
    "Cleared customs without delay",
    "Die Sendung wurde ohne Beschädigung zugestellt",
    "Falls der Empfänger nicht angetroffen wird, geht die Sendung an den Absender zurück",
    "Broker informed",
]
NOT_DELIVERED = [
    "The shipment could not be delivered",
    "The shipment will be delivered tomorrow",
    "Not delivered",
    "Shipment ready to be delivered on the next working day",
    "Undelivered",
    "Die Sendung wird heute zugestellt",
    "Die Sendung konnte heute nicht zugestellt werden",
    "待签收",
    "快件未签收",
    "Not collected by recipient",
]


@pytest.mark.parametrize(
    "text",
    [
        "Package held until duties are paid",
        "Held until the address is corrected",
        "Wunschtermin nicht eingehalten",
        "取消改约",
    ],
)
def test_what_waits_for_somebody_to_act_or_was_not_put_off_after_all_is_no_postponement(text: str) -> None:
    assert read(text).cause is not C.POSTPONED


@pytest.mark.parametrize(("text", "milestone", "cause"), [*CHINESE, *ENGLISH, *GERMAN])
def test_a_text_says(text: str, milestone: Milestone, cause: Cause | None) -> None:
    assert read(text) == Reading(milestone, cause)


@pytest.mark.parametrize(("text", "milestone"), CHINESE_HEALTHY)
def test_hotlines_small_print_and_nicknames_are_no_trouble(text: str, milestone: Milestone | None) -> None:
    assert read(text) == Reading(milestone)


@pytest.mark.parametrize("text", NO_TROUBLE)
def test_what_did_not_happen_is_no_trouble(text: str) -> None:
    assert read(text).cause is None
    assert read(text).milestone not in (M.RETURNING, M.RETURNED)


@pytest.mark.parametrize("text", NOT_DELIVERED)
def test_a_delivery_that_did_not_happen_is_none(text: str) -> None:
    assert read(text).milestone is not M.DELIVERED


@pytest.mark.parametrize(
    "text", ["", "Service data update", "JESSICA", "Servicedaten aktualisiert", "网点已更新信息", "12345"]
)
def test_a_text_with_nothing_known_in_it_is_no_news(text: str) -> None:
    assert read(text) == NOTHING


def test_the_same_text_reads_the_same_in_capitals() -> None:
    for text, milestone, cause in ENGLISH:
        assert read(text.upper()) == Reading(milestone, cause)


def test_a_hint_puts_a_language_first_and_excludes_none() -> None:
    assert read("Die Sendung wurde vernichtet", "de-DE") == read("Die Sendung wurde vernichtet", "zh")
    assert read("快件已销毁", "en") == Reading(M.EXCEPTION, C.DESTROYED)


@given(st.text(max_size=300))
def test_any_text_is_read_and_masked(text: str) -> None:
    read(text)
    mask(text)


def test_a_text_built_to_be_slow_is_not() -> None:
    for text in ("return" * 2000, "已" * 5000, "(" * 5000 + "1" * 20, "customs " * 1000, "有" * 4000 + "问题"):
        read(text)
        mask(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("正在派送途中(派件人:赵小川,电话:13900000002)", "正在派送途中(派件人:***,电话:***)"),
        ("【义乌北苑网点】的林一帆（13900000001）已揽收", "【义乌北苑网点】的***（***）已揽收"),
        ("【郑州金水网点】的派件员赵小川正在为您派件", "【郑州金水网点】的派件员***正在为您派件"),
        ("北京公司(010-12345678-843) 的收件员 林一帆 已收件", "北京公司(***) 的收件员 *** 已收件"),
        ("快递员：林一帆，手机：139 0000 0001", "快递员：***，手机：***"),
        ("已签收，签收人：林一帆", "已签收，签收人：***"),
        ("已签收，签收人：本人", "已签收，签收人：本人"),
        ("已签收，签收人是菜鸟驿站", "已签收，签收人是菜鸟驿站"),
        ("联系电话13900000001-1234", "联系电话***"),
        ("Delivered - Signed for by: A MILLER", "Delivered - Signed for by: ***"),
        ("Call +49 170 0000001 please", "Call *** please"),
        ("新单号为:YT7600000000123", "新单号为:YT7600000000123"),
        ("快件到达【郑州转运中心】", "快件到达【郑州转运中心】"),
        ("物流问题请联系95338", "物流问题请联系95338"),
    ],
)
def test_people_are_hidden_and_the_rest_stays(text: str, shown: str) -> None:
    assert mask(text) == shown
    assert mask(shown) == shown
