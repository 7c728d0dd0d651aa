"""config.toml: what is said of what is wrong with it, and of what works but hardly as it was meant."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcelwatch import config
from parcelwatch.config import Config
from parcelwatch.config.checks import Adapter
from parcelwatch.errors import ConfigError

APIS = {"dhl": ("key",), "kuaidi100": ("key", "customer")}
OPS = '[channels.ops]\nurl = "env:OPS"\n'
KD100 = '[couriers.kd100]\napi = "kuaidi100"\nkey = "env:K"\ncustomer = "c"\n'
ALL = OPS + '[[routes]]\nchannel = "ops"\n'
PEAK = '[[peaks]]\nname = "x"\nfrom = "11-01"\nto = "%s"\nfactor = 1.5\n'
DATED = '[[peaks]]\nname = "y"\nfrom = "2027-01-02"\nto = "2027-02-01"\nfactor = 2.0\n'
TAGGED = """
[[thresholds.override]]
tag = "vip"
stalled.warn = "1d"
[[thresholds.override]]
tag = "gift"
stalled.warn = "2d"
""".lstrip()
TWICE = '[[thresholds.override]]\ntag = "vip"\nstalled.warn = "1d"\n' * 2


def loaded(folder: Path, text: str, apis: dict[str, tuple[str, ...]] | None = None) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    known = {name: Adapter(needs, ("callback",)) for name, needs in apis.items()} if apis else None
    return config.load(path, apis=known, environ={})


def faults(folder: Path, text: str, apis: dict[str, tuple[str, ...]] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        loaded(folder, text, apis)
    return [problem.removeprefix(f"{folder}/") for problem in refused.value.problems]


# --- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[service]\ndatabse = "x"', '2: service.databse: unknown key (did you mean "database"?)'),
        ('[service]\ndatabase = "~nobody-here/x.db"', '2: service.database: there is no home for "~nobody-here" here'),
        ('[service]\ndatabase = "a\\u0000b.db"', "2: service.database: a path holds no control character"),
        ('[drafts]\ntemplates = "~nobody-here"', '2: drafts.templates: there is no home for "~nobody-here" here'),
        ('[couriers.d]\napi = "declared"\ndeclared = "file:~nobody-here/x.toml"', "3: couriers.d.declared: there is"),
        ("[servce]", '1: servce: unknown key (did you mean "service"?)'),
        ('[drafts]\nold_news = "3d"', "2: drafts.old_news: unknown key (it belongs in [alerts])"),
        ('[stalled]\nwarn = "3d"', "1: stalled: unknown key (it belongs in [thresholds])"),
        ('[channels.ops]\nlink = "x"\nurl = "env:OPS"', '2: channels.ops.link: unknown key; known are "url", '),
        (OPS + 'fallback = "mial"\n[channels.mail]\nurl = "env:M"', '3: channels.ops.fallback: no channel "mial" (did'),
        (OPS + 'fallback = "mail"', '3: channels.ops.fallback: no channel "mail"; there are "ops"'),
        (OPS + 'fallback = "ops"', "3: channels.ops.fallback: is this channel itself"),
        (OPS + "fallback = 3", "3: channels.ops.fallback: expected a text in quotes"),
        ('[service]\ntimezone = "Asia/Beijing"', 'no time zone "Asia/Beijing" (did you mean "Asia/Shanghai"?)'),
        ('[service]\ntimezone = "../etc"', 'no time zone "../etc"'),
        ('[service]\nlisten = "8350"', 'expected "host:port", such as "127.0.0.1:8350", or "" for off, got "8350"'),
        ("[service]\ndatabase = true", "expected a text in quotes, got true"),
        ('[service]\ndatabase = ""', "expected a text that is not empty"),
        ('[thresholds]\nstuck = { warn = "1d" }', "2: thresholds.stuck: unknown key; known are"),
        ('[thresholds]\nstaled = { warn = "1d" }', 'unknown key (did you mean "stalled"?)'),
        ('[thresholds]\nprofile = "chna"', 'no profile "chna" (did you mean "china"?)'),
        ("[thresholds]\nstalled = { warn = 48 }", 'in quotes, such as "48h" or "2bd", got 48: write it with its unit'),
        ("[thresholds]\nstalled = { warn = true }", 'expected a duration in quotes, such as "48h" or "2bd", got true'),
        ('[thresholds]\nstalled = { warn = "48" }', "the unit is missing"),
        ('[thresholds]\nstalled = { warn = "2 days" }', 'did you mean "2d"?'),
        ("[thresholds]\nstalled = { warn = 48h }", '2: not valid TOML: a duration is written in quotes, "48h"'),
        ('[thresholds]\nstalled = "48h"', 'expected a table, { warn = "48h", critical = "120h" }, got "48h"'),
        ('[thresholds]\nstalled = { critical = "7d" }', "2: thresholds.stalled.warn: is required: after how long"),
        ('[thresholds]\nstalled = { warn = "7d", critical = "4bd" }', "critical (4bd) must not come before warn (7d)"),
        ('[thresholds]\nwill_be_late = { warn = "1d", critical = "3d" }', "critical (3d) must not be further ahead"),
        ('[thresholds]\ncourier_silent = { warn = "1bd" }', "business days cannot be used here"),
        ('[[thresholds.override]]\nstalled = { warn = "1d" }', "1: thresholds.override: says for no parcel"),
        ("[[thresholds.override]]\ncompany = 3011", "2: thresholds.override.company: expected a text in quotes"),
        ("[[thresholds.override]]\ncompany = 3011", 'got 3011: write "3011"'),
        ('[alerts]\nescalate_after = { crit = "4h" }', 'no severity "crit" (did you mean "critical"?)'),
        ("[alerts]\nescalate_after = 4", "2: alerts.escalate_after: expected a table"),
        ('[alerts]\nescalate_after = { critical = "0h" }', "expected more than nothing"),
        (OPS + '[alerts]\nescalate_to = "op"', 'alerts.escalate_to: no channel "op" (did you mean "ops"?)'),
        ('[alerts]\nreraise_afer = "3bd"', 'unknown key (did you mean "reraise_after"?)'),
        (OPS + '[report]\nchannel = "boss"', '4: report.channel: no channel "boss"; there are "ops"'),
        ('[report]\nat = "6pm"', '2: report.at: expected a time of day such as "18:00", got "6pm"'),
        ('[report]\nat = "24:00"', 'expected a time of day such as "18:00"'),
        ('[calendar]\nhours = "9-18"', '2: calendar.hours: expected hours such as "09:00-18:00"'),
        ('[calendar]\nhours = "18:00-09:00"', "ends before it begins"),
        ('[couriers."My DHL"]\napi = "dhl"', 'the name "My DHL" may only have a-z, 0-9, "_" and "-"'),
        ('[couriers.my_dhl]\nkey = "env:K"', "1: couriers.my_dhl.api: is required: which adapter asks"),
        ('[couriers.my_dhl]\napi = "dhl"\nrate = 3', "3: couriers.my_dhl.rate: expected a rate in quotes"),
        ('[couriers.my_dhl]\napi = "dhl"\nrate = "3 per s"', 'expected a rate such as "3/s"'),
        ('[couriers.my_dhl]\napi = "dhl"\nbase_url = "http://example.com"', "plain http only goes to 127.0.0.1"),
        ('[couriers.my_dhl]\napi = "dhl"\nbase_url = "http://localhost.example.com"', "plain http only goes"),
        ('[couriers.my_dhl]\napi = "dhl"\nbase_url = "https://a.example/?key=1"', "expected a plain URL"),
        ('[couriers.my_dhl]\napi = "dhl"\nbase_url = "example.com"', "expected a URL such as"),
        ('[couriers.my_dhl]\napi = "dhl"\noptions = { page = 1 }', 'expected a text in quotes, got 1: write "1"'),
        ('[[peaks]]\nname = "x"\nfrom = "13-01"\nto = "2026-02-17"', 'expected a day such as "11-20"'),
        ('[[peaks]]\nname = "x"\nfrom = "1-1"\nto = "2026-02-30"', 'expected a day such as "11-20"'),
        ('[[peaks]]\nname = "x"\nfrom = "01-01"\nto = "01-02"\nfactor = true', "expected a number, got true"),
        ('[[peaks]]\nname = "x"\nfrom = "01-01"\nto = "01-02"\nfactor = 0', "expected 1.0 or more, got 0"),
        (PEAK.replace("1.5", "0.5") % "11-20", "5: peaks.factor: expected 1.0 or more, got 0.5"),
        ('[[peaks]]\nname = "x"\nfrom = "01-01"\nto = "01-02"\nfactor = inf', "expected 100.0 at most"),
        ('[[peaks]]\nname = "x"\nfrom = "01-01"\nto = "2026-01-02"', "1: peaks: both days with their year or both"),
        ('[[peaks]]\nname = "x"\nfrom = "2026-02-01"\nto = "2026-01-02"', "it ends (2026-01-02) before it begins"),
        (PEAK % "11-20" + PEAK % "11-11", '6: peaks: "x" overlaps "x" (11-01): which factor holds'),
        (PEAK % "01-05" + DATED, '6: peaks: "y" overlaps "x" (2027-01-02): which factor holds'),
        (PEAK % "01-05" + 'country = "CN"\n' + PEAK % "11-20" + 'country = "CN-XZ"', "(11-01): which factor holds"),
        ('[[stoppages]]\nwhy = "strike"\nfrom = "2026-05-01"', "1: stoppages.to: is required: its last day"),
        ('[[stoppages]]\nfrom = "05-01"\nto = "05-02"', "1: stoppages.why: is required: what it is called"),
        ("[[remote]]\nfactor = 1.5", "1: remote.destination: is required: country code"),
        ('[[remote]]\ndestination = "CN"\npostal = [""]\nfactor = 2.0', "expected how a postal code begins"),
        ('[calendar]\ncountry = "Germany"', '2: calendar.country: no country has the code "Germany": write "DE"'),
        ('[calendar]\ncountry = "DE-BAYERN"', 'no country has the code "DE-BAYERN"'),
        ('[calendar]\ncountry = "QQ-BY"', 'no country has the code "QQ"'),
        ('[calendar]\nclosed = ["2026-13-24"]', "2: calendar.closed: expected a day such as"),
        ("[calendar]\nclosed = [2026-12-24]", "2: calendar.closed: expected a text in quotes, got 2026-12-24"),
        ('[calendar]\nclosed = "12-24"', 'expected a list, such as ["one", "two"], got "12-24"'),
        ('[peaks]\nname = "x"', "1: peaks: may stand there several times, so it is written with two brackets: [["),
        ('[thresholds.override]\ntag = "x"\nstalled = { warn = "1d" }', "two brackets: [[thresholds.override]]"),
        (OPS + '[routes]\nchannel = "ops"', "two brackets: [[routes]]"),
        ('[[thresholds]]\nprofile = "china"', "1: thresholds: is written with single brackets: [thresholds]"),
        ('[[couriers]]\napi = "dhl"', "is written with single brackets: [couriers.NAME]"),
        ('[[couriers.a]]\napi = "dhl"', "is written with single brackets: [couriers.NAME]"),
        ('[[drafts.remedies]]\nlost = ["refund"]', "is written with single brackets: [drafts.remedies]"),
        ("[thresholds]\nprofile = china", '2: not valid TOML: a text is written in quotes, "china"'),
        ("[thresholds]\nprofile = “china”", "2: not valid TOML: a text is written in straight quotes"),
        ("[drafts]\nlanguages = [zh-CN, en]", 'a text is written in quotes, "zh-CN"'),
        ("[service]\ndatabase = /var/lib/p.db # here", 'a text is written in quotes, "/var/lib/p.db"'),
        ("[service]\nlisten = 127.0.0.1:8350", 'a text is written in quotes, "127.0.0.1:8350"'),
        ("[service]\nlisten = True", 'are written "true" and "false", without quotes, got True'),
        ("[couriers.a]\nkey = env:DHL_KEY", "2: not valid TOML: a text is written in quotes"),
        ('[thresholds]\nstalled = { warn = "0h" }', 'thresholds.stalled.warn: expected more than nothing, got "0h"'),
        ('[thresholds]\ncourier_silent = { warn = "0m" }', "expected more than nothing"),
        ('[drafts]\nfollow_up = "0d"', "drafts.follow_up: expected more than nothing"),
        ('[[thresholds.override]]\ndestination = "UK"', 'destination: no country has the code "UK": write "GB"'),
        ('[[thresholds.override]]\ndestination = "Brazil"', 'no country has the code "Brazil": write "BR"'),
        ('[[thresholds.override]]\norigin = "DEU"', 'no country has the code "DEU": write "DE"'),
        ('[[thresholds.override]]\norigin = "BR-SP"', 'no country has the code "BR-SP": write "BR"'),
        ('[[thresholds.override]]\norigin = "XQ"', 'no country has the code "XQ"; expected two letters, such as "BR"'),
        ('[alerts]\nold_news = "2bd"', 'business days cannot be used here; write natural time, such as "2d"'),
        ('[alerts]\nlanguage = "zh"', 'no language of messages "zh"'),
        (OPS + '[[routes]]\nkinds = ["losst"]\nchannel = "ops"', 'kinds: no kind "losst" (did you mean "lost"?)'),
        (OPS + '[[routes]]\nseverity = "hihg"\nchannel = "ops"', 'no severity "hihg" (did you mean "high"?)'),
        (OPS + '[[routes]]\nkinds = ["lost"]', "3: routes: names no channel: give one of channel ="),
        (ALL + '[[routes]]\nkinds = ["lost"]\nchannel = "ops"', "never gets a message: the route on line 3 takes"),
        (ALL + '[[routes]]\ntier = "vip"\nchannel = "ops"', "5: routes: never gets a message"),
        (OPS + 2 * '[[routes]]\ntag = "a"\nchannel = "ops"\n', "6: routes: never gets a message"),
        (OPS + '[[routes]]\nchannel = "ops"\nchannels = ["ops"]', "3: routes: names both channel and channels"),
        (OPS + '[[routes]]\nchannels = ["ops", "opps"]', '4: routes.channels: no channel "opps" (did you mean "ops"?)'),
        (OPS + '[[routes]]\nchannels = ["ops", "ops"]', 'names "ops" twice: each channel gets a message once'),
        (OPS + '[[routes]]\nchannel = "ops"\ncourier = "dhl"', 'no account "dhl"; there is no [couriers.*] at all'),
        (OPS + '[[routes]]\nchannel = "ops"\ntagg = "vip"', 'routes.tagg: unknown key (did you mean "tag"?)'),
        (OPS + '[[routes]]\nchannel = "ops"\ndestination = "UK"', 'no country has the code "UK": write "GB"'),
        (OPS + '[[routes]]\nchannel = "ops"\nvalue = "many"', 'routes.value: expected a number, got "many"'),
        (OPS + 'quiet_hours = "22-8"', 'expected two times of day such as "22:00-08:00", got "22-8"'),
        (OPS + 'quiet_hours = "08:00-08:00"', "is no time, or all of it"),
        (OPS + 'quiet_except = "hgih"', 'no severity "hgih" (did you mean "high"?)'),
        (OPS + 'digest_at = "9"', 'expected a time of day such as "09:00", got "9"'),
        (OPS + "max_per_hour = 0", "max_per_hour: expected 1 or more, got 0"),
        (OPS + 'language = "zh"', 'no language of messages "zh"'),
        (OPS + 'timezone = "Asia/Beijing"', '(did you mean "Asia/Shanghai"?)'),
        ('[messages]\ngroup_interval = "1bd"', "business days cannot be used here"),
        ('[messages]\nrepeat = "0h"', "expected more than nothing"),
        (OPS + '[[routes]]\nchannel = "opps"', 'no channel "opps" (did you mean "ops"?); there are "ops"'),
        ('[drafts]\nchannel = "ops"', '2: drafts.channel: no channel "ops"; there is no [channels.*] at all'),
        ('[drafts]\nlanguages = ["xx"]', 'no language with templates "xx"; expected one of "'),
        ("[drafts]\nlanguages = []", "expected at least one"),
        ('[channels.ops]\nurl = "json://h/"\nprivate = "perhaps"', 'expected true or false, without quotes, got "per'),
        ('[forecast]\nenabled = "yes"', 'expected true or false, without quotes, got "yes"'),
        ('[drafts]\nlanguages = "en"', 'expected a list, such as ["one", "two"], got "en"'),
        ('[drafts.remedies]\nlost = ["refnd"]', 'no remedy "refnd" (did you mean "refund"?)'),
        ('[drafts.remedies]\nlosd = ["refund"]', 'no kind with a draft "losd" (did you mean "lost"?)'),
        ('[service]\npublic_url = "pw.example"', "expected the address people reach this port at, such as https://"),
        ('[service]\npublic_url = "https://pw.example/?x=1"', "expected a plain URL: no user, password, query or"),
        ('[service]\npublic_url = "https://me:pw@pw.example"', "expected a plain URL: no user, password, query or"),
        ('[service]\npublic_url = "https://pw.example/ a"', "service.public_url: expected"),
        (OPS + 'person = "lin\\nwang"', "3: channels.ops.person: expected a name on one line"),
        ("[service]\n[service]", "2: not valid TOML: service is written twice, in line 1 and line 2: join the two"),
        ("[[routes]]\nchannel = 'x'\n[routes]", "each is headed [[routes]]"),
        ('[service]\nlisten = ""\n\nlisten = "x"', "service.listen is written twice, in line 2 and line 4: keep one"),
        ('[drafts]\nshop = """\na"""\nshop = """\nb"""', "drafts.shop is written twice, in line 2 and line 4: keep"),
        ("[drafts]\nshop.a = 1\nshop = 2", "drafts.shop is written twice, in line 2 and line 3: keep one of them"),
        ("[drafts]\nshop = 2\nshop.a = 1", "drafts.shop.a and drafts.shop cannot both be written, in line 2"),
        ('[thresholds]\nlate = { warn = "1d", warn = "2d" }', "thresholds.late.warn is written twice, in line 2: keep"),
        ("[[peaks]]\nfactor = 1\n[[peaks]]\nfactor = 1\nfactor = 2", "peaks.factor is written twice, in line 4 and"),
        ("x = " + "[" * 100_000, "not valid TOML: it is nested too deeply"),
        ("service", "not valid TOML"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_what_was_expected(tmp_path: Path, text: str, fault: str) -> None:
    (problem,) = [each for each in faults(tmp_path, text) if "peaks.to" not in each]
    assert problem.startswith("config.toml:")
    assert fault in problem


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"number,courier\nAB12345,my_dhl\n", "is a table (CSV); TOML is wanted"),
        (b'{"number": "AB12345"}\n', "is JSON; TOML is wanted"),
        (b'[{"number": "AB12345"}]\n', "is one JSON list; TOML is wanted"),
        (b"<!DOCTYPE html>\n<html>", "is a web page or XML; TOML is wanted"),
        (b"SQLite format 3\0\x10\0", "is an SQLite database; TOML is wanted"),
        (b"PK\x03\x04\0\0", "is a spreadsheet's own format; TOML is wanted"),
        (b'title = "x"\n[[then]]\nat = "+1h"\n', "is a test for `parcelwatch test-rules`, not a configuration"),
        (b'api = "dhl"\n[[parcels]]\nnumber = "x"\n', "is a story for `parcelwatch sandbox`, not a configuration"),
    ],
)
def test_a_file_of_another_sort_is_named_as_what_it_is(tmp_path: Path, raw: bytes, what: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError) as refused:
        config.load(path, environ={})
    (problem,) = refused.value.problems
    assert what in problem


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """
[service]
timezone = "Mars"
[couriers.my_dhl]
api = "dhl"
[couriers.other]
api = "dlh"
[thresholds]
stalled = { warn = "2x", critical = 3 }
[[routes]]
channel = "ops"
[drafts]
lang = "en"
"""
    told = faults(tmp_path, text, APIS)
    assert [problem.split(": ")[:2] for problem in told] == [
        ["config.toml:3", "service.timezone"],
        ["config.toml:4", "couriers.my_dhl"],
        ["config.toml:7", "couriers.other.api"],
        ["config.toml:9", "thresholds.stalled.warn"],
        ["config.toml:9", "thresholds.stalled.critical"],
        ["config.toml:11", "routes.channel"],
        ["config.toml:13", "drafts.lang"],
    ]
    assert told[1].endswith('the adapter "dhl" needs `key`: write where it is, such as key = "env:NAME"')
    assert told[2].endswith('no adapter "dlh" (did you mean "dhl"?); there are "dhl", "kuaidi100"')


def test_an_option_the_adapter_does_not_know_is_told_with_what_was_meant(tmp_path: Path) -> None:
    text = (
        '[couriers.my_dhl]\napi = "dhl"\nkey = "env:K"\n[couriers.my_dhl.options]\ncallbck = "https://shop.example"\n'
    )
    (told,) = faults(tmp_path, text, {"dhl": ("key",)})
    assert told.startswith("config.toml:5: couriers.my_dhl.options.callbck: ")
    assert told.endswith('the adapter "dhl" has no such option (did you mean "callback"?); it takes "callback"')


@pytest.mark.parametrize("quota", ['"250/d"', '["250/d", "1400/10s"]'])
def test_one_quota_or_several(tmp_path: Path, quota: str) -> None:
    config = loaded(tmp_path, f'[couriers.my_dhl]\napi = "dhl"\nkey = "env:K"\nquota = {quota}\ninterval = "30m"\n')
    settings = config.account("my_dhl")
    assert settings.quotas is not None
    assert str(settings.quotas[0]) == "250/d"
    assert settings.interval == timedelta(minutes=30)


def test_two_overrides_that_are_equally_specific_are_refused_with_both_lines(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, TWICE)
    assert told == (
        "config.toml:6: thresholds.override.stalled: the override on line 1 sets it for the same parcels: "
        "which one holds? join the two, or give one of them another key to match, such as tag or destination"
    )
    letters = '[[thresholds.override]]\nservice = "letter"\nuntracked = true\n'
    assert "7: thresholds.override.untracked: the override on line 1" in faults(tmp_path, f"{letters}\n{letters}")[0]


# --- what is warned of ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (KD100 + '[[stoppages]]\nwhy = "x"\nfrom = "02-14"\nto = "02-22"\ncompany = "圆通"', 'write "yuantong"'),
        ('[[peaks]]\nname = "x"\nfrom = "01-01"\nto = "01-02"', "1: peaks: has no factor above 1"),
        (KD100 + '[[stoppages]]\nwhy = "x"\nfrom = "01-01"\nto = "01-02"\ncourier = "b"', 'no account "b"'),
        ('[calendar]\nclosed = ["12-24"]\nopen = ["12-24"]', '"12-24" is also among `closed`, which wins'),
        ('[thresholds]\ndamaged = { warn = "1d" }', "2: thresholds.damaged: damaged has no clock"),
        ('[service]\ndatabase = "/etc/parcelwatch/p.db"', "service.database: a database does not belong"),
        ('[couriers.a]\napi = "dhl"\n[[thresholds.override]]\ncourier = "b"', 'courier: no account "b"'),
        ('[couriers.a]\napi = "dhl"\n[[thresholds.override]]\ncourier = "b"', "it matches no parcel"),
        (KD100 + '[[thresholds.override]]\ncompany = "圆通"', 'no company has the code "圆通": write "yuantong"'),
        (KD100 + '[[thresholds.override]]\ncompany = "YUANTONG"', 'write "yuantong"; it matches no parcel'),
        (KD100 + '[[thresholds.override]]\ncompany = "yuantongg"', 'did you mean "yuantong"'),
        (KD100 + '[[thresholds.override]]\ncourier = "kd100"\ncompany = "YTO"', 'write "yuantong"'),
        ('[[thresholds.override]]\ntag = "vip,gift"', 'each of "vip", "gift" is a tag of its own'),
        ('[[thresholds.override]]\nservice = " express "', '" express " is read as "express" in an import'),
        (TAGGED, '6: thresholds.override.stalled: a parcel tagged "vip" and "gift" has this one, as it stands later'),
        (OPS + '[[routes]]\nkinds = ["courier_silent"]\ntag = "x"\nchannel = "ops"', "is about an account, no parcel"),
        (OPS + 'digest_below = "low"', "has no effect without digest_at"),
        (OPS + 'quiet_except = "high"', "has no effect without quiet_hours or max_per_hour"),
        (OPS + 'digest_at = "09:00"\ndigest_below = "low"', "nothing is milder than low"),
        (OPS + '[[routes]]\nchannel = "ops"\ntag = "vip,gift"', 'each of "vip", "gift" is a tag of its own'),
        ('[thresholds]\nstalled = { warn = "1d", critical = "24h" }', "critical is warn, 1d"),
        (
            '[[thresholds.override]]\ntag = "x"\nuntracked = true\nstalled = { warn = "1d" }',
            "4: thresholds.override.stalled: does nothing beside untracked = true",
        ),
        ('[[thresholds.override]]\ncourier = "b"', "1: thresholds.override: sets no threshold"),
        ('[[thresholds.override]]\ntag = "x"\ncourier_silent = { warn = "1h" }', "is silent for all parcels"),
        ('[service]\nlisten = ""\npublic_url = "https://pw.example"', "3: service.public_url: messages get no links"),
        ('[service]\npublic_url = "http://pw.example/"', "2: service.public_url: whoever reads the traffic can act"),
        ('[service]\npublic_url = "https://pw.example/pw/"', "links lead to https://pw.example/pw/a/…: your web"),
        (OPS + 'person = "lin"', "3: channels.ops.person: does nothing without [service] public_url"),
    ],
)  # fmt: skip
def test_what_works_but_hardly_as_meant_is_warned_of(tmp_path: Path, text: str, warning: str) -> None:
    assert any(warning in each for each in loaded(tmp_path, text).warnings)


@pytest.mark.parametrize(
    "text",
    [
        KD100 + '[[thresholds.override]]\ncompany = "yuantong"\nstalled = { warn = "1d" }\n',
        KD100 + '[[thresholds.override]]\ndestination = "br"\nstalled = { warn = "1d" }\n',
        '[couriers.t]\napi = "17track"\nkey = "env:T"\n[[thresholds.override]]\ncompany = "7"\nstalled.warn = "1d"\n',
        TWICE.replace("stalled", "returning", 1),
        TWICE.replace('"vip"', '"gift"', 1),
        TAGGED.replace("tag", "service", 1),
        ALL + '[[routes]]\nkinds = ["courier_silent"]\nchannel = "ops"\n',
        OPS + '[[routes]]\nseverity = "high"\nchannel = "ops"\n[[routes]]\nkinds = ["lost"]\nchannel = "ops"\n',
        OPS + '[[routes]]\nchannel = "ops"\ncontinue = true\n[[routes]]\nkinds = ["lost"]\nchannel = "ops"\n',
        OPS + '[[routes]]\nvalue = 500\nchannel = "ops"\n[[routes]]\nvalue = 100\nchannel = "ops"\n',
        OPS + '[[routes]]\ndestination = "BR-SP"\nchannel = "ops"\n[[routes]]\ndestination = "BR"\nchannel = "ops"\n',
        ALL + '[[routes]]\ndrafts = true\nkinds = ["lost"]\nchannel = "ops"\n',
    ],
)
def test_what_can_match_is_not_warned_of(tmp_path: Path, text: str) -> None:
    told = loaded(tmp_path, text).warnings
    assert not [each for each in told if "override" in each or "routes" in each]


@pytest.mark.parametrize("url", ["", "https://pw.example", "https://pw.example:8443/", "http://127.0.0.1:8350"])
def test_an_address_people_can_come_by_is_not_warned_of(tmp_path: Path, url: str) -> None:
    found = loaded(tmp_path, f'[service]\npublic_url = "{url}"')
    assert not [each for each in found.warnings if "public_url" in each]
    assert found.public_url == url.rstrip("/")


def test_what_stands_unquoted_behind_a_key_is_not_shown(tmp_path: Path) -> None:
    for key in ("key", "secret", "token", "customer", "url"):
        (told,) = faults(tmp_path, f"[couriers.a]\noptions = {{ {key} = hunter2 }}")
        assert "in quotes" in told
        assert "hunter2" not in told


# --- anything at all -------------------------------------------------------------------------------

VALUES = [
    '"x"',
    "3",
    "1.5",
    "true",
    "[]",
    "{}",
    '["x"]',
    "[{}]",
    "1979-05-27",
    '"48h"',
    '{ warn = "48h" }',
    "{ x = 1 }",
]
KEYS = [
    "service", "service.timezone", "service.listen", "couriers", "couriers.a", "couriers.a.api", "couriers.a.key",
    "couriers.a.base_url", "couriers.a.rate", "couriers.a.options", "thresholds", "thresholds.profile",
    "thresholds.stalled", "thresholds.stalled.warn", "thresholds.courier_silent", "thresholds.override", "peaks",
    "calendar", "calendar.country", "calendar.closed", "calendar.open", "stoppages", "remote",
    "alerts", "alerts.old_news", "channels", "channels.ops", "channels.ops.url", "routes", "drafts", "drafts.languages",
    "drafts.channel", "drafts.follow_up", "drafts.remedies", "drafts.remedies.lost", "x", "x.y", '""', '"a b"',
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=6))
def test_whatever_is_written_is_accepted_or_refused_with_sentences(
    tmp_path: Path, pairs: list[tuple[str, str]]
) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in pairs)
    try:
        told = list(loaded(tmp_path, text, APIS).warnings)
    except ConfigError as error:
        told = error.problems
    assert told
    assert all(re.match(r".*config\.toml(:[0-9]+)?: [^{]", sentence) for sentence in told)


def test_a_name_of_a_thousand_signs_is_not_told_whole(tmp_path: Path) -> None:
    problems = faults(tmp_path, f'[service]\n"{"9" * 5000}" = 3\n')
    assert any("service.9999" in problem and "unknown key" in problem for problem in problems)
    assert all(len(problem) < 2000 for problem in problems)


def test_a_fault_that_quotes_much_stays_readable(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f'[service]\ntimezone = "{"x" * 70_000}"')
    assert len(fault) < 1600
    assert fault.startswith("config.toml:2: service.timezone: ")
