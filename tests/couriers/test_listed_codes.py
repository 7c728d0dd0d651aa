"""The two lists of an adapter's codes, the published one and its own: no code is missing without a reason.

The published lists lie beside the recorded answers that $PARCELWATCH_SAMPLES names; without them nothing is compared.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from parcelwatch.couriers.cainiao.codes import OWN_COURIER, meaning
from parcelwatch.couriers.deppon import codes as deppon
from parcelwatch.couriers.dhl.codes import DIVISIONS
from parcelwatch.couriers.dhl.silent import SILENT
from parcelwatch.couriers.ems import codes as ems
from parcelwatch.couriers.fedex.codes import EVENTS as FEDEX
from parcelwatch.couriers.jd import codes as jd
from parcelwatch.couriers.jt import codes as jt
from parcelwatch.couriers.sto.codes import SCANS as STO
from parcelwatch.couriers.ups import codes as ups
from parcelwatch.couriers.usps.codes import COMPUTED
from parcelwatch.couriers.usps.codes import EVENTS as USPS
from parcelwatch.couriers.yto.codes import SCANS as YTO
from parcelwatch.couriers.yunda import codes as yunda
from parcelwatch.couriers.zto.codes import SCANS as ZTO
from tests.couriers.declaring import declaration

HOME = os.environ.get("PARCELWATCH_SAMPLES", "")
TABLES = Path(HOME).parent / "tables"

pytestmark = pytest.mark.skipif(not (HOME and TABLES.is_dir()), reason="PARCELWATCH_SAMPLES has no tables beside it")


def table(name: str, delimiter: str = "\t") -> list[list[str]]:
    with (TABLES / name).open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))[1:]


def column(name: str, place: int = 0) -> list[str]:
    return [row[place] for row in table(name)]


def chinese(courier: str) -> list[str]:
    return [row[1] for row in table("china_courier_codes.csv", ",") if row[0] == courier]


def missing(listed: Iterable[str], known: Callable[[str], bool]) -> list[str]:
    return [code for code in listed if not known(code)]


def grouped(groups: ups.Groups) -> set[str]:
    return {code for _, codes in groups for code in codes.split()}


def spaced(**spaces: Iterable[str]) -> Callable[[str], bool]:
    """Codes that are listed with the field they stand in before them."""
    known = {f"{space}:{code}" for space, codes in spaces.items() for code in codes}
    return known.__contains__


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ups_status_codes.tsv", ups.STATUS),
        ("ups_exception_codes.tsv", grouped(ups.EXCEPTION_GROUPS)),
        ("ups_delivery_codes.tsv", grouped(ups.DELIVERY_GROUPS)),
        ("ups_movement_scans.tsv", grouped(ups.SCAN_GROUPS)),
        ("usps_event_codes.tsv", {*USPS, *COMPUTED}),
        ("royalmail_event_codes.tsv", declaration("royalmail").statuses),
    ],
)
def test_every_listed_code_has_a_meaning(name: str, known: Iterable[str]) -> None:
    assert missing(column(name), set(known).__contains__) == []


def test_every_code_of_ups_mail_innovations_has_a_meaning_where_it_comes_from() -> None:
    known = {(place, code) for place, groups in ups.MAIL_GROUPS.items() for code in grouped(groups)}
    assert [row for row in table("ups_mail_innovations.tsv") if (row[1], row[0]) not in known] == []


def test_every_fedex_code_has_a_meaning() -> None:
    assert missing((code.upper() for code in column("fedex_status_codes.tsv", 1)), FEDEX.__contains__) == []


def test_every_second_level_of_dhl_has_a_meaning_or_is_known_to_add_none() -> None:
    rows = [(row[0], row[1]) for row in table("dhl_unified_status_by_service.csv", ";") if " " not in row[1]]
    unknown = [
        (one, code) for one, code in rows if code not in DIVISIONS.get(one, {}) and code not in SILENT.get(one, ())
    ]
    assert unknown == []
    assert [(one, code) for one, codes in SILENT.items() for code in codes if code in DIVISIONS.get(one, {})] == []


# Codes of another interface than the one that is asked, by what stands before them.
REASONS = {
    ("jdl", "status"): "the states of an order, which the interface of orders tells",
    ("sto", "intl"): "actions of the international service, which its own interface tells",
}


@pytest.mark.parametrize(
    ("courier", "known"),
    [
        ("cainiao", lambda code: meaning(code, OWN_COURIER) is not None),
        ("deppon", spaced(order=deppon.CODES, trace=deppon.CODES)),
        ("ems", lambda code: code in ems.OPERATIONS or spaced(signed=ems.DELIVERIES, unsigned=ems.ATTEMPTS)(code)),
        ("jdl", spaced(state=jd.STATES, stage=jd.STAGES)),
        ("jtexpress", spaced(scan=jt.SCANS, problem=jt.PROBLEMS)),
        ("sto", STO.__contains__),
        ("yto", YTO.__contains__),
        ("yunda", spaced(status=yunda.STATUSES, action=yunda.ACTIONS)),
        ("zto", ZTO.__contains__),
    ],
)
def test_every_listed_chinese_code_has_a_meaning(courier: str, known: Callable[[str], bool]) -> None:
    listed = [code for code in chinese(courier) if (courier, code.partition(":")[0]) not in REASONS]
    assert missing(listed, known) == []
