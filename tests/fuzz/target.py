"""What a target is: seeds to begin with, and reading a spoiled one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Seeds = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """`seeds`: name → what there is to begin with. `read`: reads bytes as the seed of that name is read.

    It returns, or raises oracle.Broken, or whatever else must never be raised.
    """

    seeds: Callable[[], Seeds]
    read: Callable[[str, bytes], None]
