"""Forgetting a number for good, and handing out all that is known of it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from parcelwatch.core.messaging.messages import Text
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.complaints import Complaint
from parcelwatch.core.service.accounts import AccountState
from parcelwatch.core.service.pacing import PaceState
from parcelwatch.core.tracking.timeline import merge
from parcelwatch.errors import NotFound, StoreFull
from parcelwatch.ingest import assess_due
from parcelwatch.model import (
    Agreed,
    Answered,
    Cause,
    Fact,
    Form,
    LetterEvent,
    Milestone,
    Order,
    Remedy,
    Timeline,
)
from parcelwatch.store import (
    Store,
    accounts,
    alerts,
    audit,
    cases,
    complaints,
    drafts,
    evidence,
    history,
    imports,
    inbox,
    orders,
    outbox,
    parcels,
)
from parcelwatch.store.complaints import Subject
from parcelwatch.store.erase import forget_order
from parcelwatch.store.rows import fact_json, to_ms
from tests.disks import fill_up, small_disk
from tests.store.making import HOUR, NOW, add, alert, case, checkpoint, enqueue, letter, noted, parcel, save, write

NUMBER = "CANARY0001"
PERSONAL = ("CANARY0001", "Canary Wen", "canary@example.org", "Canary Lane", "ORDER-CANARY")


PUT = """
INSERT INTO checkpoints
  (parcel_id, occurred_at, occurred_until, code, text, place, milestone, cause, seen_at, last_seen_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def live_through_everything(store: Store, number: str, name: str) -> int:
    """A parcel that has left something in every table there is."""
    parcel_id = add(store, number, order=f"ORDER-{name}", customer_name=f"{name} Wen", customer_contact=f"{name}@x.org")
    said = Answered(number, (checkpoint(text=f"Signed by {name} Wen, {name} Lane 3"),))
    save(store, parcel_id, timeline=merge(Timeline(), said, NOW), refused=f"ask {name} Wen")
    case_id = save(store, parcel_id, cases=(case(fact=noted(f"{number} of {name} Wen stands still")),))["stalled"]
    told = letter(facts={"number": number, "name": name}, subject=f"Parcel {number}", body=f"Dear {name} Wen")
    draft_id = write(store, parcel_id, told)["stalled"]
    with store.transaction():
        _, draft = drafts.one(store, draft_id)
        drafts.save_events(store, [LetterEvent(draft, NOW, "edit", "draft", "draft", by=f"{name} Wen's agent")])
        cases.note(store, case_id, f"{name} Wen rang", NOW)
        history.record(store, parcel_id, "note", {"who": name}, NOW)
        evidence.keep_payload(store, "my_dhl", f'{{"id": "{number}", "to": "{name}"}}'.encode(), f"at {number}", NOW)
        evidence.count_unknown(store, "my_dhl", "", f"{number} lost in the fog", NOW)
        inbox.keep(store, "my_dhl", {"x-number": number}, f"{number} {name}".encode(), NOW)
        accounts.save(store, "my_dhl", AccountState(last_error=f"500 for {number}"), PaceState())
        imports.begin(store, f"{number}.csv", NOW)
    mine = alert(parcel_id=parcel_id, case_id=case_id, draft_id=draft_id, draft=True)
    enqueue(store, mine, alert(fact=noted(f"A message that names {number} of {name} Wen")))
    with store.transaction():
        asked = Complaint(NOW, number, kind="where is it", text=f"{name} Wen asks")
        complaints.keep(store, asked, Subject(parcel_id, None))
        while group := outbox.claim(store, NOW, NOW + HOUR):
            outbox.freeze(store, group, [Text(f"On {number}", f"It names {number} in a letter to {name}")])
    return parcel_id


def on_disk(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.iterdir())


def test_a_forgotten_number_is_in_no_file_any_more(path: Path) -> None:
    with Store.open(path) as store:
        live_through_everything(store, NUMBER, "Canary")
        live_through_everything(store, "OTHER0002", "Sparrow")
        assert b"Canary Wen" in on_disk(path)
        assert len(parcels.forget(store, NUMBER).parcels) == 1
        left = on_disk(path)
        assert [word for word in PERSONAL if word.encode() in left] == []
        assert b"Sparrow Wen" in left
        assert audit.check(store, NOW, thorough=True) == []
    assert [word for word in PERSONAL if word.encode() in on_disk(path)] == []


def test_forgetting_one_leaves_all_others_as_they_were(store: Store) -> None:
    live_through_everything(store, NUMBER, "Canary")
    other = live_through_everything(store, "OTHER0002", "Sparrow")
    before = parcels.export(store, "OTHER0002")
    parcels.forget(store, NUMBER)
    assert parcels.export(store, "OTHER0002") == before
    assert parcels.dossier(store, other).cases


def moved_about(store: Store) -> list[bytes]:
    """Rows that are gone by now, once their pages were split again and again; what they said."""
    dice = Random(1)
    rows = [(n, turn) for n in range(1, 801) for turn in range(6)]
    dice.shuffle(rows)
    with store.transaction():
        for n in range(1, 801):
            parcels.add(store, parcel(f"PW{n}", customer_name=f"Canary{n:06}" * dice.randint(1, 4)), NOW)
        for n, turn in rows:
            said = f"Canary{n:06}" + "x" * dice.randint(0, 120)
            store.write(PUT, (n, turn, turn, "C", said, "", "in_transit", None, 0, None))
    with store.transaction():
        store.write("DELETE FROM parcels WHERE id % 5 = 1 AND id > 1")
    return [f"Canary{n:06}".encode() for n in range(1, 801, 5)]


def test_pieces_of_rows_that_once_moved_between_pages_go_too(path: Path) -> None:
    """secure_delete overwrites a row where it is, not where it was before its page was split."""
    with Store.open(path) as store:
        gone = moved_about(store)
        parcels.forget(store, "PW1")
        assert [name for name in gone if name in on_disk(path)] == []


def test_nobody_waits_while_it_is_looked_for_mentions(path: Path) -> None:
    with Store.open(path) as store:
        live_through_everything(store, NUMBER, "Canary")
        with store.transaction():
            for n in range(1000):
                inbox.keep(store, "my_dhl", {}, f"{n} Sparrow Lane".encode(), NOW)
        free: list[bool] = []
        lock = os.open(f"{path}.write", os.O_RDWR)
        store.conn.set_progress_handler(lambda: free.append(available(lock)), 100)

        def until_written_anew(sql: str) -> None:
            if "VACUUM" in sql:
                store.conn.set_progress_handler(None, 0)

        store.conn.set_trace_callback(until_written_anew)
        parcels.forget(store, NUMBER)
        store.conn.set_trace_callback(None)
        os.close(lock)
        assert free.count(False) < len(free) / 5


def available(lock: int) -> bool:
    """Whether another could write now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lock, fcntl.LOCK_UN)
    return True


def test_what_others_write_of_it_meanwhile_is_struck_out_too(path: Path) -> None:
    with Store.open(path) as store, Store.open(path) as other:
        live_through_everything(store, NUMBER, "Canary")
        done: list[int] = []

        def write_at_tickets(_: int, table: str | None, *__: str | None) -> int:
            if table == "tickets" and not (done or store.conn.in_transaction):
                done.append(1)
                with other.transaction():
                    inbox.keep(other, "my_dhl", {}, NUMBER.encode(), NOW)
                    inbox.keep(other, "my_dhl", {}, b"for Sparrow", NOW)
            return sqlite3.SQLITE_OK

        # The rows that are read first are read before, the inbox's once more after it.
        store.conn.set_authorizer(write_at_tickets)
        parcels.forget(store, NUMBER)
        assert done
        assert store.all("SELECT body FROM inbox") == [(b"for Sparrow",)]


def test_a_longer_number_that_holds_the_forgotten_one_is_left_alone(store: Store) -> None:
    longer = live_through_everything(store, f"{NUMBER}9", "Sparrow")
    before = parcels.export(store, f"{NUMBER}9")
    add(store, NUMBER)
    parcels.forget(store, NUMBER)
    assert parcels.export(store, f"{NUMBER}9") == before
    assert len(evidence.payloads(store)) == 1
    assert len(alerts.rows(store, parcel_id=longer)) == 1


def test_an_alert_of_another_parcel_only_loses_the_number(store: Store) -> None:
    add(store, NUMBER)
    said = noted(f"It goes on as {NUMBER.lower()}, says the courier.")
    enqueue(store, alert(parcel_id=add(store, "OTHER0002"), fact=said))
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + HOUR)
        assert group is not None
        outbox.freeze(store, group, [Text("HIGH", f"Now {NUMBER}: see there")])
    parcels.forget(store, NUMBER)
    (row,) = alerts.rows(store)
    assert row.out.fact.reason == "It goes on as (erased), says the courier."
    assert row.body == "Now (erased): see there"


def test_an_unknown_number_cannot_be_forgotten(store: Store) -> None:
    with pytest.raises(NotFound, match="no parcel has the number NONE"):
        parcels.forget(store, "NONE")


def test_a_number_at_several_couriers_is_forgotten_at_all_of_them(store: Store) -> None:
    add(store, NUMBER, "my_dhl")
    add(store, NUMBER, "kd100")
    assert len(parcels.forget(store, NUMBER).parcels) == 2


def test_an_export_holds_all_that_is_known_and_is_fit_for_json(store: Store) -> None:
    live_through_everything(store, NUMBER, "Canary")
    exported = parcels.export(store, NUMBER)
    text = json.dumps(exported)
    assert [word for word in ("Canary Wen", "Canary@x.org", "Canary Lane", "ORDER-Canary") if word not in text] == []
    (parcel,) = exported["parcels"]
    assert parcel["added_at"] == parcel["confirmed_at"] == "2026-03-02T08:00:00Z"
    parts = ("checkpoints", "cases", "notes", "drafts", "draft_events", "alerts", "sendings", "complaints")
    assert [len(parcel[part]) for part in parts] == [1] * len(parts)
    assert parcel["draft_events"][0]["at"] == parcel["cases"][0]["opened_at"] == "2026-03-02T08:00:00Z"
    assert parcel["cases"][0]["hidden_by"] == ""
    assert parcel["notes"][0]["text"] == "Canary Wen rang"
    assert parcel["history"]


def test_what_was_told_of_others_stays_told(store: Store) -> None:
    live_through_everything(store, NUMBER, "Canary")
    parcels.forget(store, NUMBER)
    (row,) = alerts.rows(store)
    assert (row.out.fact.says, row.out.fact.reason) == (Form.NOTED, "(erased)")
    assert (row.title, row.body) == ("On (erased)", "It names (erased) in a letter to Canary")


def test_what_a_message_about_others_called_a_forgotten_order_and_its_buyer_is_erased(store: Store) -> None:
    """A digest names several orders: initials, a nickname, a link in which the number is quoted."""
    order = Order("#10035", "Noah Brown", buyer="tb_noah", goods="Desk lamp")
    add(store, NUMBER, orders=(order,))
    other = add(store, "OTHER0002")
    enqueue(store, alert(parcel_id=other))
    said = "order #10035, Noah B. (tb_noah); https://x.example/o/%2310035; order #10036"
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + HOUR)
        assert group is not None
        outbox.freeze(store, group, [Text(said, said)])
    parcels.forget(store, NUMBER)
    (row,) = alerts.rows(store)
    assert row.title == row.body
    assert not re.search("10035|Noah|noah", row.title or "")
    assert "#10036" in (row.title or "")


@pytest.mark.parametrize("name", ["Scan", "lost", "since", "1772438400000", "exception"])
def test_a_buyer_called_like_a_word_of_ours_leaves_the_messages_about_others_readable(store: Store, name: str) -> None:
    add(store, NUMBER, order="A-1", customer_name=name)
    scan = replace(checkpoint(text=f"left with {name}", milestone=Milestone.EXCEPTION), cause=Cause.LOST)
    other = add(store, "OTHER0002")
    enqueue(store, alert(parcel_id=other, fact=Fact(Form.LOST, since=NOW, scan=scan)))
    parcels.forget(store, NUMBER)
    (row,) = alerts.rows(store)
    assert row.out.fact == Fact(Form.LOST, since=NOW, scan=replace(scan, text="left with (erased)"))


def test_an_order_number_as_short_as_a_year_takes_no_push_about_others_along(store: Store) -> None:
    add(store, NUMBER, order="2026")
    with store.transaction():
        inbox.keep(store, "my_dhl", {}, b'{"number": "OTHER0002", "at": "2026-03-02T08:00:00Z"}', NOW)
    parcels.forget(store, NUMBER)
    assert store.value("SELECT count(*) FROM inbox") == 1


def in_orders(store: Store, number: str, *orders: str) -> int:
    """A parcel that holds these orders."""
    with store.transaction():
        said = parcel(number, orders=tuple(Order(one, customer_name=f"Buyer of {one}") for one in orders))
        return parcels.add(store, said, NOW)


def test_an_order_that_has_other_parcels_outlives_one_of_them(store: Store) -> None:
    in_orders(store, NUMBER, "B-1", "B-2")
    other = in_orders(store, "OTHER0002", "B-1")
    gone = parcels.forget(store, NUMBER)
    assert (list(gone.orders.values()), list(gone.kept_orders.values())) == (["B-2"], ["B-1"])
    (kept,) = parcels.one(store, other).orders
    assert (kept.number, kept.customer_name) == ("B-1", "Buyer of B-1")
    assert [row["order"] for row in orders.rows(store)] == ["B-1"]


def test_an_order_goes_with_the_last_of_its_parcels(store: Store) -> None:
    in_orders(store, NUMBER, "B-1")
    in_orders(store, "OTHER0002", "B-1")
    assert list(parcels.forget(store, NUMBER, "OTHER0002").orders.values()) == ["B-1"]
    assert list(orders.rows(store)) == []


def test_a_letter_about_two_parcels_loses_the_forgotten_one(store: Store) -> None:
    first, second = in_orders(store, NUMBER, "B-1"), in_orders(store, "OTHER0002", "B-1")
    both = {"number": NUMBER, "parcel": first, "also": [{"number": "OTHER0002", "parcel": second}]}
    said = letter(facts=both, subject="Two parcels", body=f"{NUMBER} and OTHER0002", order="B-1")
    draft_id = write(store, first, said)["stalled"]
    parcels.forget(store, NUMBER)
    parcel_id, left = drafts.one(store, draft_id)
    assert (parcel_id, left.facts["number"], left.facts["also"], left.body) == (second, "OTHER0002", [], "")


def test_a_letter_that_is_on_its_way_is_watched_over_at_the_parcel_that_is_left(store: Store) -> None:
    first, second = in_orders(store, NUMBER, "B-1"), in_orders(store, "OTHER0002", "B-1")
    both = {"number": NUMBER, "parcel": first, "also": [{"number": "OTHER0002", "parcel": second}]}
    draft_id = write(store, first, letter(facts=both, order="B-1"))["stalled"]
    with store.transaction():
        store.write("UPDATE drafts SET state = 'sending', unsure_at = ? WHERE id = ?", (to_ms(NOW + HOUR), draft_id))
    parcels.forget(store, NUMBER)
    with store.transaction():
        assess_due(store, Policy(), NOW)
        assess_due(store, Policy(), NOW + 2 * HOUR)
    assert store.all("SELECT parcel_id, draft_id, why FROM alerts") == [(second, draft_id, "unsure")]


def test_a_forgotten_order_leaves_the_parcel_that_another_order_shares(store: Store) -> None:
    shared = in_orders(store, NUMBER, "B-1", "B-2")
    gone = forget_order(store, "B-2")
    assert (gone.parcels, gone.kept_parcels) == ({}, {shared: NUMBER})
    assert [order.number for order in parcels.one(store, shared).orders] == ["B-1"]


def complain(store: Store, complaint: Complaint) -> None:
    about = complaints.subject(store, complaint)
    assert about is not None
    with store.transaction():
        complaints.keep(store, complaint, about)


def test_a_complaint_goes_with_the_parcel_or_the_order_it_is_about(store: Store) -> None:
    in_orders(store, NUMBER, "B-1")
    in_orders(store, "OTHER0002", "B-2")
    complain(store, Complaint(NOW, number=NUMBER))
    complain(store, Complaint(NOW, orders=("B-2",)))
    parcels.forget(store, NUMBER)
    assert store.value("SELECT count(*) FROM complaints") == 1
    forget_order(store, "B-2")
    assert store.value("SELECT count(*) FROM complaints") == 0


def test_what_somebody_wrote_of_a_parcel_that_stays_goes_with_an_order_that_was_in_it(store: Store) -> None:
    in_orders(store, NUMBER, "B-1", "B-2")
    complain(store, Complaint(NOW, number=NUMBER, kind="damaged", text="my lamp is in pieces"))
    forget_order(store, "B-2")
    assert store.all("SELECT kind, text FROM complaints") == [("damaged", "")]


def test_what_a_remedy_or_its_history_says_of_a_forgotten_number_is_struck_out(store: Store) -> None:
    add(store, NUMBER)
    other = add(store, "PW2")
    agreed = Agreed(Remedy.RESEND, NOW, "lin", note=f"instead of {NUMBER}")
    case_id = save(store, other, cases=(case(remedy=agreed),))["stalled"]
    said = Fact(Form.REMEDY_AGREED, kind="resend", reason=f"instead of {NUMBER}")
    with store.transaction():
        store.write(
            "INSERT INTO case_events (case_id, at, signal, before, after, by, fact) "
            "VALUES (?, 0, 'agree', 'open', 'open', 'lin', ?)",
            (case_id, fact_json(said)),
        )
    parcels.forget(store, NUMBER)
    kept = cases.one(store, case_id, NOW).case.remedy
    assert kept is not None
    assert (kept.what, kept.note) == (Remedy.RESEND, "instead of (erased)")
    assert cases.events(store, case_id)[0].why.reason == "instead of (erased)"


# --- every column --------------------------------------------------------------------------------

# What belongs to another parcel or order, and is theirs by right.
_THEIRS = {"parcels", "parcel_orders", "orders", "checkpoints", "history"}
# Words of ours, of the configuration, of agents; hashes and ids.
_OURS = {
    # What the daemon says of itself, and its operator's configuration.
    "service": "version path fingerprint changes refused",
    "findings": "key text",
    # What a key makes of numbers, and the key.
    "forgotten": "mark",
    "forgotten_key": "key",
    "cases": "kind state severity threshold policy_line policy_id hidden_by told verdict owner word taken",
    "case_events": "signal before after by",
    "notes": "by",
    "drafts": "kind language state milestone order_no to_name to_contact step joint",
    "draft_events": "verb before after by",
    "alerts": "kind why channel severity state reason account meant_for slot route",
    "accounts": "name windows",
    "outages": "account",
    "unheard": "courier",
    "unknown_codes": "courier",
    "payloads": "account",
    "inbox": "account digest",
    "forecast": "scope name waited came days",
    "links": "digest salt channel",
    "link_cases": "words",
    "link_uses": "verb by",
    "channels": "name windows",
    "sendings": "ids",
    "silences": "by",
    "deliveries": "channel severity",
    # A place that parcels of at least five buyers share is nobody's.
    "incidents": "grain courier company service origin destination hub state",
    "incident_events": "turn",
    "surveys": "grain courier company service origin destination hub day",
    "reports": "day",
    "habits": "courier company origin destination kind",
    "shadows": "kind severity threshold policy_line",
    "shops": "name cursor",
    "shop_orders": "shop standing told",
    "shop_parcels": "shop ref stopped",
    "shop_held": "shop ref",
    "grievances": "source",
    "posted": "token fingerprint",
    "tickets": "desk",
    "ticket_parcels": "desk ref by",
    "ticket_letters": "desk marker",
}
# What anybody may have written a name into, by the shape in which it is kept.
_FREE: dict[str, dict[str, str | bytes]] = {
    "imports": {"source": "{}.csv"},
    "cases": {
        "fact": '{{"says":"noted","since":1772438400000,"reason":"as {} said"}}',
        "claim": '{{"state":"filed","ref":"for {}","amount":"12 to {}"}}',
        "remedy": '{{"what":"resend","at":0,"by":"lin","note":"to {}","reminded":false,"done_at":null}}',
    },
    "case_events": {"fact": '{{"says":"noted","reason":"as {} said"}}'},
    "notes": {"text": "{} rang"},
    "complaints": {"kind": "for {}", "text": "{} waits for it"},
    "drafts": {
        "facts": '{{"number":"OTHER0002","parcel":2,"remedies":["resend"],"what":"left with {}","place":"{}",'
        '"also":[{{"parcel":3,"number":"PW3","what":"left with {}"}}]}}',
        "subject": "for {}",
        "body": "left with {}",
    },
    "draft_events": {"fact": '{{"says":"noted","reason":"as {} said"}}'},
    "alerts": {
        "fact": '{{"says":"noted","since":1772438400000,"reason":"as {} said"}}',
        "error": "400: {}",
        "outcome": "read by {}",
    },
    "accounts": {"refused": "ask {}", "last_error": "500 for {}"},
    "unheard": {"reason": "not as {} wants"},
    "unknown_codes": {"code": "to {}", "text": "handed to {}", "numbers": '["{}"]'},
    "payloads": {"error": "at {}", "body": b'{"to": "%s"}'},
    "inbox": {"headers": '{{"to":"{}"}}', "body": b"to=%s", "error": "at {}"},
    "channels": {"last_error": "no {} there"},
    "sendings": {"title": "to {}", "body": "left with {}"},
    "silences": {"matcher": '{{"tag":"{}"}}', "comment": "as {} wants"},
    "shop_orders": {"ref": "of {}", "number": "for {}"},
    "shop_held": {"number": "{}", "company": "by {}", "why": "{} is no number"},
    "grievances": {"ref": "ticket of {}"},
    "tickets": {"ref": "by {}", "number": "of {}", "url": "https://desk.example.com/{}"},
    "ticket_letters": {"ref": "by {}", "number": "of {}"},
    "posted": {"key": "{}-1", "answer": '{{"items":[{{"reason":"what {} is"}}]}}'},
}


def columns(store: Store) -> dict[str, set[str]]:
    """Every column of words, by table."""
    tables = [
        name for (name,) in store.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '[a-z]*'")
    ]
    typed = {name: store.all(f"PRAGMA table_info({name})") for name in tables if not name.startswith("sqlite_")}
    return {name: {row[1] for row in rows if row[2] in ("TEXT", "BLOB")} for name, rows in typed.items()}


def fill(store: Store, name: str) -> None:
    with store.transaction():
        for table, shapes in _FREE.items():
            for column, shape in shapes.items():
                said = shape % name.encode() if isinstance(shape, bytes) else shape.format(*[name] * 3)
                store.write(f"UPDATE {table} SET {column} = ?", (said,))


def test_every_column_is_known_to_be_ours_theirs_or_anybody_s(store: Store) -> None:
    for table, found in columns(store).items():
        if table not in _THEIRS:
            assert found == set(_OURS.get(table, "").split()) | set(_FREE.get(table, {})), table


@pytest.mark.parametrize("name", ["Canary Wen", "赵婷", "みか", "김", "민수"])
def test_a_buyer_s_name_is_in_no_column_any_more(store: Store, name: str) -> None:
    whole = add(store, NUMBER, order="ORDER-1", customer_name=name)
    other = live_through_everything(store, "OTHER0002", "Sparrow")
    case_id = cases.of_kind(store, other, "stalled").id
    assert case_id is not None
    with store.transaction():
        store.write("UPDATE cases SET claim = '', remedy = '' WHERE id = ?", (case_id,))
        store.write(
            "INSERT INTO case_events (case_id, at, signal, before, after, by, fact) VALUES (?, 0, '', '', '', '', '')",
            (case_id,),
        )
        store.write("INSERT INTO silences (matcher, created_at, until_at, by, comment) VALUES ('', 0, 0, '', '')")
        store.write("INSERT INTO channels (name, failures, asked, last_error, windows) VALUES ('ops', 0, 0, '', '[]')")
        store.write("INSERT INTO shop_orders VALUES ('web', '1', '1', 'open', 0, '')")
        store.write("INSERT INTO shop_held VALUES ('web', '1', '1', '', '', 0, 0)")
        store.write("INSERT INTO grievances VALUES ('web', '1', 0)")
        store.write("INSERT INTO posted VALUES ('web', '1', '', '', 0)")
        store.write("INSERT INTO tickets VALUES ('helpdesks.desk', '1', '1', '', 0, 0)")
        store.write("INSERT INTO ticket_letters SELECT id, 'helpdesks.desk', '1', '1', '', 0 FROM drafts LIMIT 1")
    fill(store, name)
    assert forget_order(store, "ORDER-1").parcels == {whole: NUMBER}
    told = len(name) > 1  # one character is in every other word
    for table, found in columns(store).items():
        for column in found:
            kept = store.all(f"SELECT CAST({column} AS TEXT) FROM {table}")
            assert not told or not [value for (value,) in kept if name in (value or "")], (table, column)
    assert cases.one(store, case_id, NOW).case.remedy is not None
    assert drafts.one(store, 1)[1].facts["remedies"] == ["resend"]


@pytest.mark.parametrize(
    "body", ["赵婷".encode(), "赵婷".encode("gb18030"), b'{"to": "\\u8d75\\u5a77"}', b"to=%E8%B5%B5%E5%A9%B7"]
)
def test_a_name_is_found_in_whatever_a_courier_writes_it(store: Store, body: bytes) -> None:
    add(store, NUMBER, order="ORDER-1", customer_name="赵婷")
    with store.transaction():
        inbox.keep(store, "my_dhl", {}, body, NOW)
        inbox.keep(store, "my_dhl", {}, "赵明".encode(), NOW)
    forget_order(store, "ORDER-1")
    assert store.value("SELECT count(*) FROM inbox") == 1


def test_what_was_said_with_a_letter_to_a_forgotten_buyer_goes_with_it(store: Store) -> None:
    mine = add(store, NUMBER, order="ORDER-1", customer_name="赵")
    draft_id = write(store, mine, letter(order="ORDER-1"))["stalled"]
    others = [add(store, f"OTHER000{one}") for one in range(6)]
    enqueue(store, *[alert(parcel_id=one) for one in others], alert(parcel_id=mine, draft_id=draft_id, draft=True))
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + HOUR)
        assert group is not None
        outbox.freeze(store, group, [Text("Seven", "… 亲爱的赵: …")])
    assert draft_id in {row.letter.id for row in group.rows if row.letter}
    forget_order(store, "ORDER-1")
    assert store.all("SELECT title, body FROM sendings") == [("(erased)", "(erased)")]


def test_another_order_of_the_same_buyer_is_still_written_to_by_name(store: Store) -> None:
    add(store, NUMBER, order="ORDER-1", customer_name="赵婷")
    other = add(store, "OTHER0002", order="ORDER-2", customer_name="赵婷")
    said = letter(
        order="ORDER-2", to_name="赵婷", body="赵婷您好", facts={"number": "OTHER0002", "customer_name": "赵婷"}
    )
    draft_id = write(store, other, said)["stalled"]
    forget_order(store, "ORDER-1")
    _, left = drafts.one(store, draft_id)
    assert (left.body, left.facts["customer_name"]) == ("赵婷您好", "赵婷")


def test_whoever_else_a_letter_of_the_order_was_written_to_is_forgotten_with_it(store: Store) -> None:
    mine = add(store, NUMBER, order="ORDER-1", customer_name="Alma Former", customer_contact="alma@example.org")
    write(store, mine, letter(order="ORDER-1", to_name="Alma Former", to_contact="alma@example.org"))
    other = save(store, add(store, "OTHER0002"), cases=(case(),))["stalled"]
    with store.transaction():
        store.write("UPDATE orders SET customer_name = 'Bert Newer', customer_contact = '' WHERE number = 'ORDER-1'")
        cases.note(store, other, "ALMA FORMER rang", NOW)
        inbox.keep(store, "my_dhl", {}, b"alma@example.org", NOW)
    forget_order(store, "ORDER-1")
    assert store.value("SELECT text FROM notes") == "(erased)"
    assert store.value("SELECT count(*) FROM inbox") == 0


@pytest.mark.parametrize(
    "said", ["+491705556667", "0170 555-6667", "(0170) 5556667", "0049 170 / 5556667", "1705556667"]
)
def test_a_phone_number_is_found_however_it_is_written(store: Store, said: str) -> None:
    add(store, NUMBER, order="ORDER-1", customer_contact="+49 170 5556667")
    with store.transaction():
        inbox.keep(store, "my_dhl", {}, f"tel={said};".encode(), NOW)
        inbox.keep(store, "my_dhl", {}, b"4917055566671 and 170555666 and JD170555666700", NOW)
    forget_order(store, "ORDER-1")
    assert store.value("SELECT count(*) FROM inbox") == 1


def test_nothing_is_forgotten_by_half_where_the_database_cannot_be_written_anew(tmp_path: Path) -> None:
    with small_disk(tmp_path, 4) as disk, Store.open(disk / "watch.db") as small:
        add(small, NUMBER)
        ballast = fill_up(disk)
        with pytest.raises(StoreFull, match="nothing was changed"):
            parcels.forget(small, NUMBER)
        assert len(parcels.find(small, NUMBER)) == 1
        ballast.unlink()
        parcels.forget(small, NUMBER)
        assert NUMBER.encode() not in b"".join(one.read_bytes() for one in disk.iterdir())
