"""快递鸟's signature, and its pushes: many numbers in one form, each record as in an answer.

Source: the vendor's demonstration client and two client libraries. The signature is over the text of RequestData as it
stands in the form, with the AppKey, for requests and pushes alike.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta

import httpx

from parcelwatch.couriers.base import Account, Push, Trust, document, fitting
from parcelwatch.couriers.kdniao.answer import Fault, fault, succeeded, tracked, words
from parcelwatch.couriers.shared.fields import Record, rows, text
from parcelwatch.couriers.shared.forms import form, inside
from parcelwatch.couriers.shared.signing import md5_hex, same
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import NotFound, Observation, Refused, Unanswered

BEIJING = timedelta(hours=8)


def sign(said: str, key: str) -> str:
    """Base64 of the digits of the MD5, not of its sixteen bytes."""
    return b64encode(md5_hex(said + key).encode()).decode("ascii")


def verify(account: Account, push: Push) -> Trust:
    try:
        fields = form(push)
    except CourierUnreadable as error:
        raise CourierRefused(f"快递鸟's push carries no signature: {error}") from error
    if not account.key:
        raise CourierRefused("快递鸟's pushes are signed with the AppKey: set key")
    if not same(sign(fields.get("RequestData", ""), account.key), fields.get("DataSign", "")):
        raise CourierRefused("the push's signature is not 快递鸟's: check key")
    return Trust.BODY


def told(account: Account, push: Push) -> tuple[Observation, ...]:
    """What a push says, number by number; a record that cannot be read leaves the others alone."""
    response = inside(account, form(push).get("RequestData", ""))
    with fitting(response):
        body = document(response)
        if "Data" not in body:
            raise CourierUnreadable("the push holds no data")
        records = rows(body["Data"], "Data")
        found = [_observation(response, one, alone=len(records) == 1) for one in records]
        if records and not any(found):
            raise CourierUnreadable("no record of the push names its number")
        return tuple(one for one in found if one is not None)


def _observation(response: httpx.Response, record: Record, *, alone: bool) -> Observation | None:
    """What one record says; None where it does not even say of which number."""
    number = company = ""
    try:
        with fitting(response):
            number = text(record.get("LogisticCode"), "LogisticCode")
            company = text(record.get("ShipperCode"), "ShipperCode")
            if not number:
                return None
            return tracked(number, record) if succeeded(record) else _failure(response, number, company, record)
    except CourierUnreadable as error:
        if alone:
            raise
        reason = f"快递鸟's push does not fit: {error}"
        return Unanswered(number, reason=reason, company=company) if number else None


def _failure(response: httpx.Response, number: str, company: str, record: Record) -> Observation:
    """Why a record holds no scans. The account's troubles are not the number's; asking will tell them."""
    found = fault(record)
    if found is Fault.NO_RECORD:
        return NotFound(number, company=company)
    answer = Refused if found is Fault.NUMBER else Unanswered
    return answer(number, reason=words(response, record), company=company)


def reply(account: Account, now: datetime) -> bytes:
    at = (now + BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return json.dumps({"EBusinessID": account.customer, "UpdateTime": at, "Success": True, "Reason": ""}).encode()
