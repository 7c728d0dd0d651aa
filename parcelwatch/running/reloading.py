"""An edited configuration taken over while everything runs: whole, or not at all.

What belongs here: reading the file again, what only a restart can change, and in which order the parts are swapped.
All that can fail comes before anything is changed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Concatenate, Final, ParamSpec

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from parcelwatch import __version__, config, couriers, helpdesks, shops, web
from parcelwatch.config import Config
from parcelwatch.core.messaging.links import Linking
from parcelwatch.errors import ConfigError, ParcelwatchError, StoreError
from parcelwatch.running import accepted, doors, making
from parcelwatch.running.engine import Engine
from parcelwatch.running.making import Parts
from parcelwatch.store import Store, service

log = structlog.get_logger()

P = ParamSpec("P")

_NEVER: Final = "can only be changed by a restart; nothing of the file was taken over"


class Reloader:
    """The configuration that runs, with what it made, and the way to another.

    `server`, `watching`: what answers on `listen`, and to whoever asks how we are, once there is somebody to answer.
    """

    def __init__(self, running: Config, made: Parts, engine: Engine, now: Callable[[], datetime]) -> None:
        self.config = running
        self.refused = ""
        self._made = made
        self._engine = engine
        self.server: web.Server | None = None
        self.watching: tuple[BaseRoute, ...] = ()
        self._now = now

    async def begin(self) -> None:
        """Say which configuration runs, and keep it for those who ask while the file is edited."""
        await asyncio.to_thread(accepted.keep, self.config)
        mark = config.fingerprint(self.config)
        path = str(self.config.path.absolute())
        await self._note(service.started, os.getpid(), __version__, path, mark, self._now())

    async def reload(self) -> list[str] | None:
        """Take over the file as it is now: what changed, or None when it was refused and the old one holds."""
        try:
            fresh, made, links, app = await asyncio.to_thread(self._read)
            await self._engine.swap(made, links, self._now())
        except ParcelwatchError as error:
            problems = error.problems if isinstance(error, ConfigError) else [str(error)]
            log.error("the configuration was refused, the old one goes on", problems=problems)  # noqa: TRY400
            await self._refuse(str(error))
            return None
        except Exception as error:
            log.exception("a bug of ours kept the configuration from being taken over, the old one goes on")
            await self._refuse(f"a bug of ours ({type(error).__name__}): see the log")
            return None
        if self.server is not None and app is not None:
            self.server.swap(app)
        changes = _changes(self.config, fresh, self._made, made)
        self.config, self._made, self.refused = fresh, made, ""
        for warning in fresh.warnings:
            log.warning("configuration", warning=warning)
        log.info("configuration reloaded", changes=changes or "none")
        await asyncio.to_thread(accepted.keep, fresh)
        mark = config.fingerprint(fresh)
        await self._note(service.reloaded, mark, changes, self._now())
        return changes

    def _read(self) -> tuple[Config, Parts, Linking | None, Starlette | None]:
        """All that the file makes. Raises ConfigError, StoreError."""
        fresh = config.load(self.config.path, apis=couriers.apis(), shops=shops.apis(), helpdesks=helpdesks.apis())
        making.require_couriers(fresh)
        if problems := list(_fixed(self.config, fresh)):
            raise ConfigError(problems)
        made = making.parts(fresh)
        links = making.linking(fresh)
        writer = self._engine.writer
        app = (
            doors.application(fresh, made.posts, made.policy, writer, self._now, self.watching) if self.server else None
        )
        return fresh, made, links, app

    async def _refuse(self, why: str) -> None:
        self.refused = why
        await self._note(service.refused, why, self._now())

    async def _note(self, write: Callable[Concatenate[Store, P], None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell those who look from outside; what was done is done all the same."""
        try:
            await self._engine.writer.run(_write, write, *args, **kwargs)
        except StoreError as error:
            log.warning("what came of the reload was not noted", error=str(error))


def _fixed(before: Config, after: Config) -> Iterator[str]:
    """What cannot be changed while it runs."""
    if before.database != after.database:
        yield f"{after.path}: [service] database {_NEVER}"
    if before.proxy != after.proxy:
        yield f"{after.path}: [service] proxy {_NEVER}"
    if before.listen != after.listen:
        yield f"{after.path}: [service] listen {_NEVER}"


def _changes(before: Config, after: Config, was: Parts, made: Parts) -> list[str]:
    """What is another: values, and of secrets and own letters that are where they were what they say."""
    said = config.changes(before, after)
    renewed = (name for name, digest in made.secrets.items() if was.secrets.get(name, digest) != digest)
    said += [f"{name}: a secret is another" for name in renewed if not any(name in line for line in said)]
    return said + (list(_reworded(was.letters, made.letters)) if before.templates == after.templates else [])


def _reworded(was: Mapping[str, str], made: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({**was, **made}):
        if was.get(name) != made.get(name):
            what = "added" if name not in was else "removed" if name not in made else "read anew"
            yield f"drafts.templates: {name}: {what}"


def _write(store: Store, write: Callable[Concatenate[Store, P], None], /, *args: P.args, **kwargs: P.kwargs) -> None:
    with store.transaction():
        write(store, *args, **kwargs)
