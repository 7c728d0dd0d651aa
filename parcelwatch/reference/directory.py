"""Couriers as agents and buyers know them: a name, a number to ring, a page that shows a parcel.

What belongs here: looking that up, for one account and the company behind it. The facts stand in directory.toml; which
couriers there are, and their codes at each API, in core/rows/companies.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from parcelwatch.core.rows.companies import AGGREGATORS, COURIERS, key_of, keys_called

BETWEEN: Final = AGGREGATORS | {"taobao"}
"""APIs that are asked about others' parcels."""

# As their names are written in Taiwan and Hong Kong.
_TRADITIONAL: Final = str.maketrans(
    "圆顺丰韵达极东国邮递运云众优忧无标电网苏际鸟宁", "圓順豐韻達極東國郵遞運雲眾優憂無標電網蘇際鳥寧"
)

_FILE: Final = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Contact:
    """How people reach a courier. `names`: by language ("zh", "en"); `hotline`, `template`: "" where not known.

    `known`: buyers know it by that name; else it is what an account or a service between is called.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    hotline: str = ""
    template: str = ""
    known: bool = True

    def name(self, language: str) -> str:
        """What people who speak a language call it."""
        name = self.names["zh" if language.startswith("zh") else "en"]
        return name.translate(_TRADITIONAL) if language in ("zh-TW", "zh-HK") else name

    def page(self, number: str) -> str:
        """The courier's public page about one parcel, "" where it has none."""
        return self.template.format(number=quote(number, safe="")) if self.template and number else ""


def contact(api: str, company: str = "", otherwise: str = "") -> Contact:
    """The courier asked through `api`, or the `company` behind it in that API's code.

    `otherwise`: what it is called where the API is one's own (a declaration's name), else the API's name.
    """
    if api in AGGREGATORS and company:
        key = key_of(api, company)
        return _courier(key) if key else Contact({"zh": company, "en": company}, template=_template(api), known=False)
    if api in _facts()["apis"]:
        return replace(_made(_facts()["apis"][api]), known=api not in BETWEEN)
    named = otherwise or api
    key = next(iter(keys_called(named)), api)
    return _courier(key) if key in COURIERS else Contact({"zh": named, "en": named}, known=bool(otherwise))


@cache
def _courier(key: str) -> Contact:
    names = {language: COURIERS[key].short(language) for language in ("zh", "en")}
    return _made({**names, **_facts()["couriers"].get(key, {})})


def _made(facts: Mapping[str, str]) -> Contact:
    names = {language: facts[language] for language in ("zh", "en")}
    return Contact(names, facts.get("hotline", ""), facts.get("page", ""))


def _template(api: str) -> str:
    return str(_facts()["apis"].get(api, {}).get("page", ""))


@cache
def _facts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return {name: table for name, table in tomllib.loads(_FILE.read_text("utf-8")).items() if isinstance(table, dict)}
