"""The daemon's lives as its parent sees them: where each stands, and where it is killed.

What belongs here: beginning a life, letting it pass border after border, and ending it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from tests.acceptance.border import QUIET, Turned, live
from tests.servers import PATIENCE

REST = 30
"""So many pieces of work without anything written, one after the other, and nothing is on its way any more."""


FOR_EVER = 100 * REST
"""After so many nothing is coming any more."""


class Border(NamedTuple):
    """A border, passed for the nth time in a chapter."""

    where: str
    nth: int = 1

    def __str__(self) -> str:
        return self.where if self.nth == 1 else f"{self.where} ({self.nth})"


class Daemon:
    """The daemon as its parent sees it: lives that follow one another on one database."""

    def __init__(self, config: Path, clock: Turned, pause: timedelta) -> None:
        """`pause`: how long it stays dead."""
        self.config, self._clock, self._pause = config, clock, pause
        self._life: BaseProcess | None = None
        self._line: Connection | None = None
        self._waits = False
        self.passed: list[Border] = []

    def until(self, done: Callable[[], bool], die_at: Border | None = None) -> bool:
        """Let it work until all is done and it has come to rest; killed at a border on the way, if that is given.

        Whether it was killed.
        """
        times: Counter[str] = Counter()
        killed, quiet = False, 0
        while quiet < REST or not done():
            said = self._hear()
            quiet = quiet + 1 if said == QUIET else 0
            assert quiet < FOR_EVER, "it has come to rest, and all is not done"
            if said == QUIET:
                continue
            times[said] += 1
            self.passed.append(Border(said, times[said]))
            if not killed and self.passed[-1] == die_at:
                self.kill()
                self._clock.turn(self._pause)
                killed, quiet = True, 0
        return killed

    def _hear(self) -> str:
        if self._life is None:
            self._begin()
        assert self._line is not None
        if self._waits:
            self._line.send(None)
            self._waits = False
        assert self._line.poll(PATIENCE), "it stands still"
        border = str(self._line.recv())
        self._waits = True
        return border

    def _begin(self) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload(["tests.acceptance.warm"])
        self._line, theirs = context.Pipe()
        self._life = context.Process(target=live, args=(self.config, self._clock, theirs), daemon=True)
        self._life.start()
        theirs.close()
        self._waits = False

    def kill(self) -> None:
        """SIGKILL, wherever it stands."""
        assert self._life is not None
        self._life.kill()
        self._leave(-9)

    def stop(self) -> None:
        """SIGTERM, and let it end in good order."""
        if self._life is None:
            return
        self._life.terminate()
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            while True:
                self._hear()
        self._leave(0)

    def _leave(self, code: int) -> None:
        assert self._life is not None
        assert self._line is not None
        self._life.join(PATIENCE)
        assert self._life.exitcode == code
        self._line.close()
        self._life = self._line = None
