"""A shop's parcels, agents and channels over simulated weeks: a real database, and channels that take what they get.

What belongs here: letting things happen to parcels and time pass, and reading what was told when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from parcelwatch.core.messaging.messages import Characters, Group
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import assess_due, take_step
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Order, Parcel, Severity
from parcelwatch.store import Store, imports, outbox, parcels
from parcelwatch.telling import incidents, repeats
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs import silencing
from parcelwatch.wording.render import Renderer
from tests.databases import blank

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ROOMY = 100_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a channel got it."""

    at: datetime
    channel: str
    title: str
    body: str
    group: Group

    @property
    def worst(self) -> Severity:
        return max((row.severity for row in self.group.rows), key=lambda severity: severity.rank)

    @property
    def numbers(self) -> set[str]:
        return {row.number for row in self.group.rows}


class Office:
    """`pace`: how long a channel takes for a message. `limits`: characters that each takes."""

    def __init__(
        self,
        path: Path,
        policy: Policy,
        *,
        now: datetime = MONDAY,
        pace: timedelta = SECOND,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.policy = policy
        self.now = now
        self.told: list[Message] = []
        self.away: tuple[str, ...] = ()  # channels that take nothing
        self._path = path
        self._pace = pace
        self.store = Store.open(blank(path))
        self._lookout = incidents.Lookout()
        taken = limits or dict.fromkeys(policy.channels, ROOMY)
        sizes = {name: Characters(limit) for name, limit in taken.items()}
        self.words = Wording(Renderer(), sizes, timing=policy.timing)

    def restart(self) -> None:
        """The program is killed and comes back."""
        self.store.close()
        self.store = Store.open(self._path, create=False)
        self._lookout = incidents.Lookout()
        with self.store.transaction():
            outbox.void_leases(self.store, self.now)

    # --- parcels ---------------------------------------------------------------------------------

    def watch(self, number: str, order: str = "", import_id: int | None = None, **said: object) -> int:
        orders = (Order(order, **said),) if order or said else ()  # type: ignore[arg-type]
        with self.store.transaction():
            added = Parcel(
                0, number, "dhl", self.now, origin="CN", destination="CN", import_id=import_id, orders=orders
            )
            return parcels.add(self.store, added, self.now)

    def imported(self, count: int) -> list[int]:
        with self.store.transaction():
            import_id = imports.begin(self.store, "orders.csv", self.now)
        found = [self.watch(f"PW{one:06}", f"O{one:06}", import_id) for one in range(count)]
        with self.store.transaction():
            imports.finish(self.store, import_id, {}, self.now)
        return found

    def hear(self, parcel_id: int, *scans: Checkpoint) -> None:
        number = parcels.dossier(self.store, parcel_id).parcel.number
        with self.store.transaction():
            take_step(self.store, parcel_id, Answered(number, scans), self.policy, self.now)

    def scan(
        self, milestone: Milestone, cause: Cause | None = None, text: str = "", ago: timedelta = HOUR
    ) -> Checkpoint:
        at = self.now - ago
        return Checkpoint(at, at, milestone, cause, text=text or str(cause or milestone), place="Leipzig")

    def trouble(self, number: str, cause: Cause = Cause.DAMAGED, order: str = "") -> int:
        """A parcel that is watched from now on and has that trouble; not its first answer, so nothing holds it up."""
        parcel_id = self.watch(number, order)
        first = self.scan(Milestone.IN_TRANSIT, ago=3 * HOUR)
        self.hear(parcel_id, first)
        self.hear(parcel_id, first, self.scan(Milestone.EXCEPTION, cause))
        return parcel_id

    # --- time ------------------------------------------------------------------------------------

    def until(self, at: datetime, step: timedelta = MINUTE) -> None:
        """Let time pass: what is due is told, silences end, what nobody took is repeated."""
        while self.now < at:
            with self.store.transaction():
                assess_due(self.store, self.policy, self.now)
                silencing.release(self.store, self.now)
                incidents.look(self.store, self._lookout, self.policy, self.now)
                repeats.repeat(self.store, self.policy, self.now)
            ready_at = self._send_all(self.now)
            self.now = min(at, max(self.now + step, ready_at))

    def _send_all(self, now: datetime) -> datetime:
        """Everything that may leave, one after another; when the last of it was taken."""
        while group := claim(self.store, now, self.away, self.words):
            (text,) = group.said
            self.told.append(Message(now, group.channel, text.title, text.body, group))
            now += self._pace
            settle(self.store, group, None, self.policy, now)
        return now
