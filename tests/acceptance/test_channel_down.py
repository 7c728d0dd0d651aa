"""Stories of a channel that dies: who hears of it, what becomes of what waited, and that a restart changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from parcelwatch.model import Severity
from tests.acceptance.outlet import HURRIED, Outlet, ids, titles, told, webhook
from tests.channels.test_channel_mail import mail
from tests.mailbox import Post
from tests.servers import Behaviour, Server, answers, hangs
from tests.store.making import HOUR, MINUTE, SECOND, alert, letter

FINE = answers(b"ok")
DEAD_KEY = answers(b"", 401)
LOW, HIGH, CRITICAL = Severity.LOW, Severity.HIGH, Severity.CRITICAL
DAY = timedelta(days=1)


def about_channels(server: Server, channel: str) -> list[str]:
    return [title.removeprefix("🔧 ") for title in titles(server, channel) if "this channel" in title]


def test_a_dead_channel_is_told_once_its_grave_messages_take_the_fall_back_and_its_recovery_is_told_once(
    tmp_path: Path,
) -> None:
    with Server(DEAD_KEY) as dying, Server(FINE) as fine:
        channels = {"ops": webhook(dying), "care": webhook(fine, "care"), "mail": webhook(fine, "mail")}
        outlet = Outlet(tmp_path, channels, {"ops": "mail"})
        critical, high, low = outlet.put(
            alert("lost", severity=CRITICAL), alert("damaged", severity=HIGH), alert("late", severity=LOW)
        )
        outlet.live(2 * SECOND)
        for name in ("care", "mail"):
            assert about_channels(fine, name) == ["ops: this channel takes no messages"]
        assert [one for one in ids(told(fine, "mail")) if one in {critical, high, low}] == [critical, high]
        assert not {critical, high, low} & set(ids(told(fine, "care")))
        assert [row.state for row in outlet.rows if row.out.id == low] == ["pending"]

        # A restart in the middle, and a day of trying now and then.
        outlet.live(10 * MINUTE, MINUTE)
        later = outlet.put(alert("destroyed", severity=CRITICAL))
        outlet.live(3 * HOUR, 5 * MINUTE)
        assert later[0] in ids(told(fine, "mail"))
        for name in ("care", "mail"):
            assert len(about_channels(fine, name)) == 1
        assert len(dying.hits) < 12

        dying.behaviour = FINE
        dying.hits.clear()
        outlet.live(2 * HOUR, 5 * MINUTE)
        outlet.live(2 * HOUR, 5 * MINUTE)
        for name in ("care", "mail"):
            assert about_channels(fine, name)[1:] == ["ops: this channel works again"]
        assert ids(told(dying)) == [low]
    assert all(row.state == "sent" for row in outlet.rows)


@pytest.mark.parametrize(("how", "query"), [(answers(b"", 503), ""), (hangs(), HURRIED)], ids=["503", "hangs"])
def test_a_channel_that_fails_for_a_quarter_of_an_hour_is_told_and_gone_round(
    how: Behaviour, query: str, tmp_path: Path
) -> None:
    with Server(how) as failing, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"ops": webhook(failing, query=query), "care": webhook(fine, "care")})
        (worst,) = outlet.put(alert("lost", severity=CRITICAL))
        outlet.put(*(alert(f"kind{turn}", severity=LOW) for turn in range(4)))
        outlet.live(10 * MINUTE, 20 * SECOND)
        assert told(fine, "care") == []
        outlet.live(30 * MINUTE, 20 * SECOND)
        assert about_channels(fine, "care") == ["ops: this channel takes no messages"]
        assert worst in ids(told(fine, "care"))


def test_the_first_other_that_works_takes_over_where_the_fall_back_is_down_too(tmp_path: Path) -> None:
    with Server(DEAD_KEY) as dead, Server(FINE) as fine:
        channels = {"ops": webhook(dead), "mail": webhook(dead, "mail"), "care": webhook(fine, "care")}
        outlet = Outlet(tmp_path, channels, {"ops": "mail"})
        sent = outlet.put(alert("lost", severity=CRITICAL), alert("damaged", "mail", severity=HIGH))
        outlet.live(5 * SECOND)
        assert set(sent) <= set(ids(told(fine, "care")))
        assert sorted(about_channels(fine, "care")) == [
            "mail: this channel takes no messages",
            "ops: this channel takes no messages",
        ]


def test_where_every_channel_is_down_all_waits_and_leaves_once_one_works(tmp_path: Path) -> None:
    with Server(DEAD_KEY) as one, Server(DEAD_KEY) as two:
        outlet = Outlet(tmp_path, {"ops": webhook(one), "care": webhook(two, "care")})
        critical, low = outlet.put(alert("lost", severity=CRITICAL), alert("late", "care", severity=LOW))
        outlet.live(2 * HOUR, MINUTE)
        assert all(row.state == "pending" for row in outlet.rows)
        two.behaviour = FINE
        two.hits.clear()
        outlet.live(2 * MINUTE, MINUTE)  # the start tries it anew
        assert {critical, low} <= set(ids(told(two, "care")))
        assert about_channels(two, "care") == ["ops: this channel takes no messages"]


@pytest.mark.parametrize("how", [DEAD_KEY, answers(b"", 503)], ids=["401", "503"])
def test_what_is_mild_goes_another_way_too_once_nobody_took_it_for_a_day(how: Behaviour, tmp_path: Path) -> None:
    with Server(how) as dying, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"ops": webhook(dying), "care": webhook(fine, "care")})
        waiting = outlet.put(*(alert(f"kind{turn}", severity=LOW) for turn in range(3)))
        outlet.live(23 * HOUR, 20 * MINUTE)
        assert not set(waiting) & set(ids(told(fine, "care")))
        outlet.live(7 * HOUR, 20 * MINUTE)
        assert sorted(set(waiting) & set(ids(told(fine, "care")))) == waiting
        dying.behaviour = FINE
        dying.hits.clear()
        outlet.live(3 * HOUR, 20 * MINUTE)
        assert not set(waiting) & set(ids(told(dying)))
    assert {row.state for row in outlet.rows} == {"sent"}


def test_a_channel_that_is_mended_after_days_gets_what_waited_where_no_other_works(tmp_path: Path) -> None:
    with Server(DEAD_KEY) as one:
        outlet = Outlet(tmp_path, {"ops": webhook(one)})
        waiting = outlet.put(alert("lost", severity=CRITICAL), alert("late", severity=LOW))
        outlet.live(72 * HOUR, HOUR)
        assert outlet.states == {"pending": 2}
        one.behaviour = FINE
        one.hits.clear()
        outlet.live(2 * HOUR, 20 * MINUTE)
        assert ids(told(one)) == waiting


def test_a_channel_that_recovers_before_anybody_heard_of_it_is_not_spoken_of(tmp_path: Path) -> None:
    with Server(DEAD_KEY) as one, Server(answers(b"", 500)) as two:
        outlet = Outlet(tmp_path, {"ops": webhook(one), "care": webhook(two, "care")})
        outlet.put(alert("late", severity=LOW))
        outlet.live(2 * MINUTE, 20 * SECOND)
        assert [row.state for row in outlet.rows if row.out.account == "ops"] == ["pending"]
        one.behaviour = two.behaviour = FINE
        two.hits.clear()
        outlet.live(HOUR, MINUTE)
        assert about_channels(two, "care") in (
            [],
            [f"ops: this channel {what}" for what in ("takes no messages", "works again")],
        )
        outlet.live(HOUR, MINUTE)
    assert {row.state for row in outlet.rows} <= {"sent", "suppressed"}


def test_a_channel_taken_out_of_the_configuration_leaves_its_messages_to_another(tmp_path: Path) -> None:
    with Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"care": webhook(fine, "care")})
        grave, low = outlet.put(alert("lost", "gone", severity=CRITICAL), alert("late", "gone", severity=LOW))
        outlet.live(SECOND)
        assert ids(told(fine, "care")) == [grave, low]
    assert {row.out.id: row.state for row in outlet.rows} == {grave: "sent", low: "sent"}


def test_what_is_told_of_a_dead_channel_names_it_why_and_what_to_do_and_no_key(tmp_path: Path) -> None:
    with Server(DEAD_KEY) as dead, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"ops": webhook(dead), "care": webhook(fine, "care")})
        outlet.put(alert("lost", severity=CRITICAL), alert("late", severity=LOW))
        outlet.live(SECOND)
        body = next(json.loads(hit.body)["message"] for hit in fine.hits if b"this channel" in hit.body)
    assert body == (
        "The channel ops has taken no messages since 08:00 (0 min).\n"
        "What was heard: the key is wrong or was revoked (HTTP 401)\n"
        "2 messages wait for it.\n"
        "High and critical ones come by care until it works again.\n"
        "Do now: mend it, then run parcelwatch alerts test ops\nA3"
    )


def test_a_mailbox_that_lets_nobody_in_is_gone_round_and_gets_its_letters_once_it_does(tmp_path: Path) -> None:
    with Post({"AUTH": "535 5.7.8 no"}) as post, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"mail": mail(post.port), "care": webhook(fine, "care")})
        (grave,) = outlet.put(alert("lost", "mail", severity=CRITICAL))
        ident = outlet.put_letter(
            letter(subject="Your parcel", body="Dear Lin,\n.\n" + "all is well " * 300), "mail", LOW
        )
        outlet.live(2 * SECOND)
        assert about_channels(fine, "care") == ["mail: this channel takes no messages"]
        assert grave in ids(told(fine, "care"))
        assert post.taken == []

        post.says.clear()
        outlet.live(SECOND)
        assert about_channels(fine, "care")[1:] == ["mail: this channel works again"]
        ((_, seen),) = post.taken
    assert f"A{ident}\n" in seen.get_content().replace("\r", "")
    assert "all is well " * 299 in seen.get_content()


def test_a_digest_once_tried_takes_another_way_as_one(tmp_path: Path) -> None:
    with Server(answers(b"", 500)) as dying, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"ops": webhook(dying), "care": webhook(fine, "care")})
        together = outlet.put(*(alert(severity=each) for each in [HIGH] * 7))
        outlet.live()
        dying.behaviour = DEAD_KEY
        outlet.live(MINUTE)
        outlet.live(5 * SECOND)
        digests = [json.loads(hit.body) for hit in fine.hits if b"this channel" not in hit.body]
    assert len(digests) == 1
    assert all(f"A{one} " in digests[0]["message"] for one in together)


def test_what_the_fall_back_is_told_anyhow_is_not_sent_there_twice(tmp_path: Path) -> None:
    with Server(DEAD_KEY) as dying, Server(FINE) as fine:
        outlet = Outlet(tmp_path, {"ops": webhook(dying), "care": webhook(fine, "care")})
        (first,) = outlet.put(alert("lost", severity=CRITICAL))
        (same,) = outlet.put(replace(alert("lost", "care", severity=CRITICAL), notice=first))
        outlet.live(10 * MINUTE, MINUTE)
        found = ids(told(fine, "care"))
    assert found.count(same) == 1
    assert first not in found
