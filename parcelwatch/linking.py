"""The link in a message: its line, what it is about, and its token put in its place at the last moment.

What belongs here: what of a message a link is made of. The words that are kept have the token masked; a repetition
gets the same token, made anew from the same salt.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from parcelwatch.core.links import LENGTH, MASK, Linking, digest_of_letter
from parcelwatch.core.messages import SHORTEST_LIMIT, Group, Outgoing, Text
from parcelwatch.model import Why
from parcelwatch.render import Renderer
from parcelwatch.store import Store, links
from parcelwatch.store.links import About

MOST: Final = 500
"""Cases of one link, the worst; what a digest has beyond is left to the command line."""

_UNMASKED: Final = LENGTH - len(MASK)


def tail(store: Store, group: Group, limit: int, linking: Linking | None, renderer: Renderer) -> str:
    """The last line of a message, its token masked; "" where nothing can be done, or there is no room to say so."""
    if linking is None or not _live(store, group, 1):
        return ""
    line = renderer.link(linking.address())
    return line if limit - room(line) >= SHORTEST_LIMIT else ""


def room(line: str) -> int:
    """How much of a channel's limit the line takes with its break and its whole token, whatever the channel counts."""
    return len(line.encode()) + _UNMASKED + 1 if line else 0


def under(text: Text, line: str) -> Text:
    """The text with that last line."""
    return replace(text, body=f"{text.body}\n{line}") if line else text


def opened(store: Store, group: Group, text: Text, linking: Linking | None, renderer: Renderer, now: datetime) -> Text:
    """The text with a token where one is masked, as it is to be sent and not to be kept."""
    if linking is None or not text.body.endswith(linking.address()):
        return text
    token = links.again(store, group.id, group.channel, linking.key, now) if group.body is not None else ""
    token = token or links.make(store, group.id, group.channel, _about(store, group, text, renderer), linking.key, now)
    return replace(text, body=text.body.removesuffix(MASK) + token)


def _live(store: Store, group: Group, most: int) -> list[int]:
    return links.live(store, (row.case_id for row in group.rows if row.case_id is not None), most)


def _about(store: Store, group: Group, text: Text, renderer: Renderer) -> list[About]:
    """Each case once; with its letter where the message shows all of it, for what was not read is not approved."""
    letters = {row.case_id: row for row in group.rows if _shows_letter(row, group, text, renderer)}
    return [_with_letter(case_id, letters.get(case_id), renderer) for case_id in _live(store, group, MOST)]


def _shows_letter(row: Outgoing, group: Group, text: Text, renderer: Renderer) -> bool:
    if group.digest_id is not None or not row.draft or row.why is not Why.DRAFTED or row.letter is None:
        return False
    return renderer.letter(row.letter).body in text.body


def _with_letter(case_id: int, row: Outgoing | None, renderer: Renderer) -> About:
    if row is None or row.letter is None:
        return About(case_id)
    letter = renderer.letter(row.letter)
    return About(case_id, row.letter.id, digest_of_letter(letter.subject, letter.body))
