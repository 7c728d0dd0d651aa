"""What the columns of others' exports are called that every kind of file may have.

What belongs here: names of a column that mean the same wherever they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "number": "tracking_number tracking_no waybill 运单号 快递单号 物流单号 快遞單號",
    "order": "order_id order_number order_no 订单号 订单编号 訂單編號 訂單號",
}
"""Column → its other names, as `meanings` takes them."""


def meanings(names: Mapping[str, str]) -> dict[str, str]:
    """Other name → the column it means."""
    return {name: column for column, others in names.items() for name in others.split()}
