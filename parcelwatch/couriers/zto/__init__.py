"""中通 ZTO's own tracking query. One number a call, signed JSON, from allowed addresses only.

Source: 中通's open platform as its clients call it, and its vendor SDK for the digest. Scans come as a list, or, from
an older gateway, inside an object; times in milliseconds, or there as Beijing's wall clock. Not established: rates (the
default is calm), the order of scans (either is read), error codes but S02 (an error's words decide). Damage and loss
are told in words, or by a problem code beside them.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.couriers.base import Account, Card, Tells, check, document, fitting, unreadable
from parcelwatch.couriers.shared.china import (
    KINDS,
    another,
    at_station,
    beijing,
    epoch_ms,
    history,
    leaving,
    notice,
    refusal,
)
from parcelwatch.couriers.shared.china_scans import Told, drop, problem, without_code
from parcelwatch.couriers.shared.fields import (
    TEXT_LIMIT,
    Record,
    flag,
    optional,
    recent,
    record,
    rows,
    same_number,
    text,
)
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.couriers.shared.times import Span
from parcelwatch.couriers.zto.codes import LEAVING, NOTICES, PROBLEM, PROBLEMS, SCANS, THIRD_PARTY
from parcelwatch.errors import ConfigError
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, NotFound, Observation

WHO = "中通"
NUMBER = "billCode"
OPTIONAL = "optional"
CHOICES: Mapping[str, tuple[str, ...]] = {"digest": ("MD5", "SHA256"), "phone": ("wanted", OPTIONAL)}


class Zto:
    """中通 direct.

    `key` is the appKey, `secret` the appSecret. The console lists the addresses calls may come from. 中通 wants the
    last four digits of the recipient's or sender's phone; where a contract does without, the option `phone` says so.
    """

    api: ClassVar[str] = "zto"
    base_url: ClassVar[str] = "https://japi.zto.com/zto.merchant.waybill.track.query"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "signed JSON (MD5 or SHA-256)"
    options: ClassVar[Mapping[str, str]] = {
        "digest": "MD5 (unless told otherwise) or SHA256, as chosen in the console",
        "phone": f'"{OPTIONAL}" where the contract reads numbers without a phone',
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = SCANS
    card: ClassVar[Card] = Card(
        asks=("zto",),
        doubt="no recorded answer is known, nor the order of its lists and its limits",
    )

    def __init__(self, *, phone_wanted: bool = True) -> None:
        self._phone_wanted = phone_wanted

    def tailored(self, settings: AccountConfig) -> Zto:
        problems = [
            f"the option {name} must be {' or '.join(choices)}"
            for name, choices in CHOICES.items()
            if settings.options.get(name, choices[0]) not in choices
        ]
        if problems:
            raise ConfigError(problems)
        return Zto(phone_wanted=settings.options.get("phone") != OPTIONAL)

    def lacks(self, ask: Ask) -> str:
        if self._phone_wanted and not ask.phone_last4:
            return "中通 wants the recipient's or sender's phone: set phone_last4 to its last four digits"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        wanted = {"billCode": ask.number} | ({"mobilePhone": ask.phone_last4} if ask.phone_last4 else {})
        body = json.dumps(wanted, separators=(",", ":"))
        headers = {
            "x-appkey": account.key,
            "x-datadigest": digest(body, account.secret, account.options.get("digest", "")),
            "Content-Type": "application/json; charset=UTF-8",
            "Accept": "application/json",
        }
        return httpx.Request("POST", account.base_url or self.base_url, headers=headers, content=body)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            body = document(response, kinds=KINDS)
            if not flag(body.get("status"), "status"):
                code, message = text(body.get("statusCode"), "statusCode"), text(body.get("message"), "message")
                return (refusal(response, ask, WHO, code, message),)
            if "result" not in body:
                unreadable(response, "the answer holds no result")
            return (_observation(ask, *_scans(body["result"])),)


def digest(body: str, secret: str, kind: str) -> str:
    """The digest of a call: over the very text that is sent, and the secret."""
    if kind == "SHA256":
        return b64encode(sha256((body + secret).encode()).digest()).decode("ascii")
    return md5_base64(body + secret)


def _scans(result: object) -> tuple[list[Record], str]:
    """The scans, and the number they are about where an object around them says so."""
    if isinstance(result, dict):
        return rows(result.get("traces"), "traces"), text(result.get(NUMBER), NUMBER)
    return rows(result, "result"), ""


def _observation(ask: Ask, events: list[Record], about: str) -> Observation:
    if not events:
        return NotFound(ask.number)
    ours = recent([event for event in events if _about(event, about, ask.number)])
    if not ours:
        return another(ask, WHO)
    return Answered(ask.number, history([_scan(event) for event in ours]))


def _about(event: Record, about: str, number: str) -> bool:
    return same_number(text(event.get(NUMBER), NUMBER) or about, number)


# --- scans ---------------------------------------------------------------------------------------


def _scan(event: Record) -> Scan:
    code = text(event.get("scanType"), "scanType").upper()
    words = text(event.get("desc"), "desc", TEXT_LIMIT)
    words = at_station(words, text(event.get("signMan"), "signMan"))
    meaning, reading = _told(code, words, text(event.get("remark3"), "remark3").upper())
    return Scan(_span(event.get("scanDate")), code, meaning, words, _place(event), reading)


def _told(code: str, words: str, reason: str) -> Told:
    """What a scan type means beside its words, ready to be followed."""
    if not code:
        return without_code(words)
    meaning = SCANS.get(code, UNKNOWN)
    if code == PROBLEM:
        return problem(PROBLEMS.get(reason, meaning), words)
    if code in THIRD_PARTY:
        return drop(meaning, words)
    if code in NOTICES:
        return notice(meaning, words)
    if code in LEAVING:
        return leaving(meaning, words, LEAVING[code])
    return meaning, read(words, "zh")


@optional(None)
def _span(stamp: object) -> Span | None:
    told = text(stamp, "scanDate")
    return beijing(told) if "-" in told[1:] else epoch_ms(told, "scanDate")


def _place(event: Record) -> str:
    """Where a scan was made: an object, or the flat fields of the older gateway."""
    site = event.get("scanSite")
    if isinstance(site, str):
        site = {"prov": event.get("scanProv"), "city": event.get("scanCity"), "name": site}
    known = record(site, "scanSite")
    return ", ".join(filter(None, (text(known.get(name), name) for name in ("prov", "city", "name"))))
