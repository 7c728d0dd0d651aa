"""The call of a declared courier: its templates filled with an account's credentials and the numbers asked.

What belongs here: where each value goes and how it is written there. Whatever a number holds, it stays one value: it
opens no path, adds no parameter and names no placeholder.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from parcelwatch.config.declared import Auth, Declaration, repeats
from parcelwatch.config.declared_values import Texts
from parcelwatch.config.templates import CREDENTIALS, NUMBERS, OF_PARCEL, Template
from parcelwatch.couriers.base import Account
from parcelwatch.model import Ask

Values = Mapping[str, str]

_NAMES = {"number": "the number", "company": "company", "phone_last4": "phone_last4", "postal_code": "postal_code"}
_WHAT = {"company": "the courier's code for the company", "phone_last4": "the phone's last four digits"}
# What RFC 3986 leaves unquoted in a path and in a query, besides letters and digits, where we write it ourselves.
_IN_PATH = "/:@!$&'()*+,;=~%"
_IN_QUERY = "/:@!$'()*,;~"
_JOINS = ",;:~"
_NOTHING = object()


def lacks(declaration: Declaration, ask: Ask) -> str:
    """Why a number cannot be asked about as it is, "" when it can."""
    for name in _wanted(declaration):
        if not getattr(ask, name):
            return f"{declaration.name or 'the courier'} wants {_WHAT.get(name, name)}: set {name}"
    for name in OF_PARCEL:
        value = getattr(ask, name)
        if not value.isprintable() or (value and not value.strip(".")):
            return f"{_NAMES[name]} holds what cannot be sent"
    if declaration.batch > 1 and declaration.ask.join in ask.number:
        return f"the number holds {declaration.ask.join!r}, which stands between numbers"
    return ""


def _wanted(declaration: Declaration) -> list[str]:
    """A path has no optional part."""
    return [name for name in OF_PARCEL[1:] if name in declaration.wants or name in declaration.ask.path.names]


def address(declaration: Declaration, account: Account, place: str) -> str:
    """A path below the account's address, or an address of its own."""
    if not place.startswith("/"):
        return place
    return (account.base_url or declaration.base_url or "").rstrip("/") + place


def build(declaration: Declaration, account: Account, asked: Sequence[Ask]) -> httpx.Request:
    """The call about these numbers."""
    ask, values = declaration.ask, _values(declaration, account, asked)
    path = ask.path.fill(_quoted(values, ask.join), lambda text: quote(text, safe=_IN_PATH))
    base = (account.base_url or declaration.base_url or "").rstrip("/")
    query = _query(declaration, values, asked)
    headers = [(b"Accept", b"application/json"), *_headers(declaration, values)]
    content = _content(declaration, values, asked)
    if content is not None:
        headers.append((b"Content-Type", content[0]))
    url = f"{base}{path}{'?' if query else ''}{query}"
    return httpx.Request(ask.method, url, headers=headers, content=content[1] if content else None)


def _values(declaration: Declaration, account: Account, asked: Sequence[Ask]) -> Values:
    """What holds for the whole call."""
    credentials = {name: getattr(account, name) for name in CREDENTIALS}
    numbers = declaration.ask.join.join(ask.number for ask in asked)
    return {**credentials, **_own(asked[0]), NUMBERS: numbers}


def _own(ask: Ask) -> dict[str, str]:
    return {name: getattr(ask, name) for name in OF_PARCEL}


def _quoted(values: Values, join: str) -> Values:
    """Each value as one piece of a URL; several numbers are quoted one by one, what joins them is ours."""
    between = quote(join, safe=_JOINS)
    numbers = between.join(map(_piece, values[NUMBERS].split(join)))
    return {**{name: _piece(value) for name, value in values.items()}, NUMBERS: numbers}


def _piece(value: str) -> str:
    quoted = quote(value, safe="", errors="replace")
    # Dots are never quoted, and a segment of nothing else leads up.
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def _query(declaration: Declaration, values: Values, asked: Sequence[Ask]) -> str:
    """The query; a parameter whose placeholders are all empty is left out."""
    join = declaration.ask.join
    pairs = [
        f"{quote(name, safe='')}={template.fill(_quoted(each, join), lambda text: quote(text, safe=_IN_QUERY))}"
        for name, template, each in _spread(declaration.ask.query, values, asked)
    ]
    return "&".join(pairs)


def _spread(texts: Mapping[str, Texts], values: Values, asked: Sequence[Ask]) -> list[tuple[str, Template, Values]]:
    """Name, template and values of each parameter; one in a list stands once for every number."""
    found: list[tuple[str, Template, Values]] = []
    for name, text in texts.items():
        if isinstance(text, Template):
            found.append((name, text, values))
        else:
            found += [(name, text[0], {**values, **_own(ask)}) for ask in asked]
    return [(name, template, each) for name, template, each in found if _said(template, each)]


def _said(template: Template, values: Values) -> bool:
    return not template.names or any(values[name] for name in template.names)


# --- headers -------------------------------------------------------------------------------------


def _headers(declaration: Declaration, values: Values) -> list[tuple[bytes, bytes]]:
    found = [
        (name.encode("ascii"), template.fill(values).encode("utf-8", "replace"))
        for name, template in declaration.ask.headers.items()
        if _said(template, values)
    ]
    return found if declaration.auth is None else [*found, _proof(declaration.auth, values)]


def _proof(auth: Auth, values: Values) -> tuple[bytes, bytes]:
    if auth.kind == "oauth2":
        return b"Authorization", f"Bearer {values['token']}".encode()
    value = auth.sent.fill(values).encode()
    if auth.kind == "header":
        return (auth.name or "").encode("ascii"), value
    return b"Authorization", b"Basic " + b64encode(value) if auth.kind == "basic" else b"Bearer " + value


# --- bodies --------------------------------------------------------------------------------------


def _content(declaration: Declaration, values: Values, asked: Sequence[Ask]) -> tuple[bytes, bytes] | None:
    """The body with its type, None without one."""
    ask = declaration.ask
    if ask.json_ is not None:
        body = _filled(ask.json_, values, asked)
        return b"application/json", json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    if ask.form is not None:
        pairs = [(name, template.fill(each)) for name, template, each in _spread(ask.form, values, asked)]
        text = "&".join(f"{quote(name, safe='')}={quote(value, safe='', errors='replace')}" for name, value in pairs)
        return b"application/x-www-form-urlencoded", text.encode("ascii")
    return None


def _filled(value: Any, values: Values, asked: Sequence[Ask]) -> Any:
    """A JSON body with its templates filled; what comes out empty is left out."""
    match value:
        case Template():
            return value.fill(values) if _said(value, values) else _NOTHING
        case Mapping():
            return _kept_pairs({name: _filled(inner, values, asked) for name, inner in value.items()})
        case list() if repeats(value):
            return _kept([_filled(value[0], {**values, **_own(ask)}, [ask]) for ask in asked])
        case list():
            return _kept([_filled(inner, values, asked) for inner in value])
    return value


def _kept(items: list[Any]) -> list[Any]:
    return [item for item in items if item is not _NOTHING]


def _kept_pairs(pairs: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in pairs.items() if item is not _NOTHING}
