"""Recordings of 快递鸟's answers and pushes."""

from __future__ import annotations

from parcelwatch.model import Ask, Milestone, NotFound
from tests.couriers.samples.sample import Sample

M = Milestone

ROWS: list[Sample] = [
    Sample("kdniao/no_trace_success_true.json", "kdniao", Ask("638650888018", company="STO"), answer=NotFound),
    Sample(
        "kdniao/push_ems_two_numbers_first_item.json",
        "kdniao",
        Ask("5042260908504", company="EMS"),
        M.OUT_FOR_DELIVERY,
        scans=8,
        call="push",
        wrap="RequestType=101&RequestData=%s",
    ),
    Sample(
        "kdniao/query1002_huitong_pickup_point.json",
        "kdniao",
        Ask("71780507241867", company="HTKY"),
        M.DELIVERED,
        scans=9,
    ),
    Sample(
        "kdniao/query1002_tiantian_station_signed_prefix.json",
        "kdniao",
        Ask("667771430898", company="HHTT"),
        M.AVAILABLE_FOR_PICKUP,
        scans=11,
    ),
    Sample("kdniao/query1002_yunda_signed.json", "kdniao", Ask("3999043346251", company="YD"), M.DELIVERED, scans=11),
    Sample(
        "kdniao/wms_zto_state_action_codes.json",
        "kdniao",
        why_not="a warehouse system's own answer: its states are not 快递鸟's, though its actions are",
    ),
    Sample(
        "kdniao/wrapper_camelcase_shentong_signed.json",
        "kdniao",
        why_not="another product's answer, with its own wrapper and field names",
    ),
]
