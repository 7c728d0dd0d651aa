"""What China's couriers share: Beijing's clock, lists in either order, and the same scan told twice.

What belongs here: their times as intervals in UTC, the way from their events to checkpoints, whatever the fields are
called, and what the words of an error mean where nobody publishes its code. Codes and answers are each courier's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import httpx

from parcelwatch.couriers.base import retry_at, said, unreadable
from parcelwatch.couriers.shared.china_scans import Told
from parcelwatch.couriers.shared.fields import optional, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, ordered
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.times import YEARS, Span, parse
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Ask, Checkpoint, Milestone, NotFound, Refused, Unanswered

# Hardly any of them documents a content type, so a JSON body under a text type will do.
KINDS = ("json", "text/plain", "text/html")

_OFFSET = timedelta(hours=8)
_DAY = len("2026-01-31")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DIGITS = len("4102444800000")  # the year 2100
_PHONE = re.compile(r"[\d-]{5,}")
_STATION = re.compile(r"柜|驿站|丰巢|兔喜|代收点|自提点")

# What an error is about, most telling first.
_TOO_OFTEN = re.compile(
    r"频繁|频率|频次|限流|限频|过快|次数(?:超|已|达)|超(?:过|出)[^，。]{0,8}(?:次数|限额|上限)"
    r"|rate limit|too many"
)
_ACCOUNT = re.compile(
    r"签名|验签|加密校验|密钥|秘钥|授权|权限|未订购|未开通|白名单|鉴权|认证|令牌|账号|账户|欠费|(?:客户|商家)编码"
    r"|(?:接口|方法|用户|客户|应用|商家|合作方)[^，。]{0,6}(?:不存在|无效|错误|非法)"
    r"|(?:接口|用户|客户|应用|商户|商家|账[号户]|合作方)(?:信息|编码|代码)?(?:查无|未(?:查|找)到)|商户[^，。]{0,6}(?:不存在|无效|错误)"
    r"|(?:查无|未(?:查|找)到)[^，。]{0,2}(?:接口|用户|客户|应用|商户|商家|账[号户]|合作方)(?![^，。]{0,8}(?:单|件|包裹|轨迹|物流))"
    r"|(?:account|merchant|partner|app(?:lication)?|api|interface|method|service|token|user|customer|client)"
    r"(?:[ _-]?(?:id|code|name|info))? (?:is |was |does |do )?(?:not|n.t) (?:found|exist)"
    r"|(?:unknown|invalid|no such|expired) (?:account|merchant|partner|app(?:lication)?|api|method|token|user|client)"
    r"(?![a-z])"
    r"|app[_-]?key|digest|signature|unauthori[sz]ed|forbidden|(?<![a-z])ip(?![a-z])"
)
# A number, and a parcel, that are somebody's: words about the account only by chance.
_ONE_NUMBER = re.compile(
    r"[^，。；,;]{0,8}(?:单号|运单|订单|快件|包裹)[^，。；,;]{0,10}(?:不存在|无效|错误|有误|非法|不匹配|不一致|不属于)[^，。；,;]*"
    r"|[^，。；,;]{0,10}(?:该|此|这)(?:运|订)?单[^，。；,;]*|(?:无权|没有权限|无权限)[^，。；,;]{0,6}(?:单|包裹)[^，。；,;]*"
)
_NOT_OURS = re.compile(
    r"(?:无权|没有权限|无权限)[^，。；,;]{0,6}(?:单|包裹)|(?:单|包裹)[^，。；,;]{0,10}(?:不匹配|不一致|不属于)"
)
_PHONE_WANTED = re.compile(r"手机|电话|mobile|phone")
_BAD_NUMBER = re.compile(
    r"单号[^，。]{0,6}(?:格式|错误|有误|不正确|不合法|非法|不规范|为空)|(?:invalid|illegal) (?:waybill|number)"
)
_NOTHING = re.compile(
    r"(?:单|单号|快件|包裹|轨迹|物流信息|数据|记录)[^，。]{0,4}不存在|(?:结果|轨迹|数据|记录|列表)[^，。]{0,2}为空"
    r"|查无|未(?:查|找)到|暂无|没有(?:查|找|轨迹|数据|记录)|无(?:结果|轨迹|数据|记录|此单)|not found|no data"
)
_PASSING = re.compile(r"系统|繁忙|超时|稍后|服务异常|服务不可用|重试|网关|timeout|busy|internal|unavailable")

# --- times ---------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # every answer repeats the times of the last one
def beijing(stamp: str) -> Span:
    """A Beijing wall clock ("2026-03-05 14:02:11") as the instant it is; a bare day is all of it.

    A stamp with an offset of its own keeps it. CourierUnreadable when it is no time.
    """
    moment = parse(stamp)
    at = (moment.replace(tzinfo=UTC) - _OFFSET) if moment.tzinfo is None else moment.astimezone(UTC)
    return at, at + timedelta(days=1, seconds=-1) if len(stamp) <= _DAY else at


@optional(None)
def scanned(stamp: str) -> Span | None:
    """When a scan was, by a Beijing wall clock; None where that is not told or cannot be read."""
    return beijing(stamp) if stamp else None


def epoch_ms(value: object, where: str) -> Span | None:
    """Milliseconds since 1970, as a number or as text; None for nothing and for 0, which is how they say "never"."""
    digits = text(value, where)
    if digits in ("", "0"):
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _EPOCH_DIGITS):
        raise CourierUnreadable(f"{where} is no time in milliseconds: {digits[:40]!r}")
    at = _EPOCH + timedelta(milliseconds=int(digits))
    if at.year not in YEARS:
        raise CourierUnreadable(f"{where} is out of all reason: {digits!r}")
    return at, at


# --- scans ---------------------------------------------------------------------------------------


def history(scans: Sequence[Scan]) -> tuple[Checkpoint, ...]:
    """The checkpoints of a list in either order, oldest first, twins once."""
    told = list({_likeness(scan): scan for scan in reversed(ordered(scans, newest_first=False))}.values())
    return checkpoints(reversed(told))


def _likeness(scan: Scan) -> tuple[Span | None, str, str]:
    """What twins have in common: the same event, told again with another hotline in its small print."""
    return scan.when, scan.code, _PHONE.sub("", scan.words)


def at_station(words: str, signer: str) -> str:
    """The words of a scan behind who signed, where that is a locker or a shop: a drop, which the words may not say."""
    if not _STATION.search(signer) or signer in words:
        return words
    return f"签收人: {signer}。{words}"


def notice(meaning: Meaning, words: str) -> Told:
    """A scan whose code says hardly anything: the words decide where they say something."""
    reading = read(words, "zh")
    return (meaning if reading.milestone is None else None), reading


def leaving(meaning: Meaning, words: str, place: Milestone) -> Told:
    """A scan of leaving a locker or customs: the words name the place left, and may say that the buyer has it."""
    reading = read(words, "zh")
    if reading == Reading(place):
        return meaning, NOTHING
    return (None if reading.milestone is Milestone.DELIVERED else meaning), reading


# --- answers -------------------------------------------------------------------------------------


def refusal(response: httpx.Response, ask: Ask, courier: str, code: str, message: str) -> Refused | NotFound:
    """What an error says about the number asked, by its words; raised when it is the account's or passing."""
    quoted = said(response, f"{courier}: {message} ({code})" if code else f"{courier}: {message}")
    words = message.lower()
    if _TOO_OFTEN.search(words):
        raise CourierBusy(quoted, retry_at(response))
    if _ACCOUNT.search(_ONE_NUMBER.sub("", words)):
        raise CourierRefused(f"{quoted}; check the account's credentials and permissions")
    if _NOT_OURS.search(words):
        return Refused(ask.number, reason=f"{quoted}; check the number and whose it is")
    if _PHONE_WANTED.search(words):
        return Refused(ask.number, reason=f"{quoted}; check phone_last4")
    if _BAD_NUMBER.search(words):
        return Refused(ask.number, reason=f"{quoted}; check the number")
    if _NOTHING.search(words):
        return NotFound(ask.number)
    if _PASSING.search(words):
        raise CourierUnavailable(quoted)
    return unreadable(response, f"{courier} answers with an error we do not know: {code} {message}".rstrip())


def another(ask: Ask, courier: str) -> Unanswered:
    """The answer to a question nobody asked."""
    return Unanswered(ask.number, reason=f"{courier} answers about another number")
