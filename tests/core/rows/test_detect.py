"""Whose a tracking number may be: check digits, formats, what several couriers share, and text that is no number."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.rows import companies
from parcelwatch.core.rows.detect import LONGEST_TEXT, Candidate, Strength, checks, china, detect, posts, world

CERTAIN, FITS, POSSIBLE = Strength.CERTAIN, Strength.FITS, Strength.POSSIBLE


def names(text: str) -> list[str]:
    return [each.courier.name for each in detect(text).candidates]


def first(text: str) -> Candidate:
    return detect(text).candidates[0]


def certain_of(text: str) -> set[str]:
    return {each.courier.name for each in detect(text).candidates if each.strength is CERTAIN}


# --- check digits --------------------------------------------------------------------------------

# Numbers their couriers or the standards publish as examples, and the part that the last digit checks.
PUBLISHED = [
    ("UPS", "1Z999AA10123456784", 2),
    ("UPS", "1Z12345E6605272234", 2),
    ("USPS", "9400111201080805483016", 0),
    ("USPS", "9505511069605048600624", 0),
    ("USPS", "92748931507708513018050063", 0),
    ("USPS", "420221539101026837331000039521", 8),
    ("USPS", "4201028200009261290113185417468510", 12),
    ("FedEx", "9611020987654312345672", 7),
    ("FedEx", "9622001560001234567100794808390594", 20),
    ("FedEx", "1001921334250001000300779017972697", 20),
    ("DHL Paket", "00340433836442636597", 2),
    ("OnTrac", "C11031500001879", 1),
    ("OnTrac", "D10011345983010", 1),
    ("DPD", "01015026003653C", 0),
    ("DPD", "008182709980000020033350276C", 0),
    ("Royal Mail", "RB123456785GB", 2),
    ("USPS", "EA473124829US", 2),
]


@pytest.mark.parametrize(("courier", "number", "_"), PUBLISHED, ids=[number for _, number, _ in PUBLISHED])
def test_a_right_check_digit_in_a_form_of_ones_own_is_certain(courier: str, number: str, _: int) -> None:
    best = first(number)
    assert (best.courier.name, best.strength) == (courier, CERTAIN)
    assert "check digit" in best.evidence
    assert "right" in best.evidence


@pytest.mark.parametrize(("courier", "number", "_"), PUBLISHED, ids=[number for _, number, _ in PUBLISHED])
def test_a_wrong_check_digit_is_never_certain_and_is_said(courier: str, number: str, _: int) -> None:
    at = 10 if courier == "Royal Mail" or number.endswith("US") else len(number) - 1
    alphabet = "0123456789" if number[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for other in alphabet.replace(number[at], ""):
        mistyped = number[:at] + other + number[at + 1 :]
        assert courier not in certain_of(mistyped)
        (doubt,) = [slip.evidence for slip in detect(mistyped).slips if slip.courier.name == courier]
        assert f"is {other} where {number[at]} would be right" in doubt
        assert "typing error?" in doubt


# Methods that notice every single wrong digit: weights prime to the modulus.
THOROUGH = [each for each in PUBLISHED if each[0] in {"USPS", "DHL Paket", "DPD"} and not each[1].endswith("US")]


@pytest.mark.parametrize(("courier", "number", "start"), [*THOROUGH, PUBLISHED[7]], ids=str)
def test_no_single_wrong_digit_passes_where_the_method_notices_all(courier: str, number: str, start: int) -> None:
    for at in range(start, len(number)):
        for other in "0123456789".replace(number[at], "") if number[at].isdigit() else "":
            mistyped = number[:at] + other + number[at + 1 :]
            assert courier not in certain_of(mistyped), mistyped


DIGITS = st.text("0123456789", min_size=1, max_size=1)


@given(
    body=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=15, max_size=15),
    at=st.integers(0, 14),
    other=DIGITS,
)
def test_a_wrong_digit_of_a_ups_number_passes_only_where_doubling_hides_it(body: str, at: int, other: str) -> None:
    number = f"1Z{body}{checks.doubled(body)}"
    assert certain_of(number) == {"UPS"}
    if not body[at].isdigit() or other == body[at]:
        return
    hidden = at % 2 == 1 and abs(int(other) - int(body[at])) == 5
    mistyped = f"1Z{body[:at]}{other}{body[at + 1 :]}{number[-1]}"
    assert ("UPS" in certain_of(mistyped)) is hidden


@given(body=st.text("0123456789", min_size=8, max_size=8), at=st.integers(0, 7), other=DIGITS)
def test_a_wrong_digit_of_a_postal_number_passes_only_where_two_remainders_share_a_digit(
    body: str, at: int, other: str
) -> None:
    def remainder(digits: str) -> int:
        return sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11

    digit = checks.s10(body)
    assert certain_of(f"RA{body}{digit}JP") == {"Japan Post"}
    mistyped = body[:at] + other + body[at + 1 :]
    shared = mistyped == body or {remainder(body), remainder(mistyped)} == {0, 6}
    assert bool(certain_of(f"RA{mistyped}{digit}JP")) is shared


@pytest.mark.parametrize(
    ("check", "body", "right"),
    [
        (checks.gs1, "091331315307 2".replace(" ", ""), "4"),  # Hermes
        (checks.gs1, "007393800054929", "7"),  # Canada Post
        (checks.gs1, "04144176022896", "4"),  # FedEx Ground
        (checks.fedex, "98657878885", "5"),
        (checks.fedex, "47717908123", "0"),  # the remainder is 10
        (checks.identcode, "20129845227", "7"),
        (checks.seven, "331881002", "5"),
        (checks.seven, "7389105114", "6"),
        (checks.s10, "47312482", "9"),
        (checks.mod_37_36, "008182709980000020045327276", "N"),
        # By hand: 3*1 + 1*2 + 3*3 + … + 3*1 + 1 = 76 + 1 of 12345678901.
        (checks.gls, "12345678901", str(-(3 * (1 + 3 + 5 + 7 + 9 + 1) + (2 + 4 + 6 + 8 + 0) + 1) % 10)),
    ],
)
def test_check_digits_are_those_of_published_numbers(check: checks.Check, body: str, right: str) -> None:
    assert check(body) == right


# --- formats -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "courier", "strength"),
    [
        ("SF1337445138878", "顺丰 SF Express", FITS),
        ("SF123456789012", "顺丰 SF Express", FITS),
        ("YT8988680934020", "圆通 YTO", FITS),
        ("YT2616912345678901", "云途 YunExpress", FITS),
        ("YT25569986666541", "圆通 YTO", POSSIBLE),
        ("JT2186781030229", "极兔 J&T Express", FITS),
        ("JDVA11408814483", "京东物流 JD Logistics", FITS),
        ("JDX000123456789", "京东物流 JD Logistics", FITS),
        ("DPK364112047425", "德邦 Deppon", FITS),
        ("777031922725111", "申通 STO", FITS),
        ("75123456789012", "中通 ZTO", FITS),
        ("4303618027892", "韵达 Yunda", FITS),
        ("9812345678901", "邮政快递包裹 China Post", FITS),
        ("1123456789012", "EMS (China)", POSSIBLE),
        ("LP00123456789012", "菜鸟 Cainiao, cross-border", FITS),
        ("4PX3001234567890CN", "递四方 4PX", FITS),
        ("UG123456789YP", "燕文 Yanwen", FITS),
        ("TBA123456789012", "Amazon Logistics", FITS),
        ("GM2951173225174494", "DHL eCommerce", FITS),
        ("JJD000390007700000001", "DHL Paket", FITS),
        ("JVGL06000000000001", "DHL Paket", FITS),
        ("JD0002123456789012", "Yodel", FITS),
        ("H1003870012345601001", "Hermes (Germany)", FITS),
        ("3SABCD012345678", "PostNL", FITS),
        ("6A12345678901", "Colissimo (La Poste)", FITS),
        ("600000000000000000000001", "InPost", FITS),
        ("UUS62M6610000000001", "UniUni", FITS),
        ("GFUS01000000000001", "GOFO Express", FITS),
        ("1LS717700000001", "OnTrac", FITS),
        ("61299998820821171811", "FedEx", FITS),
        ("71123456789123456787", "USPS", FITS),
        ("0073938000549297", "Canada Post", FITS),
        ("3318810025", "DHL Express", FITS),
        ("73891051146", "DHL Express", FITS),
        ("986578788855", "FedEx", FITS),
    ],
)
def test_a_format_is_read_as_its_couriers(number: str, courier: str, strength: Strength) -> None:
    best = first(number)
    assert (best.courier.name, best.strength) == (courier, strength)


def test_numbers_of_chinese_couriers_are_never_certain_and_say_that_nothing_checks_them() -> None:
    assert not any(form.own or form.check for form in (*china.FIRM, *china.LOOSE))
    assert "no check digit" in first("YT8988680934020").evidence


def test_what_several_couriers_share_is_shown_the_likeliest_first() -> None:
    assert names("773027491214552") == ["申通 STO", "百世 Best (now 极兔)"]
    assert names("9261292700768711948021") == ["USPS", "FedEx"]
    twelve = detect("201298452277").candidates
    assert {each.courier.name for each in twelve} >= {"FedEx", "DHL Paket", "GLS", "UPS", "顺丰 SF Express"}
    order = [list(Strength).index(each.strength) for each in twelve]
    assert order == sorted(order)


def test_a_check_digit_under_a_length_many_share_is_not_certain_and_says_why() -> None:
    best = first("986578788855")
    assert best.strength is FITS
    assert "by chance in one number of 10" in best.evidence


def test_a_length_alone_is_no_slip_while_others_fit_and_is_one_when_nobody_does() -> None:
    assert not detect("986578788854").slips
    assert [slip.courier.name for slip in detect("73891051149").slips] == []  # GLS has 11 digits too
    lonely = detect("041441760228965000"[:18])
    assert not lonely.candidates
    assert [slip.courier.name for slip in lonely.slips] == ["FedEx"]


@pytest.mark.parametrize(
    ("number", "courier", "said"),
    [
        ("RR123456785CN", "中国邮政 China Post, international", "registered"),
        ("EA123456785CN", "EMS (China, international)", "EMS"),
        ("CP123456785US", "USPS", "parcel"),
        ("RB123456785GB", "Royal Mail", "registered"),
        ("LA123456785FR", "La Poste", "letter"),
        ("LX123456785DE", "Deutsche Post / DHL", "letter"),
        ("CD123456785ES", "Correos", "parcel"),
        ("CE123456785PT", "CTT", "parcel"),
        ("LB123456785BR", "Correios", "letter"),
        ("EE123456785JP", "Japan Post", "EMS"),
        ("CN123456785AU", "Australia Post", "parcel"),
        ("VV123456785CA", "Canada Post", "insured"),
        ("HA123456785KE", "the post of KE", "e-commerce"),
    ],
)
def test_a_postal_number_names_its_post_and_its_service(number: str, courier: str, said: str) -> None:
    best = first(number)
    assert (best.courier.name, best.strength) == (courier, CERTAIN)
    assert said in best.evidence


def test_a_postal_number_of_no_country_is_nobodys() -> None:
    assert not detect("RR123456785ZZ").candidates
    assert not detect("RR123456785ZZ").slips


@pytest.mark.skipif(not os.environ.get("PARCELWATCH_SAMPLES"), reason="$PARCELWATCH_SAMPLES names no folder")
def test_every_recorded_chinese_number_may_be_its_couriers() -> None:
    folder = Path(os.environ["PARCELWATCH_SAMPLES"])
    seen = 0
    for where, number_in, code_in in (("kdniao", "LogisticCode", "ShipperCode"), ("kuaidi100", "nu", "com")):
        for path in sorted((folder / where).glob("*.json")):
            text = path.read_text(encoding="utf-8")
            number, code = (re.search(rf'"{name}" ?: ?"([^"*]+)"', text) for name in (number_in, code_in))
            if number and code:
                seen += 1
                codes = {each.courier.codes.get(where) for each in detect(number[1]).candidates}
                assert code[1] in codes, path.name
    assert seen


# --- how numbers are written ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("  1z 999 aa1 01 2345 6784 ", "1Z999AA10123456784"),
        ("1Z-999-AA1-01-2345-6784", "1Z999AA10123456784"),
        ("1Z\u2013999AA1\u00a00123456784", "1Z999AA10123456784"),
        ("１Ｚ９９９ＡＡ１０１２３４５６７８４", "1Z999AA10123456784"),
        ("٣٣١٨٨١٠٠٢٥", "3318810025"),
        ("\ufeff1Z999AA10123456784\u200b\r\n", "1Z999AA10123456784"),
        ("]C100340433836442636597", "00340433836442636597"),
        ("(00)340433836442636597", "00340433836442636597"),
        ("00.340433.836442.636597", "00340433836442636597"),
        ("\x1d42022153\x1d9101026837331000039521", "420221539101026837331000039521"),
        ("*1Z999AA10123456784*", "1Z999AA10123456784"),
        ('="0073938000549297"', "0073938000549297"),
        ("'0073938000549297", "0073938000549297"),
        ("1Z999AA10123456784,", "1Z999AA10123456784"),
        ("JDVA11408814483-1-2-", "JDVA11408814483"),
        ("DPK364112047425-1-2", "DPK364112047425"),
        ("9400 1112 0108 0805 4830 16", "9400111201080805483016"),
    ],
)
def test_however_it_is_written_it_is_one_number(written: str, number: str) -> None:
    read = detect(written)
    assert (read.number, read.fault) == (number, "")
    assert read.candidates


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no number"),
        (" \x00\u202e\n", "no number"),
        ("7.70E+14", "spreadsheet rounded"),
        ("12", "no tracking number"),
        ("单号：123456789012", "other than A-Z"),
        ("straße12345", "other than A-Z"),
        ("A" * 41, "no tracking number"),
        ("9" * (LONGEST_TEXT + 1), "characters long"),
    ],
)
def test_what_is_no_number_says_why(text: str, fault: str) -> None:
    read = detect(text)
    assert fault in read.fault
    assert (read.number, read.candidates, read.slips) == ("", (), ())


def _check_shape(text: str) -> None:
    read = detect(text)
    assert bool(read.number) is not bool(read.fault)
    assert len(read.given) <= LONGEST_TEXT
    assert "\x1b" not in read.given + read.fault
    assert re.fullmatch(r"[A-Z0-9]{5,40}|", read.number)
    couriers = [each.courier for each in read.candidates]
    assert len(couriers) == len({id(each) if each.codes else each.name for each in couriers})


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    _check_shape(text)


@given(st.from_regex(r"[A-Z]{0,4}[0-9]{5,36}[A-Z]{0,2}", fullmatch=True))
def test_anything_like_a_number_is_taken(text: str) -> None:
    _check_shape(text)


@given(st.one_of([st.from_regex(form.pattern, fullmatch=True) for form in (*world.FIRM, *world.LOOSE)]))
def test_whatever_fits_a_form_is_its_couriers_or_is_said_to_be_mistyped_or_is_no_number_of_anybody(text: str) -> None:
    _check_shape(text)


@pytest.mark.parametrize(
    "text", ["9" * 1_000_000, "1 " * 500_000, " " * 1_000_000 + "x", "(" * 1_000_000, "9" * 40, "-" * 400, "]C1" * 133]
)
def test_long_and_odd_texts_are_nobodys_and_the_longest_are_not_even_looked_at(text: str) -> None:
    said = detect(text)
    assert said.candidates == ()
    assert (f"it is {len(text)} characters long" in said.fault) is (len(text) > LONGEST_TEXT)


# --- the tables ----------------------------------------------------------------------------------


def test_every_form_is_of_a_courier_there_is() -> None:
    forms = (*world.FIRM, *world.LOOSE, *china.FIRM, *china.LOOSE)
    used = {form.courier for form in forms} | set(posts.KNOWN.values()) | {"emsabroad"}
    assert used <= set(companies.COURIERS)
    assert len({(form.courier, form.pattern) for form in forms}) == len(forms)


def test_a_form_with_a_check_digit_has_its_parts_and_only_such_a_form_is_ones_own() -> None:
    for form in (*world.FIRM, *world.LOOSE):
        groups = set(re.compile(form.pattern).groupindex)
        assert groups == ({"body", "check"} if form.check else set()), form
        assert form.check or not form.own


def test_codes_stand_for_aggregators_and_are_in_their_way_of_writing() -> None:
    for courier in companies.COURIERS.values():
        assert set(courier.codes) <= companies.AGGREGATORS
        assert courier.codes.get("17track", "0").isdigit()
        assert courier.codes.get("kuaidi100", "a").islower()
        assert courier.codes.get("kdniao", "A").isupper()
