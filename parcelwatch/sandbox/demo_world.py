"""The demonstration's world: a small shop's week over three couriers, with one clear case of every trouble.

Ages are chosen so that the built-in thresholds speak whatever the weekday is; some parcels change while you look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from parcelwatch import clock
from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.drawing import Drawer, Later, Plot, Row, Step
from parcelwatch.sandbox.story import APIS, Says, Story, StoryParcel

M = Milestone
C = Cause
DAY = 24.0
SEED = 20
PARCELS = 120

# How parcels without trouble stand, and how many of a hundred stand so.
ORDINARY: tuple[tuple[int, Plot], ...] = (
    (6, Plot((Step(2, 8, M.INFO_RECEIVED),), before=0)),
    (8, Plot((Step(2, 9, M.PICKED_UP),), before=1)),
    (34, Plot((Step(2, 14, M.IN_TRANSIT),), before=4)),
    (9, Plot((Step(1, 5, M.OUT_FOR_DELIVERY),), before=5)),
    (5, Plot((Step(2, 16, M.AVAILABLE_FOR_PICKUP),), before=5)),
    (38, Plot((Step(30, 34, M.OUT_FOR_DELIVERY), Step(20, 28, M.DELIVERED)), before=5)),
)

# Trouble that looks alike at every courier.
TOLD: tuple[Plot, ...] = (
    Plot((Step(20, 28, M.EXCEPTION, C.DAMAGED),)),
    Plot((Step(18, 22, M.ATTEMPT_FAILED, C.NOBODY_HOME),), before=5),
    Plot((Step(16, 20, M.ATTEMPT_FAILED, C.REFUSED),), before=5),
    Plot((Step(50, 54, M.ATTEMPT_FAILED, C.NOBODY_HOME), Step(20, 30, M.RETURNING))),
    Plot((Step(4 * DAY, 4.5 * DAY, M.RETURNING), Step(16, 22, M.RETURNED))),
    Plot((Step(4.1 * DAY, 4.4 * DAY, M.AVAILABLE_FOR_PICKUP),), before=5),
    Plot((Step(5, 9, M.IN_TRANSIT),), promised=-2),
    Plot((Step(5 * DAY, 5.2 * DAY, M.INFO_RECEIVED),), before=0, unknown=True),
)


def _silent(days: float, milestone: Milestone, before: int = 4) -> Plot:
    """Nothing since then; the promise is not over yet, so that the silence itself is the news."""
    return Plot((Step(days * DAY, days * DAY + 3, milestone),), before=before)


# Trouble whose age or cause differs by courier: slow lanes wait longer, few are held by customs.
OWN: dict[str, tuple[Plot, ...]] = {
    "dhl": (
        Plot((Step(26, 34, M.EXCEPTION, C.LOST, "The shipment cannot be found at present; a search was started."),)),
        _silent(6.1, M.IN_TRANSIT),
        _silent(6.3, M.IN_TRANSIT),
        _silent(9.2, M.IN_TRANSIT),
        _silent(6.2, M.INFO_RECEIVED, before=0),
        _silent(5.1, M.PICKED_UP, before=1),
        _silent(4.1, M.OUT_FOR_DELIVERY, before=5),
        Plot((Step(24, 30, M.EXCEPTION, C.DAMAGED, "Die Sendung wurde beschädigt und wird nachverpackt."),)),
        Plot((Step(18, 24, M.ATTEMPT_FAILED, C.ADDRESS),), before=5),
    ),
    "17track": (
        Plot((Step(26, 34, M.EXCEPTION, C.LOST, "The shipment cannot be found at present; a search was started."),)),
        _silent(10.2, M.IN_TRANSIT),
        _silent(11.1, M.IN_TRANSIT),
        _silent(8.2, M.INFO_RECEIVED, before=0),
        _silent(5.3, M.OUT_FOR_DELIVERY, before=5),
        Plot((Step(44, 50, M.CUSTOMS), Step(26, 30, M.CUSTOMS, C.CUSTOMS))),
        Plot((Step(30, 36, M.EXCEPTION, C.DESTROYED),)),
        Plot((Step(14, 18, M.EXCEPTION),)),
        Plot((Step(9 * DAY, 9.2 * DAY, M.IN_TRANSIT),), stops=2),
    ),
    "kuaidi100": (
        Plot((Step(26, 34, M.EXCEPTION, C.LOST),)),
        _silent(3.3, M.IN_TRANSIT),
        _silent(4.2, M.IN_TRANSIT),
        _silent(6.4, M.IN_TRANSIT),
        _silent(1.6, M.INFO_RECEIVED, before=0),
        _silent(1.7, M.PICKED_UP, before=1),
        _silent(2.2, M.OUT_FOR_DELIVERY, before=5),
        Plot((Step(18, 24, M.ATTEMPT_FAILED, C.ADDRESS),), before=5),
    ),
}

# What happens while one watches, the worst first. None at kuaidi100: a number may be asked there every half hour only.
LIVE: dict[str, tuple[Plot, ...]] = {
    "dhl": (
        Plot((Step(6.4 * DAY, 6.6 * DAY, M.IN_TRANSIT),), later=(Later(4, M.IN_TRANSIT),)),
        Plot((Step(3, 5, M.OUT_FOR_DELIVERY),), before=5, later=(Later(3, M.DELIVERED),)),
        Plot((Step(20, 24, M.ATTEMPT_FAILED, C.NOBODY_HOME),), before=5, later=(Later(5, M.DELIVERED),)),
        Plot((Step(3, 6, M.IN_TRANSIT),), later=(Later(0.5, M.EXCEPTION, C.DAMAGED),)),
    ),
    "17track": (
        Plot((Step(5, 8, M.IN_TRANSIT),), later=(Later(0.8, M.EXCEPTION, C.DAMAGED),)),
        Plot((Step(30, 36, M.CUSTOMS, C.CUSTOMS),), later=(Later(6, M.IN_TRANSIT),)),
        Plot((Step(3, 6, M.OUT_FOR_DELIVERY),), before=5, later=(Later(3.5, M.DELIVERED),)),
    ),
    "kuaidi100": (),
}


def demo_story(
    start: datetime, scale: float = 1.0, parcels: int = PARCELS, seed: int = SEED
) -> tuple[Story, list[Row]]:
    """The world and the rows a shop would import; `courier` is the name of the API.

    Live lines come half a second to 6 seconds after `start`, times `scale`. Never fewer parcels than there are plots.
    """
    drawer = Drawer(seed, start, scale)
    plots = [(api, plot) for api in APIS for plot in (*TOLD, *OWN[api], *LIVE[api])]
    wanted = max(parcels - len(plots), 0)
    plots += [(APIS[index % len(APIS)], plot) for index, plot in enumerate(ordinary(drawer, wanted))]
    return drawn(drawer, plots, "A week in the life of a small shop")


def ordinary(drawer: Drawer, count: int) -> Sequence[Plot]:
    """Plots without trouble, in their usual shares."""
    weights, plots = zip(*ORDINARY, strict=True)
    return drawer.random.choices(plots, weights, k=count)


def drawn(drawer: Drawer, plots: Sequence[tuple[str, Plot]], title: str) -> tuple[Story, list[Row]]:
    known: list[StoryParcel] = []
    rows: list[Row] = []
    for api, plot in plots:
        parcel, row = drawer.parcel(api, plot)
        rows.append(row)
        if parcel is not None:
            known.append(parcel)
    apis = tuple(api for api in APIS if any(api == told for told, _ in plots))
    return Story(apis, tuple(known), title=title, start=drawer.start), rows


def coming(story: Story) -> list[tuple[timedelta, str, str]]:
    """(when after the start, API, number) of everything that happens live, in order."""
    return sorted((at, parcel.api, parcel.number) for at, parcel, _ in _live(story))


def mending(story: Story) -> set[str]:
    """The numbers of parcels that go on while one watches."""
    return {parcel.number for _, parcel, says in _live(story) if says.milestone is not M.EXCEPTION}


def _live(story: Story) -> Iterator[tuple[timedelta, StoryParcel, Says]]:
    for parcel in story.parcels:
        for says in parcel.says:
            if isinstance(says.at, timedelta) and says.at > timedelta(0):
                yield says.at, parcel, says


def bulk_story(
    n: int, seed: int = SEED, api: str = "dhl", start: datetime | None = None, troubled: float = 0.08
) -> tuple[Story, list[Row]]:
    """`n` parcels at one courier for benchmarks and floods; about `troubled` of them are in some trouble."""
    drawer = Drawer(seed, start or clock.now())
    trouble = [plot for plot in (*TOLD, *OWN[api]) if not plot.unknown]
    plots = [
        drawer.random.choice(trouble) if drawer.random.random() < troubled else plot for plot in ordinary(drawer, n)
    ]
    return drawn(drawer, [(api, plot) for plot in plots], f"{n} parcels at {api}")
