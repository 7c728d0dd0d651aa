"""The code tables are whole and say each thing once; what a text may add to a code."""

from __future__ import annotations

import pytest

from parcelwatch.couriers.dhl.codes import GROUPS, SERVICES
from parcelwatch.couriers.kuaidi100.codes import NAMES, STATES
from parcelwatch.couriers.seventeentrack.item import STATUSES, SUB_STATUSES
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, beside, follow
from parcelwatch.couriers.shared.notices import is_movement
from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause
TRANSIT: Meaning = (M.IN_TRANSIT, None)
FAILURE: Meaning = (M.EXCEPTION, C.UNSTATED)
DELIVERED: Meaning = (M.DELIVERED, None)


@pytest.mark.parametrize("division", GROUPS)
def test_a_code_stands_once_per_division(division: str) -> None:
    codes = [code for _, codes in GROUPS[division] for code in codes.split()]
    assert len(codes) == len(set(codes))
    assert division in SERVICES


def test_17tracks_nine_statuses_have_their_sub_statuses() -> None:
    assert len(STATUSES) == 9
    assert len(SUB_STATUSES) == 29  # the thirtieth, InfoReceived, is a status as well
    assert {sub.split("_")[0] for sub in SUB_STATUSES} == set(STATUSES) - {"InfoReceived"}


def test_kuaidi100s_names_lead_to_all_its_states() -> None:
    assert set(NAMES.values()) == set(STATES)


@pytest.mark.parametrize(
    ("meaning", "text", "expected"),
    [
        (TRANSIT, "Service data update", TRANSIT),
        (TRANSIT, "The shipment was damaged", (M.EXCEPTION, C.DAMAGED)),
        (TRANSIT, "Delayed by bad weather", (M.IN_TRANSIT, C.WEATHER)),
        (TRANSIT, "The shipment is on its way back to the sender", (M.RETURNING, None)),
        (TRANSIT, "Ready for collection at the parcel shop", (M.AVAILABLE_FOR_PICKUP, None)),
        (TRANSIT, "Delivered - left with neighbour", TRANSIT),
        (FAILURE, "Service data update", FAILURE),
        (FAILURE, "Delivered - left with neighbour", FAILURE),
        (FAILURE, "The recipient was not at home", (M.ATTEMPT_FAILED, C.NOBODY_HOME)),
        (FAILURE, "The shipment is considered lost", (M.EXCEPTION, C.LOST)),
        ((M.ATTEMPT_FAILED, None), "The address is incomplete", (M.ATTEMPT_FAILED, C.ADDRESS)),
        ((M.EXCEPTION, C.DAMAGED), "The shipment is considered lost", (M.EXCEPTION, C.DAMAGED)),
        ((M.EXCEPTION, C.REFUSED), "It is being returned to the sender", (M.RETURNING, C.REFUSED)),
        ((M.RETURNING, None), "The recipient refused it", (M.RETURNING, C.REFUSED)),
        (DELIVERED, "The shipment was damaged", (M.DELIVERED, C.DAMAGED)),
        (DELIVERED, "The shipment was disposed of", (M.EXCEPTION, C.DESTROYED)),
        (DELIVERED, "Delivered back to the sender", (M.RETURNED, None)),
        (DELIVERED, "The recipient was not at home", DELIVERED),
        ((M.INFO_RECEIVED, None), "Out for delivery", (M.INFO_RECEIVED, None)),
        (UNKNOWN, "Service data update", UNKNOWN),
        (UNKNOWN, "Arrived at facility", UNKNOWN),
        (UNKNOWN, "The shipment was damaged", (M.UNKNOWN, C.DAMAGED)),
        (UNKNOWN, "Delivery attempted, nobody was home", (M.ATTEMPT_FAILED, C.NOBODY_HOME)),
        (UNKNOWN, "Recipient unknown, returned to sender", (M.RETURNING, C.ADDRESS)),
        (UNKNOWN, "It will be returned to sender", UNKNOWN),
    ],
)
def test_a_text_beside_a_code_adds_what_the_code_leaves_open(meaning: Meaning, text: str, expected: Meaning) -> None:
    assert beside(meaning, read(text)) == expected


def test_a_drop_in_a_locker_is_the_delivery_only_where_the_parcel_waited_before() -> None:
    drop = (DELIVERED, Reading(M.AVAILABLE_FOR_PICKUP))
    assert follow([drop])[-1][0] is M.AVAILABLE_FOR_PICKUP
    assert follow([((M.AVAILABLE_FOR_PICKUP, None), NOTHING), drop])[-1][0] is M.DELIVERED


def test_a_delivery_after_a_return_scan_is_the_returns_end() -> None:
    assert follow([((M.RETURNING, None), NOTHING), (TRANSIT, NOTHING), (DELIVERED, NOTHING)])[-1][0] is M.RETURNED


def test_a_return_told_beside_an_unknown_code_is_not_forgotten() -> None:
    told = (UNKNOWN, read("Return to sender"))
    back: Meaning = (M.RETURNING, None)
    assert follow([told, (TRANSIT, NOTHING), (DELIVERED, NOTHING)]) == [back, TRANSIT, (M.RETURNED, None)]
    assert follow([(UNKNOWN, read("Out for delivery")), (DELIVERED, NOTHING)])[-1] == DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "Your item will be returned to sender",
        "Available for Pickup. Your item will be returned to sender on December 1",
        "Votre colis sera retourné à l'expéditeur",
        "Será devuelto al remitente",
        "Objeto será devolvido ao remetente",
        "快件将退回寄件人",
        "超过3天未取将退回",
    ],
)
def test_a_return_to_come_leaves_a_waiting_parcel_to_its_buyer(text: str) -> None:
    waiting: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
    assert follow([(waiting, read(text)), (DELIVERED, NOTHING)]) == [waiting, DELIVERED]


@pytest.mark.parametrize(
    "text", ["Unclaimed, being returned to sender", "It was returned to the sender", "快件正在退回寄件人"]
)
def test_a_return_that_has_begun_takes_the_parcel_from_its_buyer(text: str) -> None:
    waiting: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
    assert follow([(waiting, read(text)), (DELIVERED, NOTHING)])[-1][0] is M.RETURNED


def test_no_code_and_no_known_word_is_unknown() -> None:
    assert follow([(None, NOTHING)]) == [UNKNOWN]


def test_what_security_holds_is_not_held_by_customs() -> None:
    held = read("Held by airport security")
    assert beside((M.CUSTOMS, C.CUSTOMS), held) == beside((M.CUSTOMS, None), held) == (M.EXCEPTION, C.SECURITY)


@pytest.mark.parametrize("words", ["Tracer opened", "A trace has been initiated", "Search initiated", "查件已受理"])
def test_that_somebody_looks_for_it_is_no_movement(words: str) -> None:
    assert not is_movement(TRANSIT, words)


BACK: list[tuple[Meaning | None, Reading]] = [((M.RETURNING, None), NOTHING), ((M.OUT_FOR_DELIVERY, None), NOTHING)]


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("Delivered, signed by recipient", M.DELIVERED),
        ("已签收，签收人：本人", M.DELIVERED),
        ("Delivered", M.RETURNED),
        ("Delivered to the sender, recipient unknown", M.RETURNED),
    ],
)
def test_a_delivery_after_another_attempt_went_to_whom_its_words_say(words: str, end: Milestone) -> None:
    assert follow([*BACK, (DELIVERED, NOTHING)], [("", ""), ("", ""), ("", words)])[-1][0] is end
    assert follow([BACK[0], (DELIVERED, NOTHING)], [("", ""), ("", words)])[-1][0] is M.RETURNED


@pytest.mark.parametrize(("place", "end"), [("Nantes", M.DELIVERED), ("Lyon", M.RETURNED), ("", M.RETURNED)])
def test_a_delivery_after_another_attempt_went_to_where_the_recipient_was_tried(place: str, end: Milestone) -> None:
    scans: list[tuple[Meaning | None, Reading]] = [
        ((M.PICKED_UP, None), NOTHING),
        ((M.OUT_FOR_DELIVERY, None), NOTHING),
        *BACK,
        (DELIVERED, NOTHING),
    ]
    places = ["Lyon", "Nantes", "Nantes", place, place]
    assert follow(scans, [(each, "") for each in places])[-1][0] is end


@pytest.mark.parametrize(
    ("code", "put_off"),
    [
        (FAILURE, (M.IN_TRANSIT, C.POSTPONED)),
        ((M.ATTEMPT_FAILED, None), (M.IN_TRANSIT, C.POSTPONED)),
        (TRANSIT, (M.IN_TRANSIT, C.POSTPONED)),
        ((M.OUT_FOR_DELIVERY, None), (M.OUT_FOR_DELIVERY, C.POSTPONED)),
        ((M.AVAILABLE_FOR_PICKUP, None), (M.AVAILABLE_FOR_PICKUP, None)),
        ((M.EXCEPTION, C.DAMAGED), (M.EXCEPTION, C.DAMAGED)),
        (DELIVERED, DELIVERED),
    ],
)
@pytest.mark.parametrize(
    "words", ["Future delivery requested", "Package held until 03/14/2026", "客户改约", "节假日延迟派送"]
)
def test_what_was_put_off_is_no_trouble_and_no_movement(code: Meaning, put_off: Meaning, words: str) -> None:
    assert beside(code, read(words)) == put_off
    assert is_movement((M.IN_TRANSIT, C.POSTPONED), words) is False
