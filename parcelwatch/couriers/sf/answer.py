"""One number's routes of 顺丰: its status hierarchy, the operation code where that is silent, the words beside both.

Source: 丰桥's document, two lists of codes and a study of live parcels. "Signed" is also said of a drop in a locker,
and of a parcel that went back; the words tell. An operation's trouble stands where the status only says "on its way".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parcelwatch.couriers.sf.codes import COMBINED, HELD, OPERATIONS, REASONS, REDIRECTED, REPLACING, STATUSES
from parcelwatch.couriers.shared.china import history, scanned
from parcelwatch.couriers.shared.china_scans import Told, drop, problem, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, recent, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.lexicon import NOTHING, read
from parcelwatch.model import Answered, Cause, Milestone, Observation

M = Milestone
C = Cause

_SMOOTH = frozenset(
    {M.INFO_RECEIVED, M.PICKED_UP, M.IN_TRANSIT, M.OUT_FOR_DELIVERY, M.AVAILABLE_FOR_PICKUP, M.DELIVERED}
)
_FAILED: Meaning = (M.ATTEMPT_FAILED, None)
_TO_A_SHOP = re.compile(r"派送至[^，。]{0,40}(?:柜|驿站|[店站][）)】]|便利店|超市|代收点|自提点|合作点|服务点)")
_GOES_BACK = re.compile(r"退回|作废")
# A template that leaves open which of the two it was: the new number will tell.
_EITHER = re.compile(r"退回\s*/\s*转寄")
_NEW_NUMBER = re.compile(r"新运?单号(?:[为是])?\s*[:：]?\s*([A-Za-z]{0,4}\d{8,20})(?!\d)")


def routed(number: str, routes: Sequence[Record]) -> Observation:
    """What the routes of one number say; there is at least one."""
    scans = [_scan(route) for route in recent(routes)]
    told = history(scans)
    found = (_successor(one.code.partition("/")[0], one.text) for one in reversed(told))
    successor = next((new for new in found if new), "")
    return Answered(
        number=number,
        checkpoints=told,
        successor="" if same_number(successor, number) else successor,
    )


def newest(routes: Sequence[Record]) -> str:
    """The last time a list of routes names, to choose between two lists about one number."""
    return max((text(route.get("acceptTime"), "acceptTime") for route in routes), default="")


def routes_of(answer: Record) -> list[Record]:
    return rows(answer.get("routes"), "routes")


def _successor(operation: str, words: str) -> str:
    found = _NEW_NUMBER.search(words) if operation in REPLACING else None
    return found[1] if found else ""


def _scan(route: Record) -> Scan:
    stamp = text(route.get("acceptTime"), "acceptTime")
    words = text(route.get("remark"), "remark", TEXT_LIMIT)
    operation, reason = _code(route, "opCode"), _code(route, "reasonCode")
    first = _code(route, "firstStatusCode")
    second = _code(route, "secondaryStatusCode") or _code(route, "secondStatusCode")
    meaning, reading = _told(operation, reason, first, second, words)
    code = "/".join(part for part in (operation, second or first) if part) + (f"+{reason}" if reason else "")
    place = text(route.get("acceptAddress"), "acceptAddress")
    return Scan(scanned(stamp), code, meaning, words, place, reading)


def _code(route: Record, name: str) -> str:
    return text(route.get(name), name).strip("- ")


def _told(operation: str, reason: str, first: str, second: str, words: str) -> Told:
    """What a scan's codes mean beside its words, ready to be followed."""
    meaning = _meaning(operation, reason, first, second)
    if meaning is None:
        return without_code(words)
    reading = read(words, "zh")
    if operation == REDIRECTED and _GOES_BACK.search(words):
        return (M.RETURNING, None), reading
    if operation in REPLACING and _EITHER.search(words):
        return meaning, NOTHING
    if operation in HELD and reading.cause is not None:
        return (M.EXCEPTION, C.UNSTATED), reading
    if meaning == _FAILED:
        return problem(meaning, words)
    if meaning[0] is M.DELIVERED and _TO_A_SHOP.search(words):
        return drop(meaning, words)
    return meaning, reading


def _meaning(operation: str, reason: str, first: str, second: str) -> Meaning | None:
    """The reason, then both levels together, then the status, then the operation; None where only words can tell."""
    if (operation, reason) in REASONS:
        return REASONS[operation, reason]
    if (operation, second) in COMBINED:
        return COMBINED[operation, second]
    status, plain = STATUSES.get(second) or STATUSES.get(first), OPERATIONS.get(operation)
    if status is None:
        known = operation in OPERATIONS or not (operation or first or second)
        return plain if known else UNKNOWN
    troubled = plain is not None and plain[0] not in _SMOOTH
    return plain if troubled and status == (M.IN_TRANSIT, None) else status
