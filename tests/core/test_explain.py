"""`why`: every rule's clock laid open, now and as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from parcelwatch.core.advance import advance
from parcelwatch.core.explain import Explanation, Remembered, explain, known_at
from parcelwatch.core.kinds import RULES
from parcelwatch.core.policy import Override, Policy
from parcelwatch.duration import parse
from parcelwatch.model import (
    Answered,
    Cause,
    Checkpoint,
    Dossier,
    Fact,
    Form,
    Milestone,
    NotFound,
    Order,
    Parcel,
)

FRIDAY = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLICY = Policy()
PARCEL = Parcel(1, "PW12345", "my_dhl", FRIDAY - DAY, origin="DE", destination="DE")


def scan(at: datetime, milestone: Milestone = Milestone.IN_TRANSIT, cause: Cause | None = None) -> Checkpoint:
    return Checkpoint(at, at, milestone, cause, "T", "Departed")


def heard(dossier: Dossier, at: datetime, *checkpoints: Checkpoint) -> Dossier:
    answer = Answered("PW12345", checkpoints) if checkpoints else NotFound("PW12345")
    return advance(dossier, answer, POLICY, at).dossier


def of(kind: str, dossier: Dossier, at: datetime) -> Explanation:
    return next(each for each in explain(dossier, POLICY, at) if each.kind == kind)


def test_every_rule_is_explained_once() -> None:
    explained = explain(Dossier(PARCEL), POLICY, FRIDAY)
    assert [each.kind for each in explained] == list(RULES)
    assert not any(each.fires for each in explained)


def test_the_weekend_a_clock_skipped_is_named() -> None:
    monday = FRIDAY + 3 * DAY
    stalled = of("stalled", heard(Dossier(PARCEL), monday, scan(FRIDAY)), monday)
    assert not stalled.fires
    assert stalled.counted == 24.0
    assert [(skip.from_.day, skip.to.day, skip.why) for skip in stalled.skipped] == [(7, 9, "weekend")]
    assert stalled.due_at == datetime(2026, 3, 11, 12, tzinfo=UTC)
    assert "domestic" in stalled.limits.line


def test_a_rule_that_fires_names_the_limit_that_spoke_and_when_it_gets_worse() -> None:
    at = FRIDAY + 6 * DAY
    stalled = of("stalled", heard(Dossier(PARCEL), at, scan(FRIDAY)), at)
    assert stalled.fires
    assert (stalled.limit, stalled.unit) == (parse("3bd"), "bd")
    assert stalled.due_at == FRIDAY + 7 * DAY


def test_a_deadline_that_passed_unanswered_is_blind_and_accuses_nobody() -> None:
    dossier = heard(Dossier(PARCEL), FRIDAY + HOUR, scan(FRIDAY))
    stalled = of("stalled", dossier, FRIDAY + 10 * DAY)
    assert stalled.blind
    assert not stalled.fires


def test_a_worse_kind_that_is_still_open_hides_a_milder_one() -> None:
    promised = replace(PARCEL, orders=(Order(promised_by=FRIDAY - HOUR),))
    dossier = heard(Dossier(promised), FRIDAY, scan(FRIDAY - 2 * HOUR, Milestone.EXCEPTION, Cause.DAMAGED))
    late = of("late", dossier, FRIDAY)
    assert late.fires
    assert late.hidden_by == "damaged"


def test_as_known_then_forgets_what_came_later() -> None:
    dossier = heard(Dossier(PARCEL), FRIDAY, scan(FRIDAY - HOUR))
    broken = scan(FRIDAY + DAY, Milestone.EXCEPTION, Cause.DAMAGED)
    dossier = heard(dossier, FRIDAY + 2 * DAY, scan(FRIDAY - HOUR), broken)
    history: list[Remembered] = [(FRIDAY, {"first_tracked_at": FRIDAY.isoformat()})]
    then = known_at(dossier, history, FRIDAY + HOUR)
    assert then.milestone is Milestone.IN_TRANSIT
    assert not of("damaged", then, FRIDAY + HOUR).fires
    assert of("damaged", known_at(dossier, history, FRIDAY + 3 * DAY), FRIDAY + 3 * DAY).fires


def test_a_number_that_was_missing_then_is_missing_in_what_was_known_then() -> None:
    missing = heard(Dossier(PARCEL), FRIDAY)
    found = heard(missing, FRIDAY + 5 * DAY, scan(FRIDAY + 4 * DAY))
    history: list[Remembered] = [
        (FRIDAY, {"missing_since": FRIDAY.isoformat()}),
        (FRIDAY + 5 * DAY, {"missing_since": None, "first_tracked_at": (FRIDAY + 5 * DAY).isoformat()}),
    ]
    then = of("unknown_number", known_at(found, history, FRIDAY + HOUR), FRIDAY + HOUR)
    assert then.running
    assert not of("unknown_number", known_at(found, history, FRIDAY + 6 * DAY), FRIDAY + 6 * DAY).running


def test_a_delay_that_the_courier_tells_is_left_out_of_the_count_and_named() -> None:
    monday = FRIDAY - 4 * DAY
    china = Policy(profile="china")
    storm = replace(scan(monday + 40 * HOUR, Milestone.EXCEPTION, Cause.WEATHER), text="A storm", moves=False)
    said = Answered("PW12345", (scan(monday), storm))
    for hours, fires in ((95, False), (96, True)):
        at = monday + hours * HOUR
        dossier = advance(Dossier(PARCEL), said, china, at).dossier
        stalled = next(each for each in explain(dossier, china, at) if each.kind == "stalled")
        assert (stalled.fires, stalled.counted) == (fires, hours - 48)
        assert stalled.counted is not None
        assert [(skip.why, skip.name) for skip in stalled.skipped] == [("delay", "A storm")]
        assert stalled.counted * HOUR + sum((skip.lost for skip in stalled.skipped), 0 * HOUR) == at - monday


def test_a_delay_that_is_told_once_silence_was_too_long_undoes_nothing() -> None:
    monday = FRIDAY - 4 * DAY
    china = Policy(profile="china")
    storm = replace(scan(monday + 49 * HOUR, Milestone.EXCEPTION, Cause.WEATHER), moves=False)
    at = monday + 50 * HOUR
    dossier = advance(Dossier(PARCEL), Answered("PW12345", (scan(monday), storm)), china, at).dossier
    assert next(each for each in explain(dossier, china, at) if each.kind == "stalled").fires


def test_a_promise_is_held_up_by_no_storm_and_a_later_estimate_is_said_beside_it() -> None:
    promised = replace(PARCEL, orders=(Order(promised_by=FRIDAY),))
    storm = replace(scan(FRIDAY - HOUR, Milestone.EXCEPTION, Cause.WEATHER), moves=False)
    said = Answered("PW12345", (scan(FRIDAY - 2 * HOUR), storm), estimate=FRIDAY + 3 * DAY)
    late = of("late", advance(Dossier(promised), said, POLICY, FRIDAY + HOUR).dossier, FRIDAY + HOUR)
    assert late.fires
    assert late.counted == 1
    assert late.note == Fact(Form.ESTIMATE_MOVED, since=FRIDAY, until=FRIDAY + 3 * DAY)


def test_a_letter_that_nobody_scans_is_neither_silent_nor_late_and_why_says_so() -> None:
    letters = Policy(overrides=(Override({}, "config.toml:9", service="letter", untracked=True),))
    letter = replace(PARCEL, service="letter", orders=(Order(promised_by=FRIDAY),))
    at = FRIDAY + 60 * DAY
    dossier = advance(Dossier(letter), Answered("PW12345", (scan(FRIDAY),)), letters, at).dossier
    assert not dossier.cases
    explained = {each.kind: each for each in explain(dossier, letters, at)}
    for kind in ("stalled", "late", "unknown_number"):
        assert explained[kind].note == Fact(Form.UNTRACKED)
        assert explained[kind].limits.line == "config.toml:9"
        assert explained[kind].due_at is None
    broken = scan(FRIDAY + DAY, Milestone.EXCEPTION, Cause.DAMAGED)
    told = advance(dossier, Answered("PW12345", (scan(FRIDAY), broken)), letters, at).dossier
    assert [case.kind for case in told.cases] == ["damaged"]
