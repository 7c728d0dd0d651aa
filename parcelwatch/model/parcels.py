"""What the shop sent: orders, parcels, and how parcels like them usually fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parcelwatch.model.frequent import frequent


@dataclass(frozen=True, slots=True)
class Order:
    """What a buyer bought, in one parcel or several; a parcel may hold several orders.

    `number`: "" for an order the shop did not name, which is its parcel's alone. `buyer`: the name on the platform.
    `tier`: the customer's. `value`: in the shop's currency. `promised_by`, `dispatch_by`: the last instants at which it
    was to arrive, and to be handed over.
    """

    number: str = ""
    customer_name: str = ""
    customer_contact: str = ""
    buyer: str = ""
    language: str = ""
    value: float = 0.0
    tier: str = ""
    goods: str = ""
    url: str = ""
    promised_by: datetime | None = None
    dispatch_by: datetime | None = None
    tags: tuple[str, ...] = ()


@frequent
@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as the shop describes it. `id` is the store's; `courier` is the name of an account.

    `successor`: the number the courier gave it in place of `number`, "" while it has the one it was sent with;
    `replaced`: the successors before that one. What it takes from its orders: the first one's number, the earliest of
    their deadlines, all of their value, all of their tags.
    """

    id: int
    number: str
    courier: str
    added_at: datetime
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    shipped_at: datetime | None = None
    phone_last4: str = ""
    postal_code: str = ""
    import_id: int | None = None
    successor: str = ""
    replaced: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()

    @property
    def order(self) -> str:
        return self.orders[0].number if self.orders else ""

    @property
    def order_numbers(self) -> tuple[str, ...]:
        """Those of all its orders that have one."""
        return tuple(order.number for order in self.orders if order.number)

    @property
    def promised_by(self) -> datetime | None:
        return min((order.promised_by for order in self.orders if order.promised_by), default=None)

    @property
    def dispatch_by(self) -> datetime | None:
        return min((order.dispatch_by for order in self.orders if order.dispatch_by), default=None)

    @property
    def value(self) -> float:
        return sum(order.value for order in self.orders)

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for order in self.orders for tag in order.tags))


@frequent
@dataclass(frozen=True, slots=True)
class Habit:
    """Of `healthy` parcels that arrived, `scanned` had the scan that a kind waits for."""

    kind: str
    healthy: int
    scanned: int
