"""The credentials that a declaration asks for.

What belongs here: finding them in what was written, which may still be faulty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from parcelwatch.config.templates import CREDENTIALS

# What an account of each kind sends when its declaration does not say.
DEFAULT_VALUES: Final = {"header": "{key}", "basic": "{key}:{secret}", "bearer": "{token}", "oauth2": ""}


def needs(written: Mapping[str, Any]) -> list[str]:
    """The credentials an account must have, of a declaration that may still be faulty."""
    raw = written.get("auth")
    auth = raw if isinstance(raw, dict) else {}
    kind = auth.get("kind")
    texts = list(_strings([written.get("ask"), auth]))
    if "value" not in auth and isinstance(kind, str):
        texts.append(DEFAULT_VALUES.get(kind, ""))
    granted, renewed = kind == "oauth2", auth.get("grant") == "refresh_token"
    if granted:
        texts.append("{key}" if renewed and auth.get("send") != "basic" else "{key} {secret}")
    found = {name for text in texts for name in CREDENTIALS if f"{{{name}}}" in text}
    found = (found - {"token"} if granted else found) | ({"token"} if renewed else set())
    return [name for name in CREDENTIALS if name in found]


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)
