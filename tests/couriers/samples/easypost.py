"""Recordings of EasyPost. Trackers are read as the only one of a list."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

M = Milestone

LIST = '{"trackers":[%s],"has_more":false}'
FIRST = Ask("EZ1000000001", company="USPS")

ROWS: list[Sample] = [
    Sample("easypost/docs-event-retrieve-no-result.json", "easypost", call="push"),
    Sample("easypost/docs-tracker-create.json", "easypost", FIRST, call="register", ok=True),
    Sample("easypost/docs-tracker-delete.json", "easypost", why_not="the answer to a deletion, which is never made"),
    Sample(
        "easypost/docs-tracker-list.json",
        "easypost",
        FIRST,
        answer=Answered,
        milestone=M.INFO_RECEIVED,
        scans=2,
    ),
    Sample(
        "easypost/docs-tracker-retrieve.json",
        "easypost",
        FIRST,
        wrap=LIST,
        answer=Answered,
        milestone=M.INFO_RECEIVED,
        scans=2,
    ),
    Sample("easypost/docs-webhook-create.json", "easypost", why_not="a webhook, which the operator makes"),
    Sample("easypost/docs-webhook-list.json", "easypost", why_not="a list of webhooks"),
    Sample("easypost/error-404-errors-as-strings.json", "easypost", FIRST, status=404, raises="CourierDeclines"),
    Sample("easypost/error-404-payload-not-found.json", "easypost", FIRST, status=404, raises="CourierDeclines"),
    Sample("easypost/error-422-address-verify.json", "easypost", FIRST, status=422, raises="CourierRefused"),
    Sample("easypost/error-422-parameter-required.json", "easypost", FIRST, call="register", status=422, ok=False),
    Sample(
        "easypost/landing-tracker-newest-first.json",
        "easypost",
        Ask("EZ1000000001"),
        wrap=LIST,
        answer=Answered,
        milestone=M.DELIVERED,
        scans=3,
    ),
    Sample(
        "easypost/tracker-batch-response.json",
        "easypost",
        FIRST,
        answer=Answered,
        milestone=M.INFO_RECEIVED,
        scans=2,
    ),
    Sample(
        "easypost/tracker-delivered-eight-events.json",
        "easypost",
        Ask("9400100208271116404754", company="USPS"),
        wrap=LIST,
        answer=Answered,
        milestone=M.DELIVERED,
        scans=8,
    ),
    Sample(
        "easypost/tracker-pre-transit.json",
        "easypost",
        Ask("9400100208303109500683", company="USPS"),
        wrap=LIST,
        answer=Answered,
        milestone=M.INFO_RECEIVED,
        scans=2,
    ),
    Sample(
        "easypost/tracker-status-error-detail-unknown.json",
        "easypost",
        Ask("EZ1000000003", company="USPS"),
        wrap=LIST,
        answer=Refused,
        scans=0,
    ),
    Sample(
        "easypost/tracker-unknown-empty-details.json",
        "easypost",
        Ask("9400100208303109500645", company="USPS"),
        wrap=LIST,
        answer=NotFound,
        scans=0,
    ),
    Sample(
        "easypost/webhook-tracker-updated-delivered-ups.json",
        "easypost",
        Ask("EZ4000000004", company="UPS"),
        call="push",
        answer=Answered,
        milestone=M.DELIVERED,
        scans=6,
    ),
    Sample(
        "easypost/webhook-tracker-updated-fedex-in-transit.json",
        "easypost",
        Ask("1", company="FedEx"),
        call="push",
        answer=Answered,
        milestone=M.IN_TRANSIT,
        scans=7,
    ),
]
