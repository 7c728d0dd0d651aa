"""What is shown of incidents, as JSON gives it out.

What belongs here: one incident, in a list and with its story.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from parcelwatch.core.incidents import Incident, fact, place
from parcelwatch.shapes import stamp
from parcelwatch.store import Store, cases, incidents
from parcelwatch.wording.render import Renderer


def incident(store: Store, one: Incident, words: Renderer, now: datetime) -> dict[str, Any]:
    """An incident as in `incidents list`: what its group has in common, its numbers, and what it was measured by.

    `troubled` of `parcels` of the group are so as of the last look; `folded` parcels are told by it, of which `left`
    are in trouble still.
    """
    left = incidents.left(store, one.id or 0)
    return {
        "id": one.id,
        "state": one.state,
        **one.group._asdict(),
        "place": place(one.group),
        "opened_at": stamp(one.opened_at),
        "closed_at": stamp(one.closed_at),
        "troubled": one.troubled,
        "parcels": one.parcels,
        "folded": one.folded,
        "left": left,
        "usual": one.usual,
        "known": one.known,
        "chance": one.chance,
        "sentence": words.sentence(fact(one, left), one.closed_at or now, one.group.courier),
    }


def incident_whole(store: Store, incident_id: int, words: Renderer, now: datetime) -> dict[str, Any]:
    """An incident with its history, oldest first, and the ids of its cases and of the letters to approve.

    Raises NotFound.
    """
    one = incidents.one(store, incident_id)
    events = [{**asdict(each), "at": stamp(each.at)} for each in incidents.events(store, incident_id)]
    found = [row.case.id for row in cases.rows(store, now, incident=incident_id)]
    letters = incidents.letters(store, incident_id)
    return {**incident(store, one, words, now), "events": events, "cases": found, "drafts": letters}
