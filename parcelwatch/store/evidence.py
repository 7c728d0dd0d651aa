"""What couriers said that we could not read: answers, kept for whoever mends the adapter, and unknown codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import iso, load, maybe_at, to_ms, where

NEWEST: Final = 20
"""Unreadable answers kept of each account."""

LARGEST: Final = 64 * 1024
"""Bytes kept of each."""

_PRUNE: Final = """
DELETE FROM payloads WHERE account = ?1
  AND id NOT IN (SELECT id FROM payloads WHERE account = ?1 ORDER BY id DESC LIMIT ?2)
"""
EXAMPLES: Final = 3
"""Numbers kept of the parcels of which a code or a wording was said."""

_COUNT: Final = f"""
INSERT INTO unknown_codes (courier, code, text, count, parcels, first_at, last_at, numbers)
VALUES (?1, ?2, ?3, 1, ?4, ?5, ?5, iif(?6 = '', '[]', json_array(?6)))
ON CONFLICT DO UPDATE SET count = count + 1, parcels = parcels + excluded.parcels,
  last_at = max(last_at, excluded.last_at), numbers = iif(?6 = '' OR json_array_length(numbers) >= {EXAMPLES}
    OR EXISTS (SELECT 1 FROM json_each(numbers) WHERE value = ?6), numbers, json_insert(numbers, '$[#]', ?6))
RETURNING count
"""


def keep_payload(store: Store, account: str, body: bytes, error: str, now: datetime) -> None:
    """Keep an answer that does not fit the adapter, cut to a sane size; only the newest are kept."""
    sql = "INSERT INTO payloads (account, at, error, body) VALUES (?, ?, ?, ?)"
    store.write(sql, (account, to_ms(now), error, body[:LARGEST]))
    store.write(_PRUNE, (account, NEWEST))


def payloads(store: Store, account: str = "") -> list[dict[str, Any]]:
    """`[{account, at, error, body}]`, newest first; the body as bytes."""
    sql = "SELECT account, at, error, body FROM payloads WHERE ?1 = '' OR account = ?1 ORDER BY id DESC"
    rows = store.all(sql, (account,))
    return [{"account": account, "at": iso(at), "error": error, "body": body} for account, at, error, body in rows]


_RAW: Final = """
SELECT 'answer', id, at, body FROM payloads WHERE account = ?1 AND instr(body, ?2)
UNION SELECT 'push', id, received_at, body FROM inbox WHERE account = ?1 AND instr(body, ?2)
ORDER BY 3, 1, 2
"""


def naming(store: Store, account: str, numbers: Iterable[str]) -> list[dict[str, Any]]:
    """`[{what, id, at, body}]`, oldest first: what an account's courier said that is kept as it came and names one.

    `what`: an "answer" that could not be read, or a "push". Both are kept for a while only.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for number in numbers:
        alone = re.compile(rb"(?<![A-Za-z0-9])" + re.escape(number.encode()) + rb"(?![A-Za-z0-9])")
        for what, key, at, body in store.all(_RAW, (account, number.encode())):
            # A form's quoting hides where the number begins.
            if alone.search(body) or alone.search(unquote_to_bytes(body)):
                found[what, key] = {"what": what, "id": key, "at": iso(at), "body": body}
    return sorted(found.values(), key=lambda one: (one["at"], one["what"], one["id"]))


def count_unknown(
    store: Store, courier: str, code: str, text: str, now: datetime, *, another: bool = False, number: str = ""
) -> bool:
    """Count a code, or a wording where there is no code, that means nothing to us; True the first time.

    `another`: it is on one more parcel than before, the one with that `number`.
    """
    (count,) = store.write(_COUNT, (courier, code, text, int(another), to_ms(now), number)).fetchall()[0]
    return bool(count == 1)


# The wording beside a code changes with place and day, so a code's parcels are counted whatever is written beside it.
_UNKNOWN: Final = """
SELECT courier, code, text, count, first_at, last_at, numbers,
  iif(code = '', parcels, sum(parcels) OVER (PARTITION BY courier, code)) AS parcels, told_at,
  max(told_at) OVER (PARTITION BY courier, code) AS code_told_at
FROM unknown_codes"""
_NEWS: Final = f"told_at IS NULL AND (code IN ('', '{UNREADABLE}') OR code_told_at IS NULL)"


def unknown(store: Store, courier: str = "", untold: bool = False, least: int = 0) -> list[dict[str, Any]]:
    """`[{courier, code, text, count, first_at, last_at, numbers, parcels}]`, the most frequent first.

    `untold`: only those nobody was told of, under any wording of their code. `least`: only those on so many parcels,
    and what could not be read at all.
    """
    clause, values = where({"courier = ?": courier})
    chosen = f"WHERE (parcels >= ? OR code = '{UNREADABLE}')" + (f" AND {_NEWS}" if untold else "")
    sql = f"SELECT * FROM ({_UNKNOWN} {clause}) {chosen} ORDER BY count DESC, courier, code, text"
    rows = store.all(sql, (*values, least))
    return [
        {
            "courier": name,
            "code": code,
            "text": text,
            "count": count,
            "first_at": iso(first),
            "last_at": iso(last),
            "numbers": load(numbers),
            "parcels": parcels,
        }
        for name, code, text, count, first, last, numbers, parcels, *_ in rows
    ]


def told_unknown(store: Store, courier: str, told: Iterable[tuple[str, str]], now: datetime) -> None:
    """The operator was told of these codes and wordings of `courier`."""
    sql = "UPDATE unknown_codes SET told_at = ? WHERE courier = ? AND code = ? AND text = ?"
    store.write_many(sql, [(to_ms(now), courier, code, text) for code, text in told])


def last_told(store: Store, courier: str) -> datetime | None:
    """When the operator was last told of unknown codes of `courier`."""
    return maybe_at(store.value("SELECT max(told_at) FROM unknown_codes WHERE courier = ?", (courier,)))
