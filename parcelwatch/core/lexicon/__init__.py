"""What couriers' texts say: phrases that name a milestone or a cause, and what in them is personal.

What belongs here: reading of text, per language. Pure. Codes are the couriers' own business; a text is read where
there is no code, or beside one that says less.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parcelwatch.core.lexicon import de, en, zh
from parcelwatch.core.lexicon.phrases import Reading
from parcelwatch.core.lexicon.privacy import mask

__all__ = ["NOTHING", "Reading", "mask", "read"]

NOTHING = Reading()
LONGEST = 1000

_BOOKS = {"zh": zh.BOOK, "en": en.BOOK, "de": de.BOOK}
_CHINESE = re.compile("[\u3400-\u9fff]")


@lru_cache(maxsize=16384)
def read(text: str, language_hint: str = "") -> Reading:
    """What `text` says; NOTHING when it holds no phrase we know, which is no news about the parcel.

    `language_hint` ("zh", "en-GB", "de") is tried first; without one, Chinese where there are Chinese
    characters, then English, then German. Only the first LONGEST characters are read.
    """
    text = text[:LONGEST].lower()
    for language in _order(text, language_hint.lower()[:2]):
        reading = _BOOKS[language].read(text)
        if reading is not None:
            return reading
    return NOTHING


def _order(text: str, hint: str) -> tuple[str, ...]:
    likely = ("zh", "en") if _CHINESE.search(text) else ("en", "de")
    if hint not in _BOOKS or hint in likely[:1]:
        return likely
    return (hint, *(language for language in likely if language != hint))
