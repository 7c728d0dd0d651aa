"""Reading what a declared shop answers: which orders, and field by field what each says.

What belongs here: from a JSON value to ShopOrders by the declaration's expressions. A field that cannot be used is left
out; an order without identity, number or time of change is not read, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from parcelwatch.config.declared import Time
from parcelwatch.config.declared_shop import Found
from parcelwatch.config.expressions import Expression, Unfit
from parcelwatch.core.rows.cells import language_of, last4, number_of, tags_of, url_of, worth
from parcelwatch.couriers.declared.times import latest, when
from parcelwatch.couriers.shared.times import country_code
from parcelwatch.errors import BadInput, CourierUnreadable
from parcelwatch.model import Shipment, ShopOrder, Standing

_BETWEEN: Final = re.compile(r"[,;|\n\r]+")
_PHP: Final = re.compile(r"[aO]:\d+:[{\"]")
_SERIALISED: Final = "the shop gives its numbers as PHP keeps them, not as JSON: update the plugin that writes them"
_MOST: Final = 50
_TEXT: Final = 200


def plain(value: Any) -> Any:
    """A JSON value with lists where PHP wrote objects keyed "0", "1", …, some of which may have been deleted."""
    match value:
        case dict():
            inner = {name: plain(each) for name, each in value.items()}
            keyed = bool(inner) and all(name.isascii() and name.isdigit() and len(name) < 5 for name in inner)
            return list(inner.values()) if keyed else inner
        case list():
            return [plain(each) for each in value]
    return value


def look(where: str, expression: Expression, value: object) -> object:
    """What an expression finds. Raises CourierUnreadable, which names it."""
    try:
        return expression.find(value)
    except Unfit as error:
        raise CourierUnreadable(f"{where} = `{expression.written}`: {error}") from None


def listed(where: str, expression: Expression, value: object) -> list[object]:
    """The things an expression finds; one alone is a list of one."""
    found = look(where, expression, value)
    if found is None or found is False:
        return []
    return found if isinstance(found, list) else [found]


def apart(said: str) -> list[str]:
    """The numbers of a field that may hold several."""
    return [number for each in _BETWEEN.split(said) if (number := each.strip())]


class Reader:
    """Reads orders as a declaration says. `zone`: of times that name none."""

    def __init__(self, found: Found, zone: str) -> None:
        self._found = found
        self._zone = zone

    def skipped(self, order: object) -> bool:
        """Whether it is none to be followed."""
        return self._found.skip is not None and bool(look("answer.skip", self._found.skip, order))

    def ref(self, order: object) -> str:
        """Its identity for {ref}."""
        return text(look("answer.ref", self._found.ref, order))

    def order(self, order: object) -> ShopOrder:
        """One order. Raises CourierUnreadable where it has no identity, number or time."""
        found = self._found
        ref, number = self.ref(order), text(look("answer.number", found.number, order))
        updated_at = self.changed(order)
        if not ref or not number or updated_at is None:
            missing = "ref" if not ref else "number" if not number else "updated_at"
            raise CourierUnreadable(f"an order says no answer.{missing} = `{getattr(found, missing)}`")
        return ShopOrder(
            ref=ref,
            number=number,
            updated_at=updated_at,
            standing=self._standing(order),
            shipments=tuple(self._shipments(order)),
            customer_name=" ".join(self._texts(found.customer_name, order)),
            customer_contact=next(iter(self._texts(found.customer_contact, order)), ""),
            buyer=self._text("buyer", order),
            language=used(language_of, self._text("language", order).replace("_", "-"), ""),
            value=self._value(order),
            currency=self._text("currency", order).upper()[:3],
            tier=self._text("tier", order),
            goods=self._text("goods", order),
            url=used(url_of, self._text("url", order), ""),
            destination=country_code(self._text("destination", order)) or "",
            postal_code=self._text("postal_code", order),
            phone_last4=used(last4, self._text("phone", order), ""),
            promised_by=self._latest(found.promised_by, order),
            hand_over_by=self._latest(found.hand_over_by, order),
            tags=self._tags(order),
        )

    def changed(self, order: object) -> datetime | None:
        """When it last changed; the earliest that may mean, for whoever goes on from there must leave out nothing."""
        try:
            at = when(self._zoned(self._found.updated_at), look, order)
        except CourierUnreadable:
            return None
        return at[0] if at else None

    def _value(self, order: object) -> float:
        value: float = used(worth, self._text("value", order), 0.0)
        divisor: float = used(worth, self._text("divisor", order), 0.0)
        return round(value / divisor, 4) if divisor else value

    def _standing(self, order: object) -> Standing:
        expression = self._found.standing
        said = text(look("answer.standing", expression, order)).casefold() if expression is not None else ""
        for standing in (Standing.CANCELLED, Standing.REFUNDED):
            if said in {word.casefold() for word in getattr(self._found, standing)}:
                return standing
        return Standing.OPEN

    def _shipments(self, order: object) -> Iterator[Shipment]:
        """Every number once, wherever it stands."""
        seen: set[str] = set()
        for expression in self._found.shipments:
            for item in listed("answer.shipments", expression, order)[:_MOST]:
                if self._found.unsent is not None and look("answer.unsent", self._found.unsent, item):
                    continue
                for shipment in self._sent(item):
                    spelt = used(number_of, shipment.number, shipment.number)
                    if spelt not in seen:
                        seen.add(spelt)
                        yield shipment

    def _sent(self, item: object) -> Iterator[Shipment]:
        found = self._found
        for each in listed("answer.tracking", found.tracking, item)[:_MOST]:
            if _PHP.match(text(each)):
                yield Shipment(text(each)[:40], fault=_SERIALISED)
                continue
            for number in apart(text(each)):
                yield Shipment(number, self._text("company", item), self._text("service", item), self._shipped_at(item))

    def _shipped_at(self, item: object) -> datetime | None:
        try:
            at = when(self._zoned(self._found.shipped_at), look, item) if self._found.shipped_at else None
        except CourierUnreadable:
            return None
        return at[0] if at else None

    def _text(self, name: str, item: object) -> str:
        return next(iter(self._texts([getattr(self._found, name)], item)), "")

    def _texts(self, expressions: Sequence[Expression | None] | None, item: object) -> list[str]:
        """What can be found; what an expression cannot be asked of was not said."""
        found = []
        for each in expressions or ():
            with suppress(CourierUnreadable):
                found.append(text(look("answer", each, item)) if each is not None else "")
        return [each for each in found if each]

    def _tags(self, order: object) -> tuple[str, ...]:
        if self._found.tags is None:
            return ()
        try:
            told = listed("answer.tags", self._found.tags, order)
        except CourierUnreadable:
            return ()
        tags: tuple[str, ...] = used(tags_of, ",".join(text(each) for each in told), ())
        return tags

    def _zoned(self, time: Time) -> Time:
        return time if time.zone or time.offset or time.country else time.model_copy(update={"zone": self._zone})

    def _latest(self, time: Time | None, order: object) -> datetime | None:
        return latest(self._zoned(time), look, order) if time is not None else None


def text(value: object) -> str:
    """A value as one line, "" for what is no text and for false, which some write for nothing."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return " ".join(str(value).replace("\x00", "").split())[:_TEXT]


def used(read: Any, said: str, otherwise: Any) -> Any:
    """What a reader of cells makes of a text, or what holds where it cannot be used."""
    try:
        return read(said)
    except BadInput:
        return otherwise
