"""What a draft may say, in which language, and when it stops being true."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core import drafts
from parcelwatch.core.drafts import Offer, Wording, contradicted, facts, overdue, stamp
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.languages import language
from parcelwatch.core.tracking.timeline import merge
from parcelwatch.model import (
    Answered,
    Case,
    Cause,
    Checkpoint,
    Dossier,
    Draft,
    DraftState,
    Fact,
    Form,
    Milestone,
    Order,
    Parcel,
    Severity,
    State,
    Timeline,
)

NOW = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
M = Milestone
DEFAULT = Wording()

TELLING = {
    "stalled": (M.IN_TRANSIT, None),
    "not_delivered": (M.OUT_FOR_DELIVERY, None),
    "attempt_failed": (M.ATTEMPT_FAILED, Cause.NOBODY_HOME),
    "address_problem": (M.EXCEPTION, Cause.ADDRESS),
    "wrong_delivery": (M.DELIVERED, None),
    "awaiting_collection": (M.AVAILABLE_FOR_PICKUP, None),
    "customs_held": (M.CUSTOMS, Cause.CUSTOMS),
    "security_held": (M.EXCEPTION, Cause.SECURITY),
    "damaged": (M.EXCEPTION, Cause.DAMAGED),
    "lost": (M.EXCEPTION, Cause.LOST),
    "destroyed": (M.EXCEPTION, Cause.DESTROYED),
    "returning": (M.RETURNING, None),
    "returned": (M.RETURNED, None),
    "late": (M.IN_TRANSIT, None),
    "refused": (M.ATTEMPT_FAILED, Cause.REFUSED),
    "not_picked_up": (M.INFO_RECEIVED, None),
    "courier_delay": (M.EXCEPTION, Cause.WEATHER),
}


def scan(
    hours_ago: float, milestone: Milestone, cause: Cause | None = None, text: str = "", blur: float = 0
) -> Checkpoint:
    at = NOW - timedelta(hours=hours_ago)
    moves = milestone not in (M.INFO_RECEIVED, M.UNKNOWN)
    return Checkpoint(at, at + timedelta(hours=blur), milestone, cause, "", text, "Leipzig", moves=moves)


def dossier(*scans: Checkpoint, milestone: Milestone, parcel: Parcel | None = None) -> Dossier:
    return answer(Dossier(parcel or Parcel(1, "JD0012345678", "my_dhl", NOW)), *scans, milestone=milestone)


def answer(before: Dossier, *scans: Checkpoint, milestone: Milestone, at: datetime = NOW) -> Dossier:
    said = Answered(before.parcel.number, scans)
    return Dossier(before.parcel, merge(before.timeline, said, at), milestone)


def case(kind: str) -> Case:
    return Case(kind, State.OPEN, Severity.HIGH, NOW, Fact(Form.NO_SCAN, since=NOW - timedelta(hours=70)))


def draft(kind: str, about: Dossier, wording: Wording = DEFAULT) -> Draft:
    said = json.loads(json.dumps(facts(about, case(kind), Order(), wording, NOW)))
    return Draft(kind, "en", DraftState.DRAFT, NOW, about.milestone, facts=said)


def told(kind: str) -> tuple[Dossier, Draft]:
    milestone, cause = TELLING[kind]
    about = dossier(scan(70, milestone, cause, "as the courier says"), milestone=milestone)
    return about, draft(kind, about)


# --- language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "listed", "chosen"),
    [
        ("en", ("zh-CN", "en"), "en"),
        ("en-GB", ("zh-CN", "en"), "en"),
        ("zh", ("en", "zh-CN"), "zh-CN"),
        ("zh_CN", ("en", "zh-CN"), "zh-CN"),
        ("ZH-cn", ("en", "zh-CN"), "zh-CN"),
        ("de", ("zh-CN", "en"), "en"),
        ("de-AT", ("zh-CN", "en-GB"), "en-GB"),
        ("de", ("zh-CN",), "zh-CN"),
        ("zh-TW", ("en", "zh-CN"), "zh-CN"),
        ("zh-TW", ("zh-CN", "zh-TW"), "zh-TW"),
        ("ja-JP", ("en", "ja"), "ja"),
        ("", ("zh-CN", "en"), "zh-CN"),
        ("", ("en", "zh-CN"), "en"),
        (" en ", ("zh-CN", "en"), "en"),
        ("en", ("en-US", "en"), "en"),
    ],
)
def test_a_draft_is_in_the_listed_language_nearest_the_parcels(
    wanted: str, listed: tuple[str, ...], chosen: str
) -> None:
    assert language(Order(language=wanted), listed) == chosen


@pytest.mark.parametrize(
    ("wanted", "destination", "listed", "chosen"),
    [
        ("", "DE", ("zh-CN", "en", "de"), "de"),
        ("", "AT", ("zh-CN", "en", "de"), "de"),
        ("", "BR-SP", ("zh-CN", "en", "pt"), "pt"),
        ("", "TW", ("en", "zh-CN", "zh-TW"), "zh-TW"),
        ("", "HK", ("en", "zh-CN"), "zh-CN"),
        ("", "JP", ("zh-CN", "en"), "en"),  # Japanese is not listed: more people read English than Chinese
        ("", "CH", ("zh-CN", "en"), "en"),
        ("", "CH", ("zh-CN", "en", "fr"), "fr"),  # several languages: whichever is listed
        ("", "BE", ("en", "de", "fr"), "fr"),
        ("", "LU", ("zh-CN", "de", "fr"), "fr"),
        ("", "CA-QC", ("zh-CN", "fr"), "fr"),
        ("", "SG", ("zh-CN", "ja"), "zh-CN"),
        *(("", country, ("zh-CN", "en"), "en") for country in ("IT", "KR", "PL", "NL", "BE", "TH")),
        ("", "IT", ("zh-CN", "de"), "zh-CN"),  # nothing listed is read there
        ("", "RE", ("zh-CN", "en", "fr"), "fr"),
        ("zh-Hant-TW", "", ("zh-CN", "zh-TW"), "zh-TW"),
        ("zh_Hant_HK", "", ("zh-CN", "zh-TW"), "zh-TW"),
        ("zh-Hant-TW", "", ("en", "zh-CN"), "zh-CN"),
        ("zh-Hans-HK", "", ("zh-TW", "zh-CN"), "zh-CN"),
        ("zh-TW-x-shop", "", ("zh-CN", "zh-TW"), "zh-TW"),
        ("fr", "DE", ("zh-CN", "de", "fr"), "fr"),
        ("zh-HK", "", ("zh-CN", "zh-TW"), "zh-TW"),
        ("zh", "", ("zh-TW", "zh-CN"), "zh-CN"),
        ("pt-BR", "", ("en", "pt"), "pt"),
    ],
)
def test_a_draft_is_in_the_language_of_its_destination_where_the_order_names_none(
    wanted: str, destination: str, listed: tuple[str, ...], chosen: str
) -> None:
    assert language(Order(language=wanted), listed, destination) == chosen


# --- facts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LETTERS)
def test_a_draft_quotes_the_checkpoint_its_case_rests_on(kind: str) -> None:
    milestone, cause = TELLING[kind]
    scans = (scan(90, M.PICKED_UP, text="before"), scan(70, milestone, cause, "this one"))
    said = facts(dossier(*scans, milestone=milestone), case(kind), Order(), Wording(), NOW)
    assert (said["what"], said["place"], said["seen_from"]) == ("this one", "Leipzig", stamp(scans[1].occurred_at))


def test_a_damage_draft_still_quotes_the_damage_after_other_scans() -> None:
    scans = (scan(70, M.EXCEPTION, Cause.DAMAGED, "box crushed"), scan(5, M.IN_TRANSIT, text="moving on"))
    assert (
        facts(dossier(*scans, milestone=M.IN_TRANSIT), case("damaged"), Order(), Wording(), NOW)["what"]
        == "box crushed"
    )


def test_a_delivery_back_to_the_sender_is_what_a_return_rests_on() -> None:
    scans = (scan(70, M.RETURNING, text="turning back"), scan(5, M.DELIVERED, text="handed to sender"))
    assert (
        facts(dossier(*scans, milestone=M.RETURNED), case("returned"), Order(), Wording(), NOW)["what"]
        == "handed to sender"
    )


def test_going_out_twice_is_told_as_going_out_and_not_as_a_failure_the_courier_never_named() -> None:
    scans = (scan(70, M.OUT_FOR_DELIVERY), scan(20, M.OUT_FOR_DELIVERY))
    said = facts(dossier(*scans, milestone=M.OUT_FOR_DELIVERY), case("attempt_failed"), Order(), Wording(), NOW)
    assert said["seen_as"] == "out_for_delivery"


def test_without_a_checkpoint_nothing_is_said_to_have_happened() -> None:
    said = facts(dossier(milestone=M.UNKNOWN), case("damaged"), Order(), Wording(), NOW)
    assert {said[key] for key in ("what", "place", "seen_from", "seen_until", "seen_as", "cause")} == {""}


def test_a_scan_without_an_offset_happened_before_we_heard_of_it() -> None:
    said = facts(
        dossier(scan(2, M.IN_TRANSIT, blur=26), milestone=M.IN_TRANSIT), case("stalled"), Order(), Wording(), NOW
    )
    assert (said["seen_from"], said["seen_until"]) == (stamp(NOW - timedelta(hours=2)), stamp(NOW))


def test_label_data_updated_later_is_not_the_last_scan() -> None:
    scans = (scan(70, M.IN_TRANSIT, text="hub"), scan(5, M.INFO_RECEIVED, text="data received"))
    assert facts(dossier(*scans, milestone=M.IN_TRANSIT), case("stalled"), Order(), Wording(), NOW)["what"] == "hub"


def test_the_shops_promise_goes_before_the_couriers() -> None:
    order = Order(promised_by=NOW - timedelta(days=1))
    only = Dossier(Parcel(1, "JD1", "a", NOW), promise=NOW - timedelta(days=2))
    assert facts(only, case("late"), order, Wording(), NOW)["promise_of"] == "shop"
    assert facts(only, case("late"), Order(), Wording(), NOW)["promise_of"] == "courier"


def test_the_next_word_is_promised_after_the_shops_own_span() -> None:
    said = facts(dossier(milestone=M.UNKNOWN), case("lost"), Order(), Wording(follow_up=timedelta(days=3)), NOW)
    assert said["follow_up_at"] == "2026-05-09T09:00:00Z"


@pytest.mark.parametrize("kind", [kind for kind in LETTERS if kind != "courier_delay"])
def test_every_letter_of_trouble_comes_with_a_remedy_unless_the_shop_says_otherwise(kind: str) -> None:
    about = dossier(milestone=M.UNKNOWN)
    assert draft(kind, about).facts["remedies"] == list(LETTERS[kind].remedies) != []
    assert draft(kind, about, Wording(remedies={kind: ()})).facts["remedies"] == []
    assert draft(kind, about, Wording(remedies={kind: ("voucher",)})).facts["remedies"] == ["voucher"]


def test_what_is_offered_may_hang_on_the_value_of_an_order_and_on_its_customers_tier() -> None:
    offers = (
        Offer(("resend",), kinds=("lost",), tier="gold"),
        Offer(("refund",), value=500.0),
        Offer(("voucher",), tier="Gold"),
    )
    wording = Wording(remedies={"stalled": ("hold",)}, offers=offers)
    assert wording.offered("lost", Order(tier="gold", value=900)) == ("resend",)
    assert wording.offered("late", Order(tier="gold", value=900)) == ("refund",)
    assert wording.offered("late", Order(tier="gold", value=9)) == ("voucher",)
    assert wording.offered("stalled", Order(value=499)) == ("hold",)
    assert wording.offered("late", Order()) is None


@pytest.mark.parametrize(
    ("cause", "before", "reason", "remedies"),
    [
        (Cause.REFUSED, None, "refused", ["refund"]),
        (None, Cause.REFUSED, "refused", ["refund"]),
        (None, Cause.ADDRESS, "address", ["resend", "refund"]),
        (Cause.ADDRESS, Cause.REFUSED, "address", ["resend", "refund"]),
        (None, Cause.NOBODY_HOME, "", ["resend", "refund"]),
        (None, None, "", ["resend", "refund"]),
    ],
)
def test_a_letter_about_a_return_knows_why_the_courier_says_it_goes_back(
    cause: Cause | None, before: Cause | None, reason: str, remedies: list[str]
) -> None:
    scans = (scan(90, M.ATTEMPT_FAILED, before), scan(70, M.RETURNING, cause))
    said = draft("returning", dossier(*scans, milestone=M.RETURNING)).facts
    assert (said["reason"], said["remedies"]) == (reason, remedies)


def test_a_letter_about_customs_knows_what_customs_asks_for() -> None:
    about = dossier(scan(70, M.CUSTOMS, Cause.CUSTOMS, "Held: a commercial invoice is required"), milestone=M.CUSTOMS)
    assert draft("customs_held", about).facts["asks"] == "invoice"


def test_every_default_remedy_is_one_there_are_words_for() -> None:
    assert {code for one in LETTERS.values() for code in one.remedies} <= set(drafts.REMEDIES)


@pytest.mark.parametrize("kind", LETTERS)
def test_facts_survive_json_unchanged(kind: str) -> None:
    about, written = told(kind)
    assert written.facts == facts(about, case(kind), Order(), Wording(), NOW)


# --- does it still hold --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LETTERS)
def test_a_new_draft_is_true(kind: str) -> None:
    about, written = told(kind)
    assert contradicted(written, about) is None


@pytest.mark.parametrize("kind", LETTERS)
def test_hearing_the_same_again_leaves_a_draft_true(kind: str) -> None:
    about, written = told(kind)
    scans = [entry.checkpoint for entry in about.timeline.entries]
    again = answer(about, *scans, milestone=about.milestone, at=NOW + timedelta(hours=5))
    assert contradicted(written, again) is None


NEWS = [
    ("stalled", M.IN_TRANSIT, True),
    ("stalled", M.DELIVERED, True),
    ("not_delivered", M.ATTEMPT_FAILED, True),
    ("not_delivered", M.DELIVERED, True),
    ("attempt_failed", M.OUT_FOR_DELIVERY, True),
    ("attempt_failed", M.DELIVERED, True),
    ("attempt_failed", M.IN_TRANSIT, False),
    ("attempt_failed", M.ATTEMPT_FAILED, False),
    ("awaiting_collection", M.DELIVERED, True),
    ("awaiting_collection", M.RETURNING, True),
    ("awaiting_collection", M.AVAILABLE_FOR_PICKUP, False),
    ("customs_held", M.IN_TRANSIT, True),
    ("security_held", M.IN_TRANSIT, True),
    ("customs_held", M.CUSTOMS, False),
    ("damaged", M.DELIVERED, False),
    ("damaged", M.RETURNING, False),
    ("lost", M.IN_TRANSIT, True),
    ("lost", M.DELIVERED, True),
    ("lost", M.EXCEPTION, False),
    ("destroyed", M.DELIVERED, True),
    ("returning", M.RETURNING, False),
    ("returning", M.RETURNED, True),
    ("returned", M.RETURNED, False),
    ("late", M.DELIVERED, True),
    ("late", M.OUT_FOR_DELIVERY, False),
    ("late", M.AVAILABLE_FOR_PICKUP, True),
]


@pytest.mark.parametrize(("kind", "milestone", "untrue"), NEWS)
def test_newer_news_withdraws_what_it_contradicts_and_only_that(kind: str, milestone: Milestone, untrue: bool) -> None:
    about, written = told(kind)
    scans = (*(entry.checkpoint for entry in about.timeline.entries), scan(1, milestone, text="news"))
    why = contradicted(written, answer(about, *scans, milestone=milestone))
    assert bool(why) is untrue
    assert why is None or (why.says is Form.NEWER_SCAN and why.scan == scans[-1])


def test_every_kind_but_damage_and_return_can_be_contradicted() -> None:
    assert {kind for kind, letter in LETTERS.items() if not letter.undone_by} == {"damaged", "returned"}
    assert all(letter.evidence for letter in LETTERS.values())


def test_an_older_scan_that_comes_late_leaves_a_draft_true() -> None:
    about, written = told("stalled")
    scans = (scan(80, M.PICKED_UP), *(entry.checkpoint for entry in about.timeline.entries))
    assert contradicted(written, answer(about, *scans, milestone=M.IN_TRANSIT)) is None


@pytest.mark.parametrize("kind", LETTERS)
def test_a_draft_falls_when_the_courier_takes_back_what_it_quotes(kind: str) -> None:
    about, written = told(kind)
    rewritten = answer(
        about,
        scan(90, M.PICKED_UP),
        milestone=M.PICKED_UP,
        at=NOW + timedelta(hours=1),
    )
    assert contradicted(written, rewritten) == Fact(Form.SCAN_TAKEN_BACK)


def test_a_draft_that_rests_on_no_checkpoint_falls_by_the_first_one_after_the_trouble_began() -> None:
    written = draft("stalled", Dossier(Parcel(1, "JD1", "a", NOW), Timeline()))
    assert contradicted(written, dossier(scan(80, M.IN_TRANSIT), milestone=M.IN_TRANSIT)) is None
    assert contradicted(written, dossier(scan(1, M.IN_TRANSIT), milestone=M.IN_TRANSIT)) is not None


@given(st.sampled_from([*LETTERS]), st.sampled_from(list(M)), st.floats(0, 69), st.sampled_from([0, 9, 26]))
def test_no_draft_outlives_news_it_denies(kind: str, milestone: Milestone, hours_ago: float, blur: float) -> None:
    about, written = told(kind)
    scans = (*(entry.checkpoint for entry in about.timeline.entries), scan(hours_ago, milestone, blur=blur))
    after = answer(about, *scans, milestone=milestone)
    denied = milestone in LETTERS[kind].undone_by and milestone not in (M.INFO_RECEIVED, M.UNKNOWN)
    assert bool(contradicted(written, after)) is denied


def test_a_draft_must_be_edited_once_the_day_of_its_next_word_has_come() -> None:
    _, written = told("lost")
    assert not overdue(written, NOW + timedelta(hours=47))
    assert overdue(written, NOW + timedelta(hours=48))
