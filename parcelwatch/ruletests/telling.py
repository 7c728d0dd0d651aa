"""Playing a test, whoever plays it: the same must happen.

`play` drives a Teller through the steps and fails with the test's file, the step, what was expected and what happened
instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, NoReturn, Protocol

from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Answered, Checkpoint, Dossier, Event, Observation, Passed
from parcelwatch.ruletests.book import Story
from parcelwatch.ruletests.steps import HAPPENINGS, Letter, Rules, Said, Step
from parcelwatch.store.rows import whole


class Failed(Exception):
    """A test that does not hold: at which step, and at which moment of it, what was expected and what happened."""

    def __init__(self, story: Story, step: Step, expected: str, happened: str, at: datetime) -> None:
        self.story, self.step, self.expected, self.happened, self.at = story, step, expected, happened, at
        super().__init__(f"{self.where}\n  expected: {expected}\n  happened: {happened}")

    @property
    def where(self) -> str:
        """Which step of which test."""
        story, step = self.story, self.step
        moment = f"{step.written}, {_at(step.at)}"
        return f"{story.name}:{self.line}, step {step.place} ({moment}) of “{story.title}”"

    @property
    def line(self) -> int:
        return self.story.lines[self.step.place - 1]


@dataclass(frozen=True, slots=True)
class Happened:
    """What one step came to, as stories write it. `says`: the words of what was told."""

    opened: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    drafted: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{name} {_listed(getattr(self, name))}" for name in HAPPENINGS if getattr(self, name)]
        return ", ".join(parts) or "nothing"


class Teller(Protocol):
    """Whoever plays a story."""

    @property
    def dossier(self) -> Dossier: ...

    def step(self, event: Event, at: datetime) -> Happened: ...

    def letter(self, letter: Letter, at: datetime) -> Happened: ...

    def judge(self, policy: Policy, at: datetime) -> Happened:
        """Go by other rules from then on."""

    def rest(self) -> None:
        """Between two steps: what a restart would do."""

    @property
    def assess_at(self) -> datetime | None: ...


class Feed:
    """The courier of a story: its list so far, and what it answers when asked."""

    def __init__(self, number: str) -> None:
        self._number = number
        self._listed: tuple[Checkpoint, ...] = ()
        self._before: tuple[Checkpoint, ...] = ()
        self._answer: Observation = Answered(number)

    def same(self) -> Observation:
        return self._answer

    def says(self, said: Said) -> Observation:
        if said.answer is None:
            self._beside(said)
            return self._answer
        if said.as_before:
            return self._tracked(self._before)
        self._before = self._listed
        self._listed = (*self._without(said.drops), *said.adds)
        if said.answer is not Answered:
            self._answer = said.answer(self._number, **said.beside)
            return self._answer
        self._answer = answer = Answered(self._number, self._listed, **said.beside)
        return replace(answer, checkpoints=said.adds, complete=False) if said.only else answer

    def _beside(self, said: Said) -> None:
        """The same answer, with what is said beside it. Raises BadInput for what such an answer cannot say."""
        known = {each.name for each in fields(self._answer)}
        if unknown := sorted(said.beside.keys() - known):
            raise BadInput(f"{', '.join(unknown)}: no such answer as the one before says that")
        self._answer = replace(self._answer, **said.beside)

    def _tracked(self, checkpoints: tuple[Checkpoint, ...]) -> Answered:
        if not isinstance(self._answer, Answered):
            raise BadInput("stale: the courier told no list before")
        return replace(self._answer, checkpoints=checkpoints)

    def _without(self, drops: tuple[str, ...]) -> tuple[Checkpoint, ...]:
        for name in drops:
            if not any(name in {one.text, one.milestone} for one in self._listed):
                raise BadInput(f"gone: the courier never listed “{name}”")
        return tuple(one for one in self._listed if not {one.text, one.milestone.value} & set(drops))


def _at(moment: datetime) -> str:
    """As tests write it, with its zone."""
    return f"{moment:%a %Y-%m-%d %H:%M} UTC"


# --- playing -------------------------------------------------------------------------------------


def play(story: Story, teller: Teller) -> Iterator[Step]:
    """Play step by step, each checked; yields after each, so that two tellers can be compared."""
    feed = Feed(story.parcel.number)
    for step in story.steps:
        teller.rest()
        if step.due:
            _check(story, step, "a poll placed", step.at, _poll_at(teller))
        _judge(story, step, teller, _happens(story, step, feed, teller))
        if step.quiet_until is not None:
            _keep_quiet(story, step, feed, teller, step.quiet_until)
        yield step


def _happens(story: Story, step: Step, feed: Feed, teller: Teller) -> Happened:
    try:
        if isinstance(step.does, Letter):
            return teller.letter(step.does, step.at)
        if isinstance(step.does, Rules):
            policy = replace(step.does.policy, calendar=story.policy.calendar, claims=story.policy.claims)
            return teller.judge(policy, step.at)
        return teller.step(feed.says(step.does) if isinstance(step.does, Said) else step.does, step.at)
    except (BadInput, NotFound) as error:
        _fail(story, step, "something that can be done then", str(error))


def _keep_quiet(story: Story, step: Step, feed: Feed, teller: Teller, until: datetime) -> None:
    """Ask and look whenever it is time; `until` itself belongs to the next step."""
    now = step.at
    while (due := _next(teller)) is not None and due < until:
        polled, before, now = due == _poll_at(teller), now, max(due, now)
        happened = teller.step(feed.same() if polled else Passed(), now)
        if str(happened) != "nothing":
            _fail(story, step, f"quiet until {_at(until)}", f"at {_at(now)}: {happened}", now)
        if now == before and _next(teller) == due:
            _fail(story, step, "time to go on", f"asked again and again at {_at(now)}", now)


def _next(teller: Teller) -> datetime | None:
    return min((at for at in (_poll_at(teller), teller.assess_at) if at is not None), default=None)


def _poll_at(teller: Teller) -> datetime | None:
    at = teller.dossier.poll_at
    return whole(at) if at else None


# --- judging -------------------------------------------------------------------------------------


def _judge(story: Story, step: Step, teller: Teller, happened: Happened) -> None:
    for name, expected in step.expect.happens.items():
        actual = getattr(happened, name)
        if not _fit(expected, actual):
            _fail(story, step, f"{name} {_listed(expected)}", f"{name} {_listed(actual)} (in all: {happened})")
    for name, expected in step.expect.stands.items():
        _STANDINGS[name](story, step, expected, teller.dossier, happened)


def _fit(expected: tuple[str, ...], actual: tuple[str, ...]) -> bool:
    """The same items; an expected one may leave out the end ("stalled high" for "stalled high worsened")."""
    pairs = zip(sorted(expected), sorted(actual), strict=False)
    return len(expected) == len(actual) and all(f"{one} ".startswith(f"{said} ") for said, one in pairs)


def _listed(items: Iterable[object]) -> str:
    """As people write it."""
    return ", ".join(map(str, items)) or "nothing"


def _check(story: Story, step: Step, what: str, expected: object, actual: object) -> None:
    if expected != actual:
        _fail(story, step, f"{what}: {_shown(expected)}", _shown(actual))


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return _listed(f"{name}: {_shown(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return _listed(map(_shown, value))
    return f"{value:%a %Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else str(value)


def _hidden(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    _check(story, step, "hidden", expected, {one.kind: one.hidden_by for one in dossier.cases if one.hidden_by})


def _cases(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    actual = {one.kind: f"{one.state} {one.severity}" for one in dossier.cases}
    for kind, said in expected.items():
        if not _fit((said,), (actual.get(kind, "no case"),)):
            _fail(story, step, f"case {kind}: {said}", actual.get(kind, "no case"))


def _milestone(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    _check(story, step, "milestone", expected, str(dossier.milestone))


def _cause(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    _check(story, step, "cause", expected, str(dossier.cause or ""))


def _polls(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    actual = whole(dossier.poll_at) if dossier.poll_at else "never"
    _check(story, step, "next poll", expected, actual)


def _says(story: Story, step: Step, expected: Any, _: Dossier, happened: Happened) -> None:
    for part in expected:
        if not any(part in words for words in happened.says):
            _fail(story, step, f"words with “{part}”", _listed(f"“{words}”" for words in happened.says))


def _cleared(story: Story, step: Step, expected: Any, _: Dossier, happened: Happened) -> None:
    _check(story, step, "cleared", sorted(expected), sorted(happened.cleared))


def _owners(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    _check(story, step, "owners", expected, {one.kind: one.owner for one in dossier.cases if one.kind in expected})


def _shadows(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    actual = {one.kind: str(one.severity) for one in dossier.shadows if one.over_at is None}
    _check(story, step, "shadows", expected, actual)


def _facts(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    newest = {one.kind: one.facts for one in dossier.drafts if one.unsent}
    for kind, facts in expected.items():
        actual = {name: newest.get(kind, {}).get(name) for name in facts}
        _check(story, step, f"what the {kind} draft may say", facts, actual)


def _claims(story: Story, step: Step, expected: Any, dossier: Dossier, _: Happened) -> None:
    known = {one.kind: one.claim for one in dossier.cases if one.claim is not None and one.claim.stands}
    actual = {kind: f"{claim.state} {claim.last_on or 'unknown'}" for kind, claim in known.items()}
    _check(story, step, "claims", expected, actual)


_STANDINGS: Final = {
    "claims": _claims,
    "hidden": _hidden,
    "shadows": _shadows,
    "cases": _cases,
    "milestone": _milestone,
    "cause": _cause,
    "poll_at": _polls,
    "says": _says,
    "facts": _facts,
    "cleared": _cleared,
    "owners": _owners,
}


def _fail(story: Story, step: Step, expected: str, actual: str, at: datetime | None = None) -> NoReturn:
    raise Failed(story, step, expected, actual, at or step.at)
