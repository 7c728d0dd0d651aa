"""What others wrote, on its way into a template: cleaned, masked, and only in a script that its reader knows.

What belongs here: what may be quoted, and how much of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from parcelwatch.core.texts.patterns import lazily
from parcelwatch.core.texts.privacy import SAME, shown
from parcelwatch.core.texts.text import clean

NAME: Final = 60


@lru_cache(maxsize=SAME)
def third_party(text: str, limit: int = 200) -> str:
    return clean(shown(text), limit)


def readable(text: str, language: str) -> bool:
    """Whether readers of a language know every script in it; Latin letters are known to all."""
    known = _READS.get(language.partition("-")[0], frozenset())
    return not any(letters.search(text) for name, letters in _SCRIPTS.items() if name not in known) and (
        not language.startswith("ja") or _in_japanese_characters(text)
    )


def _in_japanese_characters(text: str) -> bool:
    """Whether its Chinese characters are in use in Japan: 杭州 is read there, 郑州 is not."""
    return all(each.encode("cp932", "ignore") for each in _SCRIPTS["han"].findall(text))


def quotable(text: str, language: str) -> bool:
    """Whether a letter may quote it: in the letter's own script, and not only in one that its readers know too."""
    own = _OWN.get(language.partition("-")[0])
    foreign = _LATIN.search(text) or _SCRIPTS["han"].search(text)
    return (own is None or bool(_SCRIPTS[own].search(text)) or not foreign) and readable(text, language)


_SCRIPTS: Final = {
    "han": lazily(r"[\u3400-\u9fff]"),
    "kana": lazily(r"[\u3040-\u30ff]"),
    "other": lazily(r"[\u0370-\u1cff\ua4d0-\ud7ff\ufb1d-\ufdff\ufe70-\ufefc]"),
}
_LATIN: Final = lazily(r"[A-Za-z]")
_READS: Final = {"zh": frozenset({"han"}), "ja": frozenset({"han", "kana"})}
"""The scripts of languages that are not written in Latin letters."""
# What tells a sentence of theirs from another's: one of Japanese has kana, one without is Chinese.
_OWN: Final = {"zh": "han", "ja": "kana"}
