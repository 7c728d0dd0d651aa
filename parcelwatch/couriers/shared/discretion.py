"""What an answer may repeat of its question: everything but the credentials it was asked with, in whatever form.

What belongs here: how a request knows its secrets, and what was read of its answer without them. The forms a secret
takes are core.texts.secrecy's.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, Final, Protocol, TypeVar

import httpx

from parcelwatch.core.texts.secrecy import MASK, Secrecy, secrecy
from parcelwatch.errors import CourierError, CourierUnreadable
from parcelwatch.model import Answered

T = TypeVar("T")

KEPT: Final = 4096  # bytes of an answer that is kept for whoever mends its reader
SAID: Final = 300  # characters of a courier's words
SHOWN: Final = 3  # so many letters of a secret open nothing
SECRETS: Final = "parcelwatch.secrets"
# Numbers of parcels and orders are what we ask by: whoever's customer number is part of them loses no parcel by it.
_OURS: Final = frozenset({"number", "order", "ref", "successor"})


class Holds(Protocol):
    """An account, as far as it has credentials."""

    @property
    def secrets(self) -> tuple[str, ...]: ...


def discreet(request: httpx.Request, account: Holds) -> httpx.Request:
    """The request, knowing which words of it must never be repeated, wherever an answer echoes them."""
    request.extensions = {**request.extensions, SECRETS: account.secrets}
    return request


def secrets_of(response: httpx.Response) -> tuple[str, ...]:
    """The credentials of whoever asked, if the response knows its request."""
    try:
        extensions = response.request.extensions
    except RuntimeError:  # nobody asked: it comes out of a file
        return ()
    return tuple(extensions.get(SECRETS, ()))


def hidden(response: httpx.Response, text: str) -> str:
    """A text of an answer without the credentials of whoever asked."""
    return secrecy(secrets_of(response)).hide(text)


def said(response: httpx.Response, text: str) -> str:
    """A courier's words, cut, and without the credentials it may have echoed."""
    text = hidden(response, text)
    for secret in secrets_of(response):
        # Whoever cut the words before us may have cut a secret in two.
        cut = next((size for size in range(len(secret) - 1, SHOWN, -1) if text.endswith(secret[:size])), 0)
        text = text[:-cut] + MASK if cut else text
    return text[:SAID]


def payload(response: httpx.Response) -> bytes:
    """The beginning of an answer, to be kept."""
    # Cut after masking: a secret across the cut would be kept in part.
    return secrecy(secrets_of(response)).hide_bytes(response.content[: 2 * KEPT])[:KEPT]


def hushed(told: T, known: Secrecy) -> T:
    """What was read of an answer or a push, with *** in place of these secrets in all that others wrote."""
    return _without(told, known) if known.told(_words(told)) else told


def hush(error: CourierError, known: Secrecy) -> None:
    """Take these secrets out of an error that is on its way."""
    error.args = tuple(known.hide(each) if isinstance(each, str) else each for each in error.args)
    if isinstance(error, CourierUnreadable):
        error.payload = known.hide_bytes(error.payload)


def _words(told: object) -> str:
    """All the words in it, in one piece: most hold no secret, and one look tells."""
    if not isinstance(told, Answered):
        return repr(told)
    words = [told.company, told.service, told.stopped or "", told.origin, told.destination]
    for one in told.checkpoints:
        words += (one.text, one.place, one.code)
    return " ".join(words)


def _without(value: Any, known: Secrecy) -> Any:
    if isinstance(value, str) and not isinstance(value, Enum):
        return known.hide(value)
    if isinstance(value, tuple):
        return tuple(_without(each, known) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name not in _OURS]
        return replace(value, **{name: _without(getattr(value, name), known) for name in names})
    return value
