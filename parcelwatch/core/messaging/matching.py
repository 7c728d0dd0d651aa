"""Which messages are meant: matchers on trouble and parcel, shared by routes and silences.

What belongs here: the matching. What a match leads to is policy.py's and silences.py's.
"""

from __future__ import annotations

from dataclasses import dataclass

from parcelwatch.model import Parcel, Severity


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about, as far as matchers ask. `value`: in the shop's currency. `tiers`: of its customers.

    `incident`: it is about one, or about a parcel in one that speaks for itself.
    """

    kind: str
    severity: Severity
    courier: str = ""
    company: str = ""
    destination: str = ""
    tags: tuple[str, ...] = ()
    value: float = 0.0
    tiers: tuple[str, ...] = ()
    incident: bool = False


def subject(kind: str, severity: Severity, parcel: Parcel, *, incident: bool = False) -> Subject:
    """A kind of trouble of one parcel; `incident`: which is part of one."""
    return Subject(
        kind,
        severity,
        parcel.courier,
        parcel.company,
        parcel.destination,
        parcel.tags,
        parcel.value,
        tuple(order.tier for order in parcel.orders if order.tier),
        incident,
    )


@dataclass(frozen=True, slots=True)
class Matcher:
    """Every part must match; an empty one matches all. Countries and tiers match in any case.

    `severity`: this or worse. `below`: milder than this. `destination`: a country, or with its region. `value`: this
    or more. `incident`: only what has to do with one.
    """

    kinds: tuple[str, ...] = ()
    severity: Severity | None = None
    below: Severity | None = None
    courier: str = ""
    company: str = ""
    destination: str = ""
    tag: str = ""
    value: float = 0.0
    tier: str = ""
    incident: bool = False

    def matches(self, one: Subject) -> bool:
        if self.kinds and one.kind not in self.kinds:
            return False
        if one.severity is Severity.OPERATOR:
            # About us, not about a parcel, so worse than nothing: only what names the kind means it.
            return bool(self.kinds) and self.courier in ("", one.courier) and not self.incident
        return self._grave(one.severity) and self._of_parcel(one)

    def _grave(self, severity: Severity) -> bool:
        at_least = self.severity is None or severity.rank >= self.severity.rank
        return at_least and (self.below is None or severity.rank < self.below.rank)

    def _of_parcel(self, one: Subject) -> bool:
        return (
            self.courier in ("", one.courier)
            and self.company in ("", one.company)
            and _there(self.destination.upper(), one.destination.upper())
            and (not self.tag or self.tag in one.tags)
            and one.value >= self.value
            and (one.incident or not self.incident)
            and (not self.tier or self.tier.casefold() in {tier.casefold() for tier in one.tiers})
        )

    def covers(self, other: Matcher) -> bool:
        """Whether this one matches whatever the other does, as far as can be told from the two."""
        plain = all(
            getattr(self, name) in (empty, getattr(other, name))
            for name, empty in (("courier", ""), ("company", ""), ("tag", ""))
        )
        return (
            plain
            and (not self.kinds or (bool(other.kinds) and set(other.kinds) <= set(self.kinds)))
            and _rank(self.severity, 0) <= _rank(other.severity, 0)
            and _rank(self.below, 9) >= _rank(other.below, 9)
            and _there(self.destination.upper(), other.destination.upper())
            and self.value <= other.value
            and (other.incident or not self.incident)
            and self.tier.casefold() in ("", other.tier.casefold())
        )


def _there(wanted: str, destination: str) -> bool:
    """Whether a place is the one wanted, or a region of it."""
    return not wanted or destination == wanted or destination.startswith(f"{wanted}-")


def _rank(severity: Severity | None, otherwise: int) -> int:
    return otherwise if severity is None else severity.rank
