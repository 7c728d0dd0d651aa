"""A database of an earlier version is brought up to date and loses nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from parcelwatch.core.drafts import stamp
from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.pacing import Window
from parcelwatch.ingest import rejudge
from parcelwatch.model import Form, Order, State
from parcelwatch.store import Store, accounts, alerts, audit, cases, drafts, evidence, outbox, parcels
from parcelwatch.store.dossiers import dossier
from parcelwatch.store.migrating import MIGRATIONS
from parcelwatch.store.rows import dump, to_ms
from parcelwatch.store.schema import NAMES
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.wording.render import Renderer

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = datetime(2026, 3, 2, tzinfo=UTC)


def old_database(path: Path) -> None:
    """What the first version left behind: a parcel registered at an aggregator, an account, an unread code."""
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m002_couriers")
    with db.conn:
        db.execute(
            "INSERT INTO parcels (number, courier, added_at, poll_at, registered, milestone) "
            "VALUES ('PW1', 'track', ?, ?, 1, 'in_transit')",
            (to_ms(NOW), to_ms(NOW)),
        )
        db.execute(
            "INSERT INTO accounts (name, failures, opened_times, refused, last_error, day_start, used, calls) "
            "VALUES ('track', 0, 0, '', '', ?, 40, 99)",
            (to_ms(TODAY),),
        )
        db.execute("INSERT INTO unknown_codes VALUES ('track', 'Q7', 'x', 4, ?, ?, NULL)", (to_ms(NOW), to_ms(NOW)))
    db.close()


def test_a_database_of_the_first_version_opens_with_all_it_held(tmp_path: Path) -> None:
    old_database(tmp_path / "watch.db")
    with Store.open(tmp_path / "watch.db") as store:
        _, pace = accounts.load(store, "track")
        assert pace.windows == (Window(86_400, TODAY, 40),)
        assert accounts.rows(store)[0]["calls"] == 99
        (row,) = evidence.unknown(store, "track")
        assert (row["count"], row["parcels"]) == (4, 0)
        with store.transaction():
            (claimed,) = parcels.claim(store, "track", NOW, NOW, 9)
        assert (claimed.ask.number, claimed.registered) == ("PW1", True)
        assert parcels.one(store, claimed.parcel_id).successor == ""


def test_what_was_claimed_when_a_claim_still_moved_the_due_time_is_asked_again_and_not_too_soon(
    tmp_path: Path,
) -> None:
    path = tmp_path / "watch.db"
    old_database(path)
    db = Database(path)
    with db.conn:
        lease = to_ms(NOW + timedelta(minutes=1))
        db.execute("UPDATE parcels SET claimed_at = ?, poll_at = ?, lease_until = ?", (to_ms(NOW), lease, lease))
    db.close()
    with Store.open(path) as store:
        assert parcels.next_poll(store, "track") == NOW + timedelta(minutes=31)
        assert parcels.watched(store, "track") == 1


# --- from sentences to facts ---------------------------------------------------------------------

SENTENCE = "No new scan for 49 h, since 2026-02-28 07:00 UTC"
MOVED = NOW - timedelta(hours=49)
POLICY = Policy(profile="china", channels=("ops",), draft_channel="ops")
_FACTS = dump({"since": stamp(MOVED), "evidence": []})
_ALERT = """
INSERT INTO alerts (parcel_id, case_id, draft_id, for_draft, kind, why, channel, severity, rank, priority, title, body,
  line, state, created_at, due_at, lease_until, tried_at, attempts, bundle, digest)
VALUES (?, ?, ?, ?, 'stalled', ?, 'ops', 'high', 2, 310, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def told_database(path: Path, version: int) -> None:
    """What an earlier version left in the middle of its work.

    Seven parcels that stand still, each with an open case, told once; six of their alerts in a digest that was being
    sent, one that waits; a draft somebody approved and one nobody has seen; a resolved case of long ago.
    """
    db = Database(path)
    MIGRATIONS.apply(db, stop_before=NAMES[version])
    at, since = to_ms(NOW), to_ms(MOVED)
    with db.conn:
        for number in range(1, 8):
            db.execute(
                "INSERT INTO parcels (number, courier, added_at, asked_at, poll_at, confirmed_at, first_tracked_at, "
                "answered_at, answered_from, milestone) VALUES (?, 'dhl', ?, ?, ?, ?, ?, ?, ?, 'in_transit')",
                (f"PW{number}", since, at, at, at, since, at, since),
            )
            db.execute(
                "INSERT INTO checkpoints VALUES (?, ?, ?, '', 'Departed', 'Kassel', 'in_transit', NULL, ?, NULL)",
                (number, since, since, since),
            )
            db.execute(
                "INSERT INTO cases (parcel_id, kind, state, severity, opened_at, since, sentence, threshold, "
                "policy_line, policy_id, priority, hidden_by, told, reopened, by_agent) VALUES "
                "(?, 'stalled', 'open', 'medium', ?, ?, ?, '48h', 'profile china', 'p', 200, '', 'medium', 0, 0)",
                (number, at, since, SENTENCE),
            )
            db.execute(
                "INSERT INTO case_events (case_id, at, signal, before, after, why, by) "
                "VALUES (?, ?, 'fires', '', 'open', ?, '')",
                (number, at, SENTENCE),
            )
        db.execute(
            "INSERT INTO cases (parcel_id, kind, state, severity, opened_at, since, sentence, threshold, policy_line, "
            "policy_id, priority, hidden_by, told, reopened, resolved_at, by_agent) VALUES "
            "(7, 'lost', 'resolved', 'critical', ?, ?, 'It was lost', '', '', 'p', 400, '', 'critical', 0, ?, 1)",
            (since, since, at),
        )
        for state, subject in (("approved", "About your parcel"), ("draft", "Your parcel")):
            db.execute(
                "INSERT INTO drafts (parcel_id, kind, language, state, milestone, facts, subject, body, created_at, "
                "changed_at) VALUES (?, 'stalled', 'en', ?, 'in_transit', ?, ?, 'Dear Lin', ?, ?)",
                (
                    1 if state == "approved" else 2,
                    state,
                    dump({"since": stamp(MOVED), "evidence": []}),
                    subject,
                    at,
                    at,
                ),
            )
        for number in range(1, 8):
            half_sent = number < 7
            words = (f"MEDIUM stalled: PW{number}", f"PW{number} stands still.", f"PW{number} medium: {SENTENCE}")
            sending = (at, at + 60_000, at, 1, 1, 1) if half_sent else (at, None, None, 0, None, None)
            db.execute(_ALERT, (number, number, None, 0, "opened", *words, "pending", at, *sending))
    db.close()
    path.chmod(0o600)


@pytest.mark.parametrize("version", [1, 2], ids=["first version", "second version"])
def test_cases_drafts_and_waiting_messages_of_an_older_version_are_all_there(tmp_path: Path, version: int) -> None:
    told_database(tmp_path / "watch.db", version)
    with Store.open(tmp_path / "watch.db") as store:
        rows = cases.rows(store, NOW)
        assert [row.case.kind for row in rows] == ["stalled"] * 7 + ["lost"]
        assert [Renderer().sentence(row.case.fact, NOW) for row in rows] == [SENTENCE] * 7 + ["It was lost"]
        assert {(str(row.case.limit), row.case.line) for row in rows[:7]} == {("48h", "profile china")}
        assert rows[-1].case.by_agent
        (event,) = cases.events(store, 1)
        assert (event.signal, Renderer().sentence(event.why, NOW)) == ("fires", SENTENCE)
        assert [(row["state"], row["subject"], row["body"]) for row in drafts.rows(store)] == [
            ("approved", "About your parcel", "Dear Lin"),
            ("draft", "Your parcel", "Dear Lin"),
        ]
        assert audit.check(store, NOW, thorough=True) == []


@pytest.mark.parametrize("version", [1, 2], ids=["first version", "second version"])
def test_a_digest_an_older_version_had_half_sent_comes_again_under_its_id_with_every_parcel(
    tmp_path: Path, version: int
) -> None:
    told_database(tmp_path / "watch.db", version)
    with Store.open(tmp_path / "watch.db") as store:
        with store.transaction():
            outbox.void_leases(store, NOW)
        words = Wording(Renderer(), {"ops": Characters(10_000)})
        sent = {}
        while group := claim(store, NOW, (), words):
            (text,) = group.said
            sent[group.id] = (len(group.ids), text.title, text.body)
            settle(store, group, None, POLICY, NOW)
        assert {ident: (count, title) for ident, (count, title, _) in sent.items()} == {
            1: (6, "[A1] HIGH · 6 parcels: stalled"),
            7: (1, "[A7] MEDIUM stalled: PW7"),
        }
        assert all(f"PW{number}" in sent[1][2] for number in range(1, 7))


@pytest.mark.parametrize("version", [1, 2], ids=["first version", "second version"])
def test_open_cases_of_an_older_version_get_facts_at_the_first_look_and_nobody_is_told_again(
    tmp_path: Path, version: int
) -> None:
    told_database(tmp_path / "watch.db", version)
    with Store.open(tmp_path / "watch.db") as store:
        with store.transaction():
            rejudge(store, POLICY, NOW)
        stalled = [row.case for row in cases.rows(store, NOW, kind="stalled")]
        assert [(one.fact.says, one.since, one.state) for one in stalled] == [(Form.NO_SCAN, MOVED, State.OPEN)] * 7
        assert {one.fact.scan.text for one in stalled if one.fact.scan} == {"Departed"}
        assert store.value("SELECT count(*) FROM alerts") == 7
        assert [row["state"] for row in drafts.rows(store)] == ["approved", "draft"]
        assert parcels.judged_otherwise(store, POLICY.policy_id, 9) == []


def test_parcels_of_one_order_keep_together_what_each_of_them_said_of_it(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m004_orders")
    said = (
        ("PW1", "A-1", "Ann", "ann@example.com", "fr", 40.0, to_ms(TODAY), '["vip"]'),
        ("PW2", "A-1", "Anna", "", "", 0.0, None, '["gift"]'),
        ("PW3", "", "Bob", "bob@example.com", "", 0.0, None, "[]"),
    )
    with db.conn:
        for row in said:
            db.execute(
                "INSERT INTO parcels (number, courier, added_at, order_no, customer_name, customer_contact, language, "
                "value, promised_by, tags) VALUES (?1, 'dhl', 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                row,
            )
    db.close()
    path.chmod(0o600)
    with Store.open(path) as store:
        ann = Order(
            "A-1",
            customer_name="Ann",
            customer_contact="ann@example.com",
            language="fr",
            value=40.0,
            promised_by=TODAY,
            tags=("vip", "gift"),
        )
        assert [parcels.one(store, parcel_id).orders for parcel_id in (1, 2)] == [(ann,), (ann,)]
        assert store.all("SELECT promised_by, value FROM parcels WHERE id < 3") == [(to_ms(TODAY), 40.0)] * 2
        assert [order.customer_name for order in parcels.one(store, 3).orders] == ["Bob"]
        assert audit.check(store, NOW, thorough=True) == []


def test_every_migration_is_known_by_name(tmp_path: Path) -> None:
    with Store.open(tmp_path / "watch.db") as store:
        assert [migration.name for migration in MIGRATIONS.applied(Database(store.conn))] == list(NAMES)


# --- who has a case ------------------------------------------------------------------------------


def test_whoever_acknowledged_a_case_before_has_it_and_it_is_not_raised_again_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m012_life")
    with db.conn:
        db.execute("INSERT INTO parcels (number, courier, added_at) VALUES ('PW1', 'track', ?)", (to_ms(NOW),))
        db.execute(
            "INSERT INTO cases (parcel_id, kind, state, severity, opened_at, since, threshold, policy_line, policy_id, "
            "hidden_by, told, reopened, by_agent, fact) VALUES (1, 'lost', 'acknowledged', 'critical', ?, ?, '', '', "
            "'', '', 'critical', 0, 0, ?)",
            (to_ms(MOVED), to_ms(MOVED), dump({"says": "lost", "since": to_ms(MOVED)})),
        )
        for by in ("mei", "lin"):
            db.execute(
                "INSERT INTO case_events (case_id, at, signal, before, after, by, fact) "
                "VALUES (1, ?, 'ack', 'open', 'acknowledged', ?, '{\"says\":\"by_agent\"}')",
                (to_ms(MOVED), by),
            )
    db.close()
    with Store.open(path) as store:
        (row,) = cases.rows(store, NOW)
        assert (row.case.owner, row.case.handled_at, row.case.word, row.case.remedy) == ("lin", None, None, None)
        with store.transaction():
            rejudge(store, POLICY, NOW + timedelta(days=30))
        assert alerts.rows(store) == []


# --- promises ------------------------------------------------------------------------------------


def test_an_estimate_that_was_kept_as_a_promise_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m014_commitments")
    with db.conn:
        db.execute(
            "INSERT INTO parcels (number, courier, added_at, estimate, promise) VALUES ('PW1', 'track', ?, ?, ?)",
            (to_ms(NOW), to_ms(NOW), to_ms(NOW)),
        )
    db.close()
    with Store.open(path) as store:
        known = dossier(store, 1)
        assert (known.estimate, known.promise) == (NOW, None)


# --- remedies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("was", "now"), [("discount", "voucher"), ("replace", "resend"), ("refund", "refund")])
def test_what_was_promised_in_other_words_is_kept_in_those_of_letters(tmp_path: Path, was: str, now: str) -> None:
    path = tmp_path / "watch.db"
    told_database(path, 1)
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m022_remedies")
    kept = {"what": was, "at": to_ms(NOW), "by": "lin", "note": "", "done_at": None, "reminded": False}
    with db.conn:
        db.execute("UPDATE cases SET remedy = ?", (json.dumps(kept),))
        db.execute("UPDATE case_events SET fact = ?", (json.dumps({"says": "remedy_agreed", "kind": was}),))
    db.close()
    with Store.open(path) as store:
        (row, *_) = cases.rows(store, NOW)
        assert row.case.remedy is not None
        assert row.case.remedy.what == now
        assert {
            fact["kind"] for fact in (json.loads(found) for (found,) in store.all("SELECT fact FROM case_events"))
        } == {now}


# --- hubs ----------------------------------------------------------------------------------------


def test_a_parcel_that_is_watched_is_known_to_be_where_it_was_scanned_last(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before=next(name for name in NAMES if name.endswith("incidents")))
    insert = "INSERT INTO parcels (number, courier, added_at, poll_at) VALUES (?, 'track', 0, ?)"
    scan = """
        INSERT INTO checkpoints (parcel_id, occurred_at, occurred_until, code, text, place, milestone, seen_at, moves)
        SELECT id, ?1, ?1, '', '', ?2, 'in_transit', 0, ?3 FROM parcels
    """
    with db.conn:
        for number, poll_at in (("PW1", to_ms(NOW)), ("PW2", None)):
            db.execute(insert, (number, poll_at))
        for at, (place, moves) in enumerate((("Köln", 1), (" Leipzig ", 1), ("Bonn", 0))):
            db.execute(scan, (at, place, moves))
    db.close()
    with Store.open(path) as store:
        assert store.all("SELECT hub FROM parcels ORDER BY id") == [("Leipzig",), ("",)]


def test_of_a_letter_that_was_left_on_its_way_before_agents_are_told(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before=next(name for name in NAMES if name.endswith("letters")))
    with db.conn:
        for number in ("PW1", "PW2"):
            db.execute("INSERT INTO parcels (number, courier, added_at) VALUES (?, 'track', 0)", (number,))
        for state, parcel_id in (("sending", 1), ("sent", 2)):
            db.execute(
                "INSERT INTO drafts (parcel_id, kind, language, state, milestone, facts, subject, body, created_at, "
                "changed_at) VALUES (?, 'lost', 'en', ?, 'exception', '{}', '', '', 0, 1000)",
                (parcel_id, state),
            )
    db.close()
    with Store.open(path) as store:
        assert store.all("SELECT unsure_at FROM drafts ORDER BY id") == [(601_000,), (None,)]
        assert store.all("SELECT assess_at FROM parcels ORDER BY id") == [(601_000,), (None,)]
