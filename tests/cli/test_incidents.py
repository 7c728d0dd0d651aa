"""Incidents as agents see them, and what they do to all letters of one at once."""

from __future__ import annotations

import pytest

from parcelwatch import clock
from tests.cli.conftest import Shop
from tests.standstill import DAY, STALLED, Courier

STUCK = 60


@pytest.fixture
def stuck(shop: Shop) -> Shop:
    """A shop of which sixty parcels stand still at one hub."""
    shop.configure('\n[thresholds]\nprofile = "china"\n')
    dhl = Courier(shop.folder, now=clock.now() - STALLED - DAY / 4)
    dhl.stall(dhl.add(STUCK, "Leipzig", destination="DE"))
    dhl.store.close()
    return shop


def test_an_incident_is_listed_and_shown_with_what_it_was_measured_by(stuck: Shop) -> None:
    (row,) = stuck.run("incidents", "list", "--json").document
    assert (row["id"], row["state"], row["grain"], row["hub"], row["folded"]) == (1, "open", "hub", "Leipzig", STUCK)
    assert stuck.run("incidents", "list", "--state", "over", "--json").document == []
    assert "60 of 60 parcels last seen at “Leipzig” stand still" in " ".join(stuck.run("incidents", "list").out.split())
    shown = stuck.run("incidents", "show", "1", "--json").document
    assert [event["turn"] for event in shown["events"]] == ["opens"]
    assert (len(shown["cases"]), len(shown["drafts"])) == (STUCK, STUCK)
    assert shown["chance"] < 1e-20
    text = " ".join(stuck.run("incidents", "show", "1").out.split())
    assert "60 of 60; what is usual is not known yet: taken to be 33 %; p = 2.4e-29" in text


def test_the_report_counts_incidents(stuck: Shop) -> None:
    said = stuck.run("report", "--since", "7d", "--json").document["incidents"]
    assert said == {"opened": 1, "closed": 0, "open": 1, "parcels": STUCK}
    assert f"1 open; {STUCK} parcels" in stuck.run("report", "--today").out


def test_its_cases_say_which_incident_tells_them(stuck: Shop) -> None:
    rows = stuck.run("cases", "list", "--incident", "1", "--json").document
    assert {row["incident"] for row in rows} == {1}
    assert len(rows) == STUCK
    for of in ("cases", "drafts"):
        unknown = stuck.run(of, "list", "--incident", "2")
        assert (unknown.code, "there is no incident 2" in unknown.err) == (1, True)
    assert "incident" in stuck.run("cases", "show", str(rows[0]["id"])).out


def test_what_was_told_of_it_and_what_it_kept_back_is_listed(stuck: Shop) -> None:
    rows = stuck.run("alerts", "list", "--json").document
    (told,) = [row for row in rows if row["kind"] == "incident"]
    assert (told["state"], told["cases"], told["incident"]) == ("sent", [], 1)
    kept = [row for row in rows if row["kind"] == "stalled"]
    assert {(row["state"], row["reason"], row["incident"]) for row in kept} == {("suppressed", "told as incident 1", 1)}
    assert "incident" in stuck.run("alerts", "list").out


def test_all_of_its_letters_are_approved_and_sent_at_once(stuck: Shop) -> None:
    assert len(stuck.run("drafts", "list", "--incident", "1", "--json").document) == STUCK
    assert stuck.run("drafts", "discard", "1").code == 0
    said = stuck.run("drafts", "approve", "--incident", "1", "--by", "lin")
    assert said.out == f"Letters of incident 1: {STUCK - 1} approved.\n"
    assert stuck.run("drafts", "approve", "--incident", "1").code == 1
    assert stuck.run("drafts", "sent", "--incident", "1").out == f"Letters of incident 1: {STUCK - 1} sent.\n"


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("incidents", "show", "7"), 1, "there is no incident 7"),
        (("incidents", "list", "--state", "opne"), 2, "open"),
        (("drafts", "approve"), 2, "name drafts, an incident or a kind"),
        (("drafts", "approve", "4", "--incident", "1"), 2, "one of them"),
        (("drafts", "approve", "--incident", "7"), 1, "there is no incident 7"),
    ],
)
def test_what_cannot_be_meant_is_said(stuck: Shop, typed: tuple[str, ...], code: int, said: str) -> None:
    ended = stuck.run(*typed)
    assert (ended.code, said in ended.err) == (code, True), ended.err


def test_who_is_told_of_an_incident_can_be_asked(shop: Shop) -> None:
    shop.configure('\n[channels.boss]\nurl = "json://127.0.0.1:1/"\n[[routes]]\nincident = true\nchannel = "boss"\n')
    (found,) = shop.run("alerts", "preview", "--kind", "incident", "--json").document
    assert found["channel"] == "boss"
    assert shop.run("alerts", "preview", "--kind", "lost", "--json").document[0]["channel"] == "ops"
    assert "incidents" in shop.run("config", "check").out


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("minimun = 5", 'did you mean "minimum"'),
        ("alpha = 2.0", "alpha"),
        ("minimum = 1", "minimum"),
        ('enabled = "yes"', "enabled"),
    ],
)
def test_a_slip_in_the_configuration_is_told(shop: Shop, written: str, said: str) -> None:
    shop.configure(f"\n[incidents]\n{written}\n")
    ended = shop.run("config", "check")
    assert (ended.code, said in ended.err) == (78, True), ended.err
