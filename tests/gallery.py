"""Everything people read, on one page, to be read: `python -m tests.gallery [PAGE.html]`.

A section is a function from nothing to cards; add yours to SECTIONS. Each kind stands there in every language, with all
the evidence there may be and with as little as there can be.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Final

from parcelwatch.core.kinds import KINDS, Family
from parcelwatch.core.messaging.content import About, Shop
from parcelwatch.core.messaging.messages import Characters, Outgoing, message
from parcelwatch.model import (
    Cause,
    Chance,
    Checkpoint,
    Draft,
    DraftState,
    Fact,
    Form,
    Milestone,
    Order,
    Severity,
    Sure,
    Unread,
    Why,
)
from parcelwatch.wording.render import Renderer
from parcelwatch.words import languages

NOW: Final = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
SINCE: Final = NOW - timedelta(days=6, minutes=34)
APIS: Final = {"kd": ("kuaidi100", ""), "my_dhl": ("dhl", "")}
REMARK: Final = "Shopify does not let this app read email, phone of orders: letters and deadlines do without"
LANE: Final = "CN → DE"
TIMEOUT: Final = "my_dhl: api.dhl.example: no answer in time (ReadTimeout)"
REFUSAL: Final = "the courier answers 401: check the account's key and its permissions"
RENDERERS: Final = {
    "zh-CN": Renderer(
        "Asia/Shanghai", "zh-CN", shop=Shop("https://admin.example.cn/order?id={order}", "CNY"), apis=APIS
    ),
    "en": Renderer("Europe/Berlin", "en", shop=Shop("https://admin.example.com/orders/{order}", "EUR"), apis=APIS),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One text as it arrives: `name` says what it is for whoever reads the page."""

    section: str
    name: str
    language: str
    title: str
    body: str


# --- alerts --------------------------------------------------------------------------------------

SAID: Final[Mapping[str, tuple[Milestone, Cause | None, str, str]]] = {
    "damaged": (
        Milestone.EXCEPTION,
        Cause.DAMAGED,
        "快件在【武汉转运中心】发现外包装破损",
        "The shipment was damaged.",
    ),
    "lost": (Milestone.EXCEPTION, Cause.LOST, "快件在运输途中遗失", "The shipment could not be located."),
    "destroyed": (Milestone.EXCEPTION, Cause.DESTROYED, "快件已销毁", "The shipment was destroyed."),
    "refused": (
        Milestone.EXCEPTION,
        Cause.REFUSED,
        "收件人拒收，快件派送不成功",
        "The recipient refused the shipment.",
    ),
    "returned": (Milestone.RETURNED, None, "退回件已由寄件人签收", "Returned to the sender."),
    "returning": (
        Milestone.RETURNING,
        Cause.REFUSED,
        "快件拒收，正在退回寄件人",
        "Refused; on its way back to the sender.",
    ),
    "customs_held": (Milestone.CUSTOMS, Cause.CUSTOMS, "海关要求补充报关资料", "Customs asks for an invoice."),
    "attempt_failed": (
        Milestone.ATTEMPT_FAILED,
        Cause.NOBODY_HOME,
        "无人签收，联系不上收件人",
        "Nobody could be reached.",
    ),
    "awaiting_collection": (
        Milestone.AVAILABLE_FOR_PICKUP,
        None,
        "快件已暂存至人民路店菜鸟驿站，取件码 8-2-1234，如有疑问请联系13900000002",
        "Ready for collection at the parcel shop, pickup code 482913.",
    ),
    "security_held": (
        Milestone.EXCEPTION,
        Cause.SECURITY,
        "快件安检未通过，被查扣",
        "The shipment was seized by security.",
    ),
    "address_problem": (Milestone.EXCEPTION, Cause.ADDRESS, "收件地址不详", "The house number is missing."),
    "misrouted": (Milestone.IN_TRANSIT, Cause.MISROUTED, "快件错分", "The shipment was missorted."),
    "wrong_delivery": (Milestone.EXCEPTION, Cause.UNSTATED, "显示签收但未收到", "The recipient did not receive it."),
    "courier_delay": (Milestone.EXCEPTION, Cause.WEATHER, "因台风天气，快件暂停中转", "Delayed by a storm."),
    "courier_exception": (
        Milestone.EXCEPTION,
        Cause.COURIER_FAULT,
        "快件滞留",
        "Delayed by a broken van.",
    ),
}
FORMS: Final[Mapping[str, Form]] = {
    "not_picked_up": Form.NOT_PICKED_UP,
    "no_first_scan": Form.NO_FIRST_SCAN,
    "stalled": Form.NO_SCAN,
    "not_delivered": Form.NO_OUTCOME,
    "awaiting_collection": Form.NOT_COLLECTED,
    "late": Form.PROMISE_OVER,
    "unknown_number": Form.NO_RECORD,
    "tracking_stopped": Form.TRACKING_ENDED,
    "damaged": Form.DAMAGED,
    "lost": Form.LOST,
    "destroyed": Form.DESTROYED,
    "refused": Form.REFUSED,
    "returned": Form.RETURNED,
    "returning": Form.RETURNING,
    "customs_held": Form.HELD_BY_CUSTOMS,
    "attempt_failed": Form.ATTEMPT_FAILED,
    "address_problem": Form.ADDRESS_PROBLEM,
    "security_held": Form.SECURITY_HELD,
    "misrouted": Form.MISROUTED,
    "wrong_delivery": Form.DELIVERY_DOUBTED,
    "courier_delay": Form.DELAYED,
    "courier_exception": Form.EXCEPTION,
    "will_be_late": Form.LIKELY_LATE,
}
CHANCE: Final = Chance(0.82, 46, "lane", "CN → DE", SINCE, 4.5, 1.2, 0.31, 1.0)
SUSPECTED: Final = {"lost": Sure.SUSPECTED, "damaged": Sure.SLIGHT}
PLACES: Final = {"zh-CN": "郑州市", "en": "Bremen, DE"}
LAST: Final = {"zh-CN": "【郑州市】快件已到达 郑州转运中心", "en": "The shipment arrived at the parcel center Bremen."}


def scan(kind: str, language: str, sure: Sure = Sure.STATED) -> Checkpoint:
    """What the courier said last of a parcel in such trouble."""
    chinese = language == "zh-CN"
    milestone, cause, zh, en = SAID.get(kind, (Milestone.IN_TRANSIT, None, LAST["zh-CN"], LAST["en"]))
    return Checkpoint(SINCE, SINCE, milestone, cause, "X1", zh if chinese else en, PLACES[language], sure=sure)


def orders(language: str, several: int) -> tuple[Order, ...]:
    """Orders as a shop of that country has them."""
    if language == "zh-CN":
        first = Order("4120000000059331", "赵婷", buyer="tb_zhao88", value=888, tier="VIP", goods="台灯 ×1")
        return (first, replace(first, number="4120000000059332", value=59.9))[:several]
    first = Order("#10035", "Noah Brown", value=129, goods="Desk lamp, oak")
    return (first, replace(first, number="#10036", customer_name="Mia Jones", value=20.5))[:several]


def alert(
    kind: str, language: str, *, severity: Severity = Severity.HIGH, several: int = 1, bare: bool = False
) -> Outgoing:
    """An alert about a case of this kind, with everything known of its parcel or with the least."""
    says, sure = FORMS.get(kind, Form.EXCEPTION), SUSPECTED.get(kind, Sure.STATED) if bare else Sure.STATED
    quoted = scan(kind, language, sure) if kind in (*SAID, "stalled", "not_delivered", "no_first_scan") else None
    until = SINCE if kind == "late" else NOW + timedelta(days=1) if kind == "will_be_late" else None
    fact = Fact(says, since=SINCE, scan=quoted, until=until, whose="shop", count=1)
    fact = replace(fact, chance=None if bare else CHANCE) if kind == "will_be_late" else fact
    chinese = language == "zh-CN"
    out = Outgoing(7, kind, "ops", False, severity, Why.OPENED, fact, NOW, courier="kd" if chinese else "my_dhl")
    out = replace(out, number="7710000000059" if chinese else "00340434292135100186", case_id=4)
    if bare:
        return replace(out, courier="", fact=replace(fact, scan=quoted and replace(quoted, text="", code="", place="")))
    sold = orders(language, several)
    about = About(sold, "CN" if chinese else "DE", "CN" if chinese else "GB", (4,))
    return replace(
        out,
        company="shentong" if chinese else "",
        orders=tuple(order.number for order in sold),
        promised_by=None if kind == "late" else datetime(2026, 11, 26, 17 if chinese else 23, 59, 59, tzinfo=UTC),
        about=about,
    )


def alerts() -> Iterator[Card]:
    """Every kind of trouble, full, of two orders, grave, and bare."""
    for kind in (name for name, each in KINDS.items() if each.family is not Family.OPERATOR and name != "incident"):
        for language in languages("agents"):
            yield card("alerts", f"{kind}", alert(kind, language), language)
            yield card("alerts", f"{kind}, bare", alert(kind, language, severity=Severity.MEDIUM, bare=True), language)
    for language in languages("agents"):
        yield card(
            "alerts",
            "two orders in a parcel",
            alert("damaged", language, severity=Severity.CRITICAL, several=2),
            language,
        )
        yield card("alerts", "again", replace(alert("stalled", language), why=Why.WORSENED), language)


def letters_pushed() -> Iterator[Card]:
    """Drafts on their way to an agent, and taken back."""
    for language in languages("agents"):
        draft = Draft("stalled", language, DraftState.DRAFT, NOW, Milestone.IN_TRANSIT, subject="…", body="…\n…", id=5)
        pushed = replace(alert("stalled", language), draft=True, letter=draft, why=Why.DRAFTED)
        gone = Fact(Form.NEWER_SCAN, scan=replace(scan("stalled", language), occurred_at=NOW, occurred_until=NOW))
        yield card("drafts", "draft", pushed, language)
        yield card("drafts", "withdrawn", replace(pushed, why=Why.WITHDRAWN, fact=gone), language)
        unsure = Fact(Form.LETTER_UNSURE, SINCE, count=5)
        yield card("drafts", "unsure", replace(pushed, why=Why.UNSURE, fact=unsure), language)


DAY: Final = date(2026, 12, 1)
TALLY: Final = (("incident", 3), ("parcels", 120), ("troubled", 37), ("usual", 21), ("known", 1), ("left", 4))
COUNTS: Final = (
    *(("opened", 12), ("acknowledged", 9), ("resolved", 7), ("escalated", 1), ("drafted", 8), ("approved", 6)),
    *(("sent", 5), ("agreed", 2), ("done", 1), ("owed", 1), ("right", 4), ("wrong", 1), ("known", 0), ("waiting", 6)),
    *(("untaken", 2), ("day", 3), ("three", 2), ("week", 1), ("longer", 0), ("owner:lin", 4), ("owner:", 2)),
)
LATER: Final[tuple[tuple[str, str, Why, Fact], ...]] = (
    (
        "incident",
        "incident",
        Why.OPENED,
        Fact(Form.INCIDENT, SINCE, tally=TALLY, reason="DE", kind="destination", count=37),
    ),
    ("incident", "incident, bare", Why.OPENED, Fact(Form.INCIDENT, tally=(("incident", 3),))),
    ("incident", "over", Why.CLEARED, Fact(Form.INCIDENT_OVER, SINCE, tally=TALLY, reason=LANE, kind="lane", count=37)),
    ("stalled", "word due", Why.PROMISED, Fact(Form.WORD_DUE, SINCE, until=NOW, count=5)),
    ("lost", "remedy due", Why.UNFULFILLED, Fact(Form.REMEDY_DUE, SINCE, kind="refund", reason="lin")),
    ("stalled", "nobody took it", Why.ESCALATED, Fact(Form.NOT_ACKNOWLEDGED, SINCE)),
    ("stalled", "nothing came of it", Why.RERAISED, Fact(Form.NOTHING_NEW, SINCE, reason="lin")),
    ("lost", "claim due", Why.OPENED, Fact(Form.CLAIM_DUE, SINCE, on=DAY, count=3)),
    ("lost", "claim missed", Why.OPENED, Fact(Form.CLAIM_MISSED, SINCE, on=DAY)),
    ("stalled", "report", Why.OPENED, Fact(Form.REPORT, SINCE, until=NOW, tally=COUNTS)),
    ("channel_down", "channel down", Why.SILENT, Fact(Form.CHANNEL_DOWN, SINCE, reason="too many messages (HTTP 429)")),
    ("channel_down", "channel back", Why.SILENT, Fact(Form.CHANNEL_BACK, SINCE)),
    (
        "letters_broken",
        "letters",
        Why.SILENT,
        Fact(Form.LETTERS_BROKEN, unread=(Unread("", "lost.txt.j2, line 3", 1),)),
    ),
    (
        "shop_remark",
        "shop",
        Why.BROKEN,
        Fact(Form.SHOP_REMARKED, SINCE, reason="lotus", unread=(Unread("", REMARK, 1),)),
    ),
)


def later() -> Iterator[Card]:
    """What is told after a case was opened, of many cases, and of the program itself."""
    for kind, name, why, fact in LATER:
        for language in languages("agents"):
            if kind in ("channel_down", "letters_broken", "shop_remark", "incident"):
                out = Outgoing(7, kind, "ops", False, Severity.HIGH, why, fact, NOW, account="ops")
                yield card("later", name, replace(out, courier="my_dhl" if kind == "incident" else ""), language)
            else:
                yield card("later", name, replace(alert(kind, language), why=why, fact=fact), language)
    for language in languages("agents"):
        over = Fact(Form.CLEARED, SINCE, scan=scan("stalled", language))
        yield card("later", "cleared", replace(alert("stalled", language), why=Why.CLEARED, fact=over), language)


ACCOUNTS: Final = (
    Fact(Form.COURIER_SILENT, since=NOW - timedelta(minutes=31), reason=TIMEOUT, count=25, kind="dhl"),
    Fact(Form.COURIER_REFUSES, since=NOW - timedelta(days=2), reason=REFUSAL, kind="dhl"),
    Fact(Form.COURIER_BACK, since=NOW - timedelta(hours=6), count=25, kind="dhl"),
    Fact(
        Form.CODES_UNREAD,
        since=NOW,
        kind="dhl",
        unread=(Unread("X9", "Odd", 3, ("JD001", "JD002")), Unread("", "7", 1)),
    ),
    Fact(Form.ANSWER_UNREAD, since=NOW, kind="dhl", unread=(Unread("unreadable answer", "not JSON", 1),)),
    Fact(
        Form.UNANSWERED,
        since=NOW - timedelta(hours=7),
        kind="dhl",
        count=2,
        unread=(Unread("", "the answer does not mention it", 2, ("JD001", "JD002")),),
    ),
    Fact(Form.GIVEN_UP, since=NOW, kind="dhl", count=1, unread=(Unread("", "", 1, ("JD001",)),)),
    Fact(Form.COURIER_SILENT),
)


def operators() -> Iterator[Card]:
    """What is told of accounts."""
    for fact in ACCOUNTS:
        for language in languages("agents"):
            out = Outgoing(
                7, "courier_silent", "ops", False, Severity.OPERATOR, Why.SILENT, fact, NOW, account="my_dhl"
            )
            yield card("accounts", fact.says, out, language)


def card(section: str, name: str, out: Outgoing, language: str) -> Card:
    """A message as a channel without limits gets it, with the line it is in a digest."""
    words = RENDERERS[language].alert(out, NOW)
    (text,) = message([words], Characters(10_000), RENDERERS[language].phrases)
    return Card(section, name, language, text.title, f"{text.body}\n\n— A{out.id} {words.line}")


# --- the page ------------------------------------------------------------------------------------

SECTIONS: Final[tuple[Callable[[], Iterator[Card]], ...]] = (alerts, letters_pushed, later, operators)

_STYLE: Final = """
body{font:15px/1.45 sans-serif;background:#ddd;margin:1em}h2{margin:1.5em 0 .5em}
.row{display:flex;gap:1em;flex-wrap:wrap}.card{background:#fff;border-radius:8px;padding:.7em;width:26em}
.card b{display:block;margin-bottom:.4em}.card pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
small{color:#888}
"""


def page() -> str:
    """All cards, those of one section under one heading."""
    parts = [
        "<!doctype html><meta charset=utf-8><title>parcelwatch: what people read</title>",
        f"<style>{_STYLE}</style>",
    ]
    for section in SECTIONS:
        parts.append(f"<h2>{escape((section.__doc__ or '').rstrip('.'))}</h2><div class=row>")
        parts += [
            f"<div class=card lang={one.language}><small>{escape(one.name)}, {one.language}</small>"
            f"<b>{escape(one.title)}</b><pre>{escape(one.body)}</pre></div>"
            for one in section()
        ]
        parts.append("</div>")
    return "\n".join(parts)


def main(path: str = "gallery.html") -> None:
    """Write the page and say where it is."""
    Path(path).write_text(page(), encoding="utf-8")
    print(Path(path).absolute())


if __name__ == "__main__":
    main(*sys.argv[1:])
