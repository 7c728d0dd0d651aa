"""Recordings of Shippo."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

M = Milestone
UNKNOWN_NUMBER = Ask("EXAMPLEOFINVALID123TRACKINGNUMBER", company="usps")

ROWS: list[Sample] = [
    Sample(
        "shippo/docs-get-delivered.json",
        "shippo",
        Ask("9205590164917312751089", company="usps"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=2,
    ),
    Sample(
        "shippo/docs-webhook-track-updated.json",
        "shippo",
        Ask("9205590164917312751089", company="usps"),
        call="push",
        answer=Answered,
        milestone=M.DELIVERED,
        scans=1,
    ),
    Sample("shippo/error-403-permission.json", "shippo", UNKNOWN_NUMBER, status=403, raises="CourierRefused"),
    Sample("shippo/error-404-not-found.json", "shippo", UNKNOWN_NUMBER, status=404, answer=NotFound),
    Sample(
        "shippo/vcr-create.json",
        "shippo",
        Ask("9205590164917337534322", company="usps"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=11,
    ),
    Sample("shippo/vcr-invalid-create-1.json", "shippo", UNKNOWN_NUMBER, status=201, answer=NotFound),
    Sample("shippo/vcr-invalid-create.json", "shippo", UNKNOWN_NUMBER, call="register", status=400, ok=False),
    Sample("shippo/vcr-invalid-get-status.json", "shippo", UNKNOWN_NUMBER, status=400, answer=Refused),
]
