"""Many parcels in one trouble, over simulated weeks: one message instead of hundreds, and none where all is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from parcelwatch.core.incidents import Incidents, IncidentState, Turn
from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.messaging.silences import Silence
from parcelwatch.core.outbreaks import Grain, Group
from parcelwatch.core.policy import Route
from parcelwatch.core.timekeeping.working import FollowUp
from parcelwatch.duration import parse
from parcelwatch.model import Cause, Checkpoint, DraftState, Severity, Why
from parcelwatch.store import alerts, cases, drafts, incidents, outbox
from parcelwatch.telling.incidents import Lookout, look
from parcelwatch.verbs import agents, silencing
from tests.quiet_office import HOUR, MINUTE, MONDAY
from tests.standstill import DAY, LEIPZIG, STALLED, Courier, M, at

# --- one hub -------------------------------------------------------------------------------------


def test_hundreds_stalled_at_one_hub_are_one_message_and_one_all_clear(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 400, 6), at("Berlin", 400, 6))
    healthy = dhl.add(300, "Berlin")
    stuck = dhl.add(500, "Leipzig")
    dhl.wait(STALLED - HOUR, step=6 * HOUR)
    dhl.scan(healthy, "Bonn")
    damaged = stuck[:12]
    dhl.stall(stuck, within=2 * HOUR)
    for parcel in damaged:
        dhl.scan([parcel], "Leipzig", M.EXCEPTION, Cause.DAMAGED)
        dhl.wait(15 * MINUTE)
    (one,) = dhl.incidents
    assert (one.group, one.state) == (LEIPZIG, IncidentState.OPEN)
    assert dhl.folded() == set(stuck)
    assert [row.number for each in dhl.told("damaged") for row in each.group.rows if not row.draft] == [
        f"PW{each - 1:06}" for each in damaged
    ]
    assert len(dhl.told("damaged")) == 12
    first, *grown = dhl.whys()
    assert (first, set(grown)) == (Why.OPENED, {Why.WORSENED})
    assert len(grown) <= 4, "it is told again when it has doubled"
    assert not dhl.told("stalled")

    dhl.scan(stuck[12:], "Halle")
    dhl.wait(HOUR)
    (one,) = dhl.incidents
    assert one.state is IncidentState.OVER
    assert dhl.whys()[-1] is Why.CLEARED
    assert dhl.whys().count(Why.CLEARED) == 1
    assert len(dhl.told()) == 12 + len(dhl.whys()), "and nothing else was said"


def test_the_message_says_how_many_of_how_many_where_and_what_is_usual(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 500, 10), at("Berlin", 500, 10))
    stuck = dhl.add(30, "Leipzig")
    dhl.stall(stuck)
    (told,) = dhl.told("incident")
    assert "HIGH · incident · DHL, Leipzig" in told.title
    assert "30 of 30 parcels last seen at “Leipzig” stand still or are late; usually 2 % at most" in told.body
    assert "parcelwatch cases list --incident 1" in told.body
    assert "parcelwatch drafts approve --incident 1" in told.body


def test_it_is_told_again_when_it_has_doubled_and_only_then(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 500, 10))
    for more, told in ((20, 1), (15, 1), (5, 2), (30, 2), (60, 3)):
        dhl.stall(dhl.add(more, "Leipzig"))
        assert len(dhl.whys()) == told
    assert dhl.whys() == [Why.OPENED, Why.WORSENED, Why.WORSENED]
    assert [event.folded for event in incidents.events(dhl.store, 1)] == [20, 40, 130]


def test_cases_that_outlive_the_incident_are_told_then_and_not_before(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(100, "Leipzig")
    dhl.stall(stuck)
    dhl.scan(stuck[8:], "Halle")
    dhl.wait(HOUR)
    assert dhl.incidents[0].state is IncidentState.OVER
    (digest,) = dhl.told("stalled")
    assert digest.numbers == {f"PW{each - 1:06}" for each in stuck[:8]}
    assert "8 of 100 still are" in dhl.told("incident")[-1].body
    dhl.wait(3 * DAY, step=HOUR)
    assert len(dhl.incidents) == 1, "what was part of one is no new one"


def test_an_incident_in_which_nothing_new_happens_for_a_week_is_over_and_what_stands_is_told(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(60, "Leipzig")
    dhl.stall(stuck)
    dhl.wait(8 * DAY, step=HOUR)
    assert dhl.incidents[0].state is IncidentState.OVER
    assert set().union(*(each.numbers for each in dhl.told("stalled"))) == {f"PW{each - 1:06}" for each in stuck}


def test_what_stands_still_for_a_week_is_told_though_the_incident_never_ends(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 400, 6))
    stuck = dhl.add(60, "Leipzig")
    dhl.stall(stuck)
    for _ in range(4):
        others = dhl.add(20, "Leipzig")
        dhl.stall(others)
        dhl.scan(stuck[10:] if len(stuck) > 10 else [], "Halle")
        stuck = stuck[:10]
        dhl.answer(stuck)
    assert dhl.incidents[0].state is IncidentState.OPEN
    told = [row for each in dhl.told("stalled") for row in each.group.rows if not row.draft]
    assert sorted(row.number for row in told) == [f"PW{each - 1:06}" for each in stuck]


def test_what_is_dear_or_old_speaks_though_the_incident_has_it(tmp_path: Path) -> None:
    dhl = Courier(tmp_path, incidents=Incidents(value=500.0))
    dear = dhl.add(1, "Leipzig", value=800.0)
    stuck = dhl.add(99, "Leipzig", value=20.0)
    dhl.stall([*stuck, *dear])
    assert dhl.folded() == {*stuck, *dear}
    (told,) = dhl.told("stalled")
    assert told.numbers == {"PW000000"}


def test_a_restart_in_the_middle_tells_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 400, 6))
    stuck = dhl.add(200, "Leipzig")
    dhl.wait(STALLED, step=6 * HOUR)
    for part in range(10):
        dhl.answer(stuck[part::10])
        dhl.office.restart()
        dhl.wait(MINUTE, step=MINUTE)
    before = len(dhl.told())
    dhl.office.restart()
    dhl.wait(HOUR)
    assert len(dhl.told()) == before
    dhl.scan(stuck, "Halle")
    dhl.office.restart()
    dhl.wait(HOUR)
    assert (dhl.whys().count(Why.OPENED), dhl.whys().count(Why.CLEARED)) == (1, 1)
    assert dhl.told() == dhl.told("incident")


def test_its_history_says_when_it_opened_grew_and_closed(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(100, "Leipzig")
    dhl.stall(stuck[:70])
    dhl.scan(stuck, "Halle")
    dhl.wait(HOUR)
    turns = [event.turn for event in incidents.events(dhl.store, 1)]
    assert turns == [Turn.OPENS, Turn.CLOSES]


def test_trouble_that_never_ends_becomes_what_is_usual_and_its_cases_come_out_in_digests(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 400, 6), at("Berlin", 400, 6))
    road: list[int] = []
    for third in range(10):
        stuck, well = dhl.add(14, "Leipzig"), dhl.add(14, "Leipzig")
        dhl.wait(2 * DAY, step=DAY)
        dhl.answer([*road, *stuck])
        dhl.wait(DAY, step=12 * HOUR)
        dhl.scan([*road, *well], "Halle", M.DELIVERED)
        road = stuck
        assert bool(dhl.told("stalled")) == (third >= 7)
    (one,) = dhl.incidents
    assert one.state is IncidentState.OVER
    assert [event.turn for event in incidents.events(dhl.store, 1)][-1] is Turn.SETTLES
    assert dhl.whys()[-1] is Why.CLEARED
    assert "for three weeks. That counts as usual from now on" in dhl.told("incident")[-1].body
    told = [sum(not row.draft for row in each.group.rows) for each in dhl.told("stalled")]
    assert [each for each in told if each][:2] == [14, 14], "those inside come out together"


def test_a_place_of_one_buyer_is_no_hub_however_many_parcels_stand_still_there(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(60, "Kleinkleckersdorf")
    dhl.store.conn.execute("UPDATE orders SET customer_contact = 'lin@example.com', buyer = 'lin'")
    dhl.stall(stuck)
    assert [one.group for one in dhl.incidents] == [Group(Grain.COURIER, "dhl")]
    assert dhl.store.value("SELECT count(*) FROM surveys WHERE hub <> ''") == 0
    assert "Kleinkleckersdorf" not in dhl.told("incident")[-1].body


# --- a whole courier -----------------------------------------------------------------------------


def test_a_courier_that_stands_still_everywhere_is_one_incident(tmp_path: Path) -> None:
    both = Courier(tmp_path)
    stuck = [one for place in range(8) for one in both.add(20, f"Hub {place}")]
    others = [one for place in range(8) for one in both.add(20, f"Hub {place}", courier="ups")]
    both.wait(STALLED - HOUR, step=6 * HOUR)
    both.scan(others, "Bonn")
    both.stall(stuck)
    (one,) = both.incidents
    assert one.group == Group(Grain.COURIER, "dhl")
    assert both.folded() == set(stuck)
    assert not both.told("stalled")


def test_a_parcel_in_two_incidents_is_told_when_both_are_over(tmp_path: Path) -> None:
    """A hub's, and later its courier's everywhere else: the hub moves again, the courier does not."""
    dhl = Courier(tmp_path)
    first = dhl.add(60, "Leipzig")
    elsewhere = [one for place in range(6) for one in dhl.add(30, f"Hub {place}")]
    dhl.wait(STALLED - HOUR, step=6 * HOUR)
    dhl.scan(elsewhere, "Bonn")
    dhl.stall(first)
    assert [one.group for one in dhl.incidents] == [LEIPZIG]
    for part, place in enumerate(("Kassel", "Fulda", "Ulm")):
        dhl.scan(elsewhere[part::3], place)
    dhl.stall(elsewhere)
    hub, courier = sorted(dhl.incidents, key=lambda one: one.id or 0)
    assert (hub.group, courier.group) == (LEIPZIG, Group(Grain.COURIER, "dhl"))
    dhl.scan(first[3:], "Halle")
    dhl.wait(HOUR)
    assert [one.state for one in sorted(dhl.incidents, key=lambda one: one.id or 0)] == ["over", "open"]
    assert set(first[:3]) <= dhl.folded(2)
    assert not dhl.told("stalled")
    dhl.scan([*first[3:], *elsewhere], "Rom")
    dhl.wait(HOUR)
    assert {one.state for one in dhl.incidents} == {IncidentState.OVER}
    assert set().union(*(one.numbers for one in dhl.told("stalled"))) == {f"PW{one - 1:06}" for one in first[:3]}


# --- none ----------------------------------------------------------------------------------------


def test_a_shop_with_eight_parcels_has_no_incident(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 8, 0))
    dhl.stall(dhl.add(8, "Leipzig"))
    assert dhl.incidents == []
    assert dhl.told("stalled")


def test_a_monday_is_no_incident(tmp_path: Path) -> None:
    """Nothing moves at weekends here, and on Mondays two parcels of five stand still for it; until all do."""
    dhl = Courier(tmp_path)
    for week in range(4):
        dhl.wait(MONDAY + timedelta(weeks=week, days=4) - dhl.office.now, step=6 * HOUR)
        some = [one for place in range(3) for one in dhl.add(50, f"Hub {place}")]
        still = some if week == 3 else [one for one in some if one % 5 < 2]
        dhl.wait(3 * DAY, step=6 * HOUR)
        dhl.scan([one for one in some if one not in still], "Bonn")
        dhl.answer(still)
        dhl.wait(HOUR)
        assert len(dhl.incidents) == (week == 3)
        dhl.scan(some, "Halle", M.DELIVERED)


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(100, "Leipzig")
    dhl.stall(stuck)
    assert len(dhl.incidents) == 1
    dhl.office.policy = replace(dhl.office.policy, incidents=Incidents(enabled=False))
    dhl.wait(HOUR)
    assert dhl.incidents[0].state is IncidentState.OVER
    assert set().union(*(one.numbers for one in dhl.told("stalled"))) == {f"PW{one - 1:06}" for one in stuck}


# --- who is told ---------------------------------------------------------------------------------


def test_a_route_may_ask_for_incidents_alone(tmp_path: Path) -> None:
    dhl = Courier(tmp_path, routes=(Route(Matcher(incident=True), ("boss",)),))
    dhl.stall(dhl.add(100, "Leipzig"))
    to = {row.kind: one.channel for one in dhl.office.told for row in one.group.rows}
    assert to == {"incident": "boss"}


def test_a_silence_of_the_courier_keeps_the_incident_back_until_it_is_over(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(100, "Leipzig")
    dhl.wait(HOUR)
    with dhl.store.transaction():
        silencing.begin(dhl.store, Silence(Matcher(courier="dhl"), dhl.office.now + 3 * DAY), dhl.office.now)
    dhl.stall(stuck)
    assert len(dhl.incidents) == 1
    assert dhl.told() == []
    dhl.wait(2 * DAY, step=HOUR)
    assert dhl.whys() == [Why.OPENED]
    assert dhl.told() == dhl.told("incident")


def test_a_silence_that_began_meanwhile_keeps_back_what_the_incident_lets_go(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 400, 6))
    stuck = dhl.add(60, "Leipzig")
    dhl.stall(stuck)
    begun = dhl.office.now
    silencing.begin(dhl.store, Silence(Matcher(kinds=("stalled",)), begun + DAY, "lin"), begun)
    dhl.scan(stuck[5:], "Halle")
    dhl.wait(HOUR)
    assert dhl.incidents[0].state is IncidentState.OVER
    dhl.wait(DAY, step=HOUR)
    told = dhl.told("stalled")
    assert len(told) == 5
    assert min(each.at for each in told) >= begun + DAY


def test_somebody_who_took_a_case_hears_nothing_of_it_when_the_incident_ends(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(100, "Leipzig")
    dhl.stall(stuck)
    taken = cases.of_kind(dhl.store, stuck[0], "stalled").id
    assert taken is not None
    with dhl.store.transaction():
        agents.act_on_case(dhl.store, taken, "ack", dhl.office.policy, dhl.office.now, by="lin")
    dhl.scan(stuck[8:], "Halle")
    dhl.wait(HOUR)
    told = {row.parcel_id for one in dhl.told("stalled") for row in one.group.rows if not row.draft}
    assert told == set(stuck[1:8])


def test_letters_wait_in_one_place_and_are_withdrawn_as_ever(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(100, "Leipzig")
    dhl.stall(stuck)
    assert len(incidents.letters(dhl.store, 1)) == 100
    assert not [row for one in dhl.told() for row in one.group.rows if row.draft]
    dhl.scan(stuck[50:], "Halle")
    dhl.wait(MINUTE)
    assert len(incidents.letters(dhl.store, 1)) == 50
    assert {row["state"] for row in drafts.rows(dhl.store, parcel_id=stuck[99])} == {DraftState.WITHDRAWN}


def test_what_is_back_inside_an_incident_is_not_escalated_for_what_was_told_of_it_long_before(tmp_path: Path) -> None:
    dhl = Courier(tmp_path, follow_up=FollowUp(escalate_after={Severity.MEDIUM: parse("4h")}))
    dhl.usual(at("Leipzig", 400, 6))
    some = dhl.add(3, "Leipzig")
    dhl.stall(some)
    assert len(dhl.told("stalled")) == 3
    dhl.scan(some, "Leipzig")
    others = dhl.add(60, "Leipzig")
    dhl.stall([*others, *some])
    assert dhl.folded() == {*others, *some}
    before = len(dhl.told())
    dhl.wait(8 * HOUR, step=HOUR)
    assert len(dhl.told()) == before


def test_what_a_worse_kind_hides_as_the_incident_ends_is_told_once_it_hides_it_no_more(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.usual(at("Leipzig", 400, 6))
    stuck = dhl.add(60, "Leipzig")
    dhl.stall(stuck)
    one, now = stuck[0], dhl.office.now
    dhl.known[one] = (*dhl.known[one], Checkpoint(now, now, M.IN_TRANSIT, Cause.ADDRESS, moves=False))
    dhl.answer([one])
    dhl.scan(stuck[1:], "Halle")
    dhl.wait(HOUR)
    assert dhl.incidents[0].state is IncidentState.OVER
    assert not dhl.told("stalled")
    wrong = cases.of_kind(dhl.store, one, "address_problem").id or 0
    agents.act_on_case(dhl.store, wrong, "resolve", dhl.office.policy, dhl.office.now, by="lin")
    dhl.wait(HOUR)
    rows = [row for each in dhl.told() for row in each.group.rows if row.kind == "stalled" and not row.draft]
    (told,) = rows
    assert (told.why, told.number) == (Why.UNHIDDEN, "PW000000")


def test_an_agent_may_have_one_of_them_sent_all_the_same(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.stall(dhl.add(60, "Leipzig"))
    wanted = alerts.rows(dhl.store, "suppressed")[0].out
    with dhl.store.transaction():
        outbox.retry(dhl.store, wanted.id, dhl.office.now)
    dhl.wait(HOUR)
    assert [one.numbers for one in dhl.told("stalled")] == [{wanted.number}]


def test_looking_twice_says_and_keeps_nothing_twice(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.stall(dhl.add(60, "Leipzig"))
    before = (alerts.rows(dhl.store), dhl.incidents, incidents.events(dhl.store, 1))
    with dhl.store.transaction():
        for seen in (Lookout(), Lookout()):
            look(dhl.store, seen, dhl.office.policy, dhl.office.now)
    assert (alerts.rows(dhl.store), dhl.incidents, incidents.events(dhl.store, 1)) == before


def test_a_case_that_ended_inside_is_told_when_it_comes_again_elsewhere(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    stuck = dhl.add(60, "Leipzig")
    dhl.stall(stuck)
    dhl.scan(stuck, "Halle")
    dhl.wait(HOUR)
    dhl.scan(stuck[1:], "Berlin", M.DELIVERED)
    dhl.stall(stuck[:1])
    assert [one.numbers for one in dhl.told("stalled")] == [{"PW000000"}]


def test_every_message_that_was_kept_back_says_why(tmp_path: Path) -> None:
    dhl = Courier(tmp_path)
    dhl.stall(dhl.add(60, "Leipzig"))
    kept = {row.reason for row in alerts.rows(dhl.store, "suppressed") if row.out.kind == "stalled"}
    assert kept == {"told as incident 1"}
