"""Regular expressions that are compiled when they are first used.

What belongs here: the wait. Long patterns take a hundredth of a second each, and most programs need few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


def lazily(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, put off until something is asked of the result."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


class _Lazy:
    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        # Found here, it is not looked for again.
        self.__dict__[name] = found = getattr(re.compile(self.pattern, self.flags), name)
        return found
