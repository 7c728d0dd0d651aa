"""中国邮政 and EMS through the contract customers' platform: interface 040001, one number a call, encrypted with SM4.

Source: two clients in use and a public table of codes; order, batch, rates and error numbers are not published, so the
defaults are calm and an error's words decide. Times are Beijing's. An operation may take an earlier one back, even a
delivery: what was taken back is left out of the history, as if it had never been told, and what took it back stays.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, decoded, document, fitting, said, unreadable
from parcelwatch.couriers.ems.codes import ATTEMPTS, CLAIMED, DELIVERIES, OPERATIONS, RELEASED, UNDOES
from parcelwatch.couriers.ems.sm4 import encrypted
from parcelwatch.couriers.shared.china import KINDS, another, history, leaving, refusal, scanned
from parcelwatch.couriers.shared.china_scans import Told, drop, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, recent, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.errors import CourierRefused
from parcelwatch.lexicon import NOTHING, read
from parcelwatch.model import Answered, Ask, Cause, Checkpoint, Milestone, NotFound, Observation

M = Milestone
C = Cause

WHO = "中国邮政"
TRACES = "040001"
PREFIX = "|$4|"
CHINA = timedelta(hours=8)
FINE = "00000"
ITEMS = "responseItems"

_NOTHING = re.compile(r"无(?:查询|邮件|轨迹)信息|无此邮件")
_STRANGER = re.compile(r"无客户信息|客户号")
_CLAIM = "理赔签收"
_SIGNED: Meaning = (M.DELIVERED, None)


class Ems:
    """中国邮政 and EMS with a contract. `customer` is the 协议客户号 (senderNo), `key` the 授权码 (authorization).

    `secret` is the 签名钥匙, sixteen bytes in Base64, which encrypts the call.
    """

    api: ClassVar[str] = "ems"
    base_url: ClassVar[str] = "https://api.ems.com.cn/amp-prod-api/f/amp/api/open"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "customer", "secret")
    auth: ClassVar[str] = "authorization and encrypted form (SM4)"
    options: ClassVar[Mapping[str, str]] = {
        "prefix": 'what stands before the encrypted text: "|$4|" unless given; "" for accounts set up without one',
        "user_code": "the userCode, for accounts that were given one",
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = OPERATIONS
    card: ClassVar[Card] = Card(
        asks=("ems", "emsabroad", "youzheng"),
        doubt="no recorded answer is known, nor its limits",
    )

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        said = json.dumps({"waybillNo": ask.number, "direction": "0"}, ensure_ascii=False, separators=(",", ":"))
        form = {
            "apiCode": TRACES,
            "senderNo": account.customer,
            "authorization": account.key,
            "msgType": "0",
            "timeStamp": (now + CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "V1.0.0",
            "logitcsInterface": account.options.get("prefix", PREFIX) + sealed(said, account.secret),
        }
        user = account.options.get("user_code", "")
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "Accept": "application/json"}
        sent = form | ({"userCode": user} if user else {})
        return httpx.Request("POST", account.base_url or self.base_url, data=sent, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            return (_observation(response, ask, document(response, kinds=KINDS)),)


def sealed(said: str, secret: str) -> str:
    """A call's text as the platform wants it: the text and the key behind it, encrypted with that key, in Base64."""
    try:
        return b64encode(encrypted(b64decode(secret), (said + secret).encode())).decode("ascii")
    except ValueError as error:
        raise CourierRefused("secret is no 签名钥匙 of 中国邮政: sixteen bytes in Base64, 24 characters") from error


# --- the answer as a whole -----------------------------------------------------------------------


def _observation(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    code, message = text(body.get("retCode"), "retCode"), text(body.get("retMsg"), "retMsg")
    if code != FINE:
        return _error(response, ask, code, message)
    if "retBody" not in body:
        unreadable(response, "the answer holds no retBody")
    items = _items(body["retBody"])
    if not items:
        return NotFound(ask.number)
    ours = [item for item in items if same_number(text(item.get("waybillNo"), "waybillNo"), ask.number)]
    if not ours:
        return another(ask, WHO)
    told = _checkpoints(ours)
    return Answered(ask.number, told)


def _error(response: httpx.Response, ask: Ask, code: str, message: str) -> Observation:
    if _NOTHING.search(message):
        return NotFound(ask.number)
    if _STRANGER.search(message):
        raise CourierRefused(said(response, f"{WHO}: {message} ({code}); check customer and key"))
    return refusal(response, ask, WHO, code, message)


def _items(value: object) -> list[Record]:
    """The operations of an answer: a list, or an object that holds it, either of them as a JSON text too."""
    if isinstance(value, str):
        value = decoded(value) if value.strip() else None
    if isinstance(value, dict):
        if ITEMS not in value:
            raise ValueError(ITEMS)
        value = value[ITEMS]
    return recent(rows(value, "retBody"))


# --- operations ----------------------------------------------------------------------------------


def _checkpoints(items: Sequence[Record]) -> tuple[Checkpoint, ...]:
    """The history without what was taken back, so that neither it nor what it made of later scans counts."""
    scans = [_scan(item) for item in items]
    told = history(scans)
    undone = _undone(told)
    return history([scan for scan in scans if (scan.when, scan.code) not in undone]) if undone else told


def _undone(told: Sequence[Checkpoint]) -> set[tuple[object, str]]:
    """For each operation that takes back, the last one before it that it takes back, if it still stands."""
    standing: list[Checkpoint] = []
    undone: set[tuple[object, str]] = set()
    for one in told:
        kinds = UNDOES.get(_operation(one.code), frozenset())
        for place in reversed(range(len(standing))):
            if _operation(standing[place].code) in kinds:
                gone = standing.pop(place)
                undone.add(((gone.occurred_at, gone.occurred_until), gone.code))
                break
        standing.append(one)
    return undone


def _operation(code: str) -> str:
    return code.partition("/")[0]


def _scan(item: Record) -> Scan:
    stamp = text(item.get("opTime"), "opTime")
    operation = text(item.get("opCode"), "opCode").upper()
    words = text(item.get("opDesc"), "opDesc", TEXT_LIMIT) or text(item.get("opName"), "opName")
    delivery, attempt = (
        text(item.get(name), name).upper().lstrip("0") for name in ("deliverCode", "attemptDeliveryCode")
    )
    way, (meaning, reading) = _told(operation, delivery, attempt, words)
    parts = (text(item.get(name), name) for name in ("opOrgProvName", "opOrgCity", "opOrgName"))
    place = ", ".join(dict.fromkeys(part for part in parts if part))
    code = f"{operation}/{way}" if way else operation
    return Scan(scanned(stamp), code, meaning, words, place, reading)


def _told(operation: str, delivery: str, attempt: str, words: str) -> tuple[str, Told]:
    """Which of the two finer codes counts, and what the operation means with it beside the words."""
    if not operation:
        return "", without_code(words)
    meaning = OPERATIONS.get(operation, UNKNOWN)
    if operation in UNDOES:
        return "", (meaning, NOTHING)
    if operation in RELEASED:
        return "", leaving(meaning, words, M.CUSTOMS)
    if meaning == _SIGNED and delivery:
        return delivery, _delivered(delivery, words)
    if meaning[0] is M.ATTEMPT_FAILED and attempt:
        return attempt, (ATTEMPTS.get(attempt, meaning), read(words, "zh"))
    return "", (meaning, read(words, "zh"))


def _delivered(delivery: str, words: str) -> Told:
    """How it was handed over. A way nobody has listed is still a delivery."""
    meaning = DELIVERIES.get(delivery, _SIGNED)
    if delivery == CLAIMED:
        damaged = read(words.replace(_CLAIM, ""), "zh").cause is C.DAMAGED
        return ((M.EXCEPTION, C.DAMAGED) if damaged else meaning), NOTHING
    if meaning[0] is M.AVAILABLE_FOR_PICKUP:
        return drop(_SIGNED, words)
    return meaning, read(words, "zh")
