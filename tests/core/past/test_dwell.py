"""How long parcels are silent, what is suggested from it, and that it is what thresholds fire on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.past.dwell import Dwell, Group, Lengths, silences
from parcelwatch.core.past.hints import passed
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import replay
from parcelwatch.core.past.suggest import MINIMUM, MINIMUM_CRITICAL, suggest
from parcelwatch.core.policy import Override, Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.duration import Duration, parse
from parcelwatch.model import Cause, Checkpoint, Entry, Milestone, Timeline

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
M = Milestone


def history(*scans: tuple[float, Milestone], **said: object) -> History:
    """A parcel with scans at these hours."""
    entries = []
    for hour, milestone in scans:
        at = START + hour * HOUR
        entries.append(Entry(Checkpoint(at, at, milestone), at, at))
    last = entries[-1].checkpoint
    came = last.occurred_at if last.milestone is M.DELIVERED else None
    return replace(
        History("PW1", "acme", announced_at=START, heard=Timeline(tuple(entries)), delivered_at=came),
        **said,  # type: ignore[arg-type]
    )


# --- shares --------------------------------------------------------------------------------------


def test_the_shares_are_those_of_kaplan_and_meier() -> None:
    """Twenty-one remissions under 6-MP, the example of the textbooks."""
    ended = Counter([6, 6, 6, 7, 10, 13, 16, 22, 23])
    waiting = Counter([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    lengths = Lengths(ended, waiting)
    assert lengths.n == 21
    known = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {at: round(lengths.share(at + 1), 3) for at in known} == known
    assert lengths.share(6) == 1.0
    assert lengths.within(0.5) == 24
    assert lengths.within(0.6) is None


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), st.integers(0, 70))
def test_where_nothing_waits_a_share_is_a_count(hours: list[int], limit: int) -> None:
    assert Lengths(Counter(hours)).share(limit) == pytest.approx(sum(each >= limit for each in hours) / len(hours))


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=60), st.integers(0, 60))
def test_parts_add_up_to_the_whole(parcels: list[tuple[int, bool]], cut: int) -> None:
    def of(some: list[tuple[int, bool]]) -> Lengths:
        return Lengths(
            Counter(hours for hours, ended in some if ended), Counter(hours for hours, ended in some if not ended)
        )

    added = of(parcels[:cut])
    added.add(of(parcels[cut:]))
    assert list(added.curve()) == list(of(parcels).curve())


# --- silences ------------------------------------------------------------------------------------


def test_a_silence_ends_with_the_next_movement_or_lasts() -> None:
    parcel = history((5, M.PICKED_UP), (9, M.IN_TRANSIT), (39, M.IN_TRANSIT), (45, M.OUT_FOR_DELIVERY))
    found = [(each.kind, (each.until - each.since) / HOUR) for each in silences(parcel, Calendar(), START + 50 * HOUR)]
    assert found == [("not_picked_up", 5), ("no_first_scan", 4), ("stalled", 30), ("stalled", 6), ("not_delivered", 5)]


def test_what_was_heard_later_is_not_known_before() -> None:
    parcel = history((5, M.PICKED_UP), (9, M.IN_TRANSIT), (39, M.IN_TRANSIT), (45, M.OUT_FOR_DELIVERY))
    assert [each.kind for each in silences(parcel, Calendar(), START + 38 * HOUR)][-1] == "stalled"


ROUTE = (M.PICKED_UP, M.IN_TRANSIT, M.IN_TRANSIT, M.OUT_FOR_DELIVERY, M.DELIVERED)
GAPS = st.lists(st.integers(1, 100), min_size=5, max_size=5)
FOUR = ("not_picked_up", "no_first_scan", "stalled", "not_delivered")


@given(GAPS, st.integers(1, 100), st.sampled_from(["h", "bd"]))
def test_a_threshold_fires_exactly_on_those_whose_longest_silence_lasts_as_long(
    gaps: list[int], limit: int, unit: str
) -> None:
    # A minute more, so that no scan comes at the very instant of a deadline.
    hours = [sum(gaps[: place + 1]) + (place + 1) / 60 for place in range(5)]
    parcel = history(*zip(hours, ROUTE, strict=True))
    length = Duration(limit, "h") if unit == "h" else Duration(1 + limit // 24, "bd")
    policy = Policy(thresholds=dict.fromkeys(FOUR, Threshold(length)))
    told = {one.kind for one in replay(parcel, policy, START + hours[-1] * HOUR) if one.kind in FOUR}
    dwell = Dwell()
    dwell.take(parcel, policy, START + hours[-1] * HOUR)
    least = limit if unit == "h" else 24 * length.amount
    assert told == {kind for kind in FOUR if dwell.of(Group(kind), unit).share(least) == 1.0}


def test_the_well_are_counted_the_others_wait_or_count_for_nothing() -> None:
    until = START + timedelta(days=40)
    moving = (5, M.PICKED_UP), (9, M.IN_TRANSIT)
    came = history(*moving, (20, M.DELIVERED))
    lost = replace(history(*moving), heard=Timeline((_lost(),)))
    dwell = Dwell()
    for each in (came, history(*moving), replace(came, complaints=(until,)), history(*moving, (20, M.RETURNED)), lost):
        dwell.take(each, Policy(), until)
    assert dwell.of(Group("stalled"), "h") == Lengths(Counter({11: 1}), Counter({40 * 24 - 9: 1}))
    given_up = Dwell()
    given_up.take(history(*moving), Policy(), START + timedelta(days=100))
    assert given_up == Dwell()


def test_what_is_untracked_is_not_measured() -> None:
    letters = Override({}, "config.toml:9", service="letter", untracked=True)
    parcel = history((5, M.PICKED_UP), (9, M.IN_TRANSIT), (20, M.DELIVERED), service="letter")
    dwell = Dwell()
    dwell.take(parcel, replace(POLICY, overrides=(letters,)), START + 20 * HOUR)
    assert dwell == Dwell()


def _lost() -> Entry:
    at = START + 9 * HOUR
    return Entry(Checkpoint(at, at, M.EXCEPTION, Cause.LOST), at, at)


# --- suggestions ---------------------------------------------------------------------------------

POLICY = Policy(profile="china", thresholds={"stalled": Threshold(parse("48h"), parse("120h"), "config.toml:3")})


def dwell(*groups: tuple[Group, Counter[int]]) -> Dwell:
    return Dwell({(group, unit): Lengths(hours.copy()) for group, hours in groups for unit in ("h", "bd")})


def even(most: int, each: int = 1) -> Counter[int]:
    """As many parcels silent for one hour as for two, and so on."""
    return Counter(dict.fromkeys(range(most), each))


def test_a_known_quantile_is_what_is_suggested() -> None:
    stalled = Group("stalled", "acme", "CN", "CN")
    (only,), left = suggest(dwell((stalled, even(100, 12))), POLICY)
    assert (only.group, only.n, only.waiting, only.unit) == (Group("stalled"), 1200, 0, "h")
    assert (str(only.warn), str(only.critical)) == ("97h", "100h")
    assert only.quantiles == {0.5: 50, 0.9: 90, 0.97: 97, 0.995: 100}
    assert only.was.line == "config.toml:3"
    assert only.passed == pytest.approx(0.52)
    assert "no parcel was ever there" in {each.why for each in left}


def test_a_limit_is_written_in_the_unit_of_the_one_it_replaces() -> None:
    stalled = dwell((Group("stalled", "acme"), even(100, 12)))
    for written, suggested in (("2d", "5d"), ("1bd", "5bd"), ("100m", "97h")):
        policy = Policy(thresholds={"stalled": Threshold(parse(written))})
        assert str(suggest(stalled, policy)[0][0].warn) == suggested


def test_thin_data_are_said_to_be_thin_and_nothing_is_suggested() -> None:
    few = even(MINIMUM - 1)
    made, left = suggest(dwell((Group("stalled", "acme"), few)), POLICY)
    assert made == []
    assert next(each for each in left if each.kind == "stalled").why == "too few parcels: 199 of the 200 that it takes"
    (enough,), _ = suggest(dwell((Group("stalled", "acme"), even(MINIMUM))), POLICY)
    assert enough.critical is None, (
        f"of fewer than {MINIMUM_CRITICAL} it is not known, and the one there is comes first"
    )


def test_only_a_group_that_differs_gets_limits_of_its_own() -> None:
    slow, quick = Group("stalled", "slow"), Group("stalled", "quick")
    made, _ = suggest(dwell((slow, even(200)), (quick, even(20, 50))), POLICY)
    assert [(each.group.courier, str(each.warn)) for each in made] == [
        ("", "164h"),
        ("quick", "20h"),
    ], "194 h instead of 164 are no quarter more"
    much, _ = suggest(dwell((slow, even(200)), (quick, even(20, 200))), POLICY)
    assert [(each.group.courier, str(each.warn)) for each in much] == [("", "74h"), ("quick", "20h"), ("slow", "194h")]
    alike, _ = suggest(dwell((slow, even(100, 12)), (quick, even(100, 12))), POLICY)
    assert [each.group for each in alike] == [Group("stalled")]


def test_what_holds_and_fits_is_left_and_so_is_what_cannot_be_tested() -> None:
    fits = Policy(thresholds={"stalled": Threshold(parse("97h"), parse("100h"))})
    stalled = dwell((Group("stalled", "acme"), even(100, 12)))
    made, left = suggest(stalled, fits)
    assert (made, next(each.why for each in left if each.kind == "stalled")) == ([], "what holds fits them")
    made, left = suggest(stalled, POLICY, {"stalled": "no scans"})
    assert (made, next(each for each in left if each.kind == "stalled").why) == ([], "no scans")


def test_what_waits_keeps_a_suggestion_from_being_made() -> None:
    waiting = Dwell({(Group("stalled", "acme"), "h"): Lengths(Counter({5: 300}), Counter({6: 300}))})
    made, left = suggest(waiting, POLICY)
    assert made == []
    assert next(each.why for each in left if each.kind == "stalled") == "too many are still under way to tell"


def test_each_line_that_many_well_parcels_pass_is_named() -> None:
    slow = Group("stalled", "slow")
    special = Override({"stalled": Threshold(parse("10h"), None, "config.toml:9")}, courier="slow")
    found = dwell((slow, even(100, 12)), (Group("stalled", "quick"), even(40, 12)))
    policy = replace(POLICY, overrides=(special,))
    assert list(passed(found, policy, {})) == [
        "stalled fires after 10h on 90% of 1200 well parcels (config.toml:9); `parcelwatch learn` says what fits them"
    ]
    assert list(passed(found, policy, {"stalled": "no scans"})) == []
