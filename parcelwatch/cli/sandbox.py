"""`parcelwatch sandbox`: a courier to point an account at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcelwatch.cli.base import command
from parcelwatch.cli.desk import Desk


def register(app: typer.Typer) -> None:
    """Add `sandbox` to the program."""
    command(app, "sandbox", "sandbox --api dhl", "sandbox --api kuaidi100 --port 8100 --story story.toml")(sandbox)


def sandbox(
    desk: Desk,  # noqa: ARG001 - every command has one
    api: Annotated[str, typer.Option("--api", help="17track, dhl or kuaidi100.")] = "dhl",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    story: Annotated[Path | None, typer.Option("--story", metavar="FILE", help="What happens to its parcels.")] = None,
) -> None:
    """Run a courier on this machine.

    It speaks a real API's wire format and prints what to put into config.toml.
    The README has the format of stories.
    """
    from parcelwatch.sandbox.server import serve

    serve(api, port, story, echo=lambda line: print(line, flush=True))
