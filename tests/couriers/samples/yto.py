"""圆通's recorded answers."""

from __future__ import annotations

from parcelwatch.model import Ask, NotFound
from tests.couriers.samples.sample import Sample

ROWS: list[Sample] = [
    Sample("yto/empty_result_1001.json", "yto", Ask("YT8800000000101"), answer=NotFound),
]
