"""Recordings of AfterShip. Those of version 4 have its field names, and are read where their shape allows."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound
from tests.couriers.samples.sample import Sample

M = Milestone

PUSHED = Ask("0000000000000000", company="usps")

ROWS: list[Sample] = [
    Sample(
        "aftership/2026-07-get-trackings-delivered.json",
        "aftership",
        Ask("61293150000079650811", company="fedex"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=1,
    ),
    Sample("aftership/2026-07-webhook-edd-revise.json", "aftership", PUSHED, call="push", answer=Answered, scans=0),
    Sample(
        "aftership/2026-07-webhook-tracking-pending-time.json",
        "aftership",
        PUSHED,
        call="push",
        answer=NotFound,
    ),
    Sample(
        "aftership/2026-07-webhook-tracking-update.json",
        "aftership",
        PUSHED,
        call="push",
        answer=Answered,
        milestone=M.IN_TRANSIT,
        scans=1,
    ),
    Sample("aftership/error-401-invalid-key.json", "aftership", PUSHED, status=401, raises="CourierRefused"),
    Sample("aftership/v4-error-401.json", "aftership", PUSHED, status=401, raises="CourierRefused"),
    Sample(
        "aftership/v4-create-tracking-pending.json",
        "aftership",
        Ask("1111111111111", company="fedex"),
        call="register",
        status=201,
        ok=True,
    ),
    Sample("aftership/v4-delete-tracking.json", "aftership", why_not="the answer to a deletion, which is never made"),
    Sample("aftership/v4-detect-couriers.json", "aftership", why_not="a list of couriers, not a tracking"),
    Sample("aftership/v4-edd-batch-predict.json", "aftership", why_not="predicted delivery dates of no parcel"),
    Sample(
        "aftership/v4-get-tracking.json",
        "aftership",
        Ask("111111111111", company="fedex"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=14,
    ),
    Sample(
        "aftership/v4-get-trackings-mixed.json",
        "aftership",
        Ask("1111111111111"),
        answer=Answered,
        milestone=M.DELIVERED,
    ),
    Sample(
        "aftership/v4-get-trackings-mixed.json",
        "aftership",
        Ask("2222222222222"),
        answer=NotFound,
    ),
    Sample(
        "aftership/v4-get-trackings-mixed.json",
        "aftership",
        Ask("1231231231231"),
        answer=NotFound,
    ),
    Sample(
        "aftership/v4-last-checkpoint.json",
        "aftership",
        why_not="one checkpoint outside of a list, from a call that is gone since version 4",
    ),
    Sample("aftership/v4-retrack.json", "aftership", why_not="the answer to a retrack, which is never asked for"),
    Sample(
        "aftership/v4-update-tracking.json",
        "aftership",
        Ask("1111111111111", company="fedex"),
        answer=Answered,
        milestone=M.DELIVERED,
    ),
]
