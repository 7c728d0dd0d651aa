"""`parcelwatch report` over days: figures beside the agents' day, on a terminal, as JSON, and as one page."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.cells import cell_len

from parcelwatch import clock
from tests.cli.conftest import DAMAGED, Shop

HOSTILE = "<b onclick='x'>&lt;"


@pytest.fixture
def complained(watched: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Three buyers complained yesterday, one of them again, in words that are no good to a page."""
    monkeypatch.setenv("COLUMNS", "80")
    day = clock.now() - timedelta(days=1)
    said = [(0, "A-0", "late"), (1, "A-1", "Late"), (2, "A-2", HOSTILE), (3, "A-2", "")]
    rows = [f"{day + timedelta(minutes=at):%Y-%m-%dT%H:%M:%SZ},{order},{kind}" for at, order, kind in said]
    path = watched.file("\n".join(["at,order,kind", *rows]))
    assert watched.run("complaints", "import", path).code == 0
    return watched


def test_a_report_over_days_has_its_figures_beside_the_agents_day(complained: Shop) -> None:
    shown = complained.run("report", "--json").document
    assert shown["opened"] == 2
    assert shown["parcels"] == 3
    assert shown["complaints"] == {
        **dict.fromkeys(("warned", "warned_3d", "warned_5d"), 0),
        **dict.fromkeys(("median_lead_days", "share", "share_3d", "share_5d")),
        "total": 3,
        "again": 1,
        "by_kind": {},
    }
    assert shown["asked"]["kinds"] == {"late": 2, HOSTILE: 1, "": 1}
    assert sum(shown["asked"]["weekdays"]) == 4
    assert shown["asked"]["couriers"] == [{"courier": "my_dhl", "company": "", "complaints": 4}]
    assert {row["kind"]: row["alerts"] for row in shown["precision"]} == {"damaged": 1, "stalled": 1}
    assert (shown["alerts"]["total"], shown["alerts"]["per_100"], len(shown["alerts"]["days"])) == (2, None, 31)
    (card,) = shown["couriers"]
    assert (card["courier"], card["parcels"], card["exceptions"], card["on_time_share"]) == ("my_dhl", 3, 1, None)


def test_verdicts_are_the_precision_of_a_kind(complained: Shop) -> None:
    cases = {row["kind"]: str(row["id"]) for row in complained.run("cases", "list", "--json").document}
    complained.run("cases", "verdict", cases["damaged"], "true")
    complained.run("cases", "verdict", cases["stalled"], "known")
    rows = {row["kind"]: row for row in complained.run("report", "--json").document["precision"]}
    assert (rows["damaged"]["true"], rows["stalled"]["known"]) == (1, 1)
    assert "1 of 1" in complained.run("report").out


def test_cases_behind_a_worse_one_are_counted_beside_those_that_wait(watched: Shop) -> None:
    assert "behind" not in watched.run("report", "--today").out
    with closing(sqlite3.connect(watched.folder / "shop.db")) as raw, raw:
        raw.execute("UPDATE cases SET hidden_by = 'damaged' WHERE kind = 'stalled'")
    waiting = watched.run("report", "--today", "--json").document["waiting"]
    assert (waiting["total"], waiting["hidden"]) == (1, 1)
    assert "1, and 1 behind a worse one: 1 open" in watched.run("report", "--today").out
    watched.configure('\n[alerts]\nlanguage = "zh-CN"\n')
    assert "另有 1 个被更严重的异常掩盖" in watched.run("report", "--today").out


def test_the_day_alone_is_as_it_was(complained: Shop) -> None:
    assert not {"complaints", "couriers"} & complained.run("report", "--today", "--json").document.keys()
    assert "Couriers" not in complained.run("report", "--today").out


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_report_holds_at_eighty_columns(complained: Shop, language: str) -> None:
    complained.configure(f'\n[alerts]\nlanguage = "{language}"\n')
    shown = complained.run("report").out
    figures = shown[shown.index("\n\n") :]
    assert max(cell_len(line) for line in figures.splitlines() if "`" not in line and "." not in line) <= 80
    if language == "zh-CN":
        ours = re.sub(r"`[^`]*`|DHL|UTC|[Ll]ate|<b onclick=\S+|&lt;", "", figures)
        assert re.findall("[A-Za-z]{3,}", ours) == []


def test_of_a_few_no_percentage_is_said(complained: Shop) -> None:
    out = complained.run("report").out
    assert "0 of 3" in out
    assert "%" not in out


def test_without_complaints_it_says_how_they_come_in(watched: Shop) -> None:
    assert "parcelwatch complaints import FILE" in watched.run("report").out


def test_where_nobody_can_be_told_it_says_so(watched: Shop) -> None:
    text = watched.config.read_text(encoding="utf-8")
    channel = text[text.index("[channels.ops]") : text.index("[drafts]")]
    watched.config.write_text(text.replace(channel, ""), encoding="utf-8")
    assert "No channel is configured" in watched.run("report").out


# --- one by one ----------------------------------------------------------------------------------


def test_complaints_are_listed_with_what_agents_knew(complained: Shop) -> None:
    shown = complained.run("complaints", "list", "--json").document
    assert [(row["order"], row["kind"], row["again"], row["warned_by"]) for row in shown] == [
        ("A-0", "late", False, None),
        ("A-1", "Late", False, None),
        ("A-2", HOSTILE, False, None),
        ("A-2", "", True, None),
    ]
    assert len(complained.run("complaints", "list", "--missed", "--json").document) == 4
    assert complained.run("complaints", "list", "--since", "1h", "--json").document == []
    assert "A-1" in complained.run("complaints", "list").out


def test_a_list_without_complaints_says_how_they_come_in(watched: Shop) -> None:
    assert "complaints import FILE" in watched.run("complaints", "list").out


# --- the page ------------------------------------------------------------------------------------

_VOID = {"meta", "line", "rect"}


class Page(HTMLParser):
    """What stands in it; fails where tags do not pair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(shop: Shop) -> Page:
    path = shop.folder / "report.html"
    written = shop.run("report", "--html", str(path))
    assert (written.code, "report.html" in written.err) == (0, True)
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_runs_nothing_and_fetches_nothing(complained: Shop) -> None:
    shown = page(complained)
    assert not {"script", "link", "img", "iframe", "object", "b"} & set(shown.tags)
    for name, value in shown.attributes:
        assert name not in ("src", "href", "action")
        assert not name.startswith("on")
        assert name == "xmlns" or "://" not in value
    assert not [text for text in shown.texts if "url(" in text or "@import" in text]


def test_the_page_shows_what_buyers_call_it_and_no_more(complained: Shop) -> None:
    shown = page(complained)
    assert HOSTILE in shown.texts
    assert not [text for text in shown.texts if DAMAGED in text or "A-2" in text]
    assert ("lang", "en") in shown.attributes
    assert shown.tags.count("svg") == shown.tags.count("title") - 1 > 3
    assert ("name", "viewport") in shown.attributes


def test_the_page_is_in_the_agents_language(complained: Shop) -> None:
    complained.configure('\n[alerts]\nlanguage = "zh-CN"\n')
    shown = page(complained)
    assert ("lang", "zh-CN") in shown.attributes
    assert "快递表现" in shown.texts


def test_a_page_and_a_document_can_be_had_at_once(complained: Shop) -> None:
    path = complained.folder / "both.html"
    assert complained.run("report", "--html", str(path), "--json").document["parcels"] == 3
    assert path.exists()


def test_a_page_takes_a_link_s_place_and_leaves_alone_what_it_leads_to(shop: Shop) -> None:
    precious, link = shop.folder / "precious", shop.folder / "report.html"
    precious.write_text("mine")
    for leads_to in (precious, shop.folder / "nowhere"):
        link.unlink(missing_ok=True)
        link.symlink_to(leads_to)
        assert shop.run("report", "--html", str(link)).code == 0
        assert not link.is_symlink()
        assert "<html" in link.read_text(encoding="utf-8")
    assert (precious.read_text(), (shop.folder / "nowhere").exists()) == ("mine", False)
    assert not list(shop.folder.glob(".*.part"))


@pytest.mark.parametrize("options", [["--today", "--html", "x.html"], ["--html", "no/such/folder/x.html"]])
def test_what_cannot_be_written_is_wrong_usage(complained: Shop, options: list[str]) -> None:
    assert complained.run("report", *options).code == 2
    assert not Path("x.html").exists()
