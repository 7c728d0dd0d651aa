"""圆通 YTO's own tracking query. One number a call, signed form, an address of the customer's own.

Source: 圆通's open platform as its clients call it. Found: a JSON list, oldest scan first. Not found: an object that
says success with code 1001. Damage and loss are told in words only. Rates are not established, so the default is calm;
nor are error codes but 1001 and 401, so an error's words decide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, array, check, fitting, unreadable
from parcelwatch.couriers.shared.china import KINDS, another, history, refusal, scanned
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, flag, recent, record, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.couriers.yto.codes import SCANS
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, NotFound, Observation

METHOD = "yto.Marketing.WaybillTrace"
VERSION = "1.01"
ADAPTER = "/open/"
NUMBER = "waybill_No"
EMPTY = "1001"
WHO = "圆通"


class Yto:
    """圆通 direct.

    `base_url` is the address the console shows for 物流轨迹查询; it ends in a code of the customer's own. `key` is
    app_key (客户编码), `secret` the 客户密钥, `customer` the user_id. Addresses of the newer gateway (/open/…) name
    method and version themselves and are sent neither `key` nor `customer`.
    """

    api: ClassVar[str] = "yto"
    base_url: ClassVar[str] = "https://openapi.yto.net.cn/service/waybill_query/v1/"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "customer", "secret", "base_url")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = SCANS
    card: ClassVar[Card] = Card(
        asks=("yto",),
        doubt="its limits and the order of its lists are not known",
    )

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        url = account.base_url or self.base_url
        param = json.dumps({"NUMBER": ask.number}, separators=(",", ":"))
        sent = {"timestamp": str(int(now.timestamp() * 1000)), "param": param, "format": "JSON"}
        headers = {"Accept": "application/json"}
        _, newer, path = url.partition(ADAPTER)
        if newer:
            method, _, version = path.partition("/")
            sent["sign"] = sign(param, method, version.partition("/")[0], account.secret)
            return httpx.Request("POST", url, json=sent, headers=headers)
        sent |= {"app_key": account.key, "user_id": account.customer, "method": METHOD, "v": VERSION}
        sent["sign"] = sign(param, METHOD, VERSION, account.secret)
        return httpx.Request("POST", url, data=sent, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            answer = array(response, kinds=KINDS)
            if not answer:
                unreadable(response, "the answer is an empty list")
            if NUMBER in answer[0]:
                return (_found(ask, answer),)
            return (_nothing(response, ask, answer[0]),)


def sign(param: str, method: str, version: str, secret: str) -> str:
    """The signature of a query: MD5 over the very text of `param` that is sent, and what is asked for."""
    return md5_base64(param + method + version + secret)


def _nothing(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    """The object that comes instead of a list: nothing known yet, or an error."""
    code = text(body.get("code"), "code")
    if code != EMPTY or not flag(body.get("success"), "success"):
        message = text(body.get("message"), "message") or text(body.get("reason"), "reason")
        return refusal(response, ask, WHO, code, message)
    lists = record(body.get("map"), "map")
    if lists and not any(same_number(number, ask.number) for number in lists):
        return another(ask, WHO)
    return NotFound(ask.number)


def _found(ask: Ask, events: list[Record]) -> Observation:
    ours = recent([event for event in events if same_number(text(event.get(NUMBER), NUMBER), ask.number)])
    if not ours:
        return another(ask, WHO)
    return Answered(ask.number, history([_scan(event) for event in ours]))


def _scan(event: Record) -> Scan:
    stamp, code = text(event.get("upload_Time"), "upload_Time"), text(event.get("infoContent"), "infoContent").upper()
    words = text(event.get("processInfo"), "processInfo", TEXT_LIMIT)
    place = ", ".join(filter(None, (text(event.get(name), name) for name in ("city", "district"))))
    meaning = SCANS.get(code, UNKNOWN) if code else None
    return Scan(scanned(stamp), code, meaning, words, place, read(words, "zh"))
