"""FedEx's codes: what kind of event it was, the few reasons whose meaning is certain, and what a delay's type says.

Source: FedEx's table of tracking status codes, its sandbox's mock numbers and its samples. There is no complete list of
reasons. A reason counts only beside an event that is an exception: a package tendered or redirected carries one too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

INFO: Meaning = (M.INFO_RECEIVED, None)
PICKED_UP: Meaning = (M.PICKED_UP, None)
TRANSIT: Meaning = (M.IN_TRANSIT, None)
CUSTOMS: Meaning = (M.CUSTOMS, None)
HELD_BY_CUSTOMS: Meaning = (M.CUSTOMS, C.CUSTOMS)
OUT: Meaning = (M.OUT_FOR_DELIVERY, None)
ATTEMPT: Meaning = (M.ATTEMPT_FAILED, None)
NOBODY: Meaning = (M.ATTEMPT_FAILED, C.NOBODY_HOME)
REFUSED: Meaning = (M.ATTEMPT_FAILED, C.REFUSED)
WAITING: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
RETURNING: Meaning = (M.RETURNING, None)
DELIVERED: Meaning = (M.DELIVERED, None)
ADDRESS: Meaning = (M.EXCEPTION, C.ADDRESS)
FAULT: Meaning = (M.EXCEPTION, C.COURIER_FAULT)
TROUBLE: Meaning = (M.EXCEPTION, C.UNSTATED)
POSTPONED: Meaning = (M.IN_TRANSIT, C.POSTPONED)
CANCELLED: Meaning = (M.CANCELLED, None)

Groups = tuple[tuple[Meaning, str], ...]

# The three groups of the courier's own table. Their letters collide; an event is a movement first.
GROUPS: Mapping[str, Groups] = {
    "Movement": (
        (INFO, "AO AP CH DR DS EP LP OC OX RC RD RG RM RP RR SP"),
        (PICKED_UP, "PU PX"),
        (TRANSIT, "AA AC AF AR AX DP EA EO FD IT IX LO OF OW PF PL PM SF TR"),
        (OUT, "AD ED OD"),
        (WAITING, "HL HP"),
        (RETURNING, "RS"),
        (DELIVERED, "DL"),
        (TROUBLE, "DD DE DY PD SE"),
        (CANCELLED, "CA"),
    ),
    "Regulatory": (
        (INFO, "SP"),
        (TRANSIT, "CC EA"),
        (CUSTOMS, "CP"),
        (HELD_BY_CUSTOMS, "CD"),
    ),
    "Possession": (
        (INFO, "RC SH SP"),
        (TRANSIT, "CA TP"),
        (CUSTOMS, "BR CU"),
    ),
}
# Seen in answers and missing in the table: of them AS is an address that was corrected, HA a hold that was granted.
SEEN: Groups = ((INFO, "AE AS HA IN"), (TROUBLE, "RL"))


def _table(groups: Iterable[tuple[Meaning, str]]) -> Mapping[str, Meaning]:
    return {code: meaning for meaning, codes in groups for code in codes.split()}


EVENTS: Mapping[str, Meaning] = {
    **_table(SEEN),
    **_table(GROUPS["Possession"]),
    **_table(GROUPS["Regulatory"]),
    **_table(GROUPS["Movement"]),
}

LATE = "RL"
# Events whose reason says what happened.
EXCEPTIONS = frozenset({"CD", "DD", "DE", "DY", "PD", "SE", LATE})
# Those of them that only tell of a delay; every other event but label data is a scan, whatever delays it.
NOTICES = EXCEPTIONS - {"DE", "SE"}

# Two digits are Express's, three are Ground's, and the two do not agree: 07 is refused, 007 nobody there to take it.
RETURN = "14"
REASONS = _table(
    (
        (POSTPONED, "17"),
        (TRANSIT, "31 A3 A47"),
        (CUSTOMS, "A25"),
        (NOBODY, "08 15"),
        (REFUSED, "07"),
        (RETURNING, RETURN),
        (ADDRESS, "03"),
        (FAULT, "A52"),
        (TROUBLE, "083 099 086C"),
    )
)

DELAYS: Mapping[str, Cause] = {
    "WEATHER": C.WEATHER,
    "CLEARANCE": C.CUSTOMS,
    "OPERATIONAL": C.COURIER_FAULT,
    "LOCAL": C.UNSTATED,
    "GENERAL": C.UNSTATED,
}
NO_DELAY = frozenset({"ON_TIME", "EARLY"})

NEW_NUMBER = "RETURNED_TO_SHIPPER_TRACKING_NUMBER"
