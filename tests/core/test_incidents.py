"""The life of an incident, and which troubles inside one still speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.incidents import (
    FOLDED,
    FRESH,
    MUCH_OLDER,
    TRANSITIONS,
    Incident,
    Incidents,
    IncidentState,
    Turn,
    around,
    begin,
    close,
    fact,
    follow,
    hub,
    outliers,
    place,
    speaks,
)
from parcelwatch.core.kinds import KINDS, Family
from parcelwatch.core.outbreaks import Bar, Excess, Grain, Group, Spot, Total, Usual
from parcelwatch.model import Case, Checkpoint, Entry, Fact, Form, Milestone, Severity, State, Timeline

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BAR = Bar()
LEIPZIG = Group(Grain.HUB, "acme", hub="LEIPZIG")
THERE = Spot("acme", destination="DE", hub="LEIPZIG")


def incident(troubled: int = 100, parcels: int = 110, share: float = 0.05) -> Incident:
    found = Excess(LEIPZIG, troubled, parcels, Usual(share, known=True), 1e-90)
    return replace(begin(found, NOW), folded=troubled, told=troubled, id=3)


def case(kind: str = "stalled", since: datetime = NOW - 3 * DAY) -> Case:
    return Case(kind, State.OPEN, Severity.MEDIUM, NOW, Fact(Form.NO_SCAN, since=since))


def scanned(*said: tuple[str, bool]) -> Timeline:
    stamps = [(NOW + turn * DAY, place, moves) for turn, (place, moves) in enumerate(said)]
    points = [Checkpoint(at, at, Milestone.IN_TRANSIT, place=place, moves=moves) for at, place, moves in stamps]
    return Timeline(tuple(Entry(one, one.occurred_at, one.occurred_at) for one in points))


# --- its life ------------------------------------------------------------------------------------


@given(st.integers(1, 500), st.integers(0, 500), st.integers(1, 2000))
def test_an_incident_moves_only_by_its_table(troubled: int, healthy: int, folded: int) -> None:
    before = incident()
    after, turn = follow(before, Total(troubled + healthy, troubled), folded, NOW + DAY, BAR)
    assert after.state is (TRANSITIONS[before.state, turn] if turn else before.state)
    assert (after.closed_at is None) is after.live


def test_it_grows_when_it_has_doubled_since_agents_were_told() -> None:
    assert follow(incident(100), Total(160, 150), 199, NOW, BAR)[1] is None
    assert follow(incident(100), Total(160, 150), 200, NOW, BAR)[1] is Turn.GROWS
    assert follow(replace(incident(100), told=0), Total(160, 150), 500, NOW, BAR)[1] is None


def test_it_closes_near_what_is_usual_and_not_before() -> None:
    """It takes three times the usual odds to open and one and a half to close, so that nothing flickers."""
    for troubled, closes in ((90, False), (30, False), (16, True)):
        assert (follow(incident(100, 200), Total(220, troubled), 100, NOW, BAR)[1] is Turn.CLOSES) is closes


def test_it_closes_when_hardly_any_are_left_though_all_of_these_stand_still() -> None:
    assert follow(incident(1000, 1100), Total(101, 101), 1000, NOW, BAR)[1] is None
    over, turn = follow(incident(1000, 1100), Total(100, 100), 1000, NOW, BAR)
    assert (turn, over.closed_at) == (Turn.CLOSES, NOW)


def test_it_closes_when_its_parcels_are_gone() -> None:
    assert follow(incident(), Total(0, 0), 100, NOW, BAR)[1] is Turn.CLOSES


def test_a_closed_one_is_not_opened_again() -> None:
    with pytest.raises(KeyError):
        close(close(incident(), NOW), NOW)
    assert (IncidentState.OVER, Turn.OPENS) not in TRANSITIONS


def test_it_says_how_many_of_how_many_and_what_is_usual() -> None:
    said = fact(incident())
    assert (said.says, said.count, said.kind, said.reason) == (Form.INCIDENT, 100, "hub", "LEIPZIG")
    assert dict(said.tally) == {"incident": 3, "troubled": 100, "parcels": 110, "usual": 50, "known": 1, "left": 0}
    assert fact(close(incident(), NOW)).says is Form.INCIDENT_OVER


@pytest.mark.parametrize(
    ("group", "said"),
    [
        (LEIPZIG, "LEIPZIG"),
        (Group(Grain.COURIER, "acme"), ""),
        (Group(Grain.LANE, "acme", origin="CN", destination="US"), "CN → US"),
        (Group(Grain.LANE, "acme", "", "express", "CN", "US"), "CN → US (express)"),
        (Group(Grain.DESTINATION, destination="BR-SP"), "BR-SP"),
    ],
)
def test_a_group_says_where_it_is(group: Group, said: str) -> None:
    assert place(group) == said


# --- what it takes in ----------------------------------------------------------------------------


def test_only_silence_and_lateness_are_folded() -> None:
    assert {KINDS[kind].family for kind in FOLDED} <= {Family.SILENCE, Family.FORECAST}
    assert {"stalled", "late", "not_delivered", "will_be_late"} <= FOLDED
    assert not {"damaged", "lost", "returned", "awaiting_collection"} & FOLDED


def test_an_incident_is_around_its_own_parcels_only_and_while_it_is_open() -> None:
    one = incident()
    assert around("stalled", THERE, [one]) == one
    assert around("damaged", THERE, [one]) is None
    assert around("stalled", THERE._replace(hub="KÖLN"), [one]) is None
    assert around("stalled", THERE, [close(one, NOW)]) is None


def test_of_two_incidents_around_a_parcel_the_first_one_has_it() -> None:
    one, wider = incident(), replace(incident(), group=Group(Grain.COURIER, "acme"), opened_at=NOW + DAY, id=4)
    assert around("late", THERE, [wider, one]) == one
    assert around("late", THERE, [wider, close(one, NOW)]) == wider


def test_what_is_much_older_or_dearer_than_the_rest_speaks() -> None:
    began = [NOW - 3 * DAY] * 9 + [NOW - 40 * DAY]
    one = outliers(incident(), began, [20.0] * 9 + [0.0], Incidents())
    assert not speaks(case(), 0.0, one, NOW)
    assert not speaks(case(), 199.0, one, NOW)
    assert speaks(case(), 200.0, one, NOW)
    assert not speaks(case(since=NOW - 3 * DAY - MUCH_OLDER), 0.0, one, NOW)
    assert speaks(case(since=NOW - 40 * DAY), 0.0, one, NOW)


def test_what_is_inside_for_a_week_is_a_trouble_of_its_own() -> None:
    assert not speaks(case(), 0.0, incident(), NOW + FRESH - timedelta.resolution)
    assert speaks(case(), 0.0, incident(), NOW + FRESH)


def test_what_is_dear_can_be_said_and_without_values_nothing_is() -> None:
    assert speaks(case(), 150.0, outliers(incident(), [NOW], [20.0], Incidents(value=150.0)), NOW)
    assert not speaks(case(), 9999.0, outliers(incident(), [NOW - 3 * DAY], [0.0], Incidents()), NOW)
    assert not speaks(case(), 9999.0, incident(), NOW)


def test_a_hub_is_the_place_of_the_last_scan_that_moved_the_parcel() -> None:
    assert hub(scanned(("KÖLN", True), ("  Leipzig \n Hub ", True), ("Bonn", False))) == "Leipzig Hub"
    assert hub(scanned(("KÖLN", True), ("", True))) == ""
    assert hub(Timeline()) == ""
    assert len(hub(scanned(("x" * 5000, True)))) <= 80
