"""The couriers' codes at platforms that name a courier by a code.

What belongs here: from a code to the name people use, which core/rows/companies knows or the shop gives to an account.
The tables are couriers.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files(__package__).joinpath("couriers.toml").read_text(encoding="utf-8"))


def called(platform: str, code: str) -> str:
    """What people call the courier that a platform has a code for, "" where the code is not known."""
    return _tables()[platform].get(code, "")
