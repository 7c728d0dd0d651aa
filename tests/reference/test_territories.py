"""Countries as shops, platforms and people write them."""

from __future__ import annotations

import pytest
from babel.core import Locale
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.reference.territories import LANGUAGES, country

MANY = "US GB DE FR ES PT BR CN HK MO TW SG JP KR NL CH AT IT PL CZ TR RU UA MX CL AR AU NZ CA IE IN VN TH"
CODES = MANY.split()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_a_country_is_known_by_its_name_in_every_language_the_program_reads(code: str, language: str) -> None:
    name = Locale.parse(language).territories[code]
    assert {country(each) for each in (name, name.upper(), f" {name} ", f"{name} ({code})", f"{code} - {name}")} == {
        code
    }


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("us", "US"),
        ("NLD", "NL"),
        ("276", "DE"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("BR-SP", "BR"),
        ("us-ca", "US"),
        ("CN-31", "CN"),
        ("United States (US)", "US"),
        ("United Kingdom (UK)", "GB"),
        ("United States of America", "US"),
        ("The Netherlands", "NL"),
        ("Holland", "NL"),
        ("England", "GB"),
        ("Korea, Republic of", "KR"),
        ("Korea (North)", "KP"),
        ("Viet Nam", "VN"),
        ("Russian Federation", "RU"),
        ("Czech Republic", "CZ"),
        ("Turkey", "TR"),
        ("COTE D'IVOIRE", "CI"),
        ("Bosnia and Herzegovina", "BA"),
        ("Mexico", "MX"),
        ("Großbritannien", "GB"),
        ("Etats-Unis", "US"),
        ("EE.UU.", "US"),
        ("中国大陆", "CN"),
        ("中国（大陆）", "CN"),
        ("中国香港", "HK"),
        ("香港特别行政区", "HK"),
        ("台湾", "TW"),
        ("美國", "US"),
        ("CN 中国", "CN"),
        ("Hong Kong SAR China", "HK"),
        ("Kosovo", "XK"),
    ],
)
def test_spellings_of_platforms_and_of_standards_are_known(written: str, code: str) -> None:
    assert country(written) == code


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Narnia",
        "XQ",
        "ZZ",
        "EU",
        "001",
        "XX-YY",
        "Georgia (US)",
        "刚果",
        "Ireland (Northern)",
        "US DE",
    ],
)
def test_what_is_no_country_or_may_be_two_is_unknown(written: str) -> None:
    assert country(written) == ""


@given(st.text(max_size=60))
def test_whatever_is_written_is_two_letters_or_nothing(text: str) -> None:
    code = country(text)
    assert code == "" or (len(code) == 2 and country(code) == code)
