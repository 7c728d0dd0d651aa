"""A shop that nobody here wrote an adapter for: a loopback marketplace with orders that change, and its declaration."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Hit, Server, head

TOKEN = "market-token-1"

DECLARED = """
[shops.market]
api = "declared"
token = "{token}"
every = "1m"
[shops.market.declared]
base_url = "{url}"
rate = "1000/s"
auth = {{ kind = "bearer" }}
message = "error"
[shops.market.declared.ask]
path = "/orders"
query = {{ since = "{{since}}", page = "{{page}}", size = "{{size}}" }}
pages = {{ by = "page", size = 2, total = "total" }}
[shops.market.declared.one]
path = "/orders/{{ref}}"
[shops.market.declared.answer]
orders = "orders"
ref = "id"
number = "name"
updated_at = "changed"
standing = "state"
cancelled = ["cancelled"]
refunded = ["refunded"]
shipments = ["parcels"]
tracking = "code"
company = "by"
customer_name = ["first", "last"]
customer_contact = ["mail"]
language = "language"
destination = "country"
promised_by = "promised"
hand_over_by = "ship_by"
"""


@dataclass
class Market:
    """Its orders by id, as JSON has them; `fails`: statuses of the next answers, 0 for hanging up."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = Server(self._answer)

    @property
    def settings(self) -> str:
        """The tables for config.toml."""
        return DECLARED.format(url=self.server.url, token=TOKEN)

    def put(self, ref: str, at: datetime, *codes: str, by: str = "DHL Paket", **said: Any) -> None:
        """An order as it is from now on."""
        known = {"id": ref, "name": f"#{ref}", "state": "sent", "first": "Ann", "last": "Beispiel", "country": "DE"}
        parcels = [{"code": code, "by": by} for code in codes]
        self.orders[ref] = {**known, "language": "en", "changed": _stamp(at), "parcels": parcels, **said}

    @property
    def asked(self) -> list[str]:
        """Every call so far: path and query."""
        return [hit.target for hit in self.server.hits]

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        if self.fails:
            status = self.fails.pop(0)
            writer.write(head(status, 20) + b'{"error": "not now"}') if status else writer.close()
            return
        if hit.headers.get("authorization") != f"Bearer {TOKEN}":
            writer.write(head(401, 2) + b"{}")
            return
        body = json.dumps(self._told(hit.target)).encode()
        writer.write(head(200, len(body)) + body)

    def _told(self, target: str) -> Any:
        parts = urlsplit(target)
        if parts.path != "/orders":
            return self.orders.get(parts.path.rpartition("/")[2], [])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        changed = sorted(
            (order for order in self.orders.values() if order["changed"] >= query["since"]),
            key=lambda order: order["changed"],
        )
        size, page = int(query["size"]), int(query["page"])
        return {"orders": changed[size * (page - 1) : size * page], "total": len(changed)}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
