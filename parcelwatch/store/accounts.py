"""How each courier account fares: breaker, pace, and when it could not be asked.

What belongs here: keeping the states core.service.accounts and core.service.pacing compute.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from parcelwatch.core.service.accounts import AccountState
from parcelwatch.core.service.pacing import PaceState, Window
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, from_ms, iso, maybe_at, maybe_ms, to_ms
from parcelwatch.store.rows import load as undump

_LOAD: Final = """
SELECT failures, failing_since, open_until, opened_times, last_ok_at, refused, told_silent_at, last_error,
  next_at, windows, doubt, asked
FROM accounts WHERE name = ?
"""
_SAVE: Final = """
INSERT INTO accounts (name, failures, failing_since, open_until, opened_times, last_ok_at, refused, told_silent_at,
  last_error, doubt, asked, next_at, windows, calls) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, failing_since = excluded.failing_since,
  open_until = excluded.open_until, opened_times = excluded.opened_times, last_ok_at = excluded.last_ok_at,
  refused = excluded.refused, told_silent_at = excluded.told_silent_at, last_error = excluded.last_error,
  doubt = excluded.doubt, asked = excluded.asked, next_at = excluded.next_at, windows = excluded.windows,
  calls = calls + excluded.calls
"""


def load(store: Store, name: str) -> tuple[AccountState, PaceState]:
    """The state of an account and of its pace; those of a new one if it was never saved."""
    row = store.one(_LOAD, (name,))
    if row is None:
        return AccountState(), PaceState()
    failures, failing, open_until, opened, ok, refused, told, error, next_at, windows, doubt, asked = row
    state = AccountState(
        failures=failures,
        failing_since=maybe_at(failing),
        open_until=maybe_at(open_until),
        opened_times=opened,
        last_ok_at=maybe_at(ok),
        refused=refused,
        told_silent_at=maybe_at(told),
        last_error=error,
        doubt=doubt,
        asked=bool(asked),
    )
    spends = tuple(Window(period, from_ms(start), used) for period, start, used in undump(windows))
    return state, PaceState(maybe_at(next_at), spends)


def save(store: Store, name: str, state: AccountState, pace: PaceState, calls: int = 0) -> None:
    """Keep both; `calls` are added to the account's count."""
    values = (
        name,
        state.failures,
        maybe_ms(state.failing_since),
        maybe_ms(state.open_until),
        state.opened_times,
        maybe_ms(state.last_ok_at),
        state.refused,
        maybe_ms(state.told_silent_at),
        state.last_error,
        state.doubt,
        int(state.asked),
        maybe_ms(pace.next_at),
        dump([(one.period_seconds, to_ms(one.start), one.used) for one in pace.windows]),
        calls,
    )
    store.write(_SAVE, values)


_ROWS: Final = """
SELECT name, failures, failing_since, open_until, last_ok_at, refused, told_silent_at, last_error, calls,
  (SELECT count(*) FROM parcels WHERE courier = name AND ask_at IS NOT NULL) FROM accounts ORDER BY name
"""


def rows(store: Store) -> list[dict[str, Any]]:
    """What is known of every account, for `couriers list` and `doctor`."""
    return [
        {
            "account": name,
            "failures": failures,
            "failing_since": iso(failing),
            "paused_until": iso(open_until),
            "last_answer_at": iso(ok),
            "refused": refused,
            "silent_since_told": iso(told),
            "last_error": error,
            "calls": calls,
            "watched": watched,
        }
        for name, failures, failing, open_until, ok, refused, told, error, calls, watched in store.all(_ROWS)
    ]


# --- outages -------------------------------------------------------------------------------------


def outage_began(store: Store, account: str, at: datetime) -> None:
    """Nobody answers for this account from `at` on. Told again while it lasts, it changes nothing."""
    sql = """INSERT INTO outages (account, from_at) SELECT ?1, ?2
      WHERE NOT EXISTS (SELECT 1 FROM outages WHERE account = ?1 AND to_at IS NULL)"""
    store.write(sql, (account, to_ms(at)))


def outage_ended(store: Store, account: str, at: datetime) -> None:
    """It answers again; nothing to do if it never stopped."""
    store.write("UPDATE outages SET to_at = ? WHERE account = ? AND to_at IS NULL", (to_ms(at), account))


def outages(store: Store, account: str) -> list[tuple[datetime | None, datetime | None]]:
    """When it did not answer, oldest first; the last may have no end."""
    sql = "SELECT from_at, to_at FROM outages WHERE account = ? ORDER BY from_at"
    return [(maybe_at(begin), maybe_at(end)) for begin, end in store.all(sql, (account,))]
