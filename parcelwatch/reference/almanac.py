"""Public holidays, make-up days and time zones of the world's countries: what the core's calendar goes by.

What belongs here: asking the `holidays` library, whose only user this is, and tzdata, and remembering the answers.
Nothing is asked before it is needed: a year of a country costs a few milliseconds, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from functools import cache, lru_cache
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from parcelwatch.core.timekeeping.calendar import Year, weekends
from parcelwatch.reference import territories

if TYPE_CHECKING:
    from holidays import HolidayBase

# Countries whose couriers stop at their greatest festival, and what the library calls it: there hours stand still too.
_FESTIVALS: Final = {"CN": "Chinese New Year"}
# One time, whatever else tzdata has, or lacks, for some of the people there.
_ONE_TIME: Final = {"CN": ("Asia/Shanghai",), "DE": ("Europe/Berlin",), "XK": ("Europe/Belgrade",)}
_DAY: Final = timedelta(days=1)
# Zones by region, for countries with several whose couriers write the region's code after the town; a region in two
# zones has both. Source: tzdata's zone.tab and its comments.
_REGIONS: Final = {
    "US": """
        America/New_York: CT DC DE FL GA IN KY MA MD ME NC NH NJ NY OH PA RI SC TN VA VT WV
        America/Detroit: MI
        America/Chicago: AL AR FL IA IL IN KS KY LA MI MN MO MS ND NE OK SD TN TX WI
        America/Denver: AZ CO KS MT ND NE NM NV SD TX UT WY
        America/Boise: ID OR
        America/Phoenix: AZ
        America/Los_Angeles: CA ID NV OR WA
        America/Anchorage: AK
        America/Adak: AK
        Pacific/Honolulu: HI
    """,
    "CA": """
        America/St_Johns: NL
        America/Goose_Bay: NL
        America/Halifax: NS PE
        America/Moncton: NB
        America/Blanc-Sablon: QC
        America/Toronto: ON QC
        America/Iqaluit: NU
        America/Rankin_Inlet: NU
        America/Cambridge_Bay: NU
        America/Winnipeg: MB ON
        America/Regina: SK
        America/Edmonton: AB BC NT SK
        America/Fort_Nelson: BC
        America/Vancouver: BC
        America/Whitehorse: YT
    """,
    "AU": """
        Australia/Sydney: ACT NSW
        Australia/Broken_Hill: NSW
        Australia/Lord_Howe: NSW
        Australia/Melbourne: VIC
        Australia/Brisbane: QLD
        Australia/Adelaide: SA
        Australia/Darwin: NT
        Australia/Perth: WA
        Australia/Eucla: WA
        Australia/Hobart: TAS
    """,
    "BR": """
        America/Noronha: PE
        America/Belem: AP PA
        America/Santarem: PA
        America/Fortaleza: CE MA PB PI RN
        America/Recife: PE
        America/Maceio: AL SE
        America/Bahia: BA
        America/Araguaina: TO
        America/Sao_Paulo: DF ES GO MG PR RJ RS SC SP
        America/Campo_Grande: MS
        America/Cuiaba: MT
        America/Manaus: AM
        America/Eirunepe: AM
        America/Porto_Velho: RO
        America/Boa_Vista: RR
        America/Rio_Branco: AC
    """,
}


@dataclass(frozen=True, slots=True)
class Almanac:
    """The world's days, asked for one by one and remembered by the process."""

    @property
    def edition(self) -> str:
        """The versions of the data: another one may judge otherwise."""
        return _edition()

    @property
    def festive(self) -> frozenset[str]:
        """The countries in which at some time of the year nothing moves at all."""
        return frozenset(_FESTIVALS)

    def zones(self, country: str, region: str) -> tuple[tzinfo, ...]:
        """The zones of a region, else of its whole country; () for a country we do not know."""
        return _by_region(country).get(region) or _of_country(country)

    def year(self, country: str, region: str, year: int) -> Year:
        """The public holidays and weekends of a region, or of all of a country.

        Without a region, what at least half of the regions rest on is a holiday too: Easter Monday of GB is none of
        Scotland's, and a parcel that is somewhere in GB most likely lies still.
        """
        return _year(country, region, year)

    def country(self, name: str) -> str:
        """The two letters of a country's name or code, "" when unknown."""
        return territories.country(name)

    @property
    def divided(self) -> tuple[str, ...]:
        """The countries whose regions are known by the codes couriers write."""
        return tuple(_REGIONS)

    def regions(self, country: str) -> frozenset[str]:
        """The codes couriers write after a town there."""
        return frozenset(_by_region(country))


ALMANAC: Final = Almanac()


@cache
def _edition() -> str:
    return ", ".join(f"{name} {metadata.version(name)}" for name in ("holidays", "tzdata"))


# --- days ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)  # each is some 9 kB, and takes 11 ms to make
def _year(country: str, region: str, year: int) -> Year:
    known = _holidays(country, region, year) or _holidays(country, "", year)
    if known is None:
        return Year(weekends(year))
    names = dict(known.items())
    for day, name in _shared(country, known, year) if not region else ():
        names.setdefault(day, name)
    days = (date.fromordinal(day) for day in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
    off = {day: names.get(day, "") for day in days if day in names or not known.is_working_day(day)}
    return Year(off, _standstill(off, _FESTIVALS.get(country, "")))


def _holidays(country: str, region: str, year: int) -> HolidayBase | None:
    # It takes longer to load than most commands take to run, and few of them ask for a day.
    from holidays import country_holidays  # noqa: PLC0415

    try:
        spoken = [each for each in country_holidays(country).supported_languages or () if each.startswith("en")]
        language = "en_US" if "en_US" in spoken else next(iter(spoken), None)
        return country_holidays(country, subdiv=region or None, years=year, expand=False, language=language)
    except NotImplementedError:
        return None


def _shared(country: str, known: HolidayBase, year: int) -> Iterable[tuple[date, str]]:
    """Days that at least half of the regions rest on."""
    regions = [found for region in known.subdivisions if (found := _holidays(country, region, year)) is not None]
    names = {day: name for each in regions for day, name in each.items()}
    return [(day, name) for day, name in names.items() if 2 * sum(day in each for each in regions) >= len(regions)]


def _standstill(off: Mapping[date, str], festival: str) -> dict[date, str]:
    """The days of a festival with those around them on which nobody works either."""
    still = {day: name for day, name in off.items() if festival and festival in name}
    for step in (_DAY, -_DAY):
        for day in list(still):
            while (day := day + step) in off:
                still[day] = festival
    return dict.fromkeys(still, festival)


# --- places --------------------------------------------------------------------------------------


@cache
def _of_country(country: str) -> tuple[tzinfo, ...]:
    return tuple(map(ZoneInfo, _names_by_country().get(country, ())))


@cache
def _names_by_country() -> dict[str, tuple[str, ...]]:
    """Country code → the names of its zones, from tzdata's zone.tab."""
    names = dict[str, tuple[str, ...]]()
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    for code, _, zone, *_ in (line.split("\t") for line in lines if line and not line.startswith("#")):
        names[code] = (*names.get(code, ()), zone)
    return names | _ONE_TIME


@cache
def _by_region(country: str) -> dict[str, tuple[tzinfo, ...]]:
    found = dict[str, tuple[tzinfo, ...]]()
    for line in _REGIONS.get(country, "").strip().splitlines():
        zone, _, regions = line.strip().partition(": ")
        for region in regions.split():
            found[region] = (*found.get(region, ()), ZoneInfo(zone))
    return found
