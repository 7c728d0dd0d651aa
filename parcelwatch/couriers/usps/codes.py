"""USPS's codes: what an event's code means, which codes the editions disagree on, categories, and codes of errors.

Source: lists of event codes made from Publication 199 and its older editions, recorded answers, and USPS's error
inventory. No code says "lost". Where the editions disagree the event's own text and the status category decide; what
stands here for such a code is what all editions allow, and nothing where they contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
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
RETURNED: Meaning = (M.RETURNED, None)
DELIVERED: Meaning = (M.DELIVERED, None)
DELIVERED_DAMAGED: Meaning = (M.DELIVERED, C.DAMAGED)
DAMAGED: Meaning = (M.EXCEPTION, C.DAMAGED)
DESTROYED: Meaning = (M.EXCEPTION, C.DESTROYED)
ADDRESS: Meaning = (M.EXCEPTION, C.ADDRESS)
WEATHER: Meaning = (M.EXCEPTION, C.WEATHER)
MISROUTED: Meaning = (M.EXCEPTION, C.MISROUTED)
DELAY: Meaning = (M.EXCEPTION, C.UNSTATED)
TROUBLE: Meaning = (M.EXCEPTION, C.UNSTATED)

Groups = tuple[tuple[Meaning, str], ...]

# What only says that it will be late.
LATE = ("57", "71", "BX", "HX")

# Parcels with a shipping partner move, though USPS awaits them: 80 to 82. RT is the return's start, as with DHL.
EVENT_GROUPS: Groups = (
    (INFO, "70 74 89 DX GX MA NP PE"),
    (PICKED_UP, "03 43 80 87 A0 OS PA PO PU TM"),
    (
        TRANSIT,
        (
            "06 07 10 19 32 33 35 36 38 39 40 41 42 45 60 61 81 82 83 84 85 A1 AD AF AG AH AJ AP AR AS AT B0 B3 B5 BB "
            "C0 CO CR D0 D1 D2 DD DT EA ED EF F0 G0 J0 K0 K3 PC SF T1 TA TL TP TR"
        ),
    ),
    (CUSTOMS, "B1 B2 CI E0 IC K1 K2"),
    (HELD_BY_CUSTOMS, "CD HP RE"),
    (OUT, "DG OF WC"),
    (ATTEMPT, "02 30 52 53 54 55 64 72 H0 ND"),
    (NOBODY, "51 56 CA NH"),
    (REFUSED, "04 RD"),
    (WAITING, "14 16 58 62 73 CC DF DH"),
    (RETURNING, "09 27 28 29 H8 K4 K5 RT"),
    (RETURNED, "86"),
    (DELIVERED, "01 13 17 34 63 BR DL I0 OK"),
    (DELIVERED_DAMAGED, "DN"),
    (DAMAGED, "12"),
    (DESTROYED, "DP"),
    (ADDRESS, "05 21 22 23 24 25 26 BA CM"),
    (WEATHER, "WX"),
    (MISROUTED, "08 15"),
    (DELAY, " ".join(LATE)),
    (TROUBLE, "11 44 46 OH PD SC SS"),
    (UNKNOWN, "31 59"),
)
EVENTS: Mapping[str, Meaning] = {code: meaning for meaning, codes in EVENT_GROUPS for code in codes.split()}

DISPUTED = frozenset(["11", "17", "19", "21", "22", "23", "28", "29", "31", "57", "59"])
# "USPS Awaiting Item" is said of parcels that a partner carries, and of labels alike.
WITH_A_PARTNER = frozenset(["80", "81", "82"])
# What USPS's computers expect next, as its inspector general found, without anybody having seen the parcel; such an
# event names no place.
COMPUTED = frozenset(["TL", "DX"])
COMPUTED_WORDS = "arriving late"
DATE_ONLY = "MA"

# The status of the whole parcel, in lower case. There is no official list.
CATEGORIES: Mapping[str, Meaning] = {
    "pre-shipment": INFO,
    "label created": INFO,
    "accepted": PICKED_UP,
    "moving through network": TRANSIT,
    "in transit": TRANSIT,
    "out for delivery": OUT,
    "delivered": DELIVERED,
    "delivered to agent": DELIVERED,
    "delivery attempt": ATTEMPT,
    "available for pickup": WAITING,
    "alert": TROUBLE,
    "delayed": DELAY,
    "return to sender": RETURNING,
}

# --- errors --------------------------------------------------------------------------------------

# Nothing yet: a label was made, or the parcel was handed over lately.
NOTHING_YET = frozenset(["150001", "150003", "150009"])
REASONS: Mapping[str, str] = {
    "150002": "USPS says the number may be incorrect: check for typing errors",
    "150004": "USPS does not track this kind of number here",
    "150005": "USPS cannot send notifications for it",
    "150006": "this is the number of a redelivery notice, not of a parcel",
    "150007": "this is the number of a redelivery notice, not of a parcel",
    "150008": "USPS does not track parcels of this country",
    "150010": "USPS says the number may belong to another shipper",
    "150011": "this is the number of a pickup request, not of a parcel",
    "150012": "USPS says the postage is fraudulent: the parcel is not carried",
    "150013": "USPS tracks test kits elsewhere",
}
