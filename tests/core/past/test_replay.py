"""A replay tells what the daemon tells, of every story without agents; and a real store keeps all that it needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.assess import assess, rules_for
from parcelwatch.core.cadence import GIVEN_UP
from parcelwatch.core.learn.chronicle import Chronicle, Forecasts
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import replay
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import QUIET
from parcelwatch.core.tracking.timeline import as_of, join
from parcelwatch.core.view import view
from parcelwatch.ingest import take_step
from parcelwatch.model import (
    Answered,
    Cause,
    Checkpoint,
    Dossier,
    Entry,
    Event,
    Milestone,
    NotFound,
    Order,
    Parcel,
    Passed,
    Pushed,
    Refused,
    Timeline,
    Unanswered,
    Why,
)
from parcelwatch.ruletests import Story
from parcelwatch.ruletests.steps import Said
from parcelwatch.ruletests.telling import Feed, Teller
from parcelwatch.store import Store, alerts, parcels, past
from tests.benchmarks.replaying import daemon
from tests.databases import blank
from tests.storytellers import InCore, InStore
from tests.strategies import START
from tests.test_stories import ALL

AFTER: Final = timedelta(days=25)
"""How long each story goes on after its last step: silence must be told of, too."""
KEPT: Final = ("missing_since", "refused", "stopped", "estimate", "promise", "stands")


def without_agents(story: Story) -> bool:
    """Nobody does anything to it, and the courier always answers.

    When exactly it took something back is not kept, and what it says of the lane is, as if the shop had known it.
    """
    said = [step.does for step in story.steps if not isinstance(step.does, Passed)]
    return all(
        isinstance(one, Said)
        and one.answer not in (Refused, Unanswered)
        and not (one.drops or one.as_before or "destination" in one.beside)
        for one in said
    )


STORIES: Final = [pytest.param(story, id=story.name) for story in ALL if without_agents(story)]


class Daemon:
    """Plays a story as the daemon does: the courier is asked whenever the cadence says. Keeps what agents are told."""

    def __init__(self, story: Story, teller: Teller) -> None:
        self._teller, self._feed = teller, Feed(story.parcel.number)
        self.told: list[tuple[str, datetime]] = []
        self.answers: list[tuple[datetime, dict[str, Any]]] = []
        self.confirmed: tuple[datetime, ...] = ()
        self._steps = story.steps
        self._now = story.parcel.added_at

    def play(self, *, asked_at_once: bool = True) -> datetime:
        """All of it, and what silence leads to; returns the end."""
        if asked_at_once and self._steps[0].at > self._now:
            self._step(self._feed.same(), self._now)  # what is added is asked about at once
        for each in self._steps:
            if asked_at_once or self._teller.dossier.confirmed_at:
                self._ask_until(each.at)
            self._step(self._feed.says(each.does) if isinstance(each.does, Said) else Passed(), each.at)
        end = self._now + AFTER
        self._ask_until(end)
        return end

    def _ask_until(self, end: datetime) -> None:
        while (due := self._due()) is not None and due < end:
            before = self._now
            self._step(self._feed.same() if due == self._teller.dossier.poll_at else Passed(), max(due, before))
            assert (self._now, self._due()) != (before, due), "time goes on"

    def _due(self) -> datetime | None:
        return min((at for at in (self._teller.dossier.poll_at, self._teller.assess_at) if at), default=None)

    def _step(self, event: Event, at: datetime) -> None:
        before, self._now = self._teller.dossier, at
        happened = self._teller.step(event, at)
        # What is told of claims is no case's news.
        self.told += [(one, at) for one in happened.told if "claim_" not in one]
        if (confirmed := self._teller.dossier.confirmed_at) is not None:
            self.confirmed = (*self.confirmed[:1], confirmed)
        if changed := {name: new for name, new in _kept(self._teller.dossier) if new != getattr(before, name)}:
            self.answers.append((at, changed))


def _kept(dossier: Dossier) -> Iterable[tuple[str, Any]]:
    return ((name, getattr(dossier, name)) for name in KEPT)


def history_of(
    story: Story, daemon: Daemon, dossier: Dossier, confirmed: tuple[datetime, ...] | None = None
) -> History:
    parcel = story.parcel
    return History(
        parcel.number,
        parcel.courier,
        parcel.company,
        parcel.order,
        parcel.service,
        parcel.origin,
        parcel.destination,
        announced_at=parcel.added_at,
        shipped_at=parcel.shipped_at,
        promised_by=parcel.promised_by,
        dispatch_by=parcel.dispatch_by,
        heard=dossier.timeline,
        answers=tuple(daemon.answers),
        confirmed=confirmed,
    )


def replayed(history: History, story: Story, end: datetime) -> list[tuple[str, datetime]]:
    told = replay(history, story.policy)
    return [(f"{one.kind} {one.severity} {one.why}", one.at) for one in told if one.at < end and not one.shadow]


@pytest.mark.parametrize("story", STORIES)
def test_a_replay_tells_what_the_daemon_tells(story: Story) -> None:
    teller = InCore(story)
    daemon = Daemon(story, teller)
    end = daemon.play()
    assert replayed(history_of(story, daemon, teller.dossier), story, end) == daemon.told


@pytest.mark.parametrize("story", STORIES)
def test_nothing_is_told_before_the_first_answer_however_late_it_comes(story: Story) -> None:
    teller = InCore(story)
    daemon = Daemon(story, teller)
    end = daemon.play(asked_at_once=False)
    assert replayed(history_of(story, daemon, teller.dossier, daemon.confirmed), story, end) == daemon.told


def test_what_a_store_kept_of_its_parcels_is_replayed_to_what_agents_were_told(tmp_path: Path) -> None:
    story = next(story for story in ALL if story.name == "damaged_then_delivered.toml")
    teller = InStore(story, tmp_path / "parcelwatch.db")
    daemon = Daemon(story, teller)
    end = daemon.play()
    teller.rest()
    with Store.open(tmp_path / "parcelwatch.db", create=False) as store:
        (history,) = past.histories(store, past.ids(store, story.parcel.added_at))
        assert past.ids(store, end) == []
    teller.close()
    assert daemon.told
    assert replayed(history, story, end) == daemon.told


# --- any history ---------------------------------------------------------------------------------

_M = Milestone
_ONWARD = (_M.PICKED_UP, _M.IN_TRANSIT, _M.IN_TRANSIT, _M.IN_TRANSIT, _M.OUT_FOR_DELIVERY, _M.DELIVERED)
PATIENT, HASTY = Policy(channels=("ops",)), Policy("china", channels=("ops",))
PLACES: Final = ("", "Lyon, FR", "LYON, FR", "Los Angeles, CA, US", "上海市", "São Paulo / SP", "lyon")
hours = st.floats(0, 200).map(lambda each: timedelta(minutes=round(each * 60)))


@st.composite
def scans(draw: st.DrawFn) -> list[tuple[Milestone, Cause | None, bool]]:
    """As a rule a parcel's way, of which some steps are left out; sometimes anything."""
    smooth = [one for one in (_M.INFO_RECEIVED, *_ONWARD) if draw(st.booleans())]
    told: list[tuple[Milestone, Cause | None, bool]] = [(one, None, one is not _M.INFO_RECEIVED) for one in smooth]
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        odd = (draw(st.sampled_from(Milestone)), draw(st.none() | st.sampled_from(Cause)), draw(st.booleans()))
        told.insert(draw(st.integers(0, len(told))), odd)
    return told


@st.composite
def histories(draw: st.DrawFn) -> History:
    at, entries = START, list[Entry]()
    for milestone, cause, moves in draw(scans()):
        at += draw(hours)
        said = Checkpoint(at, at, milestone, cause, place=draw(st.sampled_from(PLACES)), moves=moves)
        seen_at = at + draw(st.just(timedelta(0)) | hours)
        entries.append(Entry(said, seen_at, seen_at))
    return History(
        "AB123456",
        "acme",
        origin=draw(st.sampled_from(["", "DE"])),
        destination=draw(st.sampled_from(["DE", "BR-SP"])),
        announced_at=draw(st.sampled_from([START, START + timedelta(days=3)])),
        shipped_at=draw(st.none() | st.just(START + timedelta(days=1))),
        promised_by=draw(st.none() | hours.map(lambda each: START + 3 * each)),
        dispatch_by=draw(st.none() | hours.map(lambda each: START + each)),
        heard=join(Timeline(tuple(entries)), Timeline()),
    )


@pytest.mark.parametrize("policy", [PATIENT, HASTY], ids=["patient", "hasty"])
@given(history=histories())
def test_whatever_a_replay_leaves_out_it_tells_what_every_step_would(policy: Policy, history: History) -> None:
    assert list(replay(history, policy)) == list(daemon(history, policy))


@given(history=histories(), passed=hours)
def test_the_rules_that_are_not_asked_have_nothing_to_say(history: History, passed: timedelta) -> None:
    asked_at = START + 5 * passed
    timeline = as_of(history.heard, asked_at)
    seen = view(Dossier(history.parcel(), timeline, confirmed_at=asked_at), PATIENT.calendar)
    every = {rule.kind: rule.judge(seen) for rule in rules_for(PATIENT, history.parcel()).every}
    assert assess(seen, PATIENT).verdicts == {kind: verdict for kind, verdict in every.items() if verdict is not QUIET}


def test_a_clock_that_runs_shorter_than_the_one_before_is_not_overslept() -> None:
    way = ((1, _M.IN_TRANSIT), (2, _M.OUT_FOR_DELIVERY), (47, _M.DELIVERED))
    entries = []
    for hour, milestone in way:
        at = START + timedelta(hours=hour)
        entries.append(Entry(Checkpoint(at, at, milestone), at, at))
    history = History("AB123456", "acme", announced_at=START, heard=Timeline(tuple(entries)))
    told = [(one.kind, one.at) for one in replay(history, HASTY)]
    assert told == [("not_delivered", START + timedelta(hours=2 + 36))]


@pytest.mark.parametrize("confirmed", [None, (START,)], ids=["answered whenever asked", "answered once"])
def test_a_promised_parcel_without_an_end_is_not_looked_at_for_ever(confirmed: tuple[datetime, ...] | None) -> None:
    scan = Entry(Checkpoint(START, START, Milestone.IN_TRANSIT), START, START)
    history = History(
        "AB123456",
        "acme",
        destination="DE",
        announced_at=START,
        promised_by=START + timedelta(days=13),
        heard=Timeline((scan,)),
        confirmed=confirmed,
    )
    told = list(replay(history, PATIENT, None, Forecasts(Chronicle(PATIENT.calendar, {}))))
    assert [one for one in told if one.at > START + GIVEN_UP] == []


# --- the past of a real store --------------------------------------------------------------------

ADDED: Final = START + timedelta(days=20)
FIRST: Final = ADDED + timedelta(seconds=12)


def answer(*way: tuple[float, Milestone]) -> Answered:
    """A list whose scans happened so many days before the parcels were added."""
    scans = (
        Checkpoint(at := ADDED - timedelta(days=days), at, milestone, text=str(milestone)) for days, milestone in way
    )
    return Answered("", tuple(scans))


OVERDUE: Final[dict[str, list[tuple[timedelta, Event]]]] = {
    "delivered": [(FIRST - ADDED, answer((9, _M.IN_TRANSIT), (6, _M.DELIVERED)))],
    "returned": [(FIRST - ADDED, answer((9, _M.IN_TRANSIT), (3, _M.RETURNED)))],
    "under way": [(FIRST - ADDED, answer((9, _M.PICKED_UP), (1, _M.IN_TRANSIT)))],
    "still": [(FIRST - ADDED, answer((19, _M.PICKED_UP), (18, _M.IN_TRANSIT)))],
    "unknown": [(FIRST - ADDED, NotFound(""))],
    "an empty list": [(FIRST - ADDED, answer()), (timedelta(hours=5), answer())],
    "refused first": [(FIRST - ADDED, Refused("", "no")), (timedelta(hours=3), answer((9, _M.IN_TRANSIT)))],
    "pushed first": [
        (FIRST - ADDED, Pushed(answer((9, _M.IN_TRANSIT)))),
        (timedelta(hours=3), answer((9, _M.IN_TRANSIT))),
    ],
    "only pushed": [(FIRST - ADDED, Pushed(answer((9, _M.IN_TRANSIT))))],
    "never answered": [(FIRST - ADDED, Unanswered(""))],
}


def overdue(number: str) -> Parcel:
    return Parcel(0, number, "acme", added_at=ADDED, orders=(Order("A-1", promised_by=ADDED - timedelta(days=4)),))


def told_of_cases(store: Store) -> list[tuple[str, Why, datetime]]:
    """What agents get, without letters, claims and all-clears."""
    out = (row.out for row in alerts.rows(store) if row.state == "pending" and not row.out.draft)
    return [(one.kind, one.why, one.created_at) for one in out if one.why != Why.CLEARED and "claim_" not in one.why]


@pytest.mark.parametrize("heard", OVERDUE.values(), ids=OVERDUE)
def test_of_parcels_that_were_overdue_when_added_a_store_replays_what_was_told(
    tmp_path: Path, heard: list[tuple[timedelta, Event]]
) -> None:
    with Store.open(blank(tmp_path / "parcelwatch.db")) as store:
        with store.transaction():
            parcel_id = parcels.add(store, overdue("AB123456"), ADDED)
        told = list[tuple[str, Why, datetime]]()
        for after, event in heard:
            with store.transaction():
                take_step(store, parcel_id, event, PATIENT, ADDED + after)
            told += [one for one in told_of_cases(store) if one[2] == ADDED + after]
        (history,) = past.histories(store, [parcel_id])
    until = ADDED + heard[-1][0] + timedelta(hours=1)
    assert [(one.kind, one.why, one.at) for one in replay(history, PATIENT, until)] == told


NO_LINE: Final = ("delivered", "returned", "under way", "still", "unknown", "refused first")
"""What is heard first in these stands in for the line of the first answer."""


@pytest.mark.parametrize("name", NO_LINE)
def test_a_database_from_before_first_answers_were_noted_replays_the_same(tmp_path: Path, name: str) -> None:
    with Store.open(blank(tmp_path / "parcelwatch.db")) as store:
        with store.transaction():
            parcel_id = parcels.add(store, overdue("AB123456"), ADDED)
            for after, event in OVERDUE[name]:
                take_step(store, parcel_id, event, PATIENT, ADDED + after)
        (noted,) = past.histories(store, [parcel_id])
        with store.transaction():
            store.write("UPDATE history SET data = json_remove(data, '$.confirmed_at')", ())
        (history,) = past.histories(store, [parcel_id])
    assert noted.confirmed is not None
    assert history.confirmed == noted.confirmed
    assert list(replay(history, PATIENT)) == list(replay(noted, PATIENT))
