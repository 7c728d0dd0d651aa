"""What a secret must be to be of use, told without showing more of it than one character.

What belongs here: functions from a value to its fault, "" when it has none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

Fault = Callable[[str], str]

LEAST: Final = 16
"""Characters of a token of ours; what is shorter can be guessed."""


def key(value: str) -> str:
    """Of what is sent in headers and addresses, which hold nothing but ASCII."""
    if value.isascii():
        return ""
    return f"{stranger(value, str.isascii)}; a key has plain letters and signs: was it copied out of a document?"


def token(value: str) -> str:
    """Of what programs prove themselves with."""
    if len(value) < LEAST:
        return f"it has {len(value)} characters and needs {LEAST} or more; `openssl rand -hex 24` makes a good one"
    return key(value)


def proxy(value: str) -> str:
    """Of the address of a proxy."""
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    return key(value) if fine else 'expected the address of an HTTP proxy, such as "http://proxy.example.com:3128"'


def stranger(value: str, fits: Callable[[str], bool]) -> str:
    """The first character that does not fit, by its place and its name."""
    at, one = next((at, one) for at, one in enumerate(value, 1) if not fits(one))
    shown = f'"{one}" ' if one.isprintable() else ""
    return f"its character {at} is {shown}({unicodedata.name(one, f'U+{ord(one):04X}')})"
