"""`drafts send`: letters leave, each once, and what is to be done about one that did not.

What belongs here: the command's work. One attempt is verbs.letters', the ways to customers channels' and ticketing's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parcelwatch.cli import joined, output
from parcelwatch.cli.base import NeedsAttention
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.channels.customers import Customers
    from parcelwatch.cli.desk import Desk
    from parcelwatch.config import Config
    from parcelwatch.store import Store
    from parcelwatch.ticketing.counters import Counter
    from parcelwatch.ticketing.sending import Tickets

NO_WAY: Final = (
    "draft {draft} was not sent: no channel to customers is configured (`[drafts.send]`). Copy the text from "
    "`parcelwatch drafts show {draft}`, send it yourself, then `parcelwatch drafts sent {draft}`"
)
DOUBTED: Final = (
    "draft {draft} may have arrived or not: {why}. It is not sent again: look there, then "
    "`parcelwatch drafts sent {draft}` if it did, or `parcelwatch drafts approve {draft}` if it did not"
)
NOT_THERE: Final = (
    "draft {draft} does not stand in its ticket, where it was written before without an answer. It is not sent again: "
    "look there, then `parcelwatch drafts sent {draft}` if it arrived, or `parcelwatch drafts approve {draft}`"
)


def _ready(desk: Desk, ids: list[int], *, approve: bool) -> None:
    """Say first what is wrong with a draft that could not be sent anyway."""
    from parcelwatch.core.letters import instead
    from parcelwatch.store import drafts, parcels

    t = desk.tongue
    with desk.store() as store:
        for draft in ids:
            parcel_id, known = drafts.one(store, draft)
            if known.state == "draft" and not approve:
                said = "draft {draft} is not approved: read it, then `parcelwatch drafts approve {draft}`"
                raise NeedsAttention(t(said, draft=draft))
            if hint := instead(known, parcels.dossier(store, parcel_id)):
                raise NeedsAttention(f"draft {draft} is {known.state}; only an approved one can be sent{hint}")


def _counters(desk: Desk) -> list[Counter]:
    """The helpdesks into whose tickets letters may go."""
    from parcelwatch.ticketing.counters import counters

    if not desk.config.helpdesks():
        return []
    return [each for each in counters(desk.whole_config, desk.policy) if each.desk.writes]


def _sent(desk: Desk, store: Store, customers: Tickets, draft: int, by: str, *, approve: bool) -> str:
    """Send one; what is to be done about it, "" when it arrived."""
    from parcelwatch.channels.customers import Outcome
    from parcelwatch.store import drafts
    from parcelwatch.verbs import letters

    t = desk.tongue
    try:
        if drafts.one(store, draft)[1].state == "sending" and customers.went(draft):
            return "" if customers.look(draft) else t(NOT_THERE, draft=draft)
        attempt = letters.send(store, customers, draft, desk.words, desk.policy, desk.now, by=by, approve=approve)
    except BadInput as error:
        return t.sentence(str(error))
    why = t.sentence(desk.words.fault(attempt.why))
    match attempt.outcome:
        case Outcome.ARRIVED:
            return ""
        case Outcome.REFUSED:
            return t("draft {draft} was not sent: {why}. It is approved as before", draft=draft, why=why)
    return t(DOUBTED, draft=draft, why=why)


def to_customers(config: Config) -> Customers | None:
    """The ways to customers; None where none is configured. Raises ConfigError."""
    from parcelwatch.channels import go_by
    from parcelwatch.channels.customers import Customers
    from parcelwatch.running.making import proxy

    ways = {name: secret.read() for name, secret in config.to_customers().items()}
    if not ways:
        return None
    go_by(proxy(config))
    body = config.file.drafts.send.body
    places = {key: config.places.spot(("drafts", "send", key)) for key in (*ways, "body")}
    return Customers(ways.get("url", ""), ways.get("sms", ""), ways.get("webhook", ""), body, places)


def send(desk: Desk, ids: list[int], by: str, *, approve: bool, as_json: bool) -> None:
    """Send letters, and say what became of each draft of them. Raises NeedsAttention for those that did not arrive."""
    from parcelwatch import shapes
    from parcelwatch.ticketing.sending import Tickets

    customers, counters = to_customers(desk.config), _counters(desk)
    if customers is None and not counters:
        _ready(desk, ids, approve=approve)
        raise NeedsAttention(desk.tongue(NO_WAY, draft=ids[0]))
    one_alone = as_json and len(ids) == 1
    with desk.store() as store:
        way = Tickets(store, counters, desk.now, customers)
        troubles: dict[int, str] = {}
        moved: list[int] = []
        for draft in ids:
            if draft not in troubles:
                said = [one.id for one in shapes.letter(store, draft, desk.words)]
                stood = joined.standing(store, draft)
                trouble = _sent(desk, store, way, draft, by, approve=approve)
                troubles |= {one or draft: trouble for one in said}
                moved += joined.changed(store, stood)
        troubles |= {one: "" for one in moved if one not in troubles}
        shown = [shapes.draft_whole(store, draft, desk.words) for draft in (ids if one_alone else troubles)]
    if as_json:
        output.emit(shown[0] if one_alone else shown)
    else:
        joined.say((each for each in shown if not troubles[each["id"]] or each["id"] in moved), desk.tongue)
    if told := [*dict.fromkeys(filter(None, troubles.values()))]:
        raise NeedsAttention("\n".join(told))
