"""`parcelwatch drafts announce`: letters about a peak that is coming, to everybody who waits for a parcel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from parcelwatch.cli.base import Json, command
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.drafts import app
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.model import Announced


@command(app, "announce", 'drafts announce "Double 11"')
def announce(
    desk: Desk,
    peak: Annotated[str, typer.Argument(metavar="PEAK", help="The name of one of the [[peaks]].")],
    as_json: Json = False,
) -> None:
    """Write to the customers of every order on the road that a peak is coming.

    Drafts, one an order and once for each peak, to be approved like all others.
    """
    from parcelwatch.cli import output
    from parcelwatch.verbs import letters

    event, country = _announcement(desk, peak)
    with desk.store() as store:
        made = letters.announce(store, event, desk.policy, desk.now, country=country)
    if as_json:
        output.emit({"peak": peak, "drafts": made.written, "left_out": made.left_out})
        return
    t = desk.tongue
    drafts = t.count(made.written, "draft")
    output.say(t("Wrote {drafts}; `parcelwatch drafts list --state draft` shows them.", drafts=drafts))
    if made.left_out:
        reasons = [t(LEFT_OUT[why], count=count) for why, count in made.left_out.items()]
        output.say(t("Orders on the road that get none: {reasons}.", reasons=t("; ").join(reasons)))


LEFT_OUT = {
    "troubled": "{count} in trouble, whose customers hear of that",
    "announced": "{count} that were told of it before",
    "elsewhere": "{count} that neither come from there nor go there",
    "over": "{count} that have arrived meanwhile",
}


def _announcement(desk: Desk, name: str) -> tuple[Announced, str]:
    """The next time a peak comes about, or the one that is on; and where."""
    from datetime import UTC, datetime, time

    from parcelwatch.core.timekeeping.calendar import Dates
    from parcelwatch.model import Announced

    today = desk.now.astimezone(desk.config.timezone).date()
    for one in desk.config.file.peaks:
        if one.name.casefold() == name.strip().casefold():
            coming = [days for days in Dates(one.from_, one.to).near(today.year) if days[1] >= today]
            if not coming:
                raise BadInput(f'the peak "{one.name}" is over')
            # Noon, so that it is the same day to customers elsewhere.
            first, last = (datetime.combine(day, time(12), UTC) for day in min(coming))
            return Announced(one.name, first, last), one.country
    known = ", ".join(f'"{one.name}"' for one in desk.config.file.peaks) or "none: write one as [[peaks]]"
    raise BadInput(f'no peak is called "{name[:60]}"; there are {known}')
