"""Declared couriers: what is sent, whatever a number holds; what statuses mean; and what hostile answers come to."""

from __future__ import annotations

import copy
import json
import os
import random
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.config import AccountConfig
from parcelwatch.config.declarations import shipped
from parcelwatch.couriers.base import Grants, discreet
from parcelwatch.couriers.declared import Declared, Made
from parcelwatch.errors import ConfigError, CourierError, CourierUnreadable
from parcelwatch.model import Answered, Ask, Cause, Milestone, Unanswered
from tests.couriers.declaring import ASK, account, declaration, made
from tests.couriers.recorded import NOW, Fixture, fixtures, tracked, usable
from tests.couriers.test_courier_contract import WEIRD, mutate

M = Milestone
C = Cause
HOME = os.environ.get("PARCELWATCH_SAMPLES", "")
READABLE = [one for one in fixtures() if one.api == "declared" and "expected" in one.told and one.call == "ask"]

SMALL = """
base_url = "https://api.acme.example"
ask = { path = "/parcels/{number}", query = { zip = "{postal_code}", lang = "en" }, headers = { X-Key = "{key}" } }
answer = { number = "id", checkpoints = "scans", time = "at", code = "code" }
statuses = { ON = "in_transit", on = "in_transit", OFF = "delivered", off = "returned", DMG = "exception/damaged" }
"""


def sent(courier: Made, *asked: Ask, **credentials: str) -> httpx.Request:
    return courier.request(account(**credentials), asked, NOW)


def answer(*scans: Mapping[str, object], number: str = ASK.number) -> httpx.Response:
    return httpx.Response(200, json={"id": number, "scans": list(scans)})


# --- what is sent --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "asked", "method", "url"),
    [
        ("laposte", ("6A1", "6A2"), "GET", "https://api.laposte.fr/suivi/v2/idships/6A1,6A2?lang=fr_FR"),
        ("royalmail", ("RM1GB",), "GET", "https://api.royalmail.net/mailpieces/v2/RM1GB/events"),
        ("auspost", ("A1", "A2"), "GET", "https://digitalapi.auspost.com.au/shipping/v1/track?tracking_ids=A1,A2"),
        (
            "gls",
            ("G1", "G2"),
            "GET",
            "https://api.gls-group.net/track-and-trace-v1/tracking/simple/trackids/G1,G2?showEvents=true",
        ),
        ("fleet", ("F1", "F2"), "POST", "https://fleet.example.com/api/parcels/search?lang=en"),
        ("regio", ("R1",), "POST", "https://api.regio.example.com/v3/track"),
    ],
)
def test_a_call_goes_where_the_declaration_says(name: str, asked: tuple[str, ...], method: str, url: str) -> None:
    request = sent(made(name), *(Ask(number, postal_code="28001") for number in asked))
    assert (request.method, str(request.url)) == (method, url)
    assert request.headers["accept"] == "application/json"


def test_each_proves_itself_in_its_own_way() -> None:
    asked = Ask("AC1", postal_code="28001")
    assert sent(made("laposte"), asked).headers["X-Okapi-Key"] == "the-key"
    royal = sent(made("royalmail"), asked).headers
    assert (royal["X-IBM-Client-Id"], royal["X-IBM-Client-Secret"]) == ("the-key", "the-secret")
    assert royal["X-Accept-RMG-Terms"] == "yes"
    post = sent(made("auspost"), asked).headers
    assert b64decode(post["Authorization"].removeprefix("Basic ")) == b"the-key:the-secret"
    assert post["Account-Number"] == "the-customer"
    assert sent(made("gls"), asked, token="granted").headers["Authorization"] == "Bearer granted"
    assert sent(made("fleet"), asked).headers["Authorization"] == "Token the-key"
    lasting = made(SMALL + '\nauth = { kind = "bearer" }\n')
    assert sent(lasting, asked).headers["Authorization"] == "Bearer the-token"


def test_a_list_of_one_in_a_json_body_becomes_one_item_each_number_and_what_is_empty_is_left_out() -> None:
    body = json.loads(sent(made("fleet"), Ask("F1", postal_code="28001"), Ask("F2", postal_code="28002")).content)
    assert body == {"parcels": [{"id": "F1", "zip": "28001"}, {"id": "F2", "zip": "28002"}]}
    loose = made(
        SMALL.replace("{number}", "all")
        .replace('headers = { X-Key = "{key}" }', 'json = ["{numbers}", 7, "{company}"]')
        .replace("ask = {", 'ask = { method = "POST",')
    )
    assert json.loads(sent(loose, ASK).content) == [ASK.number, 7]
    assert "zip" not in str(sent(loose, ASK).url)
    assert "zip=28001" in str(sent(loose, Ask("AC1", postal_code="28001")).url)


def test_a_form_and_a_parameter_in_a_list_stand_once_for_every_number() -> None:
    request = sent(made("regio"), Ask("R;1"))
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {"ids": ["R;1"], "client": ["the-customer"]}
    several = SMALL.replace('path = "/parcels/{number}"', 'path = "/all"').replace(
        'zip = "{postal_code}"', 'id = ["{number}"]'
    )
    found = sent(made("batch = 5\n" + several), Ask("A1"), Ask("A2")).url
    assert parse_qs(found.query.decode())["id"] == ["A1", "A2"]


def test_the_token_is_asked_for_below_the_accounts_address_and_in_the_declared_way() -> None:
    courier = made("regio")
    assert isinstance(courier, Grants)
    request = courier.grant(account("http://127.0.0.1:1/proxy"), NOW)
    assert str(request.url) == "http://127.0.0.1:1/proxy/oauth/token"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["the-key"],
        "client_secret": ["the-secret"],
        "scope": ["tracking"],
        "audience": ["tracking-api"],
    }
    assert not isinstance(made("laposte"), Grants)


HOSTILE = [
    "../admin",
    "..",
    ".",
    "a/b",
    "a?b=c",
    "a#b",
    "a%2Fb",
    "{key}",
    "{{key}}",
    "a&lang=de",
    "a b",
    "ä+;,=",
    "\\..\\",
    "%",
]


@pytest.mark.parametrize("number", HOSTILE)
def test_a_hostile_number_stays_one_value_wherever_it_stands(number: str) -> None:
    url = urlsplit(str(sent(made(SMALL), Ask(number, postal_code=number)).url))
    before, piece = url.path.rsplit("/", 1)
    assert (before, unquote(piece)) == ("/parcels", number)
    assert parse_qs(url.query) == {"zip": [number], "lang": ["en"]}
    assert url.fragment == ""
    assert url.netloc == "api.acme.example"
    (item,) = json.loads(sent(made("fleet"), Ask(number, postal_code="1")).content)["parcels"]
    assert item["id"] == number
    assert parse_qs(sent(made("regio"), Ask(number)).content.decode())["ids"] == [number]


@given(st.text(min_size=1, max_size=30), st.text(max_size=10))
def test_whatever_a_number_holds_it_is_sent_as_one_value_or_not_at_all(number: str, code: str) -> None:
    courier, ask = made(SMALL), Ask(number, postal_code=code)
    if courier.lacks(ask):
        return
    url = urlsplit(str(sent(courier, ask).url))
    before, piece = url.path.rsplit("/", 1)
    assert (before, unquote(piece)) == ("/parcels", number)
    assert parse_qs(url.query, keep_blank_values=True) == {**({"zip": [code]} if code else {}), "lang": ["en"]}


@pytest.mark.parametrize("number", ["..", ".", "A\r\nX-Evil: 1", "A\x00", "\u202eA"])
def test_a_number_that_cannot_be_sent_is_refused_and_never_asked(number: str) -> None:
    courier = made(SMALL)
    assert courier.lacks(Ask(number)) == "the number holds what cannot be sent"
    assert usable(courier, Ask(number), ASK) == [ASK]


def test_a_number_that_would_be_two_in_a_batch_is_refused() -> None:
    assert "stands between numbers" in made("laposte").lacks(Ask("6A1,6A2"))
    assert "/idships/6A3?" in str(sent(made("laposte"), *usable(made("laposte"), Ask("6A1,6A2"), Ask("6A3"))).url)


def test_what_a_path_names_must_be_there() -> None:
    courier = made(SMALL.replace("/parcels/{number}", "/{company}/{number}"))
    assert courier.lacks(ASK) == "the courier wants the courier's code for the company: set company"
    assert courier.lacks(Ask("AC1", company="x")) == ""


# --- what it is ----------------------------------------------------------------------------------


def test_a_declared_courier_is_what_its_declaration_says() -> None:
    courier = made("fleet")
    assert (courier.batch, courier.rate, courier.quotas) == (40, "5/s", ("10000/d",))
    assert courier.min_interval.total_seconds() == 600
    assert (courier.needs, courier.auth) == (("key",), "key in a header")
    assert (courier.tells.damaged, courier.tells.lost) == ("code, text", "text")
    assert made("gls").needs == ("key", "secret")
    assert made("auspost").needs == ("key", "secret", "customer")
    assert made(SMALL).tells.returned == "code"


def test_without_a_declaration_there_is_no_courier() -> None:
    with pytest.raises(ConfigError, match="has no declaration"):
        Declared().tailored(AccountConfig("mine", "declared"))
    with pytest.raises(ConfigError):
        Declared().request(account(), [ASK], NOW)
    with pytest.raises(ConfigError):
        Declared().parse(answer(), [ASK])


# --- what statuses mean --------------------------------------------------------------------------

SHEETS = {
    "laposte": "DR1;PC1;PC2;ET1;ET2;ET3;ET4;EP1;DO1;DO2;DO3;PB1;PB2;MD2;ND1;AG1;RE1;DI1;DI2",
    "gls": (
        "PLANNEDPICKUP;INPICKUP;NOTPICKEDUP;PREADVICE;INTRANSIT;INWAREHOUSE;INDELIVERY;DELIVEREDPS;DELIVERED;"
        "NOTDELIVERED;CANCELED;FINAL;INTIAL.PREADVICE;INTIAL.E48_DATA;INTIAL.NORMAL;DELIVD.PARCELSHOP;CANCEL.NORMAL;"
        "CHANGD.MONEWADDR;CHANGD.PARCELBOX"
    ),
    "auspost": (
        "Created;Sealed;Initiated;In transit;Possible delay;Held by courier;Awaiting collection;Delivered;"
        "Unsuccessful pickup;Article damaged;Cancelled;Cannot be delivered;At Delivery Depot;Booked In;Confirmed;"
        "Deleted;Delivered in Full;Final Shortage;Incomplete;Partial Pickup;Partial Delivery;Re-Consigned;"
        "To be Re-Delivered;Ready for Pickup;Unconfirmed;Picked Up;Freight Handling;On Board for Delivery;"
        "Unsuccessful Delivery;Track items for detailed delivery information;"
        "Shipping information received by Australia Post;Unknown"
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_every_status_that_is_known_of_a_courier_is_declared_and_no_other(name: str) -> None:
    assert set(declaration(name).statuses) == set(SHEETS[name].split(";"))


@pytest.mark.skipif(not HOME, reason="PARCELWATCH_SAMPLES names no folder of tables")
def test_every_royal_mail_code_of_the_table_is_declared() -> None:
    lines = (Path(HOME).parent / "tables" / "royalmail_event_codes.tsv").read_text("utf-8").splitlines()[1:]
    seen = {"EVNSR", "EVODO", "EVORI"}  # in answers, and described in public since the table was made
    assert {line.split("\t")[0] for line in lines} | seen == set(declaration("royalmail").statuses)


@pytest.mark.parametrize(
    ("name", "status", "meaning"),
    [
        ("laposte", "DI2", (M.RETURNED, None)),
        ("laposte", "DO3", (M.CUSTOMS, C.CUSTOMS)),
        ("royalmail", "EVKGA", (M.RETURNING, C.ADDRESS)),
        ("royalmail", "EVKLC", (M.AVAILABLE_FOR_PICKUP, None)),
        ("gls", "DELIVEREDPS", (M.AVAILABLE_FOR_PICKUP, None)),
        ("gls", "FINAL", (None, None)),
        ("auspost", "Article damaged", (M.EXCEPTION, C.DAMAGED)),
        ("auspost", "Final Shortage", (M.EXCEPTION, C.LOST)),
    ],
)
def test_a_status_means_what_its_courier_means_by_it(name: str, status: str, meaning: object) -> None:
    meant = declaration(name).statuses[status]
    assert (meant.milestone, meant.cause) == meaning


def read(*codes: str) -> list[tuple[Milestone, Cause | None]]:
    scans = [{"at": f"2026-03-0{day}T10:00:00Z", "code": code} for day, code in enumerate(codes, 1)]
    (said,) = made(SMALL).parse(answer(*scans), [ASK])
    return [(one.milestone, one.cause) for one in tracked(said).checkpoints]


def test_a_status_is_looked_up_as_written_then_without_capitals_where_that_leaves_no_doubt() -> None:
    assert read("On", "DMG", "dmg") == [(M.IN_TRANSIT, None), (M.EXCEPTION, C.DAMAGED), (M.EXCEPTION, C.DAMAGED)]
    assert read("OFF") == [(M.DELIVERED, None)]
    assert read("off") == [(M.RETURNED, None)]
    assert read("Off", "ONE") == [(M.UNKNOWN, None), (M.UNKNOWN, None)]


STANDING = SMALL.replace(
    'code = "code" }', 'code = "code", text = "words", status = "state", status_at = "since" }'
).replace("DMG =", 'AD = "nothing", NOTE = "text", PRE = "info_received", DMG =')


def standing(state: str, *scans: Mapping[str, object], since: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"id": ASK.number, "state": state, "since": since, "scans": list(scans)})


def scan(code: str, words: str = "", day: int = 4) -> Mapping[str, object]:
    return {"at": f"2026-03-{day:02}T10:00:00Z", "code": code, "words": words}


def told(response: httpx.Response) -> list[tuple[M, str]]:
    (said,) = made(STANDING).parse(response, [ASK])
    return [(each.milestone, each.code) for each in tracked(said).checkpoints]


@pytest.mark.parametrize(
    ("code", "state", "known"),
    [
        ("NEW", "NEW", (M.UNKNOWN, "NEW")),
        ("NEW", "OTHER", (M.UNKNOWN, "NEW")),
        ("NOTE", "OTHER", (M.UNKNOWN, "OTHER")),
        ("", "OTHER", (M.UNKNOWN, "OTHER")),
        ("NEW", "DMG", (M.EXCEPTION, "NEW/DMG")),
        ("DMG", "OTHER", (M.EXCEPTION, "DMG")),
    ],
)
def test_the_code_of_a_scan_that_stays_unknown_is_a_word_to_be_declared(
    code: str, state: str, known: tuple[M, str]
) -> None:
    assert told(standing(state, scan(code, "zzz"))) == [known]


def test_findings_name_each_word_that_is_not_declared_once() -> None:
    response = standing("OTHER", scan("NEW", "one", 3), scan("NEW", "two", 4))
    found = made(STANDING).trace(response, [ASK])
    assert set(found.unmapped) == {"NEW", "OTHER"}
    assert not made(STANDING).trace(standing("OTHER", scan("DMG")), [ASK]).unmapped


def test_how_a_parcel_stands_is_looked_up_even_where_the_scan_speaks() -> None:
    found = made(STANDING).trace(standing("OTHER", scan("DMG")), [ASK])
    assert (found.by_key["answer.status"].found, found.by_key["answer.status"].example) == (1, '"OTHER"')


def test_a_status_that_is_nothing_is_no_news_unless_its_words_are() -> None:
    assert told(standing("", scan("ON", day=3), scan("AD", "zzz qqq"))) == [(M.IN_TRANSIT, "ON")]
    assert told(standing("", scan("AD", "The parcel was delivered"))) == [(M.DELIVERED, "AD")]
    assert told(standing("DMG", scan("NEW", day=3), scan("AD", "zzz"))) == [(M.EXCEPTION, "NEW/DMG")]
    assert told(standing("", scan("AD", "zzz"))) == []


def test_without_checkpoints_the_status_is_one_of_the_time_that_is_declared() -> None:
    (said,) = made(STANDING).parse(standing("DMG", since="2026-03-05T10:00:00Z"), [ASK])
    (one,) = tracked(said).checkpoints
    assert (one.milestone, one.cause, one.code) == (M.EXCEPTION, C.DAMAGED, "DMG")
    assert one.occurred_at.isoformat() == "2026-03-05T10:00:00+00:00"
    assert told(standing("NEW", since="2026-03-05T10:00:00Z")) == [(M.UNKNOWN, "NEW")]


def test_a_status_without_checkpoints_and_without_a_time_is_never_lost_in_silence() -> None:
    with pytest.raises(CourierError, match="stands at 'OFF' and has no checkpoints; answer.status_at found no time"):
        told(standing("OFF"))
    untimed = made(STANDING.replace(', status_at = "since"', ""))
    with pytest.raises(CourierError, match="write answer.status_at"):
        untimed.parse(standing("OFF"), [ASK])


@pytest.mark.parametrize("state", ["", "PRE", "AD", "NOTE"])
def test_a_parcel_that_is_only_announced_is_tracked_without_checkpoints(state: str) -> None:
    assert told(standing(state)) == []


def test_the_order_of_the_list_breaks_ties_whichever_end_it_begins_with() -> None:
    one, two, three = (
        {"at": f"2026-03-04T10:00:0{at}Z", "code": code} for at, code in ((0, "ON"), (5, "DMG"), (5, "ON"))
    )
    for listed in ([one, two, three], [three, two, one]):
        (said,) = made(SMALL).parse(answer(*listed), [ASK])
        assert [each.milestone for each in tracked(said).checkpoints] == [M.IN_TRANSIT, M.EXCEPTION, M.IN_TRANSIT]


# --- what cannot be read is said exactly ---------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"id": ASK.number}, "answer.checkpoints = `scans` found nothing; if a parcel without a history has none"),
        ({"id": ASK.number, "scans": "x"}, "answer.checkpoints = `scans` found a text where checkpoints were expected"),
        ({"id": ASK.number, "scans": ["x"]}, "found a text where checkpoints were expected"),
        ({"id": ASK.number, "scans": [{"code": "ON"}]}, "answer.time.from = `at` found nothing in any of the 1"),
        ({"id": ASK.number, "scans": [{"at": "2026-03-04"}]}, "answer.code = `code` found nothing in any of the 1"),
        (
            {"id": ASK.number, "scans": [{"at": "2026-03-04", "code": {}}]},
            "answer.code = `code` found an object where a text was expected",
        ),
        ({"id": ASK.number, "scans": [{"at": "soon", "code": "ON"}]}, "a time cannot be read: 'soon'"),
        ({"scans": []}, "answer.number = `id` found nothing where a number was expected"),
        ({"id": [{}], "scans": []}, "answer.number = `id` found an object where a text was expected"),
        ([], 'the answer holds no parcel; if that means that it is not known, write answer.left_out = "not_found"'),
        ("x", "answer.parcels = `@` found a text where parcels were expected"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_expression(body: object, said: str) -> None:
    with pytest.raises(CourierUnreadable) as caught:
        made(SMALL).parse(httpx.Response(200, json=body), [ASK])
    assert said in str(caught.value)


def test_a_function_that_is_given_the_wrong_kind_is_said_so_without_the_value() -> None:
    courier = made(SMALL.replace('code = "code"', """code = "join('/', codes)\""""))
    body = {"id": ASK.number, "scans": [{"at": "2026-03-04", "codes": "hunter2"}]}
    with pytest.raises(CourierUnreadable, match=r"join\(\) takes array-string, and was given string") as caught:
        courier.parse(httpx.Response(200, json=body), [ASK])
    assert "hunter2" not in str(caught.value)


def test_xml_is_not_read_and_said_so() -> None:
    with pytest.raises(CourierUnreadable, match="'text/xml' where JSON was expected; XML is not read"):
        made(SMALL).parse(httpx.Response(200, headers={"content-type": "text/xml"}, content=b"<a/>"), [ASK])


def test_a_refusal_of_several_numbers_at_once_blames_none_of_them() -> None:
    response = httpx.Response(422, json={"error": {"text": "one is wrong"}})
    with pytest.raises(CourierError, match="several numbers: one is wrong"):
        made("fleet").parse(response, [Ask("F1", postal_code="1"), Ask("F2", postal_code="1")])


def test_findings_tell_what_each_expression_found_even_of_an_answer_that_cannot_be_read() -> None:
    response = httpx.Response(200, json={"id": ASK.number, "scans": [{"at": "2026-03-04", "code": 5}, {"at": None}]})
    found = made(SMALL).trace(response, [ASK])
    assert (found.error, found.by_key["answer.time.from"].asked, found.by_key["answer.time.from"].found) == ("", 2, 1)
    assert found.by_key["answer.code"].example == "5"
    broken = made(SMALL).trace(httpx.Response(200, json={"id": ASK.number}), [ASK])
    assert broken.by_key["answer.checkpoints"].found == 0
    assert "answer.checkpoints" in broken.error


def test_a_credential_that_an_answer_repeats_among_its_words_is_not_kept() -> None:
    courier, mine = made("laposte"), account(key="canary-4711")
    event = {"code": "ET1", "label": "key canary-4711 taken", "date": "2026-03-04T10:00:00+01:00"}
    body = [{"returnCode": 200, "shipment": {"idShip": ASK.number, "event": [event]}}]
    response = httpx.Response(200, json=body, request=discreet(courier.request(mine, [ASK], NOW), mine))
    (said,) = courier.parse(response, [ASK])
    assert [one.text for one in tracked(said).checkpoints] == ["key *** taken"]


@pytest.mark.parametrize("named", ["mailPieceId", "oneDBarcode", "uniqueItemId"])
def test_a_royal_mail_piece_is_called_by_any_of_its_numbers(named: str) -> None:
    piece: dict[str, object] = {"mailPieceId": "090367574000000FE1E1B", "summary": {"oneDBarcode": "FQ087430672GB"}}
    piece["events"] = [{"eventCode": "EVODO", "eventDateTime": "2026-03-04T10:00:00+00:00"}]
    summary = {"oneDBarcode": "FQ000000011GB", "uniqueItemId": "090367574000000AA1B2C"} | {named: ASK.number}
    piece |= {"mailPieceId": ASK.number} if named == "mailPieceId" else {"summary": summary}
    (said,) = made("royalmail").parse(httpx.Response(200, json={"mailPieces": piece}), [ASK])
    assert [one.milestone for one in tracked(said).checkpoints] == [M.IN_TRANSIT]


# --- hostile answers -----------------------------------------------------------------------------

OTHERS = [f"QQ99999999{at:02}" for at in range(9)]


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_a_mutated_answer_is_read_or_refused_and_never_tells_of_another_parcel(data: st.DataObject) -> None:
    fixture: Fixture = data.draw(st.sampled_from([one for one in READABLE if "body" in one.told]))
    body = copy.deepcopy(fixture.told["body"])
    for _ in range(data.draw(st.integers(1, 5))):
        mutate(body, random.Random(data.draw(st.integers(0, 2**32))), data.draw(WEIRD))
    try:
        told = fixture.read(json.dumps(body).encode())
    except CourierError:
        return
    assert [one.number for one in told] == [ask.number for ask in fixture.asked]  # type: ignore[union-attr]
    text = json.dumps(body)
    for ask, other in zip(fixture.asked, OTHERS, strict=False):
        text = text.replace(ask.number, other)
    try:
        strange = fixture.read(text.encode())
    except CourierError:
        return
    assert all(not isinstance(one, Answered) for one in strange)


def test_an_answer_of_twenty_thousand_parcels_is_searched_no_further_than_any_batch_needs() -> None:
    parcels: list[dict[str, object]] = [{"id": "QQ9999999999", "old_id": None, "scans": []}] * 20_000
    asked = [Ask(f"F{at}", postal_code="1") for at in range(40)]
    said = made("fleet").parse(httpx.Response(200, json={"data": {"parcels": parcels}}), asked)
    assert {type(one) for one in said} == {Unanswered}


def test_an_answer_of_fifty_thousand_scans_is_cut_to_what_anybody_reads() -> None:
    scans = [{"at": "2026-03-04T10:00:00Z", "code": "ON"}] * 50_000
    (said,) = made(SMALL).parse(answer(*scans), [ASK])
    assert len(tracked(said).checkpoints) == 500


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_declaration_says_who_it_is_and_which_credential_is_which(name: str) -> None:
    assert declaration(name).name
    comment = shipped()[name].partition("name =")[0]
    for need in made(name).needs:
        assert need in comment
