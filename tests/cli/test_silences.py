"""Silencing what one knows of, and asking who would be told."""

from __future__ import annotations

from tests.cli.conftest import Shop

ROUTES = """
[channels.boss]
url = "json://127.0.0.1:1/"
language = "zh-CN"
digest_at = "09:00"

[[routes]]
kinds = ["lost"]
tag = "vip"
channels = ["boss", "ops"]

[[routes]]
severity = "critical"
channel = "boss"
continue = true
"""


def routed(shop: Shop) -> Shop:
    shop.config.write_text(shop.config.read_text(encoding="utf-8") + ROUTES, encoding="utf-8")
    return shop


def test_a_silence_is_added_listed_and_ended(watched: Shop) -> None:
    said = watched.run("silences", "add", "--kind", "stalled", "--courier", "my_dhl", "--until", "2d", "--by", "lin")
    assert "Silence 1: stalled; courier my_dhl, until 20" in said.out
    more = ("--destination", "us", "--below", "critical", "--until", "3h", "--comment", "strike")
    assert watched.run("silences", "add", *more, "--json").document["matches"] == "milder than critical; destination US"
    rows = watched.run("silences", "list", "--json").document
    assert [(row["id"], row["state"], row["by"] or "–") for row in rows][1] == (1, "holds", "lin")
    assert "strike" in watched.run("silences", "list").out
    assert "Silence 1 is over; due now: 0 messages." in watched.run("silences", "end", "1").out
    again = watched.run("silences", "end", "1")
    assert (again.code, "silence 1 is over already" in again.err) == (1, True)
    assert {row["state"] for row in watched.run("silences", "list", "--json").document} == {"holds", "over"}


def test_a_silence_may_be_called_in_the_singular_and_removed(watched: Shop) -> None:
    assert watched.run("silence", "add", "--kind", "stalled", "--until", "2d").code == 0
    assert len(watched.run("silence", "list", "--json").document) == 1
    assert "Silence 1 is over" in watched.run("silence", "remove", "1").out
    assert watched.run("silences", "--help").out == watched.run("silence", "--help").out.replace(
        "silence [", "silences ["
    )


def test_a_silence_that_cannot_be_meant_is_refused_with_what_may_have_been(watched: Shop) -> None:
    for options, fault in (
        (("--kind", "staled"), 'did you mean "stalled"'),
        (("--courier", "my_dlh"), 'did you mean "my_dhl"'),
        (("--destination", "UK"), "write GB"),
        (("--below", "hihg"), "no below 'hihg'"),
        ((), "say what is to be silent"),
    ):
        ended = watched.run("silences", "add", *options, "--until", "2d")
        assert (ended.code, fault in ended.err) == (2, True), ended.err
    assert watched.run("silences", "add", "--kind", "late", "--until", "2020-01-01").code == 2
    assert watched.run("silences", "end", "7").code == 1


def test_who_would_be_told_is_said_with_the_line_that_says_so(watched: Shop) -> None:
    shop = routed(watched)

    def told(*options: str) -> list[tuple[str, str, str]]:
        found = shop.run("alerts", "preview", "--kind", *options, "--json").document
        return [(row["what"], row["channel"], row["by"].rpartition(" ")[2]) for row in found]

    assert told("lost", "--severity", "critical", "--tag", "vip") == [
        ("alert", "boss", "routes"),
        ("alert", "ops", "routes"),
        ("draft", "ops", "channel"),
    ]
    assert told("stalled") == [("alert", "ops", "channel"), ("draft", "ops", "channel")]
    assert [row[1] for row in told("late", "--severity", "critical")] == ["boss", "ops", "ops"]
    assert "with the digest" in shop.run("alerts", "preview", "--kind", "lost", "--tag", "vip", "--severity", "low").out
    assert shop.run("alerts", "preview", "--kind", "losst").code == 2
    assert shop.run("alerts", "preview", "--tag", "vip").code == 2


def test_which_channel_would_get_what_by_another_file_is_said_and_why_not(watched: Shop) -> None:
    new = watched.folder / "new.toml"
    new.write_text(watched.config.read_text(encoding="utf-8") + ROUTES, encoding="utf-8")
    assert watched.run("silences", "add", "--kind", "stalled", "--until", "2d", "--by", "lin").code == 0
    told = watched.run("alerts", "preview", "--policy", str(new), "--json").document
    assert {
        channel: [(row["kind"], row["by"].rpartition(" ")[2]) for row in rows] for channel, rows in told.items()
    } == {
        "ops": [("damaged", "channel"), ("stalled", "channel")],
        "boss": [("damaged", "routes")],
    }
    assert {row["kind"]: (row["when"], row["why_not"]) for row in told["ops"]} == {
        "damaged": ("at once", ""),
        "stalled": ("", "silenced (silence 1 by lin)"),
    }
    shown = watched.run("alerts", "preview", "--policy", str(new)).out
    assert "not: silenced" in " ".join(shown.split())
    assert watched.run("alerts", "preview", "--policy", str(new), "--tag", "vip").code == 2
    assert watched.run("alerts", "preview", "--policy", str(watched.folder / "none.toml")).code == 78
    new.write_text("", encoding="utf-8")
    rows = watched.run("alerts", "preview", "--policy", str(new), "--json").document[""]
    assert {row["why_not"] for row in rows if row["kind"] == "damaged"} == {"no channel is configured"}


def test_the_check_prints_who_is_told_of_what(watched: Shop) -> None:
    shop = routed(watched)
    document = shop.run("config", "check", "--json").document
    assert [(row["what"], row["channels"]) for row in document["told"]] == [
        ("lost; tag vip", ["boss", "ops"]),
        ("critical", ["boss"]),
        ("everything else", ["ops"]),
        ("customers' drafts", ["ops"]),
    ]
    assert [row["hours"] for row in document["channels"]] == ["", "milder than high in a digest at 09:00"]


def test_the_check_speaks_of_no_rest_where_no_route_takes_anything(watched: Shop) -> None:
    said = watched.run("config", "check", "--json").document["told"]
    assert [(row["what"], row["channels"]) for row in said] == [("everything", ["ops"]), ("customers' drafts", ["ops"])]


def test_the_check_prints_who_is_told_of_what_nobody_took_of_the_day_and_of_a_channel_that_is_down(
    watched: Shop,
) -> None:
    shop = routed(watched)
    text = shop.config.read_text(encoding="utf-8")
    shop.config.write_text(text.replace("[channels.ops]\n", '[channels.ops]\nfallback = "boss"\n'), encoding="utf-8")
    shop.configure(
        '\n[alerts]\nescalate_to = "boss"\nescalate_after = { critical = "4h" }\n[report]\nchannel = "ops"\n'
    )
    rows = shop.run("config", "check", "--json").document["told"]
    assert [(row["what"], row["channels"], row["by"]) for row in rows][-3:] == [
        ("what nobody acknowledged in time", ["boss"], "[alerts] escalate_to"),
        ("the day's report", ["ops"], "[report] channel"),
        ("what is grave while ops takes nothing", ["boss"], "[channels.ops] fallback"),
    ]
    assert "the day's report" in shop.run("config", "check").out
    who = shop.run("alerts", "preview", "--kind", "lost", "--severity", "critical", "--json").document[-1]
    assert who == {"what": "nobody took it", "channel": "boss", "by": "[alerts] escalate_to", "when": "after 4h"}
    shop.config.write_text(
        shop.config.read_text(encoding="utf-8").replace('escalate_to = "boss"\n', ""), encoding="utf-8"
    )
    rows = shop.run("config", "check", "--json").document["told"]
    assert ("what nobody acknowledged in time", ["boss"]) in [(row["what"], row["channels"]) for row in rows]
