"""Forgetting a number for good, and handing out all that is known of it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from parcelwatch.core.accounts import AccountState
from parcelwatch.core.pacing import PaceState
from parcelwatch.core.timeline import merge
from parcelwatch.errors import NotFound
from parcelwatch.model import Answered, Draft, DraftState, Milestone, Timeline
from parcelwatch.store import Store, accounts, audit, cases, drafts, evidence, history, imports, inbox, outbox, parcels
from tests.store.making import NOW, add, alert, case, checkpoint, enqueue, parcel, save

NUMBER = "CANARY0001"
PERSONAL = ("CANARY0001", "Canary Wen", "canary@example.org", "Canary Lane", "ORDER-CANARY")


def live_through_everything(store: Store, number: str, name: str) -> int:
    """A parcel that has left something in every table there is."""
    parcel_id = add(store, number, order=f"ORDER-{name}", customer_name=f"{name} Wen", customer_contact=f"{name}@x.org")
    said = Answered(number, (checkpoint(text=f"Signed by {name} Wen, {name} Lane 3"),))
    save(store, parcel_id, timeline=merge(Timeline(), said, NOW), refused=f"ask {name} Wen")
    case_id = save(store, parcel_id, cases=(case(sentence=f"{number} of {name} Wen stands still"),))["stalled"]
    with store.transaction():
        draft = Draft("stalled", "en", DraftState.DRAFT, NOW, Milestone.IN_TRANSIT, {"number": number, "name": name})
        draft_id = drafts.save(store, parcel_id, draft, f"Parcel {number}", f"Dear {name} Wen", NOW)
        cases.note(store, case_id, f"{name} Wen rang", NOW)
        history.record(store, parcel_id, "note", {"who": name}, NOW)
        evidence.keep_payload(store, "my_dhl", f'{{"id": "{number}", "to": "{name}"}}'.encode(), f"at {number}", NOW)
        evidence.count_unknown(store, "my_dhl", "", f"{number} lost in the fog", NOW)
        inbox.keep(store, "my_dhl", {"x-number": number}, f"{number} {name}".encode(), NOW)
        accounts.save(store, "my_dhl", AccountState(last_error=f"500 for {number}"), PaceState())
        imports.begin(store, f"{number}.csv", NOW)
    mine = alert(parcel_id=parcel_id, case_id=case_id, draft_id=draft_id, draft=True)
    enqueue(store, mine, alert(body=f"A digest that names {number} of {name} Wen", line=number))
    return parcel_id


def on_disk(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.iterdir())


def test_a_forgotten_number_is_in_no_file_any_more(path: Path) -> None:
    with Store.open(path) as store:
        live_through_everything(store, NUMBER, "Canary")
        live_through_everything(store, "OTHER0002", "Sparrow")
        assert b"Canary Wen" in on_disk(path)
        assert parcels.forget(store, NUMBER) == 1
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


def test_pieces_of_rows_that_once_moved_between_pages_go_too(path: Path) -> None:
    """secure_delete overwrites a row where it is, not where it was before its page was split."""
    dice = Random(1)
    rows = [(n, turn) for n in range(1, 1501) for turn in range(6)]
    dice.shuffle(rows)
    with Store.open(path) as store:
        with store.transaction():
            for n in range(1, 1501):
                parcels.add(store, parcel(f"PW{n}", customer_name=f"Canary{n:06}" * dice.randint(1, 4)), NOW)
            for n, turn in rows:
                values = (
                    n,
                    turn,
                    turn,
                    "C",
                    f"Canary{n:06}" + "x" * dice.randint(0, 120),
                    "",
                    "in_transit",
                    None,
                    0,
                    None,
                )
                store.write("INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        gone = [f"Canary{n:06}".encode() for n in range(1, 1501, 5)]
        with store.transaction():
            store.write("DELETE FROM parcels WHERE id % 5 = 1 AND id > 1")
        parcels.forget(store, "PW1")
        left = on_disk(path)
        assert [name for name in gone if name in left] == []


def test_a_longer_number_that_holds_the_forgotten_one_is_left_alone(store: Store) -> None:
    longer = live_through_everything(store, f"{NUMBER}9", "Sparrow")
    before = parcels.export(store, f"{NUMBER}9")
    add(store, NUMBER)
    parcels.forget(store, NUMBER)
    assert parcels.export(store, f"{NUMBER}9") == before
    assert len(evidence.payloads(store)) == 1
    assert len(outbox.rows(store, parcel_id=longer)) == 1


def test_an_alert_of_another_parcel_only_loses_the_number(store: Store) -> None:
    add(store, NUMBER)
    enqueue(store, alert(parcel_id=add(store, "OTHER0002"), body=f"It goes on as {NUMBER.lower()}, says the courier."))
    parcels.forget(store, NUMBER)
    assert [row["body"] for row in outbox.rows(store)] == ["It goes on as (erased), says the courier."]


def test_an_unknown_number_cannot_be_forgotten(store: Store) -> None:
    with pytest.raises(NotFound, match="no parcel has the number NONE"):
        parcels.forget(store, "NONE")


def test_a_number_at_several_couriers_is_forgotten_at_all_of_them(store: Store) -> None:
    add(store, NUMBER, "my_dhl")
    add(store, NUMBER, "kd100")
    assert parcels.forget(store, NUMBER) == 2


def test_an_export_holds_all_that_is_known_and_is_fit_for_json(store: Store) -> None:
    live_through_everything(store, NUMBER, "Canary")
    exported = parcels.export(store, NUMBER)
    text = json.dumps(exported)
    assert [word for word in ("Canary Wen", "Canary@x.org", "Canary Lane", "ORDER-Canary") if word not in text] == []
    (parcel,) = exported["parcels"]
    assert parcel["added_at"] == parcel["confirmed_at"] == "2026-03-02T08:00:00Z"
    assert [len(parcel[part]) for part in ("checkpoints", "cases", "drafts", "alerts")] == [1, 1, 1, 1]
    assert parcel["cases"][0]["notes"][0]["text"] == "Canary Wen rang"
    assert parcel["history"]


def test_what_was_told_of_others_stays_told(store: Store) -> None:
    live_through_everything(store, NUMBER, "Canary")
    parcels.forget(store, NUMBER)
    assert [(row["title"], row["body"]) for row in outbox.rows(store)] == [("(erased)", "(erased)")]
