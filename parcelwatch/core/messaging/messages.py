"""Messages on their way out: what they are made of, and how one or many of them fit what a channel takes.

What belongs here: the values that wording/render.py puts into words, and fitting words into what a channel takes,
counted as its service counts. Which messages go together is grouping.py's. Every message names its alerts' ids, so that
people see a repetition for what it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final, Protocol

from parcelwatch.core.messaging.content import About
from parcelwatch.core.texts.text import cut
from parcelwatch.model import Claim, Draft, Fact, Severity, Why

SHORTEST_LIMIT: Final = 160
"""A channel that takes less cannot carry a digest's head and its last line."""

_UNKNOWN: Final = About()
_LONGEST_TITLE: Final = 120
_MOST_RANGES: Final = 5
_INCIDENT: Final = "incident"
_OPERATOR_KINDS: Final = frozenset(
    {
        "courier_silent",
        "unknown_status",
        "unanswered",
        "channel_down",
        "letters_broken",
        "clock_jumped",
        "database",
        "service_troubled",
        "shop_remark",
    }
)

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

    After a crash the same group comes again with the same id, that of its first or of the digest. Worst first. `said`:
    the words of an earlier attempt with these very messages, in the parts they went in; of these the first `arrived`
    have arrived. `bundle`: the id that its messages are bound by.
    """

    channel: str
    kind: str
    draft: bool
    rows: tuple[Outgoing, ...]
    digest_id: int | None = None
    bundle: int | None = None
    said: tuple[Text, ...] = ()
    arrived: int = 0

    @property
    def id(self) -> int:
        """What the message calls itself, so that people can tell a repetition."""
        return next((one for one in (self.bundle, self.digest_id) if one is not None), self.rows[0].id)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.rows)

    @property
    def severity(self) -> Severity:
        """That of the worst."""
        return max((row.severity for row in self.rows), key=lambda severity: severity.rank)


@dataclass(frozen=True, slots=True)
class Words:
    """An alert in words. `line` says it in one line and starts with the parcel's number or the account.

    `whole`: it is to be copied, as a letter is, and never cut: what does not fit goes in parts.
    """

    title: str
    body: str
    line: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft in words."""

    subject: str
    body: str


# --- what a channel takes ------------------------------------------------------------------------


class Size(Protocol):
    """How much a channel takes, counted as its service counts: characters, bytes, escapes included."""

    @property
    def title_limit(self) -> int:
        """The most characters of a title."""
        ...

    def measure(self, text: str) -> int:
        """How long a text is."""
        ...

    def room(self, title: str) -> int:
        """The most of a body under this title, in what `measure` counts."""
        ...


@dataclass(frozen=True, slots=True)
class Characters:
    """So many characters for title and body together, and the line break between them."""

    limit: int

    @property
    def title_limit(self) -> int:
        return self.limit

    def measure(self, text: str) -> int:
        return len(text)

    def room(self, title: str) -> int:
        return max(0, self.limit - len(title) - 1)


@dataclass(frozen=True, slots=True)
class Shorter:
    """The same channel, with less of a body: `by`, in what it measures, is for a line of ours."""

    whole: Size
    by: int

    @property
    def title_limit(self) -> int:
        return self.whole.title_limit

    def measure(self, text: str) -> int:
        return self.whole.measure(text)

    def room(self, title: str) -> int:
        return max(0, self.whole.room(title) - self.by)


# --- fitting words into it -----------------------------------------------------------------------


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
    def cleared(self) -> bool: ...
    @property
    def bare(self) -> str: ...
    @property
    def line(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Text:
    """What a channel is given as one message; it takes both whole."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words a digest adds to those of its alerts, in the agents' language. `labels`: kind → its name."""

    labels: Mapping[str, str] = field(default_factory=dict)
    alerts: str = "{count} parcels: {label}"
    drafts: str = "{count} customer drafts: {label}"
    cleared: str = "{count} parcels cleared: {label}"
    operator: str = "{count} accounts: {label}"
    incidents: str = "{count} incidents"
    ids: str = "Alerts {ids}, worst first:"
    more: str = "and {count} more: `{command}`"
    cut: str = "(cut at this channel's limit: {count} lines more)"
    others: str = "{title}, and {count} more of its parcels"
    between: str = ", "
    of: str = "{label}: "

    def label(self, kind: str) -> str:
        return self.labels.get(kind) or kind.replace("_", " ")


ENGLISH: Final = Phrases()


def message(pieces: Sequence[Words], size: Size, phrases: Phrases = ENGLISH) -> tuple[Text, ...]:
    """What belongs together, an alert and its letter, as one message where that holds all; else as one each.

    A piece that is to stay whole then goes in as many parts as it needs; any other is cut after a whole line, and its
    last line, with its id, stays.
    """
    title = _title(pieces[0].title, size)
    body = "\n\n".join(filter(None, (piece.body for piece in pieces)))
    if size.measure(body) <= size.room(title):
        return (Text(title, body),)
    return tuple(text for piece in pieces for text in _alone(piece, size, phrases))


def _alone(piece: Words, size: Size, phrases: Phrases) -> tuple[Text, ...]:
    title = _title(piece.title, size)
    room = size.room(title)
    if size.measure(piece.body) <= room:
        return (Text(title, piece.body),)
    if piece.whole and room >= _LEAST_PART:
        return in_parts(title, piece.body, size)
    *lines, last = piece.body.split("\n")
    return (Text(title, _shortened(lines, room, size, lambda left: f"{phrases.cut.format(count=left)}\n{last}")),)


def _title(title: str, size: Size) -> str:
    return cut(title, min(size.title_limit, _LONGEST_TITLE))


def digest(
    rows: Sequence[Row], size: Size, phrases: Phrases = ENGLISH, ident: int | None = None, grade: str = ""
) -> Text:
    """Many alerts as one message: every number, in the order given, and of the first the whole line.

    Where not even all numbers fit, the last line says how many more there are and how to see them. `ident` is the
    id of the message, else that of its first alert; `grade` says how bad the worst is.
    """
    named = rows[0].id if ident is None else ident
    title = _title(f"[A{named}] {grade}{_heading(rows, phrases)}", size)
    room = size.room(title)
    head = phrases.ids.format(ids=ranges([row.id for row in rows]))
    about = _kinds(rows, phrases)
    bare = [f"A{row.id} {about[row.kind]}{' '.join(row.bare.split())}" for row in rows]
    if size.measure("\n".join((head, *bare))) <= room:
        return Text(title, _spelled_out(head, bare, rows, about, room, size))

    def more(left: int) -> str:
        return phrases.more.format(count=min(left, len(rows)), command=_command(rows))

    return Text(title, _shortened([head, *bare], room, size, more))


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
    if all(row.cleared for row in rows):
        pattern = phrases.cleared
    if all(row.kind in _OPERATOR_KINDS for row in rows):
        pattern = phrases.operator
    if all(row.kind == _INCIDENT for row in rows):
        pattern = phrases.incidents
    counted = (f"{phrases.label(kind)} {count}" for kind, count in kinds.items())
    label = phrases.label(rows[0].kind) if len(kinds) == 1 else phrases.between.join(counted)
    return pattern.format(count=len(rows), label=label)


def _kinds(rows: Sequence[Row], phrases: Phrases) -> dict[str, str]:
    """What each line says of its kind: nothing where they are all of one."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return {kind: phrases.of.format(label=phrases.label(kind)) if len(kinds) > 1 else "" for kind in kinds}


def _command(rows: Sequence[Row]) -> str:
    kinds = {row.kind for row in rows}
    if all(row.draft for row in rows):
        return "parcelwatch drafts list"
    if kinds == {_INCIDENT}:
        return "parcelwatch incidents list"
    if kinds & _OPERATOR_KINDS:
        return "parcelwatch alerts list"
    return f"parcelwatch cases list --kind {kinds.pop()}" if len(kinds) == 1 else "parcelwatch cases list"


def _spelled_out(
    head: str, bare: Sequence[str], rows: Iterable[Row], about: Mapping[str, str], room: int, size: Size
) -> str:
    """The head, and as many whole lines as there is room for beside the bare ones, the first lines first."""
    lines: list[str] = []
    spare = room - size.measure("\n".join((head, *bare)))
    for short, row in zip(bare, rows, strict=True):
        whole = f"A{row.id} {about[row.kind]}{' '.join(row.line.split())}"
        spare -= size.measure(whole) - size.measure(short)
        if spare < 0:
            break
        lines.append(whole)
    # A service may count a text as longer than its lines.
    while size.measure(text := "\n".join((head, *lines, *bare[len(lines) :]))) > room:
        lines.pop()
    return text


def _shortened(lines: Sequence[str], room: int, size: Size, last: Callable[[int], str]) -> str:
    """The first lines and `last(how many are left out)`, within `room`."""

    def length(count: int) -> int:
        return size.measure("\n".join((*lines[:count], last(len(lines)))))

    kept = bisect_right(range(1, len(lines)), room, key=length)
    text = "\n".join((*lines[:kept], last(len(lines) - kept)))
    return cut(text, max(0, room), size.measure)


# --- in parts ------------------------------------------------------------------------------------

_BREAKS: Final = (
    re.compile(r"\n\n+"),
    re.compile(r"\n"),
    re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+"),
    re.compile(r"(?<=[，、])|\s+"),
)
"""Where a text may be parted, the best places first: paragraphs, lines, sentences, words."""

_LEAST_PART: Final = 40
"""A channel with less room under a title carries no letter, however many parts it came in."""


def in_parts(title: str, body: str, size: Size) -> tuple[Text, ...]:
    """A text that no message holds, in several, none of it lost: "… (1/2)", "… (2/2)"."""
    digits = 1
    while len(found := _counted(title, body, size, digits)) >= 10**digits:
        digits += 1
    return found


def _counted(title: str, body: str, size: Size, digits: int) -> tuple[Text, ...]:
    """The parts, where neither their number nor that of any has more digits than these."""
    longest = f" ({'8' * digits}/{'8' * digits})"
    short = cut(title, min(size.title_limit, _LONGEST_TITLE) - len(longest))
    pieces = list(_parted(body, max(1, size.room(short + longest)), size))
    return tuple(Text(f"{short} ({turn}/{len(pieces)})", piece) for turn, piece in enumerate(pieces, 1))


def _parted(text: str, room: int, size: Size) -> Iterator[str]:
    """The text in pieces within `room`, each as long as it can be and broken off at the best place."""
    while size.measure(text) > room:
        found = next((place for each in _BREAKS if (place := _broken(text, each, room, size))), None)
        end, rest = found or _anywhere(text, room, size)
        yield text[:end].rstrip()
        text = text[rest:].lstrip("\n")
    yield text


def _broken(text: str, breaks: re.Pattern[str], room: int, size: Size) -> tuple[int, int] | None:
    """The last of these places before which the text fits, and where it goes on; None where nothing would fit."""
    places = [found.span() for found in breaks.finditer(text) if text[: found.start()].strip()]
    fitting = bisect_right(places, room, key=lambda place: size.measure(text[: place[0]].rstrip()))
    return places[fitting - 1] if fitting else None


def _anywhere(text: str, room: int, size: Size) -> tuple[int, int]:
    """After as many characters as fit, and one at least."""
    fitting = bisect_right(range(1, len(text) + 1), room, key=lambda length: size.measure(text[:length]))
    return max(1, fitting), max(1, fitting)
