"""What a SIGKILL can do to a daemon at work: at named points, and at random ones.

Each life of the daemon gets new parcels to watch and is killed somewhere; the last one finishes what is left. The
couriers and the channels are in this process and remember what they saw, over real HTTP.

20 kills by default; `PARCELWATCH_KILLS=200` makes it 200, `PARCELWATCH_SEED=7` draws others.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from signal import SIGKILL

from parcelwatch import clock
from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.story import StoryParcel
from parcelwatch.store import Store, accounts
from tests.acceptance.child import INGESTED, POINTS, SENDING, SETTLED, Passed, Plan, live
from tests.acceptance.world import Shop, Told, ago, known, numbers
from tests.sandbox.worlds import Hand

M = Milestone
C = Cause

KILLS = int(os.environ.get("PARCELWATCH_KILLS", "20"))
SEED = int(os.environ.get("PARCELWATCH_SEED", "20"))
A_LIFE = 30.0

# How often a point is passed in every life; what is answered together is taken in together.
TIMES = {INGESTED: 1}

# What becomes of the parcels of one life, and the case each must have.
LOTS = (
    ("stalled", (ago(90, M.PICKED_UP), ago(60))),
    ("damaged", (ago(40), ago(20, M.EXCEPTION, C.DAMAGED))),
    ("lost", (ago(40), ago(30, M.EXCEPTION, C.LOST))),
    ("", (ago(30, M.PICKED_UP), ago(2))),
)


@dataclass(slots=True)
class Campaign:
    """What happened in all lives. `doubtful`: how often a message may have been sent without being settled."""

    shop: Shop
    doubtful: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)

    def life(self, plan: Plan, after: int | None = None) -> bool:
        """One life by `plan`, or killed by us once it has told of `after` points; whether it was killed."""
        context = get_context("forkserver")
        context.set_forkserver_preload(["tests.acceptance.warm"])
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=live, args=(self.shop.folder / "config.toml", plan, theirs), daemon=True)
        child.start()
        theirs.close()
        passed: list[Passed] = []
        with suppress(EOFError):
            while ours.poll(A_LIFE):
                passed.append(ours.recv())
                if len(passed) == after:
                    child.kill()
        child.join(A_LIFE)
        ours.close()
        assert child.exitcode in (0, -SIGKILL), f"it ended by itself: {child.exitcode}, having passed {passed}"
        if child.exitcode == 0:
            return False
        self.deaths[plan.point or "at random"] += 1
        # What was about to be sent when it killed itself was not sent; when we killed it, nobody knows.
        self.doubtful.update(unsettled(passed[:-1] if plan.point == SENDING else passed))
        return True


def unsettled(passed: Sequence[Passed]) -> set[str]:
    """The messages a life may have sent and surely has not settled."""
    begun = {one.message for one in passed if one.point == SENDING}
    return begun - {one.message for one in passed if one.point == SETTLED}


def parcels_of(life: int) -> list[tuple[str, StoryParcel]]:
    """The parcels that come to be watched in one life, with the kind of case each must get."""
    lot = numbers(len(LOTS), f"{60 + life % 40}{life:03}"[:5])
    return [(kind, known(number, *says)) for number, (kind, says) in zip(lot, LOTS, strict=True)]


def shop(folder: Path, lives: int) -> tuple[Shop, list[list[tuple[str, StoryParcel]]]]:
    lots = [parcels_of(life) for life in range(lives + 1)]
    story = [parcel for lot in lots for _, parcel in lot]
    return Shop(folder, *story, clock=Hand(clock.now())), lots


def plans(random: Random, kills: int) -> list[tuple[Plan, int | None]]:
    """Two kills of three at a named point, each in turn; the third at a random moment."""
    drawn: list[tuple[Plan, int | None]] = []
    for turn in range(kills):
        if turn % 3 == 2:
            drawn.append((Plan(), random.randint(1, 18)))
        else:
            point = POINTS[len(drawn) * 2 // 3 % len(POINTS)]
            drawn.append((Plan(point, random.randint(1, TIMES.get(point, 3))), None))
    return drawn


def test_a_daemon_killed_anywhere_loses_nothing_and_opens_nothing_twice(tmp_path: Path) -> None:
    place, lots = shop(tmp_path, KILLS)
    campaign = Campaign(place)
    with place:
        for lot, (plan, after) in zip(lots, plans(Random(SEED), KILLS), strict=False):
            place.watch([place.wanted(parcel.number) for _, parcel in lot])
            assert campaign.life(plan, after), f"it outlived {plan or after}"
            check_calls(place)
        place.watch([place.wanted(parcel.number) for _, parcel in lots[-1]])
        assert not campaign.life(Plan())
        check_calls(place)
        told = place.sink.told
        check_cases(place, lots)
        check_told(place, told, lots)
    repeats = check_repeats(told, campaign)
    print(f"{campaign.deaths.total()} kills ({dict(campaign.deaths)}), {repeats} repeats")


def check_calls(place: Shop) -> None:
    """Calls are counted before they are made."""
    with place.store() as store:
        (row,) = accounts.rows(store)
        _, pace = accounts.load(store, row["account"])
    assert row["calls"] >= place.server.calls
    assert sum(one.used for one in pace.windows) >= place.server.calls


def check_cases(place: Shop, lots: Sequence[Sequence[tuple[str, StoryParcel]]]) -> None:
    """Exactly the cases there should be, each opened once, announced once, with one draft."""
    expected = {(parcel.number, kind) for lot in lots for kind, parcel in lot if kind}
    assert set(place.cases()) == expected
    with place.store() as store:
        assert count(store, "SELECT count(*) FROM case_events WHERE signal = 'fires'") == len(expected)
        assert count(store, "SELECT count(*) FROM alerts WHERE NOT for_draft AND why = 'opened'") == len(expected)
        assert count(store, "SELECT count(*) FROM alerts WHERE state <> 'sent'") == 0
        assert count(store, "SELECT count(*) FROM drafts") == len(expected)


def check_told(place: Shop, told: Sequence[Told], lots: Sequence[Sequence[tuple[str, StoryParcel]]]) -> None:
    """Every alert and every draft arrived."""
    for lot in lots:
        for kind, parcel in lot:
            for channel in ("ops", "drafts"):
                assert any(one.channel == channel and one.names(parcel.number) for one in told) == bool(kind)


def check_repeats(told: Sequence[Told], campaign: Campaign) -> int:
    """What came twice came with the same id and the same words, and only after a death between sending and settling."""
    times = Counter(told)
    assert len({(one.channel, one.id) for one in times}) == len(times)
    repeated = Counter({f"{one.channel} {one.id}": often - 1 for one, often in times.items()})
    assert repeated <= campaign.doubtful
    return repeated.total()


def count(store: Store, sql: str) -> int:
    return int(store.value(sql))
