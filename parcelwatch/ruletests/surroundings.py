"""Of which parcel a test tells, and by which rules it is judged where the test has rules of its own.

What belongs here: all of a test but its steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from parcelwatch.config import days
from parcelwatch.config.models import File
from parcelwatch.config.problems import problem_of
from parcelwatch.core.drafts import Wording
from parcelwatch.core.kinds import KINDS
from parcelwatch.core.policy import Policy
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.working import FollowUp, OfficeHours
from parcelwatch.core.windows import Loss, Start, Terms, Window
from parcelwatch.duration import Duration
from parcelwatch.model import Order, Parcel, Severity
from parcelwatch.ruletests.moments import (
    Unreadable,
    duration,
    listed,
    named,
    needed,
    number,
    one_of,
    only,
    table,
    tables,
    text,
    values,
    when,
    within,
    words,
)

DAYS: Final = ("calendar", "peaks", "stoppages", "remote")
OF_POLICY: Final = ("policy", "claims", *DAYS)
"""What makes a test's rules its own."""

_OURS: Final = ("id", "orders", "import_id", "replaced")
_OF_ORDER: Final = tuple(each.name for each in fields(Order) if each.name != "number")
_OF_PARCEL: Final = tuple(each.name for each in fields(Parcel) if each.name not in _OURS)
_TIMES: Final = ("added_at", "shipped_at", "promised_by", "dispatch_by")
LINE: Final = "the story"


def policy(written: Mapping[str, Any]) -> Policy:
    """The rules that a test brings with it."""
    chosen = written.get("policy", {})
    with within("policy"):
        made = rules(chosen)
    with within("claims"):
        claims = Terms(tuple(map(_window, tables(written.get("claims", []), "claims"))))
    return replace(made, calendar=_calendar(written), claims=claims)


def rules(chosen: object) -> Policy:
    """The rules that a `policy` says, without days and claims."""
    said = values(chosen, _POLICY)
    wording = {name: said.pop(name) for name in ("shop", "languages", "follow_up") if name in said}
    opens, closes = said.pop("hours", (None, None))
    follow_up = {name: said.pop(name) for name in ("escalate_to", "reraise_after", "remedy_after") if name in said}
    return Policy(
        channels=("ops",),
        draft_channel="drafts",
        wording=Wording(**{"languages": ("zh-CN", "en"), **wording}),
        hours=OfficeHours(said.pop("zone", ZoneInfo("UTC")), opens, closes),
        follow_up=FollowUp(said.pop("escalate_after", {}), **follow_up),
        **{"profile": "international", "old_news": timedelta(days=14), **said},
    )


def _thresholds(written: object) -> dict[str, Threshold]:
    return values(written, dict.fromkeys(KINDS, _threshold))


def _threshold(row: object) -> Threshold:
    said = values(row, {"warn": duration, "critical": duration, "mode": lambda text: named("mode", text, ("shadow",))})
    return Threshold(said.get("warn"), said.get("critical"), LINE, shadow="mode" in said)


def _limits(written: object) -> dict[Severity, Duration]:
    with_limits = {one_of(Severity, name): limit for name, limit in table(written).items()}
    return {Severity(name): limit for name, limit in values(with_limits, dict.fromkeys(Severity, duration)).items()}


def _hours(written: object) -> tuple[time, time]:
    opens, _, closes = text(written).partition("-")
    try:
        return time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError:
        raise ValueError(f'expected hours such as "09:00-18:00", got "{written}"') from None


def _zone(written: object) -> ZoneInfo:
    try:
        return ZoneInfo(text(written))
    except (OSError, KeyError):
        raise ValueError(f'no time zone "{written}": write one such as "Asia/Shanghai"') from None


_POLICY: Final = {
    "profile": lambda written: named("profile", written, PROFILES),
    "thresholds": _thresholds,
    "old_news": lambda written: duration(written).natural(),
    "languages": listed,
    "shop": text,
    "follow_up": lambda written: duration(written).natural(),
    "escalate_after": _limits,
    "escalate_to": text,
    "reraise_after": duration,
    "remedy_after": duration,
    "zone": _zone,
    "hours": _hours,
}


def _calendar(written: Mapping[str, Any]) -> Calendar:
    """Saturdays and Sundays alone, by UTC, unless the test speaks of days."""
    said = {name: written[name] for name in DAYS if name in written}
    if not said:
        return Calendar()
    try:
        return days.calendar(File.model_validate(said))
    except ValidationError as fault:
        problem = problem_of(fault.errors(include_url=False)[0], File)
        raise Unreadable(problem.text, problem.at) from None


def _window(row: Mapping[str, Any]) -> Window:
    said = values(row, _WINDOW)
    loss, start = needed(said, "kind"), needed(said, "from")
    return Window(loss, needed(said, "days"), start, line=LINE, **{name: said[name] for name in _OF_LANE & said.keys()})


def _days(written: object) -> int:
    return int(number(written))


_OF_LANE: Final = {"lane", "origin", "destination", "service"}
_WINDOW: Final = {
    "kind": lambda written: one_of(Loss, written),
    "days": _days,
    "from": lambda written: one_of(Start, written),
    **dict.fromkeys(_OF_LANE, text),
}


def parcel(written: Mapping[str, Any], start: datetime, courier: str) -> Parcel:
    """The parcel, and the one order in it. `courier`: whose it is where the test does not say."""
    only(written, (*_OF_PARCEL, *_OF_ORDER, "order"))
    given = {name: _read(name, written, start) for name in written}
    ordered = {name: given.pop(name) for name in given.keys() & set(_OF_ORDER)}
    order = Order(given.pop("order", ""), **ordered)
    usual = {"id": 0, "number": "PW000000001XX", "courier": courier, "added_at": start, "orders": (order,)}
    return Parcel(**{**usual, **given})


def _read(name: str, written: Mapping[str, Any], start: datetime) -> Any:
    """One thing that is known of the parcel or its order."""
    with within(name):
        if name in _TIMES:
            return when(written[name], start, start)
        if name == "tags":
            return listed(written[name])
        if name == "value":
            return number(written[name])
    return words(written, name)
