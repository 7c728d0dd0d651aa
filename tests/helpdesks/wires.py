"""What each helpdesk answers, as its documents or its own server write it: one ticket, its messages, a write.

What belongs here: fixtures of our own in those shapes. A wire answers a request with a status and a JSON value.
"""

from __future__ import annotations

import json
import tomllib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import httpx

from parcelwatch import helpdesks
from parcelwatch.config.declared_desk import DeskDeclaration
from parcelwatch.helpdesks.base import Helpdesk
from parcelwatch.helpdesks.chatwoot import Chatwoot
from parcelwatch.helpdesks.declared import Made
from parcelwatch.helpdesks.djangohelpdesk import DjangoHelpdesk
from parcelwatch.helpdesks.freshdesk import Freshdesk
from parcelwatch.helpdesks.gorgias import Gorgias
from parcelwatch.helpdesks.helpscout import HelpScout
from parcelwatch.helpdesks.imap import Imap
from parcelwatch.helpdesks.intercom import Intercom
from parcelwatch.helpdesks.sobot import Sobot
from parcelwatch.helpdesks.zammad import Zammad
from parcelwatch.helpdesks.zendesk import Zendesk

NUMBER, MAIL = "00340434292135100186", "jana@example.com"
AT, THEN = "2026-11-27T09:12:00Z", "2026-11-27T09:20:00Z"
SECONDS, LATER = 1795770720, 1795771200
SAID = f"Where is order #1001? {NUMBER} has not moved."
ANSWER = "We look into it."

Answer = Any
Wire = Callable[[httpx.Request], Answer]


@dataclass(frozen=True)
class Case:
    """An adapter with its account's options and what answers it; `written`: what its write must have carried."""

    desk: Helpdesk
    wire: Callable[[str, str], Answer]
    options: Mapping[str, str] = field(default_factory=dict)
    wrote: Callable[[Any], tuple[str, bool]] = lambda body: (body["body"], body["private"])
    closed: Mapping[str, Any] = field(default_factory=dict)


def _zendesk(method: str, path: str) -> Answer:
    ticket = {
        "id": 35436,
        "subject": "Where is it",
        "status": "open",
        "requester_id": 2,
        "tags": ["shipping"],
        "custom_fields": [{"id": 27642, "value": "1001"}, {"id": 1, "value": None}],
        "via": {"channel": "email"},
        "created_at": AT,
        "updated_at": THEN,
        "generated_timestamp": LATER,
    }
    users = [{"id": 2, "email": MAIL, "role": "end-user"}]
    if method == "PUT":
        return {"ticket": ticket, "audit": {"id": 9}}
    if path.endswith("comments.json"):
        said = {"author_id": 2, "public": True, "plain_body": SAID, "created_at": AT}
        ours = {"author_id": 7, "public": True, "body": ANSWER, "created_at": THEN}
        return {"comments": [{"id": 1, **said}, {"id": 2, **ours}], "meta": {"has_more": False}}
    if "incremental" in path:
        gone = {**ticket, "id": 1, "status": "deleted"}
        return {"tickets": [ticket, gone], "users": users, "after_cursor": "c1", "end_of_stream": True}
    return {"ticket": ticket, "users": users}


def _freshdesk(method: str, path: str) -> Answer:
    ticket = {
        "id": 10,
        "subject": "Order late",
        "status": 2,
        "source": 1,
        "requester_id": 1,
        "requester": {"id": 1, "email": MAIL},
        "tags": [],
        "custom_fields": {"cf_order": "1001", "cf_none": None},
        "description": f"<div>{SAID}</div>",
        "created_at": AT,
        "updated_at": THEN,
    }
    if method == "POST":
        return {"id": 9}
    if path.endswith("conversations"):
        return [{"id": 2, "body": f"<p>{ANSWER}</p>", "incoming": False, "private": False, "created_at": THEN}]
    return ticket if path.endswith("/10") else [ticket]


def _gorgias(method: str, path: str) -> Answer:
    ticket = {
        "id": 501,
        "subject": "Where is it",
        "status": "open",
        "channel": "email",
        "customer": {"id": 1, "email": MAIL},
        "tags": [{"name": "shipping"}],
        "created_datetime": "2026-11-27T09:12:00.000000+00:00",
        "updated_datetime": "2026-11-27T09:20:00.000000+00:00",
    }
    if method == "POST":
        return {"id": 9}
    if path.endswith("messages"):
        first = {"id": 1, "from_agent": False, "public": True, "body_text": SAID, "created_datetime": AT}
        ours = {"id": 2, "from_agent": True, "public": True, "body_html": f"<p>{ANSWER}</p>", "created_datetime": THEN}
        return {"data": [first, ours], "meta": {"next_cursor": None}}
    return ticket if path.endswith("/501") else {"data": [ticket], "meta": {"next_cursor": None}}


def _chatwoot(method: str, path: str) -> Answer:
    ticket = {
        "id": 12,
        "status": "open",
        "created_at": SECONDS,
        "last_activity_at": LATER,
        "labels": ["shipping"],
        "custom_attributes": {"order": "1001"},
        "meta": {"sender": {"id": 9, "email": MAIL}, "channel": "Channel::Email"},
    }
    said = {"id": 77, "content": SAID, "message_type": 0, "private": False, "created_at": SECONDS}
    ours = {"id": 78, "content": ANSWER, "message_type": "outgoing", "private": False, "created_at": THEN}
    if method == "POST":
        return {"id": 79}
    if path.endswith("messages"):
        return {"payload": [said, ours, {"id": 79, "message_type": 2, "content": "opened", "created_at": LATER}]}
    return ticket if path.endswith("/12") else {"data": {"meta": {}, "payload": [ticket]}}


def _zammad(method: str, path: str) -> Answer:
    ticket = {
        "id": 5,
        "number": "22003",
        "title": "Order late",
        "state": "open",
        "customer": MAIL,
        "customer_id": 7,
        "order_no": "1001",
        "create_article_sender": "Customer",
        "created_at": AT,
        "updated_at": "2026-11-27T09:20:00.121Z",
    }
    if method == "POST":
        return {"id": 9}
    if "by_ticket" in path:
        said = {
            "id": 1,
            "sender": "Customer",
            "content_type": "text/html",
            "body": f"Hi,<br>\n{SAID}",
            "created_at": AT,
        }
        ours = {"id": 2, "sender": "Agent", "content_type": "text/plain", "body": ANSWER, "created_at": THEN}
        return [{**said, "internal": False}, {**ours, "internal": False}]
    return ticket if path.endswith("/5") else [ticket]


def _scout(method: str, path: str) -> Answer:
    threads = [
        {"id": 1, "type": "customer", "body": f"<p>{SAID}</p>", "createdAt": AT},
        {"id": 2, "type": "message", "body": ANSWER, "createdAt": THEN},
        {"id": 3, "type": "message", "state": "draft", "body": "not yet", "createdAt": THEN},
        {"id": 4, "type": "lineitem", "body": None, "createdAt": THEN},
    ]
    ticket = {
        "id": 10,
        "number": 12,
        "status": "active",
        "subject": "Order late",
        "createdAt": AT,
        "userUpdatedAt": THEN,
        "primaryCustomer": {"id": 238604, "email": MAIL},
        "tags": [{"tag": "shipping"}],
        "customFields": [{"name": "order", "value": "1001"}],
        "_embedded": {"threads": threads},
    }
    if method == "POST":
        return None
    whole = {"_embedded": {"conversations": [ticket]}, "page": {"totalPages": 1, "number": 1}}
    return ticket if path.endswith("/10") else whole


def _intercom(method: str, path: str) -> Answer:
    ticket = {
        "id": "503",
        "created_at": SECONDS,
        "updated_at": LATER,
        "open": True,
        "state": "open",
        "source": {
            "type": "email",
            "id": "1",
            "delivered_as": "customer_initiated",
            "subject": "<p>Order late</p>",
            "body": f"<p>{SAID}</p>",
            "author": {"type": "user", "id": "u1", "email": MAIL},
        },
        "contacts": {"contacts": [{"id": "u1"}]},
        "tags": {"tags": [{"name": "shipping"}]},
        "custom_attributes": {"order": "1001"},
    }
    admin = {"type": "admin", "id": "274"}
    parts = [
        {"id": 2, "part_type": "comment", "body": f"<p>{ANSWER}</p>", "author": admin, "created_at": LATER},
        {"id": 3, "part_type": "custom_action_started", "body": None, "author": admin, "created_at": LATER},
    ]
    if path.endswith("search"):
        return {"conversations": [ticket], "pages": {"total_pages": 1}}
    return {**ticket, "conversation_parts": {"conversation_parts": parts}}


def _django(method: str, path: str) -> Answer:
    opened = {"id": 1, "user": 1, "title": "Ticket Opened", "comment": SAID, "public": True, "date": AT}
    ours = {"id": 2, "user": 1, "title": "Comment", "comment": ANSWER, "public": True, "date": THEN}
    ticket = {
        "id": 1,
        "title": "Order late",
        "description": SAID,
        "submitter_email": MAIL,
        "status": 1,
        "merged_to": None,
        "custom_order": "1001",
        "followup_set": [opened, ours],
    }
    if method == "POST":
        return {"id": 9}
    return ticket if path.endswith("/1/") else {"next": None, "results": [ticket]}


def _sobot(method: str, path: str) -> Answer:
    ticket = {
        "ticketid": "abc",
        "ticketCode": "20261127",
        "ticket_title": "Order late",
        "ticket_content": f"<p>{SAID}</p>",
        "ticket_status": 0,
        "user_emails": MAIL,
        "create_time": SECONDS * 1000,
        "update_time": LATER * 1000,
        "extend_fields_list": [{"field_name": "order", "field_value": "1001"}],
    }
    ours = {"replyid": "r1", "reply_content": ANSWER, "reply_time": LATER * 1000, "start_type": 2, "reply_type": 0}
    if path.endswith("query_tickets"):
        return {"ret_code": "000000", "items": [ticket]}
    if path.endswith("save_agent_reply"):
        return {"ret_code": "000000", "item": {"replyid": "r2"}}
    return {"ret_code": "000000", "item": {**ticket, "reply_list": [ours]}}


def _mail(sender: str, said: str, own: str, **heads: str) -> dict[str, Any]:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "shop@example.com", "Where is it?"
    mail["Date"], mail["Message-ID"] = "Fri, 27 Nov 2026 10:12:00 +0100", own
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(said)
    mail.add_alternative(f"<p>{said}</p>", subtype="html")
    return {"uid": 7, "raw": b64encode(mail.as_bytes()).decode()}


def _imap(method: str, path: str) -> Answer:
    return {"validity": 5, "last": 7, "mails": [_mail(f"Jana <{MAIL}>", SAID, "<m1@example.com>")]}


DECLARATION = """
name = "Ours"
base_url = "https://desk.example.com"
auth = { kind = "bearer", value = "{key}" }
ask = { path = "/tickets", query = { since = "{since}", page = "{page}" } }
one = { path = "/tickets/{ref}" }
note = { path = "/tickets/{ref}/notes", json = { body = "{text}", private = true }, ref = "id" }
reply = { path = "/tickets/{ref}/replies", json = { body = "{text}", private = false }, ref = "id" }
[answer]
tickets = "items"
ref = "id"
updated_at = "[opened, messages[-1].at]"
created_at = "opened"
subject = "title"
mail = "customer.mail"
tags = "labels"
fields = "custom"
messages = "messages"
at = "at"
text = "said"
author = "by"
customers = ["null"]
private = "hidden"
"""


def _declared(method: str, path: str) -> Answer:
    said = [{"at": AT, "said": SAID, "by": None}, {"at": THEN, "said": ANSWER, "by": 7, "hidden": False}]
    ticket = {"id": 4, "title": "Late", "opened": AT, "customer": {"mail": MAIL}, "labels": ["shipping"]}
    whole = {**ticket, "custom": {"order": "1001"}, "messages": said}
    if method == "POST":
        return {"id": 9}
    return whole if path.endswith("/4") else {"items": [whole]}


def declared() -> Made:
    return Made(DeskDeclaration.model_validate(tomllib.loads(DECLARATION)))


def shipped(name: str) -> Helpdesk:
    """One that comes with the program, in TOML alone."""
    return helpdesks.load()[name]


def _odoo(method: str, path: str) -> Answer:
    assert method == "POST"
    ticket = {
        "id": 17,
        "ticket_ref": "00017",
        "name": "Order late",
        "description": False,
        "stage_id": [1, "New"],
        "fold": False,
        "partner_email": MAIL,
        "create_date": "2026-11-27 09:12:00",
        "write_date": "2026-11-27 09:20:00",
    }
    if path.endswith("message_post"):
        return 9
    if "mail.message" in path:
        said = {"id": 1, "date": "2026-11-27 09:12:00", "body": f"<p>{SAID}</p>", "message_type": "email"}
        ours = {"id": 2, "date": "2026-11-27 09:20:00", "body": f"<p>{ANSWER}</p>", "message_type": "comment"}
        moved = {"id": 3, "date": "2026-11-27 09:20:00", "body": "", "message_type": "notification"}
        return [{**said, "is_internal": False}, {**ours, "is_internal": False}, moved]
    return [ticket]


CASES: Mapping[str, Case] = {
    "zendesk": Case(
        Zendesk(),
        _zendesk,
        {"email": "agent@example.com"},
        lambda body: (body["ticket"]["comment"]["body"], not body["ticket"]["comment"]["public"]),
    ),
    "freshdesk": Case(Freshdesk(), _freshdesk, {}, lambda body: (body["body"], body.get("private", False))),
    "gorgias": Case(
        Gorgias(), _gorgias, {"email": "a@example.com"}, lambda body: (body["body_text"], not body["public"])
    ),
    "chatwoot": Case(Chatwoot(), _chatwoot, {"account": "1"}, lambda body: (body["content"], body["private"])),
    "zammad": Case(Zammad(), _zammad, {}, lambda body: (body["body"], body["internal"] and body["type"] == "note")),
    "helpscout": Case(HelpScout(), _scout, {}, lambda body: (body["text"], "customer" not in body)),
    "freescout": Case(shipped("freescout"), _scout, {"user": "3"}, lambda body: (body["text"], body["type"] == "note")),
    "intercom": Case(
        Intercom(), _intercom, {"admin": "274"}, lambda body: (body["body"], body["message_type"] == "note")
    ),
    "djangohelpdesk": Case(DjangoHelpdesk(), _django, {}, lambda body: (body["comment"], not body["public"])),
    "sobot": Case(
        Sobot(), _sobot, {"agent": "a@example.com"}, lambda body: (body["reply_content"], body["reply_type"] == 1)
    ),
    "imap": Case(Imap(), _imap, {"host": "mail.example.com"}),
    "declared": Case(declared(), _declared),
    "odoo": Case(
        shipped("odoo"),
        _odoo,
        {"database": "shop"},
        lambda body: (body["body"], body["subtype_xmlid"] == "mail.mt_note"),
    ),
}


def answered(case: Case, request: httpx.Request, status: int = 200) -> httpx.Response:
    """What the wire says to a request."""
    told = case.wire(request.method, request.url.path) if status == 200 else {"error": "no"}
    content = b"" if told is None else json.dumps(told).encode()
    headers = {"content-type": "application/json", "resource-id": "9"}
    return httpx.Response(status, content=content, headers=headers, request=request)
