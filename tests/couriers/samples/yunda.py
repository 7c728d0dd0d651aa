"""韵达's recorded answers: its document's template, which has the word "string" for every value, and one step."""

from __future__ import annotations

from parcelwatch.model import Ask, Milestone
from tests.couriers.samples.sample import Sample

ROWS: list[Sample] = [
    Sample("yunda/official_response_template.json", "yunda", Ask("string"), raises="CourierUnreadable"),
    Sample(
        "yunda/official_step_example_inner_data.json",
        "yunda",
        Ask("3160000261634"),
        milestone=Milestone.PICKED_UP,
        scans=1,
        wrap='{"result": true, "data": {"mailno": 3160000261634, "result": true, "steps": [%s]}}',
    ),
]
