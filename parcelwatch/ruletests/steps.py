"""The steps of a test: what happens at which moment, and what must come of it.

What belongs here: reading steps. Playing and judging them is notices.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from parcelwatch.core import claims
from parcelwatch.core.cases import Signal
from parcelwatch.core.kinds import RULES
from parcelwatch.core.letters import Verb
from parcelwatch.core.policy import Policy
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
    Passed,
    Refused,
    Remedy,
    Sure,
    Unanswered,
)
from parcelwatch.ruletests import surroundings
from parcelwatch.ruletests.moments import (
    Unreadable,
    listed,
    named,
    needed,
    one_of,
    only,
    table,
    text,
    truth,
    when,
    within,
    words,
)
from parcelwatch.verbs.agents import MARKS

HAPPENINGS: Final = ("opened", "reopened", "resolved", "told", "suppressed", "drafted", "withdrawn", "superseded")
STANDINGS: Final = frozenset(
    {"hidden", "cases", "milestone", "cause", "poll_at", "says", "facts", "claims", "cleared", "owners", "shadows"}
)
DOINGS: Final = (
    *("heard", "push", "gone", "stale", "again", "polled", "answer", "act", "mark", "letter", "claim", "policy"),
)
BESIDE: Final = frozenset(
    {"at", "stopped", "estimate", "commitment", "destination", "pending", "stands", "reason", "expect", "quiet_until"}
)


OTHER_ANSWERS: Final[Mapping[str, type[Observation]]] = {
    "not_found": NotFound,
    "refused": Refused,
    "unregistered": Refused,
    "unanswered": Unanswered,
}
_ALWAYS: Final = {"at", "expect", "quiet_until"}
_OF_LIST: Final = ("stopped", "estimate", "commitment", "destination", "stands")
_GOES_WITH: Final[Mapping[str, Collection[str]]] = {
    **dict.fromkeys(("heard", "push", "gone"), _OF_LIST),
    **dict.fromkeys(("again", "polled"), (*_OF_LIST, "pending")),
    "answer": ("reason", "pending"),
}
_OF_CHECKPOINT: Final = ("milestone", "cause", "code", "text", "place", "occurred", "until", "moves", "sure")
_BY_KIND: Final = frozenset({"hidden", "cases", "facts", "claims", "owners", "shadows"})
_CLAIMING: Final = tuple(dict.fromkeys(str(verb) for _, verb in claims.TRANSITIONS))


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
class Rules:
    """The rules are others from now on, but for the days and the claims of the test."""

    policy: Policy


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a story. `due`: it must be when a poll was placed."""

    place: int
    at: datetime
    written: str
    does: Said | Action | ClaimAction | Marked | Letter | Rules | Passed
    expect: Expect
    due: bool = False
    quiet_until: datetime | None = None


# --- reading ------------------------------------------------------------------------------------


def steps(written: Sequence[Mapping[str, Any]], start: datetime) -> tuple[Step, ...]:
    """What happens, in order. Raises Unreadable."""
    steps: list[Step] = []
    now = quiet = start
    for place, each in enumerate(written, 1):
        with within("then", place - 1):
            step = _step(place, each, start, now, quiet)
        now, quiet = step.at, step.quiet_until or step.at
        steps.append(step)
    return tuple(steps)


def _step(place: int, written: Mapping[str, Any], start: datetime, now: datetime, quiet: datetime) -> Step:
    """`now`: when the step above was; `quiet`: until when it has to stay quiet."""
    only(written, (*DOINGS, *BESIDE))
    with within("at"):
        at = _after(needed(written, "at"), start, now, quiet)
    does = _does(written, start, at)
    with within("quiet_until"):
        until = when(written["quiet_until"], start, at) if "quiet_until" in written else None
        if until is not None and until <= at:
            raise ValueError(f'quiet_until = "{written["quiet_until"]}" does not lie after it')
    with within("expect"):
        expect = _expect(written.get("expect", {}), start, at)
    return Step(
        place,
        at,
        written["at"],
        does,
        expect,
        due="polled" in written,
        quiet_until=until,
    )


def _after(written: object, start: datetime, now: datetime, quiet: datetime) -> datetime:
    """The moment of a step. Raises ValueError for one that lies before `quiet`, or that may."""
    at = when(written, start, quiet)
    if at < now:
        raise ValueError(f'at = "{written}" lies before the step above')
    # The next Monday after the step above may not be the next one after its quiet: neither is guessed.
    first = when(written, start, now)
    if at < quiet or now < first < quiet:
        later = "" if at < quiet else f", or is {at:%Y-%m-%d %H:%M}: write which day is meant"
        raise ValueError(f'at = "{written}" lies before {quiet:%a %Y-%m-%d %H:%M}, the quiet_until above{later}')
    return at


def _does(
    written: Mapping[str, Any], start: datetime, at: datetime
) -> Said | Action | ClaimAction | Marked | Letter | Rules | Passed:
    doing = [name for name in DOINGS if name in written]
    if len(doing) > 1:
        raise ValueError(f"one thing a step, not {' and '.join(doing)}")
    for key in BESIDE - _ALWAYS & written.keys():
        if key not in _GOES_WITH.get("".join(doing), ()):
            raise Unreadable(f"{key} does not go with {' '.join(doing) or 'a step in which time only passes'}", (key,))
    if not doing:
        return Passed()
    with within(doing[0]):
        match doing[0]:
            case "act":
                return _action(text(written["act"]), start, at)
            case "policy":
                return Rules(surroundings.rules(written["policy"]))
            case "answer":
                return _other_answer(written)
            case name if name in _IN_WORDS:
                return _IN_WORDS[name](text(written[name]))
            case name:
                return _said(name, written, start, at)
    raise AssertionError("it does one thing")


def _mark(written: str) -> Marked:
    how, _, note = written.partition(" ")
    return Marked(*MARKS[named("mark", how, MARKS)], note, by="lin")


def _letter(written: str) -> Letter:
    verb, kind = _two(written, "approve stalled")
    return Letter(named("move of a letter", verb, tuple(Verb)), named("kind", kind, RULES))


def _two(written: str, how: str) -> list[str]:
    both = _first_two(written, how)
    if len(both) != len(("verb", "kind")):
        raise ValueError(f'expected two words, such as "{how}", got "{written}"')
    return both


def _first_two(written: str, how: str) -> list[str]:
    """The words, of which there must be a verb and a kind."""
    both = written.split()
    if len(both) < len(("verb", "kind")):
        raise ValueError(f'expected a verb and a kind, such as "{how}", got "{written}"')
    return both


def _said(name: str, written: Mapping[str, Any], start: datetime, at: datetime) -> Said:
    beside = _beside(written, "stopped", "destination", "pending")
    for key in {"estimate", "commitment"} & set(written):
        beside[key] = when(written[key], start, at)
    if "stands" in written:
        beside["stands"] = one_of(Milestone, written["stands"])
    if name in {"again", "polled"}:
        _true(written[name])
        return Said(beside=beside)
    if name == "stale":
        _true(written[name])
        return Said(Answered, as_before=True)
    if name == "gone":
        return Said(Answered, drops=listed(written["gone"]), beside=beside)
    rows = written[name] if isinstance(written[name], list) else [written[name]]
    return Said(Answered, tuple(_checkpoint(row, start, at) for row in rows), only=name == "push", beside=beside)


def _other_answer(written: Mapping[str, Any]) -> Said:
    beside = _beside(written, "reason", "pending")
    if written["answer"] == "unregistered":
        beside["unregistered"] = True
    return Said(OTHER_ANSWERS[named("answer", written["answer"], OTHER_ANSWERS)], beside=beside)


def _beside(written: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """What an answer says beside its checkpoints: texts, but for what is only true or not."""
    return {key: truth(written[key]) if key == "pending" else words(written, key) for key in keys if key in written}


def _true(written: object) -> None:
    if not truth(written):
        raise ValueError("is true, or left out")


def _checkpoint(row: Mapping[str, Any], start: datetime, at: datetime) -> Checkpoint:
    only(row, _OF_CHECKPOINT)
    milestone = one_of(Milestone, needed(row, "milestone"))
    occurred = when(row["occurred"], start, at, before=True) if "occurred" in row else at
    return Checkpoint(
        occurred,
        when(row["until"], start, at) if "until" in row else occurred,
        milestone,
        one_of(Cause, row["cause"]) if "cause" in row else None,
        words(row, "code"),
        words(row, "text", milestone.replace("_", " ")),
        words(row, "place"),
        moves=truth(row.get("moves", milestone is not Milestone.UNKNOWN)),
        sure=one_of(Sure, row.get("sure", "stated")),
    )


def _action(written: str, start: datetime, at: datetime) -> Action:
    doing, _, until = written.partition(" until ")
    doing, _, to = doing.partition(" to ")
    verb, kind, *what = _first_two(doing, "ack stalled")
    ends = when(until, start, at) if until else None
    remedy = one_of(Remedy, what[0]) if what else None
    verb, kind = named("deed", verb, tuple(Signal)), named("kind", kind, RULES)
    return Action(verb, kind, by="lin", until=ends, to=to, what=remedy)


def _claim(written: str) -> ClaimAction:
    verb, kind, *said = _first_two(written, "file damaged RMA-7")
    rest = " ".join(said).strip()
    verb, kind = named("move of a claim", verb, _CLAIMING), named("kind", kind, RULES)
    paid = verb == "pay"
    return ClaimAction(verb, kind, by="lin", ref="" if paid else rest, amount=rest if paid else "")


_IN_WORDS: Final[Mapping[str, Callable[[str], Marked | ClaimAction | Letter]]] = {
    "mark": _mark,
    "claim": _claim,
    "letter": _letter,
}


def _expect(written: Mapping[str, Any], start: datetime, at: datetime) -> Expect:
    only(written, (*HAPPENINGS, *STANDINGS, "nothing"))
    if _nothing(written) and written.keys() & set(HAPPENINGS):
        raise ValueError("it expects nothing, and something")
    happens = {name: _items(name, written.get(name, ())) for name in HAPPENINGS}
    stands = {name: value for name, value in written.items() if name in STANDINGS}
    for name in _BY_KIND & stands.keys():
        with within(name):
            only(stands[name], RULES)
            for each in stands[name].values() if name == "facts" else ():
                table(each)
    for name in {"says", "cleared"} & stands.keys():
        with within(name):
            stands[name] = listed(stands[name])
    for name, kind in {"milestone": Milestone, "cause": Cause}.items():
        if stands.get(name):
            with within(name):
                stands[name] = str(one_of(kind, stands[name]))
    if stands.get("poll_at", "never") != "never":
        stands["poll_at"] = when(stands["poll_at"], start, at)
    return Expect(happens, stands)


def _nothing(written: Mapping[str, Any]) -> bool:
    with within("nothing"):
        return truth(written.get("nothing", False))


def _items(name: str, written: object) -> tuple[str, ...]:
    """What is to happen, each beginning with a kind."""
    with within(name):
        items = listed(written)
        for item in items:
            named("kind", item.partition(" ")[0], RULES)
        return items
