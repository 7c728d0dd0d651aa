"""What [[routes]] and [channels.*] say of who is told: matchers for the core, and what cannot have been meant.

What belongs here: from what was written to matchers and problems. Who gets a message is core.policy's to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from parcelwatch.config.models import File
from parcelwatch.config.problems import Places, Problem, listed
from parcelwatch.config.speaking import Route
from parcelwatch.core.kinds import KINDS, Family
from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.model import Severity

_At = tuple[str | int, ...]


def matcher(route: Route) -> Matcher:
    """Which messages a route means."""
    return Matcher(
        route.kinds,
        Severity(route.severity) if route.severity else None,
        courier=route.courier,
        company=route.company,
        destination=route.destination,
        tag=route.tag,
        value=route.value,
        tier=route.tier,
        incident=route.incident,
    )


# --- errors --------------------------------------------------------------------------------------


def errors(
    route: Mapping[str, Any], channels: Collection[str], accounts: Collection[str], at: _At
) -> Iterator[Problem]:
    """Names in a route as it was written that are nobody's."""
    yield from unknown_channel(route.get("channel"), channels, (*at, "channel"))
    several = route.get("channels")
    names = [name for name in several if isinstance(name, str)] if isinstance(several, list) else []
    for name in dict.fromkeys(names):
        yield from unknown_channel(name, channels, (*at, "channels"))
        if names.count(name) > 1:
            yield Problem((*at, "channels"), f'names "{name}" twice: each channel gets a message once')
    courier = route.get("courier")
    if isinstance(courier, str) and courier and courier not in accounts:
        there = f"there are {listed(accounts)}" if accounts else "there is no [couriers.*] at all"
        yield Problem((*at, "courier"), f'no account "{courier}"{did_you_mean(courier, accounts)}; {there}')


def unknown_channel(name: object, channels: Collection[str], at: _At) -> Iterator[Problem]:
    """A channel that is not there."""
    if isinstance(name, str) and name and name not in channels:
        there = f"there are {listed(channels)}" if channels else "there is no [channels.*] at all"
        yield Problem(at, f'no channel "{name}"{did_you_mean(name, channels)}; {there}')


def unreached(file: File, lines: Places) -> Iterator[Problem]:
    """Routes that never get a message because an earlier one takes it."""
    for position, route in enumerate(file.routes):
        taking = (place for place, other in enumerate(file.routes[:position]) if _takes_all(other, route))
        if (place := next(taking, None)) is not None:
            how = "put this one before it, give it continue = true, or name all channels in one"
            line = lines.line(("routes", place))
            yield Problem(("routes", position), f"never gets a message: the route on line {line} takes all; {how}")


# --- warnings ------------------------------------------------------------------------------------

_OPERATORS = frozenset(kind.name for kind in KINDS.values() if kind.family is Family.OPERATOR)
_PARCELS = ("severity", "company", "destination", "tag", "value", "tier", "incident")


def warnings(file: File) -> Iterator[Problem]:
    """Matchers that have no effect, and hours that never come."""
    for position, route in enumerate(file.routes):
        at = ("routes", position)
        if route.kinds and _OPERATORS.issuperset(route.kinds):
            idle = [name for name in _PARCELS if getattr(route, name)]
            if idle:
                yield Problem(
                    (*at, idle[0]), f"{listed(route.kinds)} is about an account, no parcel: this does nothing"
                )
    for name, channel in file.channels.items():
        if channel.digest_at is None and "digest_below" in channel.model_fields_set:
            yield Problem(("channels", name, "digest_below"), "has no effect without digest_at")
        limited = channel.quiet_hours or channel.max_per_hour
        if not limited and "quiet_except" in channel.model_fields_set:
            yield Problem(("channels", name, "quiet_except"), "has no effect without quiet_hours or max_per_hour")
        if channel.digest_at and channel.digest_below == Severity.LOW:
            yield Problem(("channels", name, "digest_below"), "nothing is milder than low, so the digest stays empty")


def _takes_all(earlier: Route, later: Route) -> bool:
    """What is about us goes only to routes that name it, so a route for all kinds leaves those to a later one."""
    if earlier.continue_ or (later.drafts and not earlier.drafts):
        return False
    named = set(later.kinds) & _OPERATORS
    return matcher(earlier).covers(matcher(later)) and named <= set(earlier.kinds)
