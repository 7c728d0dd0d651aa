"""One number's record of 快递鸟, the same in an answer and in a push: its scans, or why there are none.

Source: the provider's dictionary of states and two client libraries. `Success` is false only with a `Reason` in
Chinese, which alone tells the account's trouble from the number's; "no trace yet" is a success. An event's own code is
its `Action` (answers of 8001 and pushes of 102); without one its words speak, and the parcel's state beside the newest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

import httpx

from parcelwatch.couriers.base import said
from parcelwatch.couriers.kdniao.codes import DROPPED, ERRORS, PROBLEM, QUOTA_SPENT, STATES, VAGUE
from parcelwatch.couriers.shared.china import beijing, history
from parcelwatch.couriers.shared.china_scans import Told, drop, problem, told_by_the_whole, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, flag, optional, recent, rows, text
from parcelwatch.couriers.shared.history import Scan, concluded
from parcelwatch.couriers.shared.meanings import UNKNOWN, standing
from parcelwatch.couriers.shared.times import Span, due, naive, parse
from parcelwatch.errors import CourierUnreadable
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Checkpoint, NotFound, Observation, Unanswered

# Their events may have happened anywhere; whose clock 快递鸟 shows is not documented.
ABROAD = frozenset(
    {"DHL", "DHL_EN", "DHL_GLB", "FEDEX", "FEDEX_GJ", "UPS", "USPS", "TNT", "ARAMEX", "EMSGJ", "AMAZON", "FAST"}
)


class Fault(Enum):
    """Whose a failure is."""

    NO_RECORD = auto()
    ACCOUNT = auto()
    TOO_MANY = auto()
    PASSING = auto()
    NUMBER = auto()


_FAULTS = (
    (
        Fault.ACCOUNT,
        re.compile(
            r"套餐|权限|未开通|购买|充值|余额|欠费|用完|试用|调用量不足|(?:次数|额度)不足|无[^，。]{0,8}调用次数"
            r"|鉴权|身份验证|(?:密钥|授权|账[号户]|key|服务)[^，。]{0,4}(?:过期|停用|冻结|禁用|锁定|错误"
            r"|无效|不存在|关闭|到期)",
            re.IGNORECASE,
        ),
    ),
    (Fault.NO_RECORD, re.compile(r"[无没]有?[^，。]{0,6}(?:轨迹|物流)|未查询到|查无|查询无结果")),
    (
        Fault.TOO_MANY,
        re.compile(
            r"超[出过][^，。]{0,8}(?:次数|限制|上限)|(?:次数|查询量|调用量|数量)[^，。]{0,6}(?:超|上限)|频率|频繁|并发|限流"
        ),
    ),
    (Fault.PASSING, re.compile(r"(?:系统|服务器?|接口|网络)[^，。]{0,4}(?:繁忙|异常|错误|超时)|稍后再?试")),
    (
        Fault.ACCOUNT,
        re.compile(
            r"授权|未认证|实名|商户|用户|EBusinessID|AppKey|APIKey|DataSign|签名|RequestType|指令"
            r"|(?<![A-Za-z])IP(?![A-Za-z])",
            re.IGNORECASE,
        ),
    ),
    (
        Fault.NUMBER,
        re.compile(r"单号|手机|电话|尾号|快递公司|编码|CustomerName|ShipperCode|LogisticCode", re.IGNORECASE),
    ),
)


def succeeded(body: Record) -> bool:
    """Whether a call, or one record of a push, went well; CourierUnreadable when it does not say."""
    if body.get("Success") is None:
        raise CourierUnreadable("the answer does not say whether it succeeded")
    return flag(body["Success"], "Success")


def fault(body: Record) -> Fault:
    """Whose a failure is: its words tell, else the number some answers bring; CourierUnreadable if neither does."""
    reason = text(body.get("Reason"), "Reason")
    for found, words in _FAULTS:
        if words.search(reason):
            return found
    code = text(body.get("ResultCode"), "ResultCode") or text(body.get("Code"), "Code")
    if code == QUOTA_SPENT:
        return Fault.TOO_MANY
    if code not in ERRORS:
        raise CourierUnreadable(f"快递鸟 gives a reason we do not know: {reason or 'none'} {code}".rstrip())
    return Fault.ACCOUNT if ERRORS[code] else Fault.NUMBER


def words(response: httpx.Response, body: Record) -> str:
    """A failure in 快递鸟's words."""
    return f"快递鸟: {said(response, text(body.get('Reason'), 'Reason')) or 'no reason given'}"


def tracked(number: str, body: Record) -> Observation:
    """What the record of a success says about its number."""
    if "Traces" not in body:
        raise CourierUnreadable("the answer holds no traces")
    events = recent(rows(body["Traces"], "Traces"))
    state, company = _state(body), text(body.get("ShipperCode"), "ShipperCode")
    if not events:
        if STATES.get(state, STATES["0"]) == STATES["0"]:
            return NotFound(number, company=company)
        reason = f"快递鸟 tells the state {state} without any scan"
        return Unanswered(number, reason=reason, company=company)
    return Answered(
        number=number,
        checkpoints=_checkpoints(events, state, abroad=company.upper() in ABROAD),
        estimate=_estimate(aside(body.get("EstimatedDeliveryTime"))),
        stands=standing(STATES.get(state)),
        company=company,
    )


def _state(body: Record) -> str:
    return text(body.get("StateEx"), "StateEx") or text(body.get("State"), "State")


def _estimate(day: str) -> datetime | None:
    """The end of the day it names; midnight is that day too."""
    stamp = day if ":" in day else f"{day} 00:00:00"
    return due(f"{stamp}+08:00") or due(stamp)


# --- checkpoints ---------------------------------------------------------------------------------


def _checkpoints(events: Sequence[Record], state: str, *, abroad: bool) -> tuple[Checkpoint, ...]:
    scans = [_scan(event, abroad=abroad) for event in events]
    newest = _newest([scan.when for scan in scans])
    last = scans[newest]
    top = _top([scan.code for scan in scans], newest, last.words, state)
    if top != last.code:
        scans[newest] = concluded(last, top, *_meaning(top, last.words))
    return history(scans)


@optional(None)
def _span(event: Record, *, abroad: bool) -> Span | None:
    stamp = text(event.get("AcceptTime"), "AcceptTime")
    if not stamp:
        return None
    at = beijing(stamp)
    if not abroad:
        return at
    earliest, latest = naive(parse(stamp).replace(tzinfo=None))
    return min(earliest, at[0]), max(latest, at[1])


def _newest(spans: Sequence[Span | None]) -> int:
    """Where the newest scan stands: the list runs from the oldest, or, if its times fall, from the newest."""
    times = [(when[0], place) for place, when in enumerate(spans) if when is not None]
    if not times:
        return len(spans) - 1
    falling = times[0][0] > times[-1][0]
    return max(times, key=lambda one: (one[0], -one[1] if falling else one[1]))[1]


def _told(event: Record) -> str:
    said, remark = (text(event.get(name), name, TEXT_LIMIT) for name in ("AcceptStation", "Remark"))
    return f"{said} {remark}".strip()[:TEXT_LIMIT] if remark and remark not in said else said


def _code(event: Record) -> str:
    return text(event.get("Action"), "Action") or _state(event)


def _place(event: Record) -> str:
    return aside(event.get("Location"))


def _top(codes: Sequence[str], newest: int, words: str, state: str) -> str:
    """The newest scan's code: the parcel's state where it says more, its own otherwise.

    A state that only says "on its way" is left to the words, or every scan would change once it is not the newest.
    """
    own = codes[newest]
    if not state:
        return own
    if not own:
        return "" if state in VAGUE and read(words, "zh").milestone is not None else state
    return state if told_by_the_whole(state, own, codes, STATES) else own


def _scan(event: Record, *, abroad: bool) -> Scan:
    code, words = _code(event), _told(event)
    meaning, reading = _meaning(code, words)
    return Scan(_span(event, abroad=abroad), code, meaning, words, _place(event), reading)


def _meaning(code: str, words: str) -> Told:
    """What a scan's state means beside its words, ready to be followed."""
    known = STATES.get(code, UNKNOWN)
    if not code:
        return without_code(words)
    if code == DROPPED:
        return drop(known, words)
    if code == PROBLEM:
        return problem(known, words)
    return known, read(words, "zh")
