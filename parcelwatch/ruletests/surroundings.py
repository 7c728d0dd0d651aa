"""Of which parcel a test tells, and by which rules it is judged where the test has rules of its own.

What belongs here: all of a test but its steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from parcelwatch.config import days
from parcelwatch.config.models import File
from parcelwatch.config.problems import problem_of
from parcelwatch.core.calendar import Calendar
from parcelwatch.core.drafts import Wording
from parcelwatch.core.kinds import KINDS
from parcelwatch.core.policy import Policy
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.windows import Loss, Start, Terms, Window
from parcelwatch.core.working import FollowUp, OfficeHours
from parcelwatch.duration import Duration, parse
from parcelwatch.model import Order, Parcel, Severity
from parcelwatch.ruletests.moments import Unreadable, listed, named, needed, one_of, only, tables, when, within, words

DAYS: Final = ("calendar", "peaks", "stoppages", "remote")
OF_POLICY: Final = ("policy", "claims", *DAYS)
"""What makes a test's rules its own."""

_WAITS: Final = ("escalate_after", "escalate_to", "reraise_after", "remedy_after")
_POLICY: Final = ("profile", "thresholds", "old_news", "languages", "shop", "follow_up", *_WAITS, "zone", "hours")
_WINDOW: Final = ("kind", "days", "from", "lane", "origin", "destination", "service")
_OURS: Final = ("id", "orders", "import_id", "replaced")
_OF_ORDER: Final = tuple(each.name for each in fields(Order) if each.name != "number")
_OF_PARCEL: Final = tuple(each.name for each in fields(Parcel) if each.name not in _OURS)
_TIMES: Final = ("added_at", "shipped_at", "promised_by", "dispatch_by")
LINE: Final = "the story"


def policy(written: Mapping[str, Any]) -> Policy:
    """The rules that a test brings with it."""
    chosen = written.get("policy", {})
    with within("policy"):
        only(chosen, _POLICY)
        made = _policy(chosen)
    with within("claims"):
        claims = Terms(tuple(map(_window, tables(written.get("claims", []), "claims"))))
    return replace(made, calendar=_calendar(written), claims=claims)


def _policy(chosen: Mapping[str, Any]) -> Policy:
    return Policy(
        profile=named("profile", chosen.get("profile", "international"), PROFILES),
        thresholds=_thresholds(chosen.get("thresholds", {})),
        channels=("ops",),
        draft_channel="drafts",
        old_news=parse(chosen.get("old_news", "14d")).natural(),
        wording=Wording(
            shop=chosen.get("shop", ""),
            languages=listed(chosen.get("languages", ("zh-CN", "en"))),
            follow_up=parse(chosen.get("follow_up", "2d")).natural(),
        ),
        follow_up=_follow_up(chosen),
        hours=_hours(chosen),
    )


def _thresholds(written: Mapping[str, Any]) -> dict[str, Threshold]:
    with within("thresholds"):
        only(written, KINDS)
        return {kind: _threshold(row) for kind, row in written.items()}


def _threshold(row: Mapping[str, str]) -> Threshold:
    shadow = "mode" in row and named("mode", row["mode"], ("shadow",)) == "shadow"
    return Threshold(_duration(row, "warn"), _duration(row, "critical"), LINE, shadow=shadow)


def _follow_up(chosen: Mapping[str, Any]) -> FollowUp:
    given = {name: parse(chosen[name]) for name in ("reraise_after", "remedy_after") if name in chosen}
    limits = {one_of(Severity, name): parse(limit) for name, limit in chosen.get("escalate_after", {}).items()}
    return FollowUp(limits, chosen.get("escalate_to", ""), **given)


def _hours(chosen: Mapping[str, Any]) -> OfficeHours:
    opens, closes = map(time.fromisoformat, chosen["hours"].split("-")) if "hours" in chosen else (None, None)
    return OfficeHours(ZoneInfo(chosen.get("zone", "UTC")), opens, closes)


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
    only(row, _WINDOW)
    rest = {name: row[name] for name in ("lane", "origin", "destination", "service") if name in row}
    loss, start = one_of(Loss, needed(row, "kind")), one_of(Start, needed(row, "from"))
    return Window(loss, int(needed(row, "days")), start, line=LINE, **rest)


def _duration(row: Mapping[str, str], name: str) -> Duration | None:
    return parse(row[name]) if name in row else None


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
            return float(written[name])
    return words(written, name)
