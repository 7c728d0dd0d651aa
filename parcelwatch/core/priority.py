"""How urgent one finding is among many: a number, and the parts that make it up."""

from __future__ import annotations

from datetime import datetime

from parcelwatch.core.rules import Finding
from parcelwatch.model import Parcel, Severity

_SEVERITY = {Severity.CRITICAL: 400, Severity.HIGH: 300, Severity.MEDIUM: 200, Severity.LOW: 100}
_OVERDUE = 50
_DAYS_COUNTED = 30
_VALUE_COUNTED = 49


def reasons(finding: Finding, parcel: Parcel, now: datetime) -> tuple[tuple[str, int], ...]:
    """The parts of the rank with what each stands for; severity outweighs all the others together."""
    parts = [(f"severity {finding.severity}", _SEVERITY.get(finding.severity, 0))]
    days = (now - finding.since).days
    if days > 0:
        parts.append((f"{days} days old", min(days, _DAYS_COUNTED) // 2))
    if parcel.promised_by is not None and parcel.promised_by < now:
        parts.append(("promise is over", _OVERDUE // 2))
    if parcel.value > 0:
        parts.append((f"worth {parcel.value:g}", min(int(parcel.value / 20), _VALUE_COUNTED)))
    return tuple(parts)


def rank(finding: Finding, parcel: Parcel, now: datetime) -> int:
    """The sum of the reasons; higher is more urgent."""
    return sum(points for _, points in reasons(finding, parcel, now))
