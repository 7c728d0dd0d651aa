"""Adding, importing, listing, stopping and forgetting parcels."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from parcelwatch.cli.tables import Listing
from parcelwatch.store import Store, parcels
from tests.cli.conftest import DAMAGED, MOVING, STALLED, Shop
from tests.servers import Server, answers

HEAD = "number,courier,order,promised_by,destination\n"


def test_what_is_said_of_a_whole_file_is_in_the_document_too(shop: Shop) -> None:
    rows = f"number,courier,colour\n{MOVING},my_dhl,red\n{MOVING},my_dhl,red\n"
    said = shop.run("parcels", "import", shop.file(rows), "--json").document["warnings"]
    assert [row["line"] for row in said] == [None, None]
    assert said[0]["reason"].startswith("column 'colour'")
    assert "is named in line 2 already" in said[1]["reason"]


def test_adding_again_updates_and_never_doubles(shop: Shop) -> None:
    first = shop.run("parcels", "add", "jd00021234", "--courier", "my_dhl", "--order", "A1", "--json")
    again = shop.run("parcels", "add", "JD00021234", "--courier", "my_dhl", "--destination", "br", "--json")
    same = shop.run("parcels", "add", "JD00021234", "--courier", "my_dhl", "--json")
    assert [each.document["outcome"] for each in (first, again, same)] == ["added", "updated", "unchanged"]
    (row,) = shop.run("parcels", "list", "--json").document
    assert (row["number"], row["order"], row["destination"]) == ("JD00021234", "A1", "BR")


def test_whoever_adds_a_parcel_hears_that_its_promise_is_that_of_its_orders_other_parcels_too(shop: Shop) -> None:
    add = ("parcels", "add", "--courier", "my_dhl", "--order", "1001", "--promised-by")
    first = shop.run(*add, "2026-11-27", "JD00021234")
    other = shop.run(*add, "2026-12-02", "JD00021235")
    again = shop.run(*add, "2026-12-02", "JD00021234")
    said = "order 1001 has other parcels: its new promised_by holds for them, too"
    assert [said in ended.err for ended in (first, other, again)] == [False, True, False]


def test_one_added_by_hand_belongs_to_no_import_so_it_is_told_at_once(shop: Shop) -> None:
    shop.run("parcels", "add", "JD00021234", "--courier", "my_dhl", "--tag", "vip", "--tag", "gift")
    with Store.open(shop.folder / "shop.db") as store:
        (parcel,) = parcels.find(store, "JD00021234")
    assert parcel.import_id is None
    assert parcel.tags == ("vip", "gift")


def test_what_cannot_be_added_says_why(shop: Shop) -> None:
    ended = shop.run("parcels", "add", "7.7E+14", "--courier", "mydhl")
    assert ended.code == 2
    assert "rounded" in ended.err
    assert 'did you mean "my_dhl"' in ended.err


def test_good_rows_go_in_and_bad_ones_are_named_by_line(shop: Shop) -> None:
    text = (
        HEAD + 'JD00021234,my_dhl,A1,2026-03-05,BR\n7.7E+14,my_dhl,,,\n"=""JD00021235""",my_dhl,A2,,\nJD1,nobody,,,\n'
    )
    ended = shop.run("parcels", "import", shop.file(text), "--json")
    assert ended.code == 1
    assert ended.document["added"] == 2
    assert [(row["line"], row["number"]) for row in ended.document["rejected"]] == [(3, "7.7E+14"), (5, "JD1")]
    again = shop.run("parcels", "import", shop.file(text), "--json").document
    assert (again["added"], again["unchanged"]) == (0, 2)


def test_a_cell_that_cannot_be_used_is_left_out_and_said_and_its_row_goes_in(shop: Shop) -> None:
    path = shop.file(HEAD + "JJD0000021234,my_dhl,A1,03/04/2026,Narnia\nJJD0000021235,my_dhl,A2,25-11-2026,新加坡\n")
    ended = shop.run("parcels", "import", path)
    assert ended.code == 0
    assert "2 added, 0 updated, 0 unchanged, 0 rejected" in ended.out
    assert "line 2: JJD0000021234: destination 'Narnia' is no country" in ended.err
    assert "--date-format" in ended.err
    first, second = shop.run("parcels", "list", "--json").document
    assert (first["destination"], first["promised_by"]) == ("", None)
    assert (second["destination"], second["promised_by"]) == ("SG", "2026-11-25T15:59:59Z")
    again = shop.run("parcels", "import", path, "--date-format", "d/m/y", "--json").document
    assert [(row["line"], row["column"]) for row in again["warnings"]] == [(2, "destination")]
    assert again["updated"] == 1
    assert shop.run("parcels", "list", "--json").document[0]["promised_by"] == "2026-04-03T15:59:59Z"


def test_of_many_remarks_the_first_are_shown_and_json_has_all(shop: Shop) -> None:
    path = shop.file("number,destination\n" + "".join(f"JJD00{at:08},Narnia\n" for at in range(40)))
    ended = shop.run("parcels", "import", path, "--courier", "my_dhl")
    assert ended.err.count("Narnia") == 10
    assert "30 more rows" in ended.err
    said = shop.run("parcels", "import", path, "--courier", "my_dhl", "--json").document["warnings"]
    assert len(said) == 40


def test_of_many_refused_rows_the_first_are_named_and_all_where_that_is_asked(shop: Shop) -> None:
    path = shop.file("number,courier\n" + "".join(f"JD{at:02}!,my_dhl\n" for at in range(50)))
    ended = shop.run("parcels", "import", path)
    assert (ended.code, ended.err.count("is no tracking number")) == (1, 20)
    assert "30 more rows refused; --verbose, or --json, names each" in ended.err
    assert shop.run("parcels", "import", path, "--verbose").err.count("is no tracking number") == 50


def test_what_is_typed_wrongly_is_refused_rather_than_left_out(shop: Shop) -> None:
    ended = shop.run("parcels", "add", "JD00021234", "--courier", "my_dhl", "--destination", "Narnia")
    assert (ended.code, "no country" in ended.err) == (2, True)


def test_the_date_format_is_one_of_three_orders(shop: Shop) -> None:
    ended = shop.run("parcels", "import", shop.file(HEAD), "--date-format", "whenever")
    assert (ended.code, "d/m/y, m/d/y, y/m/d" in ended.err) == (2, True)


def test_a_file_as_excel_and_a_shop_write_it_is_taken_whole(shop: Shop) -> None:
    text = (
        "\ufeffsep=;\n"
        "Number;Courier;Order;Destination;Customer name;Item\n"
        '"=""9400100000000000000000""";my_dhl;#1001;United States (US);Ann;Lamp\n'
        ";;#1001;;;Bulb\n"
        "9400 1000 0000 0000 0000 17;;#1001;;;Shade\n"
        "9400 1000 0000 0000 0000 17;;#1001;;;Cord\n"
        "`JD00021234;my_dhl;#1002;NLD;'t Hooft;Lamp\n"
        "'JD00021235;my_dhl;#1003;BR-SP;Bia;Lamp\n"
        ";;;;;Total 6\n"
    )
    ended = shop.run("parcels", "import", shop.file(text))
    assert ended.code == 0
    assert "4 added, 0 updated, 0 unchanged, 0 rejected" in ended.out
    assert "passed over: 2" in ended.err
    rows = shop.run("parcels", "list", "--json").document
    assert [(row["number"], row["order"], row["destination"]) for row in rows] == [
        ("9400100000000000000000", "#1001", "US"),
        ("9400100000000000000017", "#1001", "US"),
        ("JD00021234", "#1002", "NL"),
        ("JD00021235", "#1003", "BR"),
    ]


def test_an_order_without_a_number_yet_is_skipped_and_a_row_of_nothing_is_refused(shop: Shop) -> None:
    text = "number,order,customer_name\nJD00021234,A1,Ann\n,A2,Bob\n"
    ended = shop.run("parcels", "import", shop.file(text), "--courier", "my_dhl")
    assert (ended.code, "1 added, 0 updated, 0 unchanged, 0 rejected, 1 skipped" in ended.out) == (0, True)
    again = shop.run("parcels", "import", shop.file(text + ",,Eve\n"), "--courier", "my_dhl", "--json")
    assert (again.code, [row["line"] for row in again.document["rejected"]]) == (1, [4])


KD100 = '[couriers.kd100]\napi = "kuaidi100"\nkey = "k"\ncustomer = "c"\n'


def test_companies_are_read_by_name_and_unknown_ones_refused_with_what_was_meant(shop: Shop) -> None:
    shop.configure(KD100)
    text = "number,company\nYT8812345678901,圆通速递\n773000000000001,申通快第\n773000000000002,foobar\n"
    ended = shop.run("parcels", "import", shop.file(text), "--courier", "kd100", "--json")
    reasons = [row["reason"] for row in ended.document["rejected"]]
    assert 'did you mean "shentong"' in reasons[0]
    assert "code:CODE" in reasons[1]
    assert shop.run("parcels", "list", "--json").document[0]["company"] == "yuantong"


def test_a_corrected_company_replaces_the_wrong_one(shop: Shop) -> None:
    shop.configure(KD100)
    for company in ("code:shentongkuaidi", "shentong"):
        rows = shop.file(f"number,order,company\n773000000000001,A1,{company}\n")
        assert shop.run("parcels", "import", rows, "--courier", "kd100").code == 0
    (row,) = shop.run("parcels", "list", "--json").document
    assert row["company"] == "shentong"


def test_the_case_of_a_wrong_company_closes_when_it_is_corrected(shop: Shop) -> None:
    unknown_company = '{"result": false, "returnCode": "400", "message": "找不到对应公司"}'
    with Server(answers(unknown_company.encode())) as kd100:
        shop.configure(KD100 + f'base_url = "{kd100.url}/"\ninterval = "1d"\n')
        wrong, right = (f"number,company\n773000000000001,{each}\n" for each in ("code:shentongkuaidi", "申通快递"))
        shop.run("parcels", "import", shop.file(wrong), "--courier", "kd100")
        shop.run("once")
        assert [case["state"] for case in shop.run("cases", "list", "--json").document] == ["open"]
        assert shop.run("parcels", "import", shop.file(right), "--courier", "kd100", "--json").document["updated"] == 1
        shop.run("once")
        (case,) = shop.run("cases", "list", "--json").document
        assert (case["kind"], case["state"], case["company"]) == ("tracking_stopped", "resolved", "shentong")


def test_refused_rows_are_said_on_stderr(shop: Shop) -> None:
    ended = shop.run("parcels", "import", shop.file(HEAD + "x,my_dhl,,,\n"))
    assert "line 2: x:" in ended.err
    assert "0 added" in ended.out
    assert "1 rejected" in ended.out


def test_a_promised_day_of_a_file_ends_at_the_destination(shop: Shop) -> None:
    shop.run(
        "parcels", "import", shop.file(HEAD + "JD00021234,my_dhl,A1,2026-03-05,JP\nJD00021235,my_dhl,A2,2026-03-05,\n")
    )
    japan, unknown = shop.run("parcels", "list", "--json").document
    assert japan["promised_by"] == "2026-03-05T14:59:59Z"
    assert unknown["promised_by"] == "2026-03-05T15:59:59Z"


def test_columns_are_mapped_and_unknown_ones_warned_of(shop: Shop) -> None:
    path = shop.file("快递单号,订单号,备注\nJD00021234,A1,x\n")
    refused = shop.run("parcels", "import", path)
    assert refused.code == 2
    assert "--map" in refused.err
    ended = shop.run(
        "parcels", "import", path, "--map", "快递单号=number", "--map", "订单号=order", "--courier", "my_dhl"
    )
    assert ended.code == 0
    assert "备注" in ended.err
    assert shop.run("parcels", "list", "--json").document[0]["order"] == "A1"


def test_a_dry_run_says_what_would_happen_and_leaves_no_database(shop: Shop) -> None:
    shop.without_database()
    path = shop.file(HEAD + "JD00021234,my_dhl,,,\n")
    assert shop.run("parcels", "import", path, "--dry-run", "--json").document["added"] == 1
    assert not (shop.folder / "shop.db").exists()
    shop.run("parcels", "import", path)
    assert shop.run("parcels", "import", path, "--dry-run", "--json").document["unchanged"] == 1


def test_an_import_is_remembered_with_its_counts_and_its_parcels(shop: Shop) -> None:
    shop.run("parcels", "import", shop.file(HEAD + "JD00021234,my_dhl,,,\nx,my_dhl,,,\n"))
    with Store.open(shop.folder / "shop.db") as store:
        (row,) = store.all("SELECT id, added, rejected, finished_at IS NOT NULL FROM imports")
        assert row == (parcels.find(store, "JD00021234")[0].import_id, 1, 1, 1)


def test_more_rows_than_a_batch_all_go_in(shop: Shop) -> None:
    lines = "".join(json.dumps({"number": f"JD{at:08}", "courier": "my_dhl"}) + "\n" for at in range(1203))
    assert shop.run("parcels", "import", shop.file(lines, "rows.jsonl"), "--json").document["added"] == 1203


@pytest.mark.parametrize("rows", ["JD00021234,my_dhl\n", "JD00021234,my_dhl\nJD00021235,my_dhl\n"])
def test_a_file_without_headings_is_useless_however_long_it_is(shop: Shop, rows: str) -> None:
    ended = shop.run("parcels", "import", shop.file(rows))
    assert (ended.code, "no column `number`; it has JD00021234, my_dhl" in ended.err) == (2, True)


def test_a_file_of_headings_alone_adds_nothing(shop: Shop) -> None:
    ended = shop.run("parcels", "import", shop.file(HEAD), "--json")
    assert (ended.code, ended.document["added"], "passed over" in ended.err) == (0, 0, False)


def test_rows_come_from_stdin_too(shop: Shop) -> None:
    rows = (HEAD + "JJD0000021234,my_dhl,,,\n").encode("gb18030")
    ended = shop.run("parcels", "import", "-", "--json", stdin=rows)
    counts = {"added": 1, "updated": 0, "unchanged": 0, "skipped": 0, "enriched": 0, "stopped": 0, "forgotten": 0}
    assert ended.document == {**counts, "recognised": "", "rejected": [], "warnings": []}
    assert ended.code == 0


@pytest.mark.parametrize(
    "arguments", [["none.csv"], ["--format", "xml", "-"], ["--map", "x", "-"], ["--courier", "zz", "-"]]
)
def test_an_import_that_cannot_begin_is_wrong_usage(shop: Shop, arguments: list[str]) -> None:
    assert shop.run("parcels", "import", *arguments).code == 2


def test_lists_are_filtered_only_when_asked(watched: Shop) -> None:
    assert len(watched.run("parcels", "list", "--json").document) == 3
    assert {row["number"] for row in watched.run("parcels", "list", "--open", "--json").document} == {STALLED, DAMAGED}
    assert len(watched.run("parcels", "list", "--milestone", "exception", "--json").document) == 1
    assert watched.run("parcels", "list", "--milestone", "in_transt").code == 2


def test_what_holds_of_parcels_chooses_them_in_a_list_too(watched: Shop) -> None:
    watched.run("parcels", "add", STALLED, "--courier", "my_dhl", "--tag", "vip")
    (row,) = watched.run("parcels", "list", "--where", "tag=vip", "--where", "courier=my_dhl", "--json").document
    assert row["number"] == STALLED
    assert watched.run("parcels", "list", "--where", "tag=vp", "--json").document == []
    assert watched.run("parcels", "list", "--where", "colour=red").code == 2


def test_what_would_be_done_to_chosen_parcels_is_shown_before_it_is_done(watched: Shop) -> None:
    asked = watched.run("parcels", "stop", "--where", "courier=my_dhl")
    assert asked.code == 1
    assert f"that is 3 parcels: {MOVING}, {STALLED}, {DAMAGED}; give --yes" in asked.err
    assert "that is 1 parcel:" in watched.run("parcels", "stop", "--where", "order=A-1").err
    none = watched.run("parcels", "stop", "--where", "tag=vp", "--yes")
    assert (none.code, "no watched parcel has tag=vp" in none.err) == (1, True)


def test_a_table_is_no_wider_than_its_terminal_and_breaks_no_word(watched: Shop) -> None:
    assert all(number in watched.run("parcels", "list").out for number in (MOVING, STALLED, DAMAGED))
    sentence = "Nothing has happened since 2026-11-15 12:08 GMT+08:00 at Erfurt, DE: 4.1 bd, more than 3bd."
    row = (12, "awaiting_collection", "medium", "acknowledged", STALLED, "A-10231", "2026-11-15 12:08", sentence)
    titles = [">ID", "!Kind", "!Severity", "!State", "!Number", "!?Order", "!?Since", "~Why"]
    for width in (40, 60, 80, 100, 120, 200):
        shown = io.StringIO()
        Console(file=shown, width=width).print(Listing(titles, [row]))
        lines = shown.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        assert width < 80 or len(lines) <= 4
        assert width < 80 or "A-10231" in shown.getvalue()
        known = {
            "ID",
            *" ".join(titles + [str(cell) for cell in row]).translate(dict.fromkeys(map(ord, ">!~?"))).split(),
        }
        assert {word.rstrip("…:,") for line in lines for word in line.split()} - {"─" * len(lines[1])} <= {
            word.rstrip(":,") for word in known
        }


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_a_table_with_chinese_in_every_column_is_no_wider_than_its_terminal(width: int) -> None:
    titles = [">ID", "!Kind", "!Severity", "!State", "!Number", "!?Order", "!?Since", "?Tags", "~Why"]
    sentence = "快递公司反馈破损：“快件在【武汉市转运中心】发现外包装破损，内件待核实”，武汉市，" * 2
    row = (
        7,
        "damaged",
        "critical",
        "open",
        "434381359749988",
        "淘宝订单-79640",
        "2026-11-21 13:29",
        "大客户, 加急",
        sentence,
    )
    shown = io.StringIO()
    Console(file=shown, width=width).print(Listing(titles, [row, row]))
    lines = shown.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "434381359749988" in shown.getvalue()
    assert "淘宝订单-79640" in shown.getvalue()
    # Where rows stand side by side, what follows Chinese stands under its title.
    if lines[0].startswith("ID") and "Tags" in lines[0]:
        begins = cell_len(lines[0].partition("Tags")[0])
        assert cell_len(lines[2].partition("大客户")[0]) == begins


def test_a_parcel_is_shown_with_its_checkpoints_oldest_first(watched: Shop) -> None:
    shown = watched.run("parcels", "show", STALLED, "--json").document
    times = [each["occurred_at"] for each in shown["checkpoints"]]
    assert times == sorted(times)
    assert {"number", "courier", "company", "order", "milestone", "cause", "confirmed_at", "poll_at"} <= set(shown)
    assert shown["cases"][0]["kind"] == "stalled"
    assert "Dortmund" in watched.run("parcels", "show", STALLED).out


@pytest.mark.parametrize("written", ["jd00021234", "JD00 0212 34", "`JD00021234", '="JD00021234"', "\u200bJD00021234"])
def test_a_number_is_found_however_it_is_pasted(shop: Shop, written: str) -> None:
    shop.run("parcels", "add", "JD00021234", "--courier", "my_dhl")
    assert shop.run("parcels", "show", written, "--json").document["number"] == "JD00021234"


def test_a_number_at_two_couriers_must_be_told_apart(shop: Shop) -> None:
    shop.configure('[couriers.other]\napi = "dhl"\nkey = "k"\n')
    for courier in ("my_dhl", "other"):
        shop.run("parcels", "add", "JD00021234", "--courier", courier)
    assert shop.run("parcels", "show", "JD00021234").code == 2
    assert shop.run("parcels", "show", "JD00021234", "--courier", "other", "--json").document["courier"] == "other"


def test_a_stopped_parcel_is_never_asked_and_can_be_watched_again(watched: Shop) -> None:
    assert watched.run("parcels", "stop", MOVING, "--json").document["changed"]
    assert watched.run("parcels", "show", MOVING, "--json").document["poll_at"] is None
    assert not watched.run("parcels", "stop", MOVING, "--json").document["changed"]
    watched.run("parcels", "resume", MOVING)
    assert watched.run("parcels", "show", MOVING, "--json").document["poll_at"]


def test_a_parcel_that_is_watched_again_has_the_trouble_it_was_stopped_with(watched: Shop) -> None:
    def case() -> dict[str, Any]:
        rows = watched.run("cases", "list", "--json").document
        return next(row for row in rows if row["number"] == DAMAGED)

    watched.run("parcels", "stop", DAMAGED)
    assert case()["state"] == "resolved"
    assert "watched no more" in watched.run("cases", "show", str(case()["id"])).out
    told = len(watched.run("alerts", "list", "--json").document)
    watched.run("parcels", "resume", DAMAGED)
    assert case()["state"] == "open"
    alerts = watched.run("alerts", "list", "--json").document
    assert [row["kind"] for row in alerts[told:] if not row["draft"]] == [], "it was told before"
    drafts = watched.run("drafts", "list", "--state", "draft", "--json").document
    assert [row["kind"] for row in drafts if row["number"] == DAMAGED] == ["damaged"]


def test_a_parcel_an_agent_closed_the_case_of_stays_so_when_it_is_watched_again(watched: Shop) -> None:
    rows = watched.run("cases", "list", "--json").document
    case = str(next(row["id"] for row in rows if row["number"] == DAMAGED))
    watched.run("cases", "resolve", case)
    watched.run("parcels", "stop", DAMAGED)
    watched.run("parcels", "resume", DAMAGED)
    assert watched.run("cases", "show", case, "--json").document["state"] == "resolved"


def test_parcels_are_moved_all_or_none(shop: Shop) -> None:
    shop.configure('[couriers.other]\napi = "dhl"\nkey = "k"\n')
    for number, courier in (("JD00021234", "my_dhl"), ("JD00021235", "my_dhl"), ("JD00021235", "other")):
        shop.run("parcels", "add", number, "--courier", courier)
    ended = shop.run("parcels", "move", "JD00021234", "JD00021235", "--courier", "my_dhl", "--to", "other")
    assert (ended.code, "watched at other already" in ended.err) == (1, True)
    assert shop.run("parcels", "show", "JD00021234", "--json").document["courier"] == "my_dhl"


def test_forgetting_leaves_no_trace(watched: Shop) -> None:
    assert watched.run("parcels", "export", DAMAGED).document["parcels"][0]["checkpoints"]
    assert watched.run("parcels", "forget", DAMAGED, "--yes").code == 0
    assert watched.run("parcels", "show", DAMAGED).code == 1
    files = [path.read_bytes() for path in Path(watched.folder).glob("shop.db*")]
    assert not any(DAMAGED.encode() in content for content in files)


@pytest.mark.parametrize("how", [(), ("--json",)])
@pytest.mark.parametrize("noun", ["parcels", "orders"])
def test_nothing_is_erased_unasked_where_nobody_is_there_to_ask(shop: Shop, noun: str, how: tuple[str, ...]) -> None:
    shop.run("parcels", "import", shop.file("number,courier,order\nJD00000148,my_dhl,B-1\n"))
    ended = shop.run(noun, "forget", "B-1", *how)
    assert (ended.code, ended.out, "JD00000148" in ended.err, "--yes" in ended.err) == (2, "", True, True)
    assert shop.run("parcels", "show", "JD00000148").code == 0


def test_forgetting_says_which_parcels_and_orders_go_and_which_stay(shop: Shop) -> None:
    rows = "JD00000148,my_dhl,B-1,Ann\nJD00000155,my_dhl,B-1,Ann\nJD00000148,my_dhl,B-2,Bob\n"
    shop.run("parcels", "import", shop.file("number,courier,order,customer_name\n" + rows))
    shared = shop.run("orders", "forget", "B-2", "--yes").out
    assert "Forgotten: order B-2." in shared
    assert "Kept for their other orders: JD00000148." in shared
    one = shop.run("parcels", "forget", "JD00000148", "--yes").out
    assert "Forgotten: 1 parcel (JD00000148)." in one
    assert "Kept for their other parcels: order B-1." in one
    assert shop.run("parcels", "show", "JD00000155", "--json").document["orders"] == ["B-1"]


def test_an_order_forgotten_or_exported_by_its_number_means_all_of_its_parcels(shop: Shop) -> None:
    rows = "JD00000148,my_dhl,B-1\nJD00000155,my_dhl,B-1\nJD00000162,my_dhl,B-2\n"
    shop.run("parcels", "import", shop.file("number,courier,order\n" + rows))
    known = shop.run("parcels", "export", "B-1").document
    assert [one["number"] for one in known["parcels"]] == ["JD00000148", "JD00000155"]
    gone = shop.run("parcels", "forget", "B-1", "--yes", "--json").document
    assert (gone["parcels"], gone["orders"]) == (["JD00000148", "JD00000155"], ["B-1"])
    assert [row["number"] for row in shop.run("parcels", "list", "--json").document] == ["JD00000162"]


def test_what_its_courier_could_not_be_asked_about_is_refused_with_what_to_add(shop: Shop) -> None:
    shop.configure('[couriers.kd100]\napi = "kuaidi100"\nkey = "k"\ncustomer = "c"\n')
    shop.configure('[couriers.track]\napi = "17track"\nkey = "k"\n')
    lacking = ["parcels", "add", "YT8812345678901", "--courier", "kd100"]
    refused = shop.run(*lacking)
    assert refused.code == 2
    assert "--company" in refused.err
    assert shop.run(*lacking, "--company", "yuantong").code == 0
    assert shop.run(*lacking, "--order", "A1", "--json").document["outcome"] == "updated"
    assert shop.run("parcels", "add", "YT8812345678901", "--courier", "track").code == 0
    rows = shop.file("number,courier,company\nYT8812345678902,kd100,\nSF8812345678902,kd100,shunfeng\nYT9,track,x\n")
    rejected = shop.run("parcels", "import", rows, "--json").document["rejected"]
    assert [row["line"] for row in rejected] == [2, 3, 4]
    assert "phone_last4" in rejected[1]["reason"]


def test_a_parcel_named_twice_in_a_file_is_warned_of_and_the_file_settles(shop: Shop) -> None:
    path = shop.file(HEAD + "JD00021234,my_dhl,A1,,\nJD00021235,my_dhl,A2,,\njd00021234,my_dhl,A1,,BR\n")
    first = shop.run("parcels", "import", path)
    assert "line 4: JD00021234 is named in line 2 already" in first.err
    assert shop.run("parcels", "import", path, "--json").document["unchanged"] == 3
    assert shop.run("parcels", "list", "--json").document[0]["order"] == "A1"


@pytest.mark.parametrize(
    ("rows", "whose"),
    [
        ("JD00021234,A1,Ann,ann@example.org\nJD00021235,A1,Bob,bob@example.org\n", "Ann"),
        ("JD00021234,A1,Ann,ann@example.org\nJD00021235,A1,Bob,\n", "Ann"),
        ("JD00021234,A1,,ann@example.org\nJD00021235,A1,,bob@example.org\n", ""),
    ],
)
def test_an_order_has_the_buyer_whom_its_first_row_names_and_another_one_is_warned_of(
    shop: Shop, rows: str, whose: str
) -> None:
    head = "number,order,customer_name,customer_contact\n"
    first = shop.run("parcels", "import", shop.file(head + rows), "--courier", "my_dhl")
    assert "line 3" in first.err
    assert "order A1 has another buyer in line 2" in first.err
    order = shop.run("orders", "show", "A1", "--json").document
    assert (order["customer"], order["contact"]) == (whose, "ann@example.org")
    assert len(order["parcels"]) == 2


@pytest.mark.parametrize("other", ["Ann Lee,", "J. Brown,ann@example.org", "ann,ann@work.example", "A**,"])
def test_another_spelling_of_the_same_buyer_is_no_other_buyer(shop: Shop, other: str) -> None:
    head = "number,order,customer_name,customer_contact\nJD00021234,A1,Ann,ann@example.org\n"
    path = shop.file(f"{head}JD00021235,A1,{other}\n")
    assert "another buyer" not in shop.run("parcels", "import", path, "--courier", "my_dhl").err


def test_a_column_that_stands_there_twice_or_not_at_all_is_said(shop: Shop) -> None:
    twice = shop.run("parcels", "import", shop.file("number,order,order\nJD00021234,A1,A2\n"))
    assert (twice.code, "two columns of the file mean order" in twice.err) == (2, True)
    absent = shop.run("parcels", "import", shop.file("number\nJD00021234\n"), "--map", "单号=number")
    assert (absent.code, "no column '单号'" in absent.err) == (2, True)


def test_a_list_shows_every_order_in_full_however_narrow_the_terminal(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = "261124-000000000000001; 6917926768823643751"
    shop.run("parcels", "import", shop.file(f"number,courier,order\n{MOVING},my_dhl,{orders}\n{STALLED},my_dhl,A-2\n"))
    for width in ("60", "80", "120"):
        monkeypatch.setenv("COLUMNS", width)
        shown = shop.run("parcels", "list").out
        assert [order for order in (*orders.split("; "), "A-2") if order not in shown] == []
