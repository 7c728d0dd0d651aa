"""A number the courier replaced is asked for under its new one, and the story goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from parcelwatch.core.advance import advance
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Checkpoint, Dossier, Milestone, Parcel
from parcelwatch.store import Store, inbox, parcels
from parcelwatch.store.erase import forget
from tests.databases import blank

M = Milestone
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = "SF1111111111111", "SF2222222222222"
PARCEL = Parcel(1, OLD, "sf", NOW)
POLICY = Policy(profile="china")


def scan(hours: float, milestone: Milestone, text: str = "") -> Checkpoint:
    at = NOW + hours * HOUR
    return Checkpoint(at, at, milestone, text=text)


REPLACED = Answered(OLD, (scan(-3, M.PICKED_UP), scan(-1, M.RETURNING, "new number")), successor=NEW)
UNDER_THE_NEW = Answered(NEW, (scan(1, M.PICKED_UP), scan(30, M.DELIVERED)))


def test_a_replaced_number_is_asked_for_under_the_new_one_at_once() -> None:
    step = advance(Dossier(PARCEL), REPLACED, POLICY, NOW)
    assert step.dossier.parcel.successor == NEW
    assert step.dossier.parcel.number == OLD
    assert step.poll_at == NOW + timedelta(minutes=1)
    assert step.poll_why == "its number was replaced"


def test_the_story_goes_on_and_a_return_under_a_new_number_ends_as_returned() -> None:
    first = advance(Dossier(PARCEL), REPLACED, POLICY, NOW).dossier
    after = advance(first, UNDER_THE_NEW, POLICY, NOW + 31 * HOUR).dossier
    assert [entry.checkpoint.milestone for entry in after.timeline.entries] == [
        *(M.PICKED_UP, M.RETURNING, M.PICKED_UP, M.DELIVERED)
    ]
    assert after.milestone is M.RETURNED


def test_hearing_of_the_same_new_number_again_changes_nothing() -> None:
    first = advance(Dossier(PARCEL), REPLACED, POLICY, NOW)
    again = advance(first.dossier, REPLACED, POLICY, NOW + HOUR)
    assert again.dossier.parcel == first.dossier.parcel
    assert again.poll_why != "its number was replaced"


def test_a_number_that_names_itself_is_not_replaced() -> None:
    itself = Answered(OLD, (scan(-1, M.IN_TRANSIT),), successor=OLD)
    assert advance(Dossier(PARCEL), itself, POLICY, NOW).dossier.parcel.successor == ""


def test_the_store_asks_for_the_new_number_and_registers_it_anew(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        with store.transaction():
            added = parcels.add(store, PARCEL, NOW)
            parcels.set_registered(store, [added], NOW)
            ingest(store, [Heard(added, REPLACED, NOW)], POLICY)
        later = NOW + 2 * timedelta(minutes=1)
        with store.transaction():
            (claimed,) = parcels.claim(store, "sf", later, later + HOUR, 10)
        assert claimed.ask.number == NEW
        assert not claimed.registered
        assert parcels.one(store, added).number == OLD


def test_two_numbers_that_name_each_other_do_not_have_us_ask_for_ever() -> None:
    dossier, now, handovers = Dossier(PARCEL), NOW, 0
    names = {OLD: "B", "B": "C", "C": "B"}
    for _ in range(10):
        number = dossier.parcel.successor or OLD
        said = Answered(number, (scan(-1, M.IN_TRANSIT),), successor=names[number])
        step = advance(dossier, said, POLICY, now)
        dossier, now = step.dossier, now + HOUR
        handovers += step.poll_why == "its number was replaced"
    assert handovers == 2
    assert dossier.parcel.successor == "C"
    assert dossier.parcel.replaced == ("B",)


def test_a_story_told_under_the_new_number_leaves_the_old_scans_standing() -> None:
    first = advance(Dossier(PARCEL), REPLACED, POLICY, NOW).dossier
    # The new number's list begins before the old one's last scan, and does not hold it.
    told = Answered(NEW, (scan(-2, M.IN_TRANSIT), scan(1, M.IN_TRANSIT)))
    after = advance(first, told, POLICY, NOW + HOUR).dossier
    assert after.milestone is M.RETURNING
    assert len(after.timeline.entries) == 4


def test_forgetting_a_number_forgets_every_number_it_was_given(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        with store.transaction():
            parcels.add(store, replace(PARCEL, successor=NEW, replaced=("SF3333333333333",)), NOW)
            for number in (OLD, NEW, "SF3333333333333"):
                inbox.keep(store, "sf", {}, f"news of {number}".encode(), NOW)
            inbox.keep(store, "sf", {}, b"news of SF9999999999999", NOW)
        assert len(forget(store, NEW).parcels) == 1
        assert store.all("SELECT body FROM inbox") == [(b"news of SF9999999999999",)]
    assert NEW.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
