"""Each chat service on loopback, counting, pacing and refusing as it does: what arrives, and how it says no."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.channels import Channel
from parcelwatch.core.texts.text import cut
from parcelwatch.errors import ChannelBusy, ChannelRefused, DeliveryFailed, DeliveryRefused, DeliveryUnknown
from parcelwatch.model import Severity
from tests.chats import KEY, SERVICES, Chat, Service, contents
from tests.servers import Behaviour, Hit, Server, answers, hangs, hangs_up, login_page, redirects

TITLE = "【高】物流停滞 6 天 · 订单 4120000000059331"
LETTER = (
    "您好！物流显示（11月27日，武汉）：*快件* 已到达 <郑州转运中心> & 暂未更新_。\n"
    '1. 如果急用，请告诉我们\n- 补发 #2 [或] `退款` ~不用~ |等| (都行) @all :smile: <@all> <at user_id="all"> > 谢谢\n'
    "https://shop.example/o/4120000_59331?a=1&b=_2_\n\\ end"
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def visible(text: str) -> str:
    """As people see it: what takes no room cannot be seen."""
    return text.replace("\u200b", "")


def alike(text: str) -> str:
    """Wide letters as narrow ones: they look the same."""
    return unicodedata.normalize("NFKC", text).rstrip()


def failure(channel: Channel) -> Exception:
    with pytest.raises((DeliveryFailed, DeliveryRefused)) as caught:
        channel.send(TITLE, LETTER)
    assert KEY not in repr(caught.value)
    assert str(caught.value).startswith("ops: ")
    return caught.value


# --- what arrives ---------------------------------------------------------------------------------


@every_service
def test_title_and_text_are_shown_as_they_were_written(service: Service) -> None:
    with Chat(service) as chat:
        Channel("ops", service.at(chat)).send(TITLE, LETTER)
    assert [visible(said) for said in chat.said] == [f"{TITLE}\n{LETTER}"]


@every_service
def test_one_message_is_one_request(service: Service) -> None:
    with Chat(service) as chat:
        Channel("ops", service.at(chat)).send(TITLE, LETTER)
    assert len(chat.messages) == 1


@every_service
def test_a_title_alone_is_a_message(service: Service) -> None:
    with Chat(service) as chat:
        Channel("ops", service.at(chat)).send(TITLE, "")
    assert TITLE in chat.said[0]


@every_service
def test_half_a_character_holds_up_nothing(service: Service) -> None:
    with Chat(service) as chat:
        Channel("ops", service.at(chat)).send("a\ud800b", "c\udfffd\x00")
    assert "c?d" in chat.said[0]


RINGS = '@everyone <!channel> <@U1> <@all> <@&7> <at user_id="all">x</at> <#C1>'


@pytest.mark.parametrize(
    ("name", "live"),
    [
        ("wecombot", "<[@!#a-z]"),
        ("wecom app", "<[@!#a-z]"),
        ("feishu", "<[@!#a-z]"),
        ("lark", "<[@!#a-z]"),
        ("slack", "<"),
        ("slack bot", "<"),
        ("discord", r"(?<!\\)<"),
    ],
)
def test_nobody_is_rung_by_a_text(name: str, live: str) -> None:
    service = next(each for each in SERVICES if each.name == name)
    with Chat(service) as chat:
        Channel("ops", service.at(chat)).send("title", RINGS)
    sent = contents(chat.messages[0])
    assert not re.search(live, service.text(sent).replace("<#", ""))
    assert sent.get("allowed_mentions", {"parse": []}) == {"parse": []}


# --- how much fits --------------------------------------------------------------------------------

FILLERS = {
    "Chinese": "包裹停滞",
    "English": "It has not moved. ",
    "emoji": "🟠📦",
    "markup": "*_<&>_*",
    "lines": "a\n",
    "quotes": '"\\',
}


# A request of ntfy's has a limit too, kept by and large. What goes plain has the room that Markdown would take.
RESERVED = {
    ("ntfy", "quotes"),
    *((name, filler) for name in ("wecombot", "dingtalk") for filler in ("markup", "quotes")),
}


@every_service
@pytest.mark.parametrize("filler", FILLERS)
def test_what_fits_is_taken_whole_and_nothing_shorter_is_cut(service: Service, filler: str) -> None:
    with Chat(service, allowed=9) as chat:
        channel = Channel("ops", service.at(chat))
        long = FILLERS[filler] * (service.most // len(FILLERS[filler]) + 1)
        short = cut(long, channel.room(TITLE), channel.measure)
        assert channel.fits(TITLE, short)
        channel.send(TITLE, short)
        assert alike(visible(chat.said[-1])) == alike(f"{TITLE}\n{short}")
        used = service.size(chat.hits[-1])
    assert used <= service.most
    if (service.name, filler) not in RESERVED:
        assert used >= service.most * 0.985 - 12


@every_service
def test_what_does_not_fit_is_cut_and_taken(service: Service) -> None:
    with Chat(service) as chat:
        channel = Channel("ops", service.at(chat))
        assert not channel.fits(TITLE, "中" * (service.most + 1))
        channel.send(TITLE, "中" * (service.most + 1))
    assert chat.said[0].endswith("中…")


@every_service
def test_a_short_title_leaves_more_room_than_a_long_one(service: Service) -> None:
    with Chat(service) as chat:
        channel = Channel("ops", service.at(chat))
    assert (channel.room("短") > channel.room("标" * 100)) is service.shares
    assert channel.room("标" * 10_000) >= 0


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=400), st.text(max_size=9000), st.sampled_from(SERVICES))
def test_whatever_is_sent_stays_within_the_limit(title: str, body: str, service: Service) -> None:
    with Chat(service) as chat:
        Channel("ops", service.at(chat)).send(title, body * 3 or "x")
    assert len(chat.said) == 1


def test_the_letters_that_were_cut_on_a_wecom_robot_now_fit() -> None:
    channel = Channel("ops", "wecombot://botkey-0000")
    assert channel.fits("标题" * 20, "字" * 1300)
    assert not channel.fits("标题" * 20, "字" * 1400)
    text = Channel("ops", "wecombot://botkey-0000?format=text")
    assert text.fits("标题" * 20, "字" * 600)
    assert not text.fits("标题" * 20, "字" * 700)


# --- how it says no -------------------------------------------------------------------------------


@every_service
def test_too_fast_says_when_to_come_back(service: Service) -> None:
    with Chat(service) as chat:
        channel = Channel("ops", service.at(chat))
        for _ in range(service.allowed):
            channel.send("title", "text")
        error = failure(channel)
    assert isinstance(error, ChannelBusy)
    asked = {"wecombot": 60, "wecom app": 60, "dingtalk": 600, "feishu": 60, "lark": 60}.get(service.name, 37)
    assert error.retry_after == timedelta(seconds=asked)


@every_service
def test_a_revoked_key_is_told_from_a_refused_message(service: Service) -> None:
    with Chat(service) as chat:
        wrong = "anotherKeyThatWasRevoked99"
        error = failure(Channel("ops", service.at(chat, wrong)))
    assert isinstance(error, ChannelRefused)
    assert wrong not in repr(error)


@every_service
def test_a_refused_message_does_not_close_the_channel(service: Service) -> None:
    with Chat(service, most=60) as chat:
        channel = Channel("ops", service.at(chat))
        error = failure(channel)
        assert isinstance(error, DeliveryRefused)
        assert not isinstance(error, ChannelRefused)


READ = {each.name for each in SERVICES} - {"webhook"}


@pytest.mark.parametrize("service", [each for each in SERVICES if each.name in READ], ids=lambda service: service.name)
def test_a_login_page_is_not_taken_for_an_answer(service: Service) -> None:
    with Server(login_page()) as portal:
        error = failure(Channel("ops", service.at(portal)))
    assert isinstance(error, DeliveryFailed)
    assert "cannot be read" in str(error)


CODED_ONES = {
    "wecom app",
    "wecombot",
    "dingtalk",
    "feishu",
    "lark",
    "telegram",
    "slack bot",
    "discord",
    "ntfy",
    "pushover",
}


@pytest.mark.parametrize("name", sorted(CODED_ONES))
@pytest.mark.parametrize("body", [b"[1]", b"\xff{", b"", b"null", b"{}", b'{"code": {}}', b"[" * 9000], ids=repr)
def test_an_answer_that_says_nothing_is_not_taken_for_yes(name: str, body: bytes) -> None:
    service = next(each for each in SERVICES if each.name == name)
    with Server(answers(body)) as server:
        error = failure(Channel("ops", service.at(server)))
    assert type(error) is DeliveryFailed


CODED = {
    "wecombot": b'{"errcode": 91919, "errmsg": "new"}',
    "dingtalk": b'{"errcode": 91919, "errmsg": "new"}',
    "feishu": b'{"code": 91919, "msg": "new"}',
    "slack bot": b'{"ok": false, "error": "brand_new"}',
}


@pytest.mark.parametrize("name", CODED)
def test_a_code_nobody_knows_is_quoted_and_tried_again(name: str) -> None:
    service = next(each for each in SERVICES if each.name == name)
    with Server(answers(CODED[name])) as server:
        error = failure(Channel("ops", service.at(server)))
    assert isinstance(error, DeliveryFailed)
    assert "91919" in str(error) or "brand_new" in str(error)


@pytest.mark.parametrize(
    ("name", "status", "body", "kind", "says"),
    [
        ("wecombot", 200, {"errcode": 93000, "errmsg": "content exceed max length."}, DeliveryRefused, "too long"),
        ("wecombot", 403, {"errcode": 93000, "errmsg": "invalid webhook url"}, ChannelRefused, "key is wrong"),
        ("wecombot", 200, {"errcode": 93004}, ChannelRefused, "switched off"),
        ("wecombot", 200, {"errcode": 93008}, ChannelRefused, "address is not on"),
        ("wecombot", 200, {"errcode": 44004}, DeliveryRefused, "empty"),
        ("wecombot", 200, {"errcode": -1}, DeliveryFailed, "busy"),
        ("wecombot", 200, {"errcode": "0x"}, DeliveryFailed, "errcode"),
        ("wecombot", 502, {}, DeliveryFailed, "HTTP 502"),
        ("wecom app", 200, {"errcode": 60020}, ChannelRefused, "address is not on"),
        ("wecom app", 200, {"errcode": 81013}, ChannelRefused, "recipients"),
        ("wecom app", 200, {"errcode": 40013}, ChannelRefused, "company's id"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "keywords not in content"}, DeliveryRefused, "keywords"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, ChannelRefused, "signature is wrong"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "invalid timestamp"}, ChannelRefused, "clock"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "ip 1.2.3.4 not in whitelist"}, ChannelRefused, "list"),
        ("dingtalk", 200, {"errcode": 310000}, ChannelRefused, "safety setting"),
        ("dingtalk", 200, {"errcode": 300005, "errmsg": "token is not exist"}, ChannelRefused, "key is wrong"),
        ("dingtalk", 200, {"errcode": 300001, "errmsg": "send too fast"}, ChannelBusy, "ten minutes"),
        ("dingtalk", 200, {"errcode": 777, "errmsg": "send too fast, exceed 20 times"}, ChannelBusy, "errcode 777"),
        ("dingtalk", 200, {"errcode": 400102}, ChannelRefused, "switched off"),
        ("dingtalk", 200, {"errcode": 430101}, DeliveryRefused, "link"),
        ("dingtalk", 200, {"errcode": 660026}, ChannelBusy, "ten minutes"),
        ("dingtalk", 200, {"errcode": 90030}, ChannelBusy, "used up"),
        ("feishu", 200, {"code": 9499, "msg": "too many request"}, ChannelBusy, "too many"),
        ("feishu", 400, {"code": 9499, "msg": "Bad Request"}, DeliveryRefused, "code 9499"),
        ("feishu", 200, {"code": 19021, "msg": "sign match fail"}, ChannelRefused, "signature"),
        ("feishu", 200, {"code": 19022, "msg": "Ip Not Allowed"}, ChannelRefused, "address"),
        ("lark", 200, {"code": 19024, "msg": "Key Words Not Found"}, DeliveryRefused, "keywords"),
        ("telegram", 400, {"description": "Bad Request: chat not found"}, ChannelRefused, "no such chat"),
        (
            "telegram",
            403,
            {"description": "Forbidden: bot was kicked from the group chat"},
            ChannelRefused,
            "not in it",
        ),
        ("telegram", 403, {"description": "Forbidden: bot was blocked by the user"}, ChannelRefused, "blocked"),
        ("telegram", 404, {"description": "Not Found"}, ChannelRefused, "key is wrong"),
        ("telegram", 400, {"description": "Bad Request: something new"}, DeliveryRefused, "HTTP 400"),
        ("telegram", 429, {"parameters": {"retry_after": "soon"}}, ChannelBusy, "too many"),
        ("telegram", 429, {"parameters": []}, ChannelBusy, "too many"),
        ("slack", 403, "invalid_token", ChannelRefused, "key is wrong"),
        ("slack", 410, "channel_is_archived", ChannelRefused, "archived"),
        ("slack", 400, "invalid_payload", DeliveryRefused, "does not take"),
        ("slack", 500, "rollup_error", DeliveryFailed, "HTTP 500"),
        ("slack bot", 200, {"ok": False, "error": "not_in_channel"}, ChannelRefused, "invite"),
        ("discord", 404, {"code": 10015, "message": "Unknown Webhook"}, ChannelRefused, "removed"),
        ("discord", 400, {"code": 50006}, DeliveryRefused, "empty"),
        ("teams", 200, "Webhook message delivery failed with error: returned HTTP error 429", ChannelBusy, "429"),
        ("teams", 200, "Webhook message delivery failed with error: returned HTTP error 413", DeliveryRefused, "413"),
        ("teams", 404, {"error": {"code": "WorkflowNotFound"}}, ChannelRefused, "nothing at this address"),
        ("ntfy", 400, {"code": 40014}, DeliveryRefused, "too long"),
        ("ntfy", 429, {"code": 42908}, ChannelBusy, "day"),
        ("ntfy", 401, {"code": 40101}, ChannelRefused, "HTTP 401, code 40101"),
        ("ntfy", 413, {"code": 41303}, DeliveryRefused, "too long for it (code 41303)"),
        ("ntfy", 507, {"code": 50701}, DeliveryFailed, "storage"),
        ("pushover", 400, {"status": 0, "token": "invalid"}, ChannelRefused, "key is wrong"),
        ("pushover", 429, {"status": 0}, ChannelBusy, "month"),
    ],
)
def test_a_refusal_is_told_as_what_it_is(name: str, status: int, body: object, kind: type, says: str) -> None:
    service = next(each for each in SERVICES if each.name == name)
    sent = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    with Server(answers(sent, status)) as server:
        error = failure(Channel("ops", service.at(server)))
    assert type(error) is kind
    assert says in str(error)


# --- faults ---------------------------------------------------------------------------------------

ACCEPTED_THEN_SILENT = hangs()
FAULTS: dict[str, tuple[Behaviour, type]] = {
    "500": (answers(b"", 500), DeliveryFailed),
    "503 with Retry-After": (answers(b"", 503, retry_after="90"), DeliveryFailed),
    "429 with Retry-After": (answers(b"", 429, retry_after="90"), ChannelBusy),
    "404": (answers(b"", 404), ChannelRefused),
    "413": (answers(b"", 413), DeliveryRefused),
    "302": (redirects("http://127.0.0.1:9/elsewhere"), DeliveryFailed),
    "takes it and says nothing": (ACCEPTED_THEN_SILENT, DeliveryUnknown),
    "takes it and hangs up": (hangs_up(), DeliveryUnknown),
}


@every_service
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_one_request_and_one_verdict(service: Service, fault: str) -> None:
    how, kind = FAULTS[fault]
    with Server(how) as server:
        joint = "&" if "?" in service.url else "?"
        hurried = f"{joint}rto=0.3" if how is ACCEPTED_THEN_SILENT else ""  # an answer that comes is waited for
        error = failure(Channel("ops", service.at(server, query=hurried)))
        assert len(server.hits) == 1
    assert type(error) is kind
    if "Retry-After" in fault:
        assert isinstance(error, DeliveryFailed)
        assert error.retry_after == timedelta(seconds=90)
    if fault.startswith("takes"):
        assert "may have arrived" in str(error)


@every_service
def test_nobody_listening_is_told_from_an_answer_that_never_came(service: Service) -> None:
    with Chat(service) as chat:
        channel = Channel("ops", service.at(chat))
    error = failure(channel)
    assert isinstance(error, DeliveryFailed)
    assert "no connection" in str(error)


@pytest.mark.parametrize("asked", ["Sun, 01 Mar 2026 10:02:00 GMT", "120", "120.0"])
def test_a_date_to_come_back_counts_from_the_service_s_own_clock(asked: str) -> None:
    how = answers(b"", 429, retry_after=asked, date="Sun, 01 Mar 2026 10:00:00 GMT")
    with Server(how) as server:
        error = failure(Channel("ops", f"json://{server.host}/x"))
    assert isinstance(error, ChannelBusy)
    assert error.retry_after == timedelta(minutes=2)


# What no number of the machine holds.
NO_TIMES = ("Mon, 01 Jan 2026 00:00:00 +99999999999999999999", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT")


@pytest.mark.parametrize("asked", ["", "soon", "-3", "0", "nan", "Sun, 01 Mar 2026 09:00:00 GMT", *NO_TIMES])
def test_a_time_to_come_back_that_says_nothing_is_half_a_minute(asked: str) -> None:
    how = answers(b"", 429, retry_after=asked, date="Sun, 01 Mar 2026 10:00:00 GMT")
    with Server(how) as server:
        error = failure(Channel("ops", f"json://{server.host}/x"))
    assert isinstance(error, ChannelBusy)
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize("asked", ["99999999999999", "inf", "1e300"])
def test_no_service_shuts_a_channel_for_good_by_asking_to_wait(asked: str) -> None:
    with Server(answers(b"", 429, retry_after=asked)) as server:
        error = failure(Channel("ops", f"json://{server.host}/x"))
    assert isinstance(error, ChannelBusy)
    assert error.retry_after == timedelta(hours=6)


# --- several recipients ---------------------------------------------------------------------------


def test_who_has_a_message_is_not_sent_it_again_when_another_fails() -> None:
    with Server(_fails_once_at(2)) as server:
        channel = Channel("ops", f"tgram://123456789:{KEY}/-100/-200/-300?via=http://{server.host}")
        with pytest.raises(DeliveryFailed):
            channel.send("title", "text")
        channel.send("title", "text")
        channel.send("title", "text")
    told = [contents(hit)["chat_id"] for hit in server.hits]
    assert told == [-100, -200, -200, -300, -100, -200, -300]


def test_who_has_a_message_is_not_sent_it_again_though_others_came_between() -> None:
    with Server(_fails_once_at(2)) as server:
        channel = Channel("ops", f"tgram://123456789:{KEY}/-100/-200?via=http://{server.host}")
        with pytest.raises(DeliveryFailed):
            channel.send("title", "text")
        channel.send("another", "text")
        channel.send("title", "text")
    told = [(contents(hit)["chat_id"], "another" in contents(hit)["text"]) for hit in server.hits]
    assert told == [(-100, False), (-200, False), (-100, True), (-200, True), (-200, False)]


def _fails_once_at(turn: int) -> Behaviour:
    fine, broken = answers(b'{"ok": true}'), answers(b"", 500)

    async def behave(server: Server, hit: Hit, writer: object) -> None:
        await (broken if len(server.hits) == turn else fine)(server, hit, writer)  # type: ignore[arg-type]

    return behave


def test_a_token_is_fetched_once_and_anew_when_it_has_run_out() -> None:
    tokens = iter("abc")

    async def behave(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        spent = "access_token=a" in hit.target and len(server.hits) > 3
        fields = {"access_token": next(tokens)} if "gettoken" in hit.target else {"errcode": 42001 if spent else 0}
        await answers(json.dumps({"errcode": 0} | fields).encode())(server, hit, writer)

    with Server(behave) as server:
        channel = Channel("ops", f"wechat://corp0:{KEY}@1000002/@all?via=http://{server.host}")
        for _ in range(4):
            channel.send("title", "text")
    asked = [hit.target.partition("?")[2].partition("&")[0] for hit in server.hits]
    assert asked == [
        *("corpid=corp0", "access_token=a", "access_token=a"),
        *("access_token=a", "corpid=corp0", "access_token=b", "access_token=b"),
    ]


# --- severity -------------------------------------------------------------------------------------


def levels(url: str, server: Server, read: str) -> Iterator[object]:
    for severity in Severity:
        Channel("ops", url).send("title", "text", severity=severity)
        yield contents(server.hits[-1])[read]


def test_a_severity_is_a_priority_where_the_service_has_one() -> None:
    with Server(answers(b'{"id": "1", "status": 1}')) as server:
        person = f"pover://{'u' * 30}@{'t' * 30}?via=http://{server.host}"
        assert list(levels(f"ntfy://{server.host}/ops", server, "priority")) == [2, 3, 4, 5, 4]
        assert list(levels(f"ntfy://{server.host}/ops?priority=min", server, "priority")) == [1] * 5
        assert list(levels(person, server, "priority")) == ["-1", "0", "1", "1", "1"]
        assert list(levels(f"{person}&priority=emergency", server, "priority")) == ["2"] * 5
        kinds = ["info", "warning", "warning", "failure", "warning"]
        assert list(levels(f"json://{server.host}/x", server, "type")) == kinds


# --- the URL's own parts --------------------------------------------------------------------------


def sent(url: str, body: bytes = b'{"ok": true, "errcode": 0, "id": "1", "code": 0}') -> Hit:
    with Server(answers(body)) as server:
        Channel("ops", url.format(host=server.host)).send("title", "text")
    return server.hits[0]


def test_a_dingtalk_secret_signs_the_request() -> None:
    target = sent("dingtalk://SECabc@token0?via=http://{host}").target
    assert "access_token=token0" in target
    assert "timestamp=1" in target
    assert "&sign=" in target
    assert "%25" not in target


@pytest.mark.parametrize("scheme", ["feishu", "lark"])
def test_a_secret_signs_the_message(scheme: str) -> None:
    hit = contents(sent(f"{scheme}://token0?secret=s3%2Bcret&via=http://{{host}}"))
    digest = hmac.new(f"{hit['timestamp']}\ns3+cret".encode(), b"", "sha256").digest()
    assert hit["sign"] == base64.b64encode(digest).decode()
    assert "sign" not in contents(sent(f"{scheme}://token0?via=http://{{host}}"))


def test_a_gateway_takes_the_service_s_place_with_the_path_it_asks_for() -> None:
    assert sent("wecombot://key0?via=http://{host}/relay/").target == "/relay/cgi-bin/webhook/send?key=key0"


def test_whom_a_discord_url_names_is_rung_and_nobody_else() -> None:
    hit = contents(sent("discord://123456789012345678/token0?ping=<@%26456>&thread=77&via=http://{host}"))
    assert hit["content"].startswith("👉 <@&456>\n**title**")
    assert hit["allowed_mentions"] == {"parse": [], "users": [], "roles": ["456"]}


def test_a_slack_url_names_channel_and_sender() -> None:
    hit = contents(sent("slack://Courier@T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops?via=http://{host}", b"ok"))
    assert (hit["channel"], hit["username"], hit["mrkdwn"]) == ("#ops", "Courier", True)


def test_a_telegram_topic_and_silence_go_along() -> None:
    hit = contents(sent("tgram://123456789:abcdefg_hijklmnop/-100:5?silent=yes&via=http://{host}"))
    assert (hit["chat_id"], hit["message_thread_id"], hit["disable_notification"]) == (-100, 5, True)


def test_an_ntfy_url_may_log_in_and_tag() -> None:
    hit = sent("ntfy://robot:pa%40ss@{host}/ops?tags=parcel,alarm&click=https://shop.example")
    assert hit.headers["authorization"] == "Basic cm9ib3Q6cGFAc3M="
    assert contents(hit)["tags"] == ["parcel", "alarm"]
    assert contents(hit)["click"] == "https://shop.example"


@pytest.mark.parametrize(
    ("url", "name", "told"),
    [
        ("json://{key}:{key}@{host}/", "authorization", "Basic " + base64.b64encode("密码:密码".encode()).decode()),
        ("json://{host}/?+X-Key={key}", "x-key", "密码"),
        ("ntfy://{key}:{key}@{host}/ops", "authorization", "Basic " + base64.b64encode("密码:密码".encode()).decode()),
    ],
)
def test_a_key_in_whatever_letters_is_told_as_it_is(url: str, name: str, told: str) -> None:
    hit = sent(url.replace("{key}", quote("密码")))
    assert hit.headers[name].encode("latin-1").decode() == told


def test_a_webhook_s_fields_are_renamed_added_and_left_out() -> None:
    hit = contents(sent("json://{host}/x?:message=text&:attachments=&:room=7"))
    assert hit == {"version": "1.0", "title": "title", "text": "text", "type": "warning", "room": "7"}
