"""What is said in each language: a folder a language, found by itself.

What belongs here: words. `agents.toml`, `agents/` and `links.toml` are what agents read, `letters.toml` and `letters/`
what customers read; a language may have one without the other. To add a language, copy the folder of another and write
it anew: the tests then hold every form, kind and remedy against it. Finding the words for a fact is render.py's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent


@cache
def languages(part: str) -> tuple[str, ...]:
    """The languages with words for "agents" or for "letters", by name."""
    return tuple(sorted(found.parent.name for found in FOLDER.glob(f"*/{part}.toml")))


@cache
def catalogue(language: str, part: str) -> Mapping[str, Any]:
    """The short words of one part in one language; its longer texts are templates in the folder beside it."""
    return tomllib.loads((FOLDER / language / f"{part}.toml").read_text(encoding="utf-8"))
