"""What couriers' texts say: phrases that name a milestone or a cause, and what in them is personal.

What belongs here: reading of text, per language, and which language a text is in. Pure. Codes are the couriers' own
business; a text is read where there is no code, or beside one that says less.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

from parcelwatch.core.lexicon import de, en, es, fr, pt, zh
from parcelwatch.core.lexicon.phrases import PLAIN, Reading
from parcelwatch.core.lexicon.privacy import mask

__all__ = ["NOTHING", "Reading", "mask", "read"]

NOTHING = Reading()
LONGEST = 1000

_BOOKS = {"zh": zh.BOOK, "en": en.BOOK, "de": de.BOOK, "fr": fr.BOOK, "es": es.BOOK, "pt": pt.BOOK}
_CHINESE = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[a-z]{2,}")
_WORDS = {
    language: frozenset(words.translate(PLAIN).split())
    for language, words in (("en", en.WORDS), ("de", de.WORDS), ("fr", fr.WORDS), ("es", es.WORDS), ("pt", pt.WORDS))
}
_LETTERS = {
    "de": frozenset("äöüß"),
    "fr": frozenset("èîûùœ"),
    "es": frozenset("ñ¿¡"),
    "pt": frozenset("ãõ"),
}
# A letter tells as much as two words, and a hint outweighs one: place names are words of some language too.
_LETTER = 2
_HINT = 1.5
# With so many of its own words a text is in that language, and what it does not say there it does not say.
_CERTAIN = 3


@lru_cache(maxsize=16384)
def read(text: str, language_hint: str = "") -> Reading:
    """What `text` says; NOTHING when it holds no phrase we know, which is no news about the parcel.

    Chinese characters make a text Chinese; otherwise its own words say which language it is in, and
    `language_hint` ("zh", "en-GB", "de") decides where they leave it open. A text that fits several languages
    counts only where they agree. Only the first LONGEST characters are read.
    """
    text = _plain(text[:LONGEST])
    if _CHINESE.search(text):
        reading = _BOOKS["zh"].read(text)
        if reading is not None:
            return reading
    for languages in _likely(text, language_hint.lower()[:2]):
        readings = {_BOOKS[language].read(text) for language in languages} - {None}
        if readings:
            return (readings.pop() if len(readings) == 1 else None) or NOTHING
    return NOTHING


def _plain(text: str) -> str:
    """In lower case, one space between words, and letters and apostrophes written in one way."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
    return " ".join(text.lower().split())


def _likely(text: str, hint: str) -> list[list[str]]:
    """The languages `text` may be in, best first, those equally likely together; all where no word tells."""
    words = set(_WORD.findall(text if text.isascii() else text.translate(PLAIN)))
    scores = {language: float(len(words & known)) for language, known in _WORDS.items()}
    if not text.isascii():
        for language, letters in _LETTERS.items():
            scores[language] += _LETTER * (not letters.isdisjoint(text))
    best = max(scores.values())
    # A hint none of whose words stand in the text is wrong when two words of another language do.
    if hint in scores and (scores[hint] or best < 2):
        scores[hint] += _HINT
    least = best if best >= _CERTAIN else min(best, 1)
    likely = [language for language in scores if scores[language] >= least]
    likely.sort(key=scores.__getitem__, reverse=True)
    return [list(equal) for _, equal in groupby(likely, key=scores.__getitem__)]
