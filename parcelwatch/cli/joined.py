"""Drafts that make one letter, on the command line: what became of all of it, whichever of them was named.

What belongs here: saying so. What makes one letter is core.joint's; what is done to it, drafts.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from parcelwatch.cli.batches import Lot
    from parcelwatch.cli.desk import Desk
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.store import Store


def standing(store: Store, draft: int) -> dict[int, str]:
    """Every draft that waits for the customers of the order of this one, itself among them, with its state."""
    from parcelwatch.store import drafts

    own = drafts.one(store, draft)[1]
    return {one.id or draft: one.state for one in (own, *drafts.beside(store, draft))}


def changed(store: Store, before: Mapping[int, str]) -> list[int]:
    """Those that stand otherwise by now."""
    from parcelwatch.store import drafts

    return [one for one, state in before.items() if drafts.one(store, one)[1].state != state]


_SHOWN: Final = 4
"""Numbers of one letter in a row of a table."""


def numbers(row: Mapping[str, Any]) -> str:
    """The number of a draft as in `drafts list`, before those that go out with it."""
    others = [str(one) for one in row["letter"] if one != row["id"]]
    return "+".join((str(row["id"]), *others[: _SHOWN - 1])) + ("+…" if len(others) >= _SHOWN else "")


def state(row: Mapping[str, Any]) -> str:
    """How a draft stands to whoever is to send it: an agent's yes to another letter is none to this one."""
    return "draft" if outgrown(row) else str(row["state"])


def outgrown(row: Mapping[str, Any]) -> bool:
    """Whether it was approved before its letter said all that it says now."""
    return row["state"] == "approved" and not row["ready"]


def to_read(desk: Desk, lot: Lot) -> list[int]:
    """The drafts of a lot that wait for an agent's yes, also those whose letter has changed since they had one."""
    from parcelwatch import shapes
    from parcelwatch.core.joint import approved

    with desk.store() as store:
        found = lot.ids(store, "draft", "approved")
        return [one for one in found if not approved(shapes.letter(store, one, desk.words))]


def now(shown: Mapping[str, Any], t: Tongue) -> str:
    """Which draft it is, and its state; why, where nobody wanted it so."""
    kind, state = t.kind(shown["kind"]), t(shown["state"])
    answer = "Draft {draft} ({kind} of {number}) is {state}."
    said = t(answer, draft=shown["id"], kind=kind, number=shown["number"], state=state)
    return t("{said} {why}.", said=said, why=why) if (why := _why(shown)) else said


def _why(shown: Mapping[str, Any]) -> str:
    from parcelwatch.cli.output import worded

    last = shown["events"][-1] if shown["events"] else None
    return worded(last["why"]) if last and last["after"] == shown["state"] else ""


def say(drafts: Iterable[Mapping[str, Any]], t: Tongue) -> None:
    """A line for each of them."""
    from parcelwatch.cli import output

    for shown in drafts:
        output.say(now(shown, t))


def say_together(moved: Iterable[Mapping[str, Any]], t: Tongue) -> None:
    """Which of them go out as one letter, a line for each letter that says several."""
    from parcelwatch.cli import output

    for letter in dict.fromkeys(tuple(one["drafts"]) for one in moved):
        if len(letter) > 1:
            output.say(t("{drafts} go out as one letter.", drafts=named(letter)))


def warn_of_unread(desk: Desk, store: Store, draft: int) -> None:
    """Say which drafts of its letter have joined it since it was last shown: an agent's yes is to them, too."""
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.core.joint import unread

    t = desk.tongue
    if new := unread(shapes.letter(store, draft, desk.words)):
        said = (
            "the letter of draft {draft} was last shown without {others}, approved with it now: "
            "`parcelwatch drafts show {draft}`"
        )
        output.warn(t(said, draft=draft, others=named(new)), t("warning: {said}"))


def named(drafts: Iterable[int]) -> str:
    """Drafts as they are called elsewhere, too."""
    return "+".join(f"D{one}" for one in sorted(drafts))
