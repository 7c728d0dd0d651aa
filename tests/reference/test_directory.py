"""Couriers by the names people use, with a number to ring and a page to look at."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from parcelwatch import couriers
from parcelwatch.core.rows.companies import AGGREGATORS, COURIERS
from parcelwatch.core.texts.text import link
from parcelwatch.reference import directory
from parcelwatch.reference.directory import contact

FACTS = tomllib.loads(Path(directory.__file__).with_suffix(".toml").read_text("utf-8"))
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize(
    ("api", "company", "zh", "en"),
    [
        ("kuaidi100", "shentong", "申通", "STO"),
        ("kuaidi100", "yuantong", "圆通", "YTO"),
        ("kdniao", "JTSD", "极兔", "J&T Express"),
        ("17track", "3011", "中国邮政", "China Post"),
        ("17track", "21051", "USPS", "USPS"),
        ("17track", "999999", "999999", "999999"),
        ("sto", "", "申通", "STO"),
        ("dhl", "", "DHL", "DHL"),
        ("kuaidi100", "", "快递100", "Kuaidi100"),
    ],
)
def test_a_courier_is_called_what_agents_call_it(api: str, company: str, zh: str, en: str) -> None:
    found = contact(api, company)
    assert (found.name("zh-CN"), found.name("en")) == (zh, en)


def test_a_courier_made_in_toml_is_called_as_it_calls_itself_and_is_known_if_we_know_it() -> None:
    assert contact("declared", otherwise="Our own drivers").name("en") == "Our own drivers"
    assert contact("declared", otherwise="La Poste").hotline.startswith("3631")
    assert contact("declared", otherwise="Australia Post").name("zh-CN") == "澳大利亚邮政"


def test_a_page_shows_the_parcel_and_nothing_in_its_number_leads_elsewhere() -> None:
    page = contact("ups").page("1Z 9/../?x=#")
    assert page == "https://www.ups.com/track?tracknum=1Z%209%2F..%2F%3Fx%3D%23"
    assert contact("ups").page("") == ""
    assert contact("declared", otherwise="Our own drivers").page("A1") == ""


@pytest.mark.parametrize("api", sorted(set(couriers.load()) - {"declared", "karrio"}))
def test_every_adapter_has_a_name_in_both_languages(api: str) -> None:
    found = contact(api)
    assert found.name("en") != api or api in ("ups", "usps")
    assert not HAN.search(found.name("en"))


@pytest.mark.parametrize("key", COURIERS)
def test_every_company_behind_an_aggregator_has_a_name(key: str) -> None:
    for api, code in COURIERS[key].codes.items():
        assert api in AGGREGATORS
        assert contact(api, code).name("zh-CN")
        assert contact(api, code).name("en")


@pytest.mark.parametrize("name", [f"{table}.{key}" for table in ("couriers", "apis") for key in FACTS[table]])
def test_every_fact_has_a_source_and_fits_where_it_is_shown(name: str) -> None:
    table, key = name.split(".", 1)
    facts = FACTS[table][key]
    assert table == "apis" or key in COURIERS
    assert set(facts) <= {"zh", "en", "hotline", "page", "source"}
    assert facts.get("source") or not {"hotline", "page"} & set(facts)
    assert re.fullmatch(r"(?:[0-9][0-9 -]{3,16}(?: \([A-Z]{2}\))?)?", facts.get("hotline", ""))
    if page := facts.get("page"):
        assert page.count("{number}") == 1
        assert link(page.format(number="JD1"))


def test_the_facts_say_when_they_were_checked() -> None:
    assert isinstance(FACTS["written_on"], date)
