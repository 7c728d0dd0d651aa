"""Any carrier of the installed karrio SDK, through its gateway; `pip install 'parcelwatch[karrio]' karrio-CARRIER`.

Source: the karrio SDK 2026.1, its models and connectors. karrio calls the carrier itself and blocks, so this adapter
is asked in a thread. What karrio gets wrong is put right where it can be: it stamps "Z" on wall clocks, so times are
read as wall clocks of an unknown zone; it calls a code it does not know "in transit", so only an event's own status
counts; it turns 07:11 PM into 07:11 at one carrier; its table of reasons is partly invented for some. HTTP statuses
do not come through: refusals are told by their words.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.core.texts.secrecy import secrecy
from parcelwatch.couriers.base import Account, Courier, Tells
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, optional, recent, same_number, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, ordered
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, due, naive, parse, span
from parcelwatch.errors import (
    ConfigError,
    CourierBusy,
    CourierError,
    CourierRefused,
    CourierUnavailable,
    CourierUnreadable,
)
from parcelwatch.lexicon import NOTHING, read
from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Observation

M = Milestone
C = Cause

STATUSES: Mapping[str, Meaning] = {
    "pending": (M.INFO_RECEIVED, None),
    "picked_up": (M.PICKED_UP, None),
    "on_hold": (M.EXCEPTION, C.UNSTATED),
    "cancelled": (M.CANCELLED, None),
    "delivered": (M.DELIVERED, None),
    "in_transit": (M.IN_TRANSIT, None),
    "delivery_failed": (M.ATTEMPT_FAILED, None),
    "delivery_delayed": (M.IN_TRANSIT, C.COURIER_FAULT),
    "out_for_delivery": (M.OUT_FOR_DELIVERY, None),
    "ready_for_pickup": (M.AVAILABLE_FOR_PICKUP, None),
    "return_to_sender": (M.RETURNING, None),
    "unknown": UNKNOWN,
}

REASONS: Mapping[str, Cause] = {
    "carrier_damaged_parcel": C.DAMAGED,
    "carrier_sorting_error": C.MISROUTED,
    "carrier_address_not_found": C.ADDRESS,
    "carrier_parcel_lost": C.LOST,
    "carrier_not_enough_time": C.COURIER_FAULT,
    "carrier_vehicle_issue": C.COURIER_FAULT,
    "carrier_capacity_exceeded": C.DISRUPTED,
    "carrier_mechanical_delay": C.COURIER_FAULT,
    "retailer_incorrect_data": C.ADDRESS,
    "consignee_refused": C.REFUSED,
    "consignee_business_closed": C.NOBODY_HOME,
    "consignee_not_available": C.NOBODY_HOME,
    "consignee_not_home": C.NOBODY_HOME,
    "consignee_incorrect_address": C.ADDRESS,
    "consignee_access_restricted": C.ADDRESS,
    "customs_delay": C.CUSTOMS,
    "customs_documentation": C.CUSTOMS,
    "customs_duties_unpaid": C.CUSTOMS,
    "customs_prohibited": C.CUSTOMS,
    "customs_inspection": C.CUSTOMS,
    "weather_delay": C.WEATHER,
    "natural_disaster": C.WEATHER,
    "security_issue": C.SECURITY,
    "regulatory_hold": C.SECURITY,
}
# Whose codes karrio reads as reasons that the carrier's own documents do not bear out; their texts speak instead.
REASONS_INVENTED = frozenset({"ups", "fedex", "usps", "canadapost", "dpd"})
# Whose answer to one number alone karrio does not find; it finds the answer to a number asked twice.
ASKED_TWICE = frozenset({"canadapost"})
# Whose PM karrio reads as AM; their lists begin with the oldest.
HALF_DAY_LOST = frozenset({"dpd"})

OURS = frozenset({"carrier", "country", "language", "key_is", "secret_is", "customer_is", "token_is"})
FAILED_INSIDE = "SHIPPING_SDK_INTERNAL_ERROR"

# What a message says, in the order in which it is asked. karrio passes on the carrier's words and no status.
_MEANS: tuple[tuple[re.Pattern[str], type[CourierError]], ...] = (
    (re.compile(r"\b429\b|too many|rate limit|quota|throttl|slm monitor"), CourierBusy),
    (
        re.compile(
            r"\b(?:401|403)\b|authenti|authori[sz]|credential|forbidden|access denied|invalid (?:key|token)"
            r"|\b(?:account|user|client|customer|merchant)\b[^.;]{0,20}(?:not found|unknown|invalid|does not exist)"
        ),
        CourierRefused,
    ),
    (
        re.compile(
            r"urlopen error|timed? ?out|refused|reset by peer|\b50[0234]\b|unavailable|internal (?:server )?error"
        ),
        CourierUnavailable,
    ),
)
_NO_RECORD = re.compile(
    r"\b404\b|not (?:be )?found|no (?:\w+ )?(?:history|record|information|result|data)"
    r"|unknown (?:number|parcel|shipment)|does not exist"
    r"|invalid (?:tracking|number|shipment|pin)|introuvable|nicht gefunden|not recogni[sz]ed"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Karrio:
    """The carriers of the karrio SDK; the option `carrier` says which, `key_is` and the like what its settings are."""

    carrier: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    country: str = ""
    language: str = ""

    api: ClassVar[str] = "karrio"
    base_url: ClassVar[str] = ""
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    auth: ClassVar[str] = "the carrier's"
    options: ClassVar[Mapping[str, str]] = {
        "carrier": "karrio's name of the carrier, such as canadapost",
        "key_is": "what karrio calls the account's key, such as api_key or username",
        "secret_is": "what it calls the secret, such as password",
        "customer_is": "what it calls the customer, such as customer_number",
        "token_is": "what it calls the token",
        "country": "the country of all the carrier's scans, if it is one",
        "language": "the language of its texts",
        "*": "any other setting of that carrier in karrio",
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")

    def tailored(self, settings: AccountConfig) -> Courier:
        """The adapter for one of karrio's carriers. Raises ConfigError when it is not installed or lacks settings."""
        options = dict(settings.options)
        carrier = options.get("carrier", "")
        fields = _settings_of(carrier)
        named = {name: options[f"{name}_is"] for name in settings.credentials if options.get(f"{name}_is")}
        own = {name: value for name, value in options.items() if name not in OURS}
        unknown = [name for name in (*own, *named.values()) if name not in fields]
        if unknown:
            raise ConfigError(
                [f"karrio's {carrier} has no setting {name!r}; it has {', '.join(sorted(fields))}" for name in unknown]
            )
        return Karrio(carrier, own, named, options.get("country", "").upper(), options.get("language", ""))

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> NoReturn:
        raise CourierRefused("karrio makes its calls itself")

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> NoReturn:
        raise CourierUnreadable("karrio reads its answers itself")

    def fetch(self, account: Account, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        try:
            details, messages = self._ask(account, ask.number)
        except CourierError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a connector stumbles over
            # Its text may quote the account's settings.
            raise CourierUnreadable(f"karrio's {self.carrier} failed ({type(error).__name__})") from None
        found = next((one for one in details if same_number(str(one.tracking_number or ""), ask.number)), None)
        if found is not None and found.events:
            return (self._observation(ask, found),)
        if messages and found is None:
            return (self._told(account, ask, messages),)
        return (NotFound(ask.number),)

    def _ask(self, account: Account, number: str) -> tuple[Sequence[Any], Sequence[Any]]:
        """Karrio's details and messages for one number; a gateway a call, as it remembers what it sent."""
        sdk, models = importlib.import_module("karrio.sdk"), importlib.import_module("karrio.core.models")
        credentials = {known: getattr(account, ours) for ours, known in self.named.items()}
        gateway = sdk.gateway[self.carrier].create({**self.settings, **credentials})
        if account.base_url:
            # The address is a property of the carrier's settings, so a class of our own says another one.
            theirs = type(gateway.settings)
            gateway.settings.__class__ = type("Settings", (theirs,), {"server_url": account.base_url})
        numbers = [number] * (2 if self.carrier in ASKED_TWICE else 1)
        request = models.TrackingRequest(tracking_numbers=numbers)
        details, messages = sdk.Tracking.fetch(request).from_(gateway).parse()
        return details or (), messages or ()

    def _told(self, account: Account, ask: Ask, messages: Sequence[Any]) -> Observation:
        """What karrio's messages mean for the number; raised when it is the account's fault or passing."""
        words = "; ".join(dict.fromkeys(text(str(one.message or ""), "message") for one in messages))
        words = secrecy(account.secrets).hide(words)
        codes = " ".join(str(one.code or "") for one in messages)
        said = f"{codes} {words}".lower()
        for pattern, error in _MEANS:
            if pattern.search(said.replace(FAILED_INSIDE.lower(), "")):
                raise error(f"karrio's {self.carrier}: {words[:300]}")
        if _NO_RECORD.search(said):
            return NotFound(ask.number)
        raise CourierUnreadable(f"karrio's {self.carrier} says what we cannot read: {words[:300]}")

    # --- what was found --------------------------------------------------------------------------

    def _observation(self, ask: Ask, found: Any) -> Observation:
        events = recent(list(found.events))
        lost = self.carrier in HALF_DAY_LOST
        scans = ordered([self._scan(event) for event in events], newest_first=not lost, same_clock=not lost)
        if scans and scans[-1].meaning is None:
            scans[-1] = concluded(scans[-1], scans[-1].code, _known(found.status))
        estimate = _said(found.estimated_delivery)
        return Answered(
            number=ask.number,
            checkpoints=checkpoints(scans),
            estimate=due(estimate, self.country),
            stands=_ended(_known(found.status)),
            service=_said(getattr(found.info, "shipment_service", None)),
        )

    def _scan(self, event: Any) -> Scan:
        meaning, reading = self._meaning(event)
        return Scan(self._span(event), _said(event.code), meaning, _words(event), _said(event.location), reading)

    @optional(None)
    def _span(self, event: Any) -> Span | None:
        """The wall clock of an event: its "Z" and its AM and PM are karrio's own."""
        stamp = _said(event.timestamp).removesuffix("Z")
        if not stamp and event.date:
            clock = _CLOCK.search(_said(event.time))
            stamp = f"{_said(event.date)}T{int(clock[1]):02}:{clock[2]}" if clock else _said(event.date)
        if not stamp:
            return None
        if not _said(event.time) and stamp.partition("T")[2].startswith("00:00:00"):
            return span(stamp.partition("T")[0], self.country)
        moment = parse(stamp)
        earliest, latest = naive(moment, self.country) if moment.tzinfo is None else span(stamp)
        lost = self.carrier in HALF_DAY_LOST and moment.hour < 12
        return earliest, latest + timedelta(hours=12) if lost else latest

    def _meaning(self, event: Any) -> tuple[Meaning | None, Any]:
        """An event's own status beside its text; a code karrio has no status for is not known to be anything."""
        reading = read(_words(event), self.language)
        meaning = _known(event.status)
        reason = None if self.carrier in REASONS_INVENTED else REASONS.get(_said(event.reason))
        if reason is not None:
            milestone = meaning[0] if meaning else M.EXCEPTION
            troubled = reason in (C.DAMAGED, C.LOST) and milestone is not M.DELIVERED
            return (M.EXCEPTION if troubled else milestone, reason), reading
        if meaning is None and reading == NOTHING and _said(event.code):
            return UNKNOWN, reading
        return meaning, reading


def _ended(meaning: Meaning | None) -> Milestone | None:
    """Where a parcel stands that is over: before that, karrio only repeats the newest event."""
    found = standing(meaning)
    return found if found in (M.DELIVERED, M.RETURNED, M.CANCELLED) else None


def _known(status: object) -> Meaning | None:
    """What one of karrio's statuses means; nothing for "unknown", and for what karrio says when it does not know."""
    meaning = STATUSES.get(_said(status))
    return None if meaning == UNKNOWN else meaning


def _said(value: object) -> str:
    return text(str(value) if value is not None else None, "a field of karrio's")


def _words(event: Any) -> str:
    return text(str(event.description or ""), "description", TEXT_LIMIT)


def _silence(logger: logging.Logger) -> None:
    """Nothing said there, or below it, is shown to anybody."""
    logger.propagate = False
    logger.addHandler(logging.NullHandler())


def _settings_of(carrier: str) -> frozenset[str]:
    """The names of a carrier's settings. Raises ConfigError when karrio or the carrier is not installed."""
    try:
        # karrio greets on import, and logs what it sends and what it is granted.
        importlib.import_module("loguru").logger.disable("karrio")
        for name in ("karrio", "jstruct"):
            _silence(logging.getLogger(name))
        sdk = importlib.import_module("karrio.sdk")
    except ImportError:
        raise ConfigError(
            [f"the adapter needs karrio: pip install 'parcelwatch[karrio]' karrio-{carrier or 'CARRIER'}"]
        ) from None
    installed = sorted(sdk.gateway.providers)
    if carrier not in installed:
        what = f"no carrier {carrier!r} in karrio" if carrier else "the option carrier says which of karrio's carriers"
        raise ConfigError([f"{what}; installed: {', '.join(installed) or 'none'}; pip install karrio-CARRIER"])
    settings = sdk.gateway.providers[carrier].Settings
    return frozenset(each.name for each in settings.__attrs_attrs__) - {"id", "carrier_id", "metadata", "config"}
