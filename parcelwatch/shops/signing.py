"""Signatures of webhooks: whether it is the shop that knocked.

What belongs here: the two ways that several platforms share. Comparing takes as long for a wrong signature as for the
right one.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator

from parcelwatch.errors import CourierRefused
from parcelwatch.shops.base import Knock


def check_hmac(secret: str, knock: Knock, header: str) -> None:
    """Base64 of HMAC-SHA256 over the body as it came. Raises CourierRefused."""
    proof = b64encode(hmac.digest(secret.encode(), knock.body, hashlib.sha256))
    _check(secret, [knock.headers.get(header, "")], [proof])


def check_standard(secret: str, knock: Knock) -> None:
    """Standard Webhooks: id, time and body, signed with the secret or with what it is in base64. CourierRefused."""
    said = [knock.headers.get(f"webhook-{name}", "").encode() for name in ("id", "timestamp")]
    told = [each.removeprefix("v1,") for each in knock.headers.get("webhook-signature", "").split()[:10]]
    signed = b".".join([*said, knock.body])
    _check(secret, told, [b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in _keys(secret)])


def _keys(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    try:
        yield b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return


def _check(secret: str, told: list[str], proofs: list[bytes]) -> None:
    if not secret:
        raise CourierRefused("its webhooks are signed with a secret that is not configured")
    if not any(hmac.compare_digest(one.encode("utf-8", "replace"), proof) for one in told for proof in proofs):
        raise CourierRefused("the signature is missing or wrong")
