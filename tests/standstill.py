"""Couriers whose parcels stand still, over simulated weeks: a real database, and channels that take what they get.

What belongs here: letting many parcels be scanned at once, stand still and move again, and reading what was said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from parcelwatch.core.incidents import Incident
from parcelwatch.core.outbreaks import Cell, Grain, Group, Spot
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import take_step
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Order, Parcel, Why
from parcelwatch.store import Store, cases, incidents, parcels, surveys
from tests.quiet_office import HOUR, MINUTE, MONDAY, Message, Office

M = Milestone
DAY = timedelta(days=1)
STALLED = timedelta(hours=48)
LEIPZIG = Group(Grain.HUB, "dhl", hub="Leipzig")


class Courier:
    """Parcels of one or more couriers, and what was heard of each."""

    def __init__(self, folder: Path, now: datetime = MONDAY, **said: object) -> None:
        policy = Policy(profile="china", channels=("ops", "boss"), draft_channel="ops")
        self.office = Office(folder / "shop.db", replace(policy, **said), now=now)  # type: ignore[arg-type]
        self.known: dict[int, tuple[Checkpoint, ...]] = {}

    @property
    def store(self) -> Store:
        return self.office.store

    def add(self, count: int, hub: str, courier: str = "dhl", destination: str = "CN", value: float = 0.0) -> list[int]:
        """Parcels that are seen at a hub now, for the first time."""
        office, found = self.office, []
        with office.store.transaction():
            for _ in range(count):
                number = f"PW{len(self.known):06}"
                order = (Order(f"O{number}", "Lin", f"{number}@example.com", value=value),)
                said = Parcel(0, number, courier, office.now, origin="CN", destination=destination, orders=order)
                parcel_id = parcels.add(office.store, said, office.now)
                self.known[parcel_id] = ()
                found.append(parcel_id)
        self.scan(found, hub)
        return found

    def scan(
        self, some: Iterable[int], hub: str, milestone: Milestone = M.IN_TRANSIT, cause: Cause | None = None
    ) -> None:
        """The courier answers about each with a new scan there."""
        now = self.office.now
        for parcel_id in some:
            new = Checkpoint(now, now, milestone, cause, text=f"{milestone} {cause or ''}", place=hub)
            self.known[parcel_id] = (*self.known[parcel_id], new)
        self.answer(some)

    def answer(self, some: Iterable[int]) -> None:
        """The courier answers about each what it said before."""
        office = self.office
        with office.store.transaction():
            for parcel_id in some:
                number = parcels.dossier(office.store, parcel_id).parcel.number
                take_step(office.store, parcel_id, Answered(number, self.known[parcel_id]), office.policy, office.now)

    def wait(self, span: timedelta, step: timedelta = 10 * MINUTE) -> None:
        self.office.until(self.office.now + span, step)

    def stall(self, some: Sequence[int], within: timedelta | None = None) -> None:
        """Nothing is heard of them for as long as it takes; then the courier is asked, at once or in ten parts."""
        self.wait(STALLED, step=6 * HOUR)
        for part in range(10) if within else ():
            self.answer(some[part::10])
            self.wait((within or HOUR) / 10, step=MINUTE)
        self.answer(some)
        self.wait(MINUTE)

    def usual(self, *cells: Cell, weeks: int = 4) -> None:
        """Every day of the weeks before was like that."""
        with self.store.transaction():
            for day in range(1, 7 * weeks + 1):
                surveys.keep(self.store, cells, self.office.now.date() - timedelta(days=day))

    # --- what came of it -------------------------------------------------------------------------

    def told(self, kind: str = "") -> list[Message]:
        """The messages of the first channel, or those about a kind alone."""
        sent = [one for one in self.office.told if one.channel == "ops"]
        return [one for one in sent if not kind or {row.kind for row in one.group.rows} == {kind}]

    def whys(self) -> list[Why]:
        """What was said of incidents."""
        return [row.why for one in self.told("incident") for row in one.group.rows]

    @property
    def incidents(self) -> list[Incident]:
        return incidents.rows(self.store)

    def folded(self, incident_id: int = 1) -> set[int]:
        return {row.parcel_id for row in cases.rows(self.store, self.office.now, incident=incident_id)}


def at(hub: str, parcels: int, troubled: int) -> Cell:
    return Cell(Spot("dhl", origin="CN", destination="CN", hub=hub), parcels, troubled)
