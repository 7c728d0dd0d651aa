"""What is wrong when a platform says so, which it does under HTTP 200: too fast, ours, or theirs.

What belongs here: from a code and its words to one of our errors. Which codes mean what is each platform's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NoReturn, TypeVar

import httpx

from parcelwatch.couriers.base import retry_at, said
from parcelwatch.couriers.shared.fields import Record
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.shops.base import check, unreadable, value

T = TypeVar("T")

_NO_ORDER: Final = re.compile(
    r"(?:订单|交易|单据|order|trade)[^，。,.]{0,8}(?:不存在|未找到|查无|not[ -]?(?:exist|found))"
)
# What words say where a code is not known, most telling first.
_TOO_FAST: Final = re.compile(
    r"频繁|频率|频次|限流|限频|过快|流控|并发|次数[^，。]{0,4}(?:超|已|达|上限)|超[过出][^，。]{0,8}(?:次数|限额|上限|限制)"
    r"|rate.?limit|too many|call limited|\bqps\b"
)
_OURS: Final = re.compile(
    r"token|令牌|授权|签名|验签|\bsign|权限|permission|白名单|\bip\b|app_?key|appid|client_?id|session|密钥|秘钥|secret"
    r"|时间戳|timestamp|过期|unauthori[sz]ed|forbidden"
)
_THEIRS: Final = re.compile(
    r"系统|繁忙|超时|稍后|异常|不可用|重试|网关|升级|维护|timeout|busy|internal|unavailable|system"
)
_WAITS: Final = (
    (re.compile(r"(\d{1,5}) ?(?:more )?(?:s\b|sec|秒)"), 1),
    (re.compile(r"(\d{1,3}) ?(?:m\b|min|分钟)"), 60),
    (re.compile(r"()(?:每分钟|per minute)"), 60),
)


class Absent(CourierUnreadable):
    """The platform has no such order."""


@dataclass(frozen=True, slots=True)
class Codes:
    """What a platform's codes mean; `ours`: code → what to do about it. The words decide about all others."""

    busy: frozenset[str] = frozenset()
    ours: Mapping[str, str] = field(default_factory=dict)
    theirs: frozenset[str] = frozenset()


Judge = Callable[[httpx.Response, Record], None]
"""Raises what an answer says is wrong; passes an answer that says nothing of the kind."""


def answer(response: httpx.Response, judge: Judge) -> Record:
    """The JSON object a platform answered with success. Raises CourierError for everything else."""
    if not 200 <= response.status_code < 300:
        _told_beside(response, judge)
        check(response)
    body = value(response)
    if not isinstance(body, dict):
        unreadable(response, f"the answer is a JSON {type(body).__name__} where an object was expected")
    judge(response, body)
    return body


def _told_beside(response: httpx.Response, judge: Judge) -> None:
    """What an answer says is wrong beside its HTTP status, which alone would say less."""
    try:
        body = value(response)
    except CourierError:
        return
    if isinstance(body, dict):
        try:
            judge(response, body)
        except Absent:
            raise
        except CourierUnreadable:
            return


def blame(response: httpx.Response, platform: str, code: str, message: str, codes: Codes) -> NoReturn:
    """Raise what an error means, by its code or else by its words."""
    quoted = said(response, f"{platform}: {message or 'it says nothing'} ({code})")
    words = message.lower()
    if code in codes.busy:
        raise CourierBusy(quoted, _free(response, words))
    if code in codes.ours:
        raise CourierRefused(said(response, f"{quoted}; {codes.ours[code]}"))
    if code in codes.theirs:
        raise CourierUnavailable(quoted)
    if _NO_ORDER.search(words):
        raise Absent(quoted)
    if _TOO_FAST.search(words):
        raise CourierBusy(quoted, _free(response, words))
    if _OURS.search(words):
        raise CourierRefused(f"{quoted}; check key, secret and token, and what the application may read")
    if _THEIRS.search(words):
        raise CourierUnavailable(quoted)
    unreadable(response, f"{quoted} is an error we do not know")


def _free(response: httpx.Response, words: str) -> datetime | None:
    """When the next call is allowed, as the words say, by the platform's own clock."""
    for pattern, unit in _WAITS:
        if found := pattern.search(words):
            wait = int(found[1] or 1) * unit
            return retry_at(httpx.Response(429, headers={**response.headers, "retry-after": str(wait)}))
    return retry_at(response)


def found(response: httpx.Response, read: Callable[[httpx.Response], T | None]) -> T | None:
    """What is read of one order, None where the platform has none. Raises CourierError."""
    try:
        with fitting(response):
            return read(response)
    except Absent:
        return None


@contextmanager
def fitting(response: httpx.Response) -> Iterator[None]:
    """Whatever does not fit while an answer is read becomes CourierUnreadable, without the answer."""
    try:
        yield
    except Absent:
        raise
    except CourierUnreadable as error:
        raise CourierUnreadable(said(response, str(error))) from None
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        unreadable(response, f"the answer does not fit ({type(error).__name__})")
