"""Recordings of 17TRACK."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone
from tests.couriers.samples.sample import Sample

M = Milestone
ANY = Ask("RR123456789CN")

ROWS: list[Sample] = [
    Sample("17track/error-invalid-key.json", "17track", ANY, raises="CourierRefused"),
    Sample("17track/error-429-rate-limit.json", "17track", ANY, status=429, raises="CourierBusy"),
    Sample(
        "17track/register-rejected-already-registered-nocarrier.json",
        "17track",
        why_not="its number is the one letter x, which no number 17TRACK takes can be",
    ),
    Sample(
        "17track/v2-webhook-updated-delivered-ups.json",
        "17track",
        Ask("1Z2617V10397725789"),
        call="push",
        answer=Answered,
        milestone=M.DELIVERED,
    ),
    Sample(
        "17track/v22-gettrackinfo-delivered-usps-test.json",
        "17track",
        Ask("RR123456789CN"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=4,
    ),
    Sample("17track/v24-getquota.json", "17track", ANY, raises="CourierUnreadable"),
    Sample(
        "17track/v24-gettrackinfo-exception-returning.json",
        "17track",
        Ask("AA555666777BR"),
        answer=Answered,
        milestone=M.RETURNING,
        scans=1,
    ),
    Sample(
        "17track/v24-gettrackinfo-yanwen-190012.json",
        "17track",
        Ask("YT2616912345678901", company="190012"),
        answer=Answered,
        milestone=M.IN_TRANSIT,
        scans=3,
        unknown=True,
    ),
    Sample(
        "17track/v24-gettracklist-page.json",
        "17track",
        why_not="a page of another call, gettracklist, which tells of statuses and no events; it is never made",
    ),
    Sample("17track/v24-register-already-registered.json", "17track", Ask("AA123456789BR"), call="register", ok=True),
    Sample("17track/v24-register-mixed.json", "17track", Ask("AA123456789BR"), call="register", ok=True),
    Sample(
        "17track/v24-webhook-tracking-stopped.json",
        "17track",
        Ask("AA123456789BR"),
        call="push",
        answer=Answered,
        scans=0,
    ),
]
