"""`parcelwatch reload`: the running daemon takes over the edited configuration."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import ConfigError

if TYPE_CHECKING:
    from parcelwatch.store import Store
    from parcelwatch.store.service import Service

PATIENCE: Final = 60.0  # seconds for the daemon's answer
_STEP: Final = 0.05


def register(app: typer.Typer) -> None:
    """Add `reload` to the program."""
    command(app, "reload", "reload", "reload --json")(reload)


def reload(desk: Desk, as_json: Json = False) -> None:
    """Have the running daemon take over the edited configuration.

    Whole or not at all: a file with a fault is refused (exit 78), and the daemon goes on with the one it has. Says what
    changed. The database and the address it listens on can only be changed by a restart; so can the service's
    credentials.
    """
    from parcelwatch.cli import output

    config = desk.whole_config
    for warning in config.warnings:
        output.warn(warning)
    with desk.store() as store:
        before = _daemon(store)
        _signal(before.pid)
        after = _answer(store, before)
    if after.refused:
        raise ConfigError([f"the daemon refused the configuration and goes on with the one it has: {after.refused}"])
    if as_json:
        output.emit(_document(after))
        return
    for change in after.changes:
        output.say(f"- {output.safe(change)}")
    output.say("The daemon runs it now." if after.changes else "Nothing in it has changed.")


def _daemon(store: Store) -> Service:
    """The daemon that runs. Raises NeedsAttention when there is none that could be told."""
    from parcelwatch.store import service

    pid, known = service.holder(store.path), service.standing(store)
    if pid is None:
        raise NeedsAttention("no daemon is running: `parcelwatch run` starts with the configuration as it is now")
    if pid == 0:
        raise NeedsAttention(
            "the daemon cannot be told from here: it runs in another container, where this command can reach it; if it "
            "is an older parcelwatch, restart it"
        )
    if known is None or known.pid != pid:
        raise NeedsAttention(
            f"process {pid} holds the database and is no daemon that could be told: if it is `parcelwatch once`, wait "
            "for its end; if it is an older parcelwatch, restart it"
        )
    return known


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGHUP)
    except PermissionError:
        raise NeedsAttention(f"this user may not signal process {pid}: run it with sudo") from None
    except ProcessLookupError:
        raise NeedsAttention(f"process {pid} cannot be reached from here: does it run in a container?") from None


def _answer(store: Store, before: Service) -> Service:
    from parcelwatch.store import service

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        known = service.standing(store)
        if known is not None and (known.answers, known.started_at) != (before.answers, before.started_at):
            return known
        time.sleep(_STEP)
    raise NeedsAttention(f"the daemon has not answered for {PATIENCE:.0f} s: see its log (`journalctl -u parcelwatch`)")


def _document(after: Service) -> Mapping[str, object]:
    from parcelwatch.cli import output

    return {"loaded_at": output.stamp(after.loaded_at), "changes": list(after.changes)}
