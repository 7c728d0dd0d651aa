"""config.toml: finding it, reading it, and what the program makes of it."""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.config import Config
from parcelwatch.config.checks import Adapter
from parcelwatch.core.messaging.matching import Subject
from parcelwatch.core.policy import Receiver
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.calendar import Dates, Peak, Remote, Stoppage
from parcelwatch.duration import Rate, parse
from parcelwatch.errors import ConfigError
from parcelwatch.model import Parcel, Severity
from parcelwatch.reference.almanac import ALMANAC
from tests.ordinary import ordinary

APIS = {"dhl": ("key",), "kuaidi100": ("key", "customer")}
OPS = '[channels.ops]\nurl = "env:OPS"\n'
PARCEL = Parcel(1, "CP900000001HK", "my_dhl", datetime(2025, 11, 3, tzinfo=UTC), origin="CN", destination="BR")

WHOLE = """
[service]
database = "parcels.db"
listen = ""
timezone = "Asia/Shanghai"
[couriers.my_dhl]
api = "dhl"
key = "env:DHL_API_KEY"
base_url = "https://proxy.example.com/dhl/"
rate = "1/s"
quota = "250/d"
[couriers.kd100]
api = "kuaidi100"
key = "credential:kd100"
customer = "C0FFEE"
secret = "file:kd100"
options = { lang = "en" }
[thresholds]
profile = "china"
stalled = { warn = "3bd", critical = "7d" }
courier_silent = { warn = "45m" }
[[thresholds.override]]
courier = "my_dhl"
company = ""
destination = "br"
stalled = { warn = "10d" }
[[thresholds.override]]
courier = "my_dhl"
courier_silent.warn = "2h"
[[peaks]]
name = "Double 11"
from = "11-01"
to = "11-20"
factor = 1.5
[alerts]
old_news = "3d"
language = "zh-CN"
[channels.ops]
url = "env:OPS_CHANNEL"
[channels.leads]
url = "env:LEADS_CHANNEL"
[[routes]]
kinds = ["damaged", "lost"]
severity = "high"
channel = "leads"
[drafts]
shop = "Northwind Lamps"
languages = ["en"]
channel = "leads"
follow_up = "36h"
[drafts.remedies]
damaged = ["refund"]
"""


def loaded(folder: Path, text: str, apis: dict[str, tuple[str, ...]] | None = None) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    known = {name: Adapter(needs) for name, needs in apis.items()} if apis else None
    return config.load(path, apis=known, environ={})


# --- what the program makes of it ----------------------------------------------------------------


def test_an_account_has_what_was_written_and_none_where_the_adapter_decides(tmp_path: Path) -> None:
    accounts = loaded(tmp_path, WHOLE, APIS).accounts()
    assert list(accounts) == ["my_dhl", "kd100"]
    dhl, kd100 = accounts.values()
    assert (dhl.name, dhl.api, dhl.base_url) == ("my_dhl", "dhl", "https://proxy.example.com/dhl")
    assert (dhl.rate, dhl.quotas) == (Rate(1, 1), (Rate(250, 86_400),))
    assert (kd100.base_url, kd100.rate, kd100.options) == (None, None, {"lang": "en"})
    assert kd100.customer is not None
    assert kd100.customer.read() == "C0FFEE"


def test_the_policy_decides_what_the_file_says(tmp_path: Path) -> None:
    policy = loaded(tmp_path, WHOLE).policy()
    assert policy.profile == "china"
    assert policy.channels == ("ops", "leads")
    assert policy.receivers(Subject("lost", Severity.CRITICAL)) == (Receiver("leads", "config.toml:42 routes"),)
    assert policy.receivers(Subject("stalled", Severity.HIGH)) == (Receiver("ops"),)
    assert policy.draft_channel == "leads"
    assert policy.old_news == timedelta(days=3)
    assert policy.courier_silent("kd100") == timedelta(minutes=45)
    assert policy.courier_silent("my_dhl") == timedelta(hours=2)
    assert (policy.wording.shop, policy.wording.languages) == ("Northwind Lamps", ("en",))
    assert policy.wording.follow_up == timedelta(hours=36)
    assert policy.wording.remedies == {"damaged": ("refund",)}


def test_a_threshold_names_the_line_it_stands_on(tmp_path: Path) -> None:
    policy = loaded(tmp_path, '[thresholds]\n\nstalled = { warn = "3bd", critical = "7d" }\n').policy()
    assert policy.threshold("stalled", PARCEL) == Threshold(
        parse("3bd"), parse("7d"), "config.toml:3 thresholds.stalled"
    )


def test_a_threshold_in_a_table_of_its_own_names_the_table(tmp_path: Path) -> None:
    policy = loaded(tmp_path, '[thresholds.stalled]\nwarn = "3bd"\n').policy()
    assert policy.threshold("stalled", PARCEL).line == "config.toml:1 thresholds.stalled"


def test_an_override_names_its_line_and_for_whom_it_is(tmp_path: Path) -> None:
    found = loaded(tmp_path, WHOLE).policy().threshold("stalled", PARCEL)
    assert found.warn == parse("10d")
    assert found.line == "config.toml:26 thresholds.override.stalled (courier my_dhl, destination BR)"


def test_an_empty_file_is_a_configuration_and_says_what_it_lacks(tmp_path: Path) -> None:
    found = loaded(tmp_path, "")
    assert (found.accounts(), found.channels(), found.policy().draft_channel) == ({}, {}, "")
    assert [warning.partition(": ")[2].partition(":")[0] for warning in found.warnings] == [
        "no [couriers.*] account",
        "no [channels.*]",
    ]


def test_new_drafts_go_to_the_first_channel_unless_the_file_says_where(tmp_path: Path) -> None:
    assert loaded(tmp_path, OPS).policy().draft_channel == "ops"


def test_a_policy_keeps_its_id_when_only_a_comment_is_added(tmp_path: Path) -> None:
    one = loaded(tmp_path, WHOLE).policy().policy_id
    assert loaded(tmp_path, "# moved down\n" + WHOLE).policy().policy_id == one
    assert loaded(tmp_path, WHOLE.replace('"10d"', '"11d"')).policy().policy_id != one


def test_a_relative_database_lies_beside_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, '[service]\ndatabase = "data/parcels.db"').database == tmp_path / "data" / "parcels.db"
    assert loaded(tmp_path, '[service]\ndatabase = "/srv/parcels.db"').database == Path("/srv/parcels.db")


def test_people_have_a_zone_and_a_language(tmp_path: Path) -> None:
    found = loaded(tmp_path, WHOLE)
    assert (str(found.timezone), found.language) == ("Asia/Shanghai", "zh-CN")


def test_what_is_shown_is_what_holds_with_the_profiles_numbers(tmp_path: Path) -> None:
    shown = loaded(tmp_path, '[thresholds]\nlost = { warn = "1d" }\nstalled = { warn = "3bd" }').effective()
    assert shown["service"]["database"] == "/var/lib/parcelwatch/parcelwatch.db"
    assert shown["thresholds"]["stalled"] == {"warn": "3bd"}
    assert shown["thresholds"]["not_delivered"] == {
        "domestic": {"warn": "1bd", "critical": "2bd"},
        "cross_border": {"warn": "2bd", "critical": "3bd"},
    }
    assert shown["thresholds"]["courier_silent"] == {"warn": "30m"}
    assert shown["alerts"]["old_news"] == "14d"


def test_a_peak_is_shown_as_it_was_written(tmp_path: Path) -> None:
    shown = loaded(tmp_path, WHOLE).effective()
    assert shown["peaks"] == [{"name": "Double 11", "from": "11-01", "to": "11-20", "factor": 1.5}]


def test_the_schema_tells_an_editor_every_kind_and_forbids_what_is_unknown() -> None:
    schema = config.schema()
    assert schema["additionalProperties"] is False
    assert "customs_held" in schema["$defs"]["Thresholds"]["properties"]
    assert "unknown_number" in schema["$defs"]["Route"]["properties"]["kinds"]["items"]["enum"]


# --- finding and reading -------------------------------------------------------------------------


def test_the_option_comes_before_the_environment_before_the_usual_places(tmp_path: Path) -> None:
    here, there = tmp_path / "config.toml", tmp_path / "etc.toml"
    named = {"PARCELWATCH_CONFIG": "named.toml"}
    for path in (there, here):
        path.touch()
        assert config.find(environ={}, usual=(here, there)) == path
    assert config.find(environ=named, usual=(here, there)) == Path("named.toml")
    assert config.find(Path("mine.toml"), environ=named, usual=(here, there)) == Path("mine.toml")


def test_a_place_where_nobody_may_look_is_named_and_one_that_somebody_happens_to_be_in_is_passed_by(
    tmp_path: Path,
) -> None:
    with ordinary(tmp_path):
        here, there = tmp_path / "config.toml", Path("config.toml")
        assert config.find(environ={}, usual=(here, tmp_path / "etc.toml")) == tmp_path / "etc.toml"
        with pytest.raises(ConfigError):
            config.find(environ={}, usual=(there,))
        assert config.find(environ={}, usual=(here, Path())) == Path()


def test_without_any_configuration_it_is_said_where_it_was_looked_for_and_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`parcelwatch config init` writes one"):
        config.find(environ={}, usual=(tmp_path / "config.toml",))


def test_a_file_that_is_not_there_or_no_file_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read: No such file"):
        config.load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        config.load(tmp_path)


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("[drafts]\nshop = '北风'\n".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"config\.toml:2: not UTF-8"):
        config.load(path)


def test_a_file_from_windows_is_read_with_the_right_lines(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbf[thresholds]\r\n# moved\r\nstalled = { warn = "3bd" }\r\n')
    line = config.load(path).policy().threshold("stalled", PARCEL).line
    assert line == "config.toml:3 thresholds.stalled"


# --- days ----------------------------------------------------------------------------------------

DAYS = """
[calendar]
country = "de-by"
closed = ["2026-12-24"]
open = ["12-31"]
[[peaks]]
name = "Double 11"
from = "11-01"
to = "11-20"
factor = 1.5
country = "CN"
[[stoppages]]
why = "strike"
from = "2026-05-04"
to = "2026-05-06"
company = "3011"
[[remote]]
destination = "CN-XZ"
postal = ["85 0"]
factor = 1.1
"""


def test_the_days_that_were_written_reach_the_calendar(tmp_path: Path) -> None:
    calendar = loaded(tmp_path, DAYS).policy().calendar
    assert (calendar.country, calendar.edition) == ("DE-BY", ALMANAC.edition)
    assert (calendar.closed, calendar.open) == ((Dates("2026-12-24", "2026-12-24"),), (Dates("12-31", "12-31"),))
    assert calendar.peaks == (Peak("Double 11", Dates("11-01", "11-20"), Fraction(3, 2), "CN"),)
    assert calendar.stoppages == (Stoppage("strike", Dates("2026-05-04", "2026-05-06"), company="3011"),)
    assert calendar.remote == (Remote(Fraction(11, 10), "CN-XZ", ("850",)),)


@pytest.mark.parametrize(
    ("written", "changed"),
    [
        ("de-by", "de"),
        ("2026-12-24", "2026-12-23"),
        ("12-31", "12-30"),
        ("11-01", "11-02"),
        ("1.5", "1.4"),
        ('"CN"', '"BR"'),
        ("strike", "storm"),
        ("2026-05-06", "2026-05-07"),
        ("3011", "3012"),
        ("CN-XZ", "CN-XJ"),
        ("85 0", "83"),
        ("1.1", "1.2"),
    ],
)
def test_another_day_is_another_policy(tmp_path: Path, written: str, changed: str) -> None:
    before, after = (loaded(tmp_path, text).policy() for text in (DAYS, DAYS.replace(written, changed)))
    assert before.policy_id != after.policy_id


def test_the_same_days_are_the_same_policy(tmp_path: Path) -> None:
    policies = [loaded(tmp_path, DAYS).policy() for _ in range(2)]
    policies[0].calendar.at("DE").add(datetime(2026, 3, 2, tzinfo=UTC), parse("2bd"))
    assert policies[0].policy_id == loaded(tmp_path, "# moved\n" + DAYS).policy().policy_id


def test_what_the_readme_says_of_days_is_accepted(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```toml\n(\[calendar\].*?)```", readme, re.DOTALL)
    account = '[couriers.my_dhl]\napi = "dhl"\nkey = "env:K"\n'
    assert loaded(tmp_path, account + OPS + written).warnings == ()
