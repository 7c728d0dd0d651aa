"""Drafts named one by one, or many at once, an incident's or a kind's: which are meant, and what became of them.

What belongs here: what commands over many drafts share. What is done to one is drafts.py's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import NeedsAttention, draft_id
from parcelwatch.cli.typed import one_of
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.desk import Desk
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.model import Draft
    from parcelwatch.store import Store
    from parcelwatch.wording.alike import Common

SomeDrafts = Annotated[
    list[int] | None,
    typer.Argument(metavar="[ID…]", parser=draft_id, help="Numbers of drafts, as in `drafts list`."),
]
Incident = Annotated[
    int | None, typer.Option("--incident", metavar="ID", min=1, help="All about the parcels of this incident.")
]

OfKind = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="All of this kind, such as stalled; peak: what announces a peak.")
]

_AT_ONCE: Final = 100
"""Moves that share a transaction: each of its own would wait for the disk."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Many drafts at once: those about the parcels of an incident, or those of a kind; neither for none.

    Raises BadInput for both, and for a kind that no letter is of.
    """

    incident: int | None = None
    kind: str = ""

    def __post_init__(self) -> None:
        from parcelwatch.core.drafts import PEAK
        from parcelwatch.core.kinds import LETTERS

        one_of("kind", self.kind, [*LETTERS, PEAK])
        if self.incident is not None and self.kind:
            raise BadInput("name an incident or a kind, one of the two: --incident 3, or --kind stalled")

    def __bool__(self) -> bool:
        return self.incident is not None or bool(self.kind)

    @property
    def option(self) -> str:
        """How it is named on the command line."""
        return f"--incident {self.incident}" if self.incident is not None else f"--kind {self.kind}"

    def ids(self, store: Store, *states: str) -> list[int]:
        """Its drafts in one of these states. Raises NotFound for an incident there is not."""
        from parcelwatch.store import drafts, incidents

        if self.incident is None:
            return [row["id"] for state in states for row in drafts.rows(store, state, kind=self.kind)]
        incidents.one(store, self.incident)
        return incidents.letters(store, self.incident, *states)


def meant(desk: Desk, ids: list[int] | None, lot: Lot, *states: str) -> list[int]:
    """The drafts that were named, or those of a lot that are in one of these states.

    Raises BadInput, NotFound, and NeedsAttention where there are none.
    """
    if bool(ids) is bool(lot):
        raise BadInput("name drafts, an incident or a kind, one of them: 4 5 6, --incident 3, or --kind stalled")
    if not lot:
        return list(dict.fromkeys(ids or ()))
    with desk.store() as store:
        found = lot.ids(store, *states)
    if not found:
        what = " or ".join(states)
        raise NeedsAttention(f"there are no letters in state {what}: `parcelwatch drafts list {lot.option}`")
    return found


def one_or_lot(draft: int | None, lot: Lot) -> int | None:
    """The draft that was named, None for those of a lot. Raises BadInput for both or none."""
    if (draft is None) is not bool(lot):
        raise BadInput("name a draft, an incident or a kind, one of them: 4, --incident 3, or --kind stalled")
    return draft


def texts(desk: Desk, lot: Lot) -> list[Common]:
    """The common texts of the letters of a lot that wait, approved or not. Raises NeedsAttention for none."""
    from parcelwatch import shapes
    from parcelwatch.wording.alike import common

    ids = meant(desk, None, lot, "draft", "approved")
    with desk.store() as store:
        letters = [shapes.letter(store, draft, desk.words) for draft in ids]
    alone = [letter[0] for letter in letters if len(letter) == 1]
    # What says more than one thing to its customer has a text of its own.
    joint = {letter[0].id: letter for letter in letters if len(letter) > 1}
    own = [_of_several(each, desk) for each in joint.values()]
    return [*common(alone, desk.words), *own]


def _of_several(letter: Sequence[Draft], desk: Desk) -> Common:
    from parcelwatch.wording.alike import Common

    first, *beside = (one.id or 0 for one in letter)
    return Common(letter[0].language, desk.words.whole(letter), {first: {}}, frozenset(beside))


def show(desk: Desk, lot: Lot, *, as_json: bool) -> None:
    """Each text once, with how many letters say it."""
    from parcelwatch import shapes
    from parcelwatch.cli import output

    found = texts(desk, lot)
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


def summary(lot: Lot, moved: Sequence[Mapping[str, Any]], t: Tongue) -> str:
    """What became of the letters of a lot, in a line."""
    counted = Counter(str(one["state"]) for one in moved)
    said = t.listed(t("{count} {state}", count=count, state=t(state)) for state, count in counted.most_common())
    if lot.incident is not None:
        return t("Letters of incident {incident}: {said}.", incident=lot.incident, said=said)
    return t("Letters of kind {kind}: {said}.", kind=t.kind(lot.kind), said=said)
