"""What a tracking number can look like, as a table has it, and what is said of one that does.

What belongs here: one form of number, and holding a number against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from parcelwatch.core.rows.detect.checks import Check
from parcelwatch.core.texts.patterns import lazily


class Strength(StrEnum):
    """How much is known about who a number belongs to."""

    CERTAIN = "certain by its check digit"
    FITS = "fits the format"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Match:
    """That a number may be a courier's: `courier` is a key of companies.COURIERS, `evidence` one sentence.

    `wrong`: it looks like theirs, but for its check digit. `own`: the form is nobody else's, check digit or not.
    """

    courier: str
    strength: Strength
    evidence: str
    checked: bool = False
    wrong: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `shape`: the form in words. `note`: what else to know of it.

    A form with a check digit has the groups `body` and `check`. Where its shape is `own`, a right check digit makes it
    certain; where others share it, a right one comes by chance in one number of `chance`.
    """

    courier: str
    pattern: str
    shape: str
    strength: Strength = Strength.FITS
    check: Check | None = None
    own: bool = False
    note: str = ""
    chance: int = 10
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", lazily(self.pattern))

    def find(self, number: str) -> Match | None:
        """What this form says of a number in capitals; None when it is not of this form."""
        match = self._compiled.fullmatch(number)
        if match is None:
            return None
        note = f"; {self.note}" if self.note else ""
        if self.check is None:
            return Match(self.courier, self.strength, f"{self.shape}, no check digit known{note}")
        right, written = self.check(match["body"]), match["check"]
        if right != written:
            evidence = f"{self.shape}, but the check digit is {written} where {right} would be right"
            return Match(self.courier, self.strength, evidence, wrong=True, own=self.own)
        if self.own:
            evidence = f"{self.shape}, and the check digit {written} is right{note}"
            return Match(self.courier, Strength.CERTAIN, evidence, checked=True)
        by_chance = f"as it is by chance in one number of {self.chance}"
        evidence = f"{self.shape}, and the check digit {written} is right, {by_chance}{note}"
        return Match(self.courier, self.strength, evidence, checked=True)
