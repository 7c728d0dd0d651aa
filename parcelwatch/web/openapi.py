"""What can be posted to us, as an OpenAPI 3.1 document; made from the fields themselves."""

from __future__ import annotations

from typing import Any, Final

from parcelwatch import __version__
from parcelwatch.core.rows import columns, complaints
from parcelwatch.model import Standing
from parcelwatch.shopping.posting import MOST, ORDER_FIELDS

_ABOUT: Final = {
    "number": "the tracking number",
    "courier": "the name of a courier account",
    "company": "the courier behind an aggregator, by name or code",
    "order": "the order's number",
    "shipped_at": "when it left; ISO 8601",
    "promised_by": "until when it was promised; a day is its end",
    "dispatch_by": "until when the courier was to have it",
    "destination": "a country, by code or name",
    "origin": "a country, by code or name",
    "value": "of the order, in the shop's currency",
    "at": "when the buyer complained; ISO 8601",
    "kind": "what it is about, a label",
    "standing": "whether the buyer is still to get it",
    "shipments": "all its parcels; what is left out from one call to the next is watched no more",
}
_SHIPMENT: Final = ("number", "company", "service", "shipped_at")


def described(limit: int) -> dict[str, Any]:
    """The document. `limit`: bytes of a call."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "parcelwatch", "version": __version__, "description": "What programs of the shop post."},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": {
            "/api/parcels": _path("Watch parcels", _object(columns.COLUMNS, ("number",)), limit),
            "/api/orders": _path("Tell how orders stand now", _order(), limit),
            "/api/complaints": _path("Tell when buyers complained", _object(complaints.COLUMNS, ("at",)), limit),
        },
    }


def _path(summary: str, item: dict[str, Any], limit: int) -> dict[str, Any]:
    body = {"oneOf": [item, {"type": "array", "items": item, "maxItems": MOST}]}
    answer = {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}}}
    key = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
    codes = {
        "400": "not JSON",
        "401": "no token of ours",
        "403": "the token's role does not allow it",
        "413": f"more than {limit} bytes or {MOST} items",
        "422": "the Idempotency-Key was used for another call",
        "429": "too fast; Retry-After says when",
        "503": "not now; nothing of it was taken",
    }
    return {
        "post": {
            "summary": summary,
            "parameters": [key],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "200": {
                    "description": "an answer per item, in order",
                    "content": {"application/json": {"schema": answer}},
                },
                **{code: {"description": text} for code, text in codes.items()},
            },
        }
    }


def _object(fields: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: _field(name) for name in fields}
    return {"type": "object", "properties": properties, "required": list(needed)}


def _order() -> dict[str, Any]:
    found = _object(ORDER_FIELDS, ("order",))
    found["properties"]["standing"] = {"enum": [each.value for each in Standing], "description": _ABOUT["standing"]}
    found["properties"]["shipments"] = {
        "type": "array",
        "items": {"oneOf": [{"type": "string"}, _object(_SHIPMENT, ("number",))]},
        "description": _ABOUT["shipments"],
    }
    return found


def _field(name: str) -> dict[str, Any]:
    return {"type": ["string", "number"], **({"description": _ABOUT[name]} if name in _ABOUT else {})}
