"""The columns of a table of histories: one parcel a row, and for each milestone when it was reached.

What belongs here: which heading means what, as shops and data sets name them, and a row as the JSON form has it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from parcelwatch.core.rows.headings import NAMES, meanings
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput
from parcelwatch.model import Milestone

_OTHER_NAMES: Final = {
    **NAMES,
    "courier": "carrier 快递公司 物流公司",
    "origin": "origin_country seller_country from_country ship_from",
    "destination": "destination_country country to_country ship_to customer_country 目的国",
    "announced": "ordered order_created created purchased purchase order_purchase order placed paid order_paid payment "
    "order_approved approved 下单时间 付款时间 支付时间",
    "shipped": "发货时间",
    "promised_by": "promised promise promised_delivery order_estimated_delivery estimated_delivery due due_by "
    "deliver_by 承诺送达时间 预计送达时间",
    "dispatch_by": "ship_by shipping_limit dispatch_deadline handover_by latest_ship 最晚发货时间",
    "complaints": "complaint complained claimed 投诉时间",
    "info_received": "label label_created manifested label_printed",
    "picked_up": "pickup pick_up collected handed_over hand_over hand_off handoff carrier_date order_delivered_carrier "
    "accepted 揽收时间 揽件时间",
    "in_transit": "transit first_hub hub hub_scan departed first_scan 中转时间",
    "customs": "at_customs 清关时间",
    "out_for_delivery": "ofd out 派送时间 派件时间",
    "attempt_failed": "attempt failed_attempt delivery_attempt",
    "available_for_pickup": "ready_for_pickup ready_for_collection 到站时间 待取件时间",
    "exception": "problem",
    "returning": "return_started",
    "returned": "return_delivered 退回时间",
    "delivered": "delivery arrived received order_delivered_customer 签收时间 送达时间 妥投时间",
    "cancelled": "canceled",
}
_PLAIN: Final = ("number", "courier", "company", "order", "service", "origin", "destination", "tag")
_TIMES: Final = {
    "announced": "announced_at",
    "shipped": "shipped_at",
    "promised_by": "promised_by",
    "dispatch_by": "dispatch_by",
}
_MILESTONES: Final = tuple(milestone.value for milestone in Milestone if milestone is not Milestone.UNKNOWN)
_ENDING: Final = re.compile(r"_(?:at|on|date|time|timestamp|datetime)$")
_SIGNS: Final = re.compile(r"[\s\-./]+")
_SEVERAL: Final = re.compile(r"\s*[;|]\s*")


def _names() -> dict[str, str]:
    known = {name: name for name in (*_PLAIN, *_TIMES, *_MILESTONES, "complaints", "tags")}
    others = meanings(_OTHER_NAMES)
    return {**others, **known, "tags": "tag"}


_MEANS: Final = _names()
_KNOWN: Final = (*_PLAIN, *_TIMES, *_MILESTONES, "complaints")
_MOST, _LONGEST = 20, 40


class NoScans(BadInput):
    """Histories that say of no parcel where it was, so that nothing can be judged."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`means`: heading → what it is. `unread`: the headings that say nothing to us."""

    means: Mapping[str, str]
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, headings: Iterable[str]) -> Columns:
        """Raises BadInput where there is no number, NoScans where there is no milestone."""
        headings = tuple(headings)
        means: dict[str, str] = {}
        unread: list[str] = []
        for heading in headings:
            name = _meaning(heading)
            if name and name not in means.values():
                means[heading] = name
            elif heading.strip():
                unread.append(heading)
        if "picked_up" not in means.values():
            # What the shop handed over somebody took.
            means |= {heading: "picked_up" for heading, name in means.items() if name == "shipped"}
        listed = _listed(headings, unread)
        if "number" not in means.values():
            raise BadInput(f"no column is called number: {listed}")
        if not set(means.values()) & set(_MILESTONES):
            would = ", ".join(_MILESTONES)
            raise NoScans(f"no column holds scans: {listed}; of these each would, with when it was reached: {would}")
        return cls(means, tuple(unread))

    def row(self, cells: Mapping[str, object]) -> dict[str, object]:
        """A row as the JSON form has it: its milestones as checkpoints."""
        said = {name: value for heading, name in self.means.items() if (value := _text(cells.get(heading)))}
        row: dict[str, Any] = {name: said[name] for name in _PLAIN if name in said}
        row |= {field: said[name] for name, field in _TIMES.items() if name in said}
        row["checkpoints"] = [
            {"milestone": milestone, "occurred_at": said[milestone]} for milestone in _MILESTONES if milestone in said
        ]
        if "complaints" in said:
            row["complaints"] = _SEVERAL.split(said["complaints"])
        return row


def _listed(headings: Iterable[str], unread: Collection[str]) -> str:
    """What the columns are called, each that is not read with what may be meant."""
    shown = (f"{one[:_LONGEST]}{did_you_mean(one, _KNOWN) if one in unread else ''}" for one in headings if one.strip())
    return ", ".join(islice(shown, _MOST)) or "none has a name"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _meaning(heading: str) -> str:
    plain = _SIGNS.sub("_", heading.strip().strip("\ufeff'\"").lower())
    return _MEANS.get(plain) or _MEANS.get(_ENDING.sub("", plain), "")
