"""What is only announced, denied or part of a place's name: a return to come, small print, Storm Lake."""

from __future__ import annotations

import pytest

from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

WAITING = [
    ("en", "Available for Pickup. Your item will be returned to sender on December 1"),
    ("en", "Available for pickup. After December 1 it will be returned to the sender"),
    ("en", "Available for pickup; will be returned to sender after 10 days"),
    ("en", "Ready for collection at the parcel shop. We will return it to the sender on 30/11"),
    ("en", "Available for pickup until December 5, then returned to sender"),
    ("en", "Held at post office for 10 days, then returned to sender"),
    ("en", "Left at FedEx Onsite location for pickup"),
    ("de", "Die Sendung liegt zur Abholung bereit; danach Rücksendung"),
    ("de", "Das Paket liegt im PaketShop zur Abholung bereit, wird am 1. Dezember an den Absender zurückgesandt"),
    ("de", "Die Sendung ist abholbereit, anschließend Rücksendung an den Absender"),
    ("de", "Die Sendung ist abholbereit, nach sieben Werktagen Rücksendung"),
    ("fr", "Votre colis est disponible au point relais jusqu'au 30/11, puis sera renvoyé à l'expéditeur"),
    ("fr", "Disponible en point relais jusqu'au 30/11, puis retour à l'expéditeur"),
    ("fr", "Disponible en point relais. Il sera retourné à l'expéditeur le 1 décembre"),
    ("es", "Disponible para recoger en la oficina; después será devuelto al remitente"),
    ("es", "Disponible para recoger en la oficina. Será devuelto al remitente el 30/11"),
    ("pt", "Objeto disponível para retirada, depois será devolvido ao remetente"),
    ("pt", "Objeto disponível para retirada. Será devolvido ao remetente em 30/11"),
    ("de", "Die Sendung liegt in der Filiale zur Abholung bereit, sonst geht sie an den Absender zurück"),
    ("it", "Disponibile per il ritiro, altrimenti verrà restituito al mittente"),
    ("nl", "Uw pakket ligt klaar bij het afhaalpunt, anders gaat het retour afzender"),
    ("pl", "Paczka czeka na odbiór, w przeciwnym razie zostanie zwrócona do nadawcy"),
    ("ru", "Посылка ожидает получателя, иначе будет возвращена отправителю"),
    ("ja", "営業所で保管中、保管期限を過ぎますと返送となります"),
    ("ko", "우체국에서 보관 중, 보관기간 경과 시 반송됩니다"),
    ("zh", "快件已存放在菜鸟驿站，请于3日内取件，逾期退回"),
]
RETURNING = [
    ("en", "Refused by consignee; will be returned to the sender", C.REFUSED),
    ("en", "On December 1 the recipient refused it, it will be returned to sender", C.REFUSED),
    ("en", "Refused, then returned to sender", C.REFUSED),
    ("en", "After 3 failed attempts it will be returned to the sender", None),
    ("en", "Your item was returned to the sender on December 1 because it could not be delivered", None),
    ("de", "Die Sendung wurde am 1. Dezember an den Absender zurückgesandt", None),
    ("de", "Annahme verweigert, die Sendung wurde danach zurückgesandt", C.REFUSED),
    ("de", "Nach 3 Zustellversuchen an den Absender zurückgesandt", None),
    ("fr", "Refusé puis retourné à l'expéditeur", C.REFUSED),
    ("fr", "Le colis a été retourné à l'expéditeur le 30/11", None),
    ("es", "Fue devuelto al remitente el 30/11", None),
    ("pt", "Recusado e depois devolvido ao remetente", C.REFUSED),
    ("nl", "Niet afgehaald, daarna retour afzender", None),
    ("en", "The delivery was cancelled and the parcel is being returned to sender", None),
    ("de", "Zustellung storniert, Rücksendung an den Absender", None),
    ("fr", "Livraison annulée, retour à l'expéditeur", None),
    ("es", "Entrega cancelada, en devolución al remitente", None),
    ("pt", "Entrega cancelada, devolvido ao remetente", None),
    ("it", "Consegna annullata, reso al mittente", None),
    ("nl", "Bezorging geannuleerd, pakket gaat retour afzender", None),
    ("pl", "Doręczenie anulowane, zwrot do nadawcy", None),
    ("ru", "Вручение отменено, возврат отправителю", None),
    ("ja", "配達中止、差出人へ返送中", None),
    ("zh", "客户未取，逾期退回寄件人", None),
    ("ko", "보관기간 경과로 반송", None),
    ("ja", "保管期間が経過したため返送", None),
]
HEALTHY = [
    ("Arrived at Post Office, BROKEN ARROW, OK", M.IN_TRANSIT),
    ("Package arrived at BROKEN ARROW facility", M.IN_TRANSIT),
    ("Departed STORM LAKE, IA", M.IN_TRANSIT),
    ("Arrived at HURRICANE, UT", M.IN_TRANSIT),
    ("Arrived at Flood Street DO", M.IN_TRANSIT),
    ("Departed Snow Hill", M.IN_TRANSIT),
    ("Departed STRIKE MILL", M.IN_TRANSIT),
    ("Report lost or damaged items within 30 days", None),
    ("Your parcel was checked for damage", None),
    ("No duties due, cleared customs", M.IN_TRANSIT),
    ("Return to sender has been cancelled", None),
    ("The return was cancelled", None),
    ("Return request cancelled, out for re-delivery", M.OUT_FOR_DELIVERY),
    ("Arrived at Burnt Oak depot", M.IN_TRANSIT),
    ("Departed BLACK ROAD depot", M.IN_TRANSIT),
    ("Waiting for the customer to reply", None),
    ("No outstanding duties", None),
    ("The neighbour refused it, delivered to the ParcelShop", M.AVAILABLE_FOR_PICKUP),
]
TROUBLED = [
    ("Delivery cancelled", M.EXCEPTION, C.UNSTATED),
    ("Delivery cancelled: damaged in transit", M.EXCEPTION, C.DAMAGED),
    ("Delivery attempt cancelled, recipient refused", M.ATTEMPT_FAILED, C.REFUSED),
    ("Exception hold / Lost", M.EXCEPTION, C.LOST),
    ("Record closed / Lost", M.EXCEPTION, C.LOST),
    ("Lost", M.EXCEPTION, C.LOST),
    ("Package broken", M.EXCEPTION, C.DAMAGED),
    ("The contents were badly broken", M.EXCEPTION, C.DAMAGED),
    ("Wet packaging", M.EXCEPTION, C.DAMAGED),
    ("Broken", M.EXCEPTION, C.DAMAGED),
    ("Package arrived torn in BROKEN ARROW", M.EXCEPTION, C.DAMAGED),
    ("Delayed by snow", M.EXCEPTION, C.WEATHER),
    ("Delay due to a winter storm", M.EXCEPTION, C.WEATHER),
    ("Flooding in the area", M.EXCEPTION, C.WEATHER),
    ("Hurricane", M.EXCEPTION, C.WEATHER),
    ("Strike", M.EXCEPTION, C.DISRUPTED),
    ("Affected by port strike", M.EXCEPTION, C.DISRUPTED),
    ("Incorrectly delivered", M.EXCEPTION, C.MISROUTED),
    ("Delivered in error", M.EXCEPTION, C.MISROUTED),
    ("The parcel wasn't delivered today", M.ATTEMPT_FAILED, None),
    ("It hasn't been delivered", M.ATTEMPT_FAILED, None),
]


@pytest.mark.parametrize(("language", "text"), WAITING)
def test_a_return_announced_for_later_leaves_the_parcel_waiting(language: str, text: str) -> None:
    assert read(text, language) == read(text) == Reading(M.AVAILABLE_FOR_PICKUP)


@pytest.mark.parametrize(("language", "text", "cause"), RETURNING)
def test_a_return_under_way_or_for_a_reason_is_one(language: str, text: str, cause: Cause | None) -> None:
    assert read(text, language) == Reading(M.RETURNING, cause)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Retour à l'expéditeur annulé"),
        ("es", "Devolución cancelada"),
        ("pt", "Devolução cancelada"),
        ("de", "Der Rückversand wurde storniert"),
        ("ja", "返送を取り消しました"),
    ],
)
def test_a_return_called_off_is_no_news(language: str, text: str) -> None:
    assert read(text, language) == NOTHING


@pytest.mark.parametrize(("text", "milestone"), HEALTHY)
def test_a_places_name_or_small_print_is_no_trouble(text: str, milestone: Milestone | None) -> None:
    assert read(text, "en") == read(text.upper(), "en") == Reading(milestone)


@pytest.mark.parametrize(("text", "milestone", "cause"), TROUBLED)
def test_trouble_beside_a_parcel_is_told(text: str, milestone: Milestone, cause: Cause | None) -> None:
    assert read(text, "en") == read(text.upper(), "en") == Reading(milestone, cause)
