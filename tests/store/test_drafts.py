"""Drafts as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

from parcelwatch.model import Draft, DraftState, Milestone
from parcelwatch.store import Store
from parcelwatch.store.drafts import ONE_ADDRESSEE

_NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_ANN = Draft("lost", "en", DraftState.DRAFT, _NOW, Milestone.EXCEPTION, "A-1", "Ann", "ann@example.org")
_OF_EACH = "SELECT ? AS order_no, ? AS to_name, ? AS to_contact"
_SAME = f"SELECT {ONE_ADDRESSEE.format(one='a', other='b')} FROM ({_OF_EACH}) a, ({_OF_EACH}) b"


def test_the_database_and_the_core_mean_the_same_customer_of_the_same_order(store: Store) -> None:
    drafts = [
        _ANN,
        replace(_ANN, order="A-2"),
        replace(_ANN, to_name="Bob"),
        replace(_ANN, to_contact="", id=4),
        replace(_ANN, kind="damaged", language="de", facts={"parcel": 2}, id=5),
    ]
    for one, other in product(drafts, drafts):
        asked = [(draft.order, draft.to_name, draft.to_contact) for draft in (one, other)]
        assert store.value(_SAME, (*asked[0], *asked[1])) == (one.addressee == other.addressee)
