"""Agents hear of everything and drown in nothing: floods, nights, orders, imports, silences, restarts, repeats."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.messaging.silences import Silence
from parcelwatch.core.messaging.timing import Hours, Timing
from parcelwatch.core.policy import Policy, Route
from parcelwatch.core.timekeeping.working import FollowUp
from parcelwatch.duration import parse
from parcelwatch.errors import BadInput, DeliveryFailed
from parcelwatch.model import Cause, Fact, Form, Milestone, Severity, Sure, Why
from parcelwatch.store import alerts, cases, outbox
from parcelwatch.store.rows import NewAlert
from parcelwatch.telling.deliver import claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs import agents, silencing
from tests.quiet_office import HOUR, MINUTE, MONDAY, SECOND, Office

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Hours(BERLIN, quiet=(time(22), time(8)))
M = Milestone


def office(path: Path, hours: Hours | None = None, timing: Timing | None = None, **said: object) -> Office:
    """One channel with these hours, which agents' alerts and customers' drafts go to."""
    timing = replace(timing or Timing(), channels={"ops": hours} if hours else {})
    policy = Policy(profile="china", channels=("ops",), draft_channel="ops", timing=timing)
    return Office(path / "shop.db", policy, **said)  # type: ignore[arg-type]


def case_of(place: Office, parcel_id: int, kind: str = "damaged") -> int:
    found = cases.of_kind(place.store, parcel_id, kind).id
    assert found is not None
    return found


# --- floods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wait", "most"), [(timedelta(0), 7), (30 * SECOND, 3)])
def test_a_hundred_alerts_in_ten_minutes_are_a_handful_of_messages_and_name_every_parcel(
    tmp_path: Path, wait: timedelta, most: int
) -> None:
    place = office(tmp_path, timing=Timing(wait=wait))
    for one in range(100):
        place.trouble(f"PW{one:06}", Cause.UNSTATED)
        place.until(place.now + 6 * SECOND, step=6 * SECOND)
    place.until(place.now + 10 * MINUTE)
    assert len(place.told) <= most
    assert set().union(*(one.numbers for one in place.told)) == {f"PW{one:06}" for one in range(100)}
    assert max(b.at - a.at for a, b in pairwise(place.told)) <= 6 * MINUTE


def test_what_comes_while_news_waits_for_company_goes_with_it(tmp_path: Path) -> None:
    place = office(tmp_path, timing=Timing(wait=30 * SECOND))
    for one in range(9):
        place.trouble(f"PW{one}", Cause.UNSTATED)
        place.until(place.now + SECOND, step=SECOND)
    place.trouble("PW8B", Cause.UNSTATED, order="A-1")
    place.until(place.now + 5 * SECOND, step=SECOND)
    place.trouble("PW8C", Cause.LOST, order="A-1")
    place.until(MONDAY + 10 * MINUTE, step=SECOND)
    assert [(one.at - MONDAY, one.numbers) for one in place.told] == [
        (14 * SECOND, {"PW8B", "PW8C"}),
        (30 * SECOND, {f"PW{one}" for one in range(9)}),
    ]


def test_what_waits_for_the_morning_does_not_leave_because_news_waits_for_company(tmp_path: Path) -> None:
    place = office(tmp_path, replace(NIGHT, zone=UTC, most=1), Timing(wait=HOUR), now=MONDAY - 2 * HOUR)
    place.trouble("PW1", Cause.UNSTATED)
    place.until(MONDAY - 10 * MINUTE)
    place.trouble("PW2", Cause.UNSTATED)
    place.until(MONDAY + 3 * HOUR)
    assert [(one.at, one.numbers) for one in place.told] == [(MONDAY, {"PW1", "PW2"})]


def test_what_is_worse_does_not_wait_in_the_flood(tmp_path: Path) -> None:
    place = office(tmp_path)
    for one in range(20):
        place.trouble(f"PW{one:06}", Cause.UNSTATED)
        place.until(place.now + 6 * SECOND, step=6 * SECOND)
    place.trouble("GRAVE", Cause.LOST)
    came = place.now
    place.until(place.now + MINUTE, step=6 * SECOND)
    (told,) = [one for one in place.told if "GRAVE" in one.title]
    assert told.at == came


def test_no_more_messages_an_hour_than_the_channel_may_have_and_nothing_is_dropped(tmp_path: Path) -> None:
    place = office(tmp_path, Hours(most=4), Timing(interval=timedelta(0)))
    for one in range(60):
        place.trouble(f"PW{one:06}", Cause.UNSTATED)
        place.until(place.now + 2 * MINUTE)
    place.until(place.now + 3 * HOUR)
    times = [one.at for one in place.told]
    assert all(sum(at <= other < at + HOUR for other in times) <= 4 for at in times)
    assert set().union(*(one.numbers for one in place.told)) == {f"PW{one:06}" for one in range(60)}


# --- one message ---------------------------------------------------------------------------------


def test_an_alert_and_its_letter_are_one_message(tmp_path: Path) -> None:
    place = office(tmp_path)
    place.trouble("PW000001", order="A-1")
    place.until(MONDAY + MINUTE)
    (told,) = place.told
    assert "CRITICAL · damaged" in told.title
    assert "drafts approve 1" in told.body
    assert "case 1 · A1" in told.body


def test_three_parcels_of_one_order_in_trouble_are_one_message(tmp_path: Path) -> None:
    place = office(tmp_path)
    for number in ("PW1", "PW2", "PW3"):
        place.trouble(number, order="A-1")
    place.trouble("PW9", order="A-9")
    place.until(MONDAY + MINUTE)
    told = {frozenset(one.numbers): one for one in place.told}
    assert set(told) == {frozenset({"PW1", "PW2", "PW3"}), frozenset({"PW9"})}
    order = told[frozenset({"PW1", "PW2", "PW3"})]
    assert order.title.endswith("order A-1, and 2 more of its parcels")
    assert all(f"case {case} · A" in order.body for case in (1, 2, 3))


def test_a_restart_in_the_middle_of_a_group_repeats_it_under_its_id_and_as_it_was(tmp_path: Path) -> None:
    place = office(tmp_path)
    for number in ("PW1", "PW2"):
        place.trouble(number, order="A-1")
    claimed = claim(place.store, place.now, (), place.words)
    assert claimed is not None
    place.restart()
    place.trouble("PW3", order="A-3")
    place.until(MONDAY + MINUTE)
    again, more = place.told
    (text,) = claimed.said
    assert (again.group.id, again.title, again.body) == (claimed.id, text.title, text.body)
    assert more.numbers == {"PW3"}


def test_what_worsens_before_it_is_told_is_told_once(tmp_path: Path) -> None:
    place = office(tmp_path, NIGHT, now=datetime(2026, 3, 2, 23, 0, tzinfo=BERLIN).astimezone(UTC))
    parcel = place.watch("PW1")
    first = place.scan(M.IN_TRANSIT, ago=3 * HOUR)
    slight = replace(place.scan(M.EXCEPTION, Cause.UNSTATED), text="held")
    place.hear(parcel, first)
    place.hear(parcel, first, slight)
    place.until(place.now + HOUR)
    assert place.told == []
    lost = place.scan(M.EXCEPTION, Cause.LOST, ago=MINUTE)
    place.hear(parcel, first, slight, lost)
    place.until(place.now + 12 * HOUR)
    assert [one.group.rows[0].kind for one in place.told] == ["lost"]


# --- an import -----------------------------------------------------------------------------------

_LOTS = (
    (Cause.LOST, M.EXCEPTION, 26),
    (Cause.DAMAGED, M.EXCEPTION, 60),
    (Cause.REFUSED, M.ATTEMPT_FAILED, 120),
    (Cause.NOBODY_HOME, M.ATTEMPT_FAILED, 120),
    (None, M.RETURNED, 100),
    (Cause.UNSTATED, M.EXCEPTION, 100),
)


def test_an_import_of_526_parcels_in_trouble_is_a_handful_of_messages_the_critical_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the pace of a group robot, twenty messages a minute, with the room it has."""
    place = office(tmp_path, pace=3 * SECOND, limits={"ops": 2000})
    ids = place.imported(526)
    lots = [lot for cause, milestone, count in _LOTS for lot in [(cause, milestone)] * count]
    spread = sorted(range(526), key=lambda one: one * 7919 % 526)
    for one, place_in in enumerate(spread):
        cause, milestone = lots[place_in]
        place.hear(ids[one], place.scan(M.IN_TRANSIT, ago=3 * HOUR), place.scan(milestone, cause))
    began = place.now
    place.until(began + HOUR, step=3 * SECOND)
    order = [str(one.worst) for one in place.told]
    last = max(one.at for one in place.told if one.worst is Severity.CRITICAL)
    with capsys.disabled():
        print(  # what is measured
            f"\n526 parcels in trouble: {len(place.told)} messages ({dict(Counter(order))}), in this order: "
            f"{' '.join(order)}; the last critical after {(last - began).total_seconds() / 60:.1f} minutes"
        )
    ranks = [one.worst.rank for one in place.told]
    assert ranks == sorted(ranks, reverse=True)
    assert len(place.told) <= 10
    assert last - began <= MINUTE
    critical = {row.out.number for row in alerts.rows(place.store) if row.out.severity is Severity.CRITICAL}
    told = [one for one in place.told if one.worst is Severity.CRITICAL]
    assert all(any(number in one.title + one.body for one in told) for number in critical)
    assert all(len(one.title) + 1 + len(one.body) <= 2000 for one in place.told)
    assert set().union(*(one.numbers for one in place.told)) >= {f"PW{one:06}" for one in range(526)}


# --- nights and days -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (
            datetime(2026, 3, 28, 23, 0, tzinfo=BERLIN),
            datetime(2026, 3, 29, 6, 0, tzinfo=UTC),
        ),  # an hour is skipped: 08:00 CEST is 06:00 UTC
        (
            datetime(2026, 10, 24, 23, 0, tzinfo=BERLIN),
            datetime(2026, 10, 25, 7, 0, tzinfo=UTC),
        ),  # an hour comes twice: 08:00 CET is 07:00 UTC
        (datetime(2026, 5, 4, 23, 0, tzinfo=BERLIN), datetime(2026, 5, 5, 6, 0, tzinfo=UTC)),
    ],
)
def test_a_quiet_night_ends_when_the_clock_on_the_wall_says_so(
    tmp_path: Path, evening: datetime, morning: datetime
) -> None:
    at = evening.astimezone(UTC)
    place = office(tmp_path, NIGHT, now=at)
    place.trouble("MILD", Cause.UNSTATED)
    place.trouble("GRAVE", Cause.LOST)
    place.until(at + 12 * HOUR)
    assert [(one.numbers, one.at) for one in place.told] == [
        ({"GRAVE"}, at),
        ({"MILD"}, morning),
    ]


@pytest.mark.parametrize("day", [datetime(2026, 3, 27, tzinfo=BERLIN), datetime(2026, 10, 23, tzinfo=BERLIN)])
def test_the_day_s_digest_comes_once_a_local_date_whatever_the_clocks_do(tmp_path: Path, day: datetime) -> None:
    start = day.replace(hour=12).astimezone(UTC)
    # 02:30 is skipped on the one night and comes twice on the other.
    place = office(tmp_path, Hours(BERLIN, digest_at=time(2, 30)), now=start)
    for one in range(16):
        place.trouble(f"PW{one}", Cause.UNSTATED)
        place.until(start + 6 * (one + 1) * HOUR, step=10 * MINUTE)
    dates = [one.at.astimezone(BERLIN).date() for one in place.told]
    assert dates == sorted(set(dates))
    assert len(dates) == 4
    assert all(len(one.numbers) == 4 for one in place.told[1:])


def test_the_digest_of_a_day_on_which_the_program_was_down_comes_when_it_is_back(tmp_path: Path) -> None:
    place = office(tmp_path, Hours(digest_at=time(9)))
    place.trouble("PW1", Cause.UNSTATED)
    place.until(MONDAY + 30 * MINUTE)
    place.now = MONDAY + 26 * HOUR
    place.restart()
    place.trouble("PW2", Cause.UNSTATED)
    place.until(MONDAY + 30 * HOUR)
    assert [(one.numbers, one.at) for one in place.told] == [({"PW1"}, MONDAY + 26 * HOUR)]


def test_the_day_s_digest_does_not_leave_early_with_something_milder_that_is_due(tmp_path: Path) -> None:
    place = office(tmp_path, Hours(digest_at=time(9)), Timing(wait=10 * MINUTE))
    place.trouble("PW1", Cause.UNSTATED)
    said = NewAlert("stalled", "ops", Severity.LOW, Why.OPENED, Fact(Form.NOTED, reason="It stands still."))
    with place.store.transaction():
        milder = outbox.enqueue(place.store, said, place.now)
    place.until(MONDAY + 55 * MINUTE)
    with place.store.transaction():
        outbox.retry(place.store, milder, place.now)
    place.until(MONDAY + 2 * HOUR)
    assert [(one.at - MONDAY, one.group.ids[0] == milder) for one in place.told] == [
        (55 * MINUTE, True),
        (HOUR, False),
    ]


# --- several channels ----------------------------------------------------------------------------

_BOTH = Policy(
    profile="china",
    channels=("ops", "boss"),
    draft_channel="ops",
    routes=(Route(Matcher(severity=Severity.CRITICAL), ("boss",), goes_on=True),),
)


def test_what_one_channel_takes_and_the_other_refuses_counts_as_told(tmp_path: Path) -> None:
    place = Office(tmp_path / "shop.db", _BOTH)
    parcel = place.trouble("PW1", Cause.LOST)
    for _ in range(2):
        claimed = claim(place.store, place.now, (), place.words)
        assert claimed is not None
        error = DeliveryFailed("503") if claimed.channel == "ops" else None
        settle(place.store, claimed, error, place.policy, place.now)
    place.now += MINUTE
    place.hear(parcel, place.scan(M.EXCEPTION, Cause.LOST, ago=2 * HOUR), place.scan(M.IN_TRANSIT, ago=MINUTE))
    assert cases.of_kind(place.store, parcel, "lost").told is Severity.CRITICAL


def test_what_no_channel_took_before_it_was_over_counts_as_told_to_nobody(tmp_path: Path) -> None:
    place = Office(tmp_path / "shop.db", _BOTH)
    parcel = place.trouble("PW1", Cause.LOST)
    assert sorted(row.out.channel for row in alerts.rows(place.store) if not row.out.draft) == ["boss", "ops"]
    place.hear(parcel, place.scan(M.EXCEPTION, Cause.LOST, ago=2 * HOUR), place.scan(M.IN_TRANSIT, ago=MINUTE))
    assert cases.of_kind(place.store, parcel, "lost").told is None


# --- silences ------------------------------------------------------------------------------------


def silence(place: Office, span: timedelta, **said: object) -> Silence:
    wanted = Silence(Matcher(**said), place.now + span, "lin")  # type: ignore[arg-type]
    return silencing.begin(place.store, wanted, place.now)[0]


def test_what_is_silenced_is_kept_and_what_still_stands_when_it_ends_is_told_once(tmp_path: Path) -> None:
    place = office(tmp_path)
    silence(place, 2 * HOUR, courier="dhl", below=Severity.CRITICAL)
    for one in range(9):
        place.trouble(f"PW{one}", Cause.UNSTATED)
    gone = place.trouble("GONE", Cause.UNSTATED)
    place.trouble("GRAVE", Cause.LOST)
    place.until(MONDAY + HOUR)
    assert [one.numbers for one in place.told] == [{"GRAVE"}]
    kept = alerts.rows(place.store, "suppressed")
    assert len(kept) == 10
    assert {row.reason for row in kept} == {"silenced (silence 1 by lin)"}
    place.hear(gone, place.scan(M.EXCEPTION, Cause.UNSTATED, ago=2 * HOUR), place.scan(M.IN_TRANSIT, ago=MINUTE))
    assert cases.of_kind(place.store, gone, "courier_exception").told is None
    place.until(MONDAY + 30 * HOUR)
    (digest,) = place.told[1:]
    assert (digest.at, digest.numbers) == (MONDAY + 2 * HOUR, {f"PW{one}" for one in range(9)})


def test_what_a_worse_kind_hides_as_a_silence_ends_is_told_once_it_hides_it_no_more(tmp_path: Path) -> None:
    place = office(tmp_path)
    silence(place, 2 * HOUR, kinds=("courier_exception",))
    parcel = place.trouble("PW1", Cause.UNSTATED)
    wet = replace(place.scan(M.IN_TRANSIT, Cause.DAMAGED, ago=MINUTE), moves=False)
    place.hear(parcel, place.scan(M.EXCEPTION, Cause.UNSTATED), wet)
    place.until(MONDAY + 3 * HOUR)
    assert cases.of_kind(place.store, parcel, "courier_exception").hidden_by == "damaged"
    damage = cases.of_kind(place.store, parcel, "damaged").id or 0
    agents.act_on_case(place.store, damage, "resolve", place.policy, place.now, by="lin")
    place.until(MONDAY + 4 * HOUR)
    assert [row.kind for each in place.told for row in each.group.rows if not row.draft] == [
        "damaged",
        "courier_exception",
    ]


def test_a_silence_also_keeps_back_what_waited_already_and_ends_when_an_agent_says_so(tmp_path: Path) -> None:
    place = office(tmp_path)
    place.trouble("PW1", Cause.UNSTATED)
    one = silence(place, 48 * HOUR, kinds=("courier_exception",))
    place.until(MONDAY + HOUR)
    assert place.told == []
    assert one.id is not None
    assert silencing.end(place.store, one.id, place.now) == 1
    place.until(MONDAY + 2 * HOUR)
    assert [each.at for each in place.told] == [MONDAY + HOUR]
    assert silencing.end(place.store, one.id, place.now) is None


def test_of_two_silences_the_longer_goes_on_when_the_other_ends(tmp_path: Path) -> None:
    place = office(tmp_path)
    silence(place, 4 * HOUR, courier="dhl")
    place.trouble("PW1", Cause.UNSTATED)
    silence(place, 8 * HOUR, kinds=("courier_exception",))
    place.until(MONDAY + 24 * HOUR)
    assert [one.at for one in place.told] == [MONDAY + 8 * HOUR]


def test_a_silence_says_what_it_silences_and_until_when(tmp_path: Path) -> None:
    place = office(tmp_path)
    with pytest.raises(BadInput, match="over already"):
        silence(place, -HOUR, courier="dhl")
    with pytest.raises(BadInput, match="say what is to be silent"):
        silence(place, HOUR, below=Severity.HIGH)


def test_what_was_kept_back_and_has_no_channel_waits_for_none_when_the_silence_ends(tmp_path: Path) -> None:
    place = office(tmp_path)
    silence(place, HOUR, courier="dhl")
    parcel = place.trouble("PW1", Cause.UNSTATED)
    with place.store.transaction():
        place.store.write("UPDATE alerts SET channel = '' WHERE parcel_id = ?", (parcel,))
    place.until(MONDAY + 2 * HOUR)
    assert alerts.count_waiting(place.store) == 0
    assert {row.reason for row in alerts.rows(place.store)} == {"no channel is configured"}


def test_what_has_no_channel_is_said_to_have_none_and_not_to_be_silenced(tmp_path: Path) -> None:
    place = Office(tmp_path / "shop.db", Policy(profile="china"))
    silence(place, HOUR, courier="dhl")
    place.trouble("PW1", Cause.UNSTATED)
    assert {row.reason for row in alerts.rows(place.store)} == {"no channel is configured"}


@pytest.mark.parametrize("waits", [False, True])
def test_nobody_is_late_with_a_case_before_the_silence_over_its_news_ends(tmp_path: Path, waits: bool) -> None:
    place = office(tmp_path)
    place.policy = replace(place.policy, follow_up=FollowUp({Severity.CRITICAL: parse("4h")}))
    if waits:
        place.trouble("PW1")
    silence(place, 24 * HOUR, courier="dhl")
    if not waits:
        place.trouble("PW1")
    place.until(MONDAY + 30 * HOUR, step=10 * MINUTE)
    news = [(row.why, one.at - MONDAY) for one in place.told for row in one.group.rows if not row.draft]
    assert news == [(Why.OPENED, 24 * HOUR), (Why.ESCALATED, 28 * HOUR)]


@pytest.mark.parametrize("waits", [False, True])
def test_a_case_that_agents_know_can_be_late_while_a_silence_keeps_back_that_it_got_worse(
    tmp_path: Path, waits: bool
) -> None:
    place = office(tmp_path)
    place.policy = replace(place.policy, follow_up=FollowUp({Severity.CRITICAL: parse("4h")}))
    parcel, first = place.watch("PW1"), place.scan(M.IN_TRANSIT, ago=3 * HOUR)
    sought = replace(place.scan(M.EXCEPTION, Cause.LOST, "being searched for"), sure=Sure.SUSPECTED)
    place.hear(parcel, first)
    place.hear(parcel, first, sought)
    place.until(MONDAY + HOUR)
    assert {row.severity for one in place.told for row in one.group.rows if not row.draft} == {Severity.HIGH}
    stated = place.scan(M.EXCEPTION, Cause.LOST, "lost", ago=MINUTE)
    if waits:
        place.hear(parcel, first, sought, stated)
    silence(place, 24 * HOUR, courier="dhl")
    if not waits:
        place.hear(parcel, first, sought, stated)
    place.until(MONDAY + 8 * HOUR, step=10 * MINUTE)
    case = cases.of_kind(place.store, parcel, "lost")
    assert (case.severity, case.told_at, case.escalated) == (Severity.CRITICAL, MONDAY + HOUR, True)


def test_a_claim_told_meanwhile_leaves_the_news_to_be_told_when_the_silence_ends(tmp_path: Path) -> None:
    place = office(tmp_path)
    silence(place, 24 * HOUR, courier="dhl")
    parcel = place.trouble("PW1")
    said = NewAlert("damaged", "ops", Severity.CRITICAL, Why.CLAIM_DUE, Fact(Form.NOTED, since=MONDAY, reason="soon"))
    with place.store.transaction():
        about = replace(said, parcel_id=parcel, case_id=case_of(place, parcel))
        outbox.enqueue(place.store, about, place.now)
    place.until(MONDAY + 25 * HOUR, step=10 * MINUTE)
    assert [row.why for one in place.told for row in one.group.rows if not row.draft] == [Why.CLAIM_DUE, Why.OPENED]


# --- repeats -------------------------------------------------------------------------------------


def test_an_open_case_that_nobody_takes_is_told_again_ever_more_rarely_and_in_the_end_no_more(tmp_path: Path) -> None:
    place = office(tmp_path, timing=Timing(repeat=8 * HOUR))
    place.trouble("PW1")
    place.until(MONDAY + timedelta(days=14), step=10 * MINUTE)
    hours = [(one.at - MONDAY) // HOUR for one in place.told]
    assert hours == [0, 8, 24, 56, 120]
    assert "still open" in place.told[1].title


def test_a_case_that_somebody_took_is_not_repeated_even_where_its_repetition_waits(tmp_path: Path) -> None:
    night = replace(NIGHT, passes=None)
    place = office(tmp_path, night, Timing(repeat=8 * HOUR), now=MONDAY + 7 * HOUR)
    parcel = place.trouble("PW1")
    place.until(MONDAY + 16 * HOUR)
    assert alerts.rows(place.store, "pending")
    agents.act_on_case(place.store, case_of(place, parcel), "ack", place.policy, place.now, by="lin")
    place.until(MONDAY + timedelta(days=3), step=10 * MINUTE)
    assert len(place.told) == 1


def test_a_critical_case_is_repeated_in_the_morning_and_its_letter_taken_back_then(tmp_path: Path) -> None:
    place = office(tmp_path, replace(NIGHT, zone=UTC), Timing(repeat=19 * HOUR), now=MONDAY)
    place.trouble("PW1")
    written = place.trouble("PW2", Cause.LOST)
    place.until(MONDAY + 15 * HOUR, step=10 * MINUTE)
    place.hear(written, place.scan(M.EXCEPTION, Cause.LOST, ago=16 * HOUR), place.scan(M.IN_TRANSIT, ago=MINUTE))
    place.until(MONDAY + 25 * HOUR, step=10 * MINUTE)
    told = {(row.why, (one.at - MONDAY) // HOUR) for one in place.told for row in one.group.rows}
    assert {one for one in told if one[0] in (Why.REPEATED, Why.WITHDRAWN)} == {(Why.REPEATED, 24), (Why.WITHDRAWN, 24)}


def test_a_channel_that_is_down_keeps_no_other_from_repeating(tmp_path: Path) -> None:
    place = Office(tmp_path / "shop.db", replace(_BOTH, timing=Timing(repeat=8 * HOUR)))
    place.away = ("boss",)
    place.trouble("PW1")
    place.until(MONDAY + 30 * HOUR, step=10 * MINUTE)
    told = [(one.channel, (one.at - MONDAY) // HOUR) for one in place.told]
    assert told == [("ops", 0), ("ops", 8), ("ops", 24)]
    assert [row.out.why for row in alerts.rows(place.store, "pending")] == [Why.OPENED]


def test_what_somebody_took_or_put_off_in_a_quiet_night_is_not_told_as_news_in_the_morning(tmp_path: Path) -> None:
    place = office(tmp_path, replace(NIGHT, passes=None), now=MONDAY + 15 * HOUR)
    taken, _ = place.trouble("PW1"), place.trouble("PW2")
    assert alerts.rows(place.store, "pending")
    agents.act_on_case(place.store, case_of(place, taken), "ack", place.policy, place.now, by="mei")
    place.until(MONDAY + timedelta(days=1))
    assert {row.number for one in place.told for row in one.group.rows if not row.draft} == {"PW2"}


def test_that_nobody_has_a_case_is_not_said_once_somebody_has(tmp_path: Path) -> None:
    place = office(tmp_path, replace(NIGHT, passes=None), now=MONDAY + 10 * HOUR)
    place.policy = replace(place.policy, follow_up=FollowUp({Severity.CRITICAL: parse("4h")}))
    parcel = place.trouble("PW1")
    place.until(MONDAY + 15 * HOUR)
    assert [row.out.why for row in alerts.rows(place.store, "pending")] == [Why.ESCALATED]
    agents.act_on_case(place.store, case_of(place, parcel), "ack", place.policy, place.now, by="mei")
    place.until(MONDAY + 26 * HOUR, step=10 * MINUTE)
    assert [row.why for one in place.told for row in one.group.rows if not row.draft] == [Why.OPENED]


def test_what_worsens_while_its_repetition_waits_is_told_as_worse(tmp_path: Path) -> None:
    place = office(tmp_path)
    parcel = place.trouble("PW1")
    case_id = case_of(place, parcel)
    place.until(MONDAY + MINUTE)
    for why in (Why.REPEATED, Why.WORSENED):
        said = NewAlert("damaged", "ops", Severity.CRITICAL, why, Fact(Form.NOTED, since=MONDAY, reason="wet"))
        with place.store.transaction():
            outbox.enqueue(place.store, replace(said, parcel_id=parcel, case_id=case_id), place.now)
    assert [row.out.why for row in alerts.rows(place.store, "pending")] == [Why.WORSENED]


def test_until_when_a_claim_can_be_made_is_told_whatever_is_silenced(tmp_path: Path) -> None:
    place = office(tmp_path)
    parcel = place.trouble("PW1")
    with place.store.transaction():
        place.store.write("UPDATE alerts SET why = 'claim_due' WHERE parcel_id = ? AND NOT for_draft", (parcel,))
        until = MONDAY + timedelta(days=2)
        silencing.begin(place.store, Silence(Matcher(("damaged",)), until), MONDAY)
    waiting = [row.out.why for row in alerts.rows(place.store, "pending")]
    assert waiting == [Why.CLAIM_DUE]
