"""Links in messages as they are kept: the digest of a token, never the token, and what was done through it.

What belongs here: rows. What a link is good for is core.messaging.links'.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from parcelwatch.core.messaging.links import (
    LIFE,
    REMEMBERED,
    Item,
    Link,
    Use,
    Verb,
    digest,
    digest_of_letter,
    same,
    token,
)
from parcelwatch.model import DraftState, State
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import SEVERITIES, from_ms, to_ms

_SALT: Final = 16


@dataclass(frozen=True, slots=True)
class About:
    """A case that a message is about. `draft_id`: the letter it shows in full, whose `words` are kept as a digest."""

    case_id: int
    draft_id: int | None = None
    words: str = ""


_LIVE: Final = "SELECT 1 FROM cases WHERE id = ? AND state <> 'resolved'"
_NEW: Final = "INSERT INTO links (digest, salt, bundle, channel, expires_at) VALUES (?, ?, ?, ?, ?) RETURNING id"
_ABOUT: Final = """
INSERT INTO link_cases (link_id, case_id, reopened, draft_id, words)
SELECT ?, id, reopened, ?, ? FROM cases WHERE id = ?
"""
_NEWEST: Final = "SELECT id, salt FROM links WHERE bundle = ? AND channel = ? ORDER BY id DESC LIMIT 1"
_FOUND: Final = "SELECT id, digest, channel, expires_at FROM links WHERE digest = ?"
_ITEMS: Final = """
SELECT l.id, c.id, c.kind, c.severity, c.state, c.reopened, l.reopened, d.id, d.state, l.words, d.subject, d.body
FROM link_cases l JOIN cases c ON c.id = l.case_id LEFT JOIN drafts d ON d.id = l.draft_id
WHERE l.link_id = ? ORDER BY l.id
"""
_USES: Final = """
SELECT u.link_case_id, u.verb, u.by, u.at FROM link_uses u JOIN link_cases l ON l.id = u.link_case_id
WHERE l.link_id = ? ORDER BY u.id
"""


def live(store: Store, case_ids: Iterable[int], most: int) -> list[int]:
    """Those of the cases that are not resolved, in the order given; no more are looked at than it takes."""
    return list(islice((one for one in dict.fromkeys(case_ids) if store.one(_LIVE, (one,))), most))


def make(store: Store, bundle: int, channel: str, about: Sequence[About], key: bytes, now: datetime) -> str:
    """A new link for a message; its token. What expired long ago is forgotten on the way."""
    prune(store, now)
    salt = secrets.token_bytes(_SALT)
    made = token(key, salt)
    values = (digest(made), salt, bundle, channel, to_ms(now + LIFE))
    link_id = store.write(_NEW, values).fetchall()[0][0]
    store.write_many(_ABOUT, [(link_id, one.draft_id, one.words, one.case_id) for one in about])
    return made


def again(store: Store, bundle: int, channel: str, key: bytes, now: datetime) -> str:
    """The token of a message's newest link, which holds anew from now on; "" when it has none any more.

    Each channel has its own: what was meant for one person's chat must not act when it goes to another.
    """
    row = store.one(_NEWEST, (bundle, channel))
    if row is None:
        return ""
    made = token(key, row[1])
    # With another key than it was made with, it is another token.
    store.write("UPDATE links SET digest = ?, expires_at = ? WHERE id = ?", (digest(made), to_ms(now + LIFE), row[0]))
    return made


def find(store: Store, given: str) -> Link | None:
    """The link of a token, None when there is none."""
    row = store.one(_FOUND, (digest(given),))
    if row is None or not same(row[1], digest(given)):
        return None
    uses: dict[int, list[Use]] = {}
    for item_id, verb, by, at in store.all(_USES, (row[0],)):
        uses.setdefault(item_id, []).append(Use(Verb(verb), by, from_ms(at)))
    items = tuple(_item(found, uses.get(found[0], ())) for found in store.all(_ITEMS, (row[0],)))
    return Link(row[0], row[2], from_ms(row[3]), items)


def _item(row: tuple[Any, ...], uses: Sequence[Use]) -> Item:
    item_id, case_id, kind, severity, state, reopened, was_reopened, draft_id, draft, words, subject, body = row
    return Item(
        item_id,
        case_id,
        kind,
        SEVERITIES[severity],
        State(state),
        reopened,
        was_reopened,
        draft_id,
        DraftState(draft) if draft else None,
        draft_id is not None and same(words, digest_of_letter(subject, body)),
        tuple(uses),
    )


def use(store: Store, item: Item, verb: Verb, by: str, now: datetime) -> None:
    """Keep that it was done, so that it is done once."""
    values = (item.id, verb, by, to_ms(now))
    store.write("INSERT INTO link_uses (link_case_id, verb, by, at) VALUES (?, ?, ?, ?)", values)


def unuse(store: Store, item: Item, verb: Verb) -> None:
    """Forget that it was done, so that it can be done again."""
    store.write("DELETE FROM link_uses WHERE link_case_id = ? AND verb = ?", (item.id, verb))


def prune(store: Store, now: datetime) -> None:
    """Drop the links that expired long ago."""
    store.write("DELETE FROM links WHERE expires_at < ?", (to_ms(now - REMEMBERED),))
