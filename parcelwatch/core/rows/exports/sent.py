"""The tracking numbers of one cell, as shops and their plugins write them: alone, several, with a courier's name.

What belongs here: taking a cell apart. Whether a number is one is core.rows.cells' to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_BETWEEN: Final = re.compile(r"[,;，；、|\n]+")
_HAN: Final = "[\u3400-\u9fff]"
_NAMED: Final = re.compile(rf"([^,]*?{_HAN}[^,]*?)\s*[-–—:：]\s*([^\u3400-\u9fff]+)")
_NUMBERED: Final = re.compile(rf"([^\u3400-\u9fff]+?)\s*[-–—:：(（[]\s*([^,]*?{_HAN}[^,]*?)[)）\]]?")
_DIGIT: Final = re.compile(r"[0-9]")
LONGEST: Final = 100
"""Characters of a number with its courier's name."""
_ANY_HAN: Final = re.compile(_HAN)
# What stands before a number and is no courier.
_LABEL: Final = re.compile(r"(?:快递|物流|运|货运)?单?(?:单号|编号|号码|号)")
_TRACKED: Final = re.compile(r"\"tracking_number\"[;:]\s*(?:s:\d+:)?\"([^\"]+)\"")
_PROVIDED: Final = re.compile(r"\"tracking_provider\"[;:]\s*(?:s:\d+:)?\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Sent:
    """One parcel of an order: its number as written, and what its courier is called, "" where that is not said."""

    line: int
    number: str
    called: str = ""
    shipped_at: str = ""


def shipments(line: int, cells: Mapping[str, str], *, joined: bool = False) -> Iterator[Sent]:
    """The parcels of a row. `joined`: a number is followed by a dash and what its courier is called."""
    text, at = cells.get("number", ""), cells.get("shipped_at", "")
    if "tracking_number" in text:
        providers = _PROVIDED.findall(text)
        for place, number in enumerate(_TRACKED.findall(text)):
            yield Sent(line, number, providers[place] if place < len(providers) else "", at)
        return
    parts = numbers(text)
    names = _names(cells.get("courier", ""), len(parts))
    for part, name in zip(parts, names, strict=True):
        number, called = apart(part, joined=joined)
        yield Sent(line, number, called or name, at)


def numbers(text: str) -> list[str]:
    """The numbers of a cell, one by one, as written; 自提 and the like are none."""
    return [part.strip() for part in _BETWEEN.split(text) if _DIGIT.search(part)]


def apart(text: str, *, joined: bool = False) -> tuple[str, str]:
    """A number, and what its courier is called where that stands beside it: YT1-圆通, 极兔速递-JT1, YT1(圆通)."""
    number, sign, called = text.rpartition("-") if joined else ("", "", "")
    if sign and not _DIGIT.search(called):
        return number, called
    if not _ANY_HAN.search(text) or len(text) > LONGEST:
        return text, ""
    if found := _NAMED.fullmatch(text):
        return found[2], "" if _LABEL.fullmatch(found[1]) else found[1]
    if found := _NUMBERED.fullmatch(text):
        return found[1], found[2]
    return text, ""


def _names(text: str, count: int) -> Sequence[str]:
    """What each courier is called: one name for all, or as many as there are numbers."""
    names = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if len(names) == count:
        return names
    return [names[0] if len(set(names)) == 1 else text.strip()] * count
