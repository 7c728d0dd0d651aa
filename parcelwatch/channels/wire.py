"""One request to a service over HTTP, and its answer or why there is none.

What belongs here: time limits, the most that is read of an answer, and what a broken connection means. Of the
address nothing is told but host and port: it holds the key.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.exceptions import ConnectTimeout, SSLError
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from parcelwatch.channels.verdicts import BROKEN_OFF, GARBLED, NO_ANSWER, NO_CONNECTION, UNTRUSTED, Answer, Verdict

LONGEST_ANSWER: Final = 64 * 1024
PATIENCE: Final = 20.0
"""Seconds until an answer that drips in is given up; its status counts."""

WHO: Final = "parcelwatch"
_JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `to` tells apart the recipients of one message. `content`: sent as JSON; `form`: as a form."""

    url: str
    content: object = None
    form: Mapping[str, str] | None = None
    to: str = ""
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None


def ask(call: Call, timeout: Any, verify: Any) -> Answer | Verdict:
    """The answer, or the verdict on there being none. Redirects are not followed: they lose the text."""
    try:
        with requests.request(
            call.method,
            call.url,
            params=call.params,
            data=call.form or _json(call.content),
            headers=_bytes({"User-Agent": WHO, **({} if call.form else _JSON), **call.headers}),
            auth=_basic(*call.auth) if call.auth else None,
            timeout=timeout,
            verify=verify,
            allow_redirects=False,
            stream=True,
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, headers, _read(response))
    except SSLError:
        return UNTRUSTED
    except (ConnectTimeout, requests.exceptions.InvalidURL, requests.exceptions.ProxyError):
        return NO_CONNECTION
    except requests.Timeout:
        return NO_ANSWER
    except requests.ConnectionError as error:
        return _broken(error)
    except (requests.RequestException, ValueError):
        return GARBLED


def unreached(verdict: Verdict, url: str) -> Verdict:
    """The verdict with the host and port of the address, and nothing else of it."""
    with suppress(ValueError):
        address = urlsplit(url)
        port = address.port or {"http": 80, "https": 443}.get(address.scheme, 0)
        return replace(verdict, place=place(address.hostname or "", port))
    return verdict


def place(host: str, port: int) -> str:
    """A host and its port as people write them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bytes(headers: Mapping[str, str]) -> dict[str, bytes]:
    """In UTF-8: of a key or a password in other letters than Latin ones the library would make an error."""
    return {name: text.encode() for name, text in headers.items()}


def _basic(user: str, password: str) -> HTTPBasicAuth:
    return HTTPBasicAuth(user.encode(), password.encode())


def _json(content: object) -> bytes | None:
    return None if content is None else json.dumps(content, ensure_ascii=False).encode()


def _read(response: requests.Response) -> bytes:
    """What came of the body: the message was taken or not by then, so that a body cut short does no harm."""
    until = time.monotonic() + PATIENCE
    body = b""
    try:
        while len(body) < LONGEST_ANSWER and time.monotonic() < until:
            piece = response.raw.read1(LONGEST_ANSWER, decode_content=True)
            if not piece:
                break
            body += piece
    except (HTTPError, OSError):
        pass
    return body


def _broken(error: requests.ConnectionError) -> Verdict:
    """Whether the request can have left."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return NO_CONNECTION if isinstance(reason, NewConnectionError) else BROKEN_OFF
