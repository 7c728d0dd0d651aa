"""The tables of config.toml that say what is trouble, from when on, and until when it can be claimed.

What belongs here: what one table can be judged by on its own. What needs two of them is in checks.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, create_model, model_validator

from parcelwatch.config.tables import Table
from parcelwatch.config.values import (
    ADay,
    Country,
    Day,
    LaneName,
    Limit,
    LossName,
    Mode,
    NaturalLimit,
    PlaceCode,
    Postal,
    ProfileName,
    StartName,
    TimeOfDay,
    WorkingHours,
)
from parcelwatch.core.kinds import KINDS
from parcelwatch.core.outbreaks import Bar
from parcelwatch.core.timekeeping.calendar import Dates
from parcelwatch.duration import Duration

MATCHERS: Final = ("courier", "company", "service", "origin", "destination", "tag")


class Limits(Table):
    """{ warn = "48h", critical = "120h" }"""

    warn: Limit = Field(description="after how long the case opens")
    critical: Limit | None = Field(default=None, description="after how long it gets worse; never when left out")
    mode: Mode | None = Field(default=None, description="shadow: what it would tell is recorded, and nobody is told")

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.critical and self.critical.length < self.warn.length:
            raise ValueError(f"critical ({self.critical}) must not come before warn ({self.warn})")
        return self


# An account has no weekend, so its silence is counted in natural time.
class Silence(Limits):
    """{ warn = "30m" }"""

    warn: NaturalLimit = Field(description="after how long the operator hears of it")
    critical: NaturalLimit | None = Field(default=None, description="nothing yet")

    @model_validator(mode="after")
    def _is_told(self) -> Silence:
        if self.mode:
            raise ValueError("is about an account and not about parcels: it cannot be in shadow")
        return self


class Ahead(Limits):
    """{ warn = "2d", critical = "1d" }"""

    warn: Limit = Field(description="how long before the promise it is told")
    critical: Limit | None = Field(default=None, description="how long before the promise it gets worse")

    @model_validator(mode="after")
    def _in_order(self) -> Ahead:
        if self.critical and self.critical.length > self.warn.length:
            raise ValueError(f"critical ({self.critical}) must not be further ahead than warn ({self.warn})")
        return self


# Kinds whose limits are not after how long silence opens a case.
_OTHERWISE: Final[Mapping[str, type[Limits]]] = {"courier_silent": Silence, "will_be_late": Ahead}


class KindLimits(Table):
    """A key for each kind of trouble; its keys are made from the list of kinds."""

    @property
    def limits(self) -> Mapping[str, Limits]:
        """The thresholds that were written, by kind."""
        return {kind: limits for kind in KINDS if (limits := getattr(self, kind, None))}


if TYPE_CHECKING:
    KindTable = KindLimits
else:
    KindTable = create_model(
        "KindTable",
        __base__=KindLimits,
        **{kind: (_OTHERWISE.get(kind, Limits) | None, None) for kind in KINDS},
    )


class Override(KindTable):
    """[[thresholds.override]]"""

    courier: str = Field(default="", description="the name of an account")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    service: str = Field(default="", description="the courier's product")
    origin: Country = Field(default="", description="country code")
    destination: Country = Field(default="", description="country code")
    tag: str = Field(default="", description="one of the parcel's tags")
    untracked: bool | None = Field(
        default=None, strict=True, description="nobody scans these on their way: no silence of theirs is trouble"
    )
    mode: Mode | None = Field(default=None, description="shadow: what it would tell is recorded, and nobody is told")

    @property
    def matchers(self) -> Mapping[str, str]:
        return {name: value for name in MATCHERS if (value := getattr(self, name))}

    @property
    def says(self) -> tuple[str, ...]:
        """The keys beside the matchers that were written."""
        return (*self.limits, *(["untracked"] if self.untracked is not None else []))

    def tries(self, kind: str) -> bool:
        """Whether what it says of a kind is on trial."""
        return bool(self.mode or (kind in self.limits and self.limits[kind].mode))

    @model_validator(mode="after")
    def _says_for_whom(self) -> Override:
        if self.mode and "courier_silent" in self.limits:
            raise ValueError("courier_silent is about an account and not about parcels: it cannot be in shadow")
        if self.mode and self.untracked is not None:
            raise ValueError("untracked tells nothing, so that there is nothing to record: it cannot be in shadow")
        if not self.matchers and not self.mode:
            raise ValueError(f"says for no parcel: give at least one of {', '.join(MATCHERS)}")
        return self


class Thresholds(KindTable):
    """[thresholds]"""

    profile: ProfileName = Field(default="international", description="built-in numbers")
    override: tuple[Override, ...] = ()


class Forecast(Table):
    """[forecast]"""

    enabled: bool = Field(default=True, strict=True, description="learn how long parcels take, and tell chances by it")
    probability: Annotated[float, Field(ge=0.05, le=0.99, strict=True)] = Field(
        default=0.75, description="the chance of being late from which on it is told"
    )
    undispatched: Limit = Field(
        default=Duration(5, "d"),
        json_schema_extra={"default": "5d"},
        description="how long after it was to be handed over, if it is not",
    )
    grace: Limit = Field(
        default=Duration(1, "bd"),
        json_schema_extra={"default": "1bd"},
        description="how much later than its estimate, or the estimate than the promise, counts",
    )
    at: TimeOfDay = Field(default="08:00", description="when a day's look is, on the destination's clock")


Factor = Annotated[float, Field(ge=1, le=100, strict=True)]


class Peak(Table):
    """[[peaks]]"""

    name: str = Field(min_length=1, description="what it is called")
    from_: Day = Field(alias="from", description="its first day")
    to: Day = Field(description="its last day")
    factor: Factor = Field(default=1.0, description="how many times as long things may take")
    country: PlaceCode = Field(default="", description="only for parcels there")

    @model_validator(mode="after")
    def _in_order(self) -> Peak:
        Dates(self.from_, self.to)
        return self


class Stoppage(Table):
    """[[stoppages]]"""

    why: str = Field(min_length=1, description="what it is called")
    from_: Day = Field(alias="from", description="its first day")
    to: Day = Field(description="its last day")
    courier: str = Field(default="", description="the name of an account")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    country: PlaceCode = Field(default="", description="only for parcels there")

    @model_validator(mode="after")
    def _in_order(self) -> Stoppage:
        Dates(self.from_, self.to)
        return self


class Remote(Table):
    """[[remote]]"""

    destination: PlaceCode = Field(min_length=1, description="country code, or region's")
    postal: tuple[Postal, ...] = Field(default=(), description="how postal codes there begin; all when left out")
    factor: Factor = Field(description="how many times as long things may take")
    name: str = Field(default="", description="what it is called")


class Calendar(Table):
    """[calendar]"""

    country: PlaceCode = Field(default="", description="where the shop is, or its region")
    closed: tuple[Day, ...] = Field(default=(), description="days that are no business days there")
    open: tuple[Day, ...] = Field(default=(), description="days that are, whatever the calendar says")
    hours: WorkingHours = Field(default="", description="when somebody is there on a business day")


_BAR: Final = Bar()


class Incidents(Table):
    """[incidents]"""

    enabled: bool = Field(default=True, strict=True, description="many parcels in one trouble are told once")
    minimum: int = Field(
        default=_BAR.minimum, ge=2, le=1_000_000, strict=True, description="fewer parcels in trouble are no incident"
    )
    alpha: float = Field(
        default=_BAR.alpha, gt=0, le=0.05, strict=True, description="the largest chance that it is none after all"
    )
    value: Annotated[float, Field(ge=0, strict=True)] = Field(
        default=0.0, description="worth this or more speaks for itself; ten times what is usual when 0"
    )


class ClaimWindow(Table):
    """[[claims]]"""

    kind: LossName = Field(description="what is claimed: damaged, contents, lost or late")
    days: int = Field(ge=0, le=3660, strict=True, description="the last day on which it is in time; 0 is none at all")
    from_: StartName = Field(
        default="shipped",
        alias="from",
        description="what they are counted from: shipped, delivered, promised, last_scan",
    )
    courier: str = Field(default="", description="the name of an account, or a courier: ups, 申通")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    service: str = Field(default="", description="the courier's product")
    lane: LaneName = Field(default="", description="domestic or abroad; both when left out")
    origin: Country = Field(default="", description="country code")
    destination: Country = Field(default="", description="country code")
    source: str = Field(default="", description="who says so")
    checked_on: ADay | None = Field(default=None, description="when that was read")
