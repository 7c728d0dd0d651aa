"""The calls of a declared shop: its templates filled with the account's credentials and where the reading is.

What belongs here: where each value goes and how it is written there. Whatever a value holds, it stays one value.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from parcelwatch.config.declared import Auth
from parcelwatch.config.declared_shop import Call
from parcelwatch.config.templates import CREDENTIALS, ShopTemplate
from parcelwatch.shops.base import Account

Values = Mapping[str, str]

# What RFC 3986 leaves unquoted in a path and in a query, besides letters and digits, where the declaration writes it.
_IN_PATH: Final = "/:@!$&'()*+,;=~%"
_IN_QUERY: Final = "/:@!$'()*,;?~%[]"
COUNTS: Final = ("offset", "page", "size")


class Declares(Protocol):
    """A declaration: where its calls go, and how it proves itself."""

    @property
    def base_url(self) -> str | None: ...
    @property
    def auth(self) -> Auth | None: ...


def build(
    declaration: Declares, account: Account, call: Call, values: Values, counts: Collection[str] = COUNTS
) -> httpx.Request:
    """The call; `values`: what stands for its placeholders beside the credentials. `counts`: which are numbers."""
    known = {name: getattr(account, name, "") for name in CREDENTIALS} | dict(values)
    path = call.path.fill({name: _piece(value) for name, value in known.items()}, _path_text)
    quoted = {name: quote(value, safe="", errors="replace") for name, value in known.items()}
    query = "&".join(
        f"{quote(name, safe='[]')}={template.fill(quoted, _query_text)}"
        for name, template in call.query.items()
        if _said(template, known)
    )
    headers = {"Accept": "application/json"}
    headers |= {name: template.fill(known) for name, template in call.headers.items() if _said(template, known)}
    if declaration.auth is not None:
        headers |= _proof(declaration.auth, known)
    content = _content(call, known, counts)
    if content is not None:
        headers["Content-Type"] = content[0]
    base = account.base_url or (declaration.base_url or "").rstrip("/")
    encoded = {name.encode("ascii"): value.encode("utf-8", "replace") for name, value in headers.items()}
    url = f"{base}{path}{'?' if query else ''}{query}"
    return httpx.Request(call.method, url, headers=encoded, content=content[1] if content else None)


def written(at: datetime, form: str, zone: str) -> str:
    """A time as the shop wants it."""
    if form in ("epoch", "epoch_ms"):
        return str(int(at.timestamp() * (1000 if form == "epoch_ms" else 1)))
    there = at.astimezone(ZoneInfo(zone))
    if form == "rfc2822":
        return format_datetime(there)
    if form == "iso":
        return there.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return there.strftime(form)


def floored(at: datetime) -> datetime:
    """Shops count in seconds."""
    return at - timedelta(microseconds=at.microsecond)


def _piece(value: str) -> str:
    quoted = quote(value, safe="", errors="replace")
    # Dots are never quoted, and a segment of nothing else leads up.
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def _path_text(text: str) -> str:
    return quote(text, safe=_IN_PATH)


def _query_text(text: str) -> str:
    return quote(text, safe=_IN_QUERY)


def _said(template: ShopTemplate, values: Values) -> bool:
    return any(values.get(name) for name in template.names) if template.names else bool(template.written)


def _proof(auth: Auth, values: Values) -> dict[str, str]:
    if auth.kind == "oauth2":
        return {"Authorization": f"Bearer {values['token']}"}
    value = auth.sent.fill(values)
    if auth.kind == "header":
        return {auth.name or "": value}
    return {
        "Authorization": "Basic " + b64encode(value.encode()).decode() if auth.kind == "basic" else f"Bearer {value}"
    }


def _content(call: Call, values: Values, counts: Collection[str]) -> tuple[str, bytes] | None:
    """The body with its type, None without one."""
    if call.json_ is not None:
        return "application/json", json.dumps(_filled(call.json_, values, counts), ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    if call.form is not None:
        pairs = [(name, template.fill(values)) for name, template in call.form.items() if _said(template, values)]
        text = "&".join(f"{quote(name, safe='')}={quote(value, safe='', errors='replace')}" for name, value in pairs)
        return "application/x-www-form-urlencoded", text.encode("ascii")
    return None


def _filled(value: Any, values: Values, counts: Collection[str]) -> Any:
    """A JSON body with its templates filled; one that is a count and nothing else is a number."""
    match value:
        case ShopTemplate():
            text = value.fill(values)
            return int(text) if value.written.strip("{}") in counts else text
        case dict():
            return {name: _filled(inner, values, counts) for name, inner in value.items()}
        case list():
            return [_filled(inner, values, counts) for inner in value]
    return value
