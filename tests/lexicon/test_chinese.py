"""Chinese phrases: the reasons couriers name, postal words, scans taken back, sentence frames and their traps.

The names of reasons are the couriers' own; sentences, places and people are made up.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

PHRASES = [
    # Reasons by name.
    ("客户拒收", M.EXCEPTION, C.REFUSED),
    ("拒付到付款", M.EXCEPTION, C.REFUSED),
    ("自取时客户拒提", M.EXCEPTION, C.REFUSED),
    ("丢件", M.EXCEPTION, C.LOST),
    ("丢失并已赔付", M.EXCEPTION, C.LOST),
    ("污染", M.EXCEPTION, C.DAMAGED),
    ("漏液", M.EXCEPTION, C.DAMAGED),
    ("报废", M.EXCEPTION, C.DESTROYED),
    ("禁寄物品", M.EXCEPTION, C.SECURITY),
    ("海关扣件", M.CUSTOMS, C.CUSTOMS),
    ("清关失败，需补报关资料", M.CUSTOMS, C.CUSTOMS),
    ("税未缴，留存", M.CUSTOMS, C.CUSTOMS),
    ("超区", M.EXCEPTION, C.ADDRESS),
    ("超派件，转EMS", M.EXCEPTION, C.ADDRESS),
    ("查无此人", M.EXCEPTION, C.ADDRESS),
    ("电话停机", M.EXCEPTION, C.ADDRESS),
    ("电话无人接听", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("送无人，电话关机", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("分拣错误", M.EXCEPTION, C.MISROUTED),
    ("班车晚点", M.EXCEPTION, C.COURIER_FAULT),
    ("节假日延迟派送", M.IN_TRANSIT, C.POSTPONED),
    ("客户改约", M.IN_TRANSIT, C.POSTPONED),
    ("已改约，快件已签收", M.DELIVERED, None),
    ("客户自取已妥投", M.DELIVERED, None),
    ("应客户要求，改约派送时间", M.IN_TRANSIT, C.POSTPONED),
    ("货未到齐", M.IN_TRANSIT, C.COURIER_FAULT),
    ("暴雪天气，快件延误", M.EXCEPTION, C.WEATHER),
    ("双面单", M.EXCEPTION, C.UNSTATED),
    ("面单脱落", M.EXCEPTION, C.UNSTATED),
    ("到付费用问题", M.EXCEPTION, C.UNSTATED),
    ("签收未收到", M.EXCEPTION, C.UNSTATED),
    ("快件拦截成功", M.EXCEPTION, C.UNSTATED),
    ("退件", M.RETURNING, None),
    ("撤回", M.RETURNING, None),
    ("退签", M.RETURNED, None),
    ("撤单", M.CANCELLED, None),
    ("卖家取消提货", M.INFO_RECEIVED, None),
    ("联系不上，提无人", M.INFO_RECEIVED, None),
    ("逾期未取", M.AVAILABLE_FOR_PICKUP, None),
    # The buyer asked for it: nothing is wrong.
    ("更改派送时间", M.IN_TRANSIT, C.POSTPONED),
    ("收件人要求延迟投递", M.IN_TRANSIT, C.POSTPONED),
    ("客户要求自取", M.IN_TRANSIT, C.POSTPONED),
    ("改派新地址", M.IN_TRANSIT, None),
    # What the post says.
    ("邮件已收寄", M.PICKED_UP, None),
    ("【东门处理中心】已封发", M.IN_TRANSIT, None),
    ("总包开拆", M.IN_TRANSIT, None),
    ("投递下段", M.OUT_FOR_DELIVERY, None),
    ("东门揽投部安排投递", M.OUT_FOR_DELIVERY, None),
    ("投递失败", M.ATTEMPT_FAILED, None),
    ("未妥投，待再次投递", M.ATTEMPT_FAILED, None),
    ("已妥投", M.DELIVERED, None),
    ("转窗投", M.AVAILABLE_FOR_PICKUP, None),
    ("到达待取", M.AVAILABLE_FOR_PICKUP, None),
    ("收件人已取走邮件", M.DELIVERED, None),
    ("投递员取走邮件", M.OUT_FOR_DELIVERY, None),
    ("退回妥投", M.RETURNED, None),
    ("退回邮件开拆", M.RETURNING, None),
    # What takes an earlier scan back says nothing else.
    ("投递妥投撤销", M.EXCEPTION, C.UNSTATED),
    ("投递未妥投撤销", M.EXCEPTION, C.UNSTATED),
    ("退回邮件开拆删除", M.EXCEPTION, C.UNSTATED),
    ("进口海关留存待验删除", M.EXCEPTION, C.UNSTATED),
    ("签收取消", M.EXCEPTION, C.UNSTATED),
    ("理赔签收", M.EXCEPTION, C.UNSTATED),
    # Sentence frames.
    ("快件派送不成功(因地址不详),待进一步处理", M.ATTEMPT_FAILED, C.ADDRESS),
    ("快件派送不成功(因电话关机),正在处理中,待再次派送", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("快件派送不成功(应客户要求),待转运", M.IN_TRANSIT, None),
    ("东门公司 正在进行 疑难件 扫描,原因是： 客户拒收", M.EXCEPTION, C.REFUSED),
    ("东门公司 正在进行 疑难件 扫描,原因是： 客户要求自取", M.IN_TRANSIT, C.POSTPONED),
    ("东门公司 正在进行 货件留仓 扫描", M.IN_TRANSIT, C.COURIER_FAULT),
    ("【东门】的赵小川（13900000002） 正在第2次派件", M.OUT_FOR_DELIVERY, None),
    ("已存放至【某某生活站】", M.AVAILABLE_FOR_PICKUP, None),
    ("快件已被【丰巢3号柜】代收", M.AVAILABLE_FOR_PICKUP, None),
    ("派件送达【邻里店】，请前往领取", M.AVAILABLE_FOR_PICKUP, None),
    ("签收人: 快递柜", M.AVAILABLE_FOR_PICKUP, None),
    ("签收人在【丰巢3号柜】领取", M.DELIVERED, None),
    ("已签收,签收人是: 草签", M.DELIVERED, None),
    ("已与客户约定新派送时间,待派送", M.IN_TRANSIT, C.POSTPONED),
    ("客户已取件", M.DELIVERED, None),
    ("【东门网点】的林一帆(13900000001)已取件", M.PICKED_UP, None),
    ("退回件已签收", M.RETURNED, None),
    # A drop is none of the buyer's doing, whatever the buyer is asked to do next.
    ("已签收，签收人: 菜鸟驿站，请及时领取", M.AVAILABLE_FOR_PICKUP, None),
    ("已签收，签收人是妈妈驿站，请凭取件码领取", M.AVAILABLE_FOR_PICKUP, None),
    ("已派送至合作便利店，请及时领取", M.AVAILABLE_FOR_PICKUP, None),
    ("快件已放在驿站，请本人携带证件领取", M.AVAILABLE_FOR_PICKUP, None),
    ("快件已放在驿站，凭取件码1-2-3领取", M.AVAILABLE_FOR_PICKUP, None),
    ("快件已到达，请凭取件码领取", M.AVAILABLE_FOR_PICKUP, None),
    ("客户已凭取件码取件", M.DELIVERED, None),
    ("签收人凭取件码在菜鸟驿站领取", M.DELIVERED, None),
    # A return for a reason that stands is one; so is one that has begun.
    ("12月1日因客户拒收将退回", M.RETURNING, C.REFUSED),
    ("11月20日派送失败，将退回寄件人", M.RETURNING, None),
    ("快件将退回寄件人", M.RETURNING, None),
    ("已退回，预计3天后送达", M.RETURNING, None),
    ("发往【如东转运中心】途中发现破损", M.EXCEPTION, C.DAMAGED),
    ("【若羌】快件破损", M.EXCEPTION, C.DAMAGED),
    # The same in other characters.
    ("快件已簽收", M.DELIVERED, None),
    ("包裹於運輸途中遺失", M.EXCEPTION, C.LOST),
    ("收件人拒收，貨件退回", M.RETURNING, C.REFUSED),
]
SILENT = [
    "等待签收",
    "签收人信息待确认",
    "消费者已填写物流单号，待快递公司返回物流信息",
    "暂无退货物流信息",
    "如遇破损、丢失等问题，请拨打投诉电话：010-00000000",
    "感谢使用，期待再次为您服务",
    "面单破损，已补打",
    "若快件破损请拒收",
    "如快件丢失、破损请联系客服",
    "丢失件已找到",
    "客户要求退回已取消",
    "将于11月30日退回",
    "超过3天未取将退回",
    "超过三天未取，将退回寄件人",
    "3日后将自动退回寄件人",
    "3天后退回",
    "仍未领取将退回",
    "將於11月30日退回",
]
HEALTHY = [
    ("快件到达【东门中转部】，物流问题请联系950000", M.IN_TRANSIT),
    ("【东门】的小哥（超区人民路/13900000002）正在为您派送，投诉电话：010-00000000", M.OUT_FOR_DELIVERY),
    ("正在派送途中，请您准备签收", M.OUT_FOR_DELIVERY),
    ("快件到达【东门】，外包装无破损", M.IN_TRANSIT),
    ("快件已暂存至驿站，逾期将自动退回", M.AVAILABLE_FOR_PICKUP),
    ("快件离开【东门】，春节不打烊", M.IN_TRANSIT),
    ("已存放在菜鸟驿站，将于11月30日退回", M.AVAILABLE_FOR_PICKUP),
    ("已暂存至驿站，超过3天未取将退回", M.AVAILABLE_FOR_PICKUP),
    ("快件已送至北门口驿站", M.AVAILABLE_FOR_PICKUP),
    ("快件已送达【西门口营业部】", M.IN_TRANSIT),
    ("快件在途中丢失后已找回，快件到达【东门】", M.IN_TRANSIT),
    ("不退回，快件到达【东门】", M.IN_TRANSIT),
    ("疫情影响已解除，快件到达【东门】", M.IN_TRANSIT),
    ("快件到达【碧水湿地营业部】", M.IN_TRANSIT),
    ("快件到达【开封城关分部】", M.IN_TRANSIT),
    ("快件到达【起火车站营业部】", M.IN_TRANSIT),
    ("快件退改地址，已发往【东门】", M.IN_TRANSIT),
]
# The table's kinds in our words: what each may read as.
KINDS: dict[str, set[tuple[Milestone | None, Cause | None]]] = {
    "reversal": {(M.EXCEPTION, C.UNSTATED)},
    "lost": {(M.EXCEPTION, C.LOST)},
    "lost/damaged": {(M.EXCEPTION, C.LOST)},
    "damaged": {(M.EXCEPTION, C.DAMAGED)},
    "customs_held": {(M.CUSTOMS, C.CUSTOMS)},
    "prohibited": {(M.EXCEPTION, C.SECURITY)},
    "returned": {(M.RETURNED, None)},
    "refused": {(M.EXCEPTION, C.REFUSED), (M.ATTEMPT_FAILED, C.REFUSED)},
    "returning": {(M.RETURNING, None), (M.RETURNING, C.ADDRESS)},
    "cancelled": {(M.CANCELLED, None)},
    "pickup_failed": {(M.INFO_RECEIVED, None)},
    "misrouted": {(M.EXCEPTION, C.MISROUTED)},
    "out_of_area": {(M.EXCEPTION, C.ADDRESS), (M.ATTEMPT_FAILED, C.ADDRESS)},
    "handed_over": {(M.IN_TRANSIT, None)},
    "address_change": {(M.IN_TRANSIT, None), (M.IN_TRANSIT, C.POSTPONED)},
    "unreachable": {(M.ATTEMPT_FAILED, C.NOBODY_HOME), (M.EXCEPTION, C.ADDRESS), (M.ATTEMPT_FAILED, C.ADDRESS)},
    "address_problem": {(M.EXCEPTION, C.ADDRESS), (M.ATTEMPT_FAILED, C.ADDRESS)},
    "payment_problem": {(M.EXCEPTION, C.UNSTATED)},
    "held": {
        (M.IN_TRANSIT, C.COURIER_FAULT),
        (M.EXCEPTION, C.COURIER_FAULT),
        (M.EXCEPTION, C.UNSTATED),
        (M.EXCEPTION, C.DISRUPTED),
    },
    "force_majeure": {
        (M.EXCEPTION, C.WEATHER),
        (M.EXCEPTION, C.DISRUPTED),
        (M.IN_TRANSIT, C.DISRUPTED),
        (M.IN_TRANSIT, C.COURIER_FAULT),
        (M.EXCEPTION, C.COURIER_FAULT),
    },
    "holiday_delay": {(M.IN_TRANSIT, C.POSTPONED), (M.IN_TRANSIT, C.COURIER_FAULT)},
    "customer_postponed": {(M.IN_TRANSIT, C.POSTPONED)},
    "pickup_expired": {(M.AVAILABLE_FOR_PICKUP, None)},
    "failed_attempt": {(M.ATTEMPT_FAILED, None)},
    "delayed": {(M.IN_TRANSIT, C.COURIER_FAULT)},
    "problem_generic": {(M.EXCEPTION, C.UNSTATED)},
    "delivered_disputed": {(M.EXCEPTION, C.UNSTATED)},
    "available_for_pickup": {(M.AVAILABLE_FOR_PICKUP, None)},
    "delivered": {(M.DELIVERED, None)},
}


@pytest.mark.parametrize(("text", "milestone", "cause"), PHRASES)
def test_a_chinese_text_says(text: str, milestone: Milestone, cause: Cause | None) -> None:
    assert read(text) == Reading(milestone, cause)
    assert read(text, "en") == Reading(milestone, cause)


@pytest.mark.parametrize("text", SILENT)
def test_placeholders_and_small_print_say_nothing(text: str) -> None:
    assert read(text) == NOTHING


@pytest.mark.parametrize(("text", "milestone"), HEALTHY)
def test_small_print_leaves_a_healthy_scan_healthy(text: str, milestone: Milestone) -> None:
    assert read(text) == Reading(milestone)


def test_every_collected_phrase_is_read_as_its_kind_and_every_negative_is_no_trouble() -> None:
    samples = os.environ.get("PARCELWATCH_SAMPLES")
    if not samples:
        pytest.skip("PARCELWATCH_SAMPLES is not set")
    table = json.loads((Path(samples).parent / "tables" / "lexicon_zh.json").read_text(encoding="utf-8"))
    readings = [(each["kind"], each["phrase"], read(each["phrase"], "zh")) for each in table["phrases"]]
    assert len(readings) == 181
    wrong = [
        (kind, phrase, reading)
        for kind, phrase, reading in readings
        if (reading.milestone, reading.cause) not in KINDS[kind]
    ]
    assert wrong == []
    assert len(table["negatives"]) == 8
    troubles = {M.EXCEPTION, M.ATTEMPT_FAILED, M.RETURNING, M.RETURNED, M.CANCELLED, M.DELIVERED}
    for text in table["negatives"]:
        reading = read(text, "zh")
        assert reading.cause is None, text
        assert reading.milestone not in troubles, text
