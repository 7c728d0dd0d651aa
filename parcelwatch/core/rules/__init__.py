"""One rule per kind of trouble. A rule looks at a View and answers with a Verdict, reason included.

To add one: write the class in the room of its family (told, silence, promise, feed), put it into RULES, give it
a threshold in core/profiles.py and a story in tests/stories/.
"""

from __future__ import annotations

from parcelwatch.core.rules.base import QUIET, Finding, Rule, Verdict
from parcelwatch.core.rules.feed import TrackingStopped, UnknownNumber
from parcelwatch.core.rules.promise import Late
from parcelwatch.core.rules.silence import AwaitingCollection, NoFirstScan, NotDelivered, NotPickedUp, Stalled
from parcelwatch.core.rules.told import (
    AttemptFailed,
    CourierException,
    CustomsHeld,
    Damaged,
    Destroyed,
    Lost,
    Refused,
    Returned,
    Returning,
)

# Worse first: on one parcel a worse kind hides the milder ones. The same row: neither hides the other.
SEVERE_FIRST: tuple[tuple[str, ...], ...] = (
    ("destroyed", "lost"),
    ("damaged",),
    ("returned",),
    ("returning",),
    ("refused",),
    ("wrong_delivery",),
    ("security_held",),
    ("customs_held",),
    ("address_problem",),
    ("attempt_failed",),
    ("awaiting_collection",),
    ("late",),
    ("tracking_stopped",),
    ("unknown_number",),
    ("stalled", "not_delivered", "no_first_scan", "not_picked_up"),
    ("will_be_late",),
    ("misrouted",),
    ("courier_exception",),
    ("courier_delay",),
)

RULES: dict[str, type[Rule]] = {
    rule.kind: rule
    for rule in (
        UnknownNumber,
        NotPickedUp,
        NoFirstScan,
        Stalled,
        NotDelivered,
        AttemptFailed,
        AwaitingCollection,
        Refused,
        Damaged,
        Lost,
        Destroyed,
        CustomsHeld,
        Returning,
        Returned,
        Late,
        CourierException,
        TrackingStopped,
    )
}

__all__ = ["QUIET", "RULES", "SEVERE_FIRST", "Finding", "Rule", "Verdict"]
