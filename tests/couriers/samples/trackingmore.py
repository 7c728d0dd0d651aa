"""Recordings of TrackingMore."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound
from tests.couriers.samples.sample import Sample

M = Milestone
SUCCESS = '{"meta":{"code":200,"type":"Success","message":"Success"},"data":[%s]}'

ROWS: list[Sample] = [
    Sample(
        "trackingmore/error-4001-invalid-key.json",
        "trackingmore",
        Ask("RR050349575PH", company="phlpost"),
        status=401,
        raises="CourierRefused",
    ),
    Sample(
        "trackingmore/error-4101-already-exists.json",
        "trackingmore",
        Ask("RR050349575PH", company="phlpost"),
        call="register",
        status=400,
        ok=True,
    ),
    Sample(
        "trackingmore/v4-create-delivered-phlpost-test.json",
        "trackingmore",
        Ask("RR050349575PH", company="phlpost"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=3,
    ),
    Sample(
        "trackingmore/v4-get-notfound-amazon.json",
        "trackingmore",
        Ask("TBA308626148196", company="amazon"),
        inside=("data", 0),
        wrap=SUCCESS,
        answer=NotFound,
    ),
    Sample(
        "trackingmore/v4-item-usps-mock-edited.json",
        "trackingmore",
        Ask("9261290312833844954982", company="usps"),
        wrap=SUCCESS,
        answer=NotFound,
    ),
]
