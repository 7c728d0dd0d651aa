"""Recordings of 菜鸟's traces, and of two marketplaces whose shops cannot be asked about parcels."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone
from tests.couriers.samples.sample import Sample

M = Milestone
TRACE = '{"success":true,"logisticsTrace":%s}'

ROWS: list[Sample] = [
    Sample(
        "cainiao_style/apispace_yto_signed.json",
        "cainiao",
        Ask("YT8988680934020", company="YTO"),
        answer=Answered,
        milestone=M.DELIVERED,
        scans=10,
    ),
    Sample(
        "cainiao_style/kdzs_callback_sf_string_epoch.json",
        "cainiao",
        Ask("SF1337445138878", company="SF"),
        wrap=TRACE,
        answer=Answered,
        milestone=M.IN_TRANSIT,
        scans=6,
    ),
    Sample(
        "cainiao_style/kdzs_jt_station_inbound.json",
        "cainiao",
        Ask("JT3031691704847", company="JT"),
        wrap=TRACE,
        answer=Answered,
        milestone=M.AVAILABLE_FOR_PICKUP,
        scans=10,
    ),
    Sample(
        "cainiao_style/kdzs_sto_signed_courier_name_has_chaoqu.json",
        "cainiao",
        Ask("773219955004555", company="STO"),
        wrap=TRACE,
        answer=Answered,
        milestone=M.DELIVERED,
        scans=11,
    ),
    Sample(
        "douyin/parcel_center_exception_row.json",
        "cainiao",
        why_not="a row of 抖店's own web page, which no API offers",
    ),
    Sample(
        "pdd/delivery_risk_trace_and_error.json",
        "cainiao",
        why_not="拼多多's words about its own orders; their envelope is not the vendor's",
    ),
]
