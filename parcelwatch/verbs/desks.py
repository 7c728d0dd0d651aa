"""The courier accounts as far as it matters whose parcel one is, and who asks about a parcel.

What belongs here: from `[couriers.*]` tables to core.rows.assigning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from parcelwatch import couriers
from parcelwatch.config import Config
from parcelwatch.core.rows.assigning import Assigned, Desk, assign
from parcelwatch.core.rows.cells import cell
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.couriers.base import card
from parcelwatch.errors import BadInput


def desks(config: Config) -> tuple[Desk, ...]:
    """The courier accounts, as far as it matters whose parcel one is."""
    adapters = couriers.load()
    return tuple(
        Desk(
            name,
            account.api,
            account.companies,
            card(couriers.adapter(account)).asks if account.api in adapters else (),
        )
        for name, account in config.accounts().items()
    )


def assigner(config: Config) -> partial[Assigned]:
    """Who asks about a parcel, by what a shop calls its courier and by its number."""
    return partial(_assigned, desks(config))


def _assigned(among: Sequence[Desk], called: str, number: str) -> Assigned:
    return assign(called, number, among)


class Unplaced(BadInput):
    """What a file calls a courier belongs to no account, or to several. `called`: that name."""

    def __init__(self, called: str, reason: str) -> None:
        super().__init__(reason)
        self.called = called


@dataclass(frozen=True, slots=True)
class Placing:
    """Who asks about a file's rows. What was found for a name is kept, as a file has many rows and few names.

    `values`: what the file calls couriers → account; `courier`: the account of rows without a name.
    """

    desks: Sequence[Desk]
    values: Mapping[str, str] = field(default_factory=dict)
    courier: str = ""
    _found: dict[str, Assigned | Unplaced] = field(default_factory=dict)

    def place(self, called: str, number: str) -> Assigned:
        """Raises Unplaced for a name, BadInput for a number, that nobody or several can be asked about."""
        if not called:
            return Assigned(self.courier) if self.courier else assign("", number, self.desks)
        if called not in self._found:
            self._found[called] = self._named(called)
        found = self._found[called]
        if isinstance(found, Unplaced):
            raise Unplaced(called, str(found))
        return found

    def known(self, called: str) -> bool:
        """Whether it is an account's name, and nothing is to be found out."""
        return called not in self.values and any(each.name == called for each in self.desks)

    def _named(self, called: str) -> Assigned | Unplaced:
        if self.known(called):
            return Assigned(called)
        given = self.values.get(called) or self.values.get(called.casefold())
        if given:
            return assign(called, "", [_meant(each, called) for each in self.desks if each.name == given])
        try:
            return assign(called, "", self.desks)
        except BadInput as error:
            near = did_you_mean(called, [each.name for each in self.desks])
            return self._by_default(called) or Unplaced(called, f"{error}{near}")

    def _by_default(self, called: str) -> Assigned | None:
        """The account that was named for the file, where it can ask about this courier, too."""
        try:
            return assign(called, "", [each for each in self.desks if each.name == self.courier])
        except BadInput:
            return None


def _meant(desk: Desk, called: str) -> Desk:
    return replace(desk, words=(called,))


def placed(cells: Mapping[str, object], placing: Placing | None) -> Mapping[str, object]:
    """A row with its account, where it calls a courier by another name."""
    called = cells.get("courier")
    if placing is None or not isinstance(called, str) or not (called := cell("courier", called)):
        return cells
    if placing.known(called):
        return cells
    who = placing.place(called, "")
    return {**cells, "courier": who.courier, "company": cells.get("company") or who.company}
