"""Which threshold and which channel are chosen, and which line is named for it."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.drafts import Wording
from parcelwatch.core.kinds import CLOCKED, KINDS, Family
from parcelwatch.core.messaging.matching import Matcher, Subject
from parcelwatch.core.messaging.timing import Timing
from parcelwatch.core.policy import Override, Policy, Receiver, Route
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.model import Fact, Form, Order, Parcel, Severity

PARCEL = Parcel(
    id=1,
    number="CP900000001HK",
    courier="my_dhl",
    added_at=datetime(2025, 11, 3, tzinfo=UTC),
    company="100",
    service="express",
    origin="CN",
    destination="BR",
    orders=(Order(tags=("fragile", "vip")),),
)


def threshold(warn: str, line: str = "") -> Threshold:
    return Threshold(parse(warn), None, line or warn)


def override(warn: str, **matchers: str) -> Override:
    return replace(Override({"stalled": threshold(warn)}), **matchers)  # type: ignore[arg-type]


# --- profiles ------------------------------------------------------------------------------------


def test_a_parcel_within_one_country_has_the_domestic_column() -> None:
    found = Policy().threshold("stalled", replace(PARCEL, origin="BR"))
    assert found == Threshold(parse("3bd"), parse("7d"), "profile international (domestic)")


def test_a_parcel_between_two_countries_has_the_cross_border_column() -> None:
    found = Policy().threshold("stalled", PARCEL)
    assert found == Threshold(parse("5bd"), parse("20d"), "profile international (cross-border)")


@pytest.mark.parametrize(("origin", "destination"), [("", "BR"), ("CN", ""), ("", "")])
def test_a_parcel_from_or_to_nobody_knows_where_has_the_milder_column(origin: str, destination: str) -> None:
    found = Policy().threshold("stalled", replace(PARCEL, origin=origin, destination=destination))
    assert found.warn == parse("5bd")
    assert found.line == "profile international (origin or destination unknown: the milder column)"


def test_the_china_profile_makes_no_difference_between_columns() -> None:
    found = Policy(profile="china").threshold("stalled", replace(PARCEL, origin=""))
    assert found == Threshold(parse("48h"), parse("120h"), "profile china")


@pytest.mark.parametrize("origin", ["BR", "CN", ""], ids=["domestic", "cross-border", "unknown"])
def test_customs_has_a_clock_on_every_lane(origin: str) -> None:
    found = Policy().threshold("customs_held", replace(PARCEL, origin=origin))
    assert (found.warn, found.critical) == (parse("5bd"), parse("10bd"))


def test_every_kind_has_a_threshold_and_a_line() -> None:
    table = Policy().table(PARCEL)
    assert set(table) == set(KINDS)
    assert all(found.line for found in table.values())


def test_what_is_told_and_a_broken_promise_need_no_duration() -> None:
    assert Policy().threshold("damaged", PARCEL) == Threshold(None, None, "no threshold: opens when it is said")
    assert Policy().threshold("late", PARCEL).line == "no threshold: opens when the promised day is over"


def test_an_unknown_kind_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        Policy().threshold("stuck", PARCEL)


def test_every_profile_has_every_clock_and_never_raises_before_it_warns() -> None:
    for profile in PROFILES.values():
        for column in (profile.domestic, profile.cross_border):
            assert tuple(column) == CLOCKED
            assert all(
                each.critical.length >= each.warn.length for each in column.values() if each.warn and each.critical
            )


def test_the_kinds_of_the_tables_exist() -> None:
    assert set(CLOCKED) <= set(KINDS)


# --- overrides -----------------------------------------------------------------------------------

# From the least to the most specific; each wins over all before it.
ORDER = [
    override("2d", company="100"),
    override("3d", courier="my_dhl"),
    override("4d", service="express"),
    override("5d", origin="CN"),
    override("6d", destination="BR"),
    override("7d", origin="CN", destination="BR"),
    override("8d", tag="vip"),
]


@pytest.mark.parametrize("count", range(1, len(ORDER) + 1))
def test_the_most_specific_override_wins_wherever_it_stands_in_the_file(count: int) -> None:
    policy = Policy(thresholds={"stalled": threshold("1d")}, overrides=tuple(reversed(ORDER[:count])))
    assert policy.threshold("stalled", PARCEL).warn == parse(f"{count + 1}d")


def test_a_global_threshold_replaces_every_column_of_the_profile() -> None:
    policy = Policy(thresholds={"stalled": threshold("1d", "config.toml:3 thresholds.stalled")})
    for origin in ("", "BR", "CN"):
        found = policy.threshold("stalled", replace(PARCEL, origin=origin))
        assert found == Threshold(parse("1d"), None, "config.toml:3 thresholds.stalled")


def test_an_override_counts_only_if_all_it_names_matches() -> None:
    policy = Policy(overrides=(override("9d", courier="my_dhl", destination="US"),))
    assert policy.threshold("stalled", PARCEL).warn == parse("5bd")


def test_more_matchers_win_over_fewer_of_the_same_level() -> None:
    both = override("9d", destination="BR", courier="my_dhl")
    policy = Policy(overrides=(both, override("6d", destination="BR")))
    assert policy.threshold("stalled", PARCEL).warn == parse("9d")


def test_of_two_equally_specific_overrides_the_later_wins() -> None:
    policy = Policy(overrides=(override("4d", tag="vip"), override("6d", tag="fragile")))
    assert policy.threshold("stalled", PARCEL).warn == parse("6d")


def test_of_several_that_say_whether_parcels_are_tracked_the_most_specific_holds() -> None:
    letters = Override({}, "letters", service="express", untracked=True)
    valued = Override({}, "valued", tag="vip", untracked=False)
    assert Policy(overrides=(letters,)).threshold("stalled", PARCEL).quiet == Fact(Form.UNTRACKED)
    assert Policy(overrides=(letters,)).threshold("stalled", PARCEL).line == "letters"
    assert Policy(overrides=(letters, valued)).threshold("stalled", PARCEL).quiet is None
    assert Policy(overrides=(letters,)).threshold("stalled", replace(PARCEL, service="")).quiet is None


def test_what_is_not_tracked_has_no_silence_and_no_lateness_but_what_is_told_counts() -> None:
    table = Policy(overrides=(Override({}, "letters", service="express", untracked=True),)).table(PARCEL)
    silent = {kind for kind, row in KINDS.items() if row.family is Family.SILENCE}
    assert {kind for kind, found in table.items() if found.quiet} >= silent
    assert all(found.warn is None for kind, found in table.items() if kind != "courier_silent")
    assert not {"damaged", "attempt_failed", "customs_held", "courier_silent"} & {
        kind for kind, found in table.items() if found.quiet
    }


def test_an_override_leaves_the_other_kinds_alone() -> None:
    policy = Policy(overrides=(override("9d", courier="my_dhl"),))
    assert policy.threshold("not_delivered", PARCEL).line == "profile international (cross-border)"


def test_countries_match_in_any_case() -> None:
    policy = Policy(overrides=(override("9d", destination="br"),))
    assert policy.threshold("stalled", PARCEL).warn == parse("9d")
    assert Policy().threshold("stalled", replace(PARCEL, origin="br")).line.endswith("(domestic)")


def test_parcels_that_differ_in_a_matcher_do_not_share_a_remembered_table() -> None:
    policy = Policy(overrides=(override("9d", tag="vip"),))
    assert policy.threshold("stalled", PARCEL).warn == parse("9d")
    assert policy.threshold("stalled", replace(PARCEL, orders=())).warn == parse("5bd")


def test_an_account_may_be_silent_for_half_an_hour_unless_the_file_says_more() -> None:
    slow = Override({"courier_silent": threshold("2h")}, courier="slow")
    policy = Policy(overrides=(slow,))
    assert policy.courier_silent("my_dhl") == timedelta(minutes=30)
    assert policy.courier_silent("slow") == timedelta(hours=2)


# --- routes --------------------------------------------------------------------------------------

ROUTES = (
    Route(Matcher(("damaged", "lost"), Severity.HIGH), ("urgent",)),
    Route(Matcher(("courier_silent",)), ("tech",)),
    Route(Matcher((), Severity.HIGH), ("leads",)),
)
ROUTED = Policy(channels=("ops", "urgent", "tech", "leads"), routes=ROUTES)


@pytest.mark.parametrize(
    ("kind", "severity", "channel", "why"),
    [
        ("damaged", Severity.CRITICAL, "urgent", "worse than the route asks for"),
        ("damaged", Severity.HIGH, "urgent", "exactly what the route asks for"),
        ("damaged", Severity.MEDIUM, "ops", "milder than every route asks for"),
        ("stalled", Severity.HIGH, "leads", "a route without kinds takes all kinds"),
        ("courier_silent", Severity.OPERATOR, "tech", "an operator's kind that is named"),
        ("unknown_status", Severity.OPERATOR, "ops", "an operator's kind that is not named"),
    ],
)
def test_the_first_route_that_matches_gets_it(kind: str, severity: Severity, channel: str, why: str) -> None:
    assert ROUTED.receivers(Subject(kind, severity)) == (Receiver(channel),), why


def test_without_routes_the_first_channel_gets_all() -> None:
    assert Policy(channels=("ops", "other")).receivers(Subject("stalled", Severity.LOW)) == (Receiver("ops"),)


def test_without_channels_nobody_gets_anything() -> None:
    assert Policy().receivers(Subject("stalled", Severity.CRITICAL)) == ()


def test_a_route_matches_by_all_it_names() -> None:
    one = Subject("lost", Severity.HIGH, "my_dhl", "100", "BR-SP", ("vip", "gift"), 80.0, ("Gold",))
    for fits in (
        Matcher(("lost", "late"), Severity.HIGH),
        Matcher(courier="my_dhl", company="100", destination="BR", tag="vip", value=80, tier="gold"),
        Matcher(destination="br-sp", below=Severity.CRITICAL),
    ):
        assert fits.matches(one)
    for fails in (
        Matcher(("late",)),
        Matcher(severity=Severity.CRITICAL),
        Matcher(below=Severity.HIGH),
        Matcher(courier="dhl"),
        Matcher(company="1"),
        Matcher(destination="BR-RJ"),
        Matcher(destination="B"),
        Matcher(tag="vi"),
        Matcher(value=80.01),
        Matcher(tier="silver"),
    ):
        assert not fails.matches(one), fails


def test_a_route_may_name_several_channels_and_go_on_and_each_channel_gets_it_once() -> None:
    routes = (
        Route(Matcher(severity=Severity.CRITICAL), ("boss", "leads"), goes_on=True, line="1"),
        Route(Matcher(("lost",)), ("leads", "claims"), line="2"),
    )
    policy = Policy(channels=("ops", "boss", "leads", "claims"), routes=routes)
    assert policy.receivers(Subject("lost", Severity.CRITICAL)) == (
        Receiver("boss", "1"),
        Receiver("leads", "1"),
        Receiver("claims", "2"),
    )
    assert [one.channel for one in policy.receivers(Subject("late", Severity.CRITICAL))] == ["boss", "leads", "ops"]


def test_drafts_go_by_the_routes_that_take_them_and_else_to_their_own_channel() -> None:
    routes = (
        Route(Matcher(), ("ops",)),
        Route(Matcher(("lost",)), ("claims",), drafts=True, line="2"),
    )
    policy = Policy(channels=("ops", "claims"), routes=routes, draft_channel="letters")
    assert policy.receivers(Subject("lost", Severity.HIGH), draft=True) == (Receiver("claims", "2"),)
    assert policy.receivers(Subject("late", Severity.HIGH), draft=True) == (Receiver("letters"),)


def test_when_messages_leave_decides_nothing_about_parcels() -> None:
    assert Policy(timing=Timing(repeat=timedelta(hours=8))).policy_id == Policy().policy_id


# --- identity ------------------------------------------------------------------------------------


def test_a_policy_is_the_same_wherever_its_lines_stand() -> None:
    one = Policy(thresholds={"stalled": threshold("1d", "config.toml:3 thresholds.stalled")})
    other = Policy(thresholds={"stalled": threshold("1d", "config.toml:9 thresholds.stalled")})
    assert one.policy_id == other.policy_id


@pytest.mark.parametrize(
    "policy",
    [
        Policy(profile="china"),
        Policy(thresholds={"stalled": threshold("1d")}),
        Policy(overrides=(override("1d", tag="vip"),)),
        Policy(overrides=(override("1d", service="vip"),)),
        Policy(channels=("ops",)),
        Policy(old_news=timedelta(days=3)),
        Policy(wording=Wording(shop="Northwind Lamps")),
    ],
)
def test_a_policy_that_decides_otherwise_has_another_id(policy: Policy) -> None:
    assert policy.policy_id != Policy().policy_id


def test_the_id_of_a_policy_survives_the_process() -> None:
    asked = "from parcelwatch.core.policy import Policy; print(Policy(profile='china', channels=('ops',)).policy_id)"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        told = subprocess.run(
            [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == Policy(profile="china", channels=("ops",)).policy_id
