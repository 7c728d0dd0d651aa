"""Which URLs are fit to be a channel, and what is said of the others."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcelwatch.channels import Channel
from parcelwatch.channels.address import service
from parcelwatch.errors import ConfigError

REST = {
    "mailto": "smtp.shop.example:25?mode=insecure&from=a@shop.example&to=b@shop.example",
    "mailtos": "smtp.shop.example/b@shop.example?from=a@shop.example",
    "json": "hooks.shop.example/x/y@z",
    "ntfy": "ntfy.shop.example/topic",
    "matrix": "matrix.shop.example/#room",
    "forms": "hooks.shop.example:8443/x",
}


def fault(url: str) -> str:
    try:
        Channel("ops", url)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("scheme", REST)
@pytest.mark.parametrize(("sign", "code"), [("@", "%40"), ("#", "%23"), ("/", "%2F"), ("?", "%3F"), (":", "%3A")])
def test_a_raw_sign_in_a_password_is_told_with_its_code(scheme: str, sign: str, code: str) -> None:
    said = fault(f"{scheme}://robot:pa{sign}ss@{REST[scheme]}")
    assert f'a raw "{sign}"' in said
    assert f"write {code} instead" in said
    assert "channels.ops.url" in said
    assert f"pa{sign}ss" not in said


@pytest.mark.parametrize("scheme", REST)
@pytest.mark.parametrize("sign", "@#/?:;&[]% +")
def test_the_same_password_written_with_its_code_is_taken_and_read(scheme: str, sign: str) -> None:
    url = f"{scheme}://robot:{quote(f'pa{sign}ss', safe='')}@{REST[scheme]}"
    assert fault(url) == ""
    if scheme in {"json", "ntfy", "mailto"}:
        assert getattr(service("ops", url), "password") == f"pa{sign}ss"  # noqa: B009 - Apprise's own


@pytest.mark.parametrize("sign", ";&")
def test_a_raw_sign_that_is_read_as_it_was_meant_is_let_be(sign: str) -> None:
    assert getattr(service("ops", f"json://robot:pa{sign}ss@{REST['json']}"), "password") == f"pa{sign}ss"  # noqa: B009


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("json://robot:pa%41ss@hooks.shop.example/x", "%25"),
        ("mailto://robot:100%25%30@smtp.shop.example?to=a@shop.example&from=b@shop.example", "%25"),
        ("wecombot://k3y#more/", "%23"),
        ("wecombot://k3y?more/", "%3F"),
        ("dingtalk://SECk3y#more@token0/", "%23"),
        ("feishu://k3y#more?secret=abc", "%23"),
        ("feishu://token0?secret=k3y&more", "%26"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/k3yTIiajkdn#lazkcOXrIdevi7FQ/", "%23"),
        ("ntfy://tk_k3y#more@ntfy.shop.example/topic?auth=token", "%23"),
        ("feishu://token0?secret=k3y;more", "%3B"),
        ("feishu://k3y@more", "%40"),
        ("wecombot://k3y/more/", "%2F"),
        ("wecombot://k3y@more/", "%40"),
        ("wecombot://k3y:more/", "%3A"),
        ("dingtalk://SECk3y@more@token0/", "%40"),
        ("dingtalk://SECk3y:more@token0/", "%3A"),
        ("dingtalk://SECk3y/more@token0/", "%2F"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/k3yTIiajkdn:lazkcOXrIdevi7FQ/", "%3A"),
        ("discord://123456789012345678/k3yabcdefgh/more/", "%2F"),
        ("workflows://prod.example.azure.com/wf0/k3y;more", "%3B"),
    ],
)
def test_a_raw_sign_in_a_key_is_told_with_its_code_and_without_the_key(url: str, code: str) -> None:
    said = fault(url)
    assert code in said
    assert "channels.ops.url" in said
    assert not any(part in said for part in ("k3y", "more", "pa%41ss", "100"))


@pytest.mark.parametrize("sign", ["%", " ", "%4", "%zz", "+", "密"])
def test_a_sign_that_does_no_harm_is_let_be(sign: str) -> None:
    found = service("ops", f"json://robot:pa{sign}ss@{REST['json']}")
    assert getattr(found, "password") == f"pa{sign}ss"  # noqa: B009


def test_an_address_as_user_name_is_told_too() -> None:
    assert "%40" in fault("mailto://robot@shop.example:secret@smtp.shop.example?to=a@shop.example")


def test_several_raw_signs_are_told_at_once() -> None:
    said = fault("json://robot:p/s?w#d@hooks.shop.example/x")
    assert "write %23 and %2F and %3F instead" in said


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12),
    st.sampled_from(["json://robot:{}@hooks.shop.example/x", "ntfy://robot:{}@ntfy.shop.example/topic"]),
)
def test_no_password_is_silently_read_as_another(password: str, url: str) -> None:
    assume("%" not in password)
    written = url.format(password)
    try:
        found = service("ops", written)
    except ConfigError:
        return
    read = getattr(found, "password"), getattr(found, "host")  # noqa: B009
    # Some passwords make the whole a good URL of another meaning, which nobody can tell: `7/x`, `a@b/c`.
    ambiguous = re.search(r"@[\w.-]+(:\d*)?[/?#]|^\d+[/?#]", password)
    assert ambiguous or read == (password, url.rpartition("@")[2].partition("/")[0])


@pytest.mark.parametrize(
    "url",
    [
        "mailto://127.0.0.1:25/agent@shop.example?from=robot@shop.example",
        "mailtos://robot:secret@smtp.shop.example:587?to=a@shop.example,b@shop.example&cc=c@shop.example",
        "mailtos://robot:secret@smtp.shop.example/a@shop.example/b@shop.example?from=robot@shop.example",
        "mailto://robot:secret@[::1]:25?from=a@shop.example&to=b@shop.example",
        "mailtos://robot:secret@gmail.com",
        "json://[::1]:8080/x",
        "json://hooks.shop.example:8080/x@y",
        "jsons://robot@hooks.shop.example/",
        "ntfy://tk_token@ntfy.shop.example/topic?auth=token",
        "ntfys://ntfy.shop.example/topic",
        "tgram://123456789:abcdefg_hijklmnop/@channel",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops/@person",
        "slack://Courier@T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=botkey-0000",
        "https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz",
        "dingtalk://SECabc@token0/13800001111",
        "dingtalk://token0/+13800001111,13800002222/",
        "tgram://bot123456789:abcdefg_hijklmnop/-100:5,@channel/",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops,#leads/+C123",
        "pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@tttttttttttttttttttttttttttttt/phone",
        "discord://Courier@123456789012345678/abcdefghijklmnopqrstuvwxyz",
        "workflows://prod.example.azure.com:443/wf0/sig-0",
        "lark://Token-0/?secret=abc",
        "matrix://robot:secret@matrix.shop.example/#room/@person",
        "signal://127.0.0.1:8080/+15550000001/@group",
        "json://hooks.shop.example/x?:note=see, https://shop.example",
    ],
)
def test_what_is_written_right_is_taken(url: str) -> None:
    assert fault(url) == ""


@pytest.mark.parametrize("between", [", ", " ", ",", "\n", "; ", "", "|", "，", "%20", r"\n"])
def test_two_urls_are_not_one_channel(between: str) -> None:
    said = fault(f"json://127.0.0.1/x{between}wecombot://botkey-0000")
    assert "two URLs" in said
    assert "botkey" not in said


@pytest.mark.parametrize(
    ("via", "taken"),
    [
        ("https://gateway.shop.example/im", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://gateway.shop.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://127.0.0.1@evil.example", False),
        ("ftp://127.0.0.1", False),
        ("//127.0.0.1", False),
        ("https://", False),
        ("http://[", False),
        ("elsewhere", False),
    ],
)
def test_a_gateway_gets_the_key_only_where_nobody_reads_along(via: str, taken: bool) -> None:
    said = fault(f"wecombot://botkey-0000?via={quote(via, safe='')}")
    assert (said == "") is taken
    assert "botkey" not in said


def test_a_telegram_bot_must_be_told_the_chat() -> None:
    assert "name the chat" in fault("tgram://123456789:abcdefg_hijklmnop/")


def test_a_template_of_apprise_s_is_refused() -> None:
    url = "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz?template=/etc/hostname"
    assert "template=" in fault(url)
