"""Rows of an import made into parcels: what each cell may hold, and why one is refused.

What belongs here: one row in, one Parcel or the reasons against it out. Reading files is the caller's, reading single
cells is cells.py's. The same columns are the options of `parcels add`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final, TypeVar

from parcelwatch.core.cells import cell, language_of, last4, number_of, tags_of, time_of, worth
from parcelwatch.errors import BadInput
from parcelwatch.model import Order, Parcel

COLUMNS: Final = (
    "number",
    "courier",
    "company",
    "order",
    "service",
    "origin",
    "destination",
    "shipped_at",
    "promised_by",
    "dispatch_by",
    "customer_name",
    "customer_contact",
    "phone_last4",
    "postal_code",
    "language",
    "value",
    "tag",
    "buyer",
    "tier",
    "goods",
    "order_url",
)
"""Every column there is, named as the options of `parcels add`."""

_ALIASES: Final = {"tags": "tag", "tracking_number": "number"}

# Countries as Chinese shop systems export them; English names are the caller's to know.
_CHINESE: Final = {
    "中国": "CN",
    "中国大陆": "CN",
    "香港": "HK",
    "中国香港": "HK",
    "澳门": "MO",
    "台湾": "TW",
    "美国": "US",
    "英国": "GB",
    "德国": "DE",
    "法国": "FR",
    "意大利": "IT",
    "西班牙": "ES",
    "俄罗斯": "RU",
    "巴西": "BR",
    "墨西哥": "MX",
    "加拿大": "CA",
    "澳大利亚": "AU",
    "日本": "JP",
    "韩国": "KR",
}


_COMPLETING: Final = ("company", "phone_last4", "postal_code")

_T = TypeVar("_T")


def _nothing(_: Parcel) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a row is held against.

    `accounts`: the names of the courier accounts. `courier`: the account of rows that name none. `zone`: of times
    without one. `end_of_day`: the last instant of a day in a country, "" for an unknown one. `country`: the code of an
    English name or code, "" when unknown. `lacks`: what a parcel's courier must know besides before it can be asked.
    """

    accounts: Collection[str]
    zone: tzinfo
    end_of_day: Callable[[date, str], datetime]
    country: Callable[[str], str]
    courier: str = ""
    lacks: Callable[[Parcel], str] = _nothing

    def parcel(self, row: Mapping[str, object], now: datetime) -> Parcel:
        """The parcel (id 0) that a row describes. Raises BadInput with every reason why it cannot be watched."""
        said = _Row(row)
        destination = said.read("destination", self._country, "")

        def deadline(text: str) -> datetime | None:
            return self._deadline(text, destination)

        parcel = Parcel(
            id=0,
            number=said.read("number", number_of, ""),
            courier=said.read("courier", self._account, ""),
            added_at=now,
            company=said.read("company", str, ""),
            service=said.read("service", str, ""),
            origin=said.read("origin", self._country, ""),
            destination=destination,
            shipped_at=said.read("shipped_at", self._moment, None),
            phone_last4=said.read("phone_last4", last4, ""),
            postal_code=said.read("postal_code", str, ""),
            orders=_orders(_order(said, deadline)),
        )
        if said.reasons:
            raise BadInput("; ".join(said.reasons))
        return parcel

    def unaskable(self, parcel: Parcel) -> str:
        """Why its courier cannot be asked about a parcel as it is, and what to add; "" when it can."""
        lacking = self.lacks(parcel)
        if not lacking:
            return ""
        name = next((name for name in _COMPLETING if name in lacking), "")
        what = f" (--{name.replace('_', '-')}, or a column `{name}`)" if name else ""
        return f"{parcel.courier} cannot be asked about it: {lacking}{what}"

    def _account(self, text: str) -> str:
        name = text or self.courier
        if not name:
            raise BadInput(
                "it names no courier: add a column `courier`, or give --courier ACCOUNT; `parcelwatch couriers detect` "
                "says whose a number may be"
            )
        if name not in self.accounts:
            known = ", ".join(sorted(self.accounts)) or "none"
            raise BadInput(f"no courier account {name[:40]!r}{meant(name, self.accounts)}; configured: {known}")
        return name

    def _country(self, text: str) -> str:
        if not text:
            return ""
        code = _CHINESE.get(text) or self.country(text)
        if not code:
            raise BadInput(f"{text[:40]!r} is no country: write its two letters, such as BR")
        return code

    def _moment(self, text: str) -> datetime | None:
        if not text:
            return None
        at, _ = time_of(text)
        return self._utc(at)

    def _deadline(self, text: str, country: str) -> datetime | None:
        """A day means its end at the destination: everywhere there, or everywhere on Earth where that is unknown."""
        if not text:
            return None
        at, whole_day = time_of(text)
        return self.end_of_day(at.date(), country) if whole_day else self._utc(at)

    def _utc(self, at: datetime) -> datetime:
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)


def _order(said: _Row, deadline: Callable[[str], datetime | None]) -> Order:
    return Order(
        number=said.read("order", str, ""),
        customer_name=said.read("customer_name", str, ""),
        customer_contact=said.read("customer_contact", str, ""),
        buyer=said.read("buyer", str, ""),
        language=said.read("language", language_of, ""),
        value=said.read("value", worth, 0.0),
        tier=said.read("tier", str, ""),
        goods=said.read("goods", str, ""),
        url=said.read("order_url", str, ""),
        promised_by=said.read("promised_by", deadline, None),
        dispatch_by=said.read("dispatch_by", deadline, None),
        tags=said.read("tag", tags_of, ()),
    )


def _orders(order: Order) -> tuple[Order, ...]:
    """None where the row says nothing of one."""
    return (order,) if order != Order() else ()


class _Row:
    """One row being read: its cells, and every reason found so far to refuse it."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.reasons: list[str] = []
        self._row = row

    def read(self, name: str, reader: Callable[[str], _T], otherwise: _T) -> _T:
        """What `reader` makes of a cell; `otherwise`, and a reason, when it cannot be used."""
        value = self._row.get(name)
        try:
            return reader(cell(name, value) if value else "")
        except BadInput as error:
            reason = str(error)
            if reason not in self.reasons:
                self.reasons.append(reason)
            return otherwise


# --- columns -------------------------------------------------------------------------------------


def columns(header: Iterable[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Which of a file's columns hold what: heading → one of COLUMNS. Headings that say nothing to us are left out.

    `renamed`: heading → column, as the user maps them. Raises BadInput for a mapping to a column there is not, and when
    two headings mean one column.
    """
    for heading, name in renamed.items():
        if name not in COLUMNS:
            raise BadInput(f"--map {heading}={name}: there is no column {name!r}{meant(name, COLUMNS)}")
    found: dict[str, str] = {}
    for heading in header:
        name = renamed.get(heading.strip()) or _column(heading)
        if name and name in found.values():
            raise BadInput(f"two columns of the file mean {name}: use --map to say which one is")
        if name:
            found[heading] = name
    return found


def _column(heading: str) -> str:
    plain = heading.strip().strip("\ufeff'\"").strip().lower().replace(" ", "_").replace("-", "_")
    plain = _ALIASES.get(plain, plain)
    return plain if plain in COLUMNS else ""


def meant(text: str, known: Iterable[str]) -> str:
    """A hint to add to a sentence, "" when no known name is near."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(text.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[near[0]]!r}?)" if near else ""
