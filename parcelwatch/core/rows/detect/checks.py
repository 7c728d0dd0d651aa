"""Check digits, as couriers compute them.

What belongs here: from the characters before a check digit to the one that is right. Each takes ASCII digits, and
capitals where it says so. No such method notices every typing error; what each lets through stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Final

Check = Callable[[str], str]
"""The right check digit of what stands before it."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_S10: Final = (8, 6, 4, 2, 3, 5, 9, 7)


def _sum(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, cycle(weights), strict=False))


def _ints(text: str) -> list[int]:
    return [int(character) for character in text]


def _to_ten(total: int) -> str:
    return str(-total % 10)


def gs1(body: str) -> str:
    """Weights 3 and 1 from the right: SSCC, USPS, FedEx Ground, Hermes, Canada Post. Notices every wrong digit."""
    return _to_ten(_sum(_ints(body[::-1]), (3, 1)))


def gls(body: str) -> str:
    """As gs1, but counted from the left and one more."""
    return _to_ten(_sum(_ints(body), (3, 1)) + 1)


def identcode(body: str) -> str:
    """Weights 4 and 9, of Deutsche Post; 4 lets a digit pass for another that is 5 off."""
    return _to_ten(_sum(_ints(body), (4, 9)))


def doubled(body: str) -> str:
    """UPS and OnTrac: every second one doubled, where a digit passes for another that is 5 off.

    Letters count as A=2, B=3 … H=9, I=0 and so on.
    """
    values = [int(each) if each.isdecimal() else (ord(each) - 3) % 10 for each in body]
    return _to_ten(_sum(values, (1, 2)))


def s10(body: str) -> str:
    """Of international postal numbers; modulo 11, where 0 and 6 share a check digit."""
    left = 11 - _sum(_ints(body), _S10) % 11
    return str({10: 0, 11: 5}.get(left, left))


def fedex(body: str) -> str:
    """Weights 1, 3, 7 from the right, modulo 11, where 0 and 10 share a check digit."""
    return str(_sum(_ints(body[::-1]), (1, 3, 7)) % 11 % 10)


def seven(body: str) -> str:
    """What is left of the whole number after division by 7; a digit passes for another that is 7 off."""
    return str(int(body) % 7)


def mod_37_36(body: str) -> str:
    """ISO/IEC 7064 over digits and capitals, as DPD has it."""
    carried = 36
    for character in body:
        carried = (_ALPHABET.index(character) + carried - 1) % 36 + 1
        carried = carried * 2 % 37
    return _ALPHABET[(37 - carried) % 36]


def behind(prefix: str, check: Check) -> Check:
    """`check` over digits that stand in the barcode, but not on the label, before the rest."""
    return lambda body: check(prefix + body)
