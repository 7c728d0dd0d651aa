"""An order's whole story at a shop, a courier, a chat and a helpdesk on loopback, told chapter by chapter.

What belongs here: what each chapter changes in the world, and how it is known that the daemon took it in. Whether the
daemon is killed on the way is the caller's to say.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

from parcelwatch.model import Cause, Milestone
from tests.acceptance.border import Turned, typed
from tests.acceptance.lives import Border, Daemon
from tests.acceptance.platforms import Platform
from tests.acceptance.world import THRESHOLDS, Shop, ago, known
from tests.helpdesks.desks import Chat
from tests.servers import PATIENCE, Hit, Server

M = Milestone
LED_IN = timedelta(days=8)
"""So long before the computer's time the story begins: agents type in the middle of it, by the computer's clock. Long
enough for a day of silence whatever feasts there are.
"""

TICKET = "4711"


@dataclass(frozen=True, slots=True)
class Chapter:
    """`begins` changes the world; it is over when what follows is `done`."""

    title: str
    begins: Callable[[], None]
    done: Callable[[], bool]


# What an agent's hand can be stopped at, when a letter goes into its ticket: nth request, and how far that came.
HANDS = {
    "before the ticket is read": ("GET", "asked"),
    "before the letter is written": ("POST", "asked"),
    "after the letter was written, before that is answered": ("POST", "kept"),
    "after that was answered, before it is kept": ("POST", "answered"),
}


class Trade(Shop):
    """The world of one order, and the daemon that watches it."""

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.platform, self.chat = platform, Chat()
        self.clock = Turned(get_context("forkserver").Value("d", -LED_IN.total_seconds()))
        self.kept, self.old, self.new = platform.numbers
        extra = {"api": platform.api, "company": platform.company}
        begun, end = ago(1, M.INFO_RECEIVED), LED_IN / timedelta(hours=1)
        moves = [ago(-hours) for hours in range(12, int(end), 12)]
        broken = ago(-(end + 0.5), M.EXCEPTION, Cause.DAMAGED)
        story = (
            known(self.kept, begun, ago(-1, M.PICKED_UP), *moves, broken, **extra),
            known(self.old, begun, **extra),
            known(self.new, begun, ago(-1, M.PICKED_UP), ago(-2), **extra),
        )
        super().__init__(folder, *story, clock=self.clock)  # type: ignore[arg-type]
        self.daemon = Daemon(folder / "config.toml", self.clock, platform.pause)

    def __enter__(self) -> Self:
        super().__enter__()
        self._stack.enter_context(self.platform.server)
        self._stack.enter_context(self.chat.server)
        self._stack.callback(self.daemon.stop)
        self.settings = THRESHOLDS + self.platform.settings + self.chat.settings()
        assert self.config.database.exists()
        return self

    def _text(self) -> str:
        return super()._text().replace("[service]\n", '[service]\nlisten = ""\n')

    # --- what happens ----------------------------------------------------------------------------

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The story, in order."""
        return (
            Chapter("ordered", self._puts, lambda: self._value("SELECT count(*) FROM shop_orders") == 1),
            Chapter("shipped", lambda: self._puts(self.kept, self.old), lambda: self._asked(self.kept, self.old)),
            Chapter("edited", lambda: self._puts(self.kept, self.new), lambda: self._asked(self.kept, self.new)),
            Chapter("stalled", lambda: self._turn_to(hours=-2), lambda: self._told("stalled", self.new)),
            Chapter("complained", self._writes, lambda: self._value(_COMPLAINED) == 1 and self._sent()),
            Chapter("answered", self._answers, lambda: self._letter(self.new) == "sent"),
            Chapter("damaged", lambda: self._turn_to(hours=6), lambda: self._told("damaged", self.kept)),
            Chapter("refunded", lambda: self._puts(self.kept, self.new, over=True), self._over),
        )

    def tell(self, chapter: Chapter, die_at: Border | None = None) -> bool:
        """Live through a chapter; whether the daemon was killed in it."""
        self.daemon.passed.clear()
        chapter.begins()
        return self.daemon.until(chapter.done, die_at)

    def _puts(self, *numbers: str, over: bool = False) -> None:
        self.platform.put(self.clock, *numbers, over=over)
        self.clock.turn(timedelta(minutes=5))

    def _turn_to(self, **span: float) -> None:
        self.clock.ahead.value = timedelta(**span).total_seconds()

    def _writes(self) -> None:
        self.chat.write(TICKET, self.clock.at, f"Where is it? {self.new} has not moved.")
        self.clock.turn(timedelta(minutes=2))

    # --- what an agent does ----------------------------------------------------------------------

    stopped_at = ""
    """Where in HANDS the agent's command is killed, "" for nowhere."""

    def _answers(self) -> None:
        """An agent approves the letter and sends it; where that is cut off, an agent does what is then said."""
        self._turn_to()
        self.chat.clock = self.clock.at
        assert self._types("drafts", "approve", "1") == 0
        if self.stopped_at:
            self._types("drafts", "send", "1", ambush=Ambush(self.chat.server, *HANDS[self.stopped_at]))
        if self._types("drafts", "send", "1") != 0:
            # Nobody knew whether it had arrived, and the agent has looked.
            assert self.stopped_at
            assert self.chat.notes(TICKET) == []
            assert self._types("drafts", "approve", "1") == 0
            assert self._types("drafts", "send", "1") == 0
        self.clock.turn(timedelta(minutes=2))

    def _types(self, *words: str, ambush: Ambush | None = None) -> int | None:
        hand = get_context("forkserver").Process(target=typed, args=(self.daemon.config, *words), daemon=True)
        hand.start()
        if ambush is not None:
            assert ambush.reached.wait(PATIENCE)
            # Whatever it hears now, it can keep nothing of it.
            with self.store() as store, store.writing():
                ambush.go_on.set()
                assert ambush.over.wait(PATIENCE)
                hand.kill()
                hand.join(PATIENCE)
        hand.join(PATIENCE)
        return hand.exitcode

    # --- what is known ---------------------------------------------------------------------------

    def _value(self, sql: str, *values: object) -> Any:
        with closing(sqlite3.connect(f"file:{self.config.database}?mode=ro", uri=True)) as conn:
            row = conn.execute(sql, values).fetchone()
            return row[0] if row else None

    def _asked(self, *numbers: str) -> bool:
        return bool(
            self._value(
                "SELECT json_group_array(number) FROM (SELECT number FROM parcels WHERE unwatched_at IS NULL "
                "AND confirmed_at IS NOT NULL ORDER BY id)"
            )
            == json.dumps(list(numbers), separators=(",", ":"))
        )

    def _sent(self) -> bool:
        return not self._value("SELECT count(*) FROM alerts WHERE state = 'pending'")

    def _told(self, kind: str, number: str) -> bool:
        return bool(self._value(_CASE, kind, number) == 1 and self._letter(number) == "draft" and self._sent())

    def _letter(self, number: str) -> str:
        return str(self._value(_LETTER, number))

    def _over(self) -> bool:
        watched = self._value("SELECT count(*) FROM parcels WHERE unwatched_at IS NULL")
        return bool(watched == 0 and self._letter(self.kept) == "withdrawn" and self._sent())


_COMPLAINED = "SELECT count(*) FROM complaints"
_CASE = """SELECT count(*) FROM cases c JOIN parcels p ON p.id = c.parcel_id
  WHERE c.kind = ? AND p.number = ? AND c.state = 'open'"""
_LETTER = "SELECT d.state FROM drafts d JOIN parcels p ON p.id = d.parcel_id WHERE p.number = ? ORDER BY d.id DESC"


class Ambush:
    """Lies in wait for the next such request at a server: `how_far` it comes is asked, kept or answered."""

    def __init__(self, server: Server, method: str, how_far: str) -> None:
        self.reached, self.go_on, self.over = threading.Event(), threading.Event(), threading.Event()
        self._method, self._how_far, self._before = method, how_far, server.behaviour
        server.behaviour = self._behave

    async def _behave(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        if hit.method != self._method:
            await self._before(server, hit, writer)
            return
        server.behaviour = self._before
        kept = _Kept()
        if self._how_far != "asked":
            await self._before(server, hit, kept)  # type: ignore[arg-type]
        self.reached.set()
        await asyncio.to_thread(self.go_on.wait, PATIENCE)
        if self._how_far == "answered":
            writer.write(kept.answer)
            await writer.drain()
        self.over.set()
        await server.pause()


class _Kept:
    """Takes an answer that is not sent yet."""

    answer = b""

    def write(self, some: bytes) -> None:
        self.answer += some
