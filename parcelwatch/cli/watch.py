"""`parcelwatch run` and `parcelwatch once`: the daemon, and one pass without it."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.config import Config
    from parcelwatch.running.engine import Passed


def register(app: typer.Typer) -> None:
    """Add `run` and `once` to the program."""
    command(app, "run", "run --config /etc/parcelwatch/config.toml")(run)
    command(app, "once", "once", "once --for 5m --json")(once)


def run(desk: Desk) -> None:
    """Watch until told to stop.

    Asks couriers, decides, tells agents, until Ctrl-C or SIGTERM.
    """
    from parcelwatch.cli import output
    from parcelwatch.running import daemon

    config = _warned(desk)
    desk.log(quiet=False)
    if sys.stderr.isatty():
        names = ", ".join(config.accounts()) or "no courier"
        output.note(f"Watching with {names}; the database is {config.database}. Ctrl-C stops in good order.")
    code = daemon.run(config, os.environ)
    if code:
        raise typer.Exit(code)


def once(
    desk: Desk,
    patience: Annotated[str, typer.Option("--for", metavar="DURATION", help="How long to wait for the pace.")] = "60s",
    as_json: Json = False,
) -> None:
    """Make one pass: ask, decide, deliver.

    Asks all that is due, waiting for the pace; exit 1 if something due was left, unanswered or undelivered.
    """
    import asyncio

    from parcelwatch.cli import output
    from parcelwatch.core.timekeeping.jumps import plausible

    span = _span(patience)
    if not plausible(desk.now):
        raise NeedsAttention(f"the clock says {desk.now:%Y-%m-%d}: set it (timedatectl), then run again")
    config = _warned(desk)
    passed = asyncio.run(_pass(desk, config, span))
    if as_json:
        output.emit(passed.as_dict())
    else:
        _print(passed, desk.tongue)
    if not passed.clean:
        raise NeedsAttention(_left_over(passed, desk.tongue))


def _span(text: str) -> timedelta:
    from parcelwatch.duration import parse

    try:
        return parse(text).natural()
    except ValueError as error:
        raise BadInput(f"--for: {error}") from None


def _warned(desk: Desk) -> Config:
    from parcelwatch.cli import output

    config = desk.whole_config
    for warning in config.warnings:
        output.warn(warning)
    return config


async def _pass(desk: Desk, config: Config, patience: timedelta) -> Passed:
    from parcelwatch.running import accepted, engine

    parts = engine.build(config)
    try:
        accepted.keep(config)
        await parts.start(desk.now)
        return await parts.once(desk.now, patience)
    finally:
        await parts.close()


def _print(passed: Passed, t: Tongue) -> None:
    from parcelwatch.cli import output

    said = {
        "parcels": t.count(passed.polled, "parcel"),
        "cases": t.count(passed.opened, "case"),
        "resolved": passed.resolved,
        "sent": _sent(passed, t),
    }
    output.say(t("{parcels} answered for, {cases} opened, {resolved} resolved, {sent}.", **said))
    if passed.opened:
        output.note(t("`parcelwatch cases list --state open` shows what is wrong."), "dim")


def _sent(passed: Passed, t: Tongue) -> str:
    """What went out: a digest is one message of several alerts."""
    alerts = t.count(passed.sent, "alert")
    if not passed.messages:
        return t("{alerts} sent", alerts=alerts)
    return t("{alerts} sent in {messages}", alerts=alerts, messages=t.count(passed.messages, "message"))


LEFT: Final = {
    "left": "{count} due but not asked in time: the pace allows no more, see `parcelwatch couriers list`, or --for",
    "unanswered": "{count} asked in vain: see `parcelwatch couriers list`",
    "failed": "{count} failed in our own code and set aside for an hour: see the log above",
}
"""What a pass may leave, by the name of its count."""


def _left_over(passed: Passed, t: Tongue) -> str:
    parts = [t(said, count=count) for name, said in LEFT.items() if (count := getattr(passed, name))]
    if passed.undelivered:
        alerts, failed = t.count(passed.undelivered, "alert"), t.count(passed.messages_failed, "message")
        if passed.messages_failed:
            said = "{alerts} not delivered ({messages} failed): see `parcelwatch alerts list`"
            parts.append(t(said, alerts=alerts, messages=failed))
        else:
            parts.append(t("{alerts} not delivered: see `parcelwatch alerts list`", alerts=alerts))
    return t("; ").join(parts)
