"""What the rows of a file mean together: every parcel once, whoever names it again, in little memory."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.model import Order, Parcel
from parcelwatch.verbs.sheet import Buyers, Seen

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def parcel(number: int, buyer: str = "") -> Parcel:
    orders = (Order(f"A-{number}", customer_name=buyer),)
    return Parcel(0, f"{3400000000 + number}", "dhl", NOW, orders=orders)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40) | st.integers(0, 5000), max_size=400))
def test_a_parcel_is_new_where_it_is_named_first_however_many_there_are(numbers: list[int]) -> None:
    warnings: list[str] = []
    seen = Seen(warnings)
    found = [seen.new(parcel(number), line, follows=False) for line, number in enumerate(numbers, 2)]
    firsts = {number: line for line, number in reversed(list(enumerate(numbers, 2)))}
    assert found == [firsts[number] == line for line, number in enumerate(numbers, 2)]
    doubles = [(line, number) for line, number in enumerate(numbers, 2) if firsts[number] != line]
    for said, (line, number) in zip(warnings[:20], doubles, strict=False):
        assert said.startswith(f"line {line}: ")
        assert f"in line {firsts[number]} already" in said


def test_a_long_file_is_remembered_in_a_few_bytes_a_row() -> None:
    seen, rows = Seen([]), 6_000
    tracemalloc.start(1)
    try:
        for line in range(2, rows + 2):
            assert seen.new(parcel(line), line, follows=False)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown / rows < 70


def test_a_buyer_is_held_against_the_first_that_an_order_named() -> None:
    buyers = Buyers()
    buyers.settled(parcel(1, "Ann Beispiel"), 2)
    same, said = buyers.settled(parcel(1, "Beispiel, Ann"), 3)
    assert (same.orders[0].customer_name, said) == ("Beispiel, Ann", "")
    other, said = buyers.settled(parcel(1, "Bob Muster"), 4)
    assert other.orders[0].customer_name == ""
    assert "another buyer in line 2" in said
