"""Silences as agents use them: begin one, end one, and tell what one kept back when it is over.

What belongs here: the verbs, whoever asks for them. Which message a silence means is core.messaging.silences'.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from parcelwatch.core.messaging.silences import Silence, silenced
from parcelwatch.errors import BadInput
from parcelwatch.store import Store, silences


def begin(store: Store, silence: Silence, now: datetime) -> tuple[Silence, int]:
    """Silence what matches from now on, with what waits to be told; the silence, and how many messages waited.

    Raises BadInput for one that would be over already, or that says for what only by what it leaves out.
    """
    if silence.until <= now:
        raise BadInput("it would be over already: give a time to come, such as --until 2d")
    if silence.match == replace(silence.match, kinds=(), courier="", company="", destination="", tag="", tier=""):
        raise BadInput("say what is to be silent: --kind, --courier, --company, --destination, --tag or --tier")
    with store.joined():
        kept = silences.add(store, silence, now)
        meant = [alert for alert, one in silences.waiting(store) if kept.match.matches(one)]
        for alert in meant:
            silences.keep_back(store, alert, kept)
    return kept, len(meant)


def end(store: Store, silence_id: int, now: datetime) -> int | None:
    """End a silence; how many messages it let go, None if it was over before. Raises NotFound."""
    with store.joined():
        return release(store, now) if silences.end(store, silence_id, now) else None


def release(store: Store, now: datetime) -> int:
    """Tell what silences that are over kept back, as far as it still stands; the caller holds the transaction."""
    told = 0
    for silence in silences.over(store, now):
        others = silences.holding(store, now)
        for alert, one in silences.standing(store, silence):
            if (other := silenced(one, others, now)) is not None:
                silences.keep_back(store, alert, other)
                continue
            told += silences.tell(store, alert, now)
        silences.close(store, silence, now)
    return told
