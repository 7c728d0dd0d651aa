"""Drafts named one by one, or all about the parcels of an incident: which are meant, and telling what became of many.

What belongs here: what commands over many drafts share. What is done to one is drafts.py's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import NeedsAttention, draft_id
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.alike import Common
    from parcelwatch.cli.desk import Desk
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.store import Store

SomeDrafts = Annotated[
    list[int] | None,
    typer.Argument(metavar="[ID…]", parser=draft_id, help="Numbers of drafts, as in `drafts list`."),
]
Incident = Annotated[
    int | None, typer.Option("--incident", metavar="ID", min=1, help="All about the parcels of this incident.")
]

_AT_ONCE: Final = 100
"""Moves that share a transaction: each of its own would wait for the disk."""


def meant(desk: Desk, ids: list[int] | None, incident: int | None, *states: str) -> list[int]:
    """The drafts that were named, or those of an incident that are in one of these states.

    Raises BadInput, NotFound, and NeedsAttention where there are none.
    """
    from parcelwatch.store import incidents

    if bool(ids) is (incident is not None):
        raise BadInput("name drafts or an incident, one of the two: 4 5 6, or --incident 3")
    if incident is None:
        return list(dict.fromkeys(ids or ()))
    with desk.store() as store:
        incidents.one(store, incident)
        found = incidents.letters(store, incident, *states)
    if not found:
        what = " or ".join(states)
        raise NeedsAttention(
            f"incident {incident} has no letters in state {what}: `parcelwatch drafts list --incident {incident}`"
        )
    return found


def one_or_incident(draft: int | None, incident: int | None) -> int | None:
    """The draft that was named, None for those of an incident. Raises BadInput for both or none."""
    if (draft is None) is (incident is None):
        raise BadInput("name a draft or an incident, one of the two: 4, or --incident 3")
    return draft


def texts(desk: Desk, incident: int) -> list[Common]:
    """The common texts of the letters of an incident that wait, approved or not. Raises NeedsAttention for none."""
    from parcelwatch.alike import common
    from parcelwatch.store import drafts

    ids = meant(desk, None, incident, "draft", "approved")
    with desk.store() as store:
        return common((drafts.one(store, draft)[1] for draft in ids), desk.words)


def show(desk: Desk, incident: int, *, as_json: bool) -> None:
    """Each text once, with how many letters say it."""
    from parcelwatch import shapes
    from parcelwatch.cli import output

    found = texts(desk, incident)
    if as_json:
        output.emit_list([shapes.text(each) for each in found])
        return
    t = desk.tongue
    for each in found:
        like = t("{count}, such as draft {draft}", count=len(each.letters), draft=min(each.letters))
        letters = t("{what} ({how})", what=like, how=each.language)
        output.pairs([(t("letters"), letters), (t("subject"), each.letter.subject)])
        output.say()
        output.say(each.letter.body)
        output.say()
    output.say(t("What is in braces is each customer's own."))


def in_turn(store: Store, ids: Sequence[int], what: str) -> Iterator[int]:
    """Each of them, many to a transaction, with a bar on stderr for whoever watches."""
    import sys

    from rich.progress import track

    from parcelwatch.cli import output

    err = output.console(sys.stderr)
    hidden = not err.is_terminal or len(ids) < _AT_ONCE
    starts = range(0, len(ids), _AT_ONCE)
    for start in track(starts, what, console=err, transient=True, disable=hidden):
        with store.joined():
            yield from ids[start : start + _AT_ONCE]


def summary(incident: int, moved: Sequence[Mapping[str, Any]], t: Tongue) -> str:
    """What became of the letters of an incident, in a line."""
    counted = Counter(str(one["state"]) for one in moved)
    said = t.listed(t("{count} {state}", count=count, state=t(state)) for state, count in counted.most_common())
    return t("Letters of incident {incident}: {said}.", incident=incident, said=said)
