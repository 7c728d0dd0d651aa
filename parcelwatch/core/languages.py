"""In which of a shop's languages a customer is written to.

What belongs here: who reads what, and choosing the nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from parcelwatch.model import Order

# Regions that write as another does rather than as the first listed of their language.
_WRITES_AS = {
    "zh": "zh-cn",
    "zh-sg": "zh-cn",
    "zh-hans": "zh-cn",
    "zh-hk": "zh-tw",
    "zh-mo": "zh-tw",
    "zh-hant": "zh-tw",
}

# What is read where a parcel goes to. Where there are several, whichever of them is listed.
_READ_IN = {
    "zh-cn": "CN",
    "zh-tw": "TW HK MO",
    "en": "GB IE US AU NZ",
    "de": "DE AT LI",
    "fr": "FR MC GP MQ GF RE YT BL MF PM NC PF WF",
    "es": "ES MX AR CL CO PE EC UY VE BO PY CR PA GT HN NI SV DO CU PR",
    "pt": "PT BR AO MZ",
    "ja": "JP",
    "de fr": "CH",
    "fr de": "BE LU",
    "en fr": "CA",
    "en zh-cn": "SG",
}
_LANGUAGES_OF = {country: tags.split() for tags, countries in _READ_IN.items() for country in countries.split()}
_ELSEWHERE: Final = ["en"]


def language(order: Order, languages: Sequence[str], destination: str = "") -> str:
    """The listed language nearest the order's, else nearest one of the country it goes to.

    Where none is near, English if it is listed, for more people read it; the first where nothing is known of the
    customer's.
    """
    tag, country = order.language.strip().replace("_", "-").lower(), destination[:2].upper()
    wanted = [tag] if tag else _LANGUAGES_OF.get(country, _ELSEWHERE) if country else []
    near = [listed for one in wanted for listed in _nearest(one, languages)]
    english = _nearest("en", languages) if wanted else []
    return next(iter((*near, *english, *languages)), "en")


def _nearest(tag: str, languages: Sequence[str]) -> list[str]:
    """The listed that a reader of `tag` reads, nearest first: by all of its parts, then by fewer, then by the first."""
    parts = tag.split("-")
    spelt = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    same = [each for one in spelt for each in (one, _WRITES_AS.get(one, ""))]
    return [listed for each in same for listed in languages if listed.lower() == each] + [
        listed for listed in languages if _primary(listed) == parts[0]
    ]


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
