"""Recordings of 顺丰's answers."""

from __future__ import annotations

from parcelwatch.model import Ask, Cause, Milestone, Refused, Unanswered
from tests.couriers.samples.sample import Sample

M = Milestone
C = Cause

CASES = "sf/route_resp_cases_from_tests.json"
ASK = Ask("SF7600000000123")
_WRAP = (
    '{"apiResultCode": "A1000", "apiResultData": {"success": true, "errorCode": "S0000", "msgData":'
    ' {"routeResps": [{"mailNo": "SF7600000000123", %s}]}}}'
)
ROUTES = _WRAP.replace("%s", '"routes": %s')
REASON = _WRAP.replace("%s", '"routes": [], "reasonCode": %s')


def case(name: str, milestone: Milestone, cause: Cause | None = None, *, unknown: bool = False) -> Sample:
    """One of the cases of the study's tests: routes without the envelope and the number."""
    return Sample(CASES, "sf", ASK, milestone, cause, scans=1, inside=(name, "routes"), wrap=ROUTES, unknown=unknown)


ROWS: list[Sample] = [
    # An answer for another number than any it may be asked with: too short for a waybill.
    Sample("sf/envelope_empty_routes.json", "sf", Ask("SF7600000000123"), answer=Unanswered),
    Sample(
        "sf/legacy_xml_route_refused_then_signed.xml",
        "sf",
        why_not="an answer of the older interface, in XML, which 丰桥 replaces",
    ),
    case("locker_80_401_not_received", M.AVAILABLE_FOR_PICKUP),
    case("received_80_401", M.DELIVERED),
    case("hk_external_80_401", M.DELIVERED),
    Sample(CASES, "sf", ASK, answer=Refused, inside=("no_permission", "reasonCode"), wrap=REASON),
    case("pickup_point_642", M.AVAILABLE_FOR_PICKUP),
    case("cn_hk_out_for_delivery_634", M.OUT_FOR_DELIVERY),
    case("void_33_501", M.CANCELLED),
    case("locker_removed_126", M.EXCEPTION, C.UNSTATED),
    case("unknown_999", M.UNKNOWN, unknown=True),
]
