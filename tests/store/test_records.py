"""Accounts, drafts, cases, pushes, unreadable answers, views: the smaller things that are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from parcelwatch import shapes
from parcelwatch.core.service.accounts import AccountState
from parcelwatch.core.service.pacing import PaceState, Window
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import DraftState, Fact, Form, LetterEvent, Severity, State
from parcelwatch.store import Store, accounts, cases, drafts, evidence, inbox, rows
from parcelwatch.wording.render import Renderer
from tests.store.making import HOUR, NOW, add, alert, case, enqueue, letter, save, write

# --- accounts ------------------------------------------------------------------------------------


def test_an_account_nobody_saved_is_a_new_one(store: Store) -> None:
    assert accounts.load(store, "my_dhl") == (AccountState(), PaceState())


def test_an_account_comes_back_as_it_was_saved_and_its_calls_add_up(store: Store) -> None:
    state = AccountState(3, NOW, NOW + HOUR, 2, NOW - HOUR, "bad key", NOW, "401")
    pace = PaceState(NOW + HOUR, (Window(86_400, NOW - HOUR, 17), Window(3600, NOW, 2)))
    for _ in range(2):
        with store.transaction():
            accounts.save(store, "my_dhl", state, pace, calls=5)
    assert accounts.load(store, "my_dhl") == (state, pace)
    (row,) = accounts.rows(store)
    assert (row["account"], row["calls"], row["refused"]) == ("my_dhl", 10, "bad key")


def test_an_outage_is_one_stretch_of_time(store: Store) -> None:
    with store.transaction():
        accounts.outage_ended(store, "my_dhl", NOW)
        accounts.outage_began(store, "my_dhl", NOW)
        accounts.outage_began(store, "my_dhl", NOW + HOUR)
        accounts.outage_ended(store, "my_dhl", NOW + 2 * HOUR)
        accounts.outage_began(store, "my_dhl", NOW + 3 * HOUR)
    assert accounts.outages(store, "my_dhl") == [(NOW, NOW + 2 * HOUR), (NOW + 3 * HOUR, None)]
    assert accounts.outages(store, "kd100") == []


# --- drafts --------------------------------------------------------------------------------------


def draft(store: Store, contact: str = "") -> int:
    parcel_id = add(store, order="A-1", customer_contact=contact)
    save(store, parcel_id, cases=(case(),))
    made = letter(language="zh-CN", subject="关于您的包裹", body="您好", order="A-1", to_contact=contact)
    return write(store, parcel_id, made)["stalled"]


@pytest.mark.parametrize(("contact", "to"), [("lin@example.org", "lin@example.org"), ("", None)])
def test_the_list_of_drafts_has_the_promised_shape(store: Store, contact: str, to: str | None) -> None:
    draft_id = draft(store, contact)
    (row,) = drafts.rows(store, "draft")
    promised = {
        "id": draft_id,
        "case": 1,
        "number": "PW1",
        "order": "A-1",
        "kind": "stalled",
        "language": "zh-CN",
        "state": "draft",
        "to": to,
        "subject": "关于您的包裹",
        "body": "您好",
        "created_at": "2026-03-02T08:00:00Z",
    }
    assert {name: row[name] for name in promised} == promised
    assert drafts.rows(store, "sent") == []


def test_what_was_done_to_a_draft_is_kept_with_it_oldest_first(store: Store) -> None:
    draft_id = draft(store)
    _, made = drafts.one(store, draft_id)
    approved = replace(made, state=DraftState.APPROVED)
    with store.transaction():
        drafts.save_events(store, [LetterEvent(approved, NOW + HOUR, "approve", "draft", "approved", by="lin")])
        gone = replace(made, state=DraftState.WITHDRAWN)
        why = Fact(Form.CASE_CLOSED, kind="stalled")
        drafts.save_events(store, [LetterEvent(gone, NOW + 2 * HOUR, "withdraw", "approved", "withdrawn", why)])
    assert drafts.events(store, draft_id) == [
        {
            "at": "2026-03-02T09:00:00Z",
            "verb": "approve",
            "before": "draft",
            "after": "approved",
            "fact": None,
            "by": "lin",
        },
        {
            "at": "2026-03-02T10:00:00Z",
            "verb": "withdraw",
            "before": "approved",
            "after": "withdrawn",
            "fact": why,
            "by": "",
        },
    ]


def test_words_once_frozen_are_the_drafts(store: Store) -> None:
    draft_id = write(store, add(store), letter(subject="", body=""))["stalled"]
    with store.transaction():
        drafts.freeze(store, draft_id, "About it", "Dear Lin")
    _, frozen = drafts.one(store, draft_id)
    assert (frozen.subject, frozen.body) == ("About it", "Dear Lin")


def test_an_unknown_draft_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="no draft 9"):
        drafts.one(store, 9)


# --- cases ---------------------------------------------------------------------------------------


def test_the_list_of_cases_puts_the_live_and_pressing_first(store: Store) -> None:
    over = case("late", State.RESOLVED, severity=Severity.CRITICAL)
    save(store, add(store, "PW1"), cases=(over, case("stalled", severity=Severity.LOW)))
    save(store, add(store, "PW2", "kd100"), cases=(case("damaged", State.SNOOZED, severity=Severity.MEDIUM),))
    assert [(row.number, row.case.kind) for row in cases.rows(store, NOW)] == [
        ("PW2", "damaged"),
        ("PW1", "stalled"),
        ("PW1", "late"),
    ]
    assert [row.case.kind for row in cases.rows(store, NOW, courier="my_dhl", state="open")] == ["stalled"]
    assert [row.number for row in cases.rows(store, NOW, kind="damaged")] == ["PW2"]


def test_the_list_of_cases_has_the_promised_shape(store: Store) -> None:
    save(store, add(store, order="A-1"), cases=(case(hidden_by="lost"),))
    row = shapes.case(cases.one(store, 1, NOW), Renderer(), NOW)
    promised = (
        "id number courier company order kind severity state opened_at resolved_at reopened since sentence threshold"
    )
    assert {*promised.split(), "policy_line", "hidden_by", "incident", "priority"} <= row.keys()
    assert (row["hidden_by"], row["since"], row["resolved_at"]) == ("lost", "2026-03-02T07:00:00Z", None)
    assert cases.locate(store, row["id"]) == (1, "stalled")


def test_an_unknown_case_and_an_unknown_verdict_are_refused(store: Store) -> None:
    save(store, add(store), cases=(case(),))
    with pytest.raises(NotFound, match="no case 9"):
        cases.one(store, 9, NOW)
    with pytest.raises(NotFound, match="no case 9"):
        cases.locate(store, 9)
    with store.transaction():
        with pytest.raises(NotFound, match="no case 9"):
            cases.note(store, 9, "hello", NOW)
        with pytest.raises(BadInput, match="say true, false, known"):
            cases.set_verdict(store, 1, "maybe", NOW)


# --- what couriers sent --------------------------------------------------------------------------


def test_a_push_is_kept_once_and_read_in_order(store: Store) -> None:
    with store.transaction():
        kept = [inbox.keep(store, "kd100", {"sign": "ok"}, body, NOW) for body in (b"one", b"two", b"one")]
        assert inbox.keep(store, "my_dhl", {}, b"one", NOW)
    assert kept == [True, True, False]
    first, second = inbox.unread(store, 2)
    assert (first.body, first.headers, first.received_at, second.body) == (b"one", {"sign": "ok"}, NOW, b"two")
    with store.transaction():
        inbox.done(store, first.id, NOW)
        inbox.done(store, second.id, NOW, error="not JSON")
    assert [push.account for push in inbox.unread(store, 9)] == ["my_dhl"]
    with store.transaction():
        assert inbox.purge(store, NOW + HOUR) == 2


def test_only_the_newest_unreadable_answers_are_kept_and_only_so_much_of_each(store: Store) -> None:
    with store.transaction():
        evidence.keep_payload(store, "kd100", b"other", "html", NOW)
        for n in range(25):
            evidence.keep_payload(store, "my_dhl", bytes([n]) * 100_000, f"{n}", NOW)
    kept = evidence.payloads(store, "my_dhl")
    assert [one["error"] for one in kept] == [str(n) for n in range(24, 4, -1)]
    assert {len(one["body"]) for one in kept} == {64 * 1024}
    assert len(evidence.payloads(store)) == 21


def test_an_unknown_code_is_news_once_and_counted_after(store: Store) -> None:
    with store.transaction():
        news = [evidence.count_unknown(store, "my_dhl", "Q7", "", NOW + n * HOUR) for n in range(3)]
        news.append(evidence.count_unknown(store, "my_dhl", "", "lost in the fog", NOW))
    assert news == [True, False, False, True]
    assert [(one["code"], one["count"], one["last_at"]) for one in evidence.unknown(store, untold=True)] == [
        ("Q7", 3, "2026-03-02T10:00:00Z"),
        ("", 1, "2026-03-02T08:00:00Z"),
    ]
    with store.transaction():
        evidence.told_unknown(store, "my_dhl", [("Q7", ""), ("", "lost in the fog")], NOW)
    assert evidence.unknown(store, untold=True) == []
    assert (evidence.last_told(store, "my_dhl"), evidence.last_told(store, "kd100")) == (NOW, None)
    assert len(evidence.unknown(store, "my_dhl")) == 2


# --- for people ----------------------------------------------------------------------------------


def test_every_view_shows_dates_and_numbers(store: Store) -> None:
    draft_id = draft(store)
    enqueue(store, alert(parcel_id=1, case_id=1, draft_id=draft_id))
    views = store.all("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
    shown = {name: list(Database(store.conn).query(f"SELECT * FROM {name}")) for (name,) in views}
    assert sorted(shown) == ["v_alerts", "v_cases", "v_checkpoints", "v_drafts", "v_orders", "v_parcels"]
    assert shown["v_parcels"][0]["added_at"] == "2026-03-02T08:00:00Z"
    assert {one[0]["number"] for name, one in shown.items() if one and name != "v_orders"} == {"PW1"}
    (parcel,) = shown["v_parcels"]
    assert (parcel["live_cases"], parcel["last_checkpoint_at"], parcel["shipped_at"]) == (1, None, None)


# --- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_772_438_400_007, "2026-03-02T08:00:00.007Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (None, None),
    ],
)
def test_every_time_there_is_can_be_kept(ms: int | None, text: str | None) -> None:
    assert rows.iso(ms) == text
    assert rows.maybe_ms(rows.maybe_at(ms)) == ms


def test_times_are_kept_in_whole_milliseconds_rounded_down() -> None:
    fine = NOW + timedelta(microseconds=1999)
    assert rows.whole(fine) == NOW + timedelta(milliseconds=1)
    assert rows.from_ms(rows.to_ms(fine)) == rows.whole(fine)
    before = NOW.replace(year=1960, microsecond=1999)
    assert rows.from_ms(rows.to_ms(before)) == rows.whole(before)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        rows.to_ms(NOW.replace(tzinfo=None))
