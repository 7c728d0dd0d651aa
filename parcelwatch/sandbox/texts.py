"""What couriers write when a story gives no text of its own: wordings per language, milestone and cause.

`{place}` is where it happens. Several wordings for one meaning, as in real histories.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.world import Mark

Meaning = tuple[Milestone, Cause | None]
M = Milestone
C = Cause

ENGLISH: Mapping[Meaning, tuple[str, ...]] = {
    (M.INFO_RECEIVED, None): ("The sender has announced the shipment electronically; it is not handed over yet.",),
    (M.PICKED_UP, None): ("The shipment has been picked up at {place}.", "The shipment was accepted in {place}."),
    (M.IN_TRANSIT, None): (
        "The shipment has been processed at the parcel center {place}.",
        "The shipment has left the facility in {place}.",
        "The shipment arrived at the facility in {place}.",
    ),
    (M.CUSTOMS, None): ("The shipment is being prepared for customs clearance in {place}.",),
    (M.CUSTOMS, C.CUSTOMS): ("The shipment is held by customs in {place}; further documents are required.",),
    (M.OUT_FOR_DELIVERY, None): ("The shipment is out for delivery in {place}.",),
    (M.ATTEMPT_FAILED, None): ("The delivery attempt was not successful.",),
    (M.ATTEMPT_FAILED, C.NOBODY_HOME): ("The recipient was not at home; the shipment could not be delivered.",),
    (M.ATTEMPT_FAILED, C.REFUSED): ("The recipient refused to accept the shipment.",),
    (M.ATTEMPT_FAILED, C.ADDRESS): ("The shipment could not be delivered because the address is incomplete.",),
    (M.AVAILABLE_FOR_PICKUP, None): ("The shipment is ready for collection at the parcel shop in {place}.",),
    (M.EXCEPTION, None): ("There is an exception; the shipment is being checked at {place}.",),
    (M.EXCEPTION, C.DAMAGED): ("The shipment was damaged during transport and is being inspected at {place}.",),
    (M.EXCEPTION, C.LOST): ("The shipment could not be found after a search and is considered lost.",),
    (M.EXCEPTION, C.REFUSED): ("The recipient refused to accept the shipment.",),
    (M.EXCEPTION, C.ADDRESS): ("The recipient's address is incorrect; please contact customer service.",),
    (M.EXCEPTION, C.CUSTOMS): ("The shipment is held by customs in {place}; further documents are required.",),
    (M.EXCEPTION, C.SECURITY): ("The shipment contains prohibited goods and was stopped at {place}.",),
    (M.EXCEPTION, C.WEATHER): ("The shipment is delayed by severe weather.",),
    (M.EXCEPTION, C.DISRUPTED): ("The shipment is delayed by a strike.",),
    (M.EXCEPTION, C.DESTROYED): ("The shipment was destroyed.",),
    (M.EXCEPTION, C.MISROUTED): ("The shipment was mis-sorted to {place} and is being forwarded.",),
    (M.EXCEPTION, C.COURIER_FAULT): ("The shipment is delayed by an operational problem at {place}.",),
    (M.RETURNING, None): ("The shipment is being returned to the sender.",),
    (M.RETURNED, None): ("The shipment has been returned to the sender and was delivered there.",),
    (M.DELIVERED, None): ("The shipment has been successfully delivered.",),
    (M.CANCELLED, None): ("The shipment was cancelled by the sender.",),
    (M.UNKNOWN, None): ("Service data update ({place}).",),
}

GERMAN: Mapping[Meaning, tuple[str, ...]] = {
    (M.INFO_RECEIVED, None): ("Die Sendung wurde elektronisch angekündigt, aber noch nicht an DHL übergeben.",),
    (M.PICKED_UP, None): ("Die Sendung wurde vom Absender in der Filiale {place} eingeliefert.",),
    (M.IN_TRANSIT, None): (
        "Die Sendung wurde im Paketzentrum {place} bearbeitet.",
        "Die Sendung hat das Paketzentrum {place} verlassen.",
        "Die Sendung ist in der Region {place} angekommen.",
    ),
    (M.CUSTOMS, None): ("Die Sendung wird in {place} für die Verzollung vorbereitet.",),
    (M.CUSTOMS, C.CUSTOMS): ("Die Sendung wird vom Zoll in {place} zurückgehalten; es fehlen Unterlagen.",),
    (M.OUT_FOR_DELIVERY, None): ("Die Sendung wurde in das Zustellfahrzeug geladen.",),
    (M.ATTEMPT_FAILED, None): ("Die Zustellung war nicht erfolgreich.",),
    (M.ATTEMPT_FAILED, C.NOBODY_HOME): ("Der Empfänger wurde nicht angetroffen; die Zustellung war nicht möglich.",),
    (M.ATTEMPT_FAILED, C.REFUSED): ("Die Annahme der Sendung wurde vom Empfänger verweigert.",),
    (M.ATTEMPT_FAILED, C.ADDRESS): ("Die Sendung konnte nicht zugestellt werden: Die Adresse ist unvollständig.",),
    (M.AVAILABLE_FOR_PICKUP, None): ("Die Sendung liegt in der Filiale {place} zur Abholung bereit.",),
    (M.EXCEPTION, None): ("Es ist ein besonderes Vorkommnis eingetreten; die Sendung wird geprüft.",),
    (M.EXCEPTION, C.DAMAGED): ("Die Sendung wurde beschädigt und wird im Paketzentrum {place} nachverpackt.",),
    (M.EXCEPTION, C.LOST): ("Die Sendung ist nicht auffindbar und gilt als verloren.",),
    (M.EXCEPTION, C.REFUSED): ("Die Annahme der Sendung wurde vom Empfänger verweigert.",),
    (M.EXCEPTION, C.ADDRESS): ("Die Adresse des Empfängers ist fehlerhaft.",),
    (M.EXCEPTION, C.CUSTOMS): ("Die Sendung wird vom Zoll in {place} zurückgehalten; es fehlen Unterlagen.",),
    (M.EXCEPTION, C.WEATHER): ("Die Sendung verzögert sich wegen starken Unwetters.",),
    (M.EXCEPTION, C.DISRUPTED): ("Die Sendung verzögert sich wegen eines Streiks.",),
    (M.EXCEPTION, C.DESTROYED): ("Die Sendung wurde vernichtet.",),
    (M.EXCEPTION, C.MISROUTED): ("Die Sendung wurde nach {place} fehlgeleitet und wird weitergeleitet.",),
    (M.RETURNING, None): ("Die Sendung wird an den Absender zurückgesandt.",),
    (M.RETURNED, None): ("Die Rücksendung wurde dem Absender zugestellt.",),
    (M.DELIVERED, None): ("Die Sendung wurde erfolgreich zugestellt.",),
    (M.CANCELLED, None): ("Die Sendung wurde vom Absender storniert.",),
    (M.UNKNOWN, None): ("Servicedaten aktualisiert ({place}).",),
}

CHINESE: Mapping[Meaning, tuple[str, ...]] = {
    (M.INFO_RECEIVED, None): ("商家已下单，等待快递员上门揽收",),
    (M.PICKED_UP, None): ("【{place}】快递员已揽收您的快件", "【{place}】的营业网点已收件"),
    (M.IN_TRANSIT, None): (
        "快件已到达【{place}转运中心】",
        "快件离开【{place}转运中心】，已发往下一站",
        "快件在【{place}集散中心】完成分拣",
    ),
    (M.CUSTOMS, None): ("快件正在【{place}】清关",),
    (M.CUSTOMS, C.CUSTOMS): ("快件清关异常，海关扣留，请补充报关资料",),
    (M.OUT_FOR_DELIVERY, None): ("【{place}】的快递员正在派件，请保持电话畅通",),
    (M.ATTEMPT_FAILED, None): ("快件派送不成功，待再次派送",),
    (M.ATTEMPT_FAILED, C.NOBODY_HOME): ("快件派送不成功（因电话无人接听，无法联系收件人），待再次派送",),
    (M.ATTEMPT_FAILED, C.REFUSED): ("收件人拒收，快件派送不成功，待发货方确认",),
    (M.ATTEMPT_FAILED, C.ADDRESS): ("快件派送不成功（因收件地址不详），待进一步处理",),
    (M.AVAILABLE_FOR_PICKUP, None): ("快件已暂存至{place}菜鸟驿站，请凭取件码及时领取",),
    (M.EXCEPTION, None): ("【{place}】正在进行疑难件扫描",),
    (M.EXCEPTION, C.DAMAGED): ("快件在【{place}转运中心】发现外包装破损，内件待核实",),
    (M.EXCEPTION, C.LOST): ("快件在运输途中遗失，【{place}】网点已登记，正在核实理赔",),
    (M.EXCEPTION, C.REFUSED): ("收件人拒收，待发货方确认",),
    (M.EXCEPTION, C.ADDRESS): ("收件地址错误，无法派送，请联系发货方核实",),
    (M.EXCEPTION, C.NOBODY_HOME): ("多次派件均无法联系收件人",),
    (M.EXCEPTION, C.CUSTOMS): ("快件清关异常，海关扣留，请补充报关资料",),
    (M.EXCEPTION, C.SECURITY): ("快件含违禁品，已由机关查扣",),
    (M.EXCEPTION, C.WEATHER): ("受恶劣天气影响，快件在【{place}】延误",),
    (M.EXCEPTION, C.DISRUPTED): ("因网点爆仓，快件在【{place}】滞留",),
    (M.EXCEPTION, C.DESTROYED): ("快件已销毁",),
    (M.EXCEPTION, C.MISROUTED): ("【{place}】发现快件错分，正在转往正确网点",),
    (M.EXCEPTION, C.COURIER_FAULT): ("快件滞留在【{place}】网点",),
    (M.RETURNING, None): ("快件正在退回寄件人，已离开【{place}】",),
    (M.RETURNED, None): ("退回件已由寄件人签收",),
    (M.DELIVERED, None): ("快件已签收，签收人：本人，感谢使用",),
    (M.CANCELLED, None): ("该运单已取消寄件",),
    (M.UNKNOWN, None): ("【{place}】网点已更新快件信息",),
}

TEXTS: Mapping[str, Mapping[Meaning, tuple[str, ...]]] = {"en": ENGLISH, "de": GERMAN, "zh": CHINESE}
NOWHERE = {"en": "the facility", "de": "Zustellbasis", "zh": "当地"}


def wording(mark: Mark, language: str) -> str:
    """What the courier writes for this line: the story's own text, else a usual one."""
    if mark.says.text:
        return mark.says.text
    texts = TEXTS.get(language, ENGLISH)
    meaning = (mark.says.milestone, mark.says.cause)
    choices = texts.get(meaning) or texts[(mark.says.milestone, None)]
    return choices[mark.dice % len(choices)].format(place=mark.locality or NOWHERE.get(language, NOWHERE["en"]))
