"""What the operator hears about the couriers, and how rarely."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.texts.text import BREAK
from parcelwatch.ingest import Heard, ingest, watch
from parcelwatch.model import Answered, Checkpoint, Milestone, Parcel
from parcelwatch.store import Store, alerts, evidence, parcels
from parcelwatch.telling.operators import MANY, UNREAD_EVERY, tell_broken, tell_operators
from parcelwatch.wording.render import Renderer
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
POLICY = Policy(channels=("ops",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def say(store: Store, parcel: int, code: str, text: str, now: datetime) -> None:
    """A scan nobody can read, on one of the parcels; then what there is to tell is told."""
    with store.transaction():
        added = watch(store, Parcel(0, f"PW{parcel:09}XX", "dhl", NOW), POLICY, now).id
        scan = Checkpoint(now, now, Milestone.UNKNOWN, None, code, text)
        ingest(store, [Heard(added, Answered("", (scan,), complete=False), now)], POLICY)
        tell_operators(store, {"dhl": "dhl"}, POLICY, now)


def told(store: Store) -> list[str]:
    words = Renderer()
    return [words.alert(row.out, NOW).body for row in alerts.rows(store) if row.out.kind == "unknown_status"]


def test_a_code_nobody_can_read_is_told_once_it_is_on_many_parcels_and_never_again(store: Store) -> None:
    for parcel in range(MANY - 1):
        say(store, parcel, "XQ7", f"Held at counter {parcel}", NOW + parcel * SECOND)
    assert told(store) == []
    for parcel in range(MANY - 1, 50):
        say(store, parcel, "XQ7", f"Held at counter {parcel}", NOW + parcel * UNREAD_EVERY)
    (only,) = told(store)
    assert all(f"counter {parcel}" in only for parcel in range(MANY))
    assert all(f"PW{parcel:09}XX" in only for parcel in range(MANY))


def test_what_cannot_be_read_is_told_with_three_numbers_to_look_up_and_no_forgotten_one(store: Store) -> None:
    for parcel in range(5):
        say(store, parcel, "XQ7", "", NOW + parcel * SECOND)
    (row,) = evidence.unknown(store, "dhl")
    assert row["numbers"] == [f"PW{parcel:09}XX" for parcel in range(3)]
    parcels.forget(store, "PW000000001XX")
    (row,) = evidence.unknown(store, "dhl")
    assert row["numbers"] == ["PW000000000XX", "PW000000002XX"]
    (only,) = told(store)
    assert "PW000000000XX" in only
    assert "PW000000001XX" not in only


def test_a_code_repeated_on_one_parcel_is_counted_but_not_told(store: Store) -> None:
    for turn in range(20):
        say(store, 1, "XQ7", "", NOW + turn * UNREAD_EVERY)
    assert told(store) == []
    (row,) = evidence.unknown(store, "dhl")
    assert (row["count"], row["parcels"]) == (20, 1)


def test_a_wording_without_a_code_is_told_when_many_parcels_have_the_very_same(store: Store) -> None:
    for parcel in range(20):
        say(store, parcel, "", f"Greetings from an {'o' * parcel}dd counter", NOW + parcel * SECOND)
    assert told(store) == []
    for parcel in range(MANY):
        say(store, 100 + parcel, "", "Lost in the fog", NOW + UNREAD_EVERY + parcel * SECOND)
    (only,) = told(store)
    assert "Lost in the fog" in only
    assert "Greetings" not in only


def test_several_unreadable_things_are_told_together_and_at_most_once_an_hour(store: Store) -> None:
    for number, code in enumerate("ABCDEFGH"):
        for parcel in range(MANY):
            say(store, parcel, code, "", NOW + number * SECOND)
    assert len(told(store)) == 1
    say(store, 1, "H", "", NOW + UNREAD_EVERY + SECOND)
    assert len(told(store)) == 2


def test_an_answer_that_cannot_be_read_at_all_is_told_at_once(store: Store) -> None:
    with store.transaction():
        evidence.count_unknown(store, "dhl", UNREADABLE, "the answer is not JSON", NOW)
        tell_operators(store, {"dhl": "dhl"}, POLICY, NOW)
    (only,) = told(store)
    assert "not JSON" in only


def test_a_wording_is_counted_once_whatever_names_places_and_numbers_stand_in_it(store: Store) -> None:
    for parcel, text in enumerate(
        [
            "【东门网点】派件员赵小川（13900000002）正在做神秘处理",
            "【西门网点】派件员林一帆（13900000003）正在做神秘处理",
            "【北门网点】派件员李四（13900000004）正在做神秘处理",
        ]
    ):
        say(store, parcel, "", text, NOW + parcel * UNREAD_EVERY)
    (row,) = evidence.unknown(store, "dhl")
    assert (row["count"], row["parcels"]) == (3, 3)
    assert "做神秘处理" in row["text"]
    assert not any(hidden in row["text"] for hidden in ("赵小川", "东门", "13900000002"))


# --- the shop's own letters ----------------------------------------------------------------------

ONE, OTHER = "letters/en/letters/stalled.txt.j2, line 3: 'nobody' is undefined", "letters/de/x: no letter has this name"


def break_letters(store: Store, *faults: str) -> list[str]:
    """What is told of these, message by message."""
    with store.transaction():
        tell_broken(store, faults, POLICY, NOW)
    words = Renderer()
    said = [words.alert(row.out, NOW).body for row in alerts.rows(store) if row.out.kind == "letters_broken"]
    return [one.replace(BREAK, "") for one in said]


def test_each_fault_of_the_shops_own_letters_is_told_once(store: Store) -> None:
    assert break_letters(store) == []
    for _ in range(2):
        (first,) = break_letters(store, ONE)
    assert f"“{ONE}”" in first
    for faults in ((ONE, OTHER), (OTHER,), ()):
        same, second = break_letters(store, *faults)
    assert same == first
    assert (ONE in second, OTHER in second) == (False, True)


def test_of_many_faults_the_first_are_named_and_none_is_told_again(store: Store) -> None:
    (said,) = break_letters(store, *(f"letters/en/{number}: wrong" for number in range(20)))
    assert "letters/en/4: wrong" in said
    assert "letters/en/5: wrong" not in said
    assert "and 15 more" in said
    assert len(break_letters(store, "letters/en/19: wrong")) == 1
