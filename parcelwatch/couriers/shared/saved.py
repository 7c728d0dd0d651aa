"""An answer as a text to look at and to keep, and such a text as an answer again.

What belongs here: what an answer may show of itself. Credentials, phones and people's names are hidden.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from parcelwatch.core.texts.privacy import mask
from parcelwatch.couriers.base import decoded
from parcelwatch.couriers.shared.discretion import hidden
from parcelwatch.errors import BadInput

LIMIT: Final = 2 * 1024 * 1024
HIDDEN: Final = "***"
_LONGEST: Final = 64 * 1024
_HEAD: Final = re.compile(rb"HTTP(?:/[0-9.]+)? ([0-9]{3})\b[^\n]*\n((?:[A-Za-z0-9-]+:[^\n]*\n)*)\r?\n")
# What a courier grants is not among what the account knows yet.
_GRANTED: Final = frozenset({"access_token", "refresh_token", "id_token"})


def described(response: httpx.Response) -> dict[str, Any]:
    """Status, content type, and the body as JSON where it is JSON, as text where not."""
    return {
        "status": response.status_code,
        "content_type": response.headers.get("content-type", "")[:200],
        "body": _body(response),
    }


def written(response: httpx.Response) -> str:
    """The same as a text that `read` takes."""
    told = described(response)
    body = told["body"]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    seen = "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)
    kind = "".join(filter(str.isprintable, told["content_type"]))
    return f"HTTP {told['status']}\ncontent-type: {kind}\n\n{seen}"


def read(text: bytes) -> httpx.Response:
    """An answer that was written down: with its status and headers, or the body alone. Raises BadInput."""
    if len(text) > LIMIT:
        raise BadInput("the saved answer is longer than 2 MiB")
    head = _HEAD.match(text)
    if head is None:
        return httpx.Response(200, headers={"content-type": "application/json"}, content=text)
    lines = (line.partition(b":") for line in head[2].splitlines() if line.strip())
    headers = [(name.strip(), value.strip()) for name, _, value in lines if name.strip().lower() != b"content-encoding"]
    return httpx.Response(int(head[1]), headers=headers, content=text[head.end() :])


def _body(response: httpx.Response) -> Any:
    try:
        return _shown(decoded(response.content), lambda text: hidden(response, text))
    except (ValueError, RecursionError):
        text = response.content[:_LONGEST].decode("utf-8", "replace")
        return mask(hidden(response, text))


def _shown(value: Any, hide: Callable[[str], str]) -> Any:
    match value:
        case str():
            return mask(hide(value))
        case bool() | None:
            return value
        case int():
            return value if mask(hide(str(value))) == str(value) else HIDDEN
        case list():
            return [_shown(each, hide) for each in value]
        case Mapping():
            return {hide(str(name)): HIDDEN if name in _GRANTED else _shown(each, hide) for name, each in value.items()}
    return value
