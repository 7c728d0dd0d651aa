"""To which account a parcel belongs, by what a shop calls its courier and by its number.

What belongs here: choosing one account, or saying why none can be chosen. What is ambiguous is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from parcelwatch.core.rows import companies
from parcelwatch.core.rows.detect import AGGREGATORS, Strength, detect
from parcelwatch.errors import BadInput

FIRM: Final = (Strength.CERTAIN, Strength.FITS)


@dataclass(frozen=True, slots=True)
class Desk:
    """An account, as far as it matters whose parcel one is.

    `words`: what shops call the couriers it is for, as configured. `asks`: keys of companies.COURIERS that its API asks
    about directly; an aggregator asks about those it has a code for.
    """

    name: str
    api: str
    words: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """The account that asks, and the company's code there, "" where it needs none. `doubt`: what to tell of it."""

    courier: str
    company: str = ""
    doubt: str = ""


def assign(called: str, number: str, desks: Sequence[Desk]) -> Assigned:
    """Who asks about a number that a shop says a courier `called` so carries; "" where it does not say.

    A word an account was given comes first, then an account of that courier's own API, then an aggregator that knows
    it; the number decides only where nothing is called. Raises BadInput with what to write where nobody or several can.
    """
    if not desks:
        raise BadInput("no courier account is configured")
    given = _given(called, desks)
    if given is not None:
        return _at(given, called, _keys(called))
    keys = _keys(called) if called else _by_number(number)
    could = _able(keys, desks)
    if len(could) == 1:
        return _at(could[0], called, keys)
    if len(could) > 1:
        names = " or ".join(each.name for each in could)
        raise BadInput(f"{_whom(called, number)} may be asked about by {names}: {_how(called, could[0].name)}")
    if len(desks) == 1 and not called and not keys:
        return Assigned(desks[0].name)
    raise BadInput(f"{_whom(called, number)} belongs to no account: {_how(called, 'NAME')}")


def able(number: str, desks: Sequence[Desk]) -> list[Desk]:
    """The accounts that could ask about a number, by its form alone."""
    return _able(_by_number(number), desks)


def _given(called: str, desks: Iterable[Desk]) -> Desk | None:
    """The account that was given this word; of several the first, which the configuration has refused already."""
    if not called.strip():
        return None
    return next((each for each in desks if any(companies.alike(called, word) for word in each.words)), None)


def _keys(called: str) -> list[str]:
    return companies.keys(called.strip())


def _by_number(number: str) -> list[str]:
    """The couriers whose form a number has, as far as it is nobody else's."""
    found = detect(number)
    strongest = [one for one in found.candidates if one.strength in FIRM]
    if not strongest:
        return []
    return [companies.key(one.courier) for one in strongest if one.strength is strongest[0].strength]


def _able(keys: Sequence[str], desks: Sequence[Desk]) -> list[Desk]:
    """Who can ask about one of these couriers: those of its own API if there are any, else aggregators."""
    direct = [each for each in desks if set(keys) & set(each.asks)]
    return direct or [each for each in desks if each.api in AGGREGATORS and _codes(each.api, keys)]


def _codes(api: str, keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(code for key in keys if (code := companies.COURIERS[key].codes.get(api))))


def _at(desk: Desk, called: str, keys: Sequence[str]) -> Assigned:
    if desk.api not in AGGREGATORS:
        return Assigned(desk.name)
    codes = _codes(desk.api, keys)
    if len(codes) == 1:
        return Assigned(desk.name, codes[0])
    said = companies.company(desk.api, called)
    return Assigned(desk.name, said.code, said.doubt)


def _whom(called: str, number: str) -> str:
    return f"courier {called[:40]!r}" if called else f"a parcel without a courier's name ({number[:40]!r})"


def _how(called: str, name: str) -> str:
    return f'write companies = ["{called[:40]}"] in its [couriers.{name}]' if called else "name its courier"
