"""What a command works with: the configuration, the database and the time, each fetched when first asked for.

What belongs here: getting hold of things. What is done with them is the commands' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parcelwatch.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.config import Config
    from parcelwatch.core.policy import Policy
    from parcelwatch.store import Store
    from parcelwatch.wording.render import Renderer

_GOES_ON: Final = "{why}; until that is put right, this goes by the file as it was accepted on {at}"


class Desk:
    """One command's surroundings. `named` is the configuration file given on the command line.

    `goes_on`: while that file has a fault, it works by what the daemon accepted last.
    """

    def __init__(self, named: Path | None = None, *, debug: bool = False, goes_on: bool = False) -> None:
        self.named = named
        self.debug = debug
        self._goes_on = goes_on
        self._warned = False

    @cached_property
    def config(self) -> Config:
        """The configuration; accounts are not held against the adapters. Raises ConfigError."""
        from parcelwatch import config

        return self._loaded(config.load)

    @property
    def configured(self) -> bool:
        """Whether a configuration is named or lies in a usual place, whatever is in it."""
        from parcelwatch import config

        try:
            config.find(self.named)
        except ConfigError:
            return False
        return True

    @cached_property
    def whole_config(self) -> Config:
        """The configuration, adapters and their credentials checked too. Raises ConfigError."""
        from parcelwatch import config, couriers, helpdesks, shops

        load = partial(config.load, apis=couriers.apis(), shops=shops.apis(), helpdesks=helpdesks.apis())
        return self._loaded(load)

    def _loaded(self, load: Callable[..., Config]) -> Config:
        from parcelwatch import config

        path = config.find(self.named)
        try:
            return load(path)
        except ConfigError as fault:
            found = self._accepted(path, fault, load) if self._goes_on else None
            if found is None:
                raise
            return found

    def _accepted(self, path: Path, fault: ConfigError, load: Callable[..., Config]) -> Config | None:
        """What was accepted last, said once; None where there is none to go on by. Raises ConfigError."""
        from parcelwatch.cli import output
        from parcelwatch.cli.tongue import Tongue
        from parcelwatch.running import accepted

        try:
            last = accepted.recall(path)
        except ConfigError as unreadable:
            raise ConfigError([*fault.problems, *unreadable.problems]) from None
        try:
            found = load(last.file, kept=last.texts) if last else None
        except ConfigError:  # another version of the program accepted it
            return None
        if last and found and not self._warned:
            self._warned, t = True, Tongue(found.language)
            at = output.moment(last.at, found.timezone)
            output.warn(t(_GOES_ON, why=_first(fault, t), at=at), t("warning: {said}"))
        return found

    @cached_property
    def policy(self) -> Policy:
        """What decides."""
        return self.config.policy()

    @cached_property
    def words(self) -> Renderer:
        """What finds the words agents read."""
        return self.words_in(self.config.timezone)

    def words_in(self, zone: tzinfo, language: str = "", *, private: bool = False) -> Renderer:
        """The same on the clock of another zone; `language`: "" for the agents'."""
        from parcelwatch.wording.render import Renderer

        config = self.config
        return Renderer(
            str(zone),
            language or config.language,
            shop=config.shop,
            apis=config.apis,
            private=private,
            templates=config.templates,
        )

    @cached_property
    def tongue(self) -> Tongue:
        """The words of the commands in the agents' language."""
        from parcelwatch.cli.tongue import Tongue

        return Tongue(self.config.language)

    def voice(self, channel: str) -> Renderer:
        """What finds the words of one channel, in its language and its zone."""
        each = self.config.channels().get(channel)
        return self.words_in(each.timezone, each.language, private=each.private) if each else self.words

    @property
    def now(self) -> datetime:
        from parcelwatch import clock

        return clock.now()

    @contextmanager
    def store(self, *, create: bool = False) -> Iterator[Store]:
        """The configured database, closed afterwards. Raises StoreError when there is none and it may not be made."""
        from parcelwatch.store import Store

        with Store.open(self.config.database, create=create) as store, store.trusted():
            yield store

    def log(self, *, quiet: bool = True) -> None:
        """Have logs go to stderr; `quiet`: warnings and worse only."""
        import logging

        from parcelwatch.cli import logs

        logs.set_up(level=logging.WARNING if quiet else logging.INFO, debug=self.debug)


def _first(fault: ConfigError, t: Tongue) -> str:
    """A fault in one line."""
    first, more = fault.problems[0], len(fault.problems) - 1
    return t.sentence(first) + (f" (+{more})" if more else "")


def known_account(desk: Desk, name: str) -> None:
    """Raise BadInput for a name, if one is given, that is no configured account's."""
    from parcelwatch.core.rows.near import did_you_mean

    known = desk.config.accounts()
    if name and name not in known:
        there = ", ".join(known) or "none"
        raise BadInput(f"no courier account {name[:60]!r}{did_you_mean(name, known)}; configured: {there}")


def asked_account(desk: Desk, store: Store, name: str) -> None:
    """Raise BadInput for the name of an account that is neither configured nor has parcels of former days."""
    from parcelwatch.store import parcels

    if name and next(iter(parcels.rows(store, name)), None) is None:
        known_account(desk, name)
