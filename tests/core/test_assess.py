"""What assessing remembers between parcels; what it finds is tested with each rule."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime
from weakref import ref

from parcelwatch.core.assess import rules_for
from parcelwatch.core.policy import Policy
from parcelwatch.model import Parcel

PARCEL = Parcel(0, "JD1", "dhl", datetime(2026, 3, 2, tzinfo=UTC), origin="DE", destination="DE")


def test_parcels_alike_share_their_rules_and_others_have_their_own() -> None:
    policy = Policy()
    assert rules_for(policy, PARCEL) is rules_for(policy, replace(PARCEL, number="JD2"))
    assert rules_for(policy, PARCEL) is not rules_for(policy, replace(PARCEL, destination="BR"))


def test_the_rules_of_a_policy_that_is_no_more_go_with_it() -> None:
    policy = Policy()
    rules = ref(rules_for(policy, PARCEL))
    assert rules() is rules_for(policy, PARCEL)
    del policy
    gc.collect()
    assert rules() is None
