"""Whether a parcel's number can be that of the courier its account asks: a slip, or another courier's number.

What belongs here: what to tell whoever wrote the number. It is watched all the same, since forms change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from parcelwatch.core.rows import companies
from parcelwatch.core.rows.assigning import FIRM, Desk, able
from parcelwatch.core.rows.companies import COURIERS, Courier
from parcelwatch.core.rows.detect import AGGREGATORS, belongs, detect, formed


def misplaced(number: str, courier: str, company: str, desks: Sequence[Desk]) -> str:
    """What is wrong with a number at an account, and which account could ask; "" where nothing seems to be.

    `company`: the courier's code behind an aggregator, of which only a slip is told without one.
    """
    desk = next((each for each in desks if each.name == courier), None)
    keys = _keys(desk, company) if desk else ()
    if desk is None or belongs(number, keys) or not (keys or desk.api in AGGREGATORS):
        return ""
    found = detect(number)
    own = [COURIERS[key] for key in keys]
    firm = [each for each in found.candidates if each.strength in FIRM]
    slip = next((each for each in found.slips if _among(each.courier, own)), None)
    if slip is None and not found.candidates:
        # Nobody's number as it is written.
        slip = next(iter(found.slips), None)
    if slip:
        return f"it {slip.evidence}"
    if not found.candidates and formed(keys):
        return "no courier known here has numbers of this form"
    if not (own and firm):
        return ""
    names = " or ".join(dict.fromkeys(each.name for each in own[:3]))
    return (
        f"it looks like a number of {firm[0].courier.name}, and {courier} asks {names}: {_who(number, courier, desks)}"
    )


def _keys(desk: Desk, company: str) -> Collection[str]:
    if desk.asks:
        return desk.asks
    key = companies.key_of(desk.api, company) if company else ""
    return (key,) if key else ()


def _among(courier: Courier, own: Sequence[Courier]) -> bool:
    return any(each is courier for each in own)


def _who(number: str, courier: str, desks: Sequence[Desk]) -> str:
    names = [each.name for each in able(number, desks)]
    if courier in names:
        return "is its company right?"
    return f"{' or '.join(names)} could ask about it" if names else "no account here could ask about it"
