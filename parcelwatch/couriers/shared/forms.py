"""Pushes that come as forms with a JSON text inside: taking one apart, and reading the text like any answer.

What belongs here: what is the same whoever pushes. Which field is signed, and what it says, is each courier's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import httpx

from parcelwatch.couriers.base import Account, Push, discreet
from parcelwatch.errors import CourierUnreadable

MOST_FIELDS = 40


def form(push: Push) -> Mapping[str, str]:
    """The fields of a push, decoded once; CourierUnreadable for what is no form or names a field twice."""
    try:
        body = push.body.decode("utf-8-sig")
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise CourierUnreadable("the push is no form", push.body[:4096]) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise CourierUnreadable("the push names a field twice", push.body[:4096])
    return fields


def inside(account: Account, said: str) -> httpx.Response:
    """The text of a field as if it were an answer, so that it is read, and misread, as strictly as one."""
    request = discreet(httpx.Request("POST", account.base_url or "https://localhost"), account)
    return httpx.Response(200, content=said.encode(), request=request)
