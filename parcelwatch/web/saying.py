"""What the page of a link says: from what a token leads to, and what was done, to words.

What belongs here: choosing words. Before anything is done the page tells no more than severity, kind and case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from parcelwatch.core.messaging.links import Ended, Item, Verb
from parcelwatch.verbs.links import ALL, UNDO, Came, Looked, Outcome
from parcelwatch.wording.pages import Page, Row, labels, words

MOST: Final = 50
"""Cases a page lists; the rest is left to the command line."""

_TO_ALL: Final = (Verb.ACK, Verb.SNOOZE)


def looked(seen: Looked, language: str, zone: ZoneInfo) -> Page:
    """The page of a link, with what was just done if something was."""
    if seen.link is None:
        return trouble("ended", seen.ended or Ended.UNKNOWN, language)
    said = words(language)
    outcomes = {one.item.id: one for one in seen.outcomes}
    items = sorted(seen.link.items, key=lambda item: item.id not in outcomes) if outcomes else seen.link.items
    rows = [_row(item, outcomes.get(item.id), seen, language, zone) for item in items[:MOST]]
    useful = not outcomes and any(item.ended is None for item in items)
    notices = [said["nothing_sent"] if seen.person else said["type_it"]] if useful else []
    left = len(items) - MOST
    if len(items) > 1 and not outcomes:
        rows.insert(0, _all(items, seen, language))
    more = said["more"].format(count=left) if left > 0 else ""
    return Page(rows[0].case, tuple(notices), tuple(rows), more)


def trouble(table: str, what: str, language: str) -> Page:
    """Why nothing was done: a table of the link's words, and a word in it."""
    said = words(language)
    return Page(said["trouble"]["title"], (said[table][what],))


def _row(item: Item, outcome: Outcome | None, seen: Looked, language: str, zone: ZoneInfo) -> Row:
    said, names = words(language), labels(language)
    verbs = _left(item, seen)
    return Row(
        id=str(item.case_id),
        severity=item.severity,
        grade=names["severities"][item.severity],
        label=names["labels"].get(item.kind, item.kind),
        case=said["case"].format(id=item.case_id),
        said=_outcome(outcome, said, zone) if outcome else said["ended"][item.ended] if item.ended else "",
        verbs=(*((verb, _button(verb, item, said)) for verb in verbs), *_undo(item, seen, said)) if seen.person else (),
        commands=() if seen.person else tuple(_command(verb, [item]) for verb in verbs),
    )


def _undo(item: Item, seen: Looked, said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The button that takes back what was done last, while there is something to take back."""
    return ((UNDO, str(said["undo"]["button"])),) if item.id in seen.undoable else ()


def _all(items: Sequence[Item], seen: Looked, language: str) -> Row:
    """Buttons for all cases of a digest, or the commands."""
    said, names = words(language), labels(language)
    live = [item for item in items if item.ended is None]
    worst = max(items, key=lambda item: item.severity.rank)
    kinds = dict.fromkeys(names["labels"].get(item.kind, item.kind) for item in items)
    verbs = _TO_ALL if live else ()
    return Row(
        id=ALL,
        severity=worst.severity,
        grade=names["severities"][worst.severity],
        label=", ".join(kinds),
        case=said["all"].format(count=len(items)),
        verbs=tuple((verb, said["verbs"][verb]) for verb in verbs) if seen.person else (),
        commands=() if seen.person else tuple(_command(verb, live[:MOST]) for verb in verbs),
    )


def _left(item: Item, seen: Looked) -> tuple[Verb, ...]:
    """What can still be done: of what was done before only a page says so on which something was just done."""
    if item.ended:
        return ()
    return tuple(verb for verb in item.verbs if not (seen.outcomes and item.used(verb)))


def _button(verb: Verb, item: Item, said: Mapping[str, Any]) -> str:
    return str(said["verbs"][verb].format(draft=item.draft_id))


_COMMANDS: Final = {
    Verb.ACK: "parcelwatch cases ack {ids}",
    Verb.SNOOZE: "parcelwatch cases snooze {ids} --until 1d",
    Verb.RESOLVE: "parcelwatch cases resolve {ids}",
    Verb.APPROVE: "parcelwatch drafts approve {draft}",
}


def _command(verb: Verb, items: Sequence[Item]) -> str:
    ids = " ".join(str(item.case_id) for item in items)
    return _COMMANDS[verb].format(ids=ids, draft=items[0].draft_id)


def _outcome(outcome: Outcome, said: Mapping[str, Any], zone: ZoneInfo) -> str:
    item, at = outcome.item, _moment(outcome.at, zone)
    if outcome.came is Came.ENDED:
        return str(said["ended"][item.ended])
    if outcome.came in (Came.UNDONE, Came.TOO_LATE):
        what = "letter" if outcome.verb is Verb.APPROVE else "case"
        return str(said["undo"][outcome.came][what].format(by=outcome.by, at=at, id=item.case_id, draft=item.draft_id))
    if outcome.came in (Came.DONE, Came.ALREADY):
        return str(said[outcome.came][outcome.verb].format(by=outcome.by, at=at))
    if outcome.came is Came.SO:
        whose = said["so"]["whose"].format(by=outcome.by, at=at) if outcome.by and at else ""
        return str(said["so"][outcome.verb].format(whose=whose))
    return str(said["refused"][outcome.came].format(id=item.case_id, draft=item.draft_id))


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
