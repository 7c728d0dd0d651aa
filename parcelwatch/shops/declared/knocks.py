"""Webhooks of a declared shop: whether one is the shop's, and which order it is about.

What belongs here: judging one that came. Its word is never taken: the order is asked for.
"""

from __future__ import annotations

from datetime import datetime

import httpx

from parcelwatch.config.declared_shop import Knocking as Declaration
from parcelwatch.config.declared_shop import ShopDeclaration
from parcelwatch.config.templates import CREDENTIALS
from parcelwatch.errors import CourierUnreadable
from parcelwatch.shops.base import Account, Knock, value
from parcelwatch.shops.declared.answer import listed, text
from parcelwatch.shops.signing import check_hmac, check_standard


class Knocking:
    """A declared shop that says when an order changed."""

    declaration: ShopDeclaration

    def knocked(self, account: Account, knock: Knock, now: datetime) -> tuple[str, ...]:
        """The refs of the orders to ask for, () for a greeting. Raises CourierRefused when it is not the shop's."""
        how = self.declaration.knock
        assert how is not None
        if _greets(how, knock):
            return ()
        secret = how.secret.fill({name: getattr(account, name, "") for name in how.secret.known if name in CREDENTIALS})
        check_standard(secret, knock) if how.style == "standard" else check_hmac(secret, knock, how.header.lower())
        try:
            told = value(httpx.Response(200, content=knock.body))
            return tuple(ref for each in listed("knock.refs", how.refs, told)[:100] if (ref := text(each)))
        except CourierUnreadable:
            return ()


def _greets(how: Declaration, knock: Knock) -> bool:
    """Whether it only tries the address. Nothing follows from it, whoever sent it."""
    said = knock.body[:1000].decode("utf-8", "replace").strip()
    return how.greeting is not None and how.greeting.fullmatch(said) is not None
