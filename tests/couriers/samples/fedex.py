"""What a person reads in the recorded FedEx answers."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

API = "fedex"
ASKED = Ask("123456789012")


def _error(name: str, status: int, raises: str) -> Sample:
    return Sample(f"fedex/{name}.json", API, asked=ASKED, status=status, raises=raises)


ROWS: list[Sample] = [
    Sample(
        "fedex/karrio-duplicate.json",  # the first result runs late, the second one was delivered a day later
        API,
        asked=Ask("776094337676"),
        answer=Answered,
        milestone=Milestone.DELIVERED,
    ),
    Sample("fedex/karrio-error-empty-number.json", API, asked=ASKED, status=400, answer=Refused, scans=0),
    Sample(
        "fedex/karrio-in-transit.json",
        API,
        asked=ASKED,
        answer=Answered,
        milestone=Milestone.PICKED_UP,
        cause=Cause.WEATHER,
        scans=1,
    ),
    Sample("fedex/karrio-in-transit.json", API, asked=Ask("39936862321"), answer=NotFound, scans=0),
    Sample(
        "fedex/karrio-proof-of-delivery.json",
        API,
        why_not="an answer of the documents API: a signature as PDF",
    ),
    Sample(
        "fedex/omniship-edited-doc-sample.json",  # edited by somebody: four times the same event in other words
        API,
        asked=Ask("122816215025810"),
        answer=Answered,
        milestone=Milestone.PICKED_UP,
        scans=4,
    ),
    Sample("fedex/omniship-notfound-200.json", API, asked=Ask("02399989320920003663"), answer=NotFound, scans=0),
    _error("romabilka-bad-jwt", 400, "CourierRefused"),
    Sample(
        "fedex/romabilka-doc-sample.json",
        API,
        asked=ASKED,
        answer=Answered,
        milestone=Milestone.PICKED_UP,
        cause=Cause.WEATHER,
        scans=1,
    ),
    Sample("fedex/romabilka-notfound-200.json", API, asked=Ask("794843185271"), answer=NotFound, scans=0),
    _error("romabilka-token-expired-401", 401, "CourierRefused"),
    Sample("fedex/romabilka-token-ok.json", API, call="grant"),
    _error("romabilka-validation-wspod", 400, "CourierUnavailable"),
    Sample("fedex/spec-error-400.json", API, asked=ASKED, status=400, answer=Refused, scans=0),
    _error("spec-error-401", 401, "CourierRefused"),
    _error("spec-error-403", 403, "CourierRefused"),
    _error("spec-error-404", 404, "CourierDeclines"),
    _error("spec-error-500", 500, "CourierUnavailable"),
    _error("spec-error-503", 503, "CourierUnavailable"),
]
