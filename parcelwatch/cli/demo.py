"""`parcelwatch demo`: the whole job on an embedded world, in seconds, with nothing configured.

What belongs here: setting the stage and driving the engine. Everything else is the real thing: couriers are asked over
HTTP, parcels come in through the import, messages leave through Apprise. What is shown is demo_show.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import Json, command
from parcelwatch.cli.desk import Desk

if TYPE_CHECKING:
    from parcelwatch.cli.demo_show import Show

SHORTEST: Final = 8
LONGEST: Final = 600
_BEFORE: Final = 1.5  # seconds that Python takes to get here, and to leave


def _span(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not SHORTEST <= seconds <= LONGEST:
        raise typer.BadParameter(f"{text[:40]!r} is no time it can take: give {SHORTEST} to {LONGEST} seconds")
    return seconds


def _spoken(text: str) -> str:
    from parcelwatch.core.rows.near import did_you_mean
    from parcelwatch.words import languages

    known = languages("agents")
    if text not in known:
        meant = did_you_mean(text, known)
        raise typer.BadParameter(f"{text[:40]!r} is none of the agents' languages{meant}: {', '.join(known)}")
    return text


def register(app: typer.Typer) -> None:
    """Add `demo` to the program."""
    command(app, "demo", "demo", "demo --language zh-CN", "demo --seconds 12 --json")(demo)


def demo(
    desk: Desk,  # noqa: ARG001 - every command has one
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", parser=_span, help="When it ends at the latest.")
    ] = 20,
    language: Annotated[
        str, typer.Option("--language", metavar="LANG", parser=_spoken, help="The agents' language: en or zh-CN.")
    ] = "en",
    as_json: Json = False,
) -> None:
    """Watch the whole job on an embedded world.

    Three couriers are played on this machine, 120 parcels of a small shop are imported and watched; alerts and customer
    drafts are shown as they come. Needs no configuration and no network, keeps nothing, ends by itself.
    """
    import time

    started = time.monotonic()
    import signal

    from parcelwatch.cli import output
    from parcelwatch.cli.demo_show import Show
    from parcelwatch.cli.tongue import Tongue

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    show = Show(started, Tongue(language), quiet=as_json)
    show.opening(seconds)
    result = _played(show, started, seconds, language)
    if as_json:
        output.emit(result)
        return
    show.summary(result)


def _played(show: Show, started: float, seconds: float, language: str) -> dict[str, Any]:
    """What the demonstration comes to."""
    # The greatest part of the program comes with it: something is to be seen meanwhile.
    import asyncio
    import tempfile
    import time
    from pathlib import Path

    from parcelwatch.cli.demo_stage import Stage

    with (
        tempfile.TemporaryDirectory(prefix="parcelwatch-demo-", ignore_cleanup_errors=True) as folder,
        Stage(Path(folder), started + seconds - _BEFORE, language) as stage,
    ):
        asyncio.run(stage.play(show))
        return {**stage.outcome(), "seconds": round(time.monotonic() - started, 1)}
