"""What a courier says at an instant, before it is written in any format."""

from __future__ import annotations

from datetime import timedelta

from parcelwatch.model import Milestone
from parcelwatch.sandbox.story import Says, StoryParcel, When
from parcelwatch.sandbox.world import Heard, changes, heard
from tests.sandbox.worlds import START, told

HOUR = timedelta(hours=1)
M = Milestone


def parcel(*says: Says, stops: When | None = None) -> StoryParcel:
    return StoryParcel("A1", "dhl", says=says, stops=stops)


def milestones(at: Heard) -> list[Milestone]:
    return [mark.says.milestone for mark in at.marks]


def test_a_line_is_heard_once_it_has_happened() -> None:
    moving = parcel(Says(-HOUR, M.PICKED_UP), Says(HOUR, M.DELIVERED))
    assert milestones(heard(moving, START, START)) == [M.PICKED_UP]
    assert milestones(heard(moving, START, START + HOUR)) == [M.PICKED_UP, M.DELIVERED]


def test_a_line_told_late_takes_its_place_in_the_history() -> None:
    late = parcel(Says(-3 * HOUR, M.PICKED_UP), Says(-2 * HOUR, M.IN_TRANSIT, heard=HOUR), Says(-HOUR, M.DELIVERED))
    assert milestones(heard(late, START, START)) == [M.PICKED_UP, M.DELIVERED]
    assert milestones(heard(late, START, START + HOUR)) == [M.PICKED_UP, M.IN_TRANSIT, M.DELIVERED]


def test_a_line_can_be_taken_back() -> None:
    signed = parcel(Says(-HOUR, M.DELIVERED, until=HOUR))
    assert milestones(heard(signed, START, START)) == [M.DELIVERED]
    assert milestones(heard(signed, START, START + HOUR)) == []


def test_a_stopped_parcel_says_nothing_new_for_ever() -> None:
    stopped = parcel(Says(-HOUR, M.IN_TRANSIT), Says(2 * HOUR, M.DELIVERED), stops=HOUR)
    assert heard(stopped, START, START).stopped_at is None
    later = heard(stopped, START, START + 5 * HOUR)
    assert (milestones(later), later.stopped_at) == ([M.IN_TRANSIT], START + HOUR)


def test_changes_are_the_instants_at_which_the_answer_differs() -> None:
    busy = parcel(Says(-HOUR, M.PICKED_UP, until=2 * HOUR), Says(-HOUR, M.IN_TRANSIT, heard=HOUR), stops=3 * HOUR)
    assert changes(busy, START) == [START - HOUR, START + HOUR, START + 2 * HOUR, START + 3 * HOUR]


def test_a_line_shows_the_clock_on_the_wall_of_its_place() -> None:
    here = parcel(
        Says(timedelta(0), M.IN_TRANSIT, place="Tokyo, JP"), Says(timedelta(0), M.IN_TRANSIT, place="Nowhere")
    )
    tokyo, nowhere = heard(here, START, START).marks
    assert tokyo.local(here, "Europe/Berlin").isoformat() == "2031-03-12T18:30:00+09:00"
    assert nowhere.local(here, "Europe/Berlin").isoformat() == "2031-03-12T10:30:00+01:00"
    assert (tokyo.locality, tokyo.country, nowhere.locality, nowhere.country) == ("Tokyo", "JP", "Nowhere", "")


def test_a_trouble_befalls_its_time_its_api_and_its_numbers_only() -> None:
    world, _ = told(
        'api = ["dhl", "17track"]\n'
        '[[trouble]]\nkind = "outage"\napi = "dhl"\nnumbers = ["A"]\nfrom = "+1h"\nto = "+2h"\n'
    )
    assert world.trouble("dhl", ("A",), START) is None
    assert world.trouble("dhl", ("A", "B"), START + HOUR) is not None
    assert world.trouble("dhl", ("B",), START + HOUR) is None
    assert world.trouble("17track", ("A",), START + HOUR) is None
    assert world.trouble("dhl", ("A",), START + 2 * HOUR) is None
