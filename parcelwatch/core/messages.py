"""Messages on their way out: what they are made of, and how one or many of them fit what a channel takes.

What belongs here: the values that render.py puts into words, and fitting words into a length. Which messages go
together is grouping.py's. Every message names its alerts' ids, so that people see a repetition for what it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, groupby
from typing import Final, Protocol

from parcelwatch.core.content import About
from parcelwatch.core.text import cut
from parcelwatch.model import Claim, Draft, Fact, Severity, Why

SHORTEST_LIMIT: Final = 160
"""A channel that takes less cannot carry a digest's head and its last line."""

_UNKNOWN: Final = About()
_LONGEST_TITLE: Final = 120
_MOST_RANGES: Final = 5
_OPERATOR_KINDS: Final = frozenset({"courier_silent", "unknown_status"})

UNREADABLE: Final = "unreadable answer"
"""Stands where a code would, for answers of which nothing could be read; the text then says why."""


# --- what is put into words, and the words -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to agents with all that its words may speak of, as known now.

    `draft`: it brings or takes back the `letter`. `account`: the courier account it is about, if it is about one.
    `route`: the line that chose the channel, "" where none did. `value` and `promised_by` are the parcel's.
    `claim`: how the claim against the courier stands that its case may lead to, with its last day; None where no window
    is known. `about`: its orders as a whole; of a customer's name a group reads the initials.
    """

    id: int
    kind: str
    channel: str
    draft: bool
    severity: Severity
    why: Why
    fact: Fact
    created_at: datetime
    account: str = ""
    attempts: int = 0
    number: str = ""
    courier: str = ""
    company: str = ""
    orders: tuple[str, ...] = ()
    milestone: str = ""
    promised_by: datetime | None = None
    value: float = 0.0
    parcel_id: int | None = None
    case_id: int | None = None
    letter: Draft | None = None
    route: str = ""
    claim: Claim | None = None
    about: About = _UNKNOWN


@dataclass(frozen=True, slots=True)
class Group:
    """Messages to be sent as one: all that is about one order, letters last, or a digest with a line for each.

    After a crash the same group comes again with the same id, that of its first or of the digest. Worst first. `title`
    and `body`: the words of an earlier attempt with these very messages, None where there was none. `bundle`: the id
    that its messages are bound by.
    """

    channel: str
    kind: str
    draft: bool
    rows: tuple[Outgoing, ...]
    digest_id: int | None = None
    bundle: int | None = None
    title: str | None = None
    body: str | None = None

    @property
    def id(self) -> int:
        """What the message calls itself, so that people can tell a repetition."""
        return next((one for one in (self.bundle, self.digest_id) if one is not None), self.rows[0].id)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.rows)


@dataclass(frozen=True, slots=True)
class Words:
    """An alert in words. `line` says it in one line and starts with the parcel's number or the account."""

    title: str
    body: str
    line: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft in words."""

    subject: str
    body: str


# --- fitting them into a length ------------------------------------------------------------------


class Row(Protocol):
    """An alert that waits to be sent. `line` is one line that starts with `bare`, the least that must be said of it.

    Words take time, so `line` is only asked for where there is room for it.
    """

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def draft(self) -> bool: ...
    @property
    def bare(self) -> str: ...
    @property
    def line(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Text:
    """What a channel is given; both together, with a line break, stay within its limit."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words a digest adds to those of its alerts, in the agents' language. `labels`: kind → its name."""

    labels: Mapping[str, str] = field(default_factory=dict)
    alerts: str = "{count} parcels: {label}"
    drafts: str = "{count} customer drafts: {label}"
    operator: str = "{count} accounts: {label}"
    ids: str = "Alerts {ids}, worst first:"
    more: str = "and {count} more: `{command}`"
    cut: str = "(cut at this channel's limit: {count} lines more)"
    others: str = "{title}, and {count} more of its parcels"

    def label(self, kind: str) -> str:
        return self.labels.get(kind) or kind.replace("_", " ")


ENGLISH: Final = Phrases()


def message(pieces: Sequence[Words], limit: int, phrases: Phrases = ENGLISH) -> Text:
    """What belongs together, an alert and its letter, as one text.

    Cut after a whole line where it is too long; the last line, with its id, stays.
    """
    title = cut(pieces[0].title, min(limit, _LONGEST_TITLE))
    room = limit - len(title) - 1
    body = "\n\n".join(filter(None, (piece.body for piece in pieces)))
    if len(body) <= room:
        return Text(title, body)
    *lines, last = body.split("\n")
    return Text(title, _shortened(lines, room, lambda left: f"{phrases.cut.format(count=left)}\n{last}"))


def digest(
    rows: Sequence[Row], limit: int, phrases: Phrases = ENGLISH, ident: int | None = None, grade: str = ""
) -> Text:
    """Many alerts as one message: every number, in the order given, and of the first the whole line.

    Where not even all numbers fit, the last line says how many more there are and how to see them. `ident` is the
    id of the message, else that of its first alert; `grade` says how bad the worst is.
    """
    named = rows[0].id if ident is None else ident
    title = cut(f"[A{named}] {grade}{_heading(rows, phrases)}", min(limit, _LONGEST_TITLE))
    room = limit - len(title) - 1
    head = phrases.ids.format(ids=ranges([row.id for row in rows]))
    about = _kinds(rows, phrases)
    bare = [f"A{row.id} {about[row.kind]}{' '.join(row.bare.split())}" for row in rows]
    spare = room - len("\n".join((head, *bare)))
    if spare >= 0:
        return Text(title, "\n".join((head, *_spelled_out(bare, rows, about, spare))))

    def more(left: int) -> str:
        return phrases.more.format(count=min(left, len(rows)), command=_command(rows))

    return Text(title, _shortened([head, *bare], room, more))


def ranges(ids: Sequence[int]) -> str:
    """As in A3–A7, A9; only the first and the last when there are too many gaps to be read."""
    runs = [list(run) for _, run in groupby(enumerate(sorted(ids)), key=lambda pair: pair[1] - pair[0])]
    spans = [(run[0][1], run[-1][1]) for run in runs]
    if len(spans) > _MOST_RANGES:
        spans = [(spans[0][0], spans[-1][1])]
    return ", ".join(f"A{first}" if first == last else f"A{first}–A{last}" for first, last in spans)


def _heading(rows: Sequence[Row], phrases: Phrases) -> str:
    kinds = Counter(row.kind for row in rows)
    pattern = phrases.drafts if all(row.draft for row in rows) else phrases.alerts
    if all(row.kind in _OPERATOR_KINDS for row in rows):
        pattern = phrases.operator
    counted = (f"{phrases.label(kind)} {count}" for kind, count in kinds.items())
    label = phrases.label(rows[0].kind) if len(kinds) == 1 else ", ".join(counted)
    return pattern.format(count=len(rows), label=label)


def _kinds(rows: Sequence[Row], phrases: Phrases) -> dict[str, str]:
    """What each line says of its kind: nothing where they are all of one."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return {kind: f"{phrases.label(kind)}: " if len(kinds) > 1 else "" for kind in kinds}


def _command(rows: Sequence[Row]) -> str:
    kinds = {row.kind for row in rows}
    if all(row.draft for row in rows):
        return "parcelwatch drafts list"
    if kinds & _OPERATOR_KINDS:
        return "parcelwatch alerts list"
    return f"parcelwatch cases list --kind {kinds.pop()}" if len(kinds) == 1 else "parcelwatch cases list"


def _spelled_out(bare: Sequence[str], rows: Iterable[Row], about: Mapping[str, str], spare: int) -> list[str]:
    """As many whole lines as `spare` characters beyond the bare ones allow, the first lines first."""
    lines: list[str] = []
    for short, row in zip(bare, rows, strict=True):
        whole = f"A{row.id} {about[row.kind]}{' '.join(row.line.split())}"
        spare -= len(whole) - len(short)
        if spare < 0:
            break
        lines.append(whole)
    return [*lines, *bare[len(lines) :]]


def _shortened(lines: Sequence[str], room: int, last: Callable[[int], str]) -> str:
    """The first lines and `last(how many are left out)`, within `room`."""
    reserved = len(last(len(lines)))
    kept = sum(length + reserved <= room for length in accumulate(len(line) + 1 for line in lines))
    return "\n".join((*lines[:kept], cut(last(len(lines) - kept), max(0, room) if kept == 0 else reserved)))
