"""顺丰's statuses and operation codes, and what the two mean together.

Source: two independent full lists of operation codes, and a study of live parcels for the combinations. A code without
a published name means nothing by itself. Older lists that call 30 a collection are of another system: not used.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

_INFO: Meaning = (M.INFO_RECEIVED, None)
_PICKED: Meaning = (M.PICKED_UP, None)
_MOVING: Meaning = (M.IN_TRANSIT, None)
_OUT: Meaning = (M.OUT_FOR_DELIVERY, None)
_WAITING: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
_SIGNED: Meaning = (M.DELIVERED, None)
_FAILED: Meaning = (M.ATTEMPT_FAILED, None)
_ODD: Meaning = (M.EXCEPTION, C.UNSTATED)
_HELD: Meaning = (M.EXCEPTION, C.COURIER_FAULT)
_CUSTOMS: Meaning = (M.CUSTOMS, None)
_STUCK: Meaning = (M.CUSTOMS, C.CUSTOMS)
_BACK: Meaning = (M.RETURNING, None)
_VOID: Meaning = (M.CANCELLED, None)

# Both levels of the status hierarchy; the second says more.
STATUSES: Mapping[str, Meaning] = {
    "1": _PICKED,
    "101": _PICKED,
    "2": _MOVING,
    "201": _MOVING,
    "204": _CUSTOMS,
    "205": _MOVING,
    "3": _OUT,
    "301": _OUT,
    "4": _SIGNED,
    "401": _SIGNED,
    "5": _VOID,
    "501": _VOID,
    "11": _WAITING,
    "1101": _WAITING,
    "13": _FAILED,
    "1301": _FAILED,
}

GROUPS: tuple[tuple[Meaning | None, str], ...] = (
    (_INFO, "54 127 138 141 151 152 153 154 201 202 205 206 646 647"),
    (_PICKED, "50 51 43 46 129 407 607 651"),
    (_MOVING, "30 31 147 208 211 212 213 214 302 304 3036 36 10 11 105 106 88 89 136 137 190 405 406 47 570 571 64 65"),
    (_MOVING, "626 627 643 649 84 830 831 96 98 135 605 603 628"),
    (_OUT, "44 204 122 123 34 630 633 634 930 931 932 933"),
    (_WAITING, "125 130 218 632 642 655 656 657 658 678"),
    (_SIGNED, "80 8000 128 679 935 97"),
    (_FAILED, "33 70 70A 934"),
    (_ODD, "131 72 870 126 611"),
    (_HELD, "77 66 833"),
    (_CUSTOMS, "15 16 17 604 612 619 620 140 186 187 188 189"),
    (_STUCK, "18 613 614 621"),
    (_MOVING, "14 606 623"),
    (_MOVING, "99 517 648"),
    (_BACK, "631 215 660"),
    (None, "41 75 86 87 664 676 677 700 701 843 844 847 850 851 880 900 921 950"),
)

# Operation code → meaning; None where only the words beside it can tell.
OPERATIONS: Mapping[str, Meaning | None] = {code: meaning for meaning, codes in GROUPS for code in codes.split()}

# An operation and the second status, where the two together say something else than the status alone.
COMBINED: Mapping[tuple[str, str], Meaning] = {
    ("126", "1101"): _ODD,
    ("70", "1101"): _MOVING,
    ("648", "201"): _MOVING,
}

# An operation and its reason. Few answers bring reasons.
REASONS: Mapping[tuple[str, str], Meaning] = {
    ("8000", "6"): (M.EXCEPTION, C.LOST),
    ("8000", "2"): (M.EXCEPTION, C.DESTROYED),
    ("70", "46"): _VOID,
    ("70", "83"): _MOVING,
    ("70", "85"): _MOVING,
    ("99", "2"): _BACK,
    ("33", "83"): _WAITING,
    ("33", "85"): _WAITING,
}

# Scans that may carry the number which replaces this one.
REPLACING = frozenset({"648", "631"})
REDIRECTED = "99"
HELD = frozenset({"77", "66", "833"})
