"""京东物流's codes: of an event (`state`), and of the stage it belongs to (`category`), which says less.

Facts: a public table of both lists. Read otherwise than there: a return under way is no return that ended; goods
scrapped or given up are destroyed; part of a shipment delivered leaves the rest open; a rider at the shop, or a job
handed to another company, is before the collection.
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
_REFUSED: Meaning = (M.ATTEMPT_FAILED, C.REFUSED)
_ODD: Meaning = (M.EXCEPTION, C.UNSTATED)
_GONE: Meaning = (M.EXCEPTION, C.DESTROYED)
_BACK: Meaning = (M.RETURNING, None)
_VOID: Meaning = (M.CANCELLED, None)

_STATES: tuple[tuple[Meaning, str], ...] = (
    (_INFO, "10010 200062 200063 200071 200018 200030 200034 200035 200036 200037 200053 200038 200061"),
    (_INFO, "200059 200064 200067"),
    (_PICKED, "200001 200058"),
    (_MOVING, "10032 200004 200007 200008 200009 200017 200056 10033 200050 200075"),
    (_MOVING, "10054 200006 200012 200019 200055 200076 200011 200013 200072 200077"),
    (_MOVING, "200002 200020 200040 200000 200039"),
    (_OUT, "11000"),
    (_WAITING, "200051 200057"),
    (_SIGNED, "10034"),
    (_FAILED, "200003 200031"),
    ((M.IN_TRANSIT, C.POSTPONED), "200023"),
    (_REFUSED, "10035 200069"),
    (_ODD, "10042 200065 200066"),
    (_GONE, "200032 200070"),
    (_BACK, "200033 200060"),
    ((M.RETURNING, C.REFUSED), "200068"),
    ((M.RETURNED, None), "200054"),
    (_VOID, "200010 200052"),
)

_STAGES: tuple[tuple[Meaning, str], ...] = (
    (_INFO, "100 390"),
    (_PICKED, "420"),
    (_MOVING, "430"),
    (_OUT, "440"),
    (_SIGNED, "510"),
    (_REFUSED, "530"),
    (_ODD, "403 480 500 700"),
    (_VOID, "690"),
)

STATES: Mapping[str, Meaning] = {code: meaning for meaning, codes in _STATES for code in codes.split()}
STAGES: Mapping[str, Meaning] = {code: meaning for meaning, codes in _STAGES for code in codes.split()}

# "Other" and "a friendly reminder": only the words say what happened, if anything did.
WORDY = frozenset({"200000", "200039"})
# A new label: the words beside it hold the number that replaces this one.
REPLACED = "200020"
