"""What the lines of an export say together: each order once, with its numbers, and whether it is over.

What belongs here: from the cells of lines to orders told of. What a cell holds in the end is core.rows.intake's to
read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from parcelwatch.core.rows import together
from parcelwatch.core.rows.cells import cell
from parcelwatch.core.rows.exports.formats import CURRENCY, STATUS, VOID, Export
from parcelwatch.core.rows.exports.sent import Sent, shipments
from parcelwatch.errors import BadInput
from parcelwatch.model import Standing

MOST: Final = 500
"""Lines that one order is gathered from."""

Cells = Mapping[str, str]

_OVER: Final = {
    **dict.fromkeys(
        ("cancelled", "canceled", "取消", "已取消", "订单取消", "订单已取消", "交易关闭", "已关闭", "交易取消", "作废"),
        Standing.CANCELLED,
    ),
    **dict.fromkeys(
        ("refunded", "fully refunded", "退款成功", "已退款", "全额退款", "退款完成", "已全额退款"), Standing.REFUNDED
    ),
}
_PARTS: Final = re.compile(r"[,，;；、|｜]+")
# What stands under the orders: how many there are, what they come to.
_FEET: Final = re.compile(r"record\(s\)|seller id\b|^\s*(?:grand |sub)?totals?\b|合计|总计|小计|共计", re.IGNORECASE)
_DIGIT: Final = re.compile(r"[0-9]")
# A phone of which the last digits show, without an extension that a platform forwards by.
_PHONE: Final = re.compile(r"([^-转,，]*[0-9]{4})(?:[-转,，].*)?")


@dataclass(frozen=True, slots=True)
class Told:
    """An order as a file tells of it. `said`: cells by column of an import, without number and courier."""

    line: int
    order: str
    said: Cells
    sent: tuple[Sent, ...] = ()
    standing: Standing = Standing.OPEN


class Reading:
    """How one file with an export's headings is read. `unread`: the headings that nobody reads.

    `renamed`: heading → column, as the user maps them, which comes first. `only`: the columns that are looked at.
    """

    def __init__(
        self, export: Export, header: Sequence[str], renamed: Mapping[str, str], only: Container[str] | None = None
    ) -> None:
        self.export = export
        columns = {
            column: [each for each in headings if not set(each) & renamed.keys()]
            for column, headings in export.columns(header).items()
            if column not in renamed.values()
        }
        for heading, column in renamed.items():
            columns[column] = [(heading,)]
        self.columns = {column: headings for column, headings in columns.items() if headings}
        read = {one for headings in self.columns.values() for each in headings for one in each}
        self.unread = [heading for heading in header if heading.strip() and heading not in read]
        self._single, self._several = _apart(
            {name: said for name, said in self.columns.items() if only is None or name in only}
        )

    @property
    def numbered(self) -> bool:
        """Whether it has tracking numbers at all."""
        return "number" in self.columns

    def cells(self, row: Mapping[str, object]) -> dict[str, str]:
        """A row by column, what is empty left out."""
        found: dict[str, str] = {}
        for column, heading in self._single:
            value = row.get(heading)
            if value and (text := _text(column, value)):
                found[column] = text
        for column, headings in self._several:
            texts = (_joined(column, row, each) for each in headings)
            text = "\n".join(filter(None, texts)) if column == STATUS else next(filter(None, texts), "")
            if text:
                found[column] = text
        return found


_Columns = Mapping[str, Sequence[Sequence[str]]]


def _apart(columns: _Columns) -> tuple[list[tuple[str, str]], list[tuple[str, Sequence[Sequence[str]]]]]:
    """The columns that stand under one heading, which are most, and the others."""
    single = [(name, said[0][0]) for name, said in columns.items() if len(said) == 1 and len(said[0]) == 1]
    return single, [(name, said) for name, said in columns.items() if len(said) > 1 or len(said[0]) > 1]


def _joined(column: str, row: Mapping[str, object], headings: Sequence[str]) -> str:
    return " ".join(filter(None, (_text(column, row.get(heading) or "") for heading in headings)))


def _text(column: str, value: object) -> str:
    try:
        return cell(column, value)
    except BadInput:
        # Whoever reads it for good says what is wrong with it.
        return str(value)[:_MOST_SIGNS].strip()


_MOST_SIGNS: Final = 2000


def below(cells: Cells) -> bool:
    """Whether a line is one of those that stand below the orders."""
    return bool(_FEET.search(cells.get("order", "")))


def order_of(cells: Cells) -> str:
    """The order a line is of, "" for totals and what else stands below."""
    order = cells.get("order", "")
    return order if _DIGIT.search(order) and not _FEET.search(order) else ""


def gathered(lines: Iterable[tuple[int, Cells]], reading: Reading, still_open: Container[int]) -> Iterator[Told]:
    """The orders of a file, each from the lines of it that follow one another.

    `still_open`: by their hash, the orders of which some line of the file says that they are not over.
    """
    group: list[tuple[int, Cells]] = []
    current = ""
    for line, cells in lines:
        order = order_of(cells)
        if not order and not (current and "number" in cells and "order" not in cells):
            continue
        if group and ((order and order != current) or len(group) >= MOST):
            yield _told(current, group, reading.export, still_open)
            group = []
        current = order or current
        group.append((line, cells))
    if group:
        yield _told(current, group, reading.export, still_open)


def _told(order: str, group: Sequence[tuple[int, Cells]], export: Export, still_open: Container[int]) -> Told:
    said: dict[str, str] = {}
    sent: dict[tuple[str, str], Sent] = {}
    for line, cells in group:
        for each in shipments(line, cells, joined=export.joined):
            sent.setdefault((each.number, each.called), each)
        for column, text in cells.items():
            said.setdefault(column, text)
    if len(group) > 1 and "goods" in said:
        said["goods"] = together.goods(cells.get("goods", "") for _, cells in group)
    if export.summed and len(group) > 1:
        said |= _sum(group)
    standing = next((each for each in (standing_of(cells) for _, cells in group) if each is not Standing.OPEN), None)
    over = standing and hash(order) not in still_open
    return Told(
        group[0][0],
        order,
        _cleaned(said, export),
        tuple(sent.values()),
        standing if over and standing else Standing.OPEN,
    )


def _cleaned(said: Mapping[str, str], export: Export) -> dict[str, str]:
    kept = {name: text for name, text in said.items() if name not in _OURS}
    if export.country:
        kept.setdefault("destination", export.country)
    if "value" in kept and CURRENCY in said and kept["value"][-1].isdigit():
        kept["value"] = f"{kept['value']} {said[CURRENCY]}"
    if "goods" in kept:
        kept["goods"] = kept["goods"][: together.MOST_OF_GOODS]
    if "phone_last4" in kept:
        shown = _PHONE.fullmatch(kept.pop("phone_last4"))
        kept |= {"phone_last4": shown[1]} if shown else {}
    return kept


_OURS: Final = frozenset({"number", "courier", STATUS, VOID, CURRENCY})


def _sum(group: Iterable[tuple[int, Cells]]) -> dict[str, str]:
    """What the parts of an order are worth together, where all of them can be read."""
    try:
        return {"value": together.total([said for _, cells in group if (said := cells.get("value", ""))])}
    except BadInput:
        return {}


def standing_of(cells: Cells) -> Standing:
    """Whether a line says that its order, or its part of it, is over."""
    if VOID in cells:
        return Standing.CANCELLED
    words = (word.strip().casefold() for word in _PARTS.split(cells.get(STATUS, "").replace("\n", ",")))
    return next((_OVER[word] for word in words if word in _OVER), Standing.OPEN)
