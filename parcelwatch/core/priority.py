"""How urgent one finding is among many: a number, and the parts that make it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parcelwatch.core.texts.text import amount
from parcelwatch.model import Severity

_SEVERITY = {Severity.CRITICAL: 400, Severity.HIGH: 300, Severity.MEDIUM: 200, Severity.LOW: 100}
_OVERDUE = 50
_DAYS_COUNTED = 30
_VALUE_COUNTED = 29
_COMPLAINED = 30


@dataclass(frozen=True, slots=True)
class Weighed:
    """What makes one trouble more urgent than another, as known when somebody looks."""

    severity: Severity
    since: datetime
    promised_by: datetime | None = None
    value: float = 0.0
    complained: bool = False


def reasons(one: Weighed, now: datetime) -> tuple[tuple[str, int], ...]:
    """The parts of the rank with what each stands for; severity outweighs all the others together."""
    parts = [(f"severity {one.severity}", _SEVERITY.get(one.severity, 0))]
    days = (now - one.since).days
    if days > 0:
        parts.append((f"{days} days old", min(days, _DAYS_COUNTED) // 2))
    if one.promised_by is not None and one.promised_by < now:
        parts.append(("promise is over", _OVERDUE // 2))
    if one.value > 0:
        parts.append((f"worth {amount(one.value)}", min(int(one.value / 20), _VALUE_COUNTED)))
    if one.complained:
        parts.append(("the buyer has written", _COMPLAINED))
    return tuple(parts)


def rank(one: Weighed, now: datetime) -> int:
    """The sum of the reasons; higher is more urgent. It grows with time, so it is computed when it is shown."""
    return sum(points for _, points in reasons(one, now))
