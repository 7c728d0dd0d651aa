"""`parcelwatch helpdesks …`: the helpdesks that are heard, whether they answer, and what their tickets are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command, group
from parcelwatch.cli.configured import require_configured
from parcelwatch.cli.desk import Desk

if TYPE_CHECKING:
    from parcelwatch.ticketing.counters import Counter

app = group("The helpdesks that are heard, whether they answer, and what their tickets are about.")

Helpdesk = Annotated[str, typer.Argument(metavar="HELPDESK", help="The name of a [helpdesks.NAME] table.")]
AnyHelpdesk = Annotated[str, typer.Argument(metavar="[HELPDESK]", help="Only this one.")]


@command(app, "list", "helpdesks list", "helpdesks list --all", "helpdesks list --json")
def list_all(
    desk: Desk,
    every: Annotated[bool, typer.Option("--all", help="The platforms that can be heard, too.")] = False,
    as_json: Json = False,
) -> None:
    """List the helpdesks: how far each was read, and how many of its tickets are about parcels."""
    from parcelwatch.cli import output, ticketing

    rows = ticketing.rows(desk) if desk.configured or not every else []
    platforms = ticketing.platforms() if every else []
    if as_json:
        output.emit({"helpdesks": rows, "platforms": platforms} if every else rows)
    else:
        ticketing.print_rows(desk, rows, platforms)


@command(app, "show", "helpdesks show zendesk", "helpdesks show zendesk --json")
def show_one(
    desk: Desk,  # noqa: ARG001 - every command takes it
    api: Annotated[str, typer.Argument(metavar="API", help="A platform of `helpdesks list --all`.")],
    as_json: Json = False,
) -> None:
    """Show what a platform wants, and the table to paste; of one that is declared in TOML, the declaration."""
    from parcelwatch.cli import output, platforms, ticketing

    platform = platforms.one("helpdesks", ticketing.platforms(), api)
    if as_json:
        output.emit(platform)
    else:
        platforms.show("helpdesks", platform)


@command(app, "check", "helpdesks check", "helpdesks check my_desk")
def check(desk: Desk, helpdesk: AnyHelpdesk = "", as_json: Json = False) -> None:
    """See that credentials and addresses work.

    Asks every helpdesk, or one, for what changed within the last hour; keeps nothing, writes nothing.
    """
    from parcelwatch.cli import keeping, ticketing

    checked = [ticketing.checked(desk, counter) for counter in _counters(desk, helpdesk)]
    keeping.show_checked("helpdesk", checked, as_json=as_json)


@command(app, "try", "helpdesks try my_desk", "helpdesks try my_desk 4711 --json")
def try_out(
    desk: Desk,
    helpdesk: Helpdesk,
    ticket: Annotated[str, typer.Argument(metavar="[TICKET]", help="This ticket; else what changed lately.")] = "",
    as_json: Json = False,
) -> None:
    """Show what a helpdesk tells of a ticket, and which parcels it is found to be about; keeps nothing."""
    from parcelwatch.cli import output, ticketing

    (counter,) = _counters(desk, helpdesk)
    found = ticketing.tried(desk, counter, ticket)
    if as_json:
        output.emit(found)
    else:
        ticketing.print_tried(found)
    if ticket and not found:
        raise NeedsAttention(f"{helpdesk} has no ticket {ticket[:60]!r}")


def _counters(desk: Desk, helpdesk: str) -> list[Counter]:
    from parcelwatch.ticketing.counters import counters

    config = desk.whole_config
    require_configured(desk, "helpdesk", config.helpdesks(), helpdesk)
    return counters(config, desk.policy, only=helpdesk)
