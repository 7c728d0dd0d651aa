"""The link in a message: its line, what it is about, and its token put in its place at the last moment.

What belongs here: what of a message a link is made of. The words that are kept have the token masked; a repetition
gets the same token, made anew from the same salt.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from parcelwatch.core.messaging.links import LENGTH, MASK, Linking, digest_of_letter
from parcelwatch.core.messaging.messages import SHORTEST_LIMIT, Group, Outgoing, Size, Text
from parcelwatch.model import Why
from parcelwatch.store import Store, links
from parcelwatch.store.links import About
from parcelwatch.wording.render import Renderer

MOST: Final = 500
"""Cases of one link, the worst; what a digest has beyond is left to the command line."""

_UNMASKED: Final = LENGTH - len(MASK)
_ELSEWHERE: Final = re.compile(rf"\n[^\n]*/a/{re.escape(MASK)}\Z")


def tail(store: Store, group: Group, size: Size, linking: Linking | None, renderer: Renderer) -> str:
    """The last line of a message, its token masked; "" where nothing can be done, or there is no room to say so."""
    if linking is None or not _live(store, group, 1):
        return ""
    line = renderer.link(linking.address())
    return line if size.room("") - room(line, size) >= SHORTEST_LIMIT else ""


def room(line: str, size: Size) -> int:
    """How much of a body the line takes with its break and its whole token, as the channel counts, or a little more."""
    return max(size.measure(f"\n{line}{'x' * _UNMASKED}"), len(line.encode()) + _UNMASKED + 2) if line else 0


def under(texts: tuple[Text, ...], line: str) -> tuple[Text, ...]:
    """The texts, the last of them with that last line."""
    return (*texts[:-1], replace(texts[-1], body=f"{texts[-1].body}\n{line}")) if line else texts


def opened(
    store: Store, group: Group, texts: tuple[Text, ...], linking: Linking | None, renderer: Renderer, now: datetime
) -> tuple[Text, ...]:
    """The texts with a token where one is masked, as they are to be sent and not to be kept.

    The link of kept words that leads elsewhere than links do by now is left out.
    """
    last = texts[-1]
    if linking is None or not last.body.endswith(linking.address()):
        return (*texts[:-1], replace(last, body=_ELSEWHERE.sub("", last.body))) if group.said else texts
    token = links.again(store, group.id, group.channel, linking.key, now) if group.said else ""
    token = token or links.make(store, group.id, group.channel, _about(store, group, texts, renderer), linking.key, now)
    return (*texts[:-1], replace(last, body=last.body.removesuffix(MASK) + token))


def _live(store: Store, group: Group, most: int) -> list[int]:
    return links.live(store, (row.case_id for row in group.rows if row.case_id is not None), most)


def _about(store: Store, group: Group, texts: tuple[Text, ...], renderer: Renderer) -> list[About]:
    """Each case once; with its letter where the message shows all of it, for what was not read is not approved."""
    letters = {row.case_id: row for row in group.rows if _shows_letter(row, group, texts, renderer)}
    return [_with_letter(case_id, letters.get(case_id), renderer) for case_id in _live(store, group, MOST)]


def _shows_letter(row: Outgoing, group: Group, texts: tuple[Text, ...], renderer: Renderer) -> bool:
    if group.digest_id is not None or not row.draft or row.why is not Why.DRAFTED or row.letter is None:
        return False
    shown = "".join(text.body for text in texts)
    return "".join(renderer.brought(row).body.split()) in "".join(shown.split())  # parts break at white space


def _with_letter(case_id: int, row: Outgoing | None, renderer: Renderer) -> About:
    if row is None or row.letter is None:
        return About(case_id)
    letter = renderer.brought(row)
    return About(case_id, row.letter.id, digest_of_letter(letter.subject, letter.body))
