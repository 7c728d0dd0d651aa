"""Rows of a list of complaints: when a buyer complained, of which order or parcel, and what it was about.

What belongs here: one row in, one Complaint or the reasons against it out. What a complaint is about is a label; what
the buyer wrote is a person's, and is read only where somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from parcelwatch.core.rows.cells import number_of, orders_of
from parcelwatch.core.rows.dates import TwoDays, time_of
from parcelwatch.core.rows.headings import NAMES, meanings
from parcelwatch.core.rows.intake import Remark, Row, headed
from parcelwatch.core.texts.privacy import mask
from parcelwatch.errors import BadInput

COLUMNS: Final = ("at", "order", "number", "kind", "text")
"""Every column there is."""

# As helpdesks and shops head their exports.
_ALIASES: Final = meanings(
    {
        **NAMES,
        "at": "time date created_at created created_time created_date complained_at 创建时间 投诉时间 提交时间 "
        "咨询时间 时间 日期 建立時間 時間",
        "kind": "category reason topic 投诉类型 问题类型 投诉原因 类型 分类 類型",
        "text": "message description comment 投诉内容 内容 內容",
    }
)
_SOON: Final = timedelta(days=1)
_MOST_WORDS: Final = 6
_ADDRESSED: Final = re.compile(r"@|\d{5}|[.!?。！？…]\s*\S")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint as it is told.

    `number`: of the parcel, "" where only orders are named. `kind`: what it is about, a label. `text`: in the buyer's
    own words, "" unless it is to be kept. `dated`: only its day is known, and `at` is when that began. `spoiled`: what
    is said of cells that were left out.
    """

    at: datetime
    number: str = ""
    orders: tuple[str, ...] = ()
    kind: str = ""
    text: str = ""
    dated: bool = False
    spoiled: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """What a row is held against: `zone` of times without one, `date_order` and `typed` as Intake's.

    `texts`: whether what buyers wrote is kept.
    """

    zone: tzinfo
    date_order: str = ""
    texts: bool = False
    typed: bool = True

    def read(self, row: Mapping[str, object], now: datetime) -> Complaint:
        """The complaint a row tells of. Raises BadInput with every reason why it cannot be kept."""
        said = Row(row)
        at, dated = said.need("at", lambda text: self._moment(text, now), (now, False))
        orders: tuple[str, ...] = said.may("order", orders_of, ())
        number = said.may("number", lambda text: number_of(text) if text else "", "")
        kind = said.may("kind", _label, "")
        text = said.may("text", str, "") if self.texts else ""
        if not number and not orders:
            unusable = [each.text.removesuffix("; it is left out") for each in said.spoiled if each.column != "kind"]
            said.reasons.append("; ".join(unusable) or "it names neither an order nor a parcel")
        if said.reasons:
            raise BadInput("; ".join(said.reasons))
        return Complaint(at, number, orders, kind, text, dated, tuple(said.spoiled))

    def _moment(self, text: str, now: datetime) -> tuple[datetime, bool]:
        if not text:
            raise BadInput("it does not say when: `at` holds the time of the complaint")
        try:
            at, dated = time_of(text, self.date_order)
        except TwoDays as error:
            raise error.typed() if self.typed else error from None
        at = (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)
        if at > now + _SOON:
            raise BadInput(f"{text[:40]!r} is still to come")
        return at, dated


def _label(text: str) -> str:
    """What a complaint is about, in a word or a few; a sentence of a buyer's, or somebody's data, is none."""
    if len(text.split()) > _MOST_WORDS or _ADDRESSED.search(text) or mask(text) != text:
        raise BadInput("is what somebody wrote, and no label of a few words")
    return text


def columns(header: Collection[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Which of a file's columns hold what: heading → one of COLUMNS. Raises BadInput as `intake.headed` does."""
    return headed(header, renamed, COLUMNS, _ALIASES)
