"""From the outbox to the channels: claim a group, send it, settle it.

What belongs here: sending and what became of it. Each channel sends one message at a time, on a thread of its own,
so a hanging service holds up nobody else's, nor the end of the program. Under the daemon that is at most one message
a channel and tick: chat services take about one a second, and so do people.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from parcelwatch import linking
from parcelwatch.core.links import Linking
from parcelwatch.core.messages import Group, Text
from parcelwatch.core.policy import Policy
from parcelwatch.core.text import cut
from parcelwatch.errors import DeliveryFailed, DeliveryRefused, StoreError
from parcelwatch.ingest import undelivered
from parcelwatch.render import Renderer
from parcelwatch.store import Store, drafts, outbox
from parcelwatch.store.writer import Writer

log = structlog.get_logger()

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)


class Sends(Protocol):
    """Whatever delivers one text, blocking: channels.Channel."""

    @property
    def body_limit(self) -> int: ...

    def send(self, title: str, body: str) -> None: ...


@dataclass(slots=True)
class _Desk:
    """One channel at work. `failures` in a row decide how long it rests."""

    channel: Sends
    sending: asyncio.Task[None] | None = None
    failures: int = 0
    resting_until: datetime | None = None


class Deliverer:
    """Sends what is due. `beat` is the monotonic time at which it last was seen to work."""

    def __init__(
        self,
        channels: Mapping[str, Sends],
        writer: Writer,
        policy: Policy,
        renderer: Renderer,
        links: Linking | None = None,
    ) -> None:
        self._writer = writer
        self._policy = policy
        self._words = Wording(renderer, {name: channel.body_limit for name, channel in channels.items()}, links)
        self._desks = {name: _Desk(channel) for name, channel in channels.items()}
        self.sent = 0
        self.undelivered = 0
        self.beat = time.monotonic()

    async def run(self, now: datetime, *, insist: bool = False) -> bool:
        """Hand every idle channel what is due for it; `insist`: also those that rest after a failure.

        True when nothing is due for anybody; False while a channel is busy, for it may have more to send after.
        """
        self.beat = time.monotonic()
        while True:
            busy = self.sending
            idle = [name for name, desk in self._desks.items() if self._free(desk, now, insist)]
            if not idle:
                return not busy
            away = tuple(name for name in self._desks if name not in idle)
            claimed = await self._writer.run(claim, now, away, self._words)
            if claimed is None:
                return not busy
            await self._hand_over(*claimed, now)

    async def drain(self, now: datetime, *, insist: bool = False) -> None:
        """Send all that is due, one attempt each, and wait for it."""
        while not await self.run(now, insist=insist):
            # Whoever is done first gets its next message; a slow channel holds up nobody.
            if sending := [desk.sending for desk in self._desks.values() if desk.sending]:
                await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, patience: float = 20.0) -> None:
        """Wait for what is being sent, at most `patience` seconds; the rest stays claimed and is sent again."""
        sending = [desk.sending for desk in self._desks.values() if desk.sending]
        if sending:
            await asyncio.wait(sending, timeout=patience)

    @property
    def sending(self) -> bool:
        return any(desk.sending for desk in self._desks.values())

    def _free(self, desk: _Desk, now: datetime, insist: bool) -> bool:
        rested = insist or desk.resting_until is None or desk.resting_until <= now
        return desk.sending is None and rested

    async def _hand_over(self, group: Group, text: Text | None, now: datetime) -> None:
        desk = self._desks.get(group.channel)
        if desk is None or text is None:
            reason = f"there is no channel {group.channel!r} in the configuration any more"
            await self._writer.run(_dead, group, reason)
            return
        desk.sending = asyncio.create_task(self._send(desk, group, text, now))

    async def _send(self, desk: _Desk, group: Group, text: Text, now: datetime) -> None:
        started = time.monotonic()
        error: Exception | None = None
        try:
            await _blocking(desk.channel, text, f"channel-{group.channel}")
        except (DeliveryFailed, DeliveryRefused) as failure:
            error = failure
        except Exception as failure:
            log.exception("a channel failed in an unforeseen way", channel=group.channel)
            error = DeliveryFailed(f"{group.channel}: {type(failure).__name__}")
        at = now + timedelta(seconds=time.monotonic() - started)
        try:
            await self._writer.run(settle, group, error, self._policy, at)
        except StoreError as failure:
            error = failure  # it may have arrived, but nobody knows: it comes again
            raise
        finally:
            self._note(desk, group, error, at)
            desk.sending = None

    def _note(self, desk: _Desk, group: Group, error: Exception | None, at: datetime) -> None:
        self.beat = time.monotonic()
        if error is None:
            self.sent += len(group.ids)
            desk.failures, desk.resting_until = 0, None
            return
        self.undelivered += len(group.ids)
        if isinstance(error, DeliveryFailed):
            desk.failures += 1
            rest = min(FIRST_PAUSE * 2 ** min(desk.failures - 1, 12), LONGEST_PAUSE)
            desk.resting_until = at + max(rest, error.retry_after or rest)
        if desk.failures & (desk.failures - 1) == 0:
            log.warning("a message was not delivered", channel=group.channel, alert=group.id, error=str(error))


async def _blocking(channel: Sends, text: Text, name: str) -> None:
    """Send on a thread that the end of the program does not wait for, as it would for an executor's."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if not done.done():
            done.set_result(None) if error is None else done.set_exception(error)

    def work() -> None:
        error: BaseException | None = None
        try:
            channel.send(text.title, text.body)
        except BaseException as failure:  # noqa: BLE001 - whoever awaits it judges it
            error = failure
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=work, name=name, daemon=True).start()
    await done


# --- on the store's thread -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wording:
    """What finds the words of a message, how many characters each channel takes, and what makes its link, if any."""

    renderer: Renderer
    limits: Mapping[str, int]
    links: Linking | None = None


def claim(store: Store, now: datetime, paused: tuple[str, ...], words: Wording) -> tuple[Group, Text | None] | None:
    """The next group, postponed while it is sent, and its words, kept for a repetition; None for a channel unknown."""
    due_at = outbox.next_due(store, paused=paused)
    if due_at is None or due_at > now:
        return None
    with store.transaction():
        group = outbox.claim(store, now, now + LEASE, paused=paused)
        if group is None:
            return None
        limit = words.limits.get(group.channel)
        return group, None if limit is None else _worded(store, group, words, limit, now)


def _worded(store: Store, group: Group, words: Wording, limit: int, now: datetime) -> Text:
    """Its words. Where none are found it goes out bare: whoever reads it can look the parcel up."""
    try:
        return _in_words(store, group, words, limit, now)
    except StoreError:
        raise
    except Exception:
        log.exception("no words were found for a message", channel=group.channel, alert=group.id)
        text = _bare(group, limit)
        outbox.freeze(store, group, text.title, text.body)
        return text


def _in_words(store: Store, group: Group, words: Wording, limit: int, now: datetime) -> Text:
    renderer = words.renderer
    link = linking.tail(store, group, limit, words.links, renderer) if group.title is None else ""
    text = linking.under(renderer.message(group, limit - linking.room(link), now), link)
    if group.title is None:
        outbox.freeze(store, group, text.title, text.body)
        for draft in (row.letter for row in group.rows):
            if draft is not None and draft.id is not None and not draft.body and group.digest_id is None:
                letter = renderer.letter(draft)
                drafts.freeze(store, draft.id, letter.subject, letter.body)
    return linking.opened(store, group, text, words.links, renderer, now)


def _bare(group: Group, limit: int) -> Text:
    title = cut(f"[A{group.id}] {group.kind}", limit)
    return Text(title, cut("\n".join(row.number or row.account for row in group.rows), max(0, limit - len(title) - 1)))


def settle(store: Store, group: Group, error: Exception | None, policy: Policy, now: datetime) -> None:
    """What became of a group: sent, again later, or dead and shown."""
    with store.transaction():
        if error is None:
            outbox.settle_sent(store, group.ids, now)
        elif isinstance(error, DeliveryRefused):
            outbox.settle_dead(store, group.ids, str(error))
        else:
            undelivered(store, outbox.settle_failed(store, group.ids, now, str(error)), policy, now)


def _dead(store: Store, group: Group, reason: str) -> None:
    with store.transaction():
        outbox.settle_dead(store, group.ids, reason, reason)
