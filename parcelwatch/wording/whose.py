"""Whose parcel it is, as agents read it: courier, orders, buyer, value, and where to look further.

What belongs here: names and links of one message. A group reads a customer's initials; a private channel the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from babel.numbers import format_currency, format_decimal

from parcelwatch.core.messaging.content import Shop, buyers
from parcelwatch.core.messaging.messages import Outgoing
from parcelwatch.core.texts.privacy import initials
from parcelwatch.core.texts.text import clean, code, link
from parcelwatch.model import Order
from parcelwatch.reference import directory
from parcelwatch.reference.directory import Contact

_NO_SHOP: Final = Shop()
_NAME: Final = 60
_GOODS: Final = 80
_NAMED: Final = 3
"""So many orders are named; of more the first, and how many there are."""


@dataclass(frozen=True, slots=True)
class Whose:
    """What is said of the parcels of one shop to one channel. `words`: those of "whose" in the channel's language.

    `apis`: account → its API and, where that is no courier's own, what the courier behind it is called.
    """

    language: str
    words: Mapping[str, str]
    shop: Shop = _NO_SHOP
    apis: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    private: bool = False

    def contact(self, account: str, company: str = "") -> Contact:
        """How people reach the courier behind an account."""
        api, called = self.apis.get(account, (account, ""))
        return directory.contact(api, company, called)

    def courier(self, account: str, company: str = "") -> str:
        """What it is called, "" where there is no account."""
        return clean(self.contact(account, company).name(self.language), _NAME) if account else ""

    def values(self, out: Outgoing) -> dict[str, Any]:
        """What a message may say of the parcel it is about; what is not known is ""."""
        contact = self.contact(out.courier, out.company)
        name = self.courier(out.courier, out.company)
        hotline = contact.hotline
        return {
            "courier": name,
            "hotline": hotline,
            "reach": self._apart(self._said("reach", courier=name, hotline=hotline).rstrip() if hotline else name),
            "number": code(out.number, _NAME),
            "orders": self.orders(self._orders(out)),
            "buyer": self._listed([self._buyer(order) for order in buyers(out.about.orders)]),
            "value": self._money(sum(order.value for order in out.about.orders) or out.value),
            "goods": clean(
                self.words["comma"].join(dict.fromkeys(filter(None, (o.goods for o in out.about.orders)))), _GOODS
            ),
            "order_links": [url for order in out.about.orders[:_NAMED] if (url := self._order_link(order))],
            "page": link(contact.page(out.number)),
        }

    def _apart(self, text: str) -> str:
        """A text on its way into the middle of a sentence, with the gap its language leaves beside Latin letters."""
        gap = self.words["gap"]
        before, after = (gap if sign.isascii() and sign.isalnum() else "" for sign in (text[:1], text[-1:]))
        return f"{before}{text}{after}"

    def orders(self, numbers: tuple[str, ...]) -> str:
        """Which orders: one, a few, or the first of many and how many there are; "" for none."""
        named = self._listed([code(number, _NAME) for number in numbers])
        return self._said("order" if len(numbers) == 1 else "orders", orders=named) if named else ""

    def _orders(self, out: Outgoing) -> tuple[str, ...]:
        return out.orders or tuple(order.number for order in out.about.orders if order.number)

    def _buyer(self, order: Order) -> str:
        """The name, or the initials of it, and the name on the platform, which is where an agent finds the buyer."""
        whole = clean(order.customer_name, _NAME)
        name, nick = (whole if self.private else initials(whole)), clean(order.buyer, _NAME)
        pattern = "buyer" if name and nick else "nick" if nick else ""
        said = self._said(pattern, name=name, nick=nick) if pattern else name
        return self._said("tier", buyer=said, tier=clean(order.tier, _NAME)) if order.tier and said else said

    def _order_link(self, order: Order) -> str:
        if order.url or not order.number:
            return link(order.url)
        return link(self.shop.order_url.replace("{order}", quote(order.number, safe="")))

    def _money(self, value: float) -> str:
        """An amount as people write it, without cents where there are none."""
        locale, whole = self.language.replace("-", "_"), value == int(value)
        if not value:
            return ""
        if not self.shop.currency:
            return self._said("worth", value=format_decimal(value, "#,##0.##", locale=locale))
        digits = "¤#,##0" if whole else "¤#,##0.00"
        return format_currency(value, self.shop.currency, digits, locale=locale, currency_digits=False)

    def _listed(self, named: list[str]) -> str:
        named = list(filter(None, named))
        if len(named) > _NAMED:
            return self._said("many", first=named[0], count=len(named))
        return self.words["comma"].join(named)

    def _said(self, pattern: str, /, **values: object) -> str:
        return self.words[pattern].format(**values)
