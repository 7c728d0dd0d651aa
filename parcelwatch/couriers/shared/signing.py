"""Digests and signatures as couriers want them, and comparing one in constant time.

What belongs here: bytes in, text out. MD5 and SHA-1 are the couriers' choice; nothing of ours depends on them.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import md5, sha256


def md5_hex(text: str) -> str:
    """MD5 in lower-case hexadecimal digits."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def md5_base64(text: str) -> str:
    """Base64 of the sixteen bytes of an MD5, not of its digits."""
    return b64encode(md5(text.encode(), usedforsecurity=False).digest()).decode("ascii")


def sha256_hex(body: bytes) -> str:
    """SHA-256 in lower-case hexadecimal digits."""
    return sha256(body).hexdigest()


def hmac_sha256_hex(key: bytes, body: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal digits."""
    return hmac.new(key, body, sha256).hexdigest()


def hmac_sha256_base64(key: bytes, body: bytes) -> str:
    """HMAC-SHA256 in Base64."""
    return b64encode(hmac.new(key, body, sha256).digest()).decode("ascii")


def same(one: str, other: str) -> bool:
    """Whether two signatures are equal, in a time that does not say where they differ; an empty one never is."""
    return bool(one) and hmac.compare_digest(*(each.encode("utf-8", "surrogatepass") for each in (one, other)))
