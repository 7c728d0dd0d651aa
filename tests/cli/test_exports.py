"""Importing what shops' back offices export: known by its headings, read without a mapping, and said what it is."""

from __future__ import annotations

import io
import os
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from parcelwatch.core.rows.exports.formats import EXPORTS as FORMATS
from parcelwatch.store import Store, parcels
from tests.cli.conftest import Shop
from tests.exports_made import EXPORTS, JT, STO, UPS, USPS, YTO, YTO_2, Made

ACCOUNTS = """
[couriers.kd100]
api = "kuaidi100"
key = "k"
customer = "c"
[couriers.my_ups]
api = "ups"
key = "k"
secret = "s"
[couriers.my_usps]
api = "usps"
key = "k"
secret = "s"
"""
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COUNTS = ("added", "updated", "unchanged", "skipped", "enriched", "stopped")


@pytest.fixture
def many(shop: Shop) -> Shop:
    """A shop of four accounts."""
    shop.configure(ACCOUNTS)
    return shop


def put(shop: Shop, content: bytes, name: str = "export.csv") -> str:
    path = shop.folder / name
    path.write_bytes(content)
    return str(path)


def taken(shop: Shop, made: Made, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = shop.run("parcels", "import", put(shop, made.content), "--json", *arguments).document
    return document


def listed(shop: Shop, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in shop.run("parcels", "list", "--json").document]


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_stands_in_the_readme(key: str) -> None:
    numbers = "yes" if "number" in FORMATS[key].means and key != "jingdong" else "–"
    assert re.search(rf"^\| {re.escape(FORMATS[key].name)} \| {numbers} \| [^|]+ \| `{key}` \|$", README, re.MULTILINE)


def test_there_is_a_file_of_every_format() -> None:
    assert {made.recognised for made in EXPORTS.values()} == {each.name for each in FORMATS.values()}


@pytest.mark.parametrize("key", EXPORTS)
def test_an_export_is_known_by_its_headings_and_comes_in_without_a_mapping(many: Shop, key: str) -> None:
    made = EXPORTS[key]
    ended = many.run("parcels", "import", put(many, made.content), "--json")
    assert made.summary in ended.err
    counts = {name: ended.document[name] for name in COUNTS} | {"rejected": len(ended.document["rejected"])}
    assert ended.document["recognised"] == made.recognised
    assert counts == {**dict.fromkeys((*COUNTS, "rejected"), 0), **made.counts}
    assert all(made.refused in each["reason"] for each in ended.document["rejected"])
    again = many.run("parcels", "import", put(many, made.content), "--json").document
    assert (again["added"], again["updated"]) == (0, 0)


def test_a_spreadsheet_is_read_as_the_same_table(many: Shop) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    made = EXPORTS["pinduoduo"]
    sheet.append(["订单导出"])
    sheet.append(made.columns)
    for row in made.rows:
        sheet.append([row.get(one, "") for one in made.columns])
    book.create_sheet("说明").append(["x"])
    book.save(many.folder / "orders.xlsx")
    ended = many.run("parcels", "import", str(many.folder / "orders.xlsx"))
    assert made.summary in ended.err
    assert "others are not: 说明" in ended.err
    assert "1 added" in ended.out


def test_a_spreadsheet_keeps_days_and_long_numbers_or_says_that_they_are_lost(many: Shop) -> None:
    book = openpyxl.Workbook()
    book.active.append(["number", "courier", "order", "shipped_at"])
    book.active.append([773000000000017, "申通快递", "A1", datetime(2026, 11, 24, 16, 20)])  # noqa: DTZ001
    book.active.append([9400100000000000000000.0, "my_usps", "A2", None])
    book.active.append([1000200030004567000, "my_usps", "A3", None])
    book.save(many.folder / "rows.xlsx")
    ended = many.run("parcels", "import", str(many.folder / "rows.xlsx"), "--json").document
    assert [("rounded" in row["reason"], row["line"]) for row in ended["rejected"]] == [(True, 3), (True, 4)]
    with Store.open(many.folder / "shop.db") as store:
        (parcel,) = parcels.find(store, STO)
    assert str(parcel.shipped_at) == "2026-11-24 08:20:00+00:00"


def test_a_zip_of_one_table_is_opened_and_of_several_refused(many: Shop) -> None:
    made = EXPORTS["douyin"]
    one, several = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(one, "w") as archive:
        archive.writestr("订单.csv", made.content)
        archive.writestr("说明.pdf", b"%PDF")
    with zipfile.ZipFile(several, "w") as archive:
        archive.writestr("a.csv", made.content)
        archive.writestr("b.csv", made.content)
    ended = many.run("parcels", "import", put(many, one.getvalue(), "orders.zip"), "--json")
    assert (ended.document["recognised"], ended.document["added"]) == ("抖店 orders", 2)
    refused = many.run("parcels", "import", put(many, several.getvalue(), "orders.zip"))
    assert (refused.code, "a.csv, b.csv" in refused.err, "Unpack it first" in refused.err) == (2, True, True)


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0old", b"PK\x03\x04" + bytes(200)])
def test_a_broken_or_old_spreadsheet_is_refused_with_what_to_do(many: Shop, content: bytes) -> None:
    ended = many.run("parcels", "import", put(many, content))
    assert (ended.code, "save it as “CSV UTF-8”" in ended.err) == (2, True)


def test_an_export_of_which_no_line_has_an_order_is_refused_and_an_empty_one_is_not(many: Shop) -> None:
    made = EXPORTS["ebay"]
    none = Made(made.columns, [{"Tracking number": USPS, "Post to name": "Ann"}])
    ended = many.run("parcels", "import", put(many, none.content))
    assert (ended.code, "none of its lines has an order's number" in ended.err) == (2, True)
    empty = Made(made.columns, [], after=["0,record(s) downloaded", "Seller ID : a_shop"])
    assert many.run("parcels", "import", put(many, empty.content)).code == 0


# --- who asks ------------------------------------------------------------------------------------


def test_the_account_follows_from_what_the_file_calls_the_courier(many: Shop) -> None:
    taken(many, EXPORTS["ast"])
    taken(many, EXPORTS["douyin"])
    assert sorted(listed(many, "courier", "company", "number")) == [
        ("kd100", "jtexpress", JT),
        ("kd100", "yuantong", YTO),
        ("my_ups", "", UPS),
        ("my_usps", "", USPS),
    ]


def test_names_that_belong_to_no_account_are_counted_once_each(many: Shop) -> None:
    columns = EXPORTS["pinduoduo"].columns
    rows = [
        {
            "订单号": f"261124-{at}",
            "快递单号": f"KY40000000000{at:02}",
            "快递公司": "某某快运" if at % 3 else "别家快运",
        }
        for at in range(60)
    ]
    path = put(many, Made(columns, rows).content)
    ended = many.run("parcels", "import", path, "--courier", "my_dhl")
    assert ended.code == 1
    assert "40 rows: courier '某某快运' " in ended.err
    # Once named, and once in what to write.
    assert ended.err.count("别家快运") == 2
    assert 'companies = ["别家快运"]' in ended.err
    assert len(many.run("parcels", "import", path, "--json").document["rejected"]) == 60


def test_a_courier_of_two_accounts_is_listed_and_not_guessed_but_with_courier_it_is_settled(many: Shop) -> None:
    many.configure('[couriers.ups_2]\napi = "ups"\nkey = "k"\nsecret = "s"\n')
    rows = many.file(f"number,carrier,order\n{UPS},UPS,A1\n")
    ended = many.run("parcels", "import", rows)
    assert "1 row: courier 'UPS' may be asked about by my_ups or ups_2" in ended.err
    assert many.run("parcels", "import", rows, "--courier", "ups_2").code == 0
    assert listed(many, "courier") == [("ups_2",)]


def test_a_slip_in_an_accounts_name_is_told_once_with_what_was_meant(many: Shop) -> None:
    rows = many.file(f"number,courier\n{USPS},my_ups_s\n{UPS},my_ups_s\n")
    ended = many.run("parcels", "import", rows)
    assert (ended.code, "2 rows: courier 'my_ups_s'" in ended.err, "did you mean" in ended.err) == (1, True, True)


def test_a_number_that_cannot_be_its_couriers_is_warned_of_with_who_could_ask(many: Shop) -> None:
    rows = many.file(
        f"number,courier,order\n{UPS},my_dhl,A1\n{YTO},my_dhl,A2\n1Z999AA10123456785,my_ups,A3\n{UPS},my_ups,A4\n"
    )
    ended = many.run("parcels", "import", rows)
    assert "3 added" not in ended.out
    assert f"line 2: {UPS}: it looks like a number of UPS, and my_dhl asks DHL" in ended.err
    assert "my_ups could ask about it" in ended.err
    assert f"line 3: {YTO}: " in ended.err
    assert "kd100 could ask about it" in ended.err
    assert "check digit is 5 where 4 would be right" in ended.err
    assert "line 5" not in ended.err


YTO_3 = "YT8812345678909"


# --- orders without numbers ----------------------------------------------------------------------


def watch(shop: Shop, *rows: str) -> None:
    shop.run("parcels", "import", shop.file("number,courier,company,order\n" + "\n".join(rows) + "\n", "watched.csv"))


def test_an_export_without_numbers_tells_what_is_watched_of_its_orders(many: Shop) -> None:
    watch(many, f"{UPS},my_ups,,113-0000001-0000001", f"{USPS},my_usps,,#2001")
    first = taken(many, EXPORTS["amazon-unshipped"])
    second = taken(many, EXPORTS["shopify"])
    assert [(each["enriched"], each["skipped"], each["added"]) for each in (first, second)] == [(1, 0, 0), (1, 1, 0)]
    with Store.open(many.folder / "shop.db") as store:
        ((ups,), (usps,)) = (parcels.find(store, number) for number in (UPS, USPS))
    (amazon,), (shopify,) = ups.orders, usps.orders
    assert (str(amazon.dispatch_by), amazon.customer_name) == ("2026-11-30 07:59:59+00:00", "東京 花子")
    assert (shopify.customer_name, shopify.customer_contact, shopify.value) == ("Bea Moor", "bea@example.org", 41.5)
    assert (usps.destination, usps.postal_code) == ("US", "01234")
    assert taken(many, EXPORTS["shopify"])["enriched"] == 0


def test_what_was_cancelled_or_refunded_is_watched_no_more(many: Shop) -> None:
    watch(
        many,
        "773000000000033,kd100,sto,3900000000000000003",
        "YT8812345678903,kd100,yto,261124-000000000000025",
        f"{YTO_2},kd100,yto,261124-000000000000025;A9",
        f"{UPS},my_ups,,113-0000003-0000001",
    )
    stopped = [taken(many, EXPORTS[key])["stopped"] for key in ("taobao", "pinduoduo", "amazon-all")]
    assert stopped == [1, 1, 1]
    watched = [number for number, ended in listed(many, "number", "unwatched_at") if ended is None]
    # Of the two parcels of the refunded order, one holds another order as well.
    assert YTO_2 in watched
    assert not {"773000000000033", "YT8812345678903", UPS} & set(watched)
    assert taken(many, EXPORTS["amazon-all"])["stopped"] == 0


def ended(shop: Shop) -> set[str]:
    return {number for number, at in listed(shop, "number", "unwatched_at") if at is not None}


def test_what_a_file_ended_is_watched_again_when_one_says_that_its_order_is_open_unless_an_agent_ended_it(
    many: Shop,
) -> None:
    made, parts = EXPORTS["qianniu-items"], {"4301": YTO, "4302": YTO_2, "4303": YTO_3}
    rows = [{**made.rows[0], "主订单编号": order, "物流单号": number} for order, number in parts.items()]
    taken(many, Made(made.columns, rows))
    assert many.run("parcels", "stop", YTO_2).code == 0
    taken(many, Made(made.columns, [{**each, "退款状态": "退款成功"} for each in rows]))
    assert ended(many) == {YTO, YTO_2, YTO_3}
    # An agent has the last word, whoever spoke first.
    many.run("parcels", "stop", YTO_3)
    again = taken(many, Made(made.columns, rows))
    assert (again["updated"], again["unchanged"]) == (1, 2)
    assert ended(many) == {YTO_2, YTO_3}


def test_an_order_of_which_one_part_was_refunded_is_still_under_way(many: Shop) -> None:
    made = EXPORTS["qianniu-items"]
    apart = [made.rows[1], {**made.rows[1], "主订单编号": "4200", "物流单号": YTO_2}, made.rows[0]]
    assert taken(many, Made(made.columns, apart))["skipped"] == 1
    assert listed(many, "number") == [(YTO,)]


def test_masked_names_and_hidden_phones_are_left_empty(many: Shop) -> None:
    taken(many, EXPORTS["taobao"])
    taken(many, EXPORTS["douyin"])
    with Store.open(many.folder / "shop.db") as store:
        found = [parcels.find(store, number)[0] for number in (STO, YTO)]
    assert [(one.orders[0].customer_name, one.phone_last4, one.destination) for one in found] == [
        ("", "4321", "CN"),
        ("", "", "CN"),
    ]
    assert found[0].orders[0].buyer == "买家甲"


def test_what_its_lines_are_worth_is_added_up(many: Shop) -> None:
    taken(many, EXPORTS["amazon-shipments"])
    with Store.open(many.folder / "shop.db") as store:
        assert parcels.find(store, UPS)[0].value == 15.5


def test_lines_that_promise_one_order_different_days_promise_the_earliest_and_settle(many: Shop) -> None:
    made = EXPORTS["amazon-shipments"]
    days = ("2026-12-04T10:00:00+00:00", "2026-12-02T10:00:00+00:00")
    here, other = ({**made.rows[0], "estimated-arrival-date": day} for day in days)
    apart = {**made.rows[0], "amazon-order-id": "113-0000004-0000009", "tracking-number": "1Z999AA10123456795"}
    for rows in (
        [here, {**other, "tracking-number": USPS, "carrier": "USPS"}],
        [here, apart, {**other, "tracking-number": USPS, "carrier": "USPS"}],
    ):
        taken(many, replace(made, rows=rows))
        again = taken(many, replace(made, rows=rows))
        said = [row["reason"] for row in again["warnings"] if "the earlier one holds" in row["reason"]]
        assert (again["added"], again["updated"], len(said)) == (0, 0, 1)
        with Store.open(many.folder / "shop.db") as store:
            held = {str(parcels.find(store, number)[0].promised_by) for number in (UPS, USPS)}
        assert held == {"2026-12-02 10:00:00+00:00"}


# --- what is said otherwise wins -----------------------------------------------------------------


def test_a_mapping_wins_over_what_is_recognised(many: Shop) -> None:
    made = EXPORTS["qianniu"]
    ended = many.run("parcels", "import", put(many, made.content), "--map", "商品标题=order")
    assert (ended.code, "none of its lines has an order's number" in ended.err) == (2, True)
    rows = [{**made.rows[0], "收货人姓名": "王五"}]
    assert taken(many, Made(made.columns, rows), "--map", "收货人姓名=buyer")["added"] == 1
    with Store.open(many.folder / "shop.db") as store:
        assert parcels.find(store, YTO)[0].orders[0].buyer == "王五"


def test_a_format_wins_over_what_is_recognised(many: Shop) -> None:
    path = put(many, EXPORTS["qianniu"].content)
    plain = many.run("parcels", "import", path, "--format", "csv")
    assert (plain.code, "no column `number`" in plain.err) == (2, True)
    strange = many.run("parcels", "import", path, "--format", "shopfy")
    assert (strange.code, 'did you mean "shopify"' in strange.err) == (2, True)
    assert many.run("parcels", "import", path, "--format", "amazon").code == 2


def test_an_encoding_wins_and_a_strange_one_is_refused(many: Shop) -> None:
    path = put(many, f"number,courier,customer_name\n{UPS},my_ups,Łódź\n".encode("cp1250"))
    assert many.run("parcels", "import", path, "--encoding", "cp1250").code == 0
    with Store.open(many.folder / "shop.db") as store:
        assert parcels.find(store, UPS)[0].orders[0].customer_name == "Łódź"
    ended = many.run("parcels", "import", path, "--encoding", "gb18300")
    assert (ended.code, "did you mean" in ended.err) == (2, True)


def test_western_names_are_not_read_as_chinese(many: Shop) -> None:
    taken(many, EXPORTS["woo"])
    with Store.open(many.folder / "shop.db") as store:
        assert parcels.find(store, UPS)[0].orders[0].customer_name == "Jürgen Müller"


def test_days_that_may_be_two_are_refused_unless_one_of_them_or_an_option_decides(many: Shop) -> None:
    made = EXPORTS["ast"]
    doubtful = Made(made.columns, [{**made.rows[0], "date_shipped": "03/04/2026"}])
    ended = many.run("parcels", "import", put(many, doubtful.content))
    assert (ended.code, "'03/04/2026': say --date-format d/m/y or m/d/y" in ended.err) == (2, True)
    assert taken(many, doubtful, "--date-format", "m/d/y")["added"] == 1
    assert taken(many, made)["updated"] == 1
    with Store.open(many.folder / "shop.db") as store:
        assert str(parcels.find(store, UPS)[0].shipped_at)[:10] == "2026-04-02"


def test_days_of_a_plain_file_are_decided_by_its_days(many: Shop) -> None:
    many.run(
        "parcels",
        "import",
        many.file(f"number,courier,promised_by\n{UPS},my_ups,11/18/2026\n{USPS},my_usps,12/11/2026\n"),
    )
    assert [day[:10] for (day,) in listed(many, "promised_by")] == ["2026-11-18", "2026-12-11"]


# --- presets -------------------------------------------------------------------------------------

PRESET = """
[import.warehouse]
map = { Sendung = "number", Auftrag = "order", Dienst = "courier" }
values = { "Haus-DHL" = "my_dhl", "申通" = "kd100" }
date_format = "d/m/y"
"""


def test_a_preset_says_what_headings_and_couriers_of_a_file_mean(many: Shop) -> None:
    many.configure(PRESET)
    rows = many.file("Sendung,Auftrag,Dienst\n003404341111111111117,A1,Haus-DHL\n773000000000017,A2,申通\n,A3,\n")
    ended = many.run("parcels", "import", rows, "--preset", "warehouse")
    assert (ended.code, "2 added" in ended.out, "1 skipped" in ended.out) == (0, True, True)
    assert listed(many, "courier", "company") == [("my_dhl", ""), ("kd100", "shentong")]
    missing = many.run("parcels", "import", rows, "--preset", "warehose")
    assert (missing.code, 'did you mean "warehouse"' in missing.err) == (2, True)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ('map = { a = "nummber" }', 'did you mean "number"'),
        ('values = { DHL = "my_dhk" }', 'did you mean "my_dhl"'),
        ('encoding = "gb1803"', 'did you mean "gb18030"'),
        ('date_format = "whenever"', "d/m/y"),
        ('formt = "csv"', 'did you mean "format"'),
    ],
)
def test_a_slip_in_a_preset_is_told_with_what_was_meant(many: Shop, wrong: str, hint: str) -> None:
    many.configure(f"[import.x]\n{wrong}\n")
    ended = many.run("config", "check")
    assert (ended.code != 0, hint in ended.err + ended.out) == (True, True)


# --- recorded shapes -----------------------------------------------------------------------------

SAMPLES = Path(os.environ.get("PARCELWATCH_SHOP_SAMPLES", "")) / "csv"


@pytest.mark.skipif("PARCELWATCH_SHOP_SAMPLES" not in os.environ, reason="PARCELWATCH_SHOP_SAMPLES names no folder")
def test_every_sample_of_an_export_comes_in_without_a_mapping(many: Shop) -> None:
    for file in sorted(SAMPLES.iterdir()):
        ended = many.run("parcels", "import", str(file), "--json", "--date-format", "m/d/y")
        assert ended.document["recognised"], file.name
        assert ended.document["rejected"] == [], file.name
