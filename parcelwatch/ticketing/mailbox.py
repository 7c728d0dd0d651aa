"""Mails fetched over IMAP: a request whose scheme is imaps or imap is answered in JSON, as if a server did.

What belongs here: speaking IMAP, in a thread of its own, and reading only. What to fetch and what a mail says is
helpdesks/imap.py's.
"""

from __future__ import annotations

import asyncio
import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import unquote

import httpx

from parcelwatch.asking.client import is_loopback
from parcelwatch.errors import CourierRefused, CourierUnavailable

SCHEMES: Final = ("imap", "imaps")

_TIMEOUT: Final = 30.0  # seconds, for each answer
_LARGEST: Final = 500_000  # of a mail so many bytes are read


async def fetch(request: httpx.Request, who: str) -> httpx.Response:
    """`{validity, last, mails: [{uid, raw}]}`, the oldest first. Raises CourierError."""
    found = await asyncio.to_thread(_fetched, request, f"{who}: {request.url.host}")
    return httpx.Response(200, json=found, request=request)


def _fetched(request: httpx.Request, who: str) -> dict[str, Any]:
    url, query = request.url, dict(request.url.params)
    if url.scheme != "imaps" and not is_loopback(url.host):
        raise CourierRefused(f"{who}: only TLS is spoken there; plain IMAP is for a server on this machine")
    user, password = request.extensions.get("login", ("", ""))
    try:
        with _connected(url) as box:
            _login(box, str(user), str(password), who)
            folder = unquote(url.raw_path.decode("ascii").partition("?")[0].lstrip("/"))
            status, _ = box.select(f'"{_quoted(folder)}"', readonly=True)
            if status != "OK":
                raise CourierRefused(f"{who}: there is no folder {folder[:60]!r}")
            return _mails(box, query)
    except ssl.SSLCertVerificationError:
        raise CourierRefused(f"{who}: its certificate is not trusted") from None
    except (OSError, imaplib.IMAP4.error, EOFError) as error:
        raise CourierUnavailable(f"{who}: the mailbox cannot be read ({type(error).__name__})") from None


@contextmanager
def _connected(url: httpx.URL) -> Iterator[imaplib.IMAP4]:
    port = url.port or (993 if url.scheme == "imaps" else 143)
    if url.scheme == "imaps":
        box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            url.host, port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT
        )
    else:
        box = imaplib.IMAP4(url.host, port, timeout=_TIMEOUT)
    try:
        yield box
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _login(box: imaplib.IMAP4, user: str, password: str, who: str) -> None:
    try:
        box.login(user, password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError):
        raise CourierRefused(f"{who}: the mail server refuses user and password") from None


def _mails(box: imaplib.IMAP4, query: Mapping[str, str]) -> dict[str, Any]:
    validity = _number(box.response("UIDVALIDITY")[1])
    same = query.get("validity", "") == str(validity) and query.get("after", "").isdecimal()
    after = int(query["after"]) if same else 0
    if wanted := query.get("id"):
        uids = _search(box, "HEADER", "Message-ID", f'"{_quoted(wanted)}"')
    elif same:
        # A range with * always holds the newest mail, whatever its number.
        uids = [uid for uid in _search(box, "UID", f"{after + 1}:*") if uid > after]
    else:
        uids = _search(box, "SINCE", query.get("since", "01-Jan-2020"))
    most = int(query.get("most", "1"))
    mails = [mail for uid in sorted(uids)[:most] if (mail := _mail(box, uid)) is not None]
    return {"validity": validity, "last": max([after, *sorted(uids)[:most]]), "mails": mails}


def _search(box: imaplib.IMAP4, *criteria: str) -> list[int]:
    status, found = box.uid("SEARCH", *criteria)
    if status != "OK":
        raise imaplib.IMAP4.error("SEARCH was refused")
    return [int(uid) for line in found if isinstance(line, bytes) for uid in line.split() if uid.isdigit()]


def _mail(box: imaplib.IMAP4, uid: int) -> dict[str, Any] | None:
    """PEEK leaves a mail unseen."""
    status, found = box.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{_LARGEST}>)")
    raw = next((part[1] for part in found or () if isinstance(part, tuple) and len(part) > 1), None)
    if status != "OK" or not isinstance(raw, bytes):
        return None
    return {"uid": uid, "raw": b64encode(raw).decode("ascii")}


def _number(found: object) -> int:
    said = found[0] if isinstance(found, list) and found else None
    return int(said) if isinstance(said, bytes) and said.isdigit() else 0


def _quoted(text: str) -> str:
    return re.sub(r'[\x00-\x1f\x7f"\\]', "", text)
