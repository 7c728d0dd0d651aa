"""德邦 (Deppon) through its open platform: newTraceQuery, one number a call, signed form.

Source: clients in use, one of them tried against the real service. Clients contradict each other in the path
(standard-query here, standard-order elsewhere) and in the list's name, so both names are read. Rates are not
established, so the default is calm. Damage and loss are told in words only.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, decoded, document, fitting, said, unreadable
from parcelwatch.couriers.deppon.codes import CODES, DELAYED, VOID_OR_REFUSED, WORDY
from parcelwatch.couriers.shared.china import KINDS, another, history, notice, refusal, scanned
from parcelwatch.couriers.shared.china_scans import Told, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, flag, recent, record, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Observation, Refused

WHO = "德邦"
LISTS = ("trace_list", "traceList")
NUMBERS = ("tracking_number", "mailNo", "trackingNumber")
TIMES = ("time", "operateTime")
CODE = ("status", "operateType")
PLACES = ("city", "site", "operateDept")
BAD_PARAMETERS = "2006"


class Deppon:
    """德邦 itself. `key` is the companyCode (公司编码), `secret` the appkey, `customer` the customerCode (客户编码)."""

    api: ClassVar[str] = "deppon"
    base_url: ClassVar[str] = "https://dpapi.deppon.com/dop-interface-sync/standard-query/newTraceQuery.action"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "customer", "secret")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = CODES
    card: ClassVar[Card] = Card(
        asks=("deppon",),
        doubt="no recorded answer is known; codes and fields are those of its documents",
    )

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        params = json.dumps({"mailNo": ask.number, "customerCode": account.customer}, ensure_ascii=False)
        timestamp = str(int(now.timestamp() * 1000))
        form = {
            "companyCode": account.key,
            "params": params,
            "timestamp": timestamp,
            "digest": digest(params, account.secret, timestamp),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "Accept": "application/json"}
        return httpx.Request("POST", account.base_url or self.base_url, data=form, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            return (_observation(response, ask, document(response, kinds=KINDS)),)


def digest(params: str, secret: str, timestamp: str) -> str:
    """The signature of a call: Base64 of the digits of an MD5, not of its bytes."""
    return b64encode(md5_hex(params + secret + timestamp).encode()).decode("ascii")


def _observation(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    if not flag(body.get("result"), "result"):
        return _error(response, ask, text(body.get("resultCode"), "resultCode"), text(body.get("reason"), "reason"))
    answer = body.get("responseParam")
    answer = record(decoded(answer) if isinstance(answer, str) else answer, "responseParam")
    name = next((name for name in LISTS if name in answer), "")
    if not name:
        unreadable(response, "the answer holds no list of scans")
    scans = recent(rows(answer[name], name))
    if not scans:
        return NotFound(ask.number)
    if not same_number(_first(answer, NUMBERS), ask.number):
        return another(ask, WHO)
    told = history([_scan(scan) for scan in scans])
    return Answered(ask.number, told)


def _error(response: httpx.Response, ask: Ask, code: str, message: str) -> Observation:
    if code == BAD_PARAMETERS:
        reason = said(response, f"德邦: {message} ({code}); check the number and the account's customer")
        return Refused(ask.number, reason=reason)
    return refusal(response, ask, WHO, code, message)


def _first(row: Record, names: Sequence[str]) -> str:
    return next((found for name in names if (found := text(row.get(name), name))), "")


# --- scans ---------------------------------------------------------------------------------------


def _scan(scan: Record) -> Scan:
    stamp, code = _first(scan, TIMES), _first(scan, CODE).upper()
    words = text(scan.get("description"), "description", TEXT_LIMIT)
    meaning, reading = _told(code, words)
    place = ", ".join(dict.fromkeys(part for name in PLACES if (part := text(scan.get(name), name))))
    return Scan(scanned(stamp), code, meaning, words, place, reading)


def _told(code: str, words: str) -> Told:
    """The code beside the words; the words alone where it says nothing or one of two things."""
    if not code:
        return without_code(words)
    meaning, reading = CODES.get(code, UNKNOWN), read(words, "zh")
    if code in WORDY:
        return notice(meaning, words)
    if code == VOID_OR_REFUSED and reading.milestone is Milestone.CANCELLED:
        return (Milestone.CANCELLED, None), reading
    if code == VOID_OR_REFUSED and reading.cause not in (None, Cause.UNSTATED):
        return (Milestone.ATTEMPT_FAILED, None), reading
    if code == DELAYED and reading.cause not in (None, Cause.UNSTATED):
        return (Milestone.EXCEPTION, Cause.UNSTATED), reading
    return meaning, reading
