"""A fault campaign: whatever a channel does, no message is lost, none doubled that is known to have arrived."""

from __future__ import annotations

import asyncio
import threading
from asyncio import StreamWriter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.channels import Channel
from parcelwatch.core.service.pacing import Pace
from parcelwatch.duration import Rate
from parcelwatch.model import Fact, Form, Severity
from parcelwatch.store.settling import LONGEST_BACKOFF
from parcelwatch.telling.deliver import Sends
from tests.acceptance.outlet import HURRIED, Outlet, hurried, ids, several, told, webhook
from tests.chats import SERVICES, Chat, Service, contents
from tests.receivers import Receiver
from tests.servers import PATIENCE, Behaviour, Hit, Server, answers, hangs, hangs_up, in_turn, login_page, redirects
from tests.store.making import HOUR, MINUTE, NOW, SECOND, alert, checkpoint, letter

FINE = answers(b"ok")

ROBOT = next(service for service in SERVICES if service.name == "wecombot")


def refuses(code: int) -> Behaviour:
    """Says no as a group robot of 企业微信 does: with HTTP 200, in the body."""
    return answers(b'{"errcode": %d, "errmsg": "no"}' % code)


FAULTS: dict[str, Behaviour] = {
    "500": answers(b"", 500),
    "429 with Retry-After": answers(b"", 429, retry_after="90"),
    "503 with Retry-After": answers(b"", 503, retry_after="90"),
    "404": answers(b"", 404),
    "401": answers(b"", 401),
    "302": redirects("http://127.0.0.1:9/elsewhere"),
    "hangs": hangs(),
    "takes it and hangs up": hangs_up(),
    "says in the body that it is busy": refuses(-1),
    "says in the body that it is too fast": refuses(45009),
    "says in the body that the key is wrong": refuses(93000),
    "shows a page to log in": login_page(),
}
UNKNOWN = {"hangs", "takes it and hangs up"}


def channel_at(sink: Server, fault: str, failing: int) -> Sends:
    """What agents have there: a robot that answers in the body, or a webhook."""
    if "says" in fault or "page" in fault:
        return Channel("ops", ROBOT.at(sink))
    return hurried(sink, failing if fault == "hangs" else 0)


def said(hit: Hit) -> str:
    """The text of one request, whatever service it was for."""
    sent = contents(hit)
    return f"{sent['title']}\n{sent['message']}" if "title" in sent else ROBOT.text(sent)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("failing", [1, 4], ids=["once", "four times"])
def test_no_message_is_lost_none_is_doubled_but_where_nobody_knows_and_no_other_channel_waits(
    fault: str, failing: int, tmp_path: Path
) -> None:
    fine = refuses(0) if "body" in fault or "page" in fault else FINE
    with Server(in_turn([FAULTS[fault]] * failing + [fine])) as sink, Server(FINE) as other:
        outlet = Outlet(tmp_path, {"ops": channel_at(sink, fault, failing), "care": webhook(other, "care")})
        waiting, elsewhere = outlet.put(*several(3)), outlet.put(*several(3, "care"))
        outlet.live()  # no time passes
        assert sorted(set(ids(told(other, "care"))) & set(elsewhere)) == elsewhere
        outlet.live(6 * HOUR, 5 * MINUTE)
        tried, took = ids(list(map(said, sink.hits[:failing]))), ids(list(map(said, sink.hits[failing:])))
    assert sorted(took) == waiting, "each arrives, and none twice once that is known"
    assert len(tried) == failing
    assert {row.out.channel for row in outlet.rows if row.out.id in waiting} == {"ops"}
    assert all(row.state == "sent" for row in outlet.rows)
    doubted = [row.out.id for row in outlet.rows if row.doubts]
    assert doubted == (sorted(set(tried)) if fault in UNKNOWN else [])


def test_a_service_that_never_answers_gets_few_copies_and_counts_as_having_taken_it(tmp_path: Path) -> None:
    with Server(hangs()) as sink:
        outlet = Outlet(tmp_path, {"ops": webhook(sink, query=HURRIED)})
        outlet.put(*several(1))
        outlet.live(2 * MINUTE, 30 * SECOND)
        assert len(sink.hits) == 2
        (row,) = outlet.rows
        assert (row.state, row.doubts) == ("pending", 2)
        outlet.live(30 * HOUR, 10 * MINUTE)
        assert len(sink.hits) <= 6
    (row,) = outlet.rows
    assert row.state == "sent"
    assert row.outcome == "no answer came, twice or more: it counts as delivered"


def test_a_message_that_its_channel_alone_does_not_take_for_a_day_is_shown_as_dead(tmp_path: Path) -> None:
    async def picky(server: Server, hit: Hit, writer: StreamWriter) -> None:
        await (answers(b"", 500) if ids([said(hit)]) == [1] else FINE)(server, hit, writer)

    with Server(picky) as sink:
        outlet = Outlet(tmp_path, {"ops": webhook(sink)})
        outlet.put(*several(3))
        outlet.live(MINUTE)
        assert outlet.states == {"pending": 1, "sent": 2}, "it holds up no other"
        for _ in range(5):
            outlet.put(*several(1))
            outlet.live(5 * HOUR, 20 * MINUTE)
        outlet.put(*several(1))
        outlet.live(LONGEST_BACKOFF, MINUTE)
    dead, *others = outlet.rows
    assert (dead.state, dead.reason) == ("dead", "not delivered within a day")
    assert {row.state for row in others if row.out.kind != "channel_down"} == {"sent"}


def test_two_messages_that_fail_by_themselves_are_not_hurried_by_every_other_that_arrives(tmp_path: Path) -> None:
    async def picky(server: Server, hit: Hit, writer: StreamWriter) -> None:
        await (answers(b"", 500) if ids([said(hit)])[0] in (1, 2) else FINE)(server, hit, writer)

    with Server(picky) as sink:
        outlet = Outlet(tmp_path, {"ops": webhook(sink)})
        outlet.put(*several(2))
        for _ in range(20):
            outlet.put(*several(1))
            outlet.live(3 * MINUTE, MINUTE)
        tries = ids(told(sink))
    assert max(tries.count(1), tries.count(2)) <= 10


def test_what_waits_for_a_channel_that_works_again_is_due_at_once_the_worst_first(tmp_path: Path) -> None:
    with Server(answers(b"", 503)) as sink:
        outlet = Outlet(tmp_path, {"ops": webhook(sink)})
        low, worst, high = outlet.put(
            *several(1), alert("lost", severity=Severity.CRITICAL), alert("late", severity=Severity.HIGH)
        )
        outlet.live(14 * MINUTE, SECOND * 5)
        sink.behaviour = FINE
        sink.hits.clear()
        outlet.live(MINUTE, SECOND)  # a start tries it anew
        first, *rest = ids(told(sink))
    assert sorted([first, *rest]) == sorted([low, worst, high])
    assert [one for one in rest if one != first] == [one for one in (worst, high, low) if one != first]


def test_nothing_is_given_up_while_nothing_gets_through(tmp_path: Path) -> None:
    with Server(answers(b"overloaded", 503)) as sink:
        outlet = Outlet(tmp_path, {"ops": webhook(sink)})
        waiting = outlet.put(*several(1), alert("lost", severity=Severity.CRITICAL))
        outlet.live(60 * HOUR, 20 * MINUTE)
        assert outlet.states == {"pending": 2}
        sink.behaviour = FINE
        sink.hits.clear()
        outlet.live(HOUR, 20 * MINUTE)
        assert sorted(ids(told(sink))) == waiting


@pytest.mark.parametrize("refusal", [answers(b"", 400), answers(b"", 413), answers(b"", 415), refuses(40058)])
def test_a_message_refused_is_dead_and_holds_up_no_other(refusal: Behaviour, tmp_path: Path) -> None:
    with Server(in_turn([refusal, refuses(0)])) as sink:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", ROBOT.at(sink))})
        outlet.put(*several(3))
        outlet.live(MINUTE)  # at the robot's pace
        assert len(sink.hits) == 3
    assert outlet.states == {"dead": 1, "sent": 2}


def test_what_is_grave_and_refused_by_one_channel_is_told_on_another_and_by_none_twice(tmp_path: Path) -> None:
    with Server(refuses(40058)) as picky, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", ROBOT.at(picky)), "care": webhook(fine, "care")})
        outlet.put(alert(severity=Severity.CRITICAL), alert("late", severity=Severity.LOW))
        outlet.live(10 * SECOND)
        assert ids(told(fine, "care")) == [1]
        assert {row.out.id: (row.state, row.meant_for) for row in outlet.rows} == {1: ("sent", "ops"), 2: ("dead", "")}
    with Server(answers(b"", 400)) as picky:
        (tmp_path / "both").mkdir()
        outlet = Outlet(tmp_path / "both", {"ops": webhook(picky), "care": webhook(picky, "care")})
        outlet.put(alert(severity=Severity.CRITICAL))
        outlet.live(HOUR, MINUTE)
        assert len(picky.hits) == 2
    assert outlet.states == {"dead": 1}


class Stuck(Receiver):
    """Hangs until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def send(self, title: str, body: str, severity: Severity) -> None:
        assert self.let_go.wait(PATIENCE)


class Free(Receiver):
    """Takes everything, and lets the other go once it has all it was to get."""

    def __init__(self, expected: int, then: Callable[[], None]) -> None:
        self.took: list[Severity] = []
        self._expected = expected
        self._then = then

    def send(self, title: str, body: str, severity: Severity) -> None:
        self.took.append(severity)
        if len(self.took) == self._expected:
            self._then()


def test_a_channel_that_hangs_delays_no_other(tmp_path: Path) -> None:
    stuck = Stuck()
    free = Free(4, stuck.let_go.set)
    outlet = Outlet(tmp_path, {"ops": stuck, "care": free})
    outlet.put(*several(1), *several(4, "care"))
    outlet.live()  # ends only if all of the other's messages leave while the first hangs
    assert outlet.states == {"sent": 5}


def test_a_channel_is_given_the_severity_of_the_worst_that_goes_together(tmp_path: Path) -> None:
    free = Free(99, lambda: None)
    outlet = Outlet(tmp_path, {"ops": free})
    outlet.put(*[alert(severity=each) for each in (Severity.LOW, Severity.CRITICAL, *[Severity.MEDIUM] * 5)])
    outlet.put(alert("late", severity=Severity.LOW))
    outlet.live()
    assert sorted(free.took) == [Severity.CRITICAL, Severity.MEDIUM]


# --- pace ----------------------------------------------------------------------------------------


class Paced(Receiver):
    """Notes when it was sent to, by the outlet's clock."""

    def __init__(self, rate: Rate, clock: Callable[[], datetime]) -> None:
        self.pace = Pace(rate)
        self.at: list[datetime] = []
        self.told: list[str] = []
        self._clock = clock

    def send(self, title: str, body: str, severity: Severity) -> None:
        self.at.append(self._clock())
        self.told.append(f"{title}\n{body}")


def test_a_channel_is_sent_to_no_faster_than_its_service_allows_over_restarts_too(tmp_path: Path) -> None:
    outlet: Outlet
    paced = Paced(Rate(20, 60), lambda: outlet.at)
    outlet = Outlet(tmp_path, {"ops": paced})
    put = []
    for _ in range(30):
        put += outlet.put(alert(severity=Severity.CRITICAL))
        outlet.live(2 * SECOND)
    outlet.live(10 * MINUTE)
    told = "\n".join(paced.told)
    assert all(f"A{one}" in told for one in put)
    assert len(paced.at) > 10
    assert all(later - earlier >= 3 * SECOND for earlier, later in zip(paced.at, paced.at[1:], strict=False))


def test_a_pace_costs_nobody_its_place_and_the_worst_still_goes_first(tmp_path: Path) -> None:
    outlet: Outlet
    paced = Paced(Rate(1, 60), lambda: outlet.at)
    outlet = Outlet(tmp_path, {"ops": paced})
    first = outlet.put(*several(3))
    outlet.live(MINUTE)
    worst = outlet.put(alert("lost", severity=Severity.CRITICAL))
    outlet.live(5 * MINUTE)
    assert ids(paced.told) == [*first[:2], *worst, first[2]]


def test_one_pass_waits_for_the_pace_as_long_as_it_is_told_to(tmp_path: Path) -> None:
    outlet: Outlet
    paced = Paced(Rate(50, 1), lambda: outlet.at)
    outlet = Outlet(tmp_path, {"ops": paced})
    outlet.put(*several(5))
    asyncio.run(_pass(outlet, timedelta(seconds=20)))
    assert outlet.states == {"sent": 5}


async def _pass(outlet: Outlet, patience: timedelta) -> None:
    async with outlet.deliverer() as deliverer:
        await deliverer.drain(outlet.at, insist=True, patience=patience)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_that_says_when_to_come_back_is_left_alone_until_then(tmp_path: Path, service: Service) -> None:
    with Chat(service, allowed=0) as chat:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", chat.service.at(chat))})
        outlet.put(*several(3))
        outlet.live(29 * SECOND)
        assert len(chat.messages) == 1
        for _ in range(3):
            outlet.live()  # a start is no reason to ask again
        assert len(chat.messages) == 1
        chat.allowed = 99
        outlet.live(2 * HOUR, MINUTE)
        assert len(chat.said) == 3
    assert all(row.state == "sent" for row in outlet.rows if row.out.kind.startswith("kind"))


# --- letters -------------------------------------------------------------------------------------

PARAGRAPH = (
    "您好！物流显示您的包裹仍在运输途中，我们已经联系快递公司查找。如果急用，也可以告诉我们，我们为您补发或退款。" * 4
)
BODY = "\n\n".join(f"第{turn}段：{PARAGRAPH}" for turn in range(12))
LONGER = "\n\n".join(f"第{turn}段：{PARAGRAPH}" for turn in range(24))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_longest_letter_arrives_whole_at_every_service(tmp_path: Path, service: Service) -> None:
    with Chat(service, allowed=99) as chat:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", chat.service.at(chat))}, language="zh-CN")
        outlet.put_letter(letter(language="zh-CN", subject="关于您的包裹", body=BODY))
        outlet.live(30 * MINUTE, 10 * SECOND)
        assert all(chat.service.size(hit) <= chat.most for hit in chat.messages)
        said = "".join(text.partition("\n")[2] for text in chat.said)
    assert _squeezed(BODY) in _squeezed(said)
    assert outlet.states == {"sent": 1}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_longest_alert_fits_and_a_digest_is_as_long_as_the_service_takes(tmp_path: Path, service: Service) -> None:
    with Chat(service, allowed=99) as chat:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", chat.service.at(chat))}, language="zh-CN")
        scan = checkpoint(2, "【郑州市】快件已到达 郑州转运中心，" * 30)
        fact = Fact(Form.NO_SCAN, since=NOW - HOUR, scan=scan, quiet_since=NOW)
        outlet.put(alert("stalled", severity=Severity.CRITICAL, fact=fact))
        outlet.live(MINUTE, 10 * SECOND)
        outlet.put(*(alert("late", fact=replace(fact, since=NOW - turn * SECOND)) for turn in range(300)))
        outlet.live(MINUTE, 10 * SECOND)
        alone, digest = chat.messages
    assert chat.service.size(alone) <= chat.most
    assert "已达该渠道长度上限" not in chat.said[0]
    assert chat.service.size(digest) <= chat.most
    named, longest = chat.said[1].count("\nA"), max(map(len, chat.said[1].split("\n")))
    assert named == 300 or chat.service.size(digest) > chat.most * 0.985 - 4 * longest


def _squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def test_after_a_failure_only_the_parts_that_are_missing_are_sent_and_with_the_same_words(tmp_path: Path) -> None:
    wecom = next(service for service in SERVICES if service.name == "wecombot")
    with Chat(wecom, allowed=2) as chat:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", wecom.at(chat))}, language="zh-CN")
        outlet.put_letter(letter(language="zh-CN", subject="关于您的包裹", body=LONGER))
        outlet.live(10 * SECOND)
        assert len(chat.said) == 2
        chat.allowed = 99
        outlet.live(5 * MINUTE)  # after a restart
        titles = [said.split("\n")[0] for said in chat.said]
    assert len(titles) == len(set(titles)) > 3
    assert all(title.endswith(f"({turn}/{len(titles)})") for turn, title in enumerate(titles, 1))
    assert _squeezed(LONGER) in _squeezed("".join(text.partition("\n")[2] for text in chat.said))


def test_no_other_message_comes_between_the_parts_of_a_letter(tmp_path: Path) -> None:
    wecom = next(service for service in SERVICES if service.name == "wecombot")
    with Chat(wecom, allowed=99) as chat:
        outlet = Outlet(tmp_path, {"ops": Channel("ops", wecom.at(chat))})
        outlet.put_letter(letter(body=BODY))
        outlet.put(alert("late", severity=Severity.LOW))
        outlet.live(MINUTE)
    *parts, last = [said.split("\n")[0].endswith(")") for said in chat.said]
    assert all(parts)
    assert not last
