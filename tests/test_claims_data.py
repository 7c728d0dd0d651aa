"""The windows that come along, and those of the configuration: each says who says so, and is what it seems."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from parcelwatch import config
from parcelwatch.claims import FILE, windows
from parcelwatch.core.kinds import KINDS
from parcelwatch.core.rows.companies import COURIERS
from parcelwatch.core.windows import CLAIMABLE, Basis, Lane, Loss, Start
from parcelwatch.errors import ConfigError
from parcelwatch.model import Parcel
from parcelwatch.reference.territories import country
from parcelwatch.words import languages

ENTRIES: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["windows"]
PARCEL = {"courier", "service", "lane", "origin", "destination"}
KEYS = PARCEL | {"loss", "days", "from", "source", "title", "basis", "checked_on", "note", "doubt"}
each_entry = pytest.mark.parametrize(
    "entry", ENTRIES, ids=[f"{one.get('courier', 'any')}-{'-'.join(one['loss'])}-{one['days']}" for one in ENTRIES]
)


@each_entry
def test_every_entry_says_who_says_so_and_when_that_was_read(entry: dict[str, Any]) -> None:
    assert entry.keys() <= KEYS
    assert urlsplit(entry["source"]).scheme == "https"
    assert entry["basis"] in set(Basis)
    assert entry.get("doubt", {}).keys() in ({*()}, {"en", *languages("cli")})
    assert isinstance(entry["checked_on"], date)
    assert date(2026, 1, 1) <= entry["checked_on"]


@each_entry
def test_every_entry_is_of_a_courier_a_place_and_a_time_there_is(entry: dict[str, Any]) -> None:
    assert entry.get("courier", "") in {"", *COURIERS}
    assert set(entry["loss"]) <= set(Loss)
    assert entry["from"] in set(Start)
    assert entry.get("lane", "") in {"", *Lane}
    assert 0 < entry["days"] <= 366
    for end in ("origin", "destination"):
        assert country(entry.get(end, "")) == entry.get(end, "")
    assert entry.keys() & {"courier", "origin", "destination"}, "a window for everybody is nobody's"


def test_no_entry_is_there_twice() -> None:
    assert max(Counter(replace(one, days=1) for one in windows()).values()) == 1


def test_a_line_that_is_kept_with_a_claim_names_windows_of_one_source() -> None:
    said: dict[str, set[tuple[object, str]]] = {}
    for one in windows():
        said.setdefault(one.line, set()).add((one.basis, one.doubt.get("en", "")))
    assert {line: found for line, found in said.items() if len(found) > 1} == {}


def test_what_can_be_claimed_for_is_a_kind() -> None:
    assert set(CLAIMABLE) <= set(KINDS)


# --- of the configuration ------------------------------------------------------------------------

ACCOUNTS = """
[couriers.kd]
api = "kuaidi100"
key = "env:K"
customer = "c"
[couriers.post]
api = "declared"
declared = "royalmail"
secret = "env:S"
key = "env:K"
[channels.ops]
url = "env:OPS"
"""
ROW = '[[claims]]\nkind = "lost"\ndays = 30\nsource = "contract"\nchecked_on = 2026-11-28\n'


def loaded(folder: Path, text: str) -> config.Config:
    path = folder / "config.toml"
    path.write_text(ACCOUNTS + text, encoding="utf-8")
    return config.load(path, environ={})


def lost(folder: Path, text: str, **parcel: Any) -> list[int]:
    terms = loaded(folder, text).claims()
    given = {"number": "X", "courier": "kd", "added_at": datetime(2026, 1, 1, tzinfo=UTC), **parcel}
    return [one.days for one in terms.windows_of(Parcel(1, **given), Loss.LOST)]


def test_a_contract_is_for_a_courier_by_any_of_its_names(tmp_path: Path) -> None:
    for name in ("申通", "sto", "shentong", "STO"):
        assert lost(tmp_path, f'{ROW}courier = "{name}"\n', company="shentong") == [30], name
        assert lost(tmp_path, f'{ROW}courier = "{name}"\n', company="yuantong") == [], name
    assert lost(tmp_path, f'{ROW}courier = "kd"\n', company="yuantong") == [30]


def test_a_declared_courier_has_the_windows_of_the_courier_it_declares(tmp_path: Path) -> None:
    assert lost(tmp_path, "", courier="post", origin="GB", destination="GB") == [80]


def test_a_contract_goes_before_what_comes_along_and_can_say_that_there_is_nothing(tmp_path: Path) -> None:
    british = {"courier": "post", "origin": "GB", "destination": "GB"}
    assert lost(tmp_path, f'{ROW}courier = "post"\n', **british) == [30]
    assert lost(tmp_path, ROW.replace("30", "0"), **british) == []


def test_another_contract_is_another_policy_and_another_source_is_not(tmp_path: Path) -> None:
    one, other, moved = (
        loaded(tmp_path, text).policy().policy_id
        for text in (ROW, ROW.replace("30", "31"), ROW.replace("contract", "mail of 3 May"))
    )
    assert one != other
    assert one == moved


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ROW.replace("lost", "loste"), 'no loss "loste" (did you mean "lost"?)'),
        (ROW + 'from = "delivery"', 'no beginning "delivery" (did you mean "delivered"?)'),
        (ROW + 'courier = "shentogn"', 'no account and no courier "shentogn"'),
        (ROW + 'courier = "upss"', '(did you mean "ups"?)'),
        (ROW + 'lane = "domestc"', '(did you mean "domestic"?)'),
        (ROW + 'origin = "Germany"', 'write "DE"'),
        (ROW.replace("days = 30", "days = -1"), "claims.days: expected"),
        (ROW.replace("days = 30", 'days = "30d"'), "claims.days: expected"),
        (ROW.replace("days = 30", "days = 4000"), "claims.days: expected"),
        (ROW.replace("2026-11-28", '"last week"'), 'expected a day such as "2026-11-28"'),
        (ROW.replace("2026-11-28", "3"), 'expected a day such as "2026-11-28"'),
        (ROW + "dayz = 3", 'unknown key (did you mean "days"?)'),
        ('[[claims]]\nkind = "lost"', "claims.days: is required"),
        ('[claims]\nkind = "lost"\ndays = 3', "[[claims]]"),
    ],
)
def test_a_slip_in_a_contract_is_told_with_its_line_and_what_may_have_been_meant(
    tmp_path: Path, text: str, fault: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert any(fault in problem and "config.toml:" in problem for problem in refused.value.problems), refused.value


def test_a_contract_without_its_source_is_warned_of(tmp_path: Path) -> None:
    (warning,) = loaded(tmp_path, '[[claims]]\nkind = "lost"\ndays = 30\nsource = "contract"').warnings
    assert "claims: has no `checked_on`" in warning
    (warning,) = loaded(tmp_path, '[[claims]]\nkind = "lost"\ndays = 30').warnings
    assert "has no `source` and no `checked_on`" in warning
