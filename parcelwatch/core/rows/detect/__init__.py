"""Which couriers a tracking number may belong to. Nothing here ever chooses one.

What belongs here: holding a number against every form there is, and ranking what fits. The forms are tables: `world`,
`china`, and `posts` for the numbers of the postal union; `checks` computes check digits; core.rows.companies
names the couriers.

Public libraries for this were looked at. The nearest, `tracking-numbers` 0.1.8 (2022, no types), stops at the first
courier that fits, so that what is ambiguous cannot be seen, and says nothing of a check digit that is wrong; a UPS
number that ends in a letter makes it raise, long runs of spaces make it quadratic, and it knows no courier of China.
So the public pattern data is read anew here, as facts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from parcelwatch.core.rows.companies import AGGREGATORS, COURIERS, Courier
from parcelwatch.core.rows.detect import china, posts, world
from parcelwatch.core.rows.detect.forms import Form, Match, Strength
from parcelwatch.core.rows.detect.reading import LONGEST_TEXT, read
from parcelwatch.core.texts.patterns import lazily

__all__ = [
    "AGGREGATORS",
    "LONGEST_TEXT",
    "Candidate",
    "Courier",
    "Detected",
    "Slip",
    "Strength",
    "belongs",
    "detect",
    "formed",
]

# Within one strength, what comes first here is named first.
_FORMS: Final = (*world.FIRM, *china.FIRM, *china.LOOSE, *world.LOOSE)
# All of them at once, each a group that is empty where its form fits: one by one they cost as much as saving a parcel.
_NAMED: Final = re.compile(r"\(\?P<\w+>")
_FITTING: Final = lazily("".join(rf"(?:(?=(?:{_NAMED.sub('(?:', form.pattern)})\Z)())?" for form in _FORMS))
_STRENGTHS: Final = tuple(Strength)
_POSTS: Final = frozenset(posts.KNOWN.values())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A courier a number may belong to, and why. `evidence`: one sentence that can be checked by hand."""

    courier: Courier
    strength: Strength
    evidence: str


@dataclass(frozen=True, slots=True)
class Slip:
    """A courier whose number it looks like, but for a check digit that is wrong."""

    courier: Courier
    evidence: str


@dataclass(frozen=True, slots=True)
class Detected:
    """What is known of one number. `number`: as read, "" when there is none, and then `fault` says why.

    `candidates`: the strongest first, each courier once. `slips`: those it would belong to were it not mistyped.
    """

    given: str
    number: str = ""
    fault: str = ""
    candidates: tuple[Candidate, ...] = ()
    slips: tuple[Slip, ...] = ()


def detect(text: str) -> Detected:
    """Whose number `text` may be. Takes any text."""
    written = read(text)
    if not written.number:
        return Detected(written.given, fault=written.fault)
    matches = list(_matches(written.number))
    # A stable sort: among equals the order of the tables stands.
    fitting = sorted((each for each in matches if not each.wrong), key=lambda each: _STRENGTHS.index(each.strength))
    best: dict[str, Match] = {}
    for each in fitting:
        best.setdefault(each.courier, each)
    wrong = {each.courier: each for each in matches if each.wrong and each.courier not in best}
    return Detected(
        written.given,
        written.number,
        candidates=tuple(Candidate(_courier(key), each.strength, each.evidence) for key, each in best.items()),
        # Where a length alone is shared by many, a wrong check digit says no more than that it is somebody else's.
        slips=tuple(Slip(_courier(key), _doubt(each)) for key, each in wrong.items() if each.own or not best),
    )


def belongs(number: str, keys: Collection[str]) -> bool:
    """Whether a number in capitals may be of one of these couriers, keys of COURIERS; of a post, any post's may."""
    if any(match and not match.wrong for form in _of(tuple(keys)) if (match := form.find(number))):
        return True
    postal = posts.find(number)
    return postal is not None and not postal.wrong and (postal.courier in keys or not _POSTS.isdisjoint(keys))


def formed(keys: Collection[str]) -> bool:
    """Whether forms of each of these couriers' numbers are known, so that another says something; posts share one."""
    return bool(keys) and all(key in _POSTS or _of((key,)) for key in keys)


@cache
def _of(keys: tuple[str, ...]) -> tuple[Form, ...]:
    return tuple(form for form in _FORMS if form.courier in keys)


def _matches(number: str) -> Iterator[Match]:
    postal = posts.find(number)
    if postal is not None:
        yield postal
    fitting = _FITTING.match(number)
    for form, fits in zip(_FORMS, fitting.groups() if fitting else (), strict=True):
        if fits is not None and (match := form.find(number)):
            yield match


def _doubt(match: Match) -> str:
    return f"looks like {_courier(match.courier).name}: {match.evidence}; a typing error?"


def _courier(key: str) -> Courier:
    if not key.startswith(posts.OTHERS):
        return COURIERS[key]
    country = key.removeprefix(posts.OTHERS)
    return Courier(posts.NAMES.get(country, f"the post of {country}"))
