"""Stories: what becomes of one parcel over time, in TOML that an agent can read. This module reads them.

    title = "A parcel that stops moving is told of after two days"
    start = "2026-03-02 08:00"             # a Monday, UTC; the default. "+26h" counts from here
    [policy]                               # profile, thresholds, old_news, languages, shop, zone, hours, follow_up,
    profile = "china"                      # escalate_after, escalate_to, reraise_after, remedy_after; all optional
    [calendar]                             # with [[peaks]], [[stoppages]], [[remote]] as in config.toml
    [[claims]]                             # as in config.toml; without them no window is known. The shop is in UTC
    [parcel]                               # any field of model.Parcel or of its order; all optional
    language = "zh-CN"

    [[then]]                               # one per moment, in order
    at = "+1h"                             # "+2d3h", "-5d", "mon 09:00" (the next one), "2026-03-04 08:00"
    heard = { milestone = "in_transit" }   # joins the courier's list, the whole of which is the answer
    quiet_until = "+49h"                   # the courier is asked whenever the cadence says; nobody is told anything

    [[then]]
    at = "+49h"
    polled = true                          # the cadence placed a poll just now; the same answer comes again
    expect = { opened = ["stalled"], told = ["stalled medium"], drafted = ["stalled zh-CN"] }

One thing happens in a step, else only time passes:
  heard     checkpoints (milestone, cause, code, text, place, occurred, until, moves, sure); `occurred` is `at` unless
            told, "mon 09:00" is the last one before; `until` makes it an interval. [] is an answer with an empty list
  push      like heard, but the answer is only these, as a webhook's may be
  gone      texts or milestones the courier takes out of its list
  stale     true: the list as it was before it last changed, as an old cache gives it
  again     the same answer once more; polled = true: the same, and fails unless a poll was placed just then
  answer    "not_found", "refused" (with reason), "unanswered", "unregistered"; stands until something is heard
  act       "ack stalled", "snooze stalled until +3d", "resolve stalled", "stop stalled", "resume stalled",
            "assign stalled to mei", "agree stalled refund", "fulfil stalled"
  mark      "lost", "delivered the buyer rang": how an agent says the parcel stands, and how that is known
  claim     "file damaged RMA-7", "pay damaged 12.50", "refuse damaged", "drop damaged": what becomes of a claim
  letter    "approve stalled", "discard stalled", "sent stalled": what an agent does with the draft of that kind
Beside heard: stopped = "why", estimate = "+5d", commitment = "+5d", destination = "BR", pending = true,
stands = "delivered".

expect: opened, reopened, resolved (kinds), told, suppressed ("kind severity", "kind severity why"), drafted ("kind
language"), withdrawn, superseded (drafts, by kind). What is not named must not happen. `nothing = true` says so.
How things stand, where named: claims = { damaged = "open 2026-05-12" } (state, last day),
hidden = { stalled = "damaged" } (all of them), cases = { stalled = "open medium" },
milestone, cause, poll_at ("never"), says = ["part of what is told"], facts = { stalled = { place = "…" } },
cleared = ["stalled"] (whoever was told is told that it is over; all of them), owners = { stalled = "lin" }.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from parcelwatch.config import days
from parcelwatch.config.models import File
from parcelwatch.core.calendar import Calendar
from parcelwatch.core.drafts import Wording
from parcelwatch.core.kinds import RULES
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.windows import Loss, Start, Terms, Window
from parcelwatch.core.working import FollowUp, OfficeHours
from parcelwatch.duration import Duration, parse
from parcelwatch.model import (
    Action,
    Answered,
    Cause,
    Checkpoint,
    ClaimAction,
    Marked,
    Milestone,
    NotFound,
    Observation,
    Order,
    Parcel,
    Passed,
    Refused,
    Remedy,
    Severity,
    Sure,
    Unanswered,
)
from parcelwatch.verbs.agents import MARKS

STORIES: Final = Path(__file__).parent / "stories"
START: Final = "2026-03-02 08:00"

HAPPENINGS: Final = ("opened", "reopened", "resolved", "told", "suppressed", "drafted", "withdrawn", "superseded")
STANDINGS: Final = frozenset(
    {"hidden", "cases", "milestone", "cause", "poll_at", "says", "facts", "claims", "cleared", "owners"}
)
DOINGS: Final = ("heard", "push", "gone", "stale", "again", "polled", "answer", "act", "mark", "letter", "claim")
DAYS: Final = ("calendar", "peaks", "stoppages", "remote")
BESIDE: Final = frozenset(
    {"at", "stopped", "estimate", "commitment", "destination", "pending", "stands", "reason", "expect", "quiet_until"}
)


OTHER_ANSWERS: Final[Mapping[str, type[Observation]]] = {
    "not_found": NotFound,
    "refused": Refused,
    "unregistered": Refused,
    "unanswered": Unanswered,
}


class StoryFault(Exception):
    """A story that cannot be read: names the file, the step and the key."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What must happen in one step, no more and no less, and how things must stand after it."""

    happens: Mapping[str, tuple[str, ...]]
    stands: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """How the courier's list changes and what kind of answer it gives from now on."""

    answer: type[Observation] | None = None
    adds: tuple[Checkpoint, ...] = ()
    drops: tuple[str, ...] = ()
    only: bool = False
    as_before: bool = False
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """What an agent does with a draft."""

    verb: str
    kind: str


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a story. `due`: it must be when a poll was placed."""

    place: int
    at: datetime
    written: str
    does: Said | Action | ClaimAction | Marked | Letter | Passed
    expect: Expect
    due: bool = False
    quiet_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One story as read."""

    name: str
    title: str
    policy: Policy
    parcel: Parcel
    steps: tuple[Step, ...]


def read_all() -> tuple[Story, ...]:
    return tuple(read(path) for path in sorted(STORIES.glob("*.toml")))


def read(path: Path) -> Story:
    """The story in `path`. Raises StoryFault."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        _only(written, {"title", "start", "policy", "parcel", "then", "claims", *DAYS})
        start = _iso(written.get("start", START))
        steps = _steps(written["then"], start)
        story = Story(path.name, written["title"], _policy(written), _parcel(written, start), steps)
    except (KeyError, ValueError, TypeError) as fault:
        raise StoryFault(f"stories/{path.name}: {fault}") from fault
    return story


# --- times ---------------------------------------------------------------------------------------

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"([+-])((?:\d+[dhm])+)")
_WEEKDAY: Final = re.compile(rf"({'|'.join(_DAYS)}) (\d\d):(\d\d)")
_WEEK: Final = timedelta(weeks=1)


def _when(written: str, start: datetime, near: datetime, *, before: bool = False) -> datetime:
    """A moment: counted from `start`, or the weekday next after `near` (or last before it)."""
    if span := _SPAN.fullmatch(written):
        length = sum((parse(part).natural() for part in re.findall(r"\d+[dhm]", span[2])), timedelta(0))
        return start + length if span[1] == "+" else start - length
    if day := _WEEKDAY.fullmatch(written):
        midnight = near.replace(hour=0, minute=0, second=0)
        monday = midnight - timedelta(days=near.weekday())
        at = monday + timedelta(days=_DAYS.index(day[1]), hours=int(day[2]), minutes=int(day[3]))
        if before:
            return at if at <= near else at - _WEEK
        return at if at >= near else at + _WEEK
    return _iso(written)


def _iso(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


# --- who and by which rules ----------------------------------------------------------------------


def _policy(written: Mapping[str, Any]) -> Policy:
    chosen = written.get("policy", {})
    _only(chosen, {"profile", "thresholds", "old_news", "languages", "shop", "follow_up", *_WAITS, "zone", "hours"})
    limits = {
        kind: Threshold(_duration(row, "warn"), _duration(row, "critical"), "the story")
        for kind, row in chosen.get("thresholds", {}).items()
    }
    return Policy(
        profile=chosen.get("profile", "international"),
        thresholds=limits,
        channels=("ops",),
        draft_channel="drafts",
        old_news=parse(chosen.get("old_news", "14d")).natural(),
        calendar=_calendar(written),
        claims=Terms(tuple(map(_window, written.get("claims", ())))),
        wording=Wording(
            shop=chosen.get("shop", ""),
            languages=tuple(chosen.get("languages", ("zh-CN", "en"))),
            follow_up=parse(chosen.get("follow_up", "2d")).natural(),
        ),
        follow_up=_follow_up(chosen),
        hours=_hours(chosen),
    )


_WAITS: Final = ("escalate_after", "escalate_to", "reraise_after", "remedy_after")


def _follow_up(chosen: Mapping[str, Any]) -> FollowUp:
    given = {name: parse(chosen[name]) for name in ("reraise_after", "remedy_after") if name in chosen}
    limits = {Severity(name): parse(limit) for name, limit in chosen.get("escalate_after", {}).items()}
    return FollowUp(limits, chosen.get("escalate_to", ""), **given)


def _hours(chosen: Mapping[str, Any]) -> OfficeHours:
    opens, closes = map(time.fromisoformat, chosen["hours"].split("-")) if "hours" in chosen else (None, None)
    return OfficeHours(ZoneInfo(chosen.get("zone", "UTC")), opens, closes)


def _calendar(written: Mapping[str, Any]) -> Calendar:
    """Saturdays and Sundays alone, by UTC, unless the story speaks of days."""
    said = {name: written[name] for name in DAYS if name in written}
    return days.calendar(File.model_validate(said)) if said else Calendar()


def _window(row: Mapping[str, Any]) -> Window:
    _only(row, {"kind", "days", "from", "lane", "origin", "destination", "service"})
    rest = {name: row[name] for name in ("lane", "origin", "destination", "service") if name in row}
    return Window(Loss(row["kind"]), row["days"], Start(row["from"]), line="the story", **rest)


def _duration(row: Mapping[str, str], name: str) -> Duration | None:
    return parse(row[name]) if name in row else None


def _parcel(written: Mapping[str, Any], start: datetime) -> Parcel:
    """The parcel, and the one order in it."""
    given = dict(written.get("parcel", {}))
    of_order = {each.name for each in fields(Order)} - {"number"}
    _only(given, {each.name for each in fields(Parcel)} | of_order | {"order"})
    for name in {"added_at", "shipped_at", "promised_by", "dispatch_by"} & given.keys():
        given[name] = _when(given[name], start, start)
    ordered = {name: given.pop(name) for name in of_order & given.keys()}
    order = Order(given.pop("order", ""), **{**ordered, "tags": tuple(ordered.get("tags", ()))})
    return Parcel(
        **{"id": 0, "number": "PW000000001XX", "courier": "acme", "added_at": start, "orders": (order,), **given}
    )


# --- steps ---------------------------------------------------------------------------------------


def _steps(written: list[dict[str, Any]], start: datetime) -> tuple[Step, ...]:
    steps: list[Step] = []
    now = start
    for place, each in enumerate(written, 1):
        try:
            step = _step(place, each, start, now)
        except (KeyError, ValueError, TypeError) as fault:
            raise ValueError(f"step {place}: {fault}") from fault
        now = step.quiet_until or step.at
        steps.append(step)
    return tuple(steps)


def _step(place: int, written: dict[str, Any], start: datetime, now: datetime) -> Step:
    _only(written, {*DOINGS, *BESIDE})
    at = _when(written["at"], start, now)
    if at < now:
        raise ValueError(f'at = "{written["at"]}" lies before the step above')
    does = _does(written, start, at)
    quiet = _when(written["quiet_until"], start, at) if "quiet_until" in written else None
    if quiet is not None and quiet <= at:
        raise ValueError(f'quiet_until = "{written["quiet_until"]}" does not lie after it')
    return Step(
        place,
        at,
        written["at"],
        does,
        _expect(written.get("expect", {}), start, at),
        due="polled" in written,
        quiet_until=quiet,
    )


def _does(
    written: dict[str, Any], start: datetime, at: datetime
) -> Said | Action | ClaimAction | Marked | Letter | Passed:
    doing = [name for name in DOINGS if name in written]
    if len(doing) > 1:
        raise ValueError(f"one thing a step, not {' and '.join(doing)}")
    if not doing:
        return Passed()
    match doing[0]:
        case "act":
            return _action(written["act"], start, at)
        case "mark":
            how, _, note = written["mark"].partition(" ")
            return Marked(*MARKS[how], note, by="lin")
        case "claim":
            return _claim(written["claim"])
        case "letter":
            return Letter(*written["letter"].split())
        case "answer":
            return _other_answer(written)
        case name:
            return _said(name, written, start, at)


def _said(name: str, written: dict[str, Any], start: datetime, at: datetime) -> Said:
    beside: dict[str, Any] = {key: written[key] for key in ("stopped", "destination", "pending") if key in written}
    for key in {"estimate", "commitment"} & set(written):
        beside[key] = _when(written[key], start, at)
    if "stands" in written:
        beside["stands"] = Milestone(written["stands"])
    if name in {"again", "polled"}:
        return Said(beside=beside)
    if name == "stale":
        return Said(Answered, as_before=True)
    if name == "gone":
        return Said(Answered, drops=tuple(written["gone"]), beside=beside)
    rows = written[name] if isinstance(written[name], list) else [written[name]]
    return Said(Answered, tuple(_checkpoint(row, start, at) for row in rows), only=name == "push", beside=beside)


def _other_answer(written: dict[str, Any]) -> Said:
    beside: dict[str, Any] = {key: written[key] for key in ("reason", "pending") if key in written}
    if written["answer"] == "unregistered":
        beside["unregistered"] = True
    return Said(OTHER_ANSWERS[written["answer"]], beside=beside)


def _checkpoint(row: dict[str, Any], start: datetime, at: datetime) -> Checkpoint:
    _only(row, {"milestone", "cause", "code", "text", "place", "occurred", "until", "moves", "sure"})
    occurred = _when(row["occurred"], start, at, before=True) if "occurred" in row else at
    return Checkpoint(
        occurred,
        _when(row["until"], start, at) if "until" in row else occurred,
        Milestone(row["milestone"]),
        Cause(row["cause"]) if "cause" in row else None,
        row.get("code", ""),
        row.get("text", row["milestone"].replace("_", " ")),
        row.get("place", ""),
        moves=row.get("moves", row["milestone"] != "unknown"),
        sure=Sure(row.get("sure", "stated")),
    )


def _action(written: str, start: datetime, at: datetime) -> Action:
    doing, _, until = written.partition(" until ")
    doing, _, to = doing.partition(" to ")
    verb, kind, *what = doing.split()
    ends = _when(until, start, at) if until else None
    return Action(verb, kind, by="lin", until=ends, to=to, what=Remedy(what[0]) if what else None)


def _claim(written: str) -> ClaimAction:
    verb, kind, *said = written.split()
    named = " ".join(said)
    paid = verb == "pay"
    return ClaimAction(verb, kind, by="lin", ref="" if paid else named, amount=named if paid else "")


def _expect(written: dict[str, Any], start: datetime, at: datetime) -> Expect:
    _only(written, {*HAPPENINGS, *STANDINGS, "nothing"})
    if written.get("nothing") and written.keys() & set(HAPPENINGS):
        raise ValueError("it expects nothing, and something")
    happens = {name: tuple(written.get(name, ())) for name in HAPPENINGS}
    for kind in (item.split()[0] for items in happens.values() for item in items):
        if kind not in RULES:
            raise ValueError(f"expect: there is no kind {kind}")
    stands = {name: value for name, value in written.items() if name in STANDINGS}
    if stands.get("poll_at", "never") != "never":
        stands["poll_at"] = _when(stands["poll_at"], start, at)
    return Expect(happens, stands)


def _only(written: Mapping[str, Any], known: set[str]) -> None:
    if strange := written.keys() - known:
        raise ValueError(f"unknown key {', '.join(sorted(strange))}; known: {', '.join(sorted(known))}")
