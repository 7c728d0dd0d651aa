"""Words: complete in every language, true to the facts, inert whatever they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.drafts import REMEDIES
from parcelwatch.core.kinds import KINDS as ALL_KINDS
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.messaging.content import About, Shop
from parcelwatch.core.messaging.messages import Characters, Group, Outgoing, Phrases, Text, Words
from parcelwatch.model import (
    Cause,
    Checkpoint,
    Claim,
    ClaimState,
    Draft,
    DraftState,
    Fact,
    Form,
    LetterStep,
    Milestone,
    Order,
    Severity,
    Sure,
    Unread,
    Why,
)
from parcelwatch.wording.lettering import SEVERAL
from parcelwatch.wording.render import Renderer
from parcelwatch.words import FOLDER, catalogue, languages

NOW = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
LANGUAGES = languages("letters")
VOICES = languages("agents")
RENDERERS = {language: Renderer("Asia/Shanghai", language) for language in VOICES}
EVERY_LETTER = [(kind, language) for kind in LETTERS for language in LANGUAGES]
HOSTILE = "{{7*7}} {% raw %} <b>@everyone</b>\r\nSubject: won\n\n\u202egnp.exe\u200b https://evil.example/x {number} %s"


def facts(kind: str, **more: object) -> dict[str, object]:
    """As core.drafts gives them, with everything known; texts free of digits, so that stray ones show."""
    return {
        "kind": kind,
        "number": "JDX",
        "order": "T-X",
        "shop": "Moonlight",
        "customer_name": "Lin",
        "destination": "CN",
        "milestone": "in_transit",
        "since": "2026-05-03T04:00:00Z",
        "promised_by": "2026-05-04T16:00:00Z",
        "promise_of": "shop",
        "remedies": list(LETTERS[kind].remedies),
        "written_at": "2026-05-06T09:00:00Z",
        "follow_up_at": "2026-05-08T09:00:00Z",
        "evidence": [],
        "what": "Sorted",
        "place": "Leipzig",
        "seen_from": "2026-05-03T04:05:00Z",
        "seen_until": "2026-05-03T04:05:00Z",
        "seen_as": "in_transit",
        "cause": "",
        "parcel": 1,
        "also": [],
        **more,
    }


UNKNOWN: Mapping[str, object] = dict.fromkeys(
    (
        "order",
        "shop",
        "customer_name",
        "destination",
        "promised_by",
        "promise_of",
        "what",
        "place",
        "seen_from",
        "seen_until",
        "seen_as",
        "cause",
    ),
    "",
)


def letter(kind: str, language: str, **more: object) -> str:
    written = RENDERERS["en"].worded(kind, language, facts(kind, **more))
    return f"{written.subject}\n{written.body}"


TOGETHER: Mapping[str, object] = {"also": [{"parcel": 2, "number": "JDY"}]}
SINGULAR = re.compile(
    r"\b(your parcel |it (is|was|has|should|went|reached)\b|its tracking|deliver it|collect it)", re.IGNORECASE
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_about_two_parcels_of_an_order_speaks_of_both_from_the_subject_on(kind: str, language: str) -> None:
    subject, body = letter(kind, language, **TOGETHER).split("\n", 1)
    for said in (subject, body):
        assert "JDX" in said
        assert "JDY" in said
        assert not SINGULAR.search(said), said


@pytest.mark.parametrize("kind", ["damaged", "lost", "late", "stalled", "attempt_failed"])
def test_a_letter_about_two_parcels_says_whose_scan_it_quotes(kind: str) -> None:
    assert " for JDX" in letter(kind, "en", **TOGETHER)
    assert "（JDX）" in letter(kind, "zh-CN", **TOGETHER)
    assert " for JDX" not in letter(kind, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(set(LETTERS) - {"destroyed", "returned"}))
def test_a_letter_shows_where_the_parcel_can_be_followed_and_of_two_where_each(kind: str, language: str) -> None:
    page = "https://www.dhl.com/global-en/home/tracking.html?tracking-id="
    also = [{"parcel": 2, "number": "JDY", "account": "dhl"}]
    assert letter(kind, language, account="dhl").count(page) == 1
    both = letter(kind, language, account="dhl", also=also)
    assert f"{page}JDX {page}JDY" in both
    assert "http" not in letter(kind, language)


MOVED = NOW - timedelta(hours=70)
LAST = Checkpoint(MOVED, MOVED, Milestone.IN_TRANSIT, text="Departed", place="Kassel, DE")


def out(**more: object) -> Outgoing:
    said: dict[str, object] = {
        "id": 17,
        "kind": "stalled",
        "channel": "ops",
        "draft": False,
        "severity": Severity.HIGH,
        "why": Why.OPENED,
        "fact": Fact(Form.NO_SCAN, since=MOVED, scan=LAST),
        "created_at": NOW,
        "number": "JD0012345678",
        "courier": "my_dhl",
        "company": "yto",
        "orders": ("T-1001",),
        "milestone": "in_transit",
        "case_id": 7,
    }
    return Outgoing(**{**said, **more})  # type: ignore[arg-type]


def alert(language: str = "en", **more: object) -> Words:
    return RENDERERS[language].alert(out(**more), NOW)


# --- letters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_draft_has_a_template_and_every_template_a_kind(language: str) -> None:
    files = {path.name.removesuffix(".txt.j2") for path in (FOLDER / language / "letters").glob("[!_]*.j2")}
    assert files == {*LETTERS, *LetterStep, SEVERAL} - {LetterStep.FIRST}


@pytest.mark.parametrize(("kind", "language"), EVERY_LETTER)
def test_a_full_letter_names_the_parcel_the_order_and_the_day_of_the_next_word_whatever_the_cause(
    kind: str, language: str
) -> None:
    place = {"Leipzig"} if kind != "not_picked_up" else set()  # of what did not happen there is no place
    named = {"JDX", "T-X", "Lin", "Moonlight", day(8, language), day(3, language)} | place
    for cause in ("", *Cause):
        text = letter(kind, language, cause=cause)
        assert [part for part in named if part not in text] == [], cause


def day(number: int, language: str) -> str:
    """A day of May, as letters in that language write it."""
    pattern = catalogue(language, "letters")["dates"]["day"]
    return format_date(datetime(2026, 5, number, tzinfo=UTC), pattern, locale=language.replace("-", "_"))


@pytest.mark.parametrize(("kind", "language"), EVERY_LETTER)
def test_a_letter_of_which_little_is_known_reads_whole(kind: str, language: str) -> None:
    text = letter(kind, language, **UNKNOWN)
    assert "JDX" in text
    assert not re.search(r"\(\)|（）|“”| ,| \.|，，|。。|\.\.|  |None|\n\n\n|(?<!\nHola)[:：]\n", text)
    assert text.count("\n\n") >= 3


@pytest.mark.parametrize("kind", ["damaged", "lost", "destroyed", "returning", "returned"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_damage_loss_and_return_offer_what_the_shop_offers_and_nothing_else(kind: str, language: str) -> None:
    phrases = catalogue(language, "letters")["remedies"]
    both, one = letter(kind, language), letter(kind, language, remedies=["refund"])
    assert phrases["refund"] in both
    assert phrases["resend"] in both
    assert phrases["refund"] in one
    assert phrases["resend"] not in one


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remedy_has_words(language: str) -> None:
    body = RENDERERS["en"].worded("stalled", language, facts("stalled", remedies=list(REMEDIES))).body
    assert not any(re.search(rf"(can|or|,|可以) ?{code}", body) for code in REMEDIES)


def chinese_dates(at: datetime) -> Iterator[str]:
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    yield from (str(local.year), str(local.month), str(local.day), f"{local:%H}", f"{local:%M}", "08", "00")


@given(
    st.sampled_from(EVERY_LETTER),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    st.sampled_from([0, 9, 26]),
    st.sampled_from(["", *Cause]),
    st.sampled_from(list(Milestone)),
)
def test_no_number_stands_in_a_letter_that_is_not_in_its_facts(
    what: tuple[str, str], seen: datetime, blur: int, cause: str, milestone: Milestone
) -> None:
    first = seen.replace(tzinfo=UTC, microsecond=0)
    last = first + timedelta(hours=blur)
    known = facts(
        what[0],
        seen_from=f"{first:%Y-%m-%dT%H:%M:%SZ}",
        seen_until=f"{last:%Y-%m-%dT%H:%M:%SZ}",
        cause=cause,
        seen_as=milestone,
        milestone=milestone,
    )
    written = RENDERERS["en"].worded(*what, known)
    times = [first, last, *(datetime.fromisoformat(str(known[key])) for key in ("promised_by", "follow_up_at"))]
    allowed = {part for at in times for part in chinese_dates(at)} | {"4"}  # promised by the end of the 4th
    assert set(re.findall(r"\d+", f"{written.subject} {written.body}")) <= allowed


@pytest.mark.parametrize(("kind", "language"), EVERY_LETTER)
def test_hostile_values_stay_what_they_are_and_ring_nobody(kind: str, language: str) -> None:
    fields = ("number", "order", "customer_name", "what", "place")
    text = letter(kind, language, **dict.fromkeys(fields, HOSTILE), remedies=[HOSTILE])
    plain = letter(kind, language)
    assert "49" not in text
    assert "{{7*7}}" in text
    assert text.count("\n") == plain.count("\n") + (2 if LETTERS[kind].in_text or not LETTERS[kind].remedies else 0)
    assert not re.search("[\u202e\r]|@everyone|https://|\nSubject", text)


@given(st.text(max_size=300), st.text(max_size=80), st.sampled_from(EVERY_LETTER))
def test_any_text_from_a_courier_can_be_put_into_a_letter(what: str, place: str, where: tuple[str, str]) -> None:
    assert letter(*where, what=what, place=place)


def test_phone_numbers_of_couriers_are_not_passed_on() -> None:
    assert "13812345678" not in letter("attempt_failed", "zh-CN", what="派件员张三13812345678正在派送")


def test_chinese_notes_are_not_quoted_to_a_reader_of_english() -> None:
    text = letter("damaged", "en", what="快件破损", place="杭州转运中心")
    assert not re.search("[\u3400-\u9fff]", text)
    assert "“" not in text


@pytest.mark.parametrize(
    ("language", "stands"), [("en", False), ("es", False), ("de", False), ("fr", False), ("pt", False), ("zh-CN", True)]
)
def test_a_couriers_name_stands_only_in_letters_to_those_who_can_read_it(language: str, stands: bool) -> None:
    assert ("申通快递" in letter("stalled", language, courier="申通快递")) is stands


@pytest.mark.parametrize(
    ("what", "place", "quoted", "named"),
    [
        ("荷物は営業所に到着しました", "横浜市", True, True),
        ("快件已到达转运中心", "郑州市", False, False),
        ("包裹已到達轉運中心", "杭州市", False, True),
        ("Sorted", "Leipzig", False, True),
    ],
)
def test_chinese_is_not_quoted_to_a_reader_of_japanese(what: str, place: str, quoted: bool, named: bool) -> None:
    text = letter("damaged", "ja", what=what, place=place)
    assert (what in text, place in text) == (quoted, named)
    assert ("申通快递" in letter("stalled", "ja", courier="申通快递")) is False


def test_a_quotation_within_a_japanese_quotation_has_marks_of_its_own() -> None:
    assert "「荷物は『保管中』です」" in letter("damaged", "ja", what="荷物は「保管中」です")


# --- dates ---------------------------------------------------------------------------------------


def dated(
    language: str, seen_from: str, seen_until: str, zone: str = "Asia/Shanghai", kind: str = "stalled", **where: str
) -> str:
    renderer = Renderer(zone)
    more: dict[str, object] = {"seen_from": seen_from, "seen_until": seen_until, **where}
    return renderer.worded(kind, language, facts(kind, **more)).body


def test_a_scan_whose_zone_is_unknown_is_dated_between_the_days_it_may_be() -> None:
    assert "made between 2 May and 3 May (" in dated("en", "2026-05-02T10:00:00Z", "2026-05-03T10:00:00Z")
    assert "最近一次物流记录是5月2日至5月3日之间（Leipzig）" in dated(
        "zh-CN", "2026-05-02T10:00:00Z", "2026-05-03T10:00:00Z"
    )


def test_days_of_a_scan_are_those_of_its_place_else_of_the_destination_else_of_the_shop() -> None:
    exact = "2026-05-03T17:00:00Z", "2026-05-03T17:00:00Z"
    assert "made on 4 May (" in dated("en", *exact, "Europe/Berlin")
    assert "made on 3 May (" in dated("en", *exact, place="Leipzig, Germany")
    assert "made on 3 May (" in dated("en", *exact, destination="DE")
    assert "made on 3 May (" in dated("en", *exact, "Europe/Berlin", destination="")
    assert "made on 4 May (" in dated("en", *exact, destination="")


@pytest.mark.parametrize(
    ("place", "destination", "told"),
    [
        ("Berlin, DE", "DE", "14:05 ("),
        ("Hangzhou, CN", "DE", "20:05 ("),
        ("Los Angeles, CA, US", "US", "05:05 ("),
        ("Springfield, US", "DE", "14:05 GMT+02:00"),  # a country of several clocks
        ("", "GB", "13:05"),
        ("", "US", "07:05 GMT-05:00"),  # a clock of several is named
        ("", "", "20:05 GMT+08:00"),
    ],
)
def test_a_scan_is_timed_on_the_clock_of_its_place(place: str, destination: str, told: str) -> None:
    exact = "2026-05-03T12:05:00Z", "2026-05-03T12:05:00Z"
    where = {"origin": "CN", "place": place, "destination": destination}
    assert f"at {told}" in dated("en", *exact, kind="attempt_failed", **where)


def test_within_one_country_the_time_of_a_place_that_nobody_knows_is_that_of_the_country() -> None:
    exact = "2026-05-03T12:05:00Z", "2026-05-03T12:05:00Z"
    inland = dated("zh-CN", *exact, kind="attempt_failed", origin="CN", place="郑州市", destination="CN")
    assert "5月3日 20:05（郑州市）" in inland
    vast = dated("en", *exact, kind="attempt_failed", origin="US", place="Nowhere", destination="US")
    assert "07:05 GMT-05:00 (Nowhere)" in vast


def test_a_time_of_day_is_given_only_where_the_couriers_is_exact() -> None:
    exact = "2026-05-03T04:05:00Z", "2026-05-03T04:05:00Z"
    blurred = "2026-05-03T02:05:00Z", "2026-05-03T06:05:00Z"
    assert "on 3 May at 12:05 GMT+08:00 (Leipzig)" in dated("en", *exact, kind="attempt_failed")
    assert "5月3日 12:05 GMT+08:00（Leipzig）" in dated("zh-CN", *exact, kind="attempt_failed")
    assert "5月3日 06:05（" in dated("zh-CN", *exact, kind="attempt_failed", place="Leipzig, Germany")
    assert "on 3 May (Leipzig)" in dated("en", *blurred, kind="attempt_failed")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", "am 3. Mai um 12:05 Uhr, GMT+08:00 (Leipzig)"),
        ("fr", "le 3 mai à 12\u00a0h\u00a005, UTC+08:00 (Leipzig)"),
        ("es", "el 3 de mayo a las 12:05 h, GMT+08:00 (Leipzig)"),
        ("pt", "em 3 de maio às 12h05, GMT+08:00 (Leipzig)"),
        ("ja", "5月3日 12:05 GMT+08:00（Leipzig）"),
    ],
)
def test_days_and_hours_are_written_as_the_language_does(language: str, told: str) -> None:
    exact = "2026-05-03T04:05:00Z", "2026-05-03T04:05:00Z"
    assert told in dated(language, *exact, kind="attempt_failed")


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt"])
def test_the_clock_of_greenwich_is_called_utc_in_every_language(language: str) -> None:
    exact = "2026-05-03T04:05:00Z", "2026-05-03T04:05:00Z"
    text = dated(language, *exact, zone="UTC", kind="attempt_failed", destination="")
    assert re.search(r"UTC(?![+-])", text)
    assert "00:00" not in text


@pytest.mark.parametrize(
    ("language", "first", "year_too"),
    [
        ("en", "on 1 May (", "on 1 December 2025 ("),
        ("de", "am 1. Mai (", "am 1. Dezember 2025 ("),
        ("fr", "le 1er mai (", "le 1er décembre 2025 ("),
        ("es", "el 1 de mayo (", "el 1 de diciembre de 2025 ("),
        ("pt", "em 1º de maio (", "em 1º de dezembro de 2025 ("),
    ],
)
def test_the_first_of_a_month_is_written_as_the_language_does(language: str, first: str, year_too: str) -> None:
    assert first in dated(language, "2026-05-01T04:05:00Z", "2026-05-01T04:05:00Z")
    assert year_too in dated(language, "2025-12-01T04:05:00Z", "2025-12-01T04:05:00Z")


def test_another_year_is_named() -> None:
    assert "made on 30 December 2025 (" in dated("en", "2025-12-30T04:05:00Z", "2025-12-30T04:05:00Z")


@pytest.mark.parametrize(
    ("promised_by", "destination", "day"),
    [
        ("2026-05-04T16:00:00Z", "CN", "4 May"),  # midnight in Shanghai
        ("2026-05-04T15:59:59Z", "", "4 May"),  # no destination: the shop's day
        ("2026-05-04T22:00:00Z", "DE", "4 May"),  # midnight in Berlin, already the 5th in Shanghai
        ("2026-05-05T06:59:59Z", "US", "4 May"),  # the last second in Los Angeles
        ("2026-05-04T07:30:00Z", "GB", "4 May"),  # an hour, no end of a day
        ("2026-05-04T22:00:00Z", "Germany", "5 May"),  # not a country's code
    ],
)
def test_a_promised_day_is_named_as_the_day_it_is_at_the_destination(
    promised_by: str, destination: str, day: str
) -> None:
    text = letter("late", "en", promised_by=promised_by, destination=destination)
    assert f"It should have been with you by {day}, but" in text


@pytest.mark.parametrize("destination", ["NZ", "US", "CN", ""])
def test_the_days_of_a_peak_are_the_same_everywhere(destination: str) -> None:
    days = {"peak": "Double 11", "peak_from": "2026-11-01T12:00:00Z", "peak_to": "2026-11-20T12:00:00Z"}
    text = letter("damaged", "en", step="peak", destination=destination, **days)
    assert "From 1 November to 20 November (Double 11)" in text


def test_every_country_has_zones_that_exist() -> None:
    for country in get_global("territory_zones"):
        assert letter("late", "en", destination=country)


# --- alerts --------------------------------------------------------------------------------------


def test_an_alert_says_whose_parcel_what_and_what_to_do() -> None:
    assert sold() == Words(
        "🟠 HIGH · stalled 70 h · order T-1001, Noah B. (nb88), €129",
        "STO JD0012345678: No new scan for 70 h; the last: “Departed”, Kassel, DE, 3 May 19:00 (13:00 there) "
        "(suspected lost, not confirmed)\n"
        "Do now:\n"
        "1. Send the customer draft D4.\n"
        "2. Treat it as lost: set STO (95543) a deadline for the search, and offer the customer a resend or a refund.\n"
        "Promised for 5 May\n"
        "Goods: Desk lamp\n"
        "→ Order: https://shop.example/o/T-1001\n"
        "→ Tracking: https://www.kuaidi100.com/chaxun?com=shentong&nu=JD0012345678\n"
        "case 7 · A17",
        "JD0012345678 HIGH (STO, order T-1001, Noah B. (nb88), €129): No new scan for 70 h; the last: “Departed”, "
        "Kassel, DE, 3 May 19:00",
    )


def test_an_alert_in_chinese() -> None:
    said = sold("zh-CN", why=Why.WORSENED)
    assert said.title == "🟠【高】物流停滞 70 小时（加重） · 订单 T-1001 · Noah B.（nb88） · €129"
    assert said.body.split("\n")[0] == (
        "申通 JD0012345678：5月3日 19:00（当地 13:00） Kassel, DE “Departed”，之后 70 小时没有更新（疑似丢件，未确认）"
    )
    assert "② 按疑似丢件处理：要求申通 95543 限时查件，主动给买家补发或退款方案。\n" in said.body
    assert said.body.endswith("\n案件 7 · 提醒 A17")


SHOP = Shop("https://shop.example/o/{order}", "EUR")
APIS = {"my_dhl": ("kuaidi100", "")}
ORDER = Order("T-1001", "Noah Brown", "noah@shop.example", buyer="nb88", value=129, goods="Desk lamp")


def sold(language: str = "en", *orders: Order, private: bool = False, **more: object) -> Words:
    """An alert about a parcel of which the shop has said all there is to say."""
    renderer = Renderer("Asia/Shanghai", language, shop=SHOP, apis=APIS, private=private)
    about = About(orders or (ORDER,), "DE", "CN", (4,))
    numbers = tuple(order.number for order in about.orders)
    promised = datetime(2026, 5, 5, 15, 59, 59, tzinfo=UTC)
    return renderer.alert(out(company="shentong", orders=numbers, about=about, promised_by=promised, **more), NOW)


@pytest.mark.parametrize("language", VOICES)
def test_an_alert_of_two_orders_names_both_and_both_buyers(language: str) -> None:
    said = sold(language, ORDER, replace(ORDER, number="T-1002", customer_name="Mia Jones", buyer="", value=20.5))
    for known in ("T-1001", "T-1002", "Noah B.", "Mia J.", "€149.50"):
        assert known in said.title
    assert "https://shop.example/o/T-1001" in said.body
    assert "https://shop.example/o/T-1002" in said.body
    assert said.body.count("Desk lamp") == 1


@pytest.mark.parametrize("language", VOICES)
def test_a_group_does_not_read_a_customers_name_nor_what_opens_a_locker(language: str) -> None:
    scan = replace(LAST, text="已到人民路店菜鸟驿站，取件码 8-2-1234，联系13900000002", cause=None)
    fact = Fact(Form.NOT_COLLECTED, since=MOVED, scan=scan)
    said, private = sold(language, fact=fact), sold(language, fact=fact, private=True)
    whole, alone = (f"{each.title}{each.line}{each.body}" for each in (said, private))
    assert not re.search("Brown|8-2-1234|noah@", whole)
    assert "13900000002" in whole
    assert "Noah Brown" in alone
    assert "8-2-1234" in alone


@pytest.mark.parametrize("language", VOICES)
def test_an_order_is_found_where_the_shop_says_and_no_number_leads_elsewhere(language: str) -> None:
    own = sold(language, replace(ORDER, url="https://admin.example/1"))
    assert "https://admin.example/1\n" in own.body
    assert "shop.example/o/" not in own.body
    odd = sold(language, replace(ORDER, number="#1/../x?y"))
    assert "https://shop.example/o/%231%2F..%2Fx%3Fy\n" in odd.body
    assert "evil" not in sold(language, replace(ORDER, url="javascript:evil")).body


@pytest.mark.parametrize("language", VOICES)
def test_what_we_write_ourselves_can_be_copied(language: str) -> None:
    said = sold(language, replace(ORDER, number="TB.2026.AB12"))
    assert "\u200b" not in f"{said.title}{said.line}{said.body}"
    assert "TB.2026.AB12" in said.title


@pytest.mark.parametrize(
    ("language", "line"), [("en", "Claim from the courier by 10 May"), ("zh-CN", "理赔截止：5月10日")]
)
def test_an_alert_says_until_when_to_claim_while_a_claim_is_still_to_be_made(language: str, line: str) -> None:
    claim = Claim(last_on=date(2026, 5, 10))
    assert f"\n{line}\n" in sold(language, claim=claim).body
    assert line not in sold(language, claim=replace(claim, state=ClaimState.FILED)).body
    fact = Fact(Form.CLAIM_DUE, since=MOVED, on=claim.last_on, count=4)
    due = sold(language, fact=fact, claim=claim)
    assert "Noah B." in due.title
    assert due.body.endswith("A17")


@pytest.mark.parametrize("language", VOICES)
def test_a_value_without_a_currency_is_a_number(language: str) -> None:
    assert "1,129.9" in alert(language, about=About((replace(ORDER, value=1129.9),))).title


@pytest.mark.parametrize(
    ("destination", "until", "day"),
    [
        ("CN", datetime(2026, 5, 5, 17, 59, 59, tzinfo=UTC), "5 May"),  # Urumqi's midnight
        ("", datetime(2026, 5, 6, 11, 59, 59, tzinfo=UTC), "5 May"),  # anywhere on Earth
        ("US", datetime(2026, 5, 6, 9, 59, 59, tzinfo=UTC), "5 May"),
        (
            "",
            datetime(2026, 5, 6, 9, 59, 59, tzinfo=UTC),
            "5 May",
        ),  # Hawaii's midnight, of a parcel going who knows where
        ("CN", datetime(2026, 5, 5, 10, 0, tzinfo=UTC), "5 May 18:00"),
        ("IN-MH", datetime(2026, 5, 5, 18, 29, 59, tzinfo=UTC), "5 May"),
        ("US-CA", datetime(2026, 5, 6, 6, 59, 59, tzinfo=UTC), "5 May"),
    ],
)
def test_a_promise_of_a_day_is_told_as_that_day(destination: str, until: datetime, day: str) -> None:
    fact = Fact(Form.PROMISE_OVER, since=until, until=until, whose="shop")
    said = alert(fact=fact, kind="late", about=About(destination=destination))
    assert f"the shop's promise of {day}, " in said.body
    assert f"\nPromised for {day}\n" in alert(promised_by=until, about=About(destination=destination)).body


def test_a_withdrawal_says_what_happened_and_which_draft_is_true_now() -> None:
    fact = Fact(Form.NEWER_SCAN, scan=replace(LAST, milestone=Milestone.RETURNED, text=""))
    said = alert("zh-CN", draft=True, why=Why.WITHDRAWN, fact=fact, letter=draft(), about=About(drafts=(19,)))
    assert said.body.startswith(
        "草稿 D5 已撤回，请勿发送：包裹退件已签收：5月3日 19:00 Kassel, DE。如已发给买家，请改发草稿 D19。\n"
    )


@pytest.mark.parametrize(("language", "age", "ago"), [("en", "6 days", "6 days ago"), ("zh-CN", "6 天", "6 天前")])
def test_a_parcel_was_lost_so_long_ago_but_is_sought_for_so_long(language: str, age: str, ago: str) -> None:
    at = NOW - timedelta(days=6)
    scan = Checkpoint(at, at, Milestone.EXCEPTION, Cause.LOST)
    lost, sought = (
        alert(language, kind="lost", fact=Fact(Form.LOST, since=at, scan=replace(scan, sure=sure))).title
        for sure in (Sure.STATED, Sure.SUSPECTED)
    )
    assert ago in lost
    assert age in sought
    assert ago not in sought


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("says", [Form.NO_OUTCOME, Form.NO_FIRST_SCAN, Form.SLOW_CUSTOMS, Form.NO_SCAN])
def test_what_stands_still_is_told_with_where_it_was_scanned_last_and_that_time_once(says: Form, language: str) -> None:
    scan = Checkpoint(MOVED, MOVED, Milestone.OUT_FOR_DELIVERY, text="With the courier", place="Kassel")
    said = RENDERERS[language].sentence(Fact(says, since=MOVED, scan=scan), NOW)
    assert "With the courier" in said
    assert "Kassel" in said
    assert len(re.findall(r"\d:\d\d", said)) == 1


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_has_a_name_and_a_next_step(kind: str, language: str) -> None:
    said = alert(language, kind=kind)
    assert RENDERERS[language].phrases.labels[kind] in said.title
    ours = ("courier_silent", "unknown_status", "channel_down", "letters_broken", "clock_jumped", "database")
    operator = kind in (*ours, "service_troubled", "unanswered", "shop_remark")
    assert bool(re.search("^(Do now: |现在：)", said.body, re.MULTILINE)) is not operator


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("why", [Why.OPENED, Why.WORSENED, Why.REOPENED, Why.UNHIDDEN, Why.WOKEN])
def test_an_alert_of_which_little_is_known_reads_whole(language: str, severity: Severity, why: Why) -> None:
    bare = Outgoing(
        17, "stalled", "ops", False, severity, why, Fact(Form.NO_SCAN, since=MOVED), NOW, number="JD1", courier="my_dhl"
    )
    said = RENDERERS[language].alert(bare, NOW)
    assert said.line.startswith("JD1 ")
    assert not re.search(r"None|\(\)|（）|\n\n\n|  ", f"{said.title}\n{said.line}\n{said.body}")


@pytest.mark.parametrize("language", VOICES)
def test_alerts_show_third_party_text_disarmed_and_on_one_line(language: str) -> None:
    calm = alert(language)
    scan = Checkpoint(MOVED, MOVED, Milestone.EXCEPTION, text=HOSTILE * 9, place=HOSTILE)
    said = alert(language, fact=Fact(Form.NO_SCAN, since=MOVED, scan=scan), number=HOSTILE, orders=(HOSTILE,))
    assert said.body.count("\n") == calm.body.count("\n")
    for text in (said.title, said.line, said.body):
        assert not re.search("[\u202e\r]|@everyone|https://|49", text)
    assert "{{7*7}}" in said.body


@pytest.mark.parametrize("language", VOICES)
def test_a_reason_somebody_else_gave_is_disarmed_too(language: str) -> None:
    said = alert(language, fact=Fact(Form.TRACKING_ENDED, since=MOVED, reason=HOSTILE * 9))
    assert not re.search("[\u202e\r]|@everyone|https://|49", f"{said.title}{said.line}{said.body}")
    assert "{{7*7}}" in said.body


def draft(**more: object) -> Draft:
    made = Draft("stalled", "zh-CN", DraftState.DRAFT, NOW, Milestone.IN_TRANSIT, facts=facts("stalled"), id=5)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", VOICES)
def test_a_draft_is_pushed_as_text_to_copy_with_the_command_that_approves_it(language: str) -> None:
    body = "您好！\n\n非常抱歉。\n{{ number }}"
    letter = draft(subject="关于您的包裹", body=body)
    said = alert(language, draft=True, why=Why.DRAFTED, letter=letter)
    assert "D5" in said.title
    assert "-----\n关于您的包裹\n-----" in said.body
    assert f"-----\n{body}\n-----" in said.body
    assert "parcelwatch drafts approve 5" in said.body
    assert said.line.startswith("JD0012345678 ")


@pytest.mark.parametrize("language", VOICES)
def test_a_draft_that_says_what_opens_a_locker_says_it_in_no_group(language: str) -> None:
    written = draft(subject="取件提醒", body="您的取件码 8-2-1234，请尽快取件。")
    group = sold(language, draft=True, why=Why.DRAFTED, letter=written).body
    assert "取件码 ***，请尽快取件。" in group
    assert "parcelwatch drafts show 5" in group
    alone = sold(language, private=True, draft=True, why=Why.DRAFTED, letter=written).body
    assert written.body in alone
    assert "parcelwatch drafts show 5" not in alone


@pytest.mark.parametrize("language", VOICES)
def test_a_draft_nobody_has_seen_yet_is_pushed_in_the_words_of_its_facts(language: str) -> None:
    said = alert(language, draft=True, why=Why.DRAFTED, letter=draft())
    worded = RENDERERS[language].worded("stalled", "zh-CN", facts("stalled"))
    assert f"-----\n{worded.body}\n-----" in said.body


@pytest.mark.parametrize(
    ("language", "order", "why"),
    [
        ("en", "do not send it", "It is moving again: “Departed”, Kassel, DE, 3 May 19:00"),
        ("zh-CN", "请勿发送", "包裹已恢复更新：5月3日 19:00 Kassel, DE “Departed”"),
    ],
)
def test_a_draft_taken_back_says_not_to_send_it_and_why(language: str, order: str, why: str) -> None:
    fact = Fact(Form.NEWER_SCAN, scan=LAST)
    said = alert(language, draft=True, why=Why.WITHDRAWN, fact=fact, letter=draft())
    assert "D5" in said.title
    assert order in said.title
    assert why in said.body


# --- for the operator ----------------------------------------------------------------------------

SILENT = Fact(Form.COURIER_SILENT, since=NOW - timedelta(minutes=31), reason="read timeout", count=120, kind="dhl")
REFUSED = Fact(Form.COURIER_REFUSES, since=NOW - timedelta(minutes=1), reason="401: bad key", kind="dhl")
BACK = Fact(Form.COURIER_BACK, since=NOW - timedelta(hours=6), kind="dhl")
CODES = Fact(
    Form.CODES_UNREAD,
    since=NOW,
    kind="dhl",
    unread=(Unread("X9", "Odd thing", 3, ("JD1", "JD2")), Unread("", "Odd", 1)),
)
GARBAGE = Fact(Form.ANSWER_UNREAD, since=NOW, kind="dhl", unread=(Unread("unreadable answer", "not JSON", 1),))
OPERATOR = [
    SILENT,
    REFUSED,
    BACK,
    CODES,
    GARBAGE,
    Fact(Form.COURIER_SILENT),
    Fact(Form.COURIER_BACK),
    Fact(Form.CODES_UNREAD, unread=(Unread("X9", "", 1),)),
]


def operator(fact: Fact, language: str = "en") -> Words:
    about = Outgoing(17, "courier_silent", "ops", False, Severity.OPERATOR, Why.SILENT, fact, NOW, account="my_dhl")
    return RENDERERS[language].alert(about, NOW)


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("fact", OPERATOR, ids=lambda fact: fact.says)
def test_the_operator_reads_which_account_and_what_to_do(language: str, fact: Fact) -> None:
    said = operator(fact, language)
    assert "my_dhl" in said.title
    assert said.line.startswith("my_dhl ")
    assert fact.reason in said.body
    assert not re.search(r"None|\(\)|（）|“”|\n\n\n|  ", f"{said.title}\n{said.line}\n{said.body}")


def test_a_silent_courier_and_its_recovery_in_english() -> None:
    silent, refused, recovered = map(operator, (SILENT, REFUSED, BACK))
    assert silent.title == "🔧 DHL (account my_dhl) has not answered since 16:29"
    assert silent.body.startswith("DHL (account my_dhl) has not answered since 16:29 (31 min).\n")
    assert "none of its 120 due parcels is called stalled" in silent.body
    assert "check the key" in refused.body
    assert recovered.line == "my_dhl answers again, 6 h after its silence was reported"


def test_unreadable_statuses_are_listed_one_a_line() -> None:
    assert "\n3 x X9 “Odd thing”: JD1, JD2\n1 x “Odd”\n" in operator(CODES).body


# --- with digests --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", VOICES)
def test_a_renderer_has_the_words_of_digests_in_its_language(language: str) -> None:
    phrases = RENDERERS[language].phrases
    assert isinstance(phrases, Phrases)
    assert set(phrases.labels) == {*ALL_KINDS, "peak"}


def test_an_alert_goes_out_with_its_id_alone_and_in_a_digest() -> None:
    alone = RENDERERS["en"].message(Group("ops", "stalled", False, (out(),)), Characters(2000), NOW)[0]
    assert alone.title == "🟠 HIGH · stalled 70 h · order T-1001"
    assert alone.body.endswith("\ncase 7 · A17")
    together = RENDERERS["en"].message(Group("ops", "stalled", False, (out(),) * 6, 17), Characters(2000), NOW)[0]
    assert together.body.split("\n")[1].startswith("A17 JD0012345678 HIGH (")


def draft_of(number: int, **more: object) -> Outgoing:
    """The push of a draft about a case."""
    said = facts("stalled")
    written = Draft("stalled", "en", DraftState.DRAFT, NOW, Milestone.IN_TRANSIT, facts=said, id=number, **more)  # type: ignore[arg-type]
    return out(id=number, draft=True, why=Why.DRAFTED, letter=written)


def test_an_alert_and_its_letter_are_one_text_whose_title_is_the_alert_s() -> None:
    (said,) = RENDERERS["en"].message(Group("ops", "stalled", False, (out(), draft_of(18))), Characters(9000), NOW)
    assert said.title == "🟠 HIGH · stalled 70 h · order T-1001"
    assert "case 7 · A17" in said.body
    assert "\n\nDraft D18 for the customer. Nothing has been sent" in said.body


def test_the_line_of_an_alert_in_a_digest_names_the_letter_that_comes_with_it() -> None:
    rows = (out(case_id=4), replace(draft_of(18), case_id=4), out(id=19, case_id=5))
    (said,) = RENDERERS["en"].message(Group("ops", "stalled", False, rows, 17), Characters(9000), NOW)
    assert said.title == "[A17] HIGH · 2 parcels: stalled"
    head, first, second = said.body.split("\n")
    assert (head, first.endswith(" · draft D18"), second.startswith("A19 JD")) == (
        "Alerts A17, A19, worst first:",
        True,
        True,
    )


@pytest.mark.parametrize("language", VOICES)
def test_only_who_may_know_reads_whom_a_letter_is_for(language: str) -> None:
    row = draft_of(18, to_name="Zhao Ting", to_contact="+86 138 0000 0000")
    group = Group("ops", "stalled", True, (row,))
    assert "138 0000" not in RENDERERS[language].message(group, Characters(9000), NOW)[0].body
    private = Renderer("Europe/Berlin", language, private=True)
    assert "Zhao Ting +86 138 0000 0000" in private.message(group, Characters(9000), NOW)[0].body


def test_an_attempt_that_was_made_before_is_repeated_word_for_word() -> None:
    again = Group("ops", "stalled", False, (out(),), said=(Text("[A17] as it was", "then"),))
    assert RENDERERS["zh-CN"].message(again, Characters(2000), NOW + timedelta(days=9)) == again.said


# --- times and ages ------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "age"), [(1, "60 min"), (49, "49 h"), (71, "71 h"), (75, "3 days"), (119, "4 days")])
def test_an_age_is_that_of_the_moment_somebody_reads_it(hours: int, age: str) -> None:
    """The fact is the same; only the time at which it is said differs."""
    fact = Fact(Form.NO_SCAN, since=MOVED, scan=LAST)
    assert RENDERERS["en"].sentence(fact, MOVED + timedelta(hours=hours)).startswith(f"No new scan for {age}; ")


@pytest.mark.parametrize("language", VOICES)
def test_one_message_names_one_instant_in_one_way(language: str) -> None:
    """The line is cut after its times were put into the shop's zone, never before."""
    scan = replace(LAST, text="a very long remark of the courier " * 9)
    said = alert(language, fact=Fact(Form.NO_SCAN, since=MOVED, scan=scan))
    for text in (said.line, said.body):
        assert re.findall(r"\d\d:\d\d", text).count("19:00") == 1


@pytest.mark.parametrize("language", VOICES)
def test_a_time_the_courier_wrote_is_left_as_it_wrote_it(language: str) -> None:
    scan = replace(LAST, text="Held until 2026-05-03 10:00 UTC")
    said = alert(language, fact=Fact(Form.NO_SCAN, since=MOVED, scan=scan))
    assert "“Held until 2026-05-03 10:00 UTC”" in said.body
    assert "“Held until 2026-05-03 10:00 UTC”" in said.line


def test_a_time_of_another_year_names_it() -> None:
    fact = Fact(Form.NO_SCAN, since=MOVED.replace(year=2025))
    assert "since 3 May 2025 19:00" in RENDERERS["en"].sentence(fact, NOW)


@pytest.mark.parametrize("language", VOICES)
def test_a_file_and_its_keys_are_shown_to_operators_as_they_are_copied(language: str) -> None:
    said = "config.toml:14: couriers.my_dhl.key: is required, and @all may see www.example.com"
    found = (Unread("", f"the configuration has a fault, a restart would fail: {said}", 1), Unread("", said, 1))
    body = alert(language, kind="service_troubled", fact=Fact(Form.SERVICE_TROUBLED, since=MOVED, unread=found)).body
    assert body.count("config.toml:14: couriers.my_dhl.key: ") == 1
    assert "@all" not in body
    assert "www.example.com" not in body
