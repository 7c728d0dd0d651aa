"""What the shop says of a parcel and its orders, joined with what it said before.

What belongs here: merging descriptions. What is left empty stays as it was; nothing is taken away by silence but the
contact of a customer who has given way to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final

from parcelwatch.model import Order, Parcel

# What says which parcel it is, what the courier did with it, and what is joined by itself.
_LASTING: Final = frozenset({"id", "number", "courier", "added_at", "import_id", "successor", "replaced", "orders"})
_OF_PARCELS: Final = tuple(each.name for each in fields(Parcel) if each.name not in _LASTING)
_OF_ORDERS: Final = tuple(each.name for each in fields(Order))


def described(known: Parcel, said: Parcel) -> Parcel:
    """`known` with what `said` adds or changes."""
    news = {name: getattr(said, name) for name in _OF_PARCELS if getattr(said, name)}
    return replace(known, **news, orders=_joined(known.orders, said.orders))


def merged(known: Order, said: Order) -> Order:
    """One order with what is said of it now; its tags add up. Another customer's contact is not the former one's."""
    news = {name: getattr(said, name) for name in _OF_ORDERS if getattr(said, name)}
    if _another(known.customer_name, said.customer_name) and not said.customer_contact:
        news["customer_contact"] = ""
    if known.tags and said.tags:
        news["tags"] = tuple(dict.fromkeys((*known.tags, *said.tags)))
    return replace(known, **news)


def _another(known: str, said: str) -> bool:
    """Whether two names are of two people, as far as they show."""
    return bool(known and said) and "".join(known.split()).casefold() != "".join(said.split()).casefold()


def _joined(known: Sequence[Order], said: Sequence[Order]) -> tuple[Order, ...]:
    orders = {order.number: order for order in known}
    for order in said:
        same = _same(orders, order)
        if same is None:
            orders[order.number] = order
        else:
            # Of several orders in a parcel, nobody knows whose one without a number is.
            whose = order.number or len(orders) == 1
            orders[same.number] = merged(same, order if whose else of_nobody(order))
    return tuple(orders.values())


def of_nobody(said: Order) -> Order:
    """The order without its buyer, where nobody knows whose it is."""
    return replace(said, customer_name="", customer_contact="", buyer="", language="")


def _same(orders: dict[str, Order], said: Order) -> Order | None:
    """The order that is meant; one without a number means the parcel's only one, and the other way round."""
    if said.number in orders or not orders:
        return orders.get(said.number)
    if not said.number:
        return next(iter(orders.values()))
    return orders.get("")
