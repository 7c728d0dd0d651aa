"""Every way in, with what it asks for: a new route without a line here is a red test."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from parcelwatch import config, web
from parcelwatch.errors import ConfigError
from parcelwatch.running import doors, making
from parcelwatch.store import Store
from parcelwatch.store.writer import Writer

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
KEY, TOKEN, OTHER = "aftership-canary-key", "token-canary-of-the-warehouse", "token-canary-of-the-helpdesk"
CONFIG = f"""
[service]
database = "shop.db"
public_url = "https://pw.example.com"
[couriers.pushing]
api = "aftership"
key = "{KEY}"
secret = "{KEY}"
[couriers.silent]
api = "dhl"
key = "{KEY}"
[tokens.warehouse]
secret = "{TOKEN}"
role = "orders"
[tokens.helpdesk]
secret = "{OTHER}"
role = "complaints"
"""

# Path → methods, and who gets in.
ROUTES = {
    "/hooks/{account}": ({"POST"}, "who signs as the account's courier"),
    "/health": ({"GET", "HEAD"}, "anybody: names of matters, nothing about a parcel"),
    "/metrics": ({"GET", "HEAD"}, "anybody: counts, nothing about a parcel"),
    "/api/openapi.json": ({"GET", "HEAD"}, "anybody: what could be posted"),
    "/api/{kind}": ({"POST"}, "who has a token, with a role"),
    "/a/{token:path}": (None, "who has the link's token; pages of a person's own act"),
}


def application(folder: Path, text: str = CONFIG) -> tuple[Starlette, Writer]:
    (folder / "config.toml").write_text(text)
    read = config.load(folder / "config.toml")
    made, writer = making.parts(read), Writer(folder / "shop.db")

    async def nothing() -> Any:
        return ()

    async def counts() -> bytes:
        return b"parcelwatch_parcels 0\n"

    watching = (web.Health(nothing).route, web.Scrape(counts, "text/plain").route)
    try:
        return doors.application(read, made.posts, made.policy, writer, lambda: NOW, watching), writer
    except ConfigError:
        writer.close()
        raise


def called(folder: Path, *requests: tuple[str, str, dict[str, str], bytes]) -> list[httpx.Response]:
    """The answers to calls, one after the other."""
    app, writer = application(folder)

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://pw.example.com") as client:
            return [
                await client.request(method, path, headers=head, content=body) for method, path, head, body in requests
            ]

    try:
        return asyncio.run(run())
    finally:
        writer.close()


def test_every_way_in_is_listed_with_who_gets_in(tmp_path: Path) -> None:
    app, writer = application(tmp_path)
    writer.close()
    assert all(isinstance(each, Route) for each in app.routes)
    assert {each.path: each.methods for each in app.routes if isinstance(each, Route)} == {
        path: methods for path, (methods, _) in ROUTES.items()
    }
    assert app.user_middleware == []


def test_nobody_is_sent_elsewhere_whatever_slash_or_host_was_written(tmp_path: Path) -> None:
    head = {"Host": "evil.example", "Authorization": f"Bearer {TOKEN}"}
    paths = [re.sub(r"{.*?}", "pushing", path) + "/" for path in ROUTES if path != "/a/{token:path}"]
    calls = [(method, path, head, b"[]") for path in paths for method in ("GET", "POST")]
    answers = called(tmp_path, *calls)
    assert {answer.status_code for answer in answers} == {404}
    assert not [answer for answer in answers if "location" in answer.headers]


WRONG = [
    {},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": TOKEN},
    {"Authorization": f"Bearer {TOKEN[:-1]}"},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": f"Bearer {TOKEN.upper()}"},
    {"Authorization": f"Bearer {KEY}"},
    {"Cookie": f"token={TOKEN}"},
]


@pytest.mark.parametrize("head", WRONG)
def test_nobody_posts_without_a_token_and_nothing_is_kept(tmp_path: Path, head: dict[str, str]) -> None:
    body = json.dumps({"number": "003404341111111111117", "courier": "silent"}).encode()
    paths = [
        f"/api/{kind}{more}"
        for kind in ("parcels", "orders", "complaints", "nothing")
        for more in ("", f"?token={TOKEN}")
    ]
    answers = called(tmp_path, *(("POST", path, head, body) for path in paths))
    assert {answer.status_code for answer in answers} == {401}
    assert not any(secret in answer.text for answer in answers for secret in (KEY, TOKEN, OTHER))
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_a_token_opens_what_its_role_says_and_no_more(tmp_path: Path) -> None:
    def may(token: str) -> list[int]:
        head = {"Authorization": f"Bearer {token}"}
        return [
            each.status_code for each in called(tmp_path, *(("POST", f"/api/{kind}", head, b"[]") for kind in kinds))
        ]

    kinds = ("parcels", "orders", "complaints")
    assert may(TOKEN) == [200, 200, 403]
    assert may(OTHER) == [403, 403, 200]


def test_whoever_guesses_is_slowed_down_and_keeps_nobody_out(tmp_path: Path) -> None:
    guess, token = {"Authorization": "Bearer guess"}, {"Authorization": f"Bearer {TOKEN}"}
    guesses = [("POST", "/api/orders", guess, b"[]")] * 50
    answers = called(tmp_path, *guesses, ("POST", "/api/orders", token, b"[]"))
    assert [each.status_code for each in answers] == [401] * 30 + [429] * 20 + [200]


def test_only_the_courier_pushes_and_its_push_repeated_is_one(tmp_path: Path) -> None:
    body = json.dumps({"event": "tracking_update", "msg": {"tracking_number": "1"}}).encode()
    digest = hmac.new(KEY.encode(), body, hashlib.sha256).digest()
    signed = {"aftership-hmac-sha256": b64encode(digest).decode()}
    calls = [
        ("POST", "/hooks/pushing", {}, body),
        ("POST", "/hooks/pushing", signed, body + b" "),
        ("POST", "/hooks/pushing", {"Authorization": f"Bearer {TOKEN}"}, body),
        ("POST", "/hooks/silent", signed, body),
        ("POST", "/hooks/nobody", signed, body),
        ("POST", "/hooks/..%2Fpushing", signed, body),
        *[("POST", "/hooks/pushing", signed, body)] * 3,
    ]
    assert [each.status_code for each in called(tmp_path, *calls)] == [401, 401, 401, 404, 404, 404, 200, 200, 200]
    with Store.open(tmp_path / "shop.db") as store:
        assert store.all("SELECT count(*) FROM inbox") == [(1,)]


def test_who_has_no_link_sees_nothing_and_can_do_nothing(tmp_path: Path) -> None:
    guesses = ("x", "A" * 43, "..%2Fhealth", "%2e%2e%2fx", "a%00b", "'; --", TOKEN)
    answers = called(
        tmp_path, *((method, f"/a/{guess}", {}, b"verb=ack") for guess in guesses for method in ("GET", "POST"))
    )
    assert {each.status_code for each in answers} <= {400, 404, 410}
    for each in answers:
        assert each.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in each.headers["content-security-policy"]
        assert not re.search("<script|set-cookie", each.text + str(each.headers), re.IGNORECASE)


def test_whatever_else_is_asked_for_is_not_there(tmp_path: Path) -> None:
    odd = (
        "/",
        "/api/",
        "/api/parcels/1",
        "/hooks",
        "/hooks/a/b",
        "//health",
        "/static/x",
        "/docs",
        "/.env",
        "/metrics/",
    )
    answers = called(tmp_path, *((method, path, {}, b"") for path in odd for method in ("GET", "POST", "PUT", "TRACE")))
    assert all(each.status_code in (307, 401, 404, 405) for each in answers)
    assert all("example.com" not in each.text for each in answers)


def test_two_programs_do_not_share_a_token(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[tokens.helpdesk\] has the secret of \[tokens.warehouse\]"):
        application(tmp_path, CONFIG.replace(OTHER, TOKEN))
    with pytest.raises(ConfigError, match="it has 5 characters and needs 16 or more"):
        application(tmp_path, CONFIG.replace(OTHER, "short"))
