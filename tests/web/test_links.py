"""Acting from a message, over real HTTP: what a link shows, who may act with it, and that it acts once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import structlog

from parcelwatch import config, web
from parcelwatch.core.messaging.links import LIFE, REMEMBERED, Ended, Linking, Verb, digest, token, well_formed
from parcelwatch.core.messaging.messages import Characters, Text
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.errors import DeliveryFailed, DeliveryRefused, StoreError
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Order, Parcel
from parcelwatch.running import making
from parcelwatch.store import Store, audit, cases, drafts, links, outbox, parcels
from parcelwatch.store.erase import forget
from parcelwatch.store.keys import link_key
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs.agents import act_on_case, act_on_draft
from parcelwatch.verbs.links import press
from parcelwatch.web.links import Rates, preferred
from parcelwatch.wording.render import Renderer
from parcelwatch.words import catalogue, languages
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PUBLIC = "https://pw.example"
KEY = b"k" * 32
LINKING = Linking(PUBLIC, KEY)
POLICY = Policy(
    profile="china",
    thresholds={"stalled": Threshold(parse("48h"), None, "config.toml:9")},
    channels=("lin", "letters"),
    draft_channel="letters",
)
LIMITS = {name: Characters(10_000) for name in ("lin", "letters", "ops")}
PEOPLE = {"lin": "lin", "letters": "lin"}
NUMBER = "PW000000001XX"
FOUND = re.compile(rf"^→ Act: {re.escape(PUBLIC)}(/a/[a-z2-7]{{24}})$", re.MULTILINE)


def trouble(
    store: Store, number: str = NUMBER, cause: Cause = Cause.DAMAGED, policy: Policy = POLICY, order: str = ""
) -> int:
    """A parcel the courier reports damaged: a case, its alert, and a letter."""
    at = NOW - 30 * HOUR
    with store.transaction():
        buyer = Order(number=order or f"A-{number}", language="en", customer_name="Noor Vega")
        orders = (replace(buyer, customer_contact="noor@x.org"),)
        added = parcels.add(store, Parcel(0, number, "dhl", at, orders=orders), at)
        moved = Answered(number, (Checkpoint(at, at, Milestone.IN_TRANSIT, text="Departed", place="Kassel"),))
        ingest(store, [Heard(added, moved, at)], policy)
        said = Checkpoint(NOW - HOUR, NOW - HOUR, Milestone.EXCEPTION, cause, text="Broken <b>box</b>", place="Kassel")
        ingest(store, [Heard(added, Answered(number, (*moved.checkpoints, said)), NOW)], policy)
    return added


def sent(store: Store, now: datetime = NOW, linking: Linking | None = LINKING) -> list[Text]:
    """Every message that is due, delivered."""
    words = Wording(Renderer(), LIMITS, linking)
    texts: list[Text] = []
    while group := claim(store, now, (), words):
        settle(store, group, None, POLICY, now)
        texts += group.said
    return texts


def path_in(text: Text) -> str:
    (found,) = FOUND.findall(text.body)
    return str(found)


@dataclass
class Desk:
    """A shop with one case, told in one message, and its port."""

    writer: Writer
    client: httpx.AsyncClient
    folder: Path
    now: datetime = NOW
    texts: list[Text] = field(default_factory=list)

    @property
    def alert(self) -> str:
        return next(path_in(text) for text in self.texts if "----- text" not in text.body)

    @property
    def letter(self) -> str:
        return next(path_in(text) for text in self.texts if "----- text" in text.body)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def press(self, path: str, verb: str = "ack", case: str = "1", **headers: str) -> httpx.Response:
        return await self.client.post(path, data={"verb": verb, "case": case}, headers=headers)

    async def state(self, case: int = 1) -> str:
        return str((await self.writer.run(cases.one, case, self.now)).case.state)

    async def events(self) -> list[tuple[str, str]]:
        return [(one.signal, one.by) for one in await self.writer.run(cases.events, 1)]


Scene = Callable[[Desk], Coroutine[None, None, None]]


@asynccontextmanager
async def desk(folder: Path, people: Mapping[str, str], languages: Mapping[str, str]) -> AsyncIterator[Desk]:
    writer = Writer(blank(folder / "watch.db"))
    listening = web.bound("127.0.0.1", 0)
    readers = web.Readers(people, languages, "en", ZoneInfo("Asia/Shanghai"))
    one: Desk
    route = web.Links(readers, POLICY, writer, lambda: one.now).route
    server = web.Server(web.application(route), listening)
    server.start()
    try:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
            one = Desk(writer, client, folder)
            yield one
    finally:
        await server.stop()
        writer.close()


def play(
    folder: Path,
    scene: Scene,
    *,
    people: Mapping[str, str] = PEOPLE,
    languages: Mapping[str, str] | None = None,
    parcel: bool = True,
) -> None:
    async def run() -> None:
        async with desk(folder, people, languages or {}) as one:
            if parcel:
                await one.writer.run(trouble)
                one.texts = await one.writer.run(sent)
            await scene(one)

    asyncio.run(run())


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = [name for (name,) in store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: store.all(f'SELECT * FROM "{name}"') for name in tables}


# --- the message ---------------------------------------------------------------------------------


def test_every_message_about_a_live_case_ends_with_one_link(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        assert len(one.texts) == 2
        assert all(FOUND.search(text.body.split("\n")[-1]) for text in one.texts)
        assert one.alert != one.letter

    play(tmp_path, scene)


def test_without_a_public_address_messages_have_no_link(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        assert all("Act:" not in text.body for text in sent(store, linking=None))


def test_a_repetition_is_the_same_text_and_its_link_the_same_one(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        words = Wording(Renderer(), LIMITS, LINKING)
        texts: list[Text] = []
        for hours in (0, 1, 80):
            group = claim(store, NOW + hours * HOUR, (), words)
            assert group is not None
            settle(store, group, DeliveryFailed("no"), POLICY, NOW + hours * HOUR)
            texts += group.said
            with store.transaction():
                store.write("UPDATE alerts SET tried_at = NULL WHERE id = ?", (group.id,))
                store.write("UPDATE alerts SET due_at = NULL WHERE id <> ?", (group.id,))
                store.write("UPDATE channels SET rest_until = NULL")
        assert texts[0] == texts[1] == texts[2]
        found = links.find(store, path_in(texts[0])[3:])
        assert found is not None
        assert found.expires_at == NOW + 80 * HOUR + LIFE  # it holds as long as the last attempt's would


@pytest.mark.parametrize("now", [Linking("https://new.example", KEY), None])
def test_a_repetition_has_no_link_that_leads_where_none_is_open_any_more(tmp_path: Path, now: Linking | None) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        group = claim(store, NOW, ("lin",), Wording(Renderer(), LIMITS, LINKING))
        assert group is not None
        settle(store, group, DeliveryFailed("no"), POLICY, NOW)
        again = claim(store, NOW + HOUR, ("lin",), Wording(Renderer(), LIMITS, now))
        assert again is not None
        assert again.id == group.id
        assert again.said[-1].body == group.said[-1].body.rpartition("\n")[0]


def test_a_message_that_goes_to_another_channel_after_all_has_another_link(tmp_path: Path) -> None:
    """What acts in lin's own chat must not act in a group."""
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        words = Wording(Renderer(), LIMITS, LINKING)
        while group := claim(store, NOW, (), words):
            settle(store, group, DeliveryRefused("no such robot"), POLICY, NOW)
        with store.transaction():
            outbox.retry(store, 1, NOW, "ops")
        (text,) = sent(store)
        found = links.find(store, path_in(text)[3:])
        assert found is not None
        assert found.channel == "ops"


def test_a_link_takes_no_more_room_than_the_channel_has(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        for limit in (160, 210, 220, 500):
            trouble(store, f"PW{limit:09}XX")
            words = Wording(Renderer(), dict.fromkeys(LIMITS, Characters(limit)), LINKING)
            while group := claim(store, NOW, (), words):
                assert all(len(text.title) + 1 + len(text.body) <= limit for text in group.said)
                assert bool(FOUND.search(group.said[-1].body)) == (limit > 210)
                settle(store, replace(group, arrived=len(group.said) - 1), None, POLICY, NOW)


def test_a_message_about_nothing_that_can_be_done_has_no_link(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        sent(store)
        act_on_case(store, 1, "resolve", POLICY, NOW, by="wang")
        (withdrawn,) = sent(store)
        assert "Act:" not in withdrawn.body


def test_a_digest_has_one_link_that_lists_its_cases(tmp_path: Path) -> None:
    def several(store: Store) -> list[Text]:
        for count in range(8):
            trouble(store, f"PW00000000{count}XX")
        return sent(store)

    async def scene(one: Desk) -> None:
        one.texts = await one.writer.run(several)
        alert = next(path_in(text) for text in one.texts if "8 parcels" in text.title)
        page = (await one.get(alert)).text
        assert page.count("<section>") == 9
        assert "All 8 cases" in page
        assert "approve" not in page  # no letter was shown
        await one.press(alert, "resolve", "3")
        answer = await one.press(alert, "ack", "all")
        assert answer.text.count("Acknowledged by lin") == 7
        states = [await one.state(case) for case in range(1, 9)]
        assert states == ["acknowledged"] * 2 + ["resolved"] + ["acknowledged"] * 5
        assert (await one.press(alert, "approve", "1")).status_code == 400
        for case in range(1, 9):
            await one.press(alert, "resolve", str(case))
        assert (await one.press(alert, "ack", "all")).text.count("This case is closed") == 8

    play(tmp_path, scene, parcel=False)


# --- looking -------------------------------------------------------------------------------------

KNOCKS = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")
BOTS = ("Slackbot-LinkExpanding 1.0", "TelegramBot (like TwitterBot)", "Mozilla/5.0 (compatible; WeCom)", "")


def test_looking_changes_nothing_however_often_and_by_whatever_method(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        before = await one.writer.run(dump)
        for path in (one.alert, one.letter):
            for method in KNOCKS:
                answer = await one.client.request(method, path, params={"verb": "ack", "case": "1"})
                assert answer.status_code == (200 if method in ("GET", "HEAD") else 405)
            for bot in BOTS * 3:
                assert (await one.get(path, **{"User-Agent": bot})).status_code == 200
        assert await one.writer.run(dump) == before

    play(tmp_path, scene)


def test_a_look_shows_severity_kind_and_case_and_nothing_of_the_parcel(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        page = (await one.get(one.alert)).text
        assert re.search(r"medium|high|critical", page)
        assert "damaged" in page
        assert "case 1" in page
        for private in (NUMBER, "Noor", "noor@x.org", "Kassel", "Broken", "dhl", "lin", f"A-{NUMBER}"):
            assert not re.search(rf"\b{private}\b", page), private

    play(tmp_path, scene)


def test_a_page_is_safe_to_open(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        for answer in (
            await one.get(one.alert),
            await one.press(one.alert),
            await one.get("/a/x"),
            await one.get("/a/"),
        ):
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"
            assert "noindex" in answer.headers["x-robots-tag"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert not re.search(r"<script|src=|href=|https?:|onclick", answer.text)
            assert "set-cookie" not in answer.headers
            assert answer.headers["connection"] == "close"

    play(tmp_path, scene)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_is_in_the_readers_language(tmp_path: Path, language: str) -> None:
    said = {"en": ("I take care of it", "damaged"), "zh-CN": ("我来处理", "破损")}[language]

    async def by_browser(one: Desk) -> None:
        page = await one.get(one.alert, **{"Accept-Language": f"fr;q=1, {language};q=0.8, de;q=0.1"})
        assert page.headers["content-language"] == language
        assert f'<html lang="{language}">' in page.text
        assert all(word in page.text for word in said)

    async def by_channel(one: Desk) -> None:
        page = await one.get(one.alert, **{"Accept-Language": "en" if language != "en" else "zh"})
        assert all(word in page.text for word in said)

    play(tmp_path, by_browser)
    (tmp_path / "other").mkdir()
    play(tmp_path / "other", by_channel, languages={"lin": language})


def test_nothing_on_the_chinese_page_is_left_in_english(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        for answer in (
            await one.get(one.letter, **{"Accept-Language": "zh"}),
            await one.get("/a/x", **{"Accept-Language": "zh"}),
        ):
            text = re.sub(r"<code>.*?</code>|<style>.*?</style>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
            assert not re.search(r"[A-Za-z]{2,}", text.replace("D1", "")), text

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("de, fr", "otherwise"),
        ("", "otherwise"),
        ("en;q=0, zh;q=0.1", "zh-CN"),
        ("en;q=1e999, zh;q=nan", "en"),
        ("q;;;,=,;q=", "otherwise"),
        ("x" * 100_000, "otherwise"),
        ("en-GB-oxendict;q=0.9", "en"),
    ],
)
def test_a_browsers_languages_are_read_whatever_they_are(header: str, language: str) -> None:
    assert preferred(header, "otherwise") == language


def told(table: Mapping[str, object], at: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from told(value, f"{at}{key}.")
        else:
            yield f"{at}{key}", frozenset(re.findall(r"{\w+}|`[^`]*`", str(value)))


def test_every_language_says_everything_a_page_may_have_to_say() -> None:
    assert languages("links") == languages("agents")
    said = [dict(told(catalogue(language, "links"))) for language in languages("links")]
    assert all(each == said[0] for each in said)
    wanted = {f"{table}.{verb}" for table in ("verbs", "done", "already", "so") for verb in Verb}
    wanted |= {"undo.button", *(f"undo.{how}.{what}" for how in ("undone", "too_late") for what in ("case", "letter"))}
    wanted |= {f"ended.{one}" for one in Ended} | {"refused.changed", "refused.moved_on", "refused.not_now"}
    assert wanted <= set(said[0])


# --- acting --------------------------------------------------------------------------------------


def test_a_press_acts_once_in_the_persons_name_and_the_next_says_so(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        first = await one.press(one.alert)
        assert first.status_code == 200
        assert "Acknowledged by lin, 2026-03-02 16:00." in first.text
        assert (await one.state(), (await one.events())[-1]) == ("acknowledged", ("ack", "lin"))
        one.now = NOW + HOUR
        second = await one.press(one.alert)
        assert "Done already: acknowledged by lin, 2026-03-02 16:00." in second.text
        assert len(await one.events()) == 2

    play(tmp_path, scene)


def test_many_presses_at_once_act_once(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        answers = await asyncio.gather(*(one.press(one.alert) for _ in range(30)))
        assert sum("Acknowledged by lin" in answer.text for answer in answers) == 1
        assert len(await one.events()) == 2

    play(tmp_path, scene)


def test_each_verb_acts_once(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        assert "back in a day" in (await one.press(one.alert, "snooze")).text
        case = (await one.writer.run(cases.one, 1, NOW)).case
        assert (case.state, case.snoozed_until) == ("snoozed", NOW + timedelta(days=1))
        one.now = NOW + HOUR
        assert "Done already: snoozed by lin" in (await one.press(one.alert, "snooze")).text
        assert "Resolved by lin" in (await one.press(one.alert, "resolve")).text
        assert await one.state() == "resolved"
        assert "Done already: resolved by lin" in (await one.press(one.alert, "resolve")).text
        assert "This case is closed" in (await one.press(one.alert)).text
        assert "This case is closed" in (await one.get(one.alert)).text

    play(tmp_path, scene)


@pytest.mark.parametrize("verb", ["ack", "snooze", "resolve"])
def test_a_press_by_mistake_is_undone_within_minutes_and_may_be_pressed_anew(tmp_path: Path, verb: str) -> None:
    async def scene(one: Desk) -> None:
        assert "undo it" not in (await one.get(one.alert)).text
        assert "undo it" in (await one.press(one.alert, verb)).text
        one.now = NOW + timedelta(minutes=9)
        assert "undo it" in (await one.get(one.alert)).text
        assert "Undone by lin" in (await one.press(one.alert, "undo")).text
        case = (await one.writer.run(cases.one, 1, one.now)).case
        assert (case.state, case.owner, case.snoozed_until, case.resolved_at) == ("open", "", None, None)
        assert (await one.events())[-1] == ("reopen", "lin")
        told = [text.title for text in await one.writer.run(sent, one.now)]
        assert all(title.startswith("Draft D") for title in told)  # nobody is told again of the case
        assert "by lin" in (await one.press(one.alert, verb)).text
        assert await one.state() != "open"

    play(tmp_path, scene)


def test_what_was_pressed_long_ago_or_moved_since_is_not_undone_but_says_how(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        await one.press(one.alert, "ack")
        one.now = NOW + timedelta(minutes=11)
        late = (await one.press(one.alert, "undo")).text
        assert "parcelwatch cases reopen 1" in late
        assert await one.state() == "acknowledged"
        await one.press(one.alert, "snooze")
        await one.writer.run(act_on_case, 1, "ack", POLICY, one.now, by="wang")
        assert "can no longer be undone" in (await one.press(one.alert, "undo")).text
        assert await one.state() == "acknowledged"

    play(tmp_path, scene)


def test_an_approval_by_mistake_is_taken_back_and_its_words_stay(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        await one.press(one.letter, "approve")
        _, before = await one.writer.run(drafts.one, 1)
        assert "waits for approval again" in (await one.press(one.letter, "undo")).text
        _, draft = await one.writer.run(drafts.one, 1)
        assert (draft.state, draft.body) == ("draft", before.body)
        assert "Letter approved by lin" in (await one.press(one.letter, "approve")).text

    play(tmp_path, scene)


def test_what_somebody_else_did_before_is_said_with_who_and_when(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        await one.writer.run(act_on_case, 1, "ack", POLICY, NOW, by="wang")
        assert "acknowledged already (by wang, 2026-03-02 16:00)" in (await one.press(one.alert)).text
        later = NOW + timedelta(days=3)
        await one.writer.run(act_on_case, 1, "snooze", POLICY, NOW, by="wang", until=later)
        assert "snoozed already (by wang" in (await one.press(one.alert, "snooze")).text
        assert (await one.writer.run(cases.one, 1, NOW)).case.snoozed_until == later

    play(tmp_path, scene)


def test_a_letter_is_approved_in_the_words_the_message_showed(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        assert "Letter approved by lin" in (await one.press(one.letter, "approve")).text
        _, draft = await one.writer.run(drafts.one, 1)
        assert draft.state == "approved"
        assert draft.body in one.texts[1].body or draft.body in one.texts[0].body
        assert [(each["verb"], each["by"]) for each in await one.writer.run(drafts.events, 1)] == [("approve", "lin")]
        assert "Done already: letter approved by lin" in (await one.press(one.letter, "approve")).text
        assert (await one.press(one.alert, "approve")).status_code == 400  # it showed no letter

    play(tmp_path, scene)


def test_a_letter_changed_since_is_not_approved_unread(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        await one.writer.run(act_on_draft, 1, "edit", POLICY, NOW, subject="Sorry", body="Other words.", by="wang")
        answer = await one.press(one.letter, "approve")
        assert "<code>parcelwatch drafts show 1</code>" in answer.text
        _, draft = await one.writer.run(drafts.one, 1)
        assert draft.state == "draft"
        await one.writer.run(act_on_draft, 1, "discard", POLICY, NOW, subject="", body="", by="wang")
        assert "no longer be approved" in (await one.press(one.letter, "approve")).text

    play(tmp_path, scene)


def test_a_letter_that_says_two_troubles_is_approved_whole_unless_a_third_joined_since(tmp_path: Path) -> None:
    def two(store: Store) -> list[Text]:
        trouble(store, order="A-1")
        trouble(store, "PW000000002XX", Cause.LOST, order="A-1")
        return sent(store)

    async def scene(one: Desk) -> None:
        one.texts = await one.writer.run(two)
        assert len([text for text in one.texts if "----- text" in text.body]) == 1
        assert "Letter approved by lin" in (await one.press(one.letter, "approve", "2")).text
        states = [(await one.writer.run(drafts.one, draft))[1].state for draft in (1, 2)]
        assert states == ["approved", "approved"]

    async def joined(one: Desk) -> None:
        one.texts = await one.writer.run(two)
        await one.writer.run(trouble, "PW000000003XX", Cause.CUSTOMS, POLICY, "A-1")
        assert "parcelwatch drafts show" in (await one.press(one.letter, "approve", "1")).text
        assert (await one.writer.run(drafts.one, 1))[1].state == "draft"

    for name, each in (("whole", scene), ("joined", joined)):
        (tmp_path / name).mkdir()
        play(tmp_path / name, each, parcel=False)


def test_a_letter_that_another_has_joined_since_its_approval_is_not_said_to_be_approved(tmp_path: Path) -> None:
    def joined(store: Store) -> list[Text]:
        trouble(store, order="A-1")
        act_on_draft(store, 1, "approve", POLICY, NOW, subject="Sorry", body="It is broken.", by="mei")
        trouble(store, "PW000000002XX", Cause.LOST, order="A-1")
        return sent(store)

    async def scene(one: Desk) -> None:
        one.texts = await one.writer.run(joined)
        assert "parcelwatch drafts show" in (await one.press(one.letter, "approve", "1")).text
        assert "Letter approved by lin" in (await one.press(one.letter, "approve", "2")).text
        found = [(await one.writer.run(drafts.one, draft))[1] for draft in (1, 2)]
        assert [(each.state, each.joint) for each in found] == [("approved", (1, 2))] * 2

    play(tmp_path, scene, parcel=False)


def test_a_letter_by_a_template_of_the_shop_s_own_is_approved_whatever_else_waits(tmp_path: Path) -> None:
    own = tmp_path / "own" / "en" / "letters"
    own.mkdir(parents=True)
    (own / "damaged.txt.j2").write_text("Subject: {{ number }}\n\nDear {{ name }}, broken.\n")
    words = Renderer(templates=tmp_path / "own")

    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store, order="A-1")
        link = path_in(_told(store, words)[-1]).removeprefix("/a/")
        trouble(store, "PW000000002XX", Cause.LOST, order="A-1")
        seen = [press(store, link, "approve", "1", PEOPLE, POLICY, NOW, words.together) for _ in range(2)]
        assert [outcome.came for one in seen for outcome in one.outcomes] == ["done", "already"]
        assert (drafts.one(store, 1)[1].state, drafts.one(store, 2)[1].state) == ("approved", "draft")


def _told(store: Store, words: Renderer) -> list[Text]:
    texts: list[Text] = []
    while group := claim(store, NOW, (), Wording(words, LIMITS, LINKING)):
        settle(store, group, None, POLICY, NOW)
        texts += [text for text in group.said if "----- text" in text.body]
    return texts


def test_a_letter_shown_by_two_messages_is_approved_by_the_later_one_too(tmp_path: Path) -> None:
    def one_after_the_other(store: Store) -> list[Text]:
        trouble(store, order="A-1")
        trouble(store, "PW000000002XX", Cause.LOST, order="A-1")
        with store.transaction():
            store.write("UPDATE alerts SET due_at = due_at + 3600000 WHERE draft_id = 2")
        return [text for at in (NOW, NOW + HOUR) for text in sent(store, at) if "----- text" in text.body]

    async def scene(one: Desk) -> None:
        one.texts = await one.writer.run(one_after_the_other)
        assert len(one.texts) == 2
        pressed = await one.press(path_in(one.texts[1]), "approve", "2")
        assert "Letter approved by lin" in pressed.text
        states = [(await one.writer.run(drafts.one, draft))[1].state for draft in (1, 2)]
        assert states == ["approved", "approved"]

    play(tmp_path, scene, parcel=False)


def test_a_letter_in_parts_is_offered_for_approval_under_its_last_part(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        words = Wording(Renderer(), dict.fromkeys(LIMITS, Characters(420)), LINKING)
        offered: dict[int, list[int | None]] = {}
        while group := claim(store, NOW, (), words):
            assert not any(FOUND.search(text.body) for text in group.said[:-1])
            found = links.find(store, path_in(group.said[-1])[3:])
            assert found is not None
            offered[len(group.said)] = [item.draft_id for item in found.items]
            settle(store, replace(group, arrived=len(group.said) - 1), None, POLICY, NOW)
        assert offered.pop(1) == [None]
        assert list(offered.values()) == [[1]]


# --- who may act ---------------------------------------------------------------------------------


def test_a_channel_that_is_nobodys_own_shows_the_command_and_does_nothing(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        before = await one.writer.run(dump)
        page = await one.get(one.letter)
        for command in (
            "parcelwatch cases ack 1",
            "parcelwatch cases snooze 1 --until 1d",
            "parcelwatch cases resolve 1",
            "parcelwatch drafts approve 1",
        ):
            assert f"<code>{command}</code>" in page.text
        assert "<button" not in page.text
        for verb in ("ack", "snooze", "resolve", "approve"):
            answer = await one.press(one.letter, verb)
            assert answer.status_code == 403
            assert "<code>parcelwatch cases ack 1</code>" in answer.text
        assert await one.writer.run(dump) == before

    play(tmp_path, scene, people={"wang": "wang"})


def test_a_mailbox_is_nobodys_own_for_scanners_press_its_buttons(tmp_path: Path) -> None:
    chat = '[channels.lin]\nurl = "json://127.0.0.1/lin"\nperson = "lin"\n'
    mail = '[channels.mei]\nurl = "mailtos://mei:pw@mail.example"\nperson = "mei"\n'
    (tmp_path / "config.toml").write_text(chat + mail, encoding="utf-8")
    assert making.people(config.load(tmp_path / "config.toml", environ={})) == {"lin": "lin"}


def test_an_unknown_an_expired_and_a_forgotten_link_say_so_and_do_nothing(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        wrong = "/a/" + token(b"other", b"salt")
        for path in (
            wrong,
            "/a/",
            "/a/" + "a" * 10_000,
            "/a/%00%ff",
            "/a/..%2f..",
            one.alert + "/",
            "/a/" + one.alert[3:].upper(),
        ):
            for answer in (await one.get(path), await one.press(path)):
                assert answer.status_code == 404
                assert "There is no such link" in answer.text
        one.now = NOW + LIFE - timedelta(seconds=1)
        assert (await one.get(one.alert)).status_code == 200
        one.now = NOW + LIFE
        for answer in (await one.get(one.alert), await one.press(one.alert)):
            assert answer.status_code == 410
            assert "This link has expired" in answer.text
        assert await one.state() == "open"
        one.now = NOW
        await one.writer.run(forget, NUMBER)
        assert (await one.press(one.alert)).status_code == 404

    play(tmp_path, scene)


def test_a_case_opened_again_is_not_touched_by_an_older_message(tmp_path: Path) -> None:
    def again(store: Store) -> None:
        act_on_case(store, 1, "resolve", POLICY, NOW, by="wang")
        said = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.DAMAGED, text="Broken again", place="Ulm")
        with store.transaction():
            known = [each.checkpoint for each in parcels.dossier(store, 1).timeline.entries]
            ingest(store, [Heard(1, Answered(NUMBER, (*known, said)), NOW + HOUR)], POLICY)

    async def scene(one: Desk) -> None:
        await one.writer.run(again)
        assert await one.state() == "open"
        answer = await one.press(one.alert)
        assert "opened again after this message" in answer.text
        assert await one.state() == "open"

    play(tmp_path, scene)


HOSTILE: tuple[dict[str, str], ...] = (
    {"verb": "stop", "case": "1"},
    {"verb": "ack", "case": "2"},
    {"verb": "ack", "case": "1 OR 1=1"},
    {"verb": "ACK", "case": "1"},
    {"verb": "<script>", "case": "<script>"},
    {"case": "1"},
    {},
    {f"v{count}": "1" for count in range(50)},
    {"verb": "ack", "case": "1", "by": "x" * 5_000},
)


@pytest.mark.parametrize("form", HOSTILE, ids=range(len(HOSTILE)))
def test_a_press_of_no_button_does_nothing(tmp_path: Path, form: dict[str, str]) -> None:
    async def scene(one: Desk) -> None:
        answer = await one.client.post(one.alert, data=form)
        assert answer.status_code == 400
        assert "<script>" not in answer.text
        assert await one.state() == "open"

    play(tmp_path, scene)


def test_hostile_headers_and_bodies_are_of_no_use(tmp_path: Path) -> None:
    headers = {
        "X-Forwarded-For": "'; DROP TABLE links; --, <script>",
        "X-HTTP-Method-Override": "POST",
        "X-Original-URL": "/hooks/x",
        "Forwarded": "for=evil",
        "Host": "evil.example",
        "Accept-Language": "<script>alert(1)</script>,zh;q=" + "9" * 300,
        "User-Agent": "\x7f<script>",
        "Cookie": "person=lin",
        "Authorization": "Bearer lin",
    }

    async def scene(one: Desk) -> None:
        answer = await one.client.get(one.alert, headers=headers)
        assert answer.status_code == 200
        assert "script" not in answer.text
        assert "evil" not in answer.text
        for content in (b"\xff\xfe", b"verb=ack&case=1&" * 500, b'{"verb": "ack", "case": 1}', b"verb=ack;case=1"):
            assert (await one.client.post(one.alert, content=content)).status_code == 400
        query = await one.client.post(f"{one.alert}?verb=ack&case=1")
        assert query.status_code == 400
        assert await one.state() == "open"

    play(tmp_path, scene)


def test_who_tries_too_often_waits_and_the_others_do_not(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        guesser = {"X-Forwarded-For": "203.0.113.7"}
        answers = [await one.get("/a/" + "a" * 24, **guesser) for _ in range(40)]
        assert [answer.status_code for answer in answers] == [404] * 30 + [429] * 10
        assert answers[-1].headers["retry-after"] == "60"
        assert (await one.press(one.alert, **guesser)).status_code == 429
        assert (await one.get(one.alert, **{"X-Forwarded-For": "203.0.113.8"})).status_code == 200
        one.now = NOW + timedelta(minutes=1)
        assert (await one.get(one.alert, **guesser)).status_code == 200

    play(tmp_path, scene)


def test_counting_addresses_takes_no_more_memory_however_many_there_are() -> None:
    rates = Rates()
    for number in range(20_000):
        rates.allow(f"2001:db8:{number:x}::1", NOW)
    assert len(rates._spent) <= Rates._ADDRESSES + 1
    assert sum(Rates().allow("2001:db8::1", NOW) for _ in range(1)) == 1
    one = Rates()
    assert [one.allow(f"2001:db8::{host:x}", NOW) for host in range(1, 200)].count(True) == Rates._BUDGET


# --- secrets -------------------------------------------------------------------------------------


def test_a_token_is_in_no_file_and_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(one: Desk) -> None:
        with structlog.testing.capture_logs() as said:
            await one.get(one.alert)
            await one.press(one.alert)
            await one.press(one.alert, "nonsense")
            await one.press(one.letter, "approve")
            one.now = NOW + LIFE
            await one.get(one.alert)
        files = b"".join(each.read_bytes() for each in one.folder.iterdir())
        for path in (one.alert, one.letter):
            secret = path[3:]
            assert well_formed(secret)
            assert digest(secret).encode() in files
            assert secret.encode() not in files
            assert secret not in str(said)
            assert not any(secret in each.getMessage() for each in caplog.records if not each.name.startswith("http"))
        assert b"Act: https://pw.example/a/***" in files

    with caplog.at_level("DEBUG"):
        play(tmp_path, scene)


def test_a_failing_database_is_told_without_the_token(tmp_path: Path) -> None:
    async def scene(one: Desk) -> None:
        def broken(store: Store) -> None:
            store.conn.execute("ALTER TABLE links RENAME TO gone")
            store.conn.execute("CREATE VIEW links AS SELECT * FROM nowhere")

        await one.writer.run(broken)
        with structlog.testing.capture_logs() as said:
            answer = await one.get(one.alert)
            pressed = await one.press(one.alert)
        assert {answer.status_code, pressed.status_code} == {503}
        assert "Nothing was done" in answer.text
        assert one.alert[3:] not in str(said) + answer.text

    play(tmp_path, scene)


def test_the_key_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    database = tmp_path / "watch.db"
    Store.open(database).close()
    key = link_key(database)
    assert (len(key), link_key(database)) == (32, key)
    file = tmp_path / "watch.db.key"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with Store.open(database) as store:
        assert any("watch.db.key can be read by others" in said for said in audit.check(store, NOW))
    file.write_bytes(b"short")
    with pytest.raises(StoreError, match="delete it"):
        link_key(database)


def test_another_key_makes_another_token_and_old_links_end(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        old = [path_in(text)[3:] for text in sent(store)]
        assert all(links.find(store, one) for one in old)
        assert token(KEY, b"s" * 16) != token(b"other" * 8, b"s" * 16)
        assert "k" * 32 not in repr(LINKING)


def test_expired_links_are_pruned_when_others_are_made(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        trouble(store)
        sent(store)
        assert store.value("SELECT count(*) FROM links") == 2
        later = NOW + LIFE + REMEMBERED + HOUR
        with store.transaction():
            links.prune(store, later - 2 * HOUR)
            assert store.value("SELECT count(*) FROM links") == 2
            links.make(store, 99, "lin", [links.About(1)], KEY, later)
        assert store.value("SELECT count(*) FROM links") == 1
        assert store.value("SELECT count(*) FROM link_cases") == 1
        assert audit.check(store, later, thorough=True)[:0] == []


def test_forgetting_a_parcel_takes_its_part_of_a_digests_link(tmp_path: Path) -> None:
    def several(store: Store) -> list[Text]:
        for count in range(8):
            trouble(store, f"PW00000000{count}XX")
        return sent(store)

    async def scene(one: Desk) -> None:
        texts = await one.writer.run(several)
        alert = next(path_in(text) for text in texts if "8 parcels" in text.title)
        await one.press(alert, "ack", "1")
        await one.writer.run(forget, "PW000000000XX")
        page = (await one.get(alert)).text
        assert "All 7 cases" in page
        assert (await one.press(alert, "ack", "1")).status_code == 400
        assert await one.writer.run(lambda store: store.value("SELECT count(*) FROM link_uses")) == 0

    play(tmp_path, scene, parcel=False)
