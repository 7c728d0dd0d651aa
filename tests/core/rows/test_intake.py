"""What a row of an import may hold, and what is said of one that cannot be used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.rows.cells import cell, last4, number_of, tags_of, worth
from parcelwatch.core.rows.columns import COLUMNS
from parcelwatch.core.rows.intake import Described, Intake, columns
from parcelwatch.errors import BadInput
from parcelwatch.model import Parcel
from parcelwatch.reference import territories
from parcelwatch.verbs import importing

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def end_of_day(day: date, country: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=23 if country else 36)


APIS = {"my_dhl": "dhl", "kd100": "kuaidi100", "track": "17track", "ship": "shippo"}
INTAKE = Intake(APIS, ZoneInfo("Asia/Shanghai"), end_of_day, territories.country)


def described(**cells: object) -> Described:
    return INTAKE.read({"number": "JD0002123456789", "courier": "my_dhl", **cells}, NOW)


def read(**cells: object) -> Parcel:
    taken = described(**cells)
    assert taken.spoiled == ()
    return taken.parcel


def left_out(**cells: object) -> str:
    """What is said of the one cell that is left out of a parcel that is taken."""
    (remark,) = described(**cells).spoiled
    assert remark.column in cells
    return remark.text


def refused(**cells: object) -> str:
    with pytest.raises(BadInput) as error:
        read(**cells)
    return str(error.value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("JD0002123456789", "JD0002123456789"),
        (" jd0002123456789 ", "JD0002123456789"),
        ('="00340434111111111131"', "00340434111111111131"),
        ("'00340434111111111131", "00340434111111111131"),
        ("\t00340434111111111131", "00340434111111111131"),
        ("\ufeffYT-12345", "YT-12345"),
        (773456789012345, "773456789012345"),
        ("12345E6", "12345E6"),
        ("`00340434111111111131", "00340434111111111131"),
        ("’00340434111111111131", "00340434111111111131"),
        ("\u200b0034043\u200d4111111111131\u200b", "00340434111111111131"),
        ("\u202a9400 1000 0000 0000 0000 00\u202c", "9400100000000000000000"),
        ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
        ("RR 123456785 CN", "RR123456785CN"),
        ("JD00\xa00212\u30003456", "JD0002123456"),
        ("ＳＦ１２３４５６７", "SF1234567"),
        ("YT‑12345", "YT-12345"),
        ("No:773000000000001", "773000000000001"),
        ("运单号：773000000000001", "773000000000001"),
    ],
)
def test_a_number_is_freed_of_what_spreadsheets_put_around_it(written: object, number: str) -> None:
    assert read(number=written).number == number


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("7.7E+14", "rounded"),
        ("7,7E+14", "rounded"),
        ("1E+14", "rounded"),
        ("7.73456789012E14", "rounded"),
        ("", "no number"),
        ("1234", "5 to 40"),
        ("A" * 41, "5 to 40"),
        ("https://t.example/JD1", "5 to 40"),
        ("快递123456", "5 to 40"),
        ("JD0002123456 JD0002123457", "more than one number"),
        ("-", "no number"),
        (None, "no number"),
        (True, "true or false"),
        ({"a": 1}, "a table"),
        (["JD0002"], "a list"),
        ("JD0002\ud800", "broken"),
        ("JD\x0000021", "broken"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_the_reason(written: object, reason: str) -> None:
    assert reason in refused(number=written)


def test_an_unknown_account_is_refused_with_the_one_that_was_meant() -> None:
    assert 'did you mean "my_dhl"' in refused(courier="mydhl")
    assert "kd100, my_dhl, ship, track" in refused(courier="zzz")
    assert "--courier" in refused(courier="")


def test_every_reason_is_given_at_once() -> None:
    said = refused(number="7.7E+14", courier="nobody", destination="Narnia")
    assert all(part in said for part in ("rounded", "nobody"))
    assert "Narnia" not in said


def test_a_spoiled_cell_a_parcel_can_do_without_is_left_out_and_said() -> None:
    spoiled = {
        "destination": "Narnia",
        "origin": "火星",
        "shipped_at": "yesterday",
        "promised_by": "99999.5",
        "dispatch_by": "31/31/2026",
        "language": "Klingon",
        "value": "much",
        "phone_last4": "12",
        "customer_name": "x" * 201,
        "customer_contact": "a\x00b",
        "order": {"a": 1},
        "postal_code": ["1"],
        "service": True,
        "tag": [f"t{at}" for at in range(30)],
    }
    taken = described(**spoiled)
    assert taken.parcel == read()
    assert {remark.column for remark in taken.spoiled} == set(spoiled)
    assert all(remark.text.startswith(f"{remark.column} ") for remark in taken.spoiled)
    assert all(remark.text.endswith("; it is left out") for remark in taken.spoiled)


@pytest.mark.parametrize("nothing", ["-", "—", "无", "null", "N/A", " \t ", "\u200b", '=""'])
def test_what_stands_for_nothing_is_nothing(nothing: str) -> None:
    assert read(destination=nothing, shipped_at=nothing, order=nothing, value=nothing) == read()


def test_what_agents_read_of_an_order_is_kept_as_it_was_written() -> None:
    url, goods = "https://admin.example/orders?id=A-1&x=%E5%8D%95", "台灯 ×1; " * 40
    (order,) = read(order="A-1", buyer="tb_zhao88", tier="VIP", goods=goods, order_url=url).orders
    assert (order.buyer, order.tier, order.goods, order.url) == ("tb_zhao88", "VIP", goods.strip(), url)


@pytest.mark.parametrize(
    "written", ["javascript:alert(1)", "admin.example/1", "https://me:pw@x.example/", "https://x /"]
)
def test_an_orders_address_that_is_none_is_left_out_and_said(written: str) -> None:
    taken = described(order="A-1", order_url=written)
    assert taken.parcel.orders[0].url == ""
    (remark,) = taken.spoiled
    assert remark.text.startswith("order_url ")
    assert "is no web address" in remark.text


def test_a_person_may_be_called_null_and_begin_with_an_apostrophe() -> None:
    assert [read(customer_name=name).orders[0].customer_name for name in ("Null", "'t Hooft")] == ["Null", "'t Hooft"]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00+08:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2026-03-01 10:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2026/3/1 9:05", datetime(2026, 3, 1, 1, 5, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_time_without_a_zone_is_the_shops(written: str, at: datetime | None) -> None:
    assert read(shipped_at=written).shipped_at == at


def test_a_day_that_may_be_another_is_left_out_and_the_option_named_that_says_which() -> None:
    assert "--date-format" in left_out(shipped_at="03/04/2026")
    american = Intake(APIS, ZoneInfo("UTC"), end_of_day, territories.country, date_order="mdy")
    row = {"number": "JD0002123456789", "courier": "my_dhl", "shipped_at": "02/03/2026"}
    assert american.read(row, NOW).parcel.shipped_at == datetime(2026, 2, 3, tzinfo=UTC)


def test_what_was_shipped_in_days_to_come_is_left_out() -> None:
    assert "shipped_at '2099-01-01' is still to come; it is left out" in left_out(shipped_at="2099-01-01")
    assert read(shipped_at=f"{NOW + timedelta(hours=12):%Y-%m-%dT%H:%MZ}").shipped_at


def test_a_promised_day_means_its_end_at_the_destination() -> None:
    known, unknown = read(promised_by="2026-03-05", destination="BR"), read(promised_by="2026-03-05")
    assert known.promised_by == end_of_day(date(2026, 3, 5), "BR")
    assert unknown.promised_by == end_of_day(date(2026, 3, 5), "")


def test_a_promise_with_an_hour_means_that_hour() -> None:
    assert read(dispatch_by="2026-03-05T12:00").dispatch_by == datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(("written", "code"), [("br", "BR"), ("巴西", "BR"), ("UK", "GB"), ("BR-SP", "BR"), ("", "")])
def test_a_country_is_known_by_code_or_name(written: str, code: str) -> None:
    assert read(destination=written).destination == code


def test_of_a_phone_no_more_than_four_digits_are_kept() -> None:
    assert last4("+86 138-0013-8000") == "8000"
    with pytest.raises(BadInput, match="leading zeros"):
        last4("12")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("¥1,299.00", 1299.0),
        ("12", 12.0),
        ("", 0.0),
        ("0", 0.0),
        ("1.299,00 €", 1299.0),
        ("12€", 12.0),
        ("12,50", 12.5),
        ("EUR 1 299,5", 1299.5),
        ("1,299", 1299.0),
        ("1.299.000", 1299000.0),
        ("US$ 5", 5.0),
    ],
)
def test_an_amount_is_read_as_shops_write_it(written: str, value: float) -> None:
    assert worth(written) == value


@pytest.mark.parametrize("written", ["-1", "nan", "inf", "much", "1e300"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(BadInput):
        worth(written)


def test_tags_are_split_and_kept_once() -> None:
    assert tags_of("vip; gift，vip") == ("vip", "gift")
    assert read(tag=["a", "b"]).tags == ("a", "b")


@pytest.mark.parametrize(
    ("written", "orders"),
    [
        ("ZJ-3", ("ZJ-3",)),
        ("ZJ-3;ZJ-4", ("ZJ-3", "ZJ-4")),
        ("ZJ-3, ZJ-4,ZJ-3", ("ZJ-3", "ZJ-4")),
        ("ZJ-3；ZJ-4，ZJ-5、ZJ-6", ("ZJ-3", "ZJ-4", "ZJ-5", "ZJ-6")),
        ("ZJ-3;", ("ZJ-3",)),
        ("2026/17", ("2026/17",)),
        ("Order 17 b", ("Order 17 b",)),
        ("12,345", ("12,345",)),
        (["ZJ-3", "ZJ-4"], ("ZJ-3", "ZJ-4")),
        (";", ()),
    ],
)
def test_several_orders_in_one_cell_are_several_orders(written: object, orders: tuple[str, ...]) -> None:
    assert read(order=written).order_numbers == orders


def test_of_several_orders_in_one_cell_each_has_the_buyer_and_the_goods_count_once() -> None:
    parcel = read(order="ZJ-3;ZJ-4", customer_name="Lin", value="20")
    assert [order.customer_name for order in parcel.orders] == ["Lin", "Lin"]
    assert parcel.value == 20


def test_a_company_is_translated_for_its_account_and_one_nobody_knows_is_refused() -> None:
    assert read(courier="kd100", company="申通快递").company == "shentong"
    assert 'did you mean "shentong"' in refused(courier="kd100", company="申通快第")
    assert read(courier="my_dhl", company="申通快递").company == "申通快递"


def test_a_company_is_left_out_where_its_code_is_not_known_and_the_account_may_do_without() -> None:
    taken = described(courier="track", company="DPD")
    assert (taken.parcel.company, taken.spoiled) == ("", ())
    assert "left out" in taken.doubts[0].text


def test_headings_are_known_however_they_are_written_and_as_mapped() -> None:
    assert columns(["Number", " customer-name ", "备注"], {}) == {
        "Number": "number",
        " customer-name ": "customer_name",
    }
    assert columns(["快递单号"], {"快递单号": "number"}) == {"快递单号": "number"}


@pytest.mark.parametrize(
    ("header", "contact"),
    [
        (["number", "Customer Email"], "Customer Email"),
        (["number", "E-Mail", "email"], "email"),
        (["number", "email", "customer_contact"], "customer_contact"),
        (["number", "phone"], None),
    ],
)
def test_a_column_of_mail_addresses_is_the_customers_contact(header: list[str], contact: str | None) -> None:
    found = {name: heading for heading, name in columns(header, {}).items()}
    assert found.get("customer_contact") == contact


def test_a_mapping_to_no_column_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(BadInput, match='did you mean "number"'):
        columns([], {"快递单号": "numbr"})
    with pytest.raises(BadInput, match="two columns"):
        columns(["number", "单号"], {"单号": "number"})


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.none()),
)


@given(
    st.dictionaries(
        st.sampled_from([name for name in COLUMNS if name not in ("number", "courier", "company")]), anything
    )
)
def test_whatever_other_cells_hold_a_parcel_with_a_number_and_a_courier_is_watched(row: dict[str, object]) -> None:
    assert described(**row).parcel.number == "JD0002123456789"


@given(st.dictionaries(st.sampled_from(COLUMNS), anything))
def test_whatever_a_row_holds_it_is_a_valid_parcel_or_refused(row: dict[str, object]) -> None:
    try:
        parcel = INTAKE.read(row, NOW).parcel
    except BadInput:
        return
    assert number_of(parcel.number) == parcel.number
    assert parcel.courier in INTAKE.accounts
    assert not any(at and at.tzinfo is None for at in (parcel.shipped_at, parcel.promised_by, parcel.dispatch_by))


@given(st.text(), st.sampled_from(COLUMNS))
def test_a_cell_is_one_line_of_text_that_can_be_stored(text: str, name: str) -> None:
    try:
        read = cell(name, text)
    except BadInput:
        return
    read.encode()
    assert "\n" not in read


@pytest.mark.parametrize(
    ("value", "doubted"),
    [("129.90", False), ("¥888", False), ("CNY 12", False), ("12 元", False), ("EUR 12", True), ("$5", True)],
)
def test_an_amount_in_another_currency_than_the_shop_s_is_doubted(value: str, doubted: bool) -> None:
    chinese = Intake(APIS, ZoneInfo("Asia/Shanghai"), end_of_day, territories.country, currency="CNY")
    described = chinese.read({"number": "JD0002123456789", "courier": "my_dhl", "order": "A-1", "value": value}, NOW)
    assert [one.column for one in described.doubts] == ["value"] * doubted
    assert described.parcel.value > 0


def test_a_day_means_its_end_where_the_shop_is_when_nobody_says_where_the_parcel_goes() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    midnight = datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
    assert importing.end_of_day(date(2026, 11, 26), "", shanghai) == midnight
    assert importing.end_of_day(date(2026, 11, 26), "CN") == midnight
    assert importing.end_of_day(date(2026, 11, 26), "US-CA") == datetime(2026, 11, 27, 7, 59, 59, tzinfo=UTC)
