"""What is meant by a number: a parcel's, however it is pasted, or an order's.

What belongs here: from what people type to the parcels they mean.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.core.rows.cells import cell, number_of
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Parcel
from parcelwatch.store import Store, orders, parcels


def matching(store: Store, number: str, courier: str = "", company: str = "") -> list[Parcel]:
    """Every parcel with that number, else those of the order with that number. Raises NotFound when there is none."""
    number = number.strip()
    found = parcels.find(store, number, courier) or parcels.find(store, _plain(number), courier)
    if not found:
        found = [parcels.one(store, parcel_id) for parcel_id in orders.parcels_of(store, number)]
    found = [one for one in found if courier in ("", one.courier) and company in ("", one.company)]
    if not found:
        raise NotFound(
            f"no parcel and no order has the number {number[:60]!r}; `parcelwatch parcels list` shows what is watched"
        )
    return found


def _plain(number: str) -> str:
    """A tracking number as an import reads it: in capitals, in one piece."""
    try:
        return number_of(cell("number", number))
    except BadInput:
        return number.upper()


def pick(store: Store, number: str, courier: str = "", company: str = "") -> Parcel:
    """The one parcel that is meant. Raises NotFound, and BadInput when it could be several."""
    found = matching(store, number, courier, company)
    if len(found) == 1:
        return found[0]
    if len({one.number for one in found}) > 1:
        raise BadInput(
            f"order {number} has {len(found)} parcels: say which of {', '.join(one.number for one in found)}"
        )
    known = ", ".join(f"{one.courier}{f' {one.company}' if one.company else ''}" for one in found)
    raise BadInput(f"{number} is watched more than once ({known}): say which with --courier and --company")


def meant(store: Store, number: str, courier: str = "", company: str = "") -> list[Parcel]:
    """The one parcel with that number, or every parcel of the order with it. Raises NotFound and BadInput."""
    found = matching(store, number, courier, company)
    return found if len({one.number for one in found}) > 1 else [pick(store, number, courier, company)]


WHERE: tuple[str, ...] = ("courier", "company", "milestone", "origin", "destination", "service", "order", "tag")
"""What parcels can be chosen by."""


def by(where: Mapping[str, str]) -> Mapping[str, str]:
    """The same; raises BadInput for what parcels cannot be chosen by."""
    for name in where:
        if name not in WHERE:
            raise BadInput(f"--where {name}=…: parcels can be chosen by {', '.join(WHERE)}")
    return where


def chosen(store: Store, where: Mapping[str, str]) -> list[Parcel]:
    """The watched parcels for which all of that holds. Raises BadInput as `by` does."""
    return [parcels.one(store, parcel_id) for parcel_id in parcels.where(store, by(where))]
