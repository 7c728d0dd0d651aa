"""What a reload says has changed: of long values and of tables in a list what differs, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcelwatch import config

CLAIM = (
    '[[claims]]\ncourier = "{}"\nkind = "lost"\ndays = {}\nfrom = "shipped"\n'
    'source = "our contract, § 7, of the first of May"\n'
)
UPS, DHL = CLAIM.format("ups", 30), CLAIM.format("dhl", 20)


def changes(before: str, after: str, folder: Path) -> list[str]:
    file = folder / "config.toml"
    found = []
    for text in (before, after):
        file.write_text(text, encoding="utf-8")
        found.append(config.load(file))
    return config.changes(*found)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (UPS + DHL, UPS + DHL.replace("20", "25"), ["claims[2].days: 20 → 25"]),
        (DHL, UPS + DHL, ["claims[1]: added: "]),
        (UPS + DHL, DHL, ["claims[1]: removed: "]),
        (UPS, UPS.replace("May", "May 2026"), ["claims[1].source: our contract, § 7, of the first of May → "]),
        (UPS + DHL, DHL + UPS, ["claims[1]: ", "claims[2]: "]),
        ("", '[[peaks]]\nname = "双12"\nfrom = "12-10"\nto = "12-14"\nfactor = 2.0\n', ["peaks[1]: added: "]),
    ],
)
def test_of_tables_in_a_list_those_keys_are_said_that_are_others(
    before: str, after: str, said: list[str], tmp_path: Path
) -> None:
    found = changes(before, after, tmp_path)
    assert [len(found), *(line.startswith(start) for line, start in zip(found, said, strict=True))] == [
        len(said),
        *(True for _ in said),
    ]


@pytest.mark.parametrize("place", [0, 50, 150, 299])
def test_of_a_long_value_the_part_is_shown_that_is_another(place: int, tmp_path: Path) -> None:
    was = "x" * 300
    now = was[:place] + "Y" + was[place + 1 :]
    before, after = (f'[couriers.a]\napi = "dhl"\nkey = "k"\noptions = {{ note = "{each}" }}\n' for each in (was, now))
    (line,) = changes(before, after, tmp_path)
    shown_before, shown_after = line.split(" → ")
    assert "Y" not in shown_before
    assert "Y" in shown_after
    assert len(shown_after) < 90
