"""Rows of an import made into parcels: what each cell may hold, why one is left out, and why a row is refused.

What belongs here: one row in, one Parcel or the reasons against it out. Only what a parcel cannot be watched without
refuses a row: its number, its account, and the courier behind it; any other cell that cannot be used is left out, and
said. Reading files is the caller's, reading single cells is cells.py's and dates.py's. The same columns are the options
of `parcels add`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, TypeVar

from parcelwatch.core.rows import companies
from parcelwatch.core.rows.cells import (
    cell,
    foreign_currency,
    language_of,
    last4,
    number_of,
    orders_of,
    tags_of,
    url_of,
    worth,
)
from parcelwatch.core.rows.columns import COLUMNS
from parcelwatch.core.rows.dates import TwoDays, sign_of, time_of
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.core.rows.shopping import unmasked
from parcelwatch.errors import BadInput
from parcelwatch.model import Order, Parcel

_ALIASES: Final = {"tags": "tag", "tracking_number": "number", "carrier": "courier"}
# Taken where no column is called customer_contact itself, the first of them that is there.
_CONTACTS: Final = ("customer_email", "email", "e_mail", "customer_mail")

_SOON: Final = timedelta(days=1)
"""So far ahead may lie what is handed over by the clock of another zone."""

_COMPLETING: Final = ("company", "phone_last4", "postal_code")

_T = TypeVar("_T")


def _nothing(_: Parcel) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one cell of a row that is taken all the same."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Described:
    """A parcel as a row describes it. `spoiled`: of the cells that were left out; `doubts`: of what was taken."""

    parcel: Parcel
    spoiled: tuple[Remark, ...] = ()
    doubts: tuple[Remark, ...] = ()

    @property
    def remarks(self) -> tuple[Remark, ...]:
        return (*self.spoiled, *self.doubts)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a row is held against.

    `accounts`: the courier accounts, each with its API. `courier`: the account of rows that name none. `zone`: of times
    without one. `end_of_day`: the last instant of a day in a country, "" for an unknown one. `country`: the code of a
    country however it is written, "" when unknown. `lacks`: what a parcel's courier must know besides before it can be
    asked; `misplaced`: what speaks against its number being that courier's. `date_order`: in which order days are
    written, one of dates.ORDERS' values, "" when that is not said; `days`: the same by the sign between their numbers,
    as the file shows it. `currency`: what values are in. `typed`: whether a row comes by a command, whose options can
    say what it lacks.
    """

    accounts: Mapping[str, str]
    zone: tzinfo
    end_of_day: Callable[[date, str], datetime]
    country: Callable[[str], str]
    courier: str = ""
    lacks: Callable[[Parcel], str] = _nothing
    misplaced: Callable[[Parcel], str] = _nothing
    date_order: str = ""
    days: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    typed: bool = True

    def read(self, row: Mapping[str, object], now: datetime) -> Described:
        """The parcel (id 0) that a row describes. Raises BadInput with every reason why it cannot be watched."""
        said = Row(row)
        courier = said.need("courier", self._account, "")
        company = said.need("company", lambda text: self._company(courier, text), companies.Company(""))
        number = said.need("number", number_of, "")
        return self._described(said, self._parcel(said, now, number, courier, company.code), company.doubt)

    def order(self, row: Mapping[str, object], now: datetime) -> Described:
        """What a row says of an order whose parcels are told of elsewhere: a parcel without number and account."""
        said = Row(row)
        return self._described(said, self._parcel(said, now))

    def _described(self, said: Row, parcel: Parcel, doubt: str = "") -> Described:
        if said.reasons:
            raise BadInput("; ".join(said.reasons))
        foreign = said.may("value", lambda text: foreign_currency(text, self.currency), "")
        doubts = (("company", doubt), ("value", foreign), ("number", self.misplaced(parcel) if parcel.number else ""))
        return Described(parcel, tuple(said.spoiled), tuple(Remark(name, text) for name, text in doubts if text))

    def _parcel(self, said: Row, now: datetime, number: str = "", courier: str = "", company: str = "") -> Parcel:
        destination = said.may("destination", self._country, "")

        def deadline(text: str) -> datetime | None:
            return self._deadline(text, destination)

        return Parcel(
            id=0,
            number=number,
            courier=courier,
            added_at=now,
            company=company,
            service=said.may("service", str, ""),
            origin=said.may("origin", self._country, ""),
            destination=destination,
            shipped_at=said.may("shipped_at", lambda text: self.past(text, now), None),
            phone_last4=said.may("phone_last4", last4, ""),
            postal_code=said.may("postal_code", str, ""),
            orders=_orders(said.may("order", orders_of, ()), said, deadline),
        )

    def unaskable(self, described: Described) -> str:
        """Why its courier cannot be asked about a parcel as it is, and what to add; "" when it can."""
        parcel = described.parcel
        lacking = self.lacks(parcel)
        if not lacking:
            return ""
        name = next((name for name in _COMPLETING if name in lacking), "")
        how = f"--{name.replace('_', '-')}, or a column `{name}`" if self.typed else f"the field `{name}`"
        what = f" ({how})" if name else ""
        cell_said = [remark.text for remark in described.remarks if remark.column == name]
        return "; ".join([*cell_said, f"{parcel.courier} cannot be asked about it: {lacking}{what}"])

    def _account(self, text: str) -> str:
        name = text or self.courier
        if not name and not self.typed:
            raise BadInput("it names no courier: a field `courier` holds the account")
        if not name:
            raise BadInput(
                "it names no courier: add a column `courier`, or give --courier ACCOUNT; `parcelwatch couriers detect` "
                "says whose a number may be"
            )
        if name not in self.accounts:
            known = ", ".join(sorted(self.accounts)) or "none"
            raise BadInput(f"no courier account {name[:40]!r}{did_you_mean(name, self.accounts)}; configured: {known}")
        return name

    def _company(self, account: str, text: str) -> companies.Company:
        return companies.company(self.accounts.get(account, ""), text)

    def _country(self, text: str) -> str:
        code = self.country(text) if text else ""
        if text and not code:
            raise BadInput(f"{text[:40]!r} is no country: write its two letters, such as BR")
        return code

    def _moment(self, text: str) -> datetime | None:
        if not text:
            return None
        at, _ = self._time(text)
        return self._utc(at)

    def _time(self, text: str) -> tuple[datetime, bool]:
        order = self.date_order or (self.days.get(sign_of(text), "") if self.days else "")
        try:
            return time_of(text, order)
        except TwoDays as error:
            raise error.typed() if self.typed else error from None

    def past(self, text: str, now: datetime) -> datetime | None:
        """A moment that is over. Raises BadInput for one to come."""
        at = self._moment(text)
        if at and at > now + _SOON:
            raise BadInput(f"{text[:40]!r} is still to come")
        return at

    def _deadline(self, text: str, country: str) -> datetime | None:
        """A day means its end at the destination: everywhere there, or where the shop is when that is unknown."""
        if not text:
            return None
        at, whole_day = self._time(text)
        return self.end_of_day(at.date(), country) if whole_day else self._utc(at)

    def _utc(self, at: datetime) -> datetime:
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)


def _order(said: Row, deadline: Callable[[str], datetime | None], number: str) -> Order:
    """What a row says of its orders, however many, as the first of them."""
    return Order(
        number=number,
        customer_name=said.may("customer_name", unmasked, ""),
        customer_contact=said.may("customer_contact", unmasked, ""),
        buyer=said.may("buyer", unmasked, ""),
        language=said.may("language", language_of, ""),
        value=said.may("value", worth, 0.0),
        tier=said.may("tier", str, ""),
        goods=said.may("goods", str, ""),
        url=said.may("order_url", url_of, ""),
        promised_by=said.may("promised_by", deadline, None),
        dispatch_by=said.may("dispatch_by", deadline, None),
        tags=said.may("tag", tags_of, ()),
    )


def _orders(numbers: Sequence[str], said: Row, deadline: Callable[[str], datetime | None]) -> tuple[Order, ...]:
    """None where the row says nothing of one. What the goods are worth is said of all of them and counted once."""
    first = _order(said, deadline, numbers[0] if numbers else "")
    if not numbers:
        return (first,) if first != Order() else ()
    return (first, *(replace(first, number=other, value=0.0) for other in numbers[1:]))


class Row:
    """One row being read: its cells, every reason found so far to refuse it, and what was left out."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.reasons: list[str] = []
        self.spoiled: list[Remark] = []
        self._row = row

    def need(self, name: str, reader: Callable[[str], _T], otherwise: _T) -> _T:
        """What `reader` makes of a cell; `otherwise`, and a reason, when it cannot be used."""
        try:
            return self._read(name, reader)
        except BadInput as error:
            self.reasons.append(str(error))
            return otherwise

    def may(self, name: str, reader: Callable[[str], _T], otherwise: _T) -> _T:
        """What `reader` makes of a cell; `otherwise` where it is empty, or, with a remark, when it cannot be used."""
        if not self._row.get(name):
            return otherwise
        try:
            return self._read(name, reader)
        except BadInput as error:
            reason = str(error) if str(error).startswith(f"{name} ") else f"{name} {error}"
            self.spoiled.append(Remark(name, f"{reason}; it is left out"))
            return otherwise

    def _read(self, name: str, reader: Callable[[str], _T]) -> _T:
        value = self._row.get(name)
        return reader(cell(name, value) if value else "")


# --- columns -------------------------------------------------------------------------------------


def columns(header: Collection[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Which of a file's columns hold what: heading → one of COLUMNS. Raises BadInput as `headed` does."""
    found = headed(header, renamed, COLUMNS, _ALIASES)
    return found if "customer_contact" in found.values() else {**found, **_contact(header, found)}


def headed(
    header: Collection[str], renamed: Mapping[str, str], known: Collection[str], aliases: Mapping[str, str]
) -> dict[str, str]:
    """Which of a file's headings mean which of the `known` columns. Those that say nothing to us are left out.

    `renamed`: heading → column, as the user maps them; `aliases`: other names of columns. Raises BadInput for a mapping
    to a column there is not, and when two headings mean one column.
    """
    for heading, name in renamed.items():
        if name not in known:
            raise BadInput(f"--map {heading}={name}: there is no column {name!r}{did_you_mean(name, known)}")
    found: dict[str, str] = {}
    for heading in header:
        plain = _plain(heading)
        name = renamed.get(heading.strip()) or (plain if plain in known else aliases.get(plain, ""))
        if name and name in found.values():
            raise BadInput(f"two columns of the file mean {name}: use --map to say which one is")
        if name:
            found[heading] = name
    return found


def _contact(header: Collection[str], taken: Container[str]) -> dict[str, str]:
    """The column of the customers' mail addresses under another name, if there is one."""
    by_name = {_plain(heading): heading for heading in header if heading not in taken}
    heading = next((by_name[name] for name in _CONTACTS if name in by_name), "")
    return {heading: "customer_contact"} if heading else {}


def _plain(heading: str) -> str:
    return heading.strip().strip("\ufeff'\"").strip().lower().replace(" ", "_").replace("-", "_")
