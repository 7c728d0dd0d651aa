"""Which refunds and after-sales cases are complaints about a parcel.

What belongs here: judging by a reason's words, where a platform has no code that says it, and whether a shop wants them
read. The number in a refund is of the parcel that the buyer sends back, and is never taken.
"""

from __future__ import annotations

import re
from typing import Final

from parcelwatch.errors import CourierRefused
from parcelwatch.model import Grievance
from parcelwatch.shops.base import Account, Looking
from parcelwatch.shops.china.cells import at, word
from parcelwatch.shops.china.walking import Feed, Sheet, Spread

COMPLAINTS: Final = "complaints"
_DELIVERY: Final = re.compile(
    r"物流|快递|包裹|派送|配送|运输|签收|拒收|催发货"
    r"|[未没]有?(?:收到|送达|送到)|收不到|不发货|发货(?:慢|太慢|延迟)|延误|延迟|超时"
    r"|破损|损坏|压坏|摔坏|碎|空包|少件|缺件|漏发|少发|错发|发错|丢"
)


def heard(account: Account, feed: Feed) -> tuple[Feed, ...]:
    """The feed of after-sales cases, where the shop wants it read; one that is refused says how to do without it."""

    def ask(spread: Spread) -> Looking[Sheet]:
        try:
            return (yield from feed(spread))
        except CourierRefused as error:
            raise CourierRefused(f'{error}; options = {{ {COMPLAINTS} = "no" }} leaves complaints unread') from None

    return () if account.options.get(COMPLAINTS, "").strip().lower() == "no" else (ask,)


def about_delivery(*words: object) -> bool:
    """Whether a reason speaks of the way to the buyer, or of what came broken or short."""
    return any(_DELIVERY.search(word(each)) for each in words)


def grievance(ref: object, since: object, order: object, kind: object) -> tuple[Grievance, ...]:
    """A complaint; none where it has no identity, no time or no order."""
    when, identity, number = at(since), word(ref), word(order)
    if when is None or not identity or not number:
        return ()
    return (Grievance(identity, when, order=number, kind=word(kind)),)
