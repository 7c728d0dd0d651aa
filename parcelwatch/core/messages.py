"""Messages on their way out: what they are made of, and how one or many of them fit what a channel takes.

What belongs here: the values that render.py puts into words, and fitting words into a length. Which messages go
together is grouping.py's. Every message names its alerts' ids, so that people see a repetition for what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, groupby
from typing import Final, Protocol

from parcelwatch.core.text import cut
from parcelwatch.model import Why

SHORTEST_LIMIT: Final = 160
"""A channel that takes less cannot carry a digest's head and its last line."""

_LONGEST_TITLE: Final = 120
_MOST_RANGES: Final = 5
_DETAILS: Final = re.compile(r" ?[(（:：]")
_OPERATOR_KINDS: Final = frozenset({"courier_silent", "unknown_status"})


# --- what is put into words, and the words -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What an alert says beside its message. The last five only matter to messages about a draft. No customer names."""

    number: str
    courier: str
    now: datetime
    company: str = ""
    order: str = ""
    milestone: str = ""
    case_id: int | None = None
    threshold: str = ""
    policy_line: str = ""
    draft_id: int | None = None
    language: str = ""
    subject: str = ""
    body: str = ""


UNREADABLE: Final = "unreadable answer"
"""Stands where a code would, for answers of which nothing could be read; the text then says why."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code or wording nobody could read, and how often it was heard."""

    code: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """What the operator hears of an account: SILENT, RECOVERED or UNMAPPED.

    `since`: when it fell silent; for RECOVERED when the operator was told of that. `parcels`: how many it holds, 0 if
    not counted.
    """

    why: Why
    account: str
    now: datetime
    api: str = ""
    since: datetime | None = None
    error: str = ""
    refused: bool = False
    parcels: int = 0
    unknown: tuple[Unmapped, ...] = ()


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
    """An alert that waits to be sent, with its words. `line` is one line and starts with the parcel's number."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def draft(self) -> bool: ...
    @property
    def priority(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
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

    def label(self, kind: str) -> str:
        return self.labels.get(kind) or kind.replace("_", " ")


ENGLISH: Final = Phrases()


def single(row: Row, limit: int, phrases: Phrases = ENGLISH) -> Text:
    """One alert: its words with its id, cut after a whole line when they are too long."""
    title = cut(f"[A{row.id}] {row.title}", min(limit, _LONGEST_TITLE))
    room = limit - len(title) - 1
    lines = row.body.split("\n")
    if len(row.body) <= room:
        return Text(title, row.body)
    return Text(title, _shortened(lines, room, lambda left: phrases.cut.format(count=left)))


def digest(rows: Sequence[Row], limit: int, phrases: Phrases = ENGLISH, ident: int | None = None) -> Text:
    """Many alerts of one kind as one message: every number, worst first, and of the worst the whole line.

    Where not even all numbers fit, the last line says how many more there are and how to see them. `ident` is the
    id of the message, else that of its worst alert.
    """
    worst = sorted(rows, key=lambda row: (-row.priority, row.id))
    named = worst[0].id if ident is None else ident
    title = cut(f"[A{named}] {_heading(worst, phrases)}", min(limit, _LONGEST_TITLE))
    room = limit - len(title) - 1
    head = phrases.ids.format(ids=ranges([row.id for row in worst]))
    whole = [f"A{row.id} {' '.join(row.line.split())}" for row in worst]
    bare = [f"A{row.id} {_named(row)}" for row in worst]
    spare = room - len("\n".join((head, *bare)))
    if spare >= 0:
        return Text(title, "\n".join((head, *_spelled_out(bare, whole, spare))))

    def more(left: int) -> str:
        return phrases.more.format(count=min(left, len(rows)), command=_command(worst[0]))

    return Text(title, _shortened([head, *bare], room, more))


def ranges(ids: Sequence[int]) -> str:
    """As in A3–A7, A9; only the first and the last when there are too many gaps to be read."""
    runs = [list(run) for _, run in groupby(enumerate(sorted(ids)), key=lambda pair: pair[1] - pair[0])]
    spans = [(run[0][1], run[-1][1]) for run in runs]
    if len(spans) > _MOST_RANGES:
        spans = [(spans[0][0], spans[-1][1])]
    return ", ".join(f"A{first}" if first == last else f"A{first}–A{last}" for first, last in spans)


def _named(row: Row) -> str:
    """The least a line must say: the number; of a draft also which one, and whether it was taken back."""
    line = " ".join(row.line.split())
    return _DETAILS.split(line, maxsplit=1)[0] if row.draft else line.partition(" ")[0]


def _heading(rows: Sequence[Row], phrases: Phrases) -> str:
    kinds = dict.fromkeys(row.kind for row in rows)
    pattern = phrases.drafts if rows[0].draft else phrases.alerts
    if rows[0].kind in _OPERATOR_KINDS:
        pattern = phrases.operator
    return pattern.format(count=len(rows), label=", ".join(map(phrases.label, kinds)))


def _command(row: Row) -> str:
    if row.draft:
        return "parcelwatch drafts list"
    return "parcelwatch alerts list" if row.kind in _OPERATOR_KINDS else f"parcelwatch cases list --kind {row.kind}"


def _spelled_out(bare: Sequence[str], whole: Sequence[str], spare: int) -> list[str]:
    """As many whole lines as `spare` characters beyond the bare ones allow, the first lines first."""
    dearer = accumulate(len(long) - len(short) for short, long in zip(bare, whole, strict=True))
    count = sum(total <= spare for total in dearer)
    return [*whole[:count], *bare[count:]]


def _shortened(lines: Sequence[str], room: int, last: Callable[[int], str]) -> str:
    """The first lines and `last(how many are left out)`, within `room`."""
    reserved = len(last(len(lines)))
    kept = sum(length + reserved <= room for length in accumulate(len(line) + 1 for line in lines))
    return "\n".join((*lines[:kept], cut(last(len(lines) - kept), max(0, room) if kept == 0 else reserved)))
