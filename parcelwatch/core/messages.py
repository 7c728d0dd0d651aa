"""Messages on their way out: what they are made of, and how one or many of them fit what a channel takes.

What belongs here: the values that render.py puts into words, and fitting words into a length. Which messages go
together is grouping.py's. Every message names its alerts' ids, so that people see a repetition for what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, groupby
from typing import Final, Protocol

from parcelwatch.core.text import cut
from parcelwatch.model import Claim, Draft, Fact, Severity, Why

SHORTEST_LIMIT: Final = 160
"""A channel that takes less cannot carry a digest's head and its last line."""

_LONGEST_TITLE: Final = 120
_MOST_RANGES: Final = 5
_OPERATOR_KINDS: Final = frozenset({"courier_silent", "unknown_status"})

UNREADABLE: Final = "unreadable answer"
"""Stands where a code would, for answers of which nothing could be read; the text then says why."""


# --- what is put into words, and the words -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to agents with all that its words may speak of, as known now. No customer names but in a letter.

    `draft`: it brings or takes back the `letter`. `account`: the courier account it is about, if it is about one.
    `value` and `promised_by` are the parcel's. `claim`: how the claim against the courier stands that its case may lead
    to, with its last day; None where no window is known.
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
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Messages to be sent as one: a single one, or a digest whose id is that of its first.

    After a crash the same group comes again with the same id. Worst first. `title` and `body`: the words of an earlier
    attempt with these very messages, None where there was none.
    """

    channel: str
    kind: str
    draft: bool
    rows: tuple[Outgoing, ...]
    digest_id: int | None = None
    title: str | None = None
    body: str | None = None

    @property
    def id(self) -> int:
        """What the message calls itself, so that people can tell a repetition."""
        return self.rows[0].id if self.digest_id is None else self.digest_id

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

    def label(self, kind: str) -> str:
        return self.labels.get(kind) or kind.replace("_", " ")


ENGLISH: Final = Phrases()


def single(ident: int, words: Words, limit: int, phrases: Phrases = ENGLISH) -> Text:
    """One alert: its words with its id, cut after a whole line when they are too long."""
    title = cut(f"[A{ident}] {words.title}", min(limit, _LONGEST_TITLE))
    room = limit - len(title) - 1
    lines = words.body.split("\n")
    if len(words.body) <= room:
        return Text(title, words.body)
    return Text(title, _shortened(lines, room, lambda left: phrases.cut.format(count=left)))


def digest(rows: Sequence[Row], limit: int, phrases: Phrases = ENGLISH, ident: int | None = None) -> Text:
    """Many alerts of one kind as one message: every number, in the order given, and of the first the whole line.

    Where not even all numbers fit, the last line says how many more there are and how to see them. `ident` is the
    id of the message, else that of its first alert.
    """
    named = rows[0].id if ident is None else ident
    title = cut(f"[A{named}] {_heading(rows, phrases)}", min(limit, _LONGEST_TITLE))
    room = limit - len(title) - 1
    head = phrases.ids.format(ids=ranges([row.id for row in rows]))
    bare = [f"A{row.id} {' '.join(row.bare.split())}" for row in rows]
    spare = room - len("\n".join((head, *bare)))
    if spare >= 0:
        return Text(title, "\n".join((head, *_spelled_out(bare, rows, spare))))

    def more(left: int) -> str:
        return phrases.more.format(count=min(left, len(rows)), command=_command(rows[0]))

    return Text(title, _shortened([head, *bare], room, more))


def ranges(ids: Sequence[int]) -> str:
    """As in A3–A7, A9; only the first and the last when there are too many gaps to be read."""
    runs = [list(run) for _, run in groupby(enumerate(sorted(ids)), key=lambda pair: pair[1] - pair[0])]
    spans = [(run[0][1], run[-1][1]) for run in runs]
    if len(spans) > _MOST_RANGES:
        spans = [(spans[0][0], spans[-1][1])]
    return ", ".join(f"A{first}" if first == last else f"A{first}–A{last}" for first, last in spans)


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


def _spelled_out(bare: Sequence[str], rows: Iterable[Row], spare: int) -> list[str]:
    """As many whole lines as `spare` characters beyond the bare ones allow, the first lines first."""
    lines: list[str] = []
    for short, row in zip(bare, rows, strict=True):
        whole = f"A{row.id} {' '.join(row.line.split())}"
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
