"""`cases claim`, `claims …` and the evidence bundle, as they are typed."""

from __future__ import annotations

import csv
import io
import os
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parcelwatch import bundle, clock, config
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Order, Parcel
from parcelwatch.store import Store, cases, evidence, inbox, parcels
from parcelwatch.wording.render import Renderer
from tests.cli.conftest import Shop

WINDOW = """
[[claims]]
courier = "my_dhl"
kind = "damaged"
days = 5
from = "shipped"
source = "our contract, § 7"
checked_on = 2026-11-28
"""
NUMBER = "003404341111119999"


def damaged(shop: Shop, *, number: str = NUMBER, shipped: timedelta = timedelta(days=2), **more: Any) -> int:
    """A parcel that came to harm; its case's id."""
    now = clock.now().replace(microsecond=0)
    policy = config.load(shop.config).policy()
    text, place = more.pop("text", "box crushed"), more.pop("place", "Leipzig, DE")
    order = Order("A-77", "Jana Beispiel", "jana@example.org", goods="=HYPERLINK(1)", value=88.5, language="en")
    courier = more.pop("courier", "my_dhl")
    parcel = Parcel(0, number, courier, now, shipped_at=now - shipped, destination="DE", orders=(order,), **more)
    said = Checkpoint(
        now - timedelta(hours=1), now - timedelta(hours=1), Milestone.EXCEPTION, Cause.DAMAGED, "D1", text, place
    )
    with Store.open(shop.folder / "shop.db") as store, store.transaction():
        key = parcels.add(store, parcel, now)
        ingest(store, [Heard(key, Answered(number, (said,)), now)], policy)
        return cases.of_kind(store, key, "damaged").id or 0


# --- what became of it ---------------------------------------------------------------------------


def test_a_case_shows_the_last_day_to_claim_and_where_that_is_set(shop: Shop) -> None:
    shop.configure(WINDOW)
    case = damaged(shop)
    last = (clock.now() - timedelta(days=2)).astimezone(UTC) + timedelta(days=5)
    shown = shop.run("cases", "show", str(case), "--json").document["claim"]
    assert shown["state"] == "open"
    assert shown["running"] is True
    assert abs((datetime.fromisoformat(f"{shown['last_on']}T12:00Z") - last).days) <= 1
    assert "config.toml:" in shown["window"]
    text = shop.run("cases", "show", str(case)).out
    assert f"last day to claim  {shown['last_on']}" in text
    assert shown["last_on"] in shop.run("cases", "list").out


def test_of_a_window_that_comes_along_it_is_said_who_says_so_and_what_speaks_against_it(shop: Shop) -> None:
    shop.configure("[couriers.sf]\napi = 'sf'\nkey = 'k3y-of-sf'\nsecret = 's3cret-of-sf'\n")
    case = damaged(shop, courier="sf", origin="CN")
    shown = shop.run("cases", "show", str(case)).out
    assert "30d from shipped (terms, in doubt)" in shown
    assert "source" in shown
    assert "read on 2026-11-29" in shown
    assert "not at SF's own address" in shown
    (listed,) = {row["doubt"] for row in shop.run("claims", "windows", "--courier", "sf", "--json").document}
    assert "not at SF's own address" in listed


def test_where_no_window_is_known_no_day_is_made_up(shop: Shop) -> None:
    case = damaged(shop)
    assert shop.run("cases", "show", str(case), "--json").document["claim"] is None
    assert "no window is known" in shop.run("cases", "show", str(case)).out
    assert shop.run("claims", "list").out == "Nothing to claim.\n"


def test_what_is_said_of_a_claim_is_kept_with_its_number_and_by_whom(shop: Shop) -> None:
    shop.configure(WINDOW)
    case = str(damaged(shop))
    said = shop.run("cases", "claim", case, "--filed", "--ref", "RMA-2211", "--by", "lin")
    assert (said.code, said.out) == (0, f"Case {case} (damaged of {NUMBER}): claimed.\n")
    whole = shop.run("cases", "show", case, "--json").document
    assert (whole["claim"]["state"], whole["claim"]["ref"], whole["claim"]["running"]) == ("filed", "RMA-2211", False)
    event = whole["events"][-1]
    assert (event["before"], event["after"], event["by"]) == ("claim open", "claim filed", "lin")
    assert "“RMA-2211”" in event["why"]
    assert shop.run("cases", "claim", case, "--paid", "12.50 EUR").code == 0
    assert shop.run("cases", "show", case, "--json").document["claim"]["amount"] == "12.50 EUR"


def test_saying_it_twice_changes_nothing_and_a_paid_claim_is_not_made_again(shop: Shop) -> None:
    case = str(damaged(shop))
    assert shop.run("cases", "claim", case, "--none").code == 0
    again = shop.run("cases", "claim", case, "--none")
    assert (again.code, again.err) == (1, f"parcelwatch: the claim of case {case} is none already\n")
    assert shop.run("cases", "claim", case, "--filed").code == 0
    assert shop.run("cases", "claim", case, "--paid", "9").code == 0
    refused = shop.run("cases", "claim", case, "--filed")
    assert refused.code == 1
    assert "is paid" in refused.err


@pytest.mark.parametrize(
    "given", [(), ("--filed", "--none"), ("--paid", ""), ("--paid", "a lot"), ("--filed", "--ref", "x" * 61)]
)
def test_what_cannot_be_meant_is_refused(shop: Shop, given: tuple[str, ...]) -> None:
    ended = shop.run("cases", "claim", str(damaged(shop)), *given)
    assert ended.code in (1, 2)
    assert "--" in ended.err
    assert "Traceback" not in ended.err


def test_resolving_says_that_the_claim_can_still_be_made(shop: Shop) -> None:
    shop.configure(WINDOW)
    case = str(damaged(shop))
    assert f"cases claim {case} --filed" in shop.run("cases", "resolve", case).err
    assert NUMBER in shop.run("claims", "list").out
    shop.run("cases", "claim", case, "--none")
    assert shop.run("claims", "list").out == "Nothing to claim.\n"


def reminders(shop: Shop) -> list[tuple[str, str]]:
    rows = shop.run("alerts", "list", "--json").document
    return [(row["why"], row["state"]) for row in rows if row["why"].startswith("claim")]


def test_a_reminder_leaves_once_whoever_starts_anew(shop: Shop) -> None:
    shop.configure(WINDOW)
    case = damaged(shop, shipped=timedelta(days=4))
    shop.run("once")
    assert reminders(shop) == [("claim_due", "sent")]
    shop.run("once")
    shop.run("once")
    assert reminders(shop) == [("claim_due", "sent")]
    assert f"cases claim {case} --filed" in shop.run("alerts", "list", "--json").out


def test_a_claim_that_is_made_takes_back_the_reminder_that_waits_and_a_resolved_case_does_not(shop: Shop) -> None:
    shop.configure(WINDOW)
    case = str(damaged(shop, shipped=timedelta(days=4)))
    shop.run("cases", "resolve", case)
    assert reminders(shop) == [("claim_due", "pending")]
    shop.run("cases", "claim", case, "--filed")
    assert reminders(shop) == [("claim_due", "suppressed")]


# --- lists ---------------------------------------------------------------------------------------


def test_the_list_has_the_most_pressing_first_and_those_due_in_time(shop: Shop) -> None:
    shop.configure(WINDOW)
    later = damaged(shop, number="003404341111118888", shipped=timedelta(days=0))
    sooner = damaged(shop, shipped=timedelta(days=4))
    over = damaged(shop, number="003404341111117777", shipped=timedelta(days=40))
    listed = shop.run("claims", "list", "--json").document
    assert [one["case"] for one in listed] == [sooner, later]
    assert [one["case"] for one in shop.run("claims", "list", "--due", "2d", "--json").document] == [sooner]
    everyone = shop.run("claims", "list", "--all", "--json").document
    assert [(one["case"], one["missed"]) for one in everyone] == [(over, True), (sooner, False), (later, False)]
    assert shop.run("claims", "list", "--due", "soon").code == 2


def test_the_windows_are_listed_with_who_says_so_the_shops_first(shop: Shop) -> None:
    shop.configure(WINDOW)
    rows = shop.run("claims", "windows", "--json").document
    assert (rows[0]["courier"], rows[0]["own"], rows[0]["source"]) == ("my_dhl", True, "our contract, § 7")
    assert all(row["source"] and row["checked_on"] for row in rows)
    assert {row["courier"] for row in shop.run("claims", "windows", "--courier", "UPS", "--json").document} == {"ups"}
    assert {row["basis"] for row in rows if not row["own"]} == {"law", "terms", "advice"}
    assert "No window is known for 申通" in shop.run("claims", "windows", "--courier", "申通").out


# --- the bundle ----------------------------------------------------------------------------------


def opened(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_bundle_holds_what_speaks_for_the_case(shop: Shop) -> None:
    shop.configure(WINDOW)
    case = damaged(shop)
    shop.run("cases", "note", str(case), "Called the depot, they look for it")
    for draft in shop.run("drafts", "list", "--json").document:
        shop.run("drafts", "approve", str(draft["id"]))
        shop.run("drafts", "sent", str(draft["id"]))
    target = shop.folder / "claim.zip"
    ended = shop.run("cases", "show", str(case), "--bundle", str(target))
    assert ended.code == 0, ended.err
    found = opened(target)
    assert list(found)[:4] == ["summary.html", "timeline.csv", "history.csv", "order.csv"]
    assert any(name.startswith("letters/D") for name in found)
    (scan,) = rows_of(found["timeline.csv"])
    assert (scan["text"], scan["place"], scan["milestone"]) == ("box crushed", "Leipzig, DE", "exception")
    assert "Called the depot" in found["history.csv"].decode()
    page = found["summary.html"].decode()
    assert "<td>DHL</td>" in page
    assert "my_dhl" not in page
    for part in (NUMBER, "A-77", "88.5", "box crushed", "Last day to claim"):
        assert part in page
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_no_buyer_and_no_formula_leaves_the_house(shop: Shop) -> None:
    case = damaged(
        shop, text="=cmd|' /C calc'!A0 signed by Jana Beispiel, 0151 23456789", place="<script>alert(1)</script>"
    )
    for draft in shop.run("drafts", "list", "--json").document:
        shop.run("drafts", "approve", str(draft["id"]))
        shop.run("drafts", "sent", str(draft["id"]))
    target = shop.folder / "claim.zip"
    shop.run("cases", "show", str(case), "--bundle", str(target))
    found = opened(target)
    everything = b"\n".join(found.values()).decode()
    for secret in ("Jana", "jana@example.org", "23456789"):
        assert secret not in everything
    assert b"<script>" not in found["summary.html"]
    (order,) = rows_of(found["order.csv"])
    assert order["goods"].startswith("'=")
    assert rows_of(found["timeline.csv"])[0]["text"].startswith("'=")


def _letters_of(store: Store, number: str) -> dict[str, str]:
    parcel = parcels.find(store, number)[0]
    case = cases.rows(store, clock.now(), parcel_id=parcel.id)[0].case.id or 0
    found = bundle.files(store, case, Renderer(), clock.now())
    return {name: data.decode() for name, data in found.items() if name.startswith("letters/")}


def test_a_letter_about_two_parcels_is_in_the_bundle_of_each(shop: Shop) -> None:
    for number in ("003404341111117777", "003404341111118888"):
        damaged(shop, number=number)
    (draft,) = shop.run("drafts", "list", "--state", "draft", "--json").document
    assert shop.run("drafts", "approve", str(draft["id"])).code == 0
    assert shop.run("drafts", "sent", str(draft["id"])).code == 0
    with Store.open(shop.folder / "shop.db") as store:
        first, second = (_letters_of(store, number) for number in ("003404341111117777", "003404341111118888"))
    assert [*first] == [*second] == [f"letters/D{draft['id']}-damaged.txt"]


def test_who_was_the_customer_before_does_not_leave_the_house_either(shop: Shop) -> None:
    damaged(shop)
    (draft,) = shop.run("drafts", "list", "--state", "draft", "--json").document
    shop.run("drafts", "approve", str(draft["id"]))
    shop.run("drafts", "sent", str(draft["id"]))
    other = ("--customer-name", "Olga Neumann", "--customer-contact", "olga@example.org")
    ended = shop.run("parcels", "add", NUMBER, "--courier", "my_dhl", "--order", "A-77", *other)
    assert ended.code == 0, ended.err
    with Store.open(shop.folder / "shop.db") as store:
        (letter,) = _letters_of(store, NUMBER).values()
    assert "Jana" not in letter


def test_what_came_raw_is_in_it_without_keys_and_only_where_it_names_the_parcel(shop: Shop) -> None:
    case = damaged(shop)
    now = clock.now()
    with Store.open(shop.folder / "shop.db") as store, store.transaction():
        evidence.keep_payload(store, "my_dhl", f'{{"id":"{NUMBER}","x":"?"}}'.encode(), "no shape", now)
        evidence.keep_payload(store, "my_dhl", f'{{"id":"{NUMBER}1"}}'.encode(), "no shape", now)
        evidence.keep_payload(store, "other", f'{{"id":"{NUMBER}"}}'.encode(), "no shape", now)
        push = f"param=%7B%22no%22%3A%22{NUMBER}%22%2C%22tel%22%3A%2213912345678%22%7D&sign=A1B2C3D4E5"
        inbox.keep(store, "my_dhl", {"Authorization": "Bearer abc"}, push.encode(), now)
    target = shop.folder / "claim.zip"
    shop.run("cases", "show", str(case), "--bundle", str(target))
    raw = {name: data.decode() for name, data in opened(target).items() if name.startswith("payloads/")}
    assert sorted(name.rpartition("-")[0] for name in raw) == ["payloads/answer", "payloads/push"]
    text = "\n".join(raw.values())
    assert NUMBER in text
    for secret in ("A1B2C3D4E5", "13912345678", "Bearer", f"{NUMBER}1"):
        assert secret not in text


def test_what_is_missing_is_said_in_the_agents_language(shop: Shop) -> None:
    case = damaged(shop)
    with Store.open(shop.folder / "shop.db") as store:
        found = bundle.files(store, case, Renderer("Asia/Shanghai", "zh-CN"), clock.now())
    page = found["summary.html"].decode()
    assert "没有保存快递接口的原始应答" in page
    assert "没有从这里发送过买家消息" in page
    assert '<html lang="zh-CN">' in page


def test_made_twice_it_is_the_same_file(shop: Shop) -> None:
    case = damaged(shop)
    now = clock.now()
    with Store.open(shop.folder / "shop.db") as store:
        one, other = (bundle.packed(bundle.files(store, case, Renderer(), now)) for _ in range(2))
    assert one == other


def test_a_file_that_is_there_stays_unless_it_is_forced(shop: Shop) -> None:
    case = str(damaged(shop))
    target = shop.folder / "claim.zip"
    target.write_text("mine")
    ended = shop.run("cases", "show", case, "--bundle", str(target))
    assert (ended.code, target.read_text()) == (2, "mine")
    assert "--force" in ended.err
    assert shop.run("cases", "show", case, "--bundle", str(target), "--force").code == 0
    assert "summary.html" in opened(target)
    assert not list(shop.folder.glob(".claim.zip*"))


def test_what_is_no_file_stays_what_it_is(shop: Shop) -> None:
    pipe = shop.folder / "claim.zip"
    os.mkfifo(pipe)
    ended = shop.run("cases", "show", str(damaged(shop)), "--bundle", str(pipe), "--force")
    assert (ended.code, pipe.is_fifo()) == (2, True)
    assert shop.run("db", "backup", str(pipe)).code == 2
    assert pipe.is_fifo()


def test_a_link_is_never_followed(shop: Shop) -> None:
    case = str(damaged(shop))
    precious = shop.folder / "precious"
    precious.write_text("mine")
    link = shop.folder / "link.zip"
    link.symlink_to(precious)
    assert shop.run("cases", "show", case, "--bundle", str(link)).code == 2
    assert shop.run("cases", "show", case, "--bundle", str(link), "--force").code == 0
    assert precious.read_text() == "mine"
    assert not link.is_symlink()
    dangling = shop.folder / "dangling.zip"
    dangling.symlink_to(shop.folder / "nowhere")
    assert shop.run("cases", "show", case, "--bundle", str(dangling)).code == 2
    assert not (shop.folder / "nowhere").exists()


@pytest.mark.parametrize("name", ["", "no/such/folder/x.zip"])
def test_where_nothing_can_be_written_it_is_said(shop: Shop, name: str) -> None:
    ended = shop.run("cases", "show", str(damaged(shop)), "--bundle", str(shop.folder / name))
    assert ended.code == 2
    assert "cannot be written" in ended.err


def test_names_of_files_within_are_our_own_whatever_the_courier_writes(shop: Shop) -> None:
    case = damaged(shop, number="003404341111116666", service="../../etc/passwd", text="../\\x00", place="C:\\con")
    with Store.open(shop.folder / "shop.db") as store:
        found = bundle.files(store, case, Renderer(), clock.now())
    assert all(".." not in name and not name.startswith("/") for name in found)
