"""An order stalls, the buyer writes, the case rises, and the letter goes into the ticket: once, whatever breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from parcelwatch.asking.client import Client
from parcelwatch.channels.customers import Attempt, Outcome
from parcelwatch.errors import BadInput, StoreError
from parcelwatch.model import Cause, Milestone, Order, Parcel
from parcelwatch.running import making
from parcelwatch.running.engine import Engine
from parcelwatch.store import Store, accounts, cases, review
from parcelwatch.ticketing.counters import counters
from parcelwatch.ticketing.sending import Tickets
from parcelwatch.verbs import letters
from parcelwatch.verbs.agents import act_on_draft
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known, numbers
from tests.helpdesks.desks import MAIL, Chat

NUMBER, OTHER = numbers(2)
MINUTE = timedelta(minutes=1)
DAMAGED = (ago(40), ago(20, Milestone.EXCEPTION, Cause.DAMAGED))
WHERE = f"Where is it? {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]} has not moved."


@pytest.fixture
def chat() -> Iterator[Chat]:
    place = Chat()
    with place.server:
        yield place


def opened(folder: Path, chat: Chat, more: str = "") -> Shop:
    """A shop with a damaged parcel and its buyer's helpdesk."""
    place = Shop(folder, known(NUMBER, *DAMAGED), accounts=[Account("dhl")], settings=THRESHOLDS + chat.settings(more))
    chat.clock = place.hand.at
    return place


def wanted(place: Shop, number: str = NUMBER) -> Parcel:
    order = Order("#1001", customer_name="Ann Beispiel", customer_contact=MAIL, language="en")
    return Parcel(0, number, "dhl", place.hand.at, origin="DE", destination="DE", orders=(order,))


async def pass_minutes(place: Shop, chat: Chat, parts: Engine, minutes: int = 3) -> None:
    await place.live(parts, minutes * MINUTE, MINUTE)
    chat.clock = place.hand.at


def complaining(place: Shop, chat: Chat, said: str = WHERE) -> None:
    """The parcel is in trouble, agents know, and then its buyer writes."""

    async def scene(parts: Engine) -> None:
        await pass_minutes(place, chat, parts)
        chat.write("4711", place.hand.at, said)
        await pass_minutes(place, chat, parts)

    place.watch([wanted(place)])
    place.play(scene)


def send(place: Shop, draft: int = 1, make: Callable[[], Client] = Client) -> Attempt:
    config, policy = place.config, place.config.policy()
    with place.store() as store:
        way = Tickets(store, counters(config, policy), place.hand.at, make=make)
        return letters.send(store, way, draft, making.renderer(config), policy, place.hand.at, approve=True)


def state(place: Shop, draft: int = 1) -> str:
    with place.store() as store:
        return str(store.value("SELECT state FROM drafts WHERE id = ?", (draft,)))


def test_what_a_buyer_writes_is_a_complaint_and_lifts_the_case(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        first, then = [one for one in place.sink.to("ops") if one.names(NUMBER)]
        assert "ticket" not in first.text
        assert "the buyer has written" in then.title
        assert "The buyer has written (ticket 4711)" in then.text
        with place.store() as store:
            (row,) = cases.rows(store, place.hand.at)
            assert (row.complained, row.tickets) == (True, ("4711",))
            calm = replace(row, complained=False)
            assert row.priority(place.hand.at) > calm.priority(place.hand.at)
            ((said,),) = store.all("SELECT fact FROM case_events WHERE signal = 'complain'")
            assert "4711" in said
            (weighed,) = review.weighed(store, place.hand.at + timedelta(days=1))
            assert weighed.warning is not None


def test_a_ticket_that_changes_is_heard_once(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)

        async def scene(parts: Engine) -> None:
            chat.write("4711", place.hand.at, "Hello? Nobody answers.")
            await pass_minutes(place, chat, parts)

        place.play(scene)
        with place.store() as store:
            assert store.value("SELECT count(*) FROM complaints") == 1
        assert len([one for one in place.sink.to("ops") if "buyer has written" in one.title]) == 1


def test_a_letter_goes_into_the_ticket_as_a_note_once(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        assert send(place).outcome is Outcome.ARRIVED
        (note,) = chat.notes("4711")
        assert NUMBER in note.replace("\\", "")
        assert chat.messages["4711"][-1]["private"] is True
        assert state(place) == "sent"
        with pytest.raises(BadInput, match="is sent"):
            send(place)
        assert chat.posts == 1


def test_a_letter_about_two_parcels_in_different_trouble_goes_once_into_the_ticket_about_either(
    tmp_path: Path, chat: Chat
) -> None:
    lost = known(OTHER, ago(40), ago(20, Milestone.EXCEPTION, Cause.LOST))
    place = Shop(
        tmp_path, known(NUMBER, *DAMAGED), lost, accounts=[Account("dhl")], settings=THRESHOLDS + chat.settings("")
    )
    chat.clock = place.hand.at

    async def scene(parts: Engine) -> None:
        await pass_minutes(place, chat, parts)
        chat.write("4711", place.hand.at, f"Where is {OTHER}?")
        await pass_minutes(place, chat, parts)

    with place:
        place.watch([wanted(place), wanted(place, OTHER)])
        place.play(scene)
        with pytest.raises(Killed):
            send(place, 2, make=lambda: Dying(arrived=True))
        assert [state(place, draft) for draft in (1, 2)] == ["sending", "sending"]
        place.play(lambda parts: pass_minutes(place, chat, parts))
        assert [state(place, draft) for draft in (1, 2)] == ["sent", "sent"]
    (note,) = chat.notes("4711")
    assert all(number in note.replace("\\", "") for number in (NUMBER, OTHER))


def test_a_reply_goes_to_the_order_s_own_buyer_and_is_a_note_for_another(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat, 'deliver = "reply"') as place:
        complaining(place, chat)
        chat.conversations["4711"]["meta"]["sender"]["email"] = "somebody@example.com"
        assert send(place).outcome is Outcome.ARRIVED
        assert chat.messages["4711"][-1]["private"] is True
    chat.messages["4711"].pop()
    folder = tmp_path / "again"
    folder.mkdir()
    with opened(folder, chat, 'deliver = "reply"') as place:
        chat.conversations["4711"]["meta"]["sender"]["email"] = MAIL.upper()
        complaining(place, chat)
        assert send(place).outcome is Outcome.ARRIVED
        assert chat.messages["4711"][-1]["private"] is False


def test_a_letter_that_arrived_without_an_answer_is_found_and_not_repeated(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        chat.mute = 1
        assert send(place).outcome is Outcome.ARRIVED
        assert (state(place), chat.posts) == ("sent", 1)


def test_where_nobody_knows_an_agent_is_told_and_nothing_repeated(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        chat.mute, chat.lost = 1, True
        attempt = send(place)
        assert attempt.outcome is Outcome.UNKNOWN
        assert "does not stand in ticket 4711" in attempt.why
        with pytest.raises(BadInput, match="may have arrived"):
            send(place)
        place.play(lambda parts: pass_minutes(place, chat, parts))
        assert (state(place), chat.posts) == ("sending", 1)


class Killed(BaseException):
    """The process dies."""


class Dying(Client):
    """Whoever sends by it dies at its first write: before it leaves, or once it arrived."""

    def __init__(self, *, arrived: bool) -> None:
        super().__init__()
        self._arrived = arrived

    async def send(self, request: httpx.Request, account: str) -> httpx.Response:
        if request.method == "GET":
            return await super().send(request, account)
        if self._arrived:
            await super().send(request, account)
        raise Killed


@pytest.mark.parametrize(("arrived", "then"), [(False, ("sending", 0)), (True, ("sent", 1))])
def test_a_crash_while_sending_neither_loses_nor_repeats(
    tmp_path: Path, chat: Chat, arrived: bool, then: tuple[str, int]
) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        with pytest.raises(Killed):
            send(place, make=lambda: Dying(arrived=arrived))
        assert state(place) == "sending"
        place.play(lambda parts: pass_minutes(place, chat, parts))
        assert (state(place), chat.posts) == then


def test_a_crash_between_hearing_and_the_mark_hears_once(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        chat.fails = [200, 0, 500]
        complaining(place, chat)
        place.play(lambda parts: pass_minutes(place, chat, parts))
        with place.store() as store:
            assert store.value("SELECT count(*) FROM complaints") == 1


def test_a_letter_that_an_agent_sends_again_is_not_written_where_it_stands(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        chat.mute, chat.then = 1, [503]
        assert send(place).outcome is Outcome.UNKNOWN
        with place.store() as store:
            said = store.one("SELECT subject, body FROM drafts")
            assert said is not None
            act_on_draft(
                store, 1, "approve", place.config.policy(), place.hand.at + MINUTE, subject=said[0], body=said[1]
            )
        assert send(place).outcome is Outcome.ARRIVED
        assert (state(place), chat.posts) == ("sent", 1)


def test_another_buyer_of_the_parcel_does_not_get_the_letter(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        second = replace(wanted(place).orders[0], number="#1002", customer_contact="bob@example.com")
        place.watch([wanted(place), replace(wanted(place), orders=(second,))])
        complaining(place, chat)
        with place.store() as store:
            theirs = store.value("SELECT id FROM drafts WHERE to_contact = 'bob@example.com'")
        with pytest.raises(BadInput, match="another buyer"):
            send(place, theirs)
        assert chat.posts == 0


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("closed", "is closed"),
        ("answered", "an agent has answered"),
        ("written", "the customer has written"),
    ],
)
def test_a_letter_is_handed_back_where_the_ticket_went_on(tmp_path: Path, chat: Chat, what: str, why: str) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat)
        later = place.hand.at + MINUTE
        if what == "closed":
            chat.conversations["4711"]["status"] = "resolved"
        else:
            chat.write("4711", later, "It came.", kind=1 if what == "answered" else 0)
        with pytest.raises(BadInput, match=why):
            send(place)
        assert (state(place), chat.posts) == ("approved", 0)


def test_an_order_without_a_ticket_goes_another_way(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        complaining(place, chat, "Do you ship to Norway?")
        with place.store() as store:
            # The buyer's mail names the only parcel on the road.
            assert store.value("SELECT by FROM ticket_parcels") == "mail"
            with store.transaction():
                store.write("DELETE FROM ticket_parcels")
        with pytest.raises(BadInput, match="no ticket is about it"):
            send(place)
        assert (state(place), chat.posts) == ("approved", 0)


def test_a_helpdesk_that_refuses_us_is_told_to_operators(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:

        async def scene(parts: Engine) -> None:
            chat.fails = [401] * 100
            await place.live(parts, timedelta(hours=3), timedelta(minutes=10))

        place.play(scene)
        assert [one for one in place.sink.told if "helpdesks.desk" in one.text or "helpdesks.desk" in one.title]


def test_the_database_s_failure_is_no_helpdesk_s(tmp_path: Path, chat: Chat) -> None:
    with opened(tmp_path, chat) as place:
        chat.write("4711", place.hand.at, WHERE)

        async def scene(parts: Engine) -> None:
            (keeper,) = parts.keepers
            await parts.writer.run(lambda store: _rename(store, "tickets", "away"))
            with pytest.raises(StoreError):
                await keeper.run(place.hand.at)
            assert await parts.writer.run(lambda store: accounts.load(store, keeper.kept)[0].failures) == 0
            await parts.writer.run(lambda store: _rename(store, "away", "tickets"))
            await keeper.run(place.hand.at)
            assert await parts.writer.run(lambda store: store.value("SELECT count(*) FROM tickets")) == 1

        place.watch([wanted(place)])
        place.play(scene)


def _rename(store: Store, table: str, to: str) -> None:
    with store.transaction():
        store.write(f"ALTER TABLE {table} RENAME TO {to}")
