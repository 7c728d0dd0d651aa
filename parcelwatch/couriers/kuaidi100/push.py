"""快递100's subscriptions, and the pushes they bring: a form with the whole record and a salted signature.

Source: 快递100's API document and its vendor SDK. A subscription is not signed, the key travels inside; a number may be
subscribed four times a month, so one that is subscribed already is left at that. Some senders escape the record for
HTML on its way, so the signature decides which text was meant.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace

import httpx

from parcelwatch.couriers.base import Account, Push, Registration, Trust, check, document, fitting, said, unreadable
from parcelwatch.couriers.kuaidi100.answer import events_of, tracked
from parcelwatch.couriers.shared.china import KINDS
from parcelwatch.couriers.shared.fields import Record, record, same_number, text
from parcelwatch.couriers.shared.forms import form, inside
from parcelwatch.couriers.shared.signing import md5_hex, same
from parcelwatch.errors import CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Ask, NotFound, Observation, Stop

QUERY = "/query.do"
REPLY = json.dumps({"result": True, "returnCode": "200", "message": "成功"}, ensure_ascii=False).encode()

DONE = frozenset({"200", "501"})
ACCOUNT_REFUSED: Mapping[str, str] = {
    "503": "快递100 does not accept the signature: check key and customer",
    "600": "快递100 does not know the key",
    "601": "the 快递100 key has expired or its quota is used up",
}
NUMBER_REFUSED: Mapping[str, str] = {
    "400": "check company",
    "408": "check phone_last4",
    "700": "check the number, company and phone_last4",
    "702": "correct company",
}
NOT_PUSHED = "701"
PASSING = frozenset({"500", "502"})

STATUSES = frozenset({"polling", "shutdown", "abort", "updateall"})
ABORTED = "abort"
_CHINESE = re.compile(r"[\u3400-\u9fff]")


# --- subscriptions -------------------------------------------------------------------------------


def subscription(account: Account, url: str, ask: Ask) -> httpx.Request:
    """The call that subscribes a number; CourierRefused without a salt, as its pushes could not be told from forged."""
    if not account.secret:
        raise CourierRefused("快递100's pushes need a salt: set secret to any text of your own, then subscribe")
    country = {"departureCountry": ask.origin, "destinationCountry": ask.destination}
    abroad = {"interCom": "1"} | {name: code for name, code in country.items() if len(code) == 2 and code.isascii()}
    parameters = {
        "callbackurl": account.options.get("callback", ""),
        "salt": account.secret,
        "resultv2": "4",
        "phone": ask.phone_last4,
        **(abroad if account.options.get("foreign_leg") == "1" else {}),
    }
    wanted = {
        "company": ask.company.lower(),
        "number": ask.number,
        **places(ask),
        "key": account.key,
        "parameters": {name: value for name, value in parameters.items() if value},
    }
    param = json.dumps(wanted, ensure_ascii=False)
    return httpx.Request("POST", url.rstrip("/").removesuffix(QUERY), data={"schema": "json", "param": param})


def places(ask: Ask) -> dict[str, str]:
    """Where from and where to, as far as they are Chinese places; it takes no others."""
    return {name: place for name, place in (("from", ask.origin), ("to", ask.destination)) if _CHINESE.search(place)}


def subscribed(response: httpx.Response, ask: Ask) -> Registration:
    with fitting(response):
        check(response)
        body = document(response, kinds=KINDS)
        code = text(body.get("returnCode"), "returnCode")
        message = said(response, text(body.get("message"), "message"))
        if code in DONE:
            return Registration(ask.number, ok=True)
        if code == NOT_PUSHED:
            # It can still be asked about; refusing the number would leave the parcel unwatched.
            return Registration(ask.number, ok=True, reason=f"快递100 pushes nothing of {ask.company} ({code})")
        if code in NUMBER_REFUSED:
            return Registration(ask.number, ok=False, reason=f"快递100: {message} ({code}); {NUMBER_REFUSED[code]}")
        if code in ACCOUNT_REFUSED:
            raise CourierRefused(f"{ACCOUNT_REFUSED[code]} ({code})")
        if code in PASSING:
            raise CourierUnavailable(f"快递100: {message} ({code})")
        return unreadable(response, f"快递100 answers with an error we do not know: {code} {message}".rstrip())


# --- pushes --------------------------------------------------------------------------------------


def sign(param: str, salt: str) -> str:
    """The signature of a push: MD5 over the very text of `param` and the salt of its subscription."""
    return md5_hex(param + salt).upper()


def verify(account: Account, push: Push) -> Trust:
    if not account.secret:
        raise CourierRefused("快递100's pushes need a salt: set secret to the one the numbers were subscribed with")
    try:
        fields = form(push)
    except CourierUnreadable as error:
        raise CourierRefused(f"快递100's push carries no signature: {error}") from error
    if _signed(account, fields) is None:
        raise CourierRefused("the push's signature is not 快递100's: check secret, the salt of the subscriptions")
    return Trust.BODY


def _signed(account: Account, fields: Mapping[str, str]) -> str | None:
    """The text that was signed: the record as it came, or with HTML's escapes undone; None when it is neither."""
    param, signature = fields.get("param", ""), fields.get("sign", "").upper()
    texts = (param, html.unescape(param))
    return next((one for one in texts if one and same(sign(one, account.secret), signature)), None)


def told(account: Account, push: Push) -> tuple[Observation, ...]:
    """What a push says of its number; kept from before a change of the salt, it is read as it came."""
    fields = form(push)
    response = inside(account, _signed(account, fields) or fields.get("param", ""))
    with fitting(response):
        body = document(response)
        status = text(body.get("status"), "status")
        if status not in STATUSES:
            raise CourierUnreadable(f"the push has a status we do not know: {status[:40]!r}")
        return (_observation(response, body, aborted=status == ABORTED),)


def _observation(response: httpx.Response, body: Record, *, aborted: bool) -> Observation:
    """The record of a push. Its company is the one subscribed, even after 快递100 took another for the right one."""
    last = record(body.get("lastResult"), "lastResult")
    number = text(last.get("nu"), "nu")
    if not number:
        raise CourierUnreadable("the push names no number")
    company, told_by = _companies(body, text(last.get("com"), "com"))
    legs = [leg for leg in (last, *_foreign(body, number)) if leg.get("data") is not None and events_of(leg)]
    message = said(response, text(body.get("message"), "message"))
    if not legs:
        better = f"快递100 takes it for {told_by}'s: correct company if so" if told_by != company else message
        return NotFound(number, reason=better, company=company)
    observation = replace(tracked(number, told_by, legs), company=company)
    return replace(observation, stopped=message or Stop.NO_LONGER_FOLLOWED) if aborted else observation


def _companies(body: Record, company: str) -> tuple[str, str]:
    """The company subscribed, and the one 快递100 asks; they differ once it has changed its mind."""
    old, new = text(body.get("comOld"), "comOld"), text(body.get("comNew"), "comNew")
    return (old or company, new) if new and new != old else (company, company)


def _foreign(body: Record, number: str) -> list[Record]:
    """The list of the destination's post, if there is one and it is about the same number."""
    leg = record(body.get("destResult"), "destResult")
    own = text(leg.get("nu"), "nu")
    return [leg] if not own or same_number(own, number) else []
