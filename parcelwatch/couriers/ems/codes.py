"""中国邮政's codes: operations, ways of delivery, reasons of non-delivery, and operations that take another back.

Facts: a public table made from the customers' platform. Read otherwise than there: "do not load" and questions about
the contents are trouble; a letter box or a meter's cupboard at the address is the address, nobody will collect from
there; what a postman takes back out of a locker was not collected, which is no return yet; O_011 does not say whether
a return begins or has ended, so it begins.
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
_CUSTOMS: Meaning = (M.CUSTOMS, None)
_HELD: Meaning = (M.CUSTOMS, C.CUSTOMS)
_OUT: Meaning = (M.OUT_FOR_DELIVERY, None)
_FAILED: Meaning = (M.ATTEMPT_FAILED, None)
_REFUSED: Meaning = (M.ATTEMPT_FAILED, C.REFUSED)
_ADDRESS: Meaning = (M.ATTEMPT_FAILED, C.ADDRESS)
_WAITING: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
_SIGNED: Meaning = (M.DELIVERED, None)
_ODD: Meaning = (M.EXCEPTION, C.UNSTATED)
_LOST: Meaning = (M.EXCEPTION, C.LOST)
_BACK: Meaning = (M.RETURNING, None)
_VOID: Meaning = (M.CANCELLED, None)

_RELEASED = "456 468 C_003 C_032 O_002 O_043 O_046 469 487 562 563 C_008 O_044 EDC EXC"

_OPERATIONS: tuple[tuple[Meaning, str], ...] = (
    (_INFO, "764"),
    (_PICKED, "203 464 O_001 208"),
    (_MOVING, "404 481 500 538 950 O_047 O_050"),
    (_MOVING, "303 336 345 356 358 360 364 365 368 370 371 374 375 376 379 394 396 399 499 533 552 554 556 557 558"),
    (_MOVING, "893 913 916 931 932 937 991 O_003 O_005 O_007 O_020 O_029 O_036"),
    (_MOVING, "305 389 423 457 460 489 494 496 521 911 O_004 O_009 O_022 O_032 O_034 O_035 V_398"),
    (_MOVING, "458 459 465 485 488 495 498 505 506 520 912 954 O_008 O_033 V_954 EDA EXD"),
    (_MOVING, "461 490 516 713 C_001 O_037 O_049 O_051"),
    (_MOVING, "756 802 803"),
    (_CUSTOMS, "466 486 565 C_002 C_006 C_010 C_033 O_031 O_038 O_039 EDB EXA 467 973 C_004"),
    (_HELD, "470 493 564 C_005 C_007 C_011 C_012 O_040 O_041 O_042 EME EXB O_045 O_048 553"),
    (_MOVING, _RELEASED),
    (_OUT, "702 749 O_014"),
    (_FAILED, "462 542 705 O_013 750 751"),
    (_REFUSED, "O_012"),
    (_WAITING, "491 747 723 O_017"),
    (_SIGNED, "463 704 748 O_010 O_016"),
    (_ODD, "013 492 534 651 993 O_006"),
    ((M.EXCEPTION, C.SECURITY), "555"),
    (_LOST, "987 988"),
    (_BACK, "312 405 482 708 741 326 447 O_011"),
    ((M.RETURNING, C.CUSTOMS), "C_009"),
    ((M.RETURNED, None), "711"),
    (_VOID, "801"),
)

# How it was handed over, beside an operation that says it was.
_DELIVERIES: tuple[tuple[Meaning, str], ...] = (
    (_SIGNED, "10 100 161 166 168 169 181 ZDY 20 60 70 160 162 90 150 163 164 165 167"),
    (_WAITING, "30 50 80 120"),
    (_LOST, "180"),
)

# Why it was not, beside an operation that says it was not.
_ATTEMPTS: tuple[tuple[Meaning, str], ...] = (
    (_ADDRESS, "1 2 3 5"),
    ((M.ATTEMPT_FAILED, C.NOBODY_HOME), "4"),
    ((M.IN_TRANSIT, C.POSTPONED), "6"),
    (_MOVING, "11 12"),
    (_REFUSED, "7"),
    (_WAITING, "8 9 14"),
    (_BACK, "10 15"),
    (_LOST, "13"),
    ((M.ATTEMPT_FAILED, C.UNSTATED), "16"),
)

# An operation that takes another back: where the parcel is then, and what it takes back.
_UNDOING: tuple[tuple[str, Meaning, str], ...] = (
    ("207", _INFO, "203"),
    ("212", _INFO, "208"),
    ("304", _MOVING, "303 336 345"),
    ("424", _MOVING, "423"),
    ("448", _BACK, "447"),
    ("472", _MOVING, "404"),
    ("474", _MOVING, "405"),
    ("483", _MOVING, "482"),
    ("742", _MOVING, "702"),
    ("743", _ODD, "704"),
    ("744", _MOVING, "705"),
    ("EDAD", _MOVING, "EDA"),
    ("EDCD", _CUSTOMS, "EDC"),
    ("EMED", _CUSTOMS, "EME"),
    ("EXAD", _MOVING, "EXA"),
    ("EXBD", _CUSTOMS, "EXB"),
    ("EXCD", _CUSTOMS, "EXC"),
    ("EXDD", _MOVING, "EXD"),
)

UNDOES: Mapping[str, frozenset[str]] = {code: frozenset(undone.split()) for code, _, undone in _UNDOING}
OPERATIONS: Mapping[str, Meaning] = {code: meaning for meaning, codes in _OPERATIONS for code in codes.split()} | {
    code: meaning for code, meaning, _ in _UNDOING
}
DELIVERIES: Mapping[str, Meaning] = {code: meaning for meaning, codes in _DELIVERIES for code in codes.split()}
ATTEMPTS: Mapping[str, Meaning] = {code: meaning for meaning, codes in _ATTEMPTS for code in codes.split()}

# Signed because the claim was paid: the parcel was lost, unless the words say that it was damaged.
CLAIMED = "180"
# Customs let it go: the words name customs, where it no longer is.
RELEASED = frozenset(_RELEASED.split())
