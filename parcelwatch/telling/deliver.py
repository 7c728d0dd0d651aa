"""From the outbox to the channels: claim a group, send it, settle it.

What belongs here: finding what may leave, and sending it; what becomes of it is settle.py's. Each channel sends one
message at a time, on a thread of its own, so a hanging service holds up nobody else's, nor the end of the program. No
more is sent than the service's pace allows: what was sent is counted in the store, so that a restart goes no faster. A
message in several parts leaves part by part, and after a failure goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from parcelwatch.core.joint import ids, worded
from parcelwatch.core.messaging import channels as rules
from parcelwatch.core.messaging.links import Linking
from parcelwatch.core.messaging.messages import Group, Outgoing, Shorter, Size, Text
from parcelwatch.core.messaging.timing import Timing
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.pacing import Grant, Pace, grant
from parcelwatch.core.texts.text import cut
from parcelwatch.errors import DeliveryFailed, DeliveryRefused, StoreError, whereabouts
from parcelwatch.model import DraftState, Severity
from parcelwatch.store import Store, channels, drafts, outbox
from parcelwatch.store import ways as taken
from parcelwatch.store.channels import Known
from parcelwatch.store.writer import Writer
from parcelwatch.telling import detours, linking
from parcelwatch.telling.detours import Ways
from parcelwatch.telling.settle import LEASE, nowhere, settle
from parcelwatch.wording.render import Renderer

log = structlog.get_logger()


class Sends(Size, Protocol):
    """Whatever delivers one text, blocking: channels.Channel."""

    @property
    def pace(self) -> Pace: ...

    def send(self, title: str, body: str, severity: Severity) -> None: ...


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What became of a message: `error` is None for one that arrived."""

    group: Group
    error: Exception | None
    at: datetime


@dataclass(slots=True)
class _Desk:
    """One channel at work. `unfinished`: what it has sent some parts of. `failures`: in a row.

    `unsettled`: what it has tried to send and the store did not take down yet. `announcing`: it sends what stands in no
    outbox.
    """

    channel: Sends
    sending: asyncio.Task[None] | None = None
    unfinished: Group | None = None
    unsettled: _Attempt | None = None
    announcing: bool = False
    failures: int = 0

    @property
    def idle(self) -> bool:
        return not (self.sending or self.unfinished or self.unsettled or self.announcing)


class Deliverer:
    """Sends what is due. `beat` is the monotonic time at which it last was seen to work.

    `sent` and `undelivered` count alerts; `messages` and `failures` those they went out in, each part as one.
    `on_free` is called when a channel is done with one.
    """

    def __init__(
        self,
        channels: Mapping[str, Sends],
        writer: Writer,
        policy: Policy,
        renderer: Renderer,
        links: Linking | None = None,
        fallbacks: Mapping[str, str] | None = None,
        voices: Mapping[str, Renderer] | None = None,
    ) -> None:
        self._writer = writer
        self._policy = policy
        self._words = _wording(channels, policy, renderer, links, fallbacks, voices)
        self._desks = {name: _Desk(channel) for name, channel in channels.items()}
        self._leaving: list[_Desk] = []
        self.on_free: Callable[[], None] = lambda: None
        self.sent = 0
        self.messages = 0
        self.undelivered = 0
        self.failures = 0
        self.beat = time.monotonic()

    async def start(self) -> None:
        """Whoever sent before is gone, and somebody may have mended what was closed: every channel is tried anew.

        What waits without a channel, from when none was configured, is the first one's.
        """
        await self._writer.run(_try_anew, self._words.ways.channels)

    async def swap(
        self,
        channels: Mapping[str, Sends],
        policy: Policy,
        renderer: Renderer,
        links: Linking | None,
        fallbacks: Mapping[str, str],
        voices: Mapping[str, Renderer],
    ) -> None:
        """Go on with other channels, which are tried anew. What is being sent arrives. Raises StoreError before that.

        What waits for a channel that is no more goes to another.
        """
        await self._writer.run(_try_anew, tuple(channels))
        self._policy = policy
        self._words = _wording(channels, policy, renderer, links, fallbacks, voices)
        gone = (desk for name, desk in self._desks.items() if name not in channels)
        self._leaving = [desk for desk in (*self._leaving, *gone) if desk.sending]
        for name, desk in self._desks.items():
            desk.channel = channels.get(name, desk.channel)
        self._desks = {name: self._desks.get(name) or _Desk(channel) for name, channel in channels.items()}

    async def run(self, now: datetime, *, insist: bool = False) -> bool:
        """Hand every idle channel what is due for it; `insist`: also those that rest after a failure.

        True when nothing can be sent for now; False while a channel is busy, for it may have more to send after.
        """
        self.beat = time.monotonic()
        await self._go_on(now)
        while True:
            busy = self.sending
            away = tuple(name for name, desk in self._desks.items() if not desk.idle)
            if len(away) == len(self._desks):
                return not busy
            claimed = await self._writer.run(claim, now, away, self._words, insist=insist)
            if claimed is None:
                return not busy
            await self._hand_over(claimed, now)

    async def drain(self, now: datetime, *, insist: bool = False, patience: timedelta = timedelta()) -> None:
        """Send all that is due, one attempt each, and wait for it; for the channels' paces up to `patience`."""
        started = time.monotonic()
        at = now
        while True:
            while not await self.run(at, insist=insist):
                # Whoever is done first gets its next message; a slow channel holds up nobody.
                if sending := [desk.sending for desk in self._desks.values() if desk.sending]:
                    await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
            unfinished = [name for name, desk in self._desks.items() if desk.unfinished]
            turn = await self._writer.run(next_turn, at, unfinished, self._words)
            if turn is None or turn > now + patience:
                return
            passed = timedelta(seconds=time.monotonic() - started)
            await asyncio.sleep((turn - now - passed).total_seconds())
            at = max(turn, now + passed)

    async def close(self, patience: float = 20.0) -> None:
        """Wait for what is being sent, at most `patience` seconds; the rest stays claimed and is sent again."""
        sending = [desk.sending for desk in (*self._desks.values(), *self._leaving) if desk.sending]
        if sending:
            await asyncio.wait(sending, timeout=patience)
        for desk in self._desks.values():
            if desk.unsettled:
                with suppress(StoreError):  # it comes again
                    await self._settle(desk, desk.unsettled)

    async def announce(self, words: Callable[[Renderer], Text]) -> frozenset[str]:
        """Say at once what stands in no outbox, to every channel that is free; the names of those that took it."""
        free = {name: desk for name, desk in self._desks.items() if desk.sending is None and not desk.announcing}
        for desk in free.values():
            desk.announcing = True
        try:
            said = {name: words(self._words.voice(name)) for name in free}
            return await announce({name: desk.channel for name, desk in free.items()}, said)
        finally:
            for desk in free.values():
                desk.announcing = False

    @property
    def sending(self) -> bool:
        return any(desk.sending for desk in self._desks.values())

    async def _go_on(self, now: datetime) -> None:
        """The next part of what was begun, where the pace allows."""
        for name, desk in self._desks.items():
            if desk.unsettled and desk.sending is None:
                await self._settle(desk, desk.unsettled)
            begun = desk.unfinished
            if desk.sending is None and begun and await self._writer.run(_turn, name, now, self._words):
                desk.sending = asyncio.create_task(self._send(desk, begun, now))

    async def _hand_over(self, group: Group, now: datetime) -> None:
        desk = self._desks.get(group.channel)
        if desk is None:
            await self._writer.run(nowhere, group, self._policy, self._words.ways, now)
            return
        desk.sending = asyncio.create_task(self._send(desk, group, now))

    async def _send(self, desk: _Desk, group: Group, now: datetime) -> None:
        started = time.monotonic()
        error: Exception | None = None
        try:
            if group.arrived < len(group.said):  # else all of it has arrived
                await _blocking(desk.channel, group.said[group.arrived], group.severity, f"channel-{group.channel}")
        except (DeliveryFailed, DeliveryRefused) as failure:
            error = failure
        except Exception as failure:
            log.exception("a channel failed in an unforeseen way", channel=group.channel)
            error = DeliveryFailed(f"{group.channel}: {type(failure).__name__}")
        # Until the store has taken it down, nothing else leaves by this channel: else it would be sent a second time.
        desk.unsettled = _Attempt(group, error, now + timedelta(seconds=time.monotonic() - started))
        try:
            with suppress(StoreError):  # whoever tries next hears of it
                await self._settle(desk, desk.unsettled)
        finally:
            desk.sending = None
            self.on_free()

    async def _settle(self, desk: _Desk, attempt: _Attempt) -> None:
        self.beat = time.monotonic()
        await self._writer.run(settle, attempt.group, attempt.error, self._policy, attempt.at, self._words.ways)
        desk.unsettled = None
        self._note(desk, attempt.group, attempt.error)

    def _note(self, desk: _Desk, group: Group, error: Exception | None) -> None:
        self.beat = time.monotonic()
        sent = replace(group, arrived=group.arrived + 1)
        desk.unfinished = sent if error is None and sent.arrived < len(group.said) else None
        if error is None:
            desk.failures = 0
            self.messages += group.arrived < len(group.said)
            self.sent += 0 if desk.unfinished else len(group.ids)
            return
        self.undelivered += len(group.ids)
        self.failures += 1
        desk.failures += isinstance(error, DeliveryFailed)
        if desk.failures & (desk.failures - 1) == 0:
            log.warning("a message was not delivered", channel=group.channel, alert=group.id, error=str(error))


async def announce(channels: Mapping[str, Sends], said: Mapping[str, Text]) -> frozenset[str]:
    """Send to each channel its text, once; the names of those that took it."""

    async def one(name: str) -> None:
        try:
            await _blocking(channels[name], said[name], Severity.OPERATOR, f"channel-{name}")
            took.add(name)
        except Exception as error:  # noqa: BLE001 - one channel's trouble must not keep the others from hearing
            foreseen = isinstance(error, DeliveryFailed | DeliveryRefused)
            why = str(error) if foreseen else whereabouts(error)
            log.warning("a channel could not be told", channel=name, error=why)

    took: set[str] = set()
    await asyncio.gather(*map(one, channels))
    return frozenset(took)


async def _blocking(channel: Sends, text: Text, severity: Severity, name: str) -> None:
    """Send on a thread that the end of the program does not wait for, as it would for an executor's."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if not done.done():
            done.set_result(None) if error is None else done.set_exception(error)

    def work() -> None:
        error: BaseException | None = None
        try:
            channel.send(text.title, text.body, severity)
        except BaseException as failure:  # noqa: BLE001 - whoever awaits it judges it
            error = failure
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=work, name=name, daemon=True).start()
    await done


# --- on the store's thread -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wording:
    """What finds the words of a message, how much and how fast each channel takes them, and when each may be told.

    `voices`: what finds the words of channels with a language or a zone of their own. `links`: what makes a message's
    link, if any. `ways`: which way else messages may go.
    """

    renderer: Renderer
    sizes: Mapping[str, Size]
    links: Linking | None = None
    paces: Mapping[str, Pace] = field(default_factory=dict)
    ways: Ways = field(default_factory=Ways)

    voices: Mapping[str, Renderer] = field(default_factory=dict)
    timing: Timing = field(default_factory=lambda: Timing(interval=timedelta(0)))

    def granted(self, name: str, known: Known, now: datetime, *, wanted: int, insist: bool = False) -> Grant:
        """Whether the channel may be sent to now: then there is no `next_at`."""
        state, pace = known
        hold = rules.ready_at(state, insist=insist)
        return grant(self.paces.get(name, Pace()), pace, now, wanted=wanted, hold_until=hold)

    def voice(self, channel: str) -> Renderer:
        return self.voices.get(channel, self.renderer)


def _wording(
    channels: Mapping[str, Sends],
    policy: Policy,
    renderer: Renderer,
    links: Linking | None,
    fallbacks: Mapping[str, str] | None,
    voices: Mapping[str, Renderer] | None,
) -> Wording:
    paces = {name: channel.pace for name, channel in channels.items()}
    ways = Ways(tuple(channels), fallbacks or {})
    return Wording(renderer, channels, links, paces, ways, voices or {}, policy.timing)


def claim(store: Store, now: datetime, away: Collection[str], words: Wording, *, insist: bool = False) -> Group | None:
    """The next group that may leave, postponed while it is sent, with its words, which are kept for a repetition.

    It has none for a channel unknown. Channels in `away` are passed over, and those that rest or whose pace says wait.
    """
    known = channels.load_all(store, words.sizes)
    detours.keep(store, known, words.ways, now)
    waiting = (
        name
        for name, one in known.items()
        if words.granted(name, one, now, wanted=0, insist=insist).next_at is not None
    )
    paused = (*away, *waiting)
    due_at = outbox.next_due(store, paused=paused)
    if due_at is None or due_at > now:
        return None
    with store.transaction():
        timing = words.timing.hurried() if insist else words.timing
        group = outbox.claim(store, now, now + LEASE, paused=paused, timing=timing)
        if group is None:
            return None
        size = words.sizes.get(group.channel)
        if size is None:
            return replace(group, said=())
        _take_turn(store, group.channel, now, words)
        return replace(group, said=_worded(store, group, words, size, now))


def next_turn(store: Store, now: datetime, unfinished: Collection[str], words: Wording) -> datetime | None:
    """When the first channel that has something to send, and waits for its pace alone, may send it; None for none."""
    names = list(words.sizes)
    turns = [
        _paced(words, name, channels.load(store, name), now)
        for name in names
        if name in unfinished or _due(store, now, [other for other in names if other != name])
    ]
    return min((turn for turn in turns if turn is not None), default=None)


def _paced(words: Wording, name: str, known: Known, now: datetime) -> datetime | None:
    held = rules.ready_at(known[0], insist=True)
    return words.granted(name, known, now, wanted=0, insist=True).next_at if held is None or held <= now else None


def _due(store: Store, now: datetime, others: Collection[str]) -> bool:
    due_at = outbox.next_due(store, paused=others)
    return due_at is not None and due_at <= now


def _take_turn(store: Store, name: str, now: datetime, words: Wording) -> None:
    """Count a message before it is sent, so that a crash never makes the pace faster."""
    state, pace = channels.load(store, name)
    granted = words.granted(name, (replace(state, rest_until=None), pace), now, wanted=1)
    channels.save(store, name, state, granted.state)


def _turn(store: Store, name: str, now: datetime, words: Wording) -> bool:
    """Whether the next part may leave now; then it is counted."""
    if words.granted(name, channels.load(store, name), now, wanted=0).next_at is not None:
        return False
    with store.transaction():
        _take_turn(store, name, now, words)
    return True


def _try_anew(store: Store, names: Collection[str]) -> None:
    with store.transaction():
        channels.forget_others(store, names)
        channels.try_anew(store, names)
        if first := next(iter(names), ""):
            taken.give(store, first)


# --- words ---------------------------------------------------------------------------------------


def _worded(store: Store, group: Group, words: Wording, size: Size, now: datetime) -> tuple[Text, ...]:
    """Its words. Where none are found it goes out bare: whoever reads it can look the parcel up."""
    try:
        with store.savepoint():
            return _in_words(store, group, words, size, now)
    except StoreError:
        raise
    except Exception:
        log.exception("no words were found for a message", channel=group.channel, alert=group.id)
        text = _bare(group, size)
        outbox.freeze(store, group, [text])
        return (text,)


def _in_words(store: Store, group: Group, words: Wording, size: Size, now: datetime) -> tuple[Text, ...]:
    renderer = words.voice(group.channel)
    link = "" if group.said else linking.tail(store, group, size, words.links, renderer)
    texts = linking.under(renderer.message(group, Shorter(size, linking.room(link, size)), now), link)
    if not group.said:
        outbox.freeze(store, group, texts)
        for row in group.rows if group.digest_id is None else ():
            _freeze(store, row, renderer)
    return linking.opened(store, group, texts, words.links, renderer, now)


def _freeze(store: Store, row: Outgoing, renderer: Renderer) -> None:
    """Keep the words of a letter as somebody is shown them; those that an agent has said yes to stay."""
    draft = row.letter
    if draft is None or draft.id is None or (draft.body and draft.state is not DraftState.DRAFT):
        return
    together = renderer.together(draft, row.about.others)
    said = worded(together)
    if said is None or not (draft.body and draft.joint == said.joint):
        letter = renderer.whole(together)
        drafts.freeze(store, draft.id, letter.subject, letter.body, ids(together))


def _bare(group: Group, size: Size) -> Text:
    title = cut(f"[A{group.id}] {group.kind}", size.title_limit)
    names = "\n".join(row.number or row.account for row in group.rows)
    return Text(title, cut(names, size.room(title), size.measure))
