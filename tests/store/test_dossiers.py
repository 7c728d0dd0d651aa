"""What is saved is what is loaded, and no more is written than changed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.core.tracking.timeline import join, merge
from parcelwatch.model import (
    Advance,
    Answered,
    Cause,
    Dossier,
    DraftState,
    Entry,
    Milestone,
    Severity,
    State,
    Timeline,
)
from parcelwatch.store import Store, cases, drafts, history, parcels
from tests.databases import blank
from tests.store.making import HOUR, NOW, add, case, checkpoint, fired, heard, letter, looked, save, write
from tests.strategies import dossiers, histories


def stored(store: Store, made: Dossier) -> Dossier:
    """Add the parcel of `made` and save all else as one step; what is loaded then."""
    with store.transaction():
        parcel_id = parcels.add(store, made.parcel, NOW)
        before = parcels.dossier(store, parcel_id)
        after = replace(made, parcel=replace(made.parcel, id=parcel_id))
        parcels.save(store, before, Advance(after, poll_at=made.poll_at, poll_why="because"), NOW)
    return parcels.dossier(store, parcel_id)


def numbered(made: Dossier, loaded: Dossier) -> Dossier:
    """`made` with the ids that only the store can give."""
    known = tuple(replace(one, id=other.id) for one, other in zip(made.cases, loaded.cases, strict=True))
    return replace(made, parcel=replace(made.parcel, id=loaded.parcel.id), cases=known)


serial = count()


@settings(max_examples=60)
@given(st.lists(dossiers(), min_size=1, max_size=3))
def test_a_dossier_comes_back_as_it_was_saved(made: list[Dossier]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(blank(Path(folder) / "one.db")) as store:
        for one in made:
            turn = next(serial)
            orders = tuple(replace(order, number=f"{order.number}/{turn}") for order in one.parcel.orders)
            unique = replace(one, parcel=replace(one.parcel, number=f"PW{turn}", orders=orders))
            loaded = stored(store, unique)
            assert loaded == numbered(unique, loaded)


@settings(max_examples=40)
@given(st.lists(histories("PW1"), min_size=1, max_size=6))
def test_a_timeline_merged_through_the_store_is_the_one_merged_in_memory(said: list[Answered]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(blank(Path(folder) / "one.db")) as store:
        parcel_id = add(store)
        whole = Timeline()
        for turn, one in enumerate(said):
            at = NOW + turn * HOUR
            whole = merge(whole, one, at)
            before = parcels.dossier(store, parcel_id)
            save(store, parcel_id, timeline=merge(before.timeline, one, at))
            assert parcels.dossier(store, parcel_id).timeline == whole


def answered(parcel_id: int, store: Store, *texts: str, at: timedelta = timedelta(0)) -> Timeline:
    said = tuple(checkpoint(10 - turn, text) for turn, text in enumerate(texts))
    before = parcels.dossier(store, parcel_id)
    return merge(before.timeline, Answered("PW1", said), NOW + at)


def written(store: Store) -> int:
    return store.conn.total_changes


def test_an_answer_that_says_nothing_new_changes_one_row(store: Store) -> None:
    parcel_id = add(store)
    save(store, parcel_id, timeline=answered(parcel_id, store, "one", "two", "three"))
    again = answered(parcel_id, store, "one", "two", "three", at=HOUR)
    before = written(store)
    save(store, parcel_id, timeline=again)
    assert written(store) - before == 1
    assert {entry.last_seen_at for entry in parcels.dossier(store, parcel_id).timeline.entries} == {NOW + HOUR}


def test_a_new_checkpoint_is_one_row_more(store: Store) -> None:
    parcel_id = add(store)
    save(store, parcel_id, timeline=answered(parcel_id, store, "one", "two"))
    longer = answered(parcel_id, store, "one", "two", "three", at=HOUR)
    before = written(store)
    save(store, parcel_id, timeline=longer)
    assert written(store) - before == 2
    assert parcels.dossier(store, parcel_id).timeline == longer


def test_a_checkpoint_the_courier_leaves_out_keeps_when_it_was_last_seen(store: Store) -> None:
    parcel_id = add(store)
    save(store, parcel_id, timeline=answered(parcel_id, store, "one", "two"))
    save(store, parcel_id, timeline=answered(parcel_id, store, "one", at=HOUR))
    last = {entry.checkpoint.text: entry.last_seen_at for entry in parcels.dossier(store, parcel_id).timeline.entries}
    assert last == {"one": NOW + HOUR, "two": NOW}


def test_another_reading_of_the_same_words_replaces_the_old_one(store: Store) -> None:
    parcel_id = add(store)
    said = checkpoint(text="Held")
    save(store, parcel_id, timeline=Timeline((Entry(said, NOW, NOW),), NOW, said.occurred_at))
    read = replace(said, milestone=Milestone.EXCEPTION, cause=Cause.DAMAGED)
    save(store, parcel_id, timeline=Timeline((Entry(read, NOW, NOW),), NOW, said.occurred_at))
    assert [entry.checkpoint for entry in parcels.dossier(store, parcel_id).timeline.entries] == [read]


def test_an_entry_that_is_no_more_is_dropped(store: Store) -> None:
    parcel_id = add(store)
    kept, dropped = checkpoint(2, "kept"), checkpoint(1, "dropped")
    save(store, parcel_id, timeline=join(Timeline((Entry(kept, NOW, NOW), Entry(dropped, NOW, NOW))), Timeline()))
    save(store, parcel_id, timeline=Timeline((Entry(kept, NOW, NOW),)))
    assert [entry.checkpoint for entry in parcels.dossier(store, parcel_id).timeline.entries] == [kept]


def test_what_happened_in_the_same_minute_stays_in_its_order_of_progress(store: Store) -> None:
    parcel_id = add(store)
    said = [
        checkpoint(1, "a delivered", Milestone.DELIVERED),
        checkpoint(1, "b out", Milestone.OUT_FOR_DELIVERY),
        checkpoint(1, "c moving", Milestone.IN_TRANSIT),
    ]
    timeline = merge(Timeline(), Answered("PW1", tuple(said)), NOW)
    save(store, parcel_id, timeline=timeline)
    assert parcels.dossier(store, parcel_id).timeline == timeline


# --- cases ---------------------------------------------------------------------------------------


def test_cases_get_an_id_that_outlives_their_changes(store: Store) -> None:
    parcel_id = add(store)
    first = save(store, parcel_id, cases=(case("stalled"), case("late")))
    loaded = parcels.dossier(store, parcel_id).cases
    worse = tuple(replace(one, severity=Severity.CRITICAL) for one in loaded)
    assert save(store, parcel_id, cases=(*worse, case("damaged"))) == {**first, "damaged": 3}
    assert [one.severity for one in parcels.dossier(store, parcel_id).cases][:2] == [Severity.CRITICAL] * 2


def test_what_moved_a_case_is_kept_with_it(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        before = parcels.dossier(store, parcel_id)
        step = replace(heard(before, cases=(case(),)), events=(fired(),))
        case_id = parcels.save(store, before, step, NOW).cases["stalled"]
        cases.note(store, case_id, "Called the courier", NOW + HOUR, by="Mei")
        cases.set_verdict(store, case_id, "true", NOW + HOUR)
    assert cases.events(store, case_id) == [fired()]
    assert cases.notes(store, case_id) == [{"at": "2026-03-02T09:00:00Z", "by": "Mei", "text": "Called the courier"}]
    assert cases.one(store, case_id, NOW).verdict == "true"


def test_a_verdict_survives_the_next_save(store: Store) -> None:
    parcel_id = add(store)
    (case_id,) = save(store, parcel_id, cases=(case(),)).values()
    with store.transaction():
        cases.set_verdict(store, case_id, "false", NOW)
    (known,) = parcels.dossier(store, parcel_id).cases
    save(store, parcel_id, cases=(replace(known, state=State.RESOLVED, resolved_at=NOW),))
    assert cases.one(store, case_id, NOW).verdict == "false"


# --- when to ask and to look again ---------------------------------------------------------------


def polled(store: Store, parcel_id: int) -> tuple[object, ...]:
    sql = "SELECT poll_at, poll_why, failures, lease_until, asked_at FROM parcels WHERE id = ?"
    return store.one(sql, (parcel_id,)) or ()


def test_an_answer_ends_the_claim_and_the_run_of_failures(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        parcels.postpone(store, parcel_id, NOW, "asking failed")
        parcels.claim(store, "my_dhl", NOW + HOUR, NOW + 2 * HOUR, 1)
    save(store, parcel_id)
    ms = int((NOW + HOUR).timestamp()) * 1000
    assert polled(store, parcel_id) == (ms, "moving", 0, None, ms - 3_600_000)


@pytest.mark.parametrize("claimed", [True, False])
def test_a_look_without_an_answer_leaves_claim_and_back_off_alone(store: Store, claimed: bool) -> None:
    parcel_id = add(store)
    with store.transaction():
        if claimed:
            parcels.claim(store, "my_dhl", NOW, NOW + HOUR, 1)
        else:
            parcels.postpone(store, parcel_id, NOW, "asking failed")
        held = polled(store, parcel_id)
        before = parcels.dossier(store, parcel_id)
        parcels.save(store, before, looked(before, cases=(case(),)), NOW)
    assert polled(store, parcel_id) == held


def test_an_answer_that_is_none_yet_does_not_count_as_asked(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        before = parcels.dossier(store, parcel_id)
        parcels.save(store, before, replace(heard(before), asked=False), NOW)
    assert polled(store, parcel_id)[4] is None


# --- drafts --------------------------------------------------------------------------------------


def test_a_dossier_holds_the_drafts_not_yet_sent_with_their_facts(store: Store) -> None:
    parcel_id = add(store)
    first = write(store, parcel_id, letter(), letter("late", state=DraftState.DISCARDED))["stalled"]
    (loaded,) = parcels.dossier(store, parcel_id).drafts
    assert loaded == letter(id=first)


def test_a_draft_the_step_takes_back_is_taken_back(store: Store) -> None:
    parcel_id = add(store)
    write(store, parcel_id, *map(letter, ("stalled", "late", "damaged")))
    stalled, late, damaged = parcels.dossier(store, parcel_id).drafts
    moved = (replace(stalled, state=DraftState.SUPERSEDED), replace(late, state=DraftState.WITHDRAWN))
    save(store, parcel_id, drafts=(*moved, damaged, letter("returned")))
    assert [(row["kind"], row["state"]) for row in drafts.rows(store)] == [
        ("stalled", "superseded"),
        ("late", "withdrawn"),
        ("damaged", "draft"),
        ("returned", "draft"),
    ]


# --- history -------------------------------------------------------------------------------------


def test_answers_of_another_kind_leave_a_line_and_repetitions_none(store: Store) -> None:
    parcel_id = add(store)
    for turn, missing_since in enumerate([NOW, NOW, None]):
        with store.transaction():
            before = parcels.dossier(store, parcel_id)
            parcels.save(store, before, heard(before, missing_since=missing_since), NOW + turn * HOUR)
    first = {"missing_since": "2026-03-02T08:00:00Z", "confirmed_at": "2026-03-02T08:00:00Z"}
    assert history.read(store, parcel_id) == [
        {"at": "2026-03-02T08:00:00Z", "what": "answered", "data": first},
        {"at": "2026-03-02T10:00:00Z", "what": "answered", "data": {"missing_since": None}},
    ]
