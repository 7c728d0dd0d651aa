"""17TRACK v2.4, the calls: POST with header `17token`, a list of at most 40 numbers, register before you read.

Three planes of error, as documented: the HTTP status, `data.errors` of the whole call, and `data.rejected` beside
accepted numbers. A record is (number, carrier), so one number may be registered twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from parcelwatch.sandbox.story import StoryParcel
from parcelwatch.sandbox.wire import Call, Reply, reply
from parcelwatch.sandbox.wire_17track import Item, item, latest_status
from parcelwatch.sandbox.world import Heard, World

BASE = "/track/v2.4"
BATCH = 40
PAGE = 40
NUMBER = re.compile(r"[A-Za-z0-9-]{5,50}")

INTERNAL = -18010003
BAD_KEY = -18010002
BAD_FORMAT = -18010012
BAD_DATA = -18010013
TOO_MANY = -18010014
REGISTERED = -18019901
NOT_REGISTERED = -18019902
NO_CARRIER = -18019903
RETRACK_STOPPED_ONLY = -18019904
RETRACK_ONCE = -18019905
STOP_TRACKED_ONLY = -18019906
QUOTA = -18019908
NOTHING_YET = -18019909
AMBIGUOUS = -18019810

MESSAGES: Mapping[int, str] = {
    INTERNAL: "Internal service error, please retry later.",
    BAD_KEY: "Invalid security key.",
    BAD_FORMAT: "The format of '{number}' is invalid.",
    BAD_DATA: "The submitted data is invalid.",
    TOO_MANY: "The number of submitted data exceeds 40.",
    REGISTERED: "Tracking number {number} is already registered.",
    NOT_REGISTERED: "The tracking number '{number}' does not register, please register first.",
    NO_CARRIER: "The carrier of '{number}' cannot be detected.",
    RETRACK_STOPPED_ONLY: "Only a stopped number can be retracked.",
    RETRACK_ONCE: "A number can be retracked only once.",
    STOP_TRACKED_ONLY: "Only a number being tracked can be stopped.",
    QUOTA: "The quota is exhausted.",
    NOTHING_YET: "No tracking information at this time.",
    AMBIGUOUS: "The tracking number '{number}' is not unique, please give its carrier.",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One registration. `parcel` is a stand-in without history when the story does not know the number."""

    parcel: StoryParcel
    carrier: int
    since: datetime
    told: Mapping[str, object] = field(default_factory=dict)
    stopped_at: datetime | None = None
    retracked: bool = False


class RejectedError(Exception):
    """One number of a call is refused with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class SeventeenTrack:
    """The desk of one account; its registrations are `records`, by number and carrier."""

    name = "17track"
    base = BASE

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: dict[str, dict[int, Record]] = {}
        self.used = 0
        self._calls: dict[str, Callable[[Mapping[str, object], datetime], Item]] = {
            "register": self._register,
            "gettrackinfo": self._read,
            "stoptrack": self._stop,
            "retrack": self._retrack,
            "deletetrack": self._delete,
        }
        self.routes = tuple(("POST", f"{BASE}/{verb}") for verb in (*self._calls, "gettracklist", "getquota"))
        for parcel in world.story.parcels:
            if parcel.api == self.name and parcel.registered:
                self._changed(Record(parcel, _carrier(parcel), world.start))

    def numbers(self, call: Call) -> tuple[str, ...]:
        asked = _parsed(call)
        if isinstance(asked, dict):
            return tuple(str(asked.get("number") or "").split(",")) if asked.get("number") else ()
        several = asked if isinstance(asked, list) else []
        return tuple(str(one.get("number", "")) for one in several if isinstance(one, dict))

    def answer(self, call: Call, now: datetime) -> Reply:
        if call.headers.get("17token") != self.world.story.access.key:
            return self.refused()
        asked, verb = _parsed(call), call.path.rpartition("/")[2]
        if verb == "getquota":
            return reply({"code": 0, "data": self._quota()})
        if verb == "gettracklist":
            return reply(self._page(asked, now)) if isinstance(asked, dict) else _failed(BAD_DATA)
        if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
            return _failed(BAD_DATA)
        return self._batch(self._calls[verb], asked, now) if len(asked) <= BATCH else _failed(TOO_MANY)

    def refused(self) -> Reply:
        return _failed(BAD_KEY, 401)

    def busy(self) -> Reply:
        return reply({"code": 429, "data": {"errors": [{"code": 429, "message": "Too many requests."}]}}, 429)

    def broken(self) -> Reply:
        return _failed(INTERNAL)

    def _batch(
        self, one: Callable[[Mapping[str, object], datetime], Item], asked: Sequence[Item], now: datetime
    ) -> Reply:
        accepted: list[Item] = []
        rejected: list[Item] = []
        for wanted in asked:
            try:
                accepted.append(one(wanted, now))
            except RejectedError as refusal:
                rejected.append(_rejection(wanted, refusal.code))
        return reply({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    # --- the calls, one number at a time ---------------------------------------------------------

    def _register(self, wanted: Mapping[str, object], now: datetime) -> Item:
        number, carrier = str(wanted.get("number", "")), _int(wanted.get("carrier"))
        if not NUMBER.fullmatch(number):
            raise RejectedError(BAD_FORMAT)
        parcel = self._known(number, carrier)
        if _carrier(parcel) in self.records.get(number, {}):
            raise RejectedError(REGISTERED)
        quota = self.world.story.access.quota
        if quota is not None and self.used >= quota:
            raise RejectedError(QUOTA)
        self.used += 1
        told = {name: wanted.get(name) for name in ("param", "tag", "lang")}
        registered = self._changed(Record(parcel, _carrier(parcel), now, told))
        return {"origin": 2 if carrier else 1, **registered, "email": None, "tag": told["tag"], "lang": told["lang"]}

    def _read(self, wanted: Mapping[str, object], now: datetime) -> Item:
        record = self._record(wanted)
        if now - record.since < self.world.story.access.warm_up:
            raise RejectedError(NOTHING_YET)
        return item(self._heard(record, now), record.carrier, record.told, now)

    def _stop(self, wanted: Mapping[str, object], now: datetime) -> Item:
        record = self._record(wanted)
        if record.stopped_at:
            raise RejectedError(STOP_TRACKED_ONLY)
        return self._changed(replace(record, stopped_at=now))

    def _retrack(self, wanted: Mapping[str, object], now: datetime) -> Item:
        record = self._record(wanted)
        if not self._heard(record, now).stopped_at:
            raise RejectedError(RETRACK_STOPPED_ONLY)
        if record.retracked:
            raise RejectedError(RETRACK_ONCE)
        follows = replace(record.parcel, stops=None)
        return self._changed(replace(record, parcel=follows, stopped_at=None, retracked=True))

    def _delete(self, wanted: Mapping[str, object], _now: datetime) -> Item:
        record = self._record(wanted)
        del self.records[record.parcel.number][record.carrier]
        return {"number": record.parcel.number, "carrier": record.carrier}

    # --- the books -------------------------------------------------------------------------------

    def _known(self, number: str, carrier: int) -> StoryParcel:
        for parcel in self.world.find(self.name, number):
            if carrier in (0, _carrier(parcel)):
                return parcel
        if not carrier:
            raise RejectedError(NO_CARRIER)
        return StoryParcel(number, self.name, company=str(carrier))

    def _record(self, wanted: Mapping[str, object]) -> Record:
        number, carrier = str(wanted.get("number", "")), _int(wanted.get("carrier"))
        records = self.records.get(number, {})
        found = [record for each, record in records.items() if carrier in (0, each)]
        if len(found) != 1:
            raise RejectedError(AMBIGUOUS if found else NOT_REGISTERED)
        return found[0]

    def _changed(self, record: Record) -> Item:
        self.records.setdefault(record.parcel.number, {})[record.carrier] = record
        return {"number": record.parcel.number, "carrier": record.carrier}

    def _heard(self, record: Record, now: datetime) -> Heard:
        stops = record.stopped_at
        parcel = record.parcel if stops is None else replace(record.parcel, stops=stops)
        return self.world.heard(parcel, now)

    def _quota(self) -> Item:
        total = self.world.story.access.quota
        total = 1_000_000 if total is None else total
        used = {"quota_total": total, "quota_used": self.used, "quota_remain": max(total - self.used, 0)}
        return {**used, "today_used": self.used, "max_track_daily": 0, "free_email_quota": 0, "free_email_quotaused": 0}

    def _page(self, wanted: Mapping[str, object], now: datetime) -> Item:
        """`page` stands beside `data`, not in it."""
        numbers = set(str(wanted.get("number") or "").split(",")) - {""}
        listed = [
            _summary(record, self._heard(record, now))
            for number, records in self.records.items()
            for record in records.values()
            if not numbers or number in numbers
        ]
        for key in ("tracking_status", "package_status"):
            listed = [row for row in listed if wanted.get(key) in (None, "", row[key])]
        page_no = max(_int(wanted.get("page_no")), 1)
        pages = -(-len(listed) // PAGE)
        page = {"data_total": len(listed), "page_total": pages, "page_no": page_no, "page_size": PAGE}
        return {"page": page, "code": 0, "data": {"accepted": listed[(page_no - 1) * PAGE : page_no * PAGE]}}


def _summary(record: Record, heard: Heard) -> Item:
    stopped = heard.stopped_at
    last = heard.marks[-1].at if heard.marks else None
    return {
        "number": record.parcel.number,
        "param": None,
        "param_type": "None",
        "data_origin": "Api",
        "carrier": record.carrier,
        "shipping_country": record.parcel.origin,
        "final_carrier": 0,
        "recipient_country": record.parcel.destination,
        "register_time": _utc(record.since),
        "tracking_status": "Stopped" if stopped else "Tracking",
        "package_status": latest_status(heard)["status"],
        "track_time": _utc(last),
        "sync_status": True,
        "push_time": None,
        "push_status": "NotPushed",
        "push_status_code": None,
        "stop_track_time": _utc(stopped),
        "stop_track_reason": ("ByRequest" if record.stopped_at else "Expired") if stopped else None,
        "is_retracked": record.retracked,
        "carrier_change_count": 0,
        "tag": record.told.get("tag"),
        "lang": record.told.get("lang") or "",
        "latest_event_time": _utc(last),
        "latest_event_info": None,
        "delievery_time": None,
        "pickup_time": "",
    }


def _parsed(call: Call) -> object:
    try:
        return json.loads(call.body or b"null")
    except (ValueError, RecursionError):
        return None


def _carrier(parcel: StoryParcel) -> int:
    return _int(parcel.company) or 3011


def _int(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isascii() and str(value).isdigit() else 0


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rejection(wanted: Mapping[str, object], code: int) -> Item:
    """`carrier` is told as text here, and left out of a second registration: both are seen in the wild."""
    number = str(wanted.get("number", ""))
    rejected: Item = {"number": number, "error": {"code": code, "message": MESSAGES[code].format(number=number)}}
    return rejected if code == REGISTERED else {"carrier": str(_int(wanted.get("carrier"))), **rejected}


def _failed(code: int, status: int = 200) -> Reply:
    return reply({"code": code, "data": {"errors": [{"code": code, "message": MESSAGES[code]}]}}, status)
