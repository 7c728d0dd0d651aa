"""One way from a list of scans to checkpoints, for every adapter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.couriers.shared.history import Scan, history, ordered
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.notices import is_movement
from parcelwatch.couriers.shared.times import Span
from parcelwatch.errors import CourierUnreadable
from parcelwatch.lexicon import read
from parcelwatch.model import Cause, Milestone, Sure

M = Milestone
C = Cause

# --- order ---------------------------------------------------------------------------------------


def at(hour: int, vague: int = 0) -> Span:
    start = datetime(2026, 3, 4, tzinfo=UTC)
    return start + timedelta(hours=hour - vague), start + timedelta(hours=hour + vague)


def names(*listed: tuple[Span | None, str]) -> str:
    scans = [Scan(span, name, (M.IN_TRANSIT, None), "") for span, name in listed]
    return "".join(one.code for one in history(scans, newest_first=False))


def test_a_list_is_read_oldest_first_whichever_way_it_runs() -> None:
    assert names((at(1), "a"), (at(2), "b"), (at(3), "c")) == "abc"
    assert names((at(3), "c"), (at(2), "b"), (at(1), "a")) == "abc"
    assert names((at(3, 9), "c"), (at(2, 9), "b"), (at(1, 9), "a")) == "abc"


def test_of_one_instant_the_lists_order_stands() -> None:
    assert names((at(1), "a"), (at(2), "b"), (at(2), "c")) == "abc"
    assert names((at(2), "c"), (at(2), "b"), (at(1), "a")) == "abc"


def test_a_vague_time_stays_behind_the_exact_one_before_it() -> None:
    assert names((at(1), "a"), (at(2, 12), "b"), (at(3), "c")) == "abc"


def test_a_scan_without_a_time_stays_between_its_neighbours() -> None:
    assert names((at(1), "a"), (None, "b"), (at(3), "c")) == "abc"
    assert names() == ""


def test_scans_of_which_none_has_a_time_are_not_the_same_as_none() -> None:
    with pytest.raises(CourierUnreadable, match="2 scans"):
        names((None, "a"), (None, "b"))


def test_one_odd_time_does_not_turn_a_list_around() -> None:
    assert names((at(9), "z"), (at(2), "a"), (at(3), "b"), (at(4), "c"), (at(5), "d")) == "abcdz"
    assert names((at(5), "d"), (at(4), "c"), (at(3), "b"), (at(9), "z"), (at(1), "a")) == "abcdz"


def test_where_times_cannot_tell_the_usual_order_stands() -> None:
    scans = [Scan(at(2), name, (M.IN_TRANSIT, None), "") for name in "ab"]
    assert [one.code for one in history(scans)] == ["b", "a"]
    assert [one.code for one in history(scans, newest_first=False)] == ["a", "b"]


def test_half_days_lost_do_not_turn_a_day_around() -> None:
    """A clock without its PM may mean either half of the day; the list's own order then tells."""
    scans = [
        Scan((at(hour)[0], at(hour + 12)[0]), code, (M.IN_TRANSIT, None), "") for hour, code in ((7, "a"), (4, "b"))
    ]
    assert [one.code for one in ordered(scans, newest_first=False, same_clock=False)] == ["a", "b"]
    assert [one.code for one in ordered(scans[::-1], same_clock=False)] == ["a", "b"]


@given(st.lists(st.integers(0, 99), unique=True, max_size=9), st.booleans())
def test_an_exact_list_reads_the_same_whichever_way_it_runs(hours: list[int], usual: bool) -> None:
    scans = [Scan(at(hour), str(hour), (M.IN_TRANSIT, None), "") for hour in sorted(hours)]
    found = [one.code for one in history(scans, newest_first=usual)]
    assert found == [one.code for one in history(scans[::-1], newest_first=usual)] == [scan.code for scan in scans]


# --- movement ------------------------------------------------------------------------------------


@pytest.mark.parametrize("milestone", [M.INFO_RECEIVED, M.UNKNOWN])
def test_label_data_and_what_nobody_can_read_is_no_movement(milestone: Milestone) -> None:
    (one,) = history([Scan(at(1), "", (milestone, None), "Arrived at the depot")])
    assert not one.moves


@pytest.mark.parametrize("cause", [C.WEATHER, C.COURIER_FAULT, C.CUSTOMS, C.LOST, C.MISROUTED])
def test_that_it_waits_is_sought_or_goes_astray_is_no_movement_but_at_the_door_it_is(cause: Cause) -> None:
    assert not is_movement((M.EXCEPTION, cause), "")
    assert is_movement((M.ATTEMPT_FAILED, cause), "")
    assert is_movement((M.DELIVERED, cause), "")


@pytest.mark.parametrize(
    "words",
    [
        "In Transit to Next Facility",
        "Your item is moving within the USPS network",
        "IN-TRANSIT TO NEXT FACILITY",
        "Currently in transit to the next sort facility",
        "In Transit, Arriving Late",
        "Your package will arrive later than expected, but is still on its way",
        "Shipment arriving On-Time, delivery updated",
        "Delivery appointment rescheduled",
        "Your package is delayed",
        "Delay: transport",
        "A new delivery date was set: estimated delivery date 5 March",
        "Additional documents are required for clearance",
        "Awaiting missing commercial invoice information",
        "受天气影响，快件延误",
        "En route to next facility",
        "Die Sendung ist auf dem Weg zum nächsten Paketzentrum",
        "Die Zustellung wurde auf den nächsten Werktag verschoben",
        "En tránsito hacia el próximo centro",
        "Fecha prevista de entrega actualizada",
        "En transit vers le prochain site",
        "In transito verso il prossimo centro",
        "Em trânsito para a próxima unidade",
        "Onderweg naar het volgende depot",
        "W drodze do następnej placówki",
        "次の拠点に移動中",
        "快件正在发往下一站",
    ],
)
def test_a_notice_is_no_movement(words: str) -> None:
    reading = read(words)
    (one,) = history([Scan(at(1), "T", (M.IN_TRANSIT, None), words, reading=reading)])
    assert not one.moves


@pytest.mark.parametrize(
    "words",
    [
        "Departed facility",
        "Departed Facility, in transit to next facility",
        "Arrived at hub. Estimated delivery date 5 March",
        "Im Paketzentrum bearbeitet. Voraussichtliche Zustellung: morgen",
        "Salió del centro, en tránsito al siguiente centro",
        "【杭州】快件离开，正在发往下一站",
        "Arrived at hub; loaded",
        "Processed at facility MEMPHIS",
        "In transit",
        "Arrived in country of destination",
        "快件到达【上海转运中心】，预计明天送达",
        "Customs clearance completed",
    ],
)
def test_a_scan_is_movement(words: str) -> None:
    (one,) = history([Scan(at(1), "T", (M.IN_TRANSIT, None), words, reading=read(words))])
    assert one.moves


def test_what_the_code_tells_of_movement_stands_against_the_words() -> None:
    for moves in (True, False):
        (one,) = history([Scan(at(1), "T", (M.IN_TRANSIT, None), "Delayed", moves=moves)])
        assert one.moves is moves


# --- how sure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meaning", "words", "cause", "sure"),
    [
        (None, "疑似遗失，查找中", C.LOST, Sure.SUSPECTED),
        ((M.EXCEPTION, C.LOST), "Parcel could not be located, an investigation was started", C.LOST, Sure.SUSPECTED),
        ((M.EXCEPTION, C.UNSTATED), "Outer packaging damaged, contents intact", C.DAMAGED, Sure.SLIGHT),
        ((M.EXCEPTION, C.LOST), "Lost", C.LOST, Sure.STATED),
        ((M.EXCEPTION, C.LOST), "", C.LOST, Sure.STATED),
    ],
)
def test_a_scan_says_how_sure_its_cause_is(meaning: Meaning | None, words: str, cause: Cause, sure: Sure) -> None:
    (one,) = history([Scan(at(1), "", meaning, words, reading=read(words))])
    assert (one.cause, one.sure) == (cause, sure)


# --- what is left of a delivery, and of a code nobody mapped ---------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Partial delivery, the remaining pieces follow",
        "部分签收，3件中2件已签收",
        "Teillieferung zugestellt",
        "Livraison partielle",
        "Entrega parcial realizada",
        "Consegna parziale",
        "Gedeeltelijk bezorgd",
        "Częściowo doręczono",
    ],
)
def test_a_delivery_of_some_pieces_is_none_yet(words: str) -> None:
    signed = Scan(at(1), "SIGNED", (M.DELIVERED, None), words, reading=read(words))
    rest = Scan(at(2), "SIGNED", (M.DELIVERED, None), "Delivered", reading=read("Delivered"))
    assert [one.milestone for one in history([signed, rest])] == [M.IN_TRANSIT, M.DELIVERED]


@pytest.mark.parametrize(
    ("words", "milestone", "reported"),
    [
        ("Delivery attempted, nobody was home", M.ATTEMPT_FAILED, True),
        ("Returned to sender", M.RETURNING, True),
        ("Delivered", M.UNKNOWN, False),
        ("Departed from the facility", M.UNKNOWN, False),
    ],
)
def test_trouble_told_beside_a_code_nobody_mapped_is_told_and_the_code_reported(
    words: str, milestone: Milestone, *, reported: bool
) -> None:
    told = history([Scan(at(1), "NEW", (M.UNKNOWN, None), words, reading=read(words))])
    assert [(one.milestone, one.unmapped) for one in told] == [(milestone, reported)]
