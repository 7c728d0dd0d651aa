"""How values become rows and rows values, and what the store hands out that the model has no noun for.

What belongs here: translation, no SQL statements. Times are whole milliseconds since 1970 UTC, rounded down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from parcelwatch.duration import parse
from parcelwatch.model import (
    Agreed,
    Ask,
    Case,
    Cause,
    Chance,
    Checkpoint,
    Claim,
    ClaimState,
    Draft,
    DraftState,
    Fact,
    Form,
    LetterStep,
    Milestone,
    Order,
    Parcel,
    Remedy,
    Severity,
    State,
    Sure,
    Unread,
    Why,
    Word,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# Looking a member up in a dict is several times faster than calling the enum, and dossiers are full of them.
MILESTONES: Final = {str(one): one for one in Milestone}
CAUSES: Final[dict[str | None, Cause | None]] = {None: None} | {str(one): one for one in Cause}
SEVERITIES: Final = {str(one): one for one in Severity}
SURES: Final = {str(one): one for one in Sure}
STATES: Final = {str(one): one for one in State}
WHYS: Final = {str(one): one for one in Why}


def plain(member: StrEnum | None) -> str | None:
    """A member as a mere text, which SQLite takes without asking what else it may be."""
    return None if member is None else str(member)


# --- times and JSON ------------------------------------------------------------------------------

# Up to the year 2223 a float of seconds still tells milliseconds apart, and that way is twice as fast.
_FLOAT: Final = 8_000_000_000_000


def to_ms(at: datetime) -> int:
    """Whole milliseconds since the epoch, rounded down. Raises TypeError for a naive time."""
    return (at - EPOCH) // _MILLISECOND


def maybe_ms(at: datetime | None) -> int | None:
    """The same, None for None."""
    return None if at is None else (at - EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The aware UTC time a whole number of milliseconds stands for."""
    if -_FLOAT < ms < _FLOAT:
        return datetime.fromtimestamp(ms / 1000, UTC)
    return EPOCH + timedelta(milliseconds=ms)


def maybe_at(ms: int | None) -> datetime | None:
    """The same, None for None."""
    return None if ms is None else from_ms(ms)


def whole(at: datetime) -> datetime:
    """`at` as the store gives it back. Round before merging, and what is loaded equals what was heard."""
    return at - timedelta(microseconds=at.microsecond % 1000)


def iso(ms: int | None) -> str | None:
    """ISO 8601 UTC with Z, as every JSON output has it; milliseconds only where there are any."""
    if ms is None:
        return None
    spec = "milliseconds" if ms % 1000 else "seconds"
    return from_ms(ms).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def dump(value: object) -> str:
    """Compact JSON in the words as they are."""
    return _JSON.encode(value)


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def texts(kept: str) -> tuple[str, ...]:
    """A list of texts, most often of none."""
    return () if kept == "[]" else tuple(load(kept))


def load(text: str) -> Any:
    """What `dump` was given; tuples come back as lists."""
    return _LOADED(text)


_LOADED: Final = json.JSONDecoder().decode


def where(conditions: Mapping[str, object]) -> tuple[str, list[object]]:
    """A WHERE clause of those conditions whose value is neither None nor "", with the values; "" when there are none.

    Left out rather than made true, so that SQLite can use the index of what remains.
    """
    asked = {condition: value for condition, value in conditions.items() if value not in (None, "")}
    return ("WHERE " + " AND ".join(asked) if asked else "", list(asked.values()))


# --- parcels -------------------------------------------------------------------------------------

PARCEL_COLUMNS: Final = (
    "id, number, courier, company, added_at, service, origin, destination, shipped_at, phone_last4, postal_code, "
    "import_id, successor, replaced"
)
PARCEL: Final = PARCEL_COLUMNS.split(", ")
DERIVED: Final = ("order_no", "promised_by", "dispatch_by", "value", "tags")
"""What is kept with a parcel of what it takes from its orders."""


def parcel_row(parcel: Parcel) -> list[object]:
    """The values of PARCEL, in order."""
    return [
        parcel.id,
        parcel.number,
        parcel.courier,
        parcel.company,
        to_ms(parcel.added_at),
        parcel.service,
        parcel.origin,
        parcel.destination,
        maybe_ms(parcel.shipped_at),
        parcel.phone_last4,
        parcel.postal_code,
        parcel.import_id,
        parcel.successor,
        dump(list(parcel.replaced)) if parcel.replaced else "[]",
    ]


def derived(parcel: Parcel) -> list[object]:
    """The values of DERIVED, in order."""
    return [
        parcel.order,
        maybe_ms(parcel.promised_by),
        maybe_ms(parcel.dispatch_by),
        parcel.value,
        dump(list(parcel.tags)) if parcel.tags else "[]",
    ]


def to_parcel(row: tuple[Any, ...], orders: tuple[Order, ...]) -> Parcel:
    """A parcel from the values of PARCEL, which more may follow, and its orders."""
    return Parcel(
        id=row[0],
        number=row[1],
        courier=row[2],
        company=row[3],
        added_at=from_ms(row[4]),
        service=row[5],
        origin=row[6],
        destination=row[7],
        shipped_at=maybe_at(row[8]),
        phone_last4=row[9],
        postal_code=row[10],
        import_id=row[11],
        successor=row[12],
        replaced=() if row[13] == "[]" else tuple(load(row[13])),
        orders=orders,
    )


# --- facts ---------------------------------------------------------------------------------------

_MOMENTS: Final = ("since", "quiet_since", "until")
_PLAIN: Final = ("whose", "count", "kind", "reason", "company")


def fact_json(fact: Fact) -> str:
    """A fact as it is kept: what it does not have is left out, times as everywhere in the store."""
    kept: dict[str, object] = {"says": fact.says}
    kept |= {name: to_ms(at) for name in _MOMENTS if (at := getattr(fact, name)) is not None}
    kept |= {name: value for name in _PLAIN if (value := getattr(fact, name))}
    kept |= {"on": fact.on.isoformat()} if fact.on is not None else {}
    if fact.scan is not None:
        said = fact.scan
        times = (to_ms(said.occurred_at), to_ms(said.occurred_until))
        kept["scan"] = [*times, said.milestone, said.cause, said.code, said.text, said.place]
        kept |= {"by": said.by} if said.by else {}
        kept |= {"sure": said.sure} if said.sure is not Sure.STATED else {}
        kept |= {} if said.moves else {"moves": False}
    if fact.unread:
        kept["unread"] = [
            [one.code, one.text, one.count, *([one.numbers] if one.numbers else [])] for one in fact.unread
        ]
    if fact.tally:
        kept["tally"] = fact.tally
    if fact.chance:
        kept["chance"] = _chance_kept(fact.chance)
    return dump(kept)


def to_fact(text: str) -> Fact:
    """What `fact_json` was given."""
    kept = load(text)
    values: dict[str, Any] = {name: from_ms(kept[name]) for name in _MOMENTS if name in kept}
    values |= {name: kept[name] for name in _PLAIN if name in kept}
    return Fact(
        Form(kept["says"]),
        **values,
        on=date.fromisoformat(kept["on"]) if "on" in kept else None,
        scan=_scan(kept) if "scan" in kept else None,
        unread=tuple(Unread(*one[:3], *map(tuple, one[3:])) for one in kept.get("unread", ())),
        tally=tuple((name, count) for name, count in kept.get("tally", ())),
        chance=_chance(*kept["chance"]) if "chance" in kept else None,
    )


def _chance_kept(chance: Chance) -> list[object]:
    numbers = (chance.age, chance.left, chance.risk, chance.pace)
    return [chance.late, chance.n, chance.scope, chance.name, to_ms(chance.at), *numbers]


def _chance(late: float, n: int, scope: str, name: str, at: int, *numbers: float) -> Chance:
    return Chance(late, n, scope, name, from_ms(at), *numbers)


def _scan(kept: dict[str, Any]) -> Checkpoint:
    at, until, milestone, cause, code, text, place = kept["scan"]
    return Checkpoint(
        from_ms(at),
        from_ms(until),
        MILESTONES[milestone],
        CAUSES[cause],
        code,
        text,
        place,
        moves=kept.get("moves", True),
        by=kept.get("by", ""),
        sure=SURES[kept.get("sure", "stated")],
    )


# --- cases and drafts ----------------------------------------------------------------------------


CASE_COLUMNS: Final = (
    "id, kind, state, severity, opened_at, since, fact, threshold, policy_line, policy_id, hidden_by, told, reopened, "
    "resolved_at, by_agent, snoozed_until, flaps, claim, owner, told_at, handled_at, escalated, reraised, cleared, "
    "word, remedy, taken"
)
CASE: Final = CASE_COLUMNS.split(", ")


def case_row(case: Case) -> list[object]:
    """The values of CASE, in order."""
    return [
        case.id,
        case.kind,
        case.state,
        case.severity,
        to_ms(case.opened_at),
        to_ms(case.since),
        fact_json(case.fact),
        str(case.limit or ""),
        case.line,
        case.policy_id,
        case.hidden_by,
        case.told,
        case.reopened,
        maybe_ms(case.resolved_at),
        int(case.by_agent),
        maybe_ms(case.snoozed_until),
        case.flaps,
        claim_json(case.claim),
        case.owner,
        maybe_ms(case.told_at),
        maybe_ms(case.handled_at),
        int(case.escalated),
        int(case.reraised),
        int(case.cleared),
        _word_json(case.word) if case.word else None,
        _remedy_json(case.remedy) if case.remedy else None,
        case.taken,
    ]


def to_case(row: tuple[Any, ...]) -> Case:
    """A case from the values of CASE."""
    return Case(
        id=row[0],
        kind=row[1],
        state=STATES[row[2]],
        severity=SEVERITIES[row[3]],
        opened_at=from_ms(row[4]),
        fact=to_fact(row[6]),
        limit=parse(row[7]) if row[7] else None,
        line=row[8],
        policy_id=row[9],
        hidden_by=row[10],
        told=None if row[11] is None else SEVERITIES[row[11]],
        reopened=row[12],
        resolved_at=maybe_at(row[13]),
        by_agent=bool(row[14]),
        snoozed_until=maybe_at(row[15]),
        flaps=row[16],
        claim=to_claim(row[17]),
        owner=row[18],
        told_at=maybe_at(row[19]),
        handled_at=maybe_at(row[20]),
        escalated=bool(row[21]),
        reraised=bool(row[22]),
        cleared=bool(row[23]),
        word=_to_word(row[24]) if row[24] else None,
        remedy=_to_remedy(row[25]) if row[25] else None,
        taken=None if row[26] is None else STATES[row[26]],
    )


def claim_json(claim: Claim | None) -> str | None:
    """A claim as it is kept: what it does not have is left out."""
    if claim is None:
        return None
    kept: dict[str, object] = {"state": claim.state}
    if claim.last_on is not None:
        kept |= {"last_on": claim.last_on.isoformat(), "ends_at": maybe_ms(claim.ends_at)}
    kept |= {name: value for name in ("line", "ref", "amount") if (value := getattr(claim, name))}
    kept |= {"told": claim.told} if claim.told is not None else {}
    kept |= {} if claim.stands else {"stands": False}
    return dump(kept)


def to_claim(text: str | None) -> Claim | None:
    """What `claim_json` was given."""
    if text is None:
        return None
    kept = load(text)
    return Claim(
        last_on=date.fromisoformat(kept["last_on"]) if "last_on" in kept else None,
        ends_at=maybe_at(kept.get("ends_at")),
        line=kept.get("line", ""),
        told=kept.get("told"),
        stands=kept.get("stands", True),
        state=ClaimState(kept["state"]),
        ref=kept.get("ref", ""),
        amount=kept.get("amount", ""),
    )


def _word_json(word: Word) -> str:
    kept = {"by": to_ms(word.by), "remind_at": to_ms(word.remind_at), "letter": word.letter, "reminded": word.reminded}
    return dump(kept)


def _to_word(text: str) -> Word:
    kept = load(text)
    return Word(from_ms(kept["by"]), from_ms(kept["remind_at"]), kept["letter"], kept["reminded"])


def _remedy_json(one: Agreed) -> str:
    kept = {"what": one.what, "at": to_ms(one.at), "by": one.by, "note": one.note, "reminded": one.reminded}
    return dump({**kept, "done_at": maybe_ms(one.done_at)})


def _to_remedy(text: str) -> Agreed:
    kept = load(text)
    what, at, done_at = Remedy(kept["what"]), from_ms(kept["at"]), maybe_at(kept["done_at"])
    return Agreed(what, at, kept["by"], kept["note"], done_at, kept["reminded"])


_OF_A_DRAFT: Final = (
    *("id", "kind", "language", "state", "created_at", "milestone", "facts", "subject", "body", "order_no", "to_name"),
    *("to_contact", "step", "edited", "unsure_at", "joint", "changed_at"),
)
DRAFT_WIDTH: Final = len(_OF_A_DRAFT) + 1


def draft_columns(table: str) -> str:
    """What makes a draft, of the table `drafts` or another name for it: its columns, and how bad its case is by now."""
    graded = f"SELECT severity FROM cases WHERE cases.parcel_id = {table}.parcel_id AND cases.kind = {table}.kind"
    return f"{', '.join(f'{table}.{name}' for name in _OF_A_DRAFT)}, ({graded})"


DRAFT_COLUMNS: Final = draft_columns("drafts")


def to_draft(row: tuple[Any, ...]) -> Draft:
    """A draft from the values of draft_columns; more may follow them."""
    return Draft(
        id=row[0],
        kind=row[1],
        language=row[2],
        state=DraftState(row[3]),
        created_at=from_ms(row[4]),
        milestone=MILESTONES[row[5]],
        facts=load(row[6]),
        subject=row[7],
        body=row[8],
        order=row[9],
        to_name=row[10],
        to_contact=row[11],
        step=LetterStep(row[12]),
        edited=bool(row[13]),
        unsure_at=maybe_at(row[14]),
        joint=() if row[15] is None else tuple(load(row[15])),
        sent_at=from_ms(row[16]) if row[3] == DraftState.SENT else None,
        severity=None if row[17] is None else SEVERITIES[row[17]],
    )


# --- what the store hands out --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one parcel to be watched: "added", "updated" or "unchanged"."""

    id: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A parcel to ask about now. `failures`: how often in a row asking about it failed.

    `split`: it was in a call that was declined, so that it is asked with no more than so many; 0 if it was not.
    `doubted_at`: when it first was, if that may have been the account's fault.
    """

    parcel_id: int
    ask: Ask
    registered: bool
    failures: int = 0
    split: int = 0
    doubted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewAlert:
    """A message for the outbox, as facts.

    `draft`: it brings or takes back a customer draft. `account`: the courier account it is about, if it is about one.
    `suppressed`: why it is recorded and not sent; `silence`: the silence that keeps it back; `incident`: the one that
    does, or that it is about. `import_id`: it waits for
    the rest of that import. `route`: the line that chose its channel. `notice`: the first message, on another channel,
    that says the same.
    """

    kind: str
    channel: str
    severity: Severity
    why: Why
    fact: Fact
    draft: bool = False
    account: str = ""
    parcel_id: int | None = None
    case_id: int | None = None
    draft_id: int | None = None
    suppressed: str = ""
    silence: int | None = None
    incident: int | None = None
    import_id: int | None = None
    route: str = ""
    notice: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One push from a courier, as it came."""

    id: int
    account: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes
