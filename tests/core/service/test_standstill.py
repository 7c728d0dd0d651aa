"""How long a database that fails is left alone, and when people hear of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parcelwatch.core.service import standstill
from parcelwatch.core.service.standstill import CALM, REMIND, Standing, crowded, failed, to_tell, told, worked
from parcelwatch.errors import StoreBusy, StoreDamaged, StoreError, StoreFailing, StoreFull, StoreLocked
from parcelwatch.model import Form

MB = 1_000_000


@pytest.mark.parametrize(
    ("error", "form", "waits"),
    [
        (StoreFull("full"), Form.STORE_FULL, True),
        (StoreBusy("busy"), Form.STORE_BUSY, True),
        (StoreFailing("i/o"), Form.STORE_FAILING, True),
        (StoreDamaged("rot"), Form.STORE_DAMAGED, True),
        (StoreLocked("another daemon"), Form.STORE_FAILING, False),
        (StoreError("a newer version's"), Form.STORE_FAILING, False),
    ],
)
def test_what_may_pass_is_waited_for_and_what_only_a_person_mends_is_not(
    error: StoreError, form: Form, waits: bool
) -> None:
    assert (standstill.says(error), standstill.waits_out(error)) == (form, waits)


def test_who_starts_it_at_a_terminal_hears_at_once_what_to_mend() -> None:
    failing, full = StoreFailing("belongs to another"), StoreFull("full")
    assert [standstill.waits_out(one, watched=True) for one in (failing, full)] == [False, True]


def tries(error: StoreError, count: int) -> Iterator[float]:
    """The waits before each new try, each made as soon as it is due."""
    standing, at = Standing(), 0.0
    for _ in range(count):
        standing = failed(standing, error, at)
        yield standing.retry_at - at
        at = standing.retry_at


def test_it_is_tried_ever_more_rarely_up_to_a_limit_however_long_it_lasts() -> None:
    assert list(tries(StoreFull("full"), 7)) == [2, 4, 8, 16, 32, 60, 60]
    assert list(tries(StoreDamaged("rot"), 2000))[-1] == 600


def test_all_that_fail_for_one_cause_at_one_time_are_one_failure() -> None:
    standing = failed(failed(Standing(), StoreFull("a"), 0.0), StoreFull("b"), 0.5)
    assert (standing.failures, standing.retry_at) == (1, 2)
    assert failed(standing, StoreDamaged("c"), 1.0).trouble is Form.STORE_DAMAGED


def test_a_full_disk_is_told_at_once_a_lock_only_when_it_lasts_and_both_again_after_hours() -> None:
    full, busy = failed(Standing(), StoreFull("x"), 0.0), failed(Standing(), StoreBusy("x"), 0.0)
    assert (to_tell(full, 0.0), to_tell(busy, 119.0), to_tell(busy, 120.0)) == (True, False, True)
    known = told(full, 1.0)
    assert (to_tell(known, REMIND), to_tell(known, REMIND + 1.0)) == (False, True)


def test_a_trouble_that_comes_and_goes_is_told_once_in_a_while() -> None:
    standing, heard = Standing(), 0
    for minute in range(60):
        standing = failed(standing, StoreFull("x"), minute * 60.0)
        if to_tell(standing, minute * 60.0):
            heard, standing = heard + 1, told(standing, minute * 60.0)
        standing = worked(standing)
    assert heard == 3600 / CALM


@pytest.mark.parametrize(
    ("free", "total", "before", "expected"),
    [
        (49 * MB, 100_000 * MB, False, True),
        (51 * MB, 100_000 * MB, False, False),
        (51 * MB, 100_000 * MB, True, True),
        (80 * MB, 100_000 * MB, True, False),
        (2 * MB, 16 * MB, False, False),
        (0, 16 * MB, False, True),
    ],
)
def test_couriers_are_asked_while_there_is_room_and_again_once_there_is_some_to_spare(
    free: int, total: int, before: bool, expected: bool
) -> None:
    assert crowded(free, total, before=before) is expected
