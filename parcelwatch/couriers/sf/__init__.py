"""顺丰 (SF Express) through 丰桥: EXP_RECE_SEARCH_ROUTES, ten numbers a call, signed form.

Source: 丰桥's document and clients in use. An answer succeeds on three levels: the platform (A1000), the service
(S0000, in a JSON text inside the JSON), and each number (no reasonCode). Known limits are the test environment's, 30
calls a second and 3000 a day; a contract may allow others. The unit of the timestamp is not documented: milliseconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar
from urllib.parse import quote_plus
from uuid import NAMESPACE_URL, uuid5

import httpx

from parcelwatch.couriers.base import (
    Account,
    Card,
    Tells,
    check,
    decoded,
    document,
    fitting,
    retry_at,
    said,
    unreadable,
)
from parcelwatch.couriers.sf.answer import newest, routed, routes_of
from parcelwatch.couriers.sf.codes import STATUSES
from parcelwatch.couriers.shared.china import KINDS
from parcelwatch.couriers.shared.fields import Record, flag, record, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.several import bearing, told
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.errors import CourierBusy, CourierDeclines, CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9]{6,30}")
LAST4 = re.compile(r"[0-9]{4}")
SERVICE = "EXP_RECE_SEARCH_ROUTES"

FLOW_LIMIT = "A1005"
# What the platform refuses a call for, and whose fault it is.
REFUSED: Mapping[str, str] = {
    "A1001": "顺丰 misses a value in the call: check customer",
    "A1003": "this machine's address is not on the account's list at 顺丰",
    "A1004": "the 顺丰 account may not use this interface",
    "A1006": "顺丰 does not accept the signature: check key (the check word) and customer",
    "A1008": "顺丰 cannot decipher the call",
    "A1010": "the interface is still in 顺丰's sandbox: check base_url and the application's state",
    "8003": "顺丰 takes fewer numbers a call",
    "8013": "顺丰 finds no number in the call",
}
PASSING: Mapping[str, str] = {
    "A1002": "顺丰 says the call has expired: check this machine's clock",
    "A1007": "顺丰 has seen this call already",
    "A1009": "顺丰's service is disturbed",
    "A1099": "顺丰's platform is disturbed",
    "8016": "顺丰 has seen this call already",
}
NO_RECORD = frozenset({"6150", "8018", "8024"})
# What one number is refused for, and what to do about it.
NUMBER_REFUSED: Mapping[str, str] = {
    "8247": "顺丰 does not know such a number; its sandbox and its real service know only their own",
    "20028": "顺丰 shows it only to the account that pays for it: set phone_last4, or ask with that account",
}


class Sf:
    """顺丰 itself. `customer` is the partnerID (顾客编码), `key` the check word (校验码) of the same environment.

    A number not shipped under the account's own contract wants the last four digits of a phone, the recipient's or the
    sender's. One field carries them for all numbers of a call, in their order.
    """

    api: ClassVar[str] = "sf"
    base_url: ClassVar[str] = "https://sfapi.sf-express.com/std/service"
    batch: ClassVar[int] = 10
    rate: ClassVar[str] = "30/s"
    quotas: ClassVar[tuple[str, ...]] = ("3000/d",)
    needs: ClassVar[tuple[str, ...]] = ("key", "customer")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {
        "sender_phone_last4": "last four digits of the sender's phone, for parcels without the recipient's",
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = STATUSES
    card: ClassVar[Card] = Card(asks=("sf",))

    def lacks(self, ask: Ask) -> str:
        if not NUMBER.fullmatch(ask.number):
            return "顺丰 takes numbers of 6 to 30 letters and digits only"
        if ask.phone_last4 and not LAST4.fullmatch(ask.phone_last4):
            return "顺丰 wants four digits of a phone: correct phone_last4"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        askable = list(asked)
        said = json.dumps(_wanted(account, askable), ensure_ascii=False, separators=(",", ":"))
        timestamp = str(int(now.timestamp() * 1000))
        numbers = ",".join(ask.number for ask in askable)
        form = {
            "partnerID": account.customer,
            "requestID": str(uuid5(NAMESPACE_URL, f"{numbers} {timestamp}")),
            "serviceCode": SERVICE,
            "timestamp": timestamp,
            "msgDigest": digest(said, timestamp, account.key),
            "msgData": said,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        return httpx.Request("POST", account.base_url or self.base_url, data=form, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            answer = _answer(response, len(asked))
            return tuple(_observation(answer, ask) for ask in asked)


def digest(said: str, timestamp: str, check_word: str) -> str:
    """The signature of a call: MD5 over the text as Java's URLEncoder would write it."""
    return md5_base64(quote_plus(said + timestamp + check_word, safe="*-._").replace("~", "%7E"))


def _wanted(account: Account, asked: Sequence[Ask]) -> dict[str, object]:
    ours = account.options.get("sender_phone_last4", "")
    if ours and not LAST4.fullmatch(ours):
        raise CourierRefused("the option sender_phone_last4 is not four digits")
    phones = [ask.phone_last4 or ours for ask in asked]
    wanted: dict[str, object] = {
        "language": "zh-CN",
        "trackingType": "1",
        "trackingNumber": [ask.number for ask in asked],
        "methodType": "1",
    }
    # By position: a number without a phone leaves its place empty.
    return wanted | ({"checkPhoneNo": ",".join(phones)} if any(phones) else {})


# --- the call as a whole -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a call says, number by number; or `code`, what the service has against one of `asked` numbers."""

    response: httpx.Response
    answers: list[Record]
    asked: int
    code: str = ""

    def find(self, ask: Ask) -> list[Record]:
        return bearing(self.answers, lambda one: same_number(_named(one), ask.number), alone=len(self.answers) == 1)


def _named(one: Record) -> str:
    return text(one.get("mailNo"), "mailNo")


def _answer(response: httpx.Response, asked: int) -> _Answer:
    check(response)
    body = document(response, kinds=KINDS)
    _raise_unless(response, text(body.get("apiResultCode"), "apiResultCode"), "A1000", body.get("apiErrorMsg"))
    inner = body.get("apiResultData")
    inner = record(decoded(inner) if isinstance(inner, str) else inner, "apiResultData")
    code = text(inner.get("errorCode"), "errorCode")
    if code in NO_RECORD or code in NUMBER_REFUSED:
        return _Answer(response, [], asked, code)
    _raise_unless(response, code, "S0000", inner.get("errorMsg"))
    data = record(inner.get("msgData"), "msgData")
    if not flag(inner.get("success"), "success") or "routeResps" not in data:
        unreadable(response, "the answer holds no routes")
    return _Answer(response, rows(data["routeResps"], "routeResps"), asked)


def _raise_unless(response: httpx.Response, code: str, wanted: str, message: object) -> None:
    if code == wanted:
        return
    if code == FLOW_LIMIT:
        raise CourierBusy(f"顺丰: too many calls ({code})", retry_at(response))
    if code in REFUSED:
        raise CourierRefused(f"{REFUSED[code]} ({code})")
    if code in PASSING:
        raise CourierUnavailable(f"{PASSING[code]} ({code})")
    words = said(response, text(message, "the error's message"))
    unreadable(response, f"顺丰 answers with an error we do not know: {code} {words}".rstrip())


# --- one number ----------------------------------------------------------------------------------


def _observation(answer: _Answer, ask: Ask) -> Observation:
    """What the answer says about one number; one that cannot be read leaves the others of its call alone."""
    if answer.code:
        return _of_code(answer, ask)
    return told(answer.response, "顺丰", ask, partial(_of_routes, answer), alone=len(answer.answers) == 1)


def _of_code(answer: _Answer, ask: Ask) -> Observation:
    """The service's word against a whole call is one about a number only where one number was asked about."""
    code = answer.code
    if answer.asked > 1:
        raise CourierDeclines(f"顺丰 has something against one of the numbers ({code})", certain=True)
    if code in NO_RECORD:
        return NotFound(ask.number)
    return Refused(ask.number, reason=f"{NUMBER_REFUSED[code]} ({code})")


def _of_routes(answer: _Answer, ask: Ask) -> Observation:
    """Of several lists about one number the one that goes on longest counts."""
    found = answer.find(ask)
    if not found:
        return Unanswered(ask.number, reason="顺丰's answer does not mention it")
    best = max(found, key=lambda one: newest(routes_of(one)))
    routes, code = routes_of(best), text(best.get("reasonCode"), "reasonCode")
    if routes:
        return routed(ask.number, routes)
    if not code:
        return NotFound(ask.number)
    remark = said(answer.response, text(best.get("reasonRemark"), "reasonRemark"))
    why = NUMBER_REFUSED.get(code) or f"顺丰 does not show it: {remark or 'no reason given'}"
    return Refused(ask.number, reason=f"{why} ({code})")
