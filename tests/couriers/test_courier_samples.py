"""Answers recorded by others, read as a person reads them; found through $PARCELWATCH_SAMPLES, skipped without it.

The folder holds one folder per API. A row says what was asked, the newest scan's milestone and cause, and how many
scans there are; or the answer, or the error, that the recording is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import pytest

from parcelwatch import errors
from parcelwatch.couriers import load
from parcelwatch.couriers.base import Courier, Registers
from parcelwatch.model import Answer, Ask, Cause, Milestone

M = Milestone
HOME = os.environ.get("PARCELWATCH_SAMPLES", "")
COURIERS = load()

pytestmark = pytest.mark.skipif(not HOME, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")

TRACKED: list[tuple[str, Ask, Milestone, Cause | None, int]] = [
    ("17track/v22-gettrackinfo-delivered-usps-test.json", Ask("RR123456789CN"), M.DELIVERED, None, 4),
    ("17track/v24-gettrackinfo-exception-returning.json", Ask("AA555666777BR"), M.RETURNING, None, 1),
    ("17track/v24-gettrackinfo-yanwen-190012.json", Ask("YT2616912345678901", company="190012"), M.IN_TRANSIT, None, 3),
    ("dhl/express-events-without-statuscode.json", Ask("7777777770"), M.IN_TRANSIT, None, 2),
    ("dhl/karrio-spec-sample.json", Ask("7777777770"), M.INFO_RECEIVED, None, 1),
    ("dhl/romabilka-spec-sample.json", Ask("7777777770"), M.INFO_RECEIVED, None, 1),
    ("dhl/romabilka-parcel-de-pretransit.json", Ask("00340434292135100186"), M.INFO_RECEIVED, None, 1),
    (
        "kuaidi100/query_official_resultv2_8_yuantong.json",
        Ask("YT25569986666541", company="yuantong"),
        M.IN_TRANSIT,
        None,
        2,
    ),
    ("kuaidi100/web_query_shentong_signed.json", Ask("773027491214552", company="shentong"), M.DELIVERED, None, 18),
    (
        "kuaidi100/push_lastresult_shentong_problem_midday.json",
        Ask("227213779832", company="shentong"),
        M.DELIVERED,
        None,
        10,
    ),
]
# Bodies of pushes hold the answer inside.
INSIDE: list[tuple[str, str, Ask, Milestone, Cause | None, int]] = [
    (
        "kuaidi100/push_callback_polling_shunfeng.json",
        "lastResult",
        Ask("933346116516", company="shunfeng", phone_last4="0000"),
        M.OUT_FOR_DELIVERY,
        None,
        8,
    ),
    (
        "kuaidi100/push_callback_shutdown_shunfeng.json",
        "lastResult",
        Ask("603034372704", company="shunfeng", phone_last4="0000"),
        M.DELIVERED,
        None,
        17,
    ),
    ("17track/v2-webhook-updated-delivered-ups.json", "data", Ask("1Z2617V10397725789"), M.DELIVERED, None, 0),
]
ANSWERED: list[tuple[str, int, Ask, Answer]] = [
    ("dhl/karrio-notfound-404.json", 404, Ask("8264715546"), Answer.NOT_FOUND),
    ("dhl/romabilka-invalid-400.json", 400, Ask("8264715546"), Answer.REFUSED),
    ("dhl/karrio-mydhl.json", 200, Ask("9356579890"), Answer.UNANSWERED),
    ("kuaidi100/query_error_400_official.json", 200, Ask("YT25569986666541", company="yuantong"), Answer.REFUSED),
    ("kuaidi100/web_query_error_201.json", 200, Ask("YT25569986666541", company="yuantong"), Answer.NOT_FOUND),
]
REFUSED: list[tuple[str, int, Ask, str]] = [
    ("dhl/throttled-429.json", 429, Ask("8264715546"), "CourierBusy"),
    ("17track/error-invalid-key.json", 200, Ask("RR123456789CN"), "CourierRefused"),
    ("17track/error-429-rate-limit.json", 429, Ask("RR123456789CN"), "CourierBusy"),
    ("17track/v24-getquota.json", 200, Ask("RR123456789CN"), "CourierUnreadable"),
]
REGISTERED: list[tuple[str, str, bool]] = [
    ("17track/v24-register-mixed.json", "AA123456789BR", True),
    ("17track/v24-register-already-registered.json", "AA123456789BR", True),
]


def name(value: object) -> str:
    return value.rpartition("/")[2] if isinstance(value, str) and "/" in value else ""


def reader(path: str) -> Courier:
    return COURIERS[path.partition("/")[0]]


def answer(path: str, status: int = 200, inside: str = "") -> httpx.Response:
    body = json.loads((Path(HOME) / path).read_text("utf-8"))
    if inside == "data":
        body = {"code": 0, "data": {"accepted": [body["data"]], "rejected": []}}
    elif inside:
        body = body[inside]
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(("path", "ask", "milestone", "cause", "scans"), TRACKED, ids=name)
def test_a_recorded_answer_is_read_as_a_person_reads_it(
    path: str, ask: Ask, milestone: Milestone, cause: Cause | None, scans: int
) -> None:
    (told,) = reader(path).parse(answer(path), [ask])
    assert told.answer is Answer.TRACKED
    assert (told.checkpoints[-1].milestone, told.checkpoints[-1].cause) == (milestone, cause)
    assert len(told.checkpoints) == scans


@pytest.mark.parametrize(("path", "inside", "ask", "milestone", "cause", "scans"), INSIDE, ids=name)
def test_a_recorded_push_is_read_as_a_person_reads_it(
    path: str, inside: str, ask: Ask, milestone: Milestone, cause: Cause | None, scans: int
) -> None:
    (told,) = reader(path).parse(answer(path, inside=inside), [ask])
    assert (told.checkpoints[-1].milestone, told.checkpoints[-1].cause) == (milestone, cause)
    assert not scans or len(told.checkpoints) == scans
    assert all(one.milestone is not M.UNKNOWN for one in told.checkpoints)


@pytest.mark.parametrize(("path", "status", "ask", "expected"), ANSWERED, ids=name)
def test_a_recorded_refusal_of_one_number_is_an_answer(path: str, status: int, ask: Ask, expected: Answer) -> None:
    (told,) = reader(path).parse(answer(path, status), [ask])
    assert told.answer is expected


@pytest.mark.parametrize(("path", "status", "ask", "expected"), REFUSED, ids=name)
def test_a_recorded_refusal_of_a_call_is_an_error(path: str, status: int, ask: Ask, expected: str) -> None:
    with pytest.raises(getattr(errors, expected)):
        reader(path).parse(answer(path, status), [ask])


@pytest.mark.parametrize(("path", "number", "ok"), REGISTERED, ids=name)
def test_a_recorded_registration_is_read(path: str, number: str, *, ok: bool) -> None:
    courier = COURIERS["17track"]
    assert isinstance(courier, Registers)
    (told,) = courier.registered(answer(path), [Ask(number)])
    assert told.ok is ok
