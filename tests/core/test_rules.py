"""Every rule at its exact threshold, in every column of both profiles, and what each has to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.config import days
from parcelwatch.config.models import File
from parcelwatch.core.advance import advance
from parcelwatch.core.assess import assess
from parcelwatch.core.kinds import CLOCKED, KINDS, RULES, Family
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import Finding, Verdict
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.view import view
from parcelwatch.duration import parse
from parcelwatch.model import (
    Amended,
    Answered,
    Case,
    Cause,
    Checkpoint,
    Dossier,
    Fact,
    Form,
    Milestone,
    NotFound,
    Observation,
    Order,
    Parcel,
    Refused,
    Severity,
    Unanswered,
)

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NUMBER = "PW000000001XX"
PARCEL = Parcel(1, NUMBER, "acme", MONDAY)
CHINA, INTERNATIONAL = Policy(profile="china"), Policy(profile="international")

Column = tuple[Policy, Parcel]
COLUMNS: dict[str, Column] = {
    "china": (CHINA, PARCEL),
    "domestic": (INTERNATIONAL, replace(PARCEL, origin="DE", destination="DE")),
    "cross-border": (INTERNATIONAL, replace(PARCEL, origin="CN", destination="BR")),
    "lane unknown": (INTERNATIONAL, PARCEL),
}

# Written out once more, so that nobody moves a default unawares: china, domestic, cross-border, lane unknown.
DEFAULTS = {
    "unknown_number": ("24h 72h", "24h 72h", "48h 120h", "48h 120h"),
    "not_picked_up": ("24h 48h", "2bd 4bd", "3bd 5bd", "3bd 5bd"),
    "no_first_scan": ("24h 48h", "2bd 3bd", "3bd 5bd", "3bd 5bd"),
    "stalled": ("48h 120h", "3bd 7d", "5bd 20d", "5bd 20d"),
    "customs_held": ("72h 168h", "5bd 10bd", "5bd 10bd", "5bd 10bd"),
    "not_delivered": ("36h 72h", "1bd 2bd", "2bd 3bd", "2bd 3bd"),
    "attempt_failed": ("24h 48h", "1bd 2bd", "2bd 3bd", "2bd 3bd"),
    "awaiting_collection": ("72h 168h", "3d 5d", "3d 7d", "3d 7d"),
    "returning": ("48h 120h", "3bd 7bd", "5bd 15bd", "5bd 15bd"),
    "tracking_stopped": ("24h", "24h", "24h", "24h"),
}

MILD = (None, Severity.MEDIUM, Severity.HIGH)
SEVERITIES: dict[str, tuple[Severity | None, Severity, Severity]] = {
    "unknown_number": MILD,
    "not_picked_up": MILD,
    "no_first_scan": MILD,
    "stalled": MILD,
    "customs_held": MILD,
    "not_delivered": MILD,
    "attempt_failed": (Severity.MEDIUM, Severity.MEDIUM, Severity.HIGH),
    "awaiting_collection": (None, Severity.LOW, Severity.HIGH),
    "returning": (Severity.HIGH, Severity.HIGH, Severity.CRITICAL),
    "tracking_stopped": (None, Severity.MEDIUM, Severity.MEDIUM),
}
"""Before `warn` (told kinds are told at once), from `warn` on, from `critical` on."""

CLOCK_STARTS_AT = {
    "not_picked_up": Milestone.INFO_RECEIVED,
    "no_first_scan": Milestone.PICKED_UP,
    "stalled": Milestone.IN_TRANSIT,
    "customs_held": Milestone.CUSTOMS,
    "not_delivered": Milestone.OUT_FOR_DELIVERY,
    "attempt_failed": Milestone.ATTEMPT_FAILED,
    "awaiting_collection": Milestone.AVAILABLE_FOR_PICKUP,
    "returning": Milestone.RETURNING,
}


def scan(milestone: Milestone, at: datetime = MONDAY, cause: Cause | None = None, text: str = "") -> Checkpoint:
    return Checkpoint(at, at, milestone, cause, text=text or str(milestone))


def tracked(*checkpoints: Checkpoint) -> Answered:
    return Answered(NUMBER, checkpoints)


NOT_FOUND = NotFound(NUMBER)


def begun(kind: str, column: Column) -> tuple[Dossier, Observation]:
    """A parcel whose clock for `kind` starts on Monday, and the answer without news that goes with it."""
    policy, parcel = column
    if kind == "unknown_number":
        return Dossier(parcel), NOT_FOUND
    if kind == "tracking_stopped":
        said = tracked(scan(Milestone.IN_TRANSIT, MONDAY - MINUTE))
        heard = advance(Dossier(parcel), said, policy, MONDAY - MINUTE).dossier
        return advance(heard, NOT_FOUND, policy, MONDAY).dossier, NOT_FOUND
    said = tracked(scan(CLOCK_STARTS_AT[kind]))
    return advance(Dossier(parcel), said, policy, MONDAY).dossier, said


def verdict_at(kind: str, column: Column, at: datetime) -> Verdict:
    dossier, said = begun(kind, column)
    policy = column[0]
    dossier = advance(dossier, said, policy, at).dossier
    return assess(view(dossier, policy.calendar), policy).verdicts.get(kind, Verdict())


def severity_at(kind: str, column: Column, at: datetime) -> Severity | None:
    finding = verdict_at(kind, column, at).finding
    return finding.severity if finding else None


# --- thresholds ----------------------------------------------------------------------------------

each_default = pytest.mark.parametrize(
    ("kind", "column", "limits"),
    [(kind, name, row[place]) for kind, row in DEFAULTS.items() for place, name in enumerate(COLUMNS)],
)


@pytest.mark.parametrize("kind", ["no_first_scan", "stalled", "not_delivered", "customs_held"])
def test_what_stands_still_rests_on_the_scan_it_stands_at(kind: str) -> None:
    finding = verdict_at(kind, next(iter(COLUMNS.values())), MONDAY + timedelta(days=80)).finding
    assert finding is not None
    assert finding.fact.scan == scan(CLOCK_STARTS_AT[kind])


@each_default
def test_a_minute_before_its_threshold_nothing_is_said_and_at_it_it_is(kind: str, column: str, limits: str) -> None:
    here = COLUMNS[column]
    before, *after = SEVERITIES[kind]
    for limit, severity in zip(limits.split(), after, strict=False):
        due = Calendar().at().add(MONDAY, parse(limit))
        assert severity_at(kind, here, due - MINUTE) is before
        assert verdict_at(kind, here, due - MINUTE).due_at == due
        assert severity_at(kind, here, due) is severity
        before = severity
    assert severity_at(kind, here, MONDAY + timedelta(days=80)) is before


@each_default
def test_a_finding_names_the_threshold_that_spoke_and_the_line_it_comes_from(
    kind: str, column: str, limits: str
) -> None:
    for limit in limits.split():
        finding = verdict_at(kind, COLUMNS[column], Calendar().at().add(MONDAY, parse(limit))).finding
        assert finding is not None
        assert finding.limit == parse(limit)
        assert finding.line.startswith("profile ")


def test_every_kind_with_a_clock_of_its_own_is_tried_at_its_defaults() -> None:
    assert {*DEFAULTS, "courier_silent", "will_be_late"} == set(CLOCKED)


@pytest.mark.parametrize("answer", [Unanswered(NUMBER), Refused(NUMBER)], ids=["unanswered", "refused"])
@pytest.mark.parametrize("kind", sorted(KINDS.keys() & DEFAULTS.keys() - {"attempt_failed", "returning"}))
def test_past_the_deadline_only_an_answer_accuses(kind: str, answer: Observation) -> None:
    here = COLUMNS["china"]
    dossier, said = begun(kind, here)
    silent = advance(dossier, said, CHINA, MONDAY + MINUTE).dossier
    step = advance(silent, answer, CHINA, MONDAY + timedelta(days=30))
    assert kind not in {case.kind for case in step.dossier.cases if case.since == MONDAY}


# --- order ---------------------------------------------------------------------------------------


def test_every_kind_of_case_has_its_place_before_all_that_is_no_case_of_a_parcel() -> None:
    others = {kind.place for kind in KINDS.values() if kind.family in {Family.OPERATOR, Family.GROUP}}
    cases = {kind.place for kind in KINDS.values()} - others
    assert len(others) == 1
    assert max(cases) < min(others)
    assert cases == set(range(len(cases)))


def test_every_kind_of_a_parcels_case_has_a_rule() -> None:
    assert {name for name, kind in KINDS.items() if kind.family not in (Family.OPERATOR, Family.GROUP)} == RULES.keys()


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_says_what_it_finds(kind: str) -> None:
    assert (RULES[kind].__doc__ or "").strip()


# --- single rules --------------------------------------------------------------------------------


def findings(*checkpoints: Checkpoint, at: datetime | None = None, parcel: Parcel = PARCEL) -> dict[str, Finding]:
    """What is wrong with a parcel of which these were the courier's first words, heard at the last of them."""
    now = at or max(one.occurred_until for one in checkpoints)
    dossier = advance(Dossier(parcel), tracked(*checkpoints), INTERNATIONAL, now).dossier
    return assess(view(dossier, INTERNATIONAL.calendar), INTERNATIONAL).findings


def cases(*checkpoints: Checkpoint) -> dict[str, Case]:
    now = max(one.occurred_until for one in checkpoints)
    dossier = advance(Dossier(PARCEL), tracked(*checkpoints), INTERNATIONAL, now).dossier
    return {case.kind: case for case in dossier.cases}


@pytest.mark.parametrize(
    ("milestone", "cause", "kind", "severity"),
    [
        (Milestone.EXCEPTION, Cause.DAMAGED, "damaged", Severity.CRITICAL),
        (Milestone.IN_TRANSIT, Cause.DAMAGED, "damaged", Severity.CRITICAL),
        (Milestone.EXCEPTION, Cause.LOST, "lost", Severity.CRITICAL),
        (Milestone.EXCEPTION, Cause.DESTROYED, "destroyed", Severity.CRITICAL),
        (Milestone.EXCEPTION, Cause.REFUSED, "refused", Severity.HIGH),
        (Milestone.EXCEPTION, Cause.CUSTOMS, "customs_held", Severity.HIGH),
        (Milestone.CUSTOMS, Cause.CUSTOMS, "customs_held", Severity.HIGH),
        (Milestone.RETURNING, None, "returning", Severity.HIGH),
        (Milestone.RETURNED, None, "returned", Severity.HIGH),
        (Milestone.EXCEPTION, None, "courier_exception", Severity.MEDIUM),
        (Milestone.EXCEPTION, Cause.WEATHER, "courier_delay", Severity.LOW),
        (Milestone.IN_TRANSIT, Cause.WEATHER, "courier_delay", Severity.LOW),
        (Milestone.EXCEPTION, Cause.ADDRESS, "address_problem", Severity.HIGH),
        (Milestone.ATTEMPT_FAILED, Cause.ADDRESS, "address_problem", Severity.HIGH),
        (Milestone.EXCEPTION, Cause.SECURITY, "security_held", Severity.HIGH),
        (Milestone.EXCEPTION, Cause.MISROUTED, "misrouted", Severity.LOW),
        (Milestone.IN_TRANSIT, Cause.MISROUTED, "misrouted", Severity.LOW),
        (Milestone.EXCEPTION, Cause.UNSTATED, "courier_exception", Severity.MEDIUM),
        (Milestone.ATTEMPT_FAILED, None, "attempt_failed", Severity.MEDIUM),
    ],
)
def test_what_the_courier_says_is_told_at_once_in_its_own_words(
    milestone: Milestone, cause: Cause | None, kind: str, severity: Severity
) -> None:
    found = findings(scan(milestone, cause=cause, text="its own words"))
    assert set(found) == {kind}
    assert found[kind].severity is severity
    said = found[kind].fact.scan
    assert said is not None
    assert said.text == "its own words"
    assert found[kind].since == MONDAY


def test_a_refused_parcel_that_turns_back_is_both_and_the_refusal_is_hidden() -> None:
    found = cases(scan(Milestone.RETURNING, cause=Cause.REFUSED))
    assert found["refused"].hidden_by == "returning"
    assert not found["returning"].hidden_by


def test_an_attempt_that_the_recipient_refused_is_a_refusal_and_no_failed_attempt() -> None:
    refused = scan(Milestone.ATTEMPT_FAILED, MONDAY + timedelta(hours=1), Cause.REFUSED)
    for scans in ([refused], [scan(Milestone.ATTEMPT_FAILED), refused]):
        found = findings(*scans)
        assert set(found) == {"refused"}
        assert found["refused"].severity is Severity.HIGH


def test_an_attempt_that_failed_after_a_refusal_is_told_beside_it() -> None:
    again = scan(Milestone.ATTEMPT_FAILED, MONDAY + timedelta(days=1), Cause.NOBODY_HOME)
    found = cases(scan(Milestone.ATTEMPT_FAILED, cause=Cause.REFUSED), again)
    assert found["attempt_failed"].hidden_by == "refused"


def test_a_failed_attempt_is_over_once_the_parcel_waits_to_be_collected() -> None:
    assert not findings(
        scan(Milestone.ATTEMPT_FAILED), scan(Milestone.AVAILABLE_FOR_PICKUP, MONDAY + timedelta(hours=1))
    )


def test_a_failed_attempt_is_not_over_because_the_parcel_went_back_to_the_depot() -> None:
    found = findings(scan(Milestone.ATTEMPT_FAILED), scan(Milestone.IN_TRANSIT, MONDAY + timedelta(hours=1)))
    assert set(found) == {"attempt_failed"}


MIDNIGHT = timedelta(hours=16)


@pytest.mark.parametrize(("apart", "fires"), [(MIDNIGHT - MINUTE, False), (MIDNIGHT, True), (timedelta(days=1), True)])
def test_out_for_delivery_again_is_a_failed_attempt_when_it_is_another_day(apart: timedelta, fires: bool) -> None:
    found = findings(scan(Milestone.OUT_FOR_DELIVERY), scan(Milestone.OUT_FOR_DELIVERY, MONDAY + apart))
    assert ("attempt_failed" in found) is fires


def test_out_for_delivery_twice_within_blurred_times_is_no_failed_attempt_unless_surely_on_another_day() -> None:
    blurred = replace(scan(Milestone.OUT_FOR_DELIVERY), occurred_until=MONDAY + timedelta(hours=17))
    again = scan(Milestone.OUT_FOR_DELIVERY, MONDAY + timedelta(hours=30))
    assert "attempt_failed" not in findings(blurred, again)


def test_the_day_of_a_tour_is_the_one_where_the_parcel_is() -> None:
    at_home = replace(PARCEL, origin="JP", destination="JP")
    morning, noon = scan(Milestone.OUT_FOR_DELIVERY), scan(Milestone.OUT_FOR_DELIVERY, MONDAY + timedelta(hours=7))
    assert "attempt_failed" not in findings(morning, noon)
    policy = replace(INTERNATIONAL, calendar=days.calendar(File.model_validate({})))
    dossier = advance(Dossier(at_home), tracked(morning, noon), policy, noon.occurred_at).dossier
    assert "attempt_failed" in assess(view(dossier, policy.calendar), policy).findings


@pytest.mark.parametrize("cause", [Cause.COURIER_FAULT, Cause.WEATHER, Cause.DISRUPTED, Cause.MISROUTED])
def test_a_second_tour_after_the_depot_said_why_it_was_never_tried_is_no_failed_attempt(cause: Cause) -> None:
    found = findings(
        scan(Milestone.OUT_FOR_DELIVERY),
        scan(Milestone.IN_TRANSIT, MONDAY + timedelta(hours=10), cause, text="Delivery not attempted"),
        scan(Milestone.OUT_FOR_DELIVERY, MONDAY + timedelta(days=1)),
    )
    assert not found


@pytest.mark.parametrize("cause", [Cause.ADDRESS, Cause.REFUSED, Cause.DAMAGED])
def test_a_second_tour_after_what_a_rule_of_its_own_told_is_no_failed_attempt_kept_back(cause: Cause) -> None:
    found = findings(
        scan(Milestone.OUT_FOR_DELIVERY),
        scan(Milestone.EXCEPTION, MONDAY + timedelta(hours=10), cause),
        scan(Milestone.OUT_FOR_DELIVERY, MONDAY + timedelta(days=1)),
    )
    assert "attempt_failed" not in found


@pytest.mark.parametrize("excuse", ["not attempted", "put off", "put off until tomorrow", "改约明天派送"])
@pytest.mark.parametrize("cause", [Cause.COURIER_FAULT, Cause.WEATHER, Cause.MISROUTED, Cause.POSTPONED])
def test_on_the_third_day_a_tour_is_a_failed_attempt_whatever_ended_the_others(cause: Cause, excuse: str) -> None:
    days = [MONDAY + timedelta(days=day) for day in range(25)]
    told = [
        each
        for at in days
        for each in (
            scan(Milestone.OUT_FOR_DELIVERY, at),
            replace(scan(Milestone.IN_TRANSIT, at + timedelta(hours=9), cause, excuse), moves=False),
        )
    ]
    assert "attempt_failed" not in findings(*told[:4])
    assert findings(*told[:5])["attempt_failed"].fact.count == 3
    assert findings(*told)["attempt_failed"].fact.count == len(days)


def test_who_agreed_on_a_day_further_off_each_time_is_believed() -> None:
    weeks = [MONDAY + timedelta(days=7 * week) for week in range(4)]
    told = [
        each
        for at in weeks
        for each in (
            scan(Milestone.OUT_FOR_DELIVERY, at),
            scan(Milestone.IN_TRANSIT, at + timedelta(hours=9), Cause.POSTPONED, "put off until Monday"),
        )
    ]
    assert "attempt_failed" not in findings(*told)


def test_a_notice_finds_no_lost_parcel_and_a_scan_does() -> None:
    lost = scan(Milestone.EXCEPTION, cause=Cause.LOST)
    tracer = replace(scan(Milestone.IN_TRANSIT, MONDAY + timedelta(hours=1), text="Tracer opened"), moves=False)
    assert set(findings(lost, tracer)) == {"lost"}
    assert not findings(lost, tracer, scan(Milestone.IN_TRANSIT, MONDAY + timedelta(hours=2)))


def test_what_security_holds_at_customs_is_no_slow_customs() -> None:
    held = scan(Milestone.CUSTOMS, cause=Cause.SECURITY, text="Held by security")
    found = findings(held, at=MONDAY + timedelta(days=40))
    assert set(found) == {"security_held"}
    assert found["security_held"].severity is Severity.HIGH


def test_lost_and_then_only_an_unreadable_word_is_still_lost() -> None:
    found = findings(
        scan(Milestone.EXCEPTION, cause=Cause.LOST), scan(Milestone.UNKNOWN, MONDAY + timedelta(hours=1), text="XQ7")
    )
    assert set(found) == {"lost"}


def test_scans_on_the_way_home_are_no_new_journey() -> None:
    found = findings(scan(Milestone.RETURNING), scan(Milestone.OUT_FOR_DELIVERY, MONDAY + timedelta(days=1)))
    assert set(found) == {"returning"}


def test_a_parcel_on_its_way_back_is_not_late() -> None:
    parcel = replace(PARCEL, orders=(Order(promised_by=MONDAY - timedelta(days=1)),))
    assert set(findings(scan(Milestone.RETURNING), parcel=parcel)) == {"returning"}


def test_a_parcel_that_waits_to_be_collected_is_late_no_more() -> None:
    parcel = replace(PARCEL, orders=(Order(promised_by=MONDAY - timedelta(days=1)),))
    assert not findings(scan(Milestone.AVAILABLE_FOR_PICKUP), parcel=parcel)


@pytest.mark.parametrize("promise", [MONDAY + timedelta(days=2)])
def test_late_begins_with_the_end_of_the_promise_and_not_a_minute_before(promise: datetime) -> None:
    parcel = replace(PARCEL, orders=(Order(promised_by=promise),))
    on_the_way = scan(Milestone.IN_TRANSIT)
    assert "late" not in findings(on_the_way, at=promise - MINUTE, parcel=parcel)
    assert findings(on_the_way, at=promise, parcel=parcel)["late"].since == promise


def test_a_stamp_from_the_future_happened_when_we_saw_it() -> None:
    future = scan(Milestone.IN_TRANSIT, MONDAY + timedelta(days=30))
    dossier = advance(Dossier(PARCEL), tracked(future), CHINA, MONDAY).dossier
    step = advance(dossier, tracked(future), CHINA, MONDAY + timedelta(hours=48))
    assert [case.kind for case in step.dossier.cases] == ["stalled"]


@pytest.mark.parametrize("end", [Milestone.DELIVERED, Milestone.RETURNED, Milestone.CANCELLED])
def test_tracking_that_stops_after_the_end_is_nobodys_trouble(end: Milestone) -> None:
    said = replace(tracked(scan(end)), stopped="expired")
    dossier = advance(Dossier(PARCEL), said, INTERNATIONAL, MONDAY).dossier
    assert "tracking_stopped" not in {case.kind for case in dossier.cases}


def test_what_is_to_be_handed_over_later_is_counted_from_that_day_and_why_says_so() -> None:
    label = scan(Milestone.INFO_RECEIVED)
    later = replace(PARCEL, orders=(Order(dispatch_by=MONDAY + timedelta(days=12)),))
    assert not findings(label, at=MONDAY + timedelta(days=16, hours=16) - MINUTE, parcel=later)
    found = findings(label, at=MONDAY + timedelta(days=16, hours=16), parcel=later)["not_picked_up"]
    assert found.since == later.dispatch_by
    assert found.fact.says is Form.NOT_HANDED_OVER
    dossier = advance(Dossier(later), tracked(label), CHINA, MONDAY).dossier
    note = assess(view(dossier, Calendar()), CHINA).verdicts["not_picked_up"].note
    assert note == Fact(Form.COUNTS_FROM_DISPATCH, since=later.dispatch_by, until=later.dispatch_by)


@pytest.mark.parametrize("known", [True, False])
def test_a_day_of_dispatch_that_nobody_can_mean_counts_for_nothing_and_why_says_so(known: bool) -> None:
    kind = "not_picked_up" if known else "unknown_number"
    said: Answered | NotFound = tracked(scan(Milestone.INFO_RECEIVED)) if known else NotFound(NUMBER)
    plain, later = (replace(PARCEL, orders=(Order(dispatch_by=by),)) for by in (None, MONDAY + timedelta(days=4000)))
    verdicts = []
    for parcel in (plain, later):
        dossier = advance(Dossier(parcel), said, CHINA, MONDAY).dossier
        dossier = advance(dossier, said, CHINA, MONDAY + timedelta(days=20)).dossier
        verdicts.append(assess(view(dossier, Calendar()), CHINA).verdicts[kind])
    assert verdicts[0].finding is not None
    assert replace(verdicts[1], note=None) == verdicts[0]
    assert verdicts[1].note == Fact(Form.DISPATCH_TOO_FAR, since=later.dispatch_by, until=later.dispatch_by)


def test_a_day_of_dispatch_that_is_long_past_outdoes_a_new_label() -> None:
    missed = replace(PARCEL, orders=(Order(dispatch_by=MONDAY - timedelta(days=5)),))
    assert set(findings(scan(Milestone.INFO_RECEIVED), parcel=missed)) == {"not_picked_up"}


def test_an_unreadable_scan_after_the_label_may_have_been_the_pickup_and_a_second_cannot() -> None:
    unread = [scan(Milestone.UNKNOWN, MONDAY + timedelta(hours=20 * n), text=f"XQ{n}") for n in (1, 2)]
    said = (scan(Milestone.INFO_RECEIVED), *unread)
    assert not findings(*said, at=MONDAY + timedelta(days=3, hours=20) - MINUTE)
    assert set(findings(*said, at=MONDAY + timedelta(days=3, hours=20))) == {"not_picked_up"}


def test_a_number_need_not_be_on_record_before_the_parcel_was_to_be_handed_over() -> None:
    later = replace(PARCEL, orders=(Order(dispatch_by=MONDAY + timedelta(days=12)),))
    dossier = advance(Dossier(later), NotFound(NUMBER), CHINA, MONDAY).dossier
    early, late = (
        advance(dossier, NotFound(NUMBER), CHINA, MONDAY + timedelta(days=days)).dossier.cases for days in (12, 13)
    )
    assert not early
    assert [case.kind for case in late] == ["unknown_number"]


def test_a_day_of_dispatch_that_the_shop_moves_nearer_is_asked_about_in_time() -> None:
    later = replace(PARCEL, orders=(Order(dispatch_by=MONDAY + timedelta(days=12)),))
    dossier = advance(Dossier(later), tracked(scan(Milestone.INFO_RECEIVED)), CHINA, MONDAY).dossier
    sooner = replace(later, orders=(Order(dispatch_by=MONDAY - timedelta(days=1) + 2 * MINUTE),))
    step = advance(dossier, Amended(sooner), CHINA, MONDAY + MINUTE)
    assert step.poll_at == MONDAY + 2 * MINUTE


def test_a_day_that_another_customer_of_the_parcel_was_promised_is_asked_about_in_time_when_it_moves_nearer() -> None:
    first, other = Order("A", promised_by=MONDAY - MINUTE), Order("B", promised_by=MONDAY + timedelta(days=12))
    later = replace(PARCEL, orders=(first, other))
    dossier = advance(Dossier(later), tracked(scan(Milestone.IN_TRANSIT)), CHINA, MONDAY).dossier
    sooner = replace(later, orders=(first, replace(other, promised_by=MONDAY + 3 * MINUTE)))
    step = advance(dossier, Amended(sooner), CHINA, MONDAY + MINUTE)
    assert step.poll_at == MONDAY + 3 * MINUTE
