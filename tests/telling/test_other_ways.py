"""What becomes of messages that are refused, doubted, sent another way or erased while their troubles go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.messaging.messages import Group
from parcelwatch.core.policy import Policy, Receiver, Route
from parcelwatch.errors import ChannelBusy, ChannelRefused, DeliveryFailed, DeliveryRefused, DeliveryUnknown
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Severity, Why
from parcelwatch.store import Store, outbox, takeback
from parcelwatch.store.erase import forget
from parcelwatch.store.migrations.voices import NAME_BUNDLES
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.detours import Ways
from parcelwatch.telling.settle import settle
from parcelwatch.wording.render import Renderer
from tests.databases import blank
from tests.receivers import Receiver as Taker
from tests.store.making import HOUR, MINUTE, NOW, SECOND, add, alert, case, enqueue, letter, save, write

POLICY = Policy(channels=("a", "b"))
WORDS = Wording(Renderer(), {"a": Taker(), "b": Taker()}, ways=Ways(("a", "b")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def trouble(store: Store, number: str = "PW1") -> tuple[int, int]:
    """A parcel with a case that stands."""
    parcel_id = add(store, number)
    return parcel_id, save(store, parcel_id, cases=(case(),))["stalled"]


def tell(store: Store, number: str = "PW1", channel: str = "a", **said: Any) -> tuple[int, int]:
    """A parcel with a case that a message waits for."""
    parcel_id, case_id = trouble(store, number)
    enqueue(store, alert(parcel_id=parcel_id, case_id=case_id, channel=channel, **said))
    return parcel_id, case_id


def tell_both(store: Store, number: str = "PW1", **said: Any) -> tuple[int, int]:
    """The same, told on both channels."""
    parcel_id, case_id = trouble(store, number)
    with store.transaction():
        about = alert(parcel_id=parcel_id, case_id=case_id, **said)
        outbox.enqueue_all(store, about, (Receiver("a"), Receiver("b")), NOW)
    return parcel_id, case_id


def take(store: Store, now: datetime = NOW, *, away: tuple[str, ...] = (), words: Wording = WORDS) -> Group:
    group = claim(store, now, away, words)
    assert group is not None
    return group


def end(store: Store, group: Group, error: Exception | None, now: datetime = NOW, words: Wording = WORDS) -> None:
    settle(store, group, error, POLICY, now, words.ways)


def over(store: Store, parcel_id: int) -> None:
    with store.transaction():
        takeback.suppress(store, parcel_id, "stalled", "it moves again")


def stand(store: Store) -> list[tuple[str, str, str]]:
    """Channel, state and reason of every message."""
    return store.all("SELECT channel, state, reason FROM alerts ORDER BY id")


# --- erased --------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [False, True])
def test_a_digest_whose_first_parcel_is_erased_comes_again_with_the_others(store: Store, later: bool) -> None:
    for number in range(8):
        tell(store, f"PWNUM{number:04}")
    group = take(store)
    end(store, group, DeliveryFailed("a: HTTP 500"))
    forget(store, "PWNUM0000")
    if later:  # a database in which an earlier version erased it
        with store.transaction():
            store.write("UPDATE alerts SET bundle = 1, digest = 1")
            store.write(NAME_BUNDLES)
    again = take(store, NOW + HOUR)
    assert (again.id, again.digest_id, again.ids) == (2, 2, group.ids[1:])


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.MEDIUM])
def test_what_is_over_when_its_channel_refuses_it_goes_nowhere(store: Store, severity: Severity) -> None:
    parcel_id, _ = tell(store, severity=severity)
    group = take(store)
    over(store, parcel_id)
    end(store, group, DeliveryRefused("a: filtered"))
    assert claim(store, NOW + HOUR, (), WORDS) is None
    assert stand(store) == [("a", "suppressed", "it moves again")]


def test_what_one_channel_refuses_and_another_has_anyhow_comes_once(store: Store) -> None:
    tell_both(store)
    end(store, take(store, away=("b",)), DeliveryRefused("a: filtered"))
    end(store, take(store), None)
    assert claim(store, NOW + HOUR, (), WORDS) is None
    assert stand(store) == [("a", "suppressed", "b has it"), ("b", "sent", "")]


def test_of_a_message_that_is_refused_each_part_is_judged_by_the_ways_it_went_itself(store: Store) -> None:
    words = replace(WORDS, sizes={**WORDS.sizes, "c": Taker()}, ways=Ways(("a", "b", "c")))
    tell(store)
    end(store, take(store, words=words), ChannelRefused("a: no such key"))
    for number, channel, severity in (("PW2", "a", Severity.CRITICAL), ("PW3", "b", Severity.HIGH)):
        parcel_id = add(store, number, order="O1")
        enqueue(store, alert(parcel_id=parcel_id, channel=channel, severity=severity))
    while len((group := take(store, NOW + MINUTE, away=("a", "c"), words=words)).ids) < 2:
        end(store, group, None, NOW + MINUTE, words)
    end(store, group, DeliveryRefused("b: filtered"), NOW + MINUTE, words)
    ways = store.all("SELECT channel, state FROM alerts WHERE parcel_id IN (2, 3) ORDER BY id")
    assert ways == [("b", "dead"), ("c", "pending")]


def test_what_is_refused_while_no_other_channel_works_waits_for_one(store: Store) -> None:
    tell(store, severity=Severity.CRITICAL)
    tell(store, "PW2", "b", severity=Severity.MEDIUM)
    end(store, take(store, away=("a",)), ChannelBusy("b: maintenance", timedelta(hours=6)))
    while group := claim(store, NOW + MINUTE, ("b",), WORDS):
        end(store, group, DeliveryRefused("a: filtered"), NOW + MINUTE)
    assert stand(store)[0] == ("a", "pending", "")
    end(store, take(store, NOW + 7 * HOUR, away=("a",)), None, NOW + 7 * HOUR)  # b works again
    end(store, take(store, NOW + 7 * HOUR, away=("b",)), DeliveryRefused("a: filtered"), NOW + 7 * HOUR)
    assert stand(store)[0] == ("b", "pending", "")


# --- another way ---------------------------------------------------------------------------------


def test_what_a_channel_alone_does_not_take_for_a_day_goes_another_way_and_no_third(store: Store) -> None:
    words = replace(WORDS, sizes={**WORDS.sizes, "c": Taker()}, ways=Ways(("a", "b", "c")))
    tell(store, severity=Severity.MEDIUM)
    for channel, begin in (("a", NOW), ("b", NOW + 25 * HOUR)):
        for at in (begin, begin + 24 * HOUR):
            assert stand(store)[0][:2] == (channel, "pending")
            end(store, take(store, at, words=words), DeliveryFailed(f"{channel}: HTTP 500"), at, words)
    assert stand(store)[0] == ("b", "dead", "not delivered within a day")


@pytest.mark.parametrize("first", ["stays", "moves"])
def test_each_half_of_a_bundle_that_is_torn_goes_by_an_id_of_its_own(store: Store, first: str) -> None:
    for number in range(8):
        both = (number < 4) == (first == "stays")
        (tell_both if both else tell)(store, f"PW{number}")
    whole = take(store, away=("b",))
    end(store, whole, ChannelRefused("a: no such key"))
    groups = []
    for now, away in ((NOW + SECOND, "a"), (NOW + HOUR, "b")):
        while group := claim(store, now, (away,), WORDS):
            groups.append(group)
    tried = [group for group in groups if set(group.ids) & set(whole.ids)]
    assert [group.channel for group in tried] == ["b", "a"]
    assert sorted(one for group in tried for one in group.ids) == sorted(whole.ids)
    assert [group.id in group.ids for group in tried] == [True, True]
    assert whole.id in {group.id for group in tried}


# --- over meanwhile ------------------------------------------------------------------------------

BOTH = Policy(channels=("a", "b"), routes=(Route(Matcher(), ("a", "b")),))


def hear(store: Store, parcel_id: int, text: str, now: datetime, policy: Policy = POLICY) -> None:
    milestone, cause = (Milestone.EXCEPTION, Cause.ADDRESS) if text == "Address" else (Milestone.OUT_FOR_DELIVERY, None)
    scan = Checkpoint(now, now, milestone, cause, "T", text, "Leipzig")
    with store.transaction():
        ingest(store, [Heard(parcel_id, Answered("", (scan,)), now)], policy)


def told(store: Store) -> list[tuple[str, str, str]]:
    """Channel, cause and state of every message about a case itself, oldest first."""
    return store.all("SELECT channel, why, state FROM alerts WHERE for_draft <> 1 ORDER BY id")


def test_an_all_clear_that_waits_is_the_last_word_of_its_channel(store: Store) -> None:
    parcel_id = add(store)
    hear(store, parcel_id, "Address", NOW, BOTH)
    slow = take(store, away=("b",))
    end(store, take(store, away=("a",)), None)
    hear(store, parcel_id, "Out for delivery", NOW + HOUR, BOTH)
    end(store, slow, None, NOW + HOUR)
    clears = [(channel, state) for channel, why, state in told(store) if why == "cleared"]
    assert sorted(clears) == [("a", "pending"), ("b", "pending")]


class Narrow(Taker):
    """Takes an alert in one part and its letter in others."""

    limit = 300


NARROW = Wording(Renderer(), {"a": Narrow()}, ways=Ways(("a",)))


def resolved(store: Store, parcel_id: int, now: datetime) -> None:
    hear(store, parcel_id, "Out for delivery", now)


def test_what_is_over_after_a_second_answer_that_never_came_is_followed_by_an_all_clear(store: Store) -> None:
    parcel_id = add(store)
    hear(store, parcel_id, "Address", NOW)
    end(store, take(store, away=("b",)), DeliveryUnknown("a: no answer"))
    again = take(store, NOW + HOUR, away=("b",))
    resolved(store, parcel_id, NOW + HOUR)
    end(store, again, DeliveryUnknown("a: no answer"), NOW + HOUR)
    assert [row for row in told(store) if row[0] == "a"] == [("a", "opened", "sent"), ("a", "cleared", "pending")]


@pytest.mark.parametrize("over_while", ["the rest is sent", "the rest waits"])
def test_what_is_over_when_its_first_part_arrived_is_followed_by_an_all_clear(store: Store, over_while: str) -> None:
    parcel_id = add(store)
    hear(store, parcel_id, "Address", NOW, Policy(channels=("a",)))
    kind = "courier_exception"
    draft_id = write(store, parcel_id, letter(kind, body="Dear Lin, " + "word " * 150))[kind]
    about = alert(kind, "a", parcel_id=parcel_id, draft_id=draft_id, draft=True, why=Why.DRAFTED)
    enqueue(store, about)
    first = take(store, words=NARROW)
    assert len(first.said) > 1
    end(store, first, None, words=NARROW)
    rest = replace(first, arrived=1)
    failed = DeliveryFailed("a: HTTP 500")
    if over_while == "the rest is sent":
        resolved(store, parcel_id, NOW + HOUR)
        end(store, rest, failed, NOW + HOUR, NARROW)
    else:
        end(store, rest, failed, words=NARROW)
        resolved(store, parcel_id, NOW + HOUR)
    assert told(store) == [("a", "opened", "sent"), ("a", "cleared", "pending")]


def test_whoever_may_have_had_what_then_went_another_way_is_told_that_it_is_over(store: Store) -> None:
    parcel_id = add(store)
    hear(store, parcel_id, "Address", NOW)
    with store.transaction():
        store.write("UPDATE alerts SET severity = 'high'")
    for hours in (0, 1):
        end(store, take(store, NOW + hours * HOUR, away=("b",)), DeliveryUnknown("a: no answer"), NOW + hours * HOUR)
    end(store, take(store, NOW + 9 * HOUR, away=("b",)), ChannelRefused("a: no such key"), NOW + 9 * HOUR)
    while group := claim(store, NOW + 9 * HOUR + SECOND, ("a",), WORDS):
        end(store, group, None, NOW + 9 * HOUR + SECOND)
    resolved(store, parcel_id, NOW + 10 * HOUR)
    about = [(channel, why) for channel, why, _ in told(store) if why in ("opened", "cleared")]
    assert sorted(about) == [("a", "cleared"), ("a", "opened"), ("b", "cleared"), ("b", "opened")]


@pytest.mark.parametrize(
    ("other", "then"),
    [
        ("b", [("a", "cleared"), ("b", "cleared")]),
        ("b has it", [("a", "cleared"), ("b", "cleared")]),
        ("", [("a", "cleared")]),
    ],
)
def test_whoever_had_the_first_part_of_what_then_was_refused_is_told_that_it_is_over(
    store: Store, other: str, then: list[tuple[str, str]]
) -> None:
    parcel_id = add(store)
    hear(store, parcel_id, "Address", NOW, Policy(channels=("a", "b") if other == "b has it" else ("a",)))
    kind = "courier_exception"
    draft_id = write(store, parcel_id, letter(kind, body="Dear Lin, " + "word " * 150))[kind]
    enqueue(store, alert(kind, "a", parcel_id=parcel_id, draft_id=draft_id, draft=True, why=Why.DRAFTED))
    with store.transaction():
        store.write("UPDATE alerts SET severity = 'high'")
    words = replace(WORDS, sizes={**WORDS.sizes, **NARROW.sizes}) if other else NARROW
    first = take(store, away=("b",), words=words)
    end(store, first, None, words=words)
    end(store, replace(first, arrived=1), DeliveryRefused("a: its filter turned the text away"), words=words)
    while group := claim(store, NOW + MINUTE, (), words):
        end(store, group, None, NOW + MINUTE)
    resolved(store, parcel_id, NOW + HOUR)
    about = {(channel, why) for channel, why, _ in told(store)}
    assert sorted(one for one in about if one[1] == "cleared") == then
    refused = "SELECT state FROM alerts WHERE channel = 'a' AND error <> '' AND NOT for_draft"
    assert other or ("dead",) in store.all(refused)
