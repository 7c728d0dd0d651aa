"""Recordings of 快递100's answers and pushes."""

from __future__ import annotations

from parcelwatch.model import Ask, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

M = Milestone

WRAP = "param=%s"
RECOGNITION = "an answer of the service that guesses a number's courier, which we do not use"

ROWS: list[Sample] = [
    Sample("kuaidi100/autonumber_web_empty.json", "kuaidi100", why_not=RECOGNITION),
    Sample("kuaidi100/autonumber_web_object.json", "kuaidi100", why_not=RECOGNITION),
    Sample("kuaidi100/push_ack_ok.json", "kuaidi100", why_not="what a receiver of pushes replies"),
    Sample(
        "kuaidi100/push_callback_polling_shunfeng.json",
        "kuaidi100",
        Ask("933346116516", company="shunfeng"),
        M.OUT_FOR_DELIVERY,
        scans=8,
        call="push",
        wrap=WRAP,
    ),
    Sample(
        "kuaidi100/push_callback_shutdown_shunfeng.json",
        "kuaidi100",
        Ask("603034372704", company="shunfeng"),
        M.DELIVERED,
        scans=17,
        call="push",
        wrap=WRAP,
    ),
    Sample(
        "kuaidi100/push_lastresult_shentong_problem_midday.json",
        "kuaidi100",
        Ask("227213779832", company="shentong"),
        M.DELIVERED,
        scans=10,
    ),
    Sample(
        "kuaidi100/push_lastresult_shentong_problem_midday.json",
        "kuaidi100",
        Ask("227213779832", company="shentong"),
        M.DELIVERED,
        scans=10,
        call="push",
        wrap='param={"status": "shutdown", "lastResult": %s}',
    ),
    Sample(
        "kuaidi100/query_error_400_official.json",
        "kuaidi100",
        Ask("YT25569986666541", company="yuantong"),
        answer=Refused,
    ),
    Sample(
        "kuaidi100/query_official_resultv2_8_yuantong.json",
        "kuaidi100",
        Ask("YT25569986666541", company="yuantong"),
        M.IN_TRANSIT,
        scans=2,
    ),
    Sample(
        "kuaidi100/web_query_error_201.json",
        "kuaidi100",
        Ask("YT25569986666541", company="yuantong"),
        answer=NotFound,
    ),
    Sample(
        "kuaidi100/web_query_shentong_signed.json",
        "kuaidi100",
        Ask("773027491214552", company="shentong"),
        M.DELIVERED,
        scans=18,
    ),
]
