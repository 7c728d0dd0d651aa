"""What a person reads in the recorded USPS answers."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

API = "usps"

ROWS: list[Sample] = [
    Sample("usps/error-401-client.json", API, asked=Ask("9400109104250532908587"), status=401, raises="CourierRefused"),
    Sample("usps/error-401-scope.json", API, asked=Ask("9400109104250532908587"), status=401, raises="CourierRefused"),
    Sample(
        "usps/karrio-delivered-v3.json",
        API,
        asked=Ask("9400109104250532908587"),
        answer=Answered,
        milestone=Milestone.DELIVERED,
        scans=12,
    ),
    Sample(
        "usps/karrio-error-schema-placeholder.json",
        API,
        asked=Ask("9400109104250532908587"),
        status=400,
        answer=Refused,
        scans=0,
    ),
    Sample("usps/karrio-token-error.json", API, call="grant", status=401, raises="CourierRefused"),
    Sample(
        "usps/omniship-arrived.json",
        API,
        asked=Ask("9261290289104185136058"),
        answer=Answered,
        milestone=Milestone.DELIVERED,
        scans=15,
    ),
    Sample(
        "usps/omniship-notfound.json",
        API,
        asked=Ask("9261290289104185136058"),
        status=400,
        answer=NotFound,
        scans=0,
    ),
    Sample(
        "usps/readme-detail-v3.json",
        API,
        asked=Ask("XXXXXXXXXXXXXXXXXXXX"),
        answer=Answered,
        milestone=Milestone.PICKED_UP,
        scans=1,
    ),
    Sample(
        "usps/readme-summary-v3.json",
        API,
        asked=Ask("XXXXXXXXXXXXXXXXXXXX"),
        answer=Answered,
        milestone=Milestone.PICKED_UP,
        scans=1,
    ),
    Sample("usps/token-ok.json", API, call="grant"),
]
