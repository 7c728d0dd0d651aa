"""The signature that several platforms share.

What belongs here: MD5 over a call's names and values between two secrets.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.signing import md5_hex


def wrapped(form: Mapping[str, str], secret: str, *, empty: bool = False) -> str:
    """Names and values in alphabetical order, the secret at both ends, in capitals. `empty`: with empty values, too."""
    told = "".join(f"{name}{said}" for name, said in sorted(form.items()) if (said or empty) and name != "sign")
    return md5_hex(f"{secret}{told}{secret}").upper()
