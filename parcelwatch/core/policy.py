"""What the shop wants to hear, when and where: thresholds, overrides, routes, and how one of them is chosen.

What belongs here: choosing. Every answer names the line it comes from. Order, the most specific last and
winning: profile, global, company, account, service, origin, destination, lane, tag.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import timedelta
from typing import Final

from parcelwatch.core.drafts import Wording
from parcelwatch.core.incidents import Incidents
from parcelwatch.core.kinds import CLOCKED, KINDS, Family
from parcelwatch.core.learn.foresight import Foresight
from parcelwatch.core.messaging.matching import Matcher, Subject
from parcelwatch.core.messaging.timing import Timing
from parcelwatch.core.profiles import PROFILES, Profile
from parcelwatch.core.report import Daily
from parcelwatch.core.thresholds import Limits, Threshold
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.whereabouts import split
from parcelwatch.core.timekeeping.working import FollowUp, OfficeHours, Working
from parcelwatch.core.windows import Terms
from parcelwatch.duration import Duration
from parcelwatch.model import Fact, Form, Parcel

Key = tuple[str, str, str, str, str, tuple[str, ...]]

# Sums of these weights give the order above: origin + destination (a lane) outweighs either and all before them.
_WEIGHTS: Final = {"company": 1, "courier": 2, "service": 4, "origin": 8, "destination": 16, "tag": 32}
_CACHED_TABLES: Final = 4096
_TOLD: Final = "no threshold: opens when it is said"
_PROMISE: Final = "no threshold: opens when the promised day is over"


@dataclass(frozen=True, slots=True)
class Override:
    """Thresholds for some parcels only; "" matches every parcel. `courier` is the name of an account.

    `untracked`: whether nobody scans them on their way; None says nothing of it.
    """

    thresholds: Mapping[str, Threshold]
    line: str = ""
    courier: str = ""
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    tag: str = ""
    untracked: bool | None = None

    @property
    def weight(self) -> int:
        return sum(weight for name, weight in _WEIGHTS.items() if getattr(self, name))

    def matches(self, key: Key) -> bool:
        courier, company, service, origin, destination, tags = key
        return (
            self.courier in ("", courier)
            and self.company in ("", company)
            and self.service in ("", service)
            and self.origin.upper() in ("", origin.upper(), split(origin)[0])
            and self.destination.upper() in ("", destination.upper(), split(destination)[0])
            and (not self.tag or self.tag in tags)
        )


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Tables:
    """The thresholds for one parcel: `real` of every kind; `shadows` on trial, which would hold if they were real."""

    real: Mapping[str, Threshold]
    shadows: Mapping[str, Threshold]


@dataclass(frozen=True, slots=True)
class Route:
    """Whose messages go to which channels.

    `goes_on`: the routes after this one are asked too, and in the end the first channel. `drafts`: it takes what
    matches of customers' drafts as well.
    """

    match: Matcher
    channels: tuple[str, ...]
    goes_on: bool = False
    drafts: bool = False
    line: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A channel that gets a message, and the line of the route that says so, "" where none does."""

    channel: str
    line: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Everything that decides. Compare policies by `policy_id`, which a moved line or a comment does not change.

    `thresholds` are the file's global ones, `overrides` in the file's order: of two that weigh the same, the
    later wins. `old_news`: what began longer ago than this when a parcel is first heard of is not told.
    `draft_channel`: "" sends new drafts to nobody. `timing` decides when messages leave, and nothing about parcels.
    `follow_up`: how long cases wait for people, in the time in which somebody is there, which is `working`. `daily`:
    who gets the day's report. `foresight`: when a parcel counts as going to be late. `incidents`: what makes one, which
    changes nothing of any parcel.
    """

    profile: str = "international"
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    routes: tuple[Route, ...] = ()
    channels: tuple[str, ...] = ()
    old_news: timedelta = timedelta(days=14)
    draft_channel: str = ""
    wording: Wording = field(default_factory=Wording)
    timing: Timing = field(default_factory=Timing, compare=False)
    calendar: Calendar = field(default_factory=Calendar)
    follow_up: FollowUp = field(default_factory=FollowUp)
    hours: OfficeHours = field(default_factory=OfficeHours)
    daily: Daily = field(default_factory=Daily)
    working: Working = field(init=False, repr=False)
    claims: Terms = field(default_factory=Terms)
    foresight: Foresight = field(default_factory=Foresight)
    incidents: Incidents = field(default_factory=Incidents, compare=False)
    policy_id: str = field(init=False, default="")
    _tables: dict[Key, Tables] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "policy_id", _digest(self))
        object.__setattr__(self, "working", Working(self.hours, self.calendar.home))

    def threshold(self, kind: str, parcel: Parcel) -> Threshold:
        """The threshold of one kind for one parcel. Raises KeyError for a kind that does not exist."""
        return self.table(parcel)[kind]

    def table(self, parcel: Parcel) -> Mapping[str, Threshold]:
        """The thresholds of every kind for one parcel."""
        return self.tables(parcel).real

    def tables(self, parcel: Parcel) -> Tables:
        """The thresholds for one parcel, and those on trial; remembered for all parcels like it."""
        key = (parcel.courier, parcel.company, parcel.service, parcel.origin, parcel.destination, parcel.tags)
        return self._tables.get(key) or self._remember(key)

    def courier_silent(self, account: str) -> timedelta:
        """How long an account may fail before the operator hears of it."""
        limit = self._choose((account, "", "", "", "", ())).real["courier_silent"].warn
        return limit.natural() if limit else timedelta.max

    def receivers(self, one: Subject, *, draft: bool = False) -> tuple[Receiver, ...]:
        """Who gets a message, each channel once: those of the first route that matches, and of those it goes on to.

        Where none ends it: the first channel, of customers' drafts the channel for these. () without channels.
        """
        found: dict[str, str] = {}
        for route in self.routes:
            if (route.drafts or not draft) and route.match.matches(one):
                found |= {channel: route.line for channel in route.channels if channel not in found}
                if not route.goes_on:
                    return _receivers(found)
        last = self.draft_channel if draft else next(iter(self.channels), "")
        return _receivers(found | ({last: ""} if last and last not in found else {}))

    def _remember(self, key: Key) -> Tables:
        if len(self._tables) >= _CACHED_TABLES:
            self._tables.clear()
        table = self._tables[key] = self._choose(key)
        return table

    def _choose(self, key: Key) -> Tables:
        real, shadows = _defaults(PROFILES[self.profile], origin=key[3], destination=key[4]), dict[str, Threshold]()
        holding = sorted((one for one in self.overrides if one.matches(key)), key=lambda override: override.weight)
        said = [
            (each.weight, *one) for each in (Override(self.thresholds), *holding) for one in each.thresholds.items()
        ]
        # A stable sort: of equal weights the later one in the file is applied last. What is on trial comes after the
        # others of its weight: it shows what would be if it took their place.
        for _, kind, threshold in sorted(said, key=lambda one: (one[0], one[2].shadow)):
            if threshold.shadow:
                shadows[kind] = threshold
            else:
                real[kind] = threshold
                shadows.pop(kind, None)
        untracked = next((one for one in reversed(holding) if one.untracked is not None), None)
        if untracked is None or not untracked.untracked:
            return Tables(real, shadows)
        quiet = _without_silence(real, untracked.line)
        return Tables(quiet, {kind: limits for kind, limits in shadows.items() if quiet[kind].quiet is None})


# What rests on scans that do not come, beside all that silence tells.
_RESTS_ON_SCANS: Final = frozenset({"unknown_number", "tracking_stopped"})


_UNTOLD: Final = (Family.SILENCE, Family.FORECAST)
_UNSCANNED: Final = {name for name, kind in KINDS.items() if kind.family in _UNTOLD} | _RESTS_ON_SCANS
UNTRACKED: Final = (_UNSCANNED | set(CLOCKED)) - {"courier_silent"}
"""Kinds whose thresholds do nothing where `untracked` holds."""


def _without_silence(table: Mapping[str, Threshold], line: str) -> dict[str, Threshold]:
    """The thresholds of what nobody scans on its way: what is told counts, what is not told does not."""
    quiet = Threshold(None, None, line, Fact(Form.UNTRACKED))
    silenced = {kind: quiet if kind in _UNSCANNED else Threshold(None, None, line) for kind in UNTRACKED}
    return {**table, **silenced}


def _receivers(found: Mapping[str, str]) -> tuple[Receiver, ...]:
    return tuple(Receiver(channel, line) for channel, line in found.items())


def _defaults(profile: Profile, origin: str, destination: str) -> dict[str, Threshold]:
    return {kind: _default(kind, profile, origin.upper(), destination.upper()) for kind in KINDS}


def _default(kind: str, profile: Profile, origin: str, destination: str) -> Threshold:
    if kind not in profile.domestic:
        return Threshold(None, None, _PROMISE if KINDS[kind].family is Family.SILENCE else _TOLD)
    domestic, abroad = profile.domestic[kind], profile.cross_border[kind]
    if profile.domestic is profile.cross_border:
        return _named(domestic, f"profile {profile.name}")
    if not origin or not destination:
        column = "origin or destination unknown: the milder column"
        return _named(_milder(domestic, abroad), f"profile {profile.name} ({column})")
    if split(origin)[0] == split(destination)[0]:
        return _named(domestic, f"profile {profile.name} (domestic)")
    return _named(abroad, f"profile {profile.name} (cross-border)")


def _named(limits: Limits, line: str) -> Threshold:
    return Threshold(limits.warn, limits.critical, line)


def _milder(one: Limits, other: Limits) -> Limits:
    """The one that waits longer. A column without limits has no clock at all, so it is not the milder one."""
    if not one.warn or not other.warn:
        return one if one.warn else other
    return max(one, other, key=lambda limits: (_length(limits.warn), _length(limits.critical)))


def _length(limit: Duration | None) -> timedelta:
    return limit.length if limit else timedelta.max


def _digest(policy: Policy) -> str:
    profile = PROFILES[policy.profile]
    deciding = {each.name: _plain(getattr(policy, each.name)) for each in fields(policy) if each.init and each.compare}
    text = json.dumps([deciding, _plain(profile)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    """The value as JSON knows it, without the lines it was written on."""
    if isinstance(value, Duration):
        return str(value)
    if is_dataclass(value):
        deciding = (each.name for each in fields(value) if each.compare and each.name != "line")
        return {name: _plain(getattr(value, name)) for name in deciding}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return str(value)
