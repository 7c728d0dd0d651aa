"""What an alert says before it has words: how sure it is, which step helps, whether it happened or goes on.

What belongs here: choices made on facts, and what is known of a parcel beside its trouble. Words are words/'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parcelwatch.model import Draft, Fact, Form, Order, Severity, Sure


@dataclass(frozen=True, slots=True)
class About:
    """A parcel beside its trouble: its orders, where from and to, and the ids of the letters that wait about it, and
    the tickets in which its buyers have written. `others`: of a message that brings a letter, what else waits for the
    same customer of the same order. `lapsed`: which draft it was approved with, in one letter that is no more, 0
    where what it also said was no draft by itself, None where that is not so.
    """

    orders: tuple[Order, ...] = ()
    origin: str = ""
    destination: str = ""
    drafts: tuple[int, ...] = ()
    tickets: tuple[str, ...] = ()
    others: tuple[Draft, ...] = ()
    lapsed: int | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """What the shop says of itself. `order_url`: where agents find an order, {order} in it; `currency`: of values."""

    order_url: str = ""
    currency: str = ""


class Certainty(StrEnum):
    """How sure a trouble is: the courier says so, or suspects it, or it is slight; or the courier says nothing."""

    STATED = "stated"
    SUSPECTED = "suspected"
    SLIGHT = "slight"
    SILENT = "silent"


_HAPPENED: Final = frozenset(
    {
        Form.DAMAGED,
        Form.DESTROYED,
        Form.LOST,
        Form.REFUSED,
        Form.RETURNED,
        Form.ATTEMPT_FAILED,
        Form.OUT_AGAIN,
        Form.EXCEPTION,
        Form.ADDRESS_PROBLEM,
        Form.MISROUTED,
        Form.SEEN_TWICE,
        Form.DELIVERY_DOUBTED,
        Form.DELIVERED_ELSEWHERE,
        Form.SCANNED_AFTER,
        Form.DELAYED,
    }
)
_BY_THE_COURIER: Final = frozenset(
    {Form.DAMAGED, Form.DESTROYED, Form.LOST, Form.EXCEPTION, Form.ADDRESS_PROBLEM, Form.DELAYED}
)
_SAID: Final = _HAPPENED | {Form.RETURNING, Form.HELD_BY_CUSTOMS, Form.SECURITY_HELD, Form.NOT_COLLECTED}
_GATHERED: Final = frozenset(
    {Form.OUT_AGAIN, Form.SEEN_TWICE, Form.DELIVERY_DOUBTED, Form.DELIVERED_ELSEWHERE, Form.SCANNED_AFTER}
)
"""What nobody says: it follows from several scans."""
_UNSAID: Final = frozenset({Form.NO_FIRST_SCAN, Form.NO_SCAN, Form.NO_OUTCOME, Form.SLOW_CUSTOMS, Form.RECORD_GONE})


def happened(fact: Fact) -> bool:
    """Whether it is over as soon as it is told, so that it was so long ago; else it has gone on for so long."""
    sought = fact.scan is not None and fact.scan.sure is Sure.SUSPECTED
    return fact.says in _HAPPENED and not sought


def quotes(fact: Fact) -> bool:
    """Whether its sentence says by itself what the scan it quotes is about: the scan's milestone would add nothing."""
    return fact.says in _SAID


def certainty(fact: Fact) -> Certainty | None:
    """How sure it is; None where an agent says so, or the calendar, or where its sentence says whose word it is."""
    if fact.scan is not None and fact.scan.by:
        return None
    if fact.says in _UNSAID:
        return Certainty.SILENT
    if fact.says not in _SAID or fact.says in _GATHERED:
        return None
    sure = Certainty(fact.scan.sure) if fact.scan is not None and fact.scan.cause else Certainty.STATED
    return None if sure is not Certainty.SUSPECTED and fact.says in _BY_THE_COURIER else sure


def readings(kind: str, severity: Severity, fact: Fact) -> tuple[str, ...]:
    """The names under which words for such a case may stand, the most telling first.

    "lost.suspected", "returning.refused" and, of what only silence tells, "stalled.worse" once it has lasted too long.
    """
    scan = fact.scan
    weight = [f"{kind}.{scan.sure}"] if scan is not None and scan.cause and scan.sure is not Sure.STATED else []
    cause = [f"{kind}.{scan.cause}"] if scan is not None and scan.cause else []
    lasting = fact.says in _UNSAID and severity.rank >= Severity.HIGH.rank
    return (*weight, *cause, *([f"{kind}.worse"] if lasting else []), kind)


def buyers(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """The orders that name different buyers, each buyer once."""
    named = {(order.customer_name, order.buyer): order for order in orders if order.customer_name or order.buyer}
    return tuple(named.values())
