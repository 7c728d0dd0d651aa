"""快递100 real-time query: POST /poll/query.do, a signed form, one number a call, Chinese text, Beijing time.

Source: its API document, its vendor SDK, and published answers. What makes it hard, kept as it is: errors come
with HTTP 200 in another shape; the state numbers mean other things than elsewhere (0 moves, 4 is back at the
sender); nothing says "lost" but the text; some couriers want the recipient's phone; asking one number again
within half an hour locks it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.story import StoryParcel
from parcelwatch.sandbox.texts import wording
from parcelwatch.sandbox.wire import Call, Reply, reply
from parcelwatch.sandbox.world import Heard, Mark, World

M = Milestone
C = Cause
PATH = "/poll/query.do"
BEIJING = ZoneInfo("Asia/Shanghai")
MIN_INTERVAL = timedelta(minutes=30)
LOCKED_FOR = timedelta(hours=24)
WANT_PHONE = frozenset({"shunfeng", "shunfengkuaiyun", "zhongtong"})

# Our meaning → the advanced status code. 丢失, 错分, 违禁 and 销毁 have none: 2 疑难, and the text tells.
CODES: Mapping[tuple[Milestone, Cause | None], str] = {
    (M.INFO_RECEIVED, None): "101",
    (M.PICKED_UP, None): "103",
    (M.IN_TRANSIT, None): "0",
    (M.CUSTOMS, None): "11",
    (M.CUSTOMS, C.CUSTOMS): "13",
    (M.OUT_FOR_DELIVERY, None): "5",
    (M.AVAILABLE_FOR_PICKUP, None): "501",
    (M.ATTEMPT_FAILED, None): "204",
    (M.ATTEMPT_FAILED, C.NOBODY_HOME): "206",
    (M.ATTEMPT_FAILED, C.REFUSED): "203",
    (M.EXCEPTION, None): "2",
    (M.EXCEPTION, C.DAMAGED): "209",
    (M.EXCEPTION, C.REFUSED): "203",
    (M.EXCEPTION, C.ADDRESS): "204",
    (M.EXCEPTION, C.NOBODY_HOME): "206",
    (M.EXCEPTION, C.CUSTOMS): "13",
    (M.EXCEPTION, C.WEATHER): "208",
    (M.EXCEPTION, C.DISRUPTED): "208",
    (M.EXCEPTION, C.COURIER_FAULT): "208",
    (M.RETURNING, None): "6",
    (M.RETURNED, None): "4",
    (M.DELIVERED, None): "301",
    (M.CANCELLED, None): "401",
    (M.UNKNOWN, None): "77",
}
# Advanced code → (base state, name). Not in the list: a code the vendor has not published.
NAMES: Mapping[str, tuple[str, str]] = {
    "1": ("1", "揽收"),
    "101": ("1", "已下单"),
    "102": ("1", "待揽收"),
    "103": ("1", "已揽收"),
    "0": ("0", "在途"),
    "1001": ("0", "到达派件城市"),
    "1002": ("0", "干线"),
    "1003": ("0", "转递"),
    "5": ("5", "派件"),
    "501": ("5", "投柜或驿站"),
    "3": ("3", "签收"),
    "301": ("3", "本人签收"),
    "302": ("3", "派件异常后签收"),
    "303": ("3", "代签"),
    "304": ("3", "投柜或站签收"),
    "6": ("6", "退回"),
    "4": ("4", "退签"),
    "401": ("4", "已销单"),
    "14": ("4", "拒签"),
    "7": ("7", "转投"),
    "2": ("2", "疑难"),
    "201": ("2", "超时未签收"),
    "202": ("2", "超时未更新"),
    "203": ("2", "拒收"),
    "204": ("2", "派件异常"),
    "205": ("2", "柜或驿站超时未取"),
    "206": ("2", "无法联系"),
    "207": ("2", "超区"),
    "208": ("2", "滞留"),
    "209": ("2", "破损"),
    "210": ("2", "销单"),
    "8": ("8", "清关"),
    "10": ("10", "待清关"),
    "11": ("11", "清关中"),
    "12": ("12", "已清关"),
    "13": ("13", "清关异常"),
}
BASE_NAMES = {base: name for code, (base, name) in NAMES.items() if code == base}
AREAS = {
    "北京市": "CN110000000000",
    "上海市": "CN310000000000",
    "南京市": "CN320100000000",
    "杭州市": "CN330100000000",
    "郑州市": "CN410100000000",
    "武汉市": "CN420100000000",
    "长沙市": "CN430100000000",
    "广州市": "CN440100000000",
    "深圳市": "CN440300000000",
    "成都市": "CN510100000000",
    "西安市": "CN610100000000",
}
MESSAGES = {
    "400": "找不到对应公司",
    "408": "快递公司参数异常：验证码错误",
    "500": "查询无结果，请隔段时间再查",
    "501": "服务器错误",
    "502": "服务器繁忙",
    "503": "验证签名失败",
    "601": "key已过期",
}
DIGESTS = {"": hashlib.md5, "MD5": hashlib.md5, "SHA256": hashlib.sha256}


class Kuaidi100:
    """Answers queries; remembers who was asked when, for the lock. `too_soon` counts broken half hours."""

    name = "kuaidi100"
    base = PATH
    routes: tuple[tuple[str, str], ...] = (("POST", PATH),)

    def __init__(self, world: World) -> None:
        self.world = world
        self.too_soon: Counter[str] = Counter()
        self._queries = 0
        self._asked_at: dict[tuple[str, str], datetime] = {}
        self._frozen: dict[tuple[str, str], datetime] = {}

    def numbers(self, call: Call) -> tuple[str, ...]:
        number = _param(_form(call)).get("num", "")
        return (number,) if number else ()

    def answer(self, call: Call, now: datetime) -> Reply:
        form = _form(call)
        if "x-www-form-urlencoded" not in call.headers.get("content-type", "") or not form.get("param"):
            return _error("400")
        if not self._signed(form):
            return self.refused()
        param = _param(form)
        if not param:
            return _error("501")
        self._queries += 1
        quota = self.world.story.access.quota
        return _error("601") if quota is not None and self._queries > quota else self._query(param, now)

    def refused(self) -> Reply:
        return _error("503")

    def busy(self) -> Reply:
        return _error("502", 429)

    def broken(self) -> Reply:
        return _error("501")

    def _signed(self, form: Mapping[str, str]) -> bool:
        """The sign is UPPER(hex(digest(param + key + customer))), over the very text of `param`."""
        digest = DIGESTS.get(form.get("signType", ""))
        access = self.world.story.access
        if digest is None or form.get("customer") != access.customer:
            return False
        signed = digest((form["param"] + access.key + access.customer).encode()).hexdigest().upper()
        return form.get("sign") == signed

    def _query(self, param: Mapping[str, str], now: datetime) -> Reply:
        company, number, phone = param.get("com", ""), param.get("num", ""), param.get("phone", "")
        if not re.fullmatch(r"[a-z][a-z0-9]*", company) or not 6 <= len(number) <= 32:
            return _error("400")
        if company in WANT_PHONE and not phone:
            return _error("408")
        now = self._told_as_of(company, number, now)
        for parcel in self.world.find(self.name, number):
            if parcel.company == company:
                return self._tracked(parcel, param, now)
        return _error("500")

    def _tracked(self, parcel: StoryParcel, param: Mapping[str, str], now: datetime) -> Reply:
        digits = parcel.phone_last4
        if digits and parcel.company in WANT_PHONE and not param["phone"].endswith(digits):
            return _error("408")
        heard = self.world.heard(parcel, now)
        return reply(answer(heard, now, param)) if heard.marks else _error("500")

    def _told_as_of(self, company: str, number: str, now: datetime) -> datetime:
        """The instant whose data a query gets: a locked number shows what it did when it was locked."""
        key = (company, number)
        before = self._asked_at.get(key)
        self._asked_at[key] = now
        if before is not None and now - before < MIN_INTERVAL:
            self.too_soon[number] += 1
            if self.world.story.access.same_number_lock:
                self._frozen.setdefault(key, now)
        if key in self._frozen and now - self._frozen[key] >= LOCKED_FOR:
            del self._frozen[key]
        return self._frozen.get(key, now)


def answer(heard: Heard, now: datetime, param: Mapping[str, str]) -> dict[str, object]:
    """The body for a parcel with a history, as rich as `resultv2` asks for, newest first unless order=asc."""
    parcel, newest, level = heard.parcel, heard.marks[-1], param.get("resultv2", "")
    marks = heard.marks if param.get("order") == "asc" else heard.marks[::-1]
    state = _base(_code(newest))[0]
    body: dict[str, object] = {
        "message": "ok",
        "nu": parcel.number,
        "ischeck": "1" if newest.says.milestone is M.DELIVERED else "0",
        "com": parcel.company,
        "status": "200",
        "data": [_line(mark, level) for mark in marks],
        "state": state,
        "condition": "F00" if newest.says.milestone is M.DELIVERED else "00",
    }
    if level in ("4", "6", "8"):
        body["routeInfo"] = _route(heard)
        body["isLoop"] = any(mark.says.cause is C.MISROUTED for mark in heard.marks)
    if level == "8" and param.get("to") and heard.estimate is not None:
        body.update(_estimate(heard, heard.estimate, now))
    return body


def _line(mark: Mark, level: str) -> dict[str, object]:
    time = mark.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    line: dict[str, object] = {"time": time, "ftime": time, "context": wording(mark, "zh")}
    if level not in ("1", "4", "6", "8"):
        return {**line, "location": mark.locality or None}
    base, name = _base(_code(mark))
    line |= {"areaCode": AREAS.get(mark.locality), "areaName": mark.locality or None, "areaCenter": None}
    line |= {"areaPinYin": None, "location": mark.locality or None, "status": BASE_NAMES.get(base, name)}
    return line if level == "1" else {**line, "status": name, "statusCode": _code(mark)}


def _route(heard: Heard) -> dict[str, object]:
    places = [mark.locality for mark in heard.marks if mark.locality] or [""]
    ends = {"from": heard.parcel.origin or places[0], "cur": places[-1], "to": heard.parcel.destination}
    return {end: {"number": AREAS.get(name, ""), "name": name} for end, name in ends.items()}


def _estimate(heard: Heard, estimate: datetime, now: datetime) -> dict[str, object]:
    total, remaining = estimate - heard.marks[0].at, max(estimate - now, timedelta(0))
    return {
        "arrivalTime": estimate.astimezone(BEIJING).strftime("%Y-%m-%d %H"),
        "totalTime": _days_and_hours(total),
        "remainTime": _days_and_hours(remaining),
        "probability": "95",
        "predictedRoute": [],
    }


def _days_and_hours(span: timedelta) -> str:
    return f"{span.days}天{span.seconds // 3600}小时"


def _code(mark: Mark) -> str:
    says = mark.says
    return says.code or CODES.get((says.milestone, says.cause)) or CODES[(says.milestone, None)]


def _base(code: str) -> tuple[str, str]:
    return NAMES.get(code, (code, ""))


def _form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _param(form: Mapping[str, str]) -> dict[str, str]:
    try:
        param = json.loads(form.get("param", ""))
    except (ValueError, RecursionError):
        return {}
    return {key: str(value) for key, value in param.items()} if isinstance(param, dict) else {}


def _error(code: str, status: int = 200) -> Reply:
    return reply({"result": False, "returnCode": code, "message": MESSAGES[code]}, status)
