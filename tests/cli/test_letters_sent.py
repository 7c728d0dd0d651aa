"""Letters that leave: over real SMTP and HTTP, once, to whom they are addressed and to nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from string import punctuation

import pytest

from parcelwatch.channels.customers import FIELDS, Customers
from parcelwatch.core.texts.text import BREAK
from parcelwatch.errors import BadInput
from parcelwatch.store import Store, identity
from tests.cli.conftest import DAMAGED, STALLED, Shop
from tests.mailbox import Post
from tests.servers import Server, answers, hangs_up

ANN = "ann+shop@example.org"


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as server:
        yield server


@pytest.fixture
def helpdesk() -> Iterator[Server]:
    with Server(answers(b"{}")) as server:
        yield server


def by_mail(shop: Shop, post: Post, contact: str = ANN) -> str:
    """The number of a draft to a customer, with a way to mail addresses."""
    url = f"mailto://robot:pa55@127.0.0.1:{post.port}?mode=insecure&from=hello@lotus.example&name=Lotus&to={{contact}}"
    shop.configure(f'\n[drafts.send]\nurl = "{url}"\n')
    return draft_to(shop, contact)


def draft_to(shop: Shop, contact: str, number: str = DAMAGED) -> str:
    more = ("--customer-name", "Ann", "--customer-contact", contact)
    assert shop.run("parcels", "add", number, "--courier", "my_dhl", *more).code == 0
    rows = shop.run("drafts", "list", "--state", "draft", "--json").document
    return str(next(row["id"] for row in rows if (row["number"], row["to"]) == (number, contact)))


def state(shop: Shop, draft: str) -> str:
    return str(shop.run("drafts", "show", draft, "--json").document["state"])


def test_a_letter_arrives_as_a_mail_that_a_person_reads(watched: Shop, post: Post) -> None:
    draft = by_mail(watched, post)
    words = watched.run("drafts", "show", draft, "--json").document
    assert watched.run("drafts", "approve", draft, "--by", "lin").code == 0
    sent = watched.run("drafts", "send", draft, "--by", "lin", "--json").document
    assert sent["state"] == "sent"
    assert [(one["verb"], one["by"]) for one in sent["events"]][-3:] == [
        ("approve", "lin"),
        ("send", "lin"),
        ("sent", "lin"),
    ]
    ((to, mail),) = post.taken
    assert to == [ANN]
    assert str(mail["Subject"]) == words["subject"]
    assert "Lotus" in str(mail["From"])
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == words["body"]
    assert "parcelwatch" not in mail.as_string()


def test_nothing_leaves_that_nobody_approved_and_one_yes_will_do(watched: Shop, post: Post) -> None:
    draft = by_mail(watched, post)
    refused = watched.run("drafts", "send", draft)
    assert (refused.code, post.taken) == (1, [])
    assert "is not approved" in refused.err
    assert refused.out == ""
    assert watched.run("drafts", "send", draft, "--approve").code == 0
    assert len(post.taken) == 1
    again = watched.run("drafts", "send", draft, "--approve")
    assert (again.code, again.out, len(post.taken)) == (1, "", 1)
    assert "is sent" in again.err


def test_who_sends_a_draft_that_was_dropped_is_told_so_with_a_channel_or_without(watched: Shop, post: Post) -> None:
    draft = draft_to(watched, ANN)
    assert watched.run("drafts", "discard", draft).code == 0
    nowhere = watched.run("drafts", "send", draft)
    watched.configure(
        f'\n[drafts.send]\nurl = "mailto://robot:pa55@127.0.0.1:{post.port}?mode=insecure&from=hello@lotus.example&to={{contact}}"\n'
    )
    somewhere = watched.run("drafts", "send", draft)
    assert (nowhere.code, somewhere.code, post.taken) == (1, 1, [])
    said = f"draft {draft} is discarded; only an approved one can be sent"
    assert all(said in one.err and f"`parcelwatch drafts show {draft}`" in one.err for one in (nowhere, somewhere))


# Every sign of ASCII, one letter and one digit for all, and letters and digits of other scripts, in each place.
SIGNS = [*punctuation, "A", "z", "7", "\u00aa", "\u00b2", "\u00e9", "\u00df", "\u0661", "\u7528"]
PLACES = ("a{}b@example.org", "{}b@example.org", "a{}@example.org", "a{0}{0}b@example.org")
DOMAINS = ("ab@ex{}ample.org", "ab@{}example.org", "ab@example.or{}", "ab@example.{}org")


@pytest.mark.parametrize("sign", SIGNS)
def test_no_sign_in_an_address_makes_it_another_s(post: Post, sign: str) -> None:
    url = f"mailto://robot:pa55@127.0.0.1:{post.port}?mode=insecure&from=hello@lotus.example&to={{contact}}"
    ways = Customers(mail=url)
    for to in (place.format(sign) for place in (*PLACES, *DOMAINS)):
        said = dict.fromkeys(FIELDS, "x") | {"to": to}
        with suppress(BadInput):
            ways.send(said)
        assert {one for each, _ in post.taken for one in each} <= {to}
        post.taken.clear()


@pytest.mark.parametrize("contact", ["o'neil@example.org", "ann@example.org\u00b2", "ann@example._org"])
def test_a_letter_whose_addressee_the_channel_reads_as_another_stays_here(
    watched: Shop, post: Post, contact: str
) -> None:
    draft = by_mail(watched, post, contact)
    refused = watched.run("drafts", "send", draft, "--approve")
    assert (refused.code, post.taken, state(watched, draft)) == (1, [], "approved")
    assert "would read" in refused.err


def test_a_number_is_compared_without_what_people_write_in_it() -> None:
    with Server(answers(b"[]")) as gateway:
        ways = Customers(sms=f"smseagle://token@{gateway.host}/{{contact}}")
        ways.send(dict.fromkeys(FIELDS, "x") | {"to": "+1 555-010-0123"})
        assert len(gateway.hits) == 1
        with pytest.raises(BadInput, match="would read"):
            ways.send(dict.fromkeys(FIELDS, "x") | {"to": "012345"})
        assert len(gateway.hits) == 1


def test_a_letter_that_was_turned_away_is_approved_as_before(watched: Shop, post: Post) -> None:
    post.says = {f"RCPT {ANN}": "550 no such user"}
    draft = by_mail(watched, post)
    refused = watched.run("drafts", "send", draft, "--approve")
    assert (refused.code, state(watched, draft)) == (1, "approved")
    assert "was not sent: the recipient's address is refused (SMTP 550)" in refused.err
    assert "pa55" not in refused.err
    post.says = {}
    assert watched.run("drafts", "send", draft).code == 0
    assert state(watched, draft) == "sent"


def test_a_letter_that_may_have_arrived_is_not_sent_again_until_somebody_looked(
    watched: Shop, helpdesk: Server
) -> None:
    helpdesk.behaviour = hangs_up()
    watched.configure(f'\n[drafts.send]\nwebhook = "{helpdesk.url}/letters"\n')
    draft = draft_to(watched, ANN)
    unsure = watched.run("drafts", "send", draft, "--approve")
    assert (unsure.code, state(watched, draft), len(helpdesk.hits)) == (1, "sending", 1)
    assert f"`parcelwatch drafts sent {draft}` if it did" in unsure.err
    assert "may have arrived" in watched.run("drafts", "send", draft).err
    assert len(helpdesk.hits) == 1
    helpdesk.behaviour = answers(b"{}")
    assert watched.run("drafts", "approve", draft).code == 0
    assert watched.run("drafts", "send", draft).code == 0
    assert (state(watched, draft), len(helpdesk.hits)) == ("sent", 2)
    first, again = (hit.headers["idempotency-key"] for hit in helpdesk.hits)
    assert first == again


def test_a_webhook_gets_the_body_the_shop_wrote_with_the_fields_put_in(watched: Shop, helpdesk: Server) -> None:
    watched.configure(
        f'\n[drafts.send]\nwebhook = "{helpdesk.url}/tickets"\n'
        "[drafts.send.body]\n"
        'ticket = { subject = "Re: {order} {subject}", tags = ["parcel", "{kind}"], public = true }\n'
        'requester = "{to}"\ntext = "{body}"\n'
    )
    draft = draft_to(watched, "旺旺 {body} ann")
    assert watched.run("drafts", "send", draft, "--approve").code == 0
    (hit,) = helpdesk.hits
    said = json.loads(hit.body)
    assert said["ticket"]["tags"] == ["parcel", "damaged"]
    assert said["ticket"]["subject"].startswith("Re: A-2 Your parcel")
    assert said["ticket"]["public"] is True
    assert said["requester"] == "旺旺 {body} ann"
    assert said["text"].startswith("Hello Ann,\n")
    with Store.open(watched.folder / "shop.db") as store:
        assert hit.headers["idempotency-key"] == f"letter-{identity.mark(store, 'letters')}-{draft}"


@pytest.mark.parametrize(
    "contact",
    [
        "ann@example.org,eve@evil.example",
        "ann@example.org;eve@evil.example",
        "ann@example.org&bcc=eve@evil.example",
        "ann@example.org%0aBcc: eve@evil.example",
        "Ann <ann@example.org>",
        "ann@example.org?cc=eve@evil.example",
        "ann@exa mple.org",
        "ann@localhost",
        "+49 151 2345678",
        "旺旺 ann",
    ],
)
def test_a_contact_that_is_more_or_less_than_one_address_gets_nothing(watched: Shop, post: Post, contact: str) -> None:
    draft = by_mail(watched, post, contact)
    refused = watched.run("drafts", "send", draft, "--approve")
    assert (refused.code, post.taken, state(watched, draft)) == (1, [], "approved")


def test_the_addressee_is_the_one_it_was_written_to(watched: Shop, post: Post) -> None:
    draft = by_mail(watched, post)
    watched.run("drafts", "approve", draft)
    watched.run("parcels", "add", DAMAGED, "--courier", "my_dhl", "--customer-name", "Bob")
    refused = watched.run("drafts", "send", draft)
    assert (refused.code, post.taken) == (1, [])
    assert state(watched, draft) == "withdrawn"
    (mine,) = [
        row for row in watched.run("drafts", "list", "--state", "draft", "--json").document if row["number"] == DAMAGED
    ]
    assert mine["to"] is None
    assert "Hello Bob" in mine["body"]


def test_a_customer_who_was_sent_nothing_gets_no_news_of_what_was_sent_to_another(watched: Shop, post: Post) -> None:
    draft = by_mail(watched, post)
    assert watched.run("drafts", "send", draft, "--approve").code == 0
    more = ("--customer-name", "Bob", "--customer-contact", "bob@example.org")
    watched.run("parcels", "add", DAMAGED, "--courier", "my_dhl", *more)
    watched.run("parcels", "mark", DAMAGED, "delivered", "--note", "he rang")
    rows = watched.run("drafts", "list", "--json").document
    assert [row["step"] for row in rows if row["to"] == "bob@example.org"] == []


def test_no_letter_follows_from_what_only_an_agent_noted(watched: Shop, post: Post) -> None:
    draft = by_mail(watched, post)
    watched.run("drafts", "send", draft, "--approve")
    watched.run("parcels", "mark", DAMAGED, "delivered", "--note", "she rang")
    assert [
        row for row in watched.run("drafts", "list", "--state", "draft", "--json").document if row["to"] == ANN
    ] == []
    assert len(post.taken) == 1


def test_what_is_wrong_with_letters_is_told_by_doctor(watched: Shop, helpdesk: Server) -> None:
    folder = watched.folder / "letters/en/letters"
    folder.mkdir(parents=True)
    (folder / "stalled.txt.j2").write_text("Subject: Hm\nfine\n{{ nobody_knows }}", encoding="utf-8")
    watched.configure(f'templates = "letters"\n[drafts.send]\nwebhook = "{helpdesk.url}/x"\n')
    helpdesk.behaviour = hangs_up()
    draft = draft_to(watched, ANN)
    watched.run("drafts", "send", draft, "--approve")
    said = watched.run("doctor").out
    assert "stalled.txt.j2, line 3: 'nobody_knows' is undefined" in said
    assert f"draft {draft} may have reached its customer or not" in said


def test_a_letter_that_promises_a_day_that_has_come_is_edited_first(watched: Shop, post: Post) -> None:
    watched.configure('follow_up = "1s"\n')
    draft = by_mail(watched, post)
    refused = watched.run("drafts", "send", draft, "--approve")
    if refused.code == 0:  # sent within the second
        return
    assert "promises word by a day that has come" in refused.err
    watched.run("drafts", "edit", draft, "--body-file", watched.file("Dear Ann, it is here.", "better.txt"))
    assert watched.run("drafts", "send", draft, "--approve").code == 0


def test_ways_to_customers_that_cannot_work_are_told_by_config_check(shop: Shop) -> None:
    shop.configure(
        '\n[drafts.send]\nurl = "mailto://robot:pa55@smtp.example.com?to=ann@example.org"\n'
        'webhook = "http://helpdesk.example.com/x"\nbody = { a = "{nope}" }\n'
    )
    said = shop.run("config", "check")
    assert said.code != 0
    assert "names its addressee once, as {contact}" in said.err
    assert "config.toml:21: drafts.send.webhook: must be an https:// address" in said.err
    assert "there is no {nope}" in said.err
    assert "pa55" not in said.err


def test_a_peak_is_announced_once_to_each_order_on_the_road(watched: Shop) -> None:
    watched.configure('\n[[peaks]]\nname = "Double 11"\nfrom = "01-01"\nto = "12-31"\nfactor = 1.5\n')
    assert watched.run("drafts", "announce", "double 11", "--json").document["drafts"] >= 1
    again = watched.run("drafts", "announce", "double 11", "--json").document
    assert (again["drafts"], again["left_out"]) == (0, {"announced": 1, "troubled": 2})
    said = watched.run("drafts", "announce", "double 11").out
    assert "Orders on the road that get none: 1 that were told of it before; 2 in trouble" in said
    watched.config.write_text(watched.config.read_text().replace("factor = 1.5", 'factor = 1.5\ncountry = "JP"'))
    assert watched.run("drafts", "announce", "double 11", "--json").document["left_out"] == {"elsewhere": 3}
    peaks = [row for row in watched.run("drafts", "list", "--json").document if row["kind"] == "peak"]
    assert peaks
    assert all("Double 11" in row["body"] and row["case"] is None for row in peaks)
    assert STALLED not in {row["number"] for row in peaks}, "who waits for news of trouble is not told of more"
    assert watched.run("drafts", "announce", "Easter").code == 2


def test_the_letters_of_a_peak_are_read_and_released_together(watched: Shop) -> None:
    watched.configure('\n[[peaks]]\nname = "Double 11"\nfrom = "01-01"\nto = "12-31"\nfactor = 1.5\n')
    watched.run("drafts", "announce", "double 11")
    (text,) = watched.run("drafts", "show", "--kind", "peak", "--json").document
    assert "{number}" in text["body"]
    listed = watched.run("drafts", "list", "--kind", "peak")
    assert "`parcelwatch drafts show --kind peak` shows what they say" in " ".join(listed.out.split())
    assert watched.run("drafts", "approve", "--kind", "peak").out == "Letters of kind peak: 1 approved.\n"
    nothing = watched.run("drafts", "approve", "--kind", "peak")
    assert (nothing.code, "there are no letters in state draft" in nothing.err) == (1, True)
    states = {row["kind"]: row["state"] for row in watched.run("drafts", "list", "--json").document}
    assert states == {"peak": "approved", "stalled": "draft", "damaged": "draft"}
    wrong = watched.run("drafts", "approve", "--kind", "peek")
    assert (wrong.code, "peak" in wrong.err) == (2, True)
    assert watched.run("drafts", "approve", "--kind", "peak", "--incident", "1").code == 2


def test_a_shops_own_letter_is_used_and_a_broken_one_is_not(watched: Shop) -> None:
    folder = watched.folder / "letters"
    assert watched.run("drafts", "templates", "--write", str(folder), "--language", "en").code == 0
    (folder / "en/letters/damaged.txt.j2").write_text(
        "Subject: Oh dear\nDear {{ name or 'friend' }}, sorry.\n{{ shop }}"
    )
    (folder / "en/letters/stalled.txt.j2").write_text("Subject: Hm\nfine\n{{ nobody_knows }}")
    watched.configure(f'templates = "{folder}"\n')
    broken, own = (
        watched.run("drafts", "show", draft_to(watched, ANN, number), "--json").document
        for number in (STALLED, DAMAGED)
    )
    assert (own["subject"], own["body"]) == ("Oh dear", "Dear Ann, sorry.\nLotus & Lantern")
    assert broken["subject"].startswith("No news of your parcel")
    said = watched.run("config", "check").err
    assert f"{folder}/en/letters/stalled.txt.j2, line 3: 'nobody_knows' is undefined" in said


@pytest.mark.parametrize("fault", ["unreadable", "endless"])
def test_a_shops_letter_that_cannot_be_read_or_held_is_not_used_either(watched: Shop, fault: str) -> None:
    letter = watched.folder / "letters/en/letters/damaged.txt.j2"
    letter.parent.mkdir(parents=True)
    if fault == "unreadable":
        letter.symlink_to("/proc/self/mem")  # a file that fails to be read, whoever reads it
    else:
        letter.write_text("Subject: Oh dear\n{{ 'a' * 10**15 }}")
    watched.configure(f'templates = "{watched.folder}/letters"\n')
    shown = watched.run("drafts", "show", draft_to(watched, ANN, DAMAGED), "--json")
    assert shown.code == 0, shown.err
    assert DAMAGED in shown.document["body"]
    assert "damaged.txt.j2" in watched.run("config", "check").err


@pytest.mark.parametrize(
    "contact", ["12345", "123456789", "823456789", "1234567890", "86 138 1234 5678", "QQ 823456789"]
)
def test_a_number_that_may_be_of_a_chat_is_sent_no_text(contact: str) -> None:
    ways = Customers(sms="json://127.0.0.1:9/{contact}")
    with pytest.raises(BadInput, match="only .* webhook takes it"):
        ways.send({**dict.fromkeys(FIELDS, "x"), "to": contact})


@pytest.mark.parametrize(
    "contact",
    [
        *("+49 151 23456789", "0151 2345678", "13812345678", "138-1234-5678", "1-555-010-0123", "0044 7700 900123"),
        *(
            "+1 (555) 010-0123",
            "1 (555) 010-0123",
            "+1 (555) 010 - 0123",
            "+86\u00a0138\u20111234\u20115678",
            "(0151) 2345678",
        ),
    ],
)
def test_what_can_be_dialled_is_sent_a_text(helpdesk: Server, contact: str) -> None:
    Customers(sms=f"json://{helpdesk.host}/{{contact}}").send({**dict.fromkeys(FIELDS, "x"), "to": contact})
    assert len(helpdesk.hits) == 1


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+1 (555) 010-0123", "+15550100123"),
        ("+49 (0)151 234 5678", "+491512345678"),
        ("+49 (0) 151-2345678", "+491512345678"),
        ("(0151) 2345678", "01512345678"),
        ("0151 (0)2345678", "015102345678"),
    ],
)
def test_a_number_is_dialled_without_what_people_write_in_it(helpdesk: Server, written: str, dialled: str) -> None:
    ways = Customers(sms=f"json://{helpdesk.host}/x?:to={{contact}}")
    ways.send({**dict.fromkeys(FIELDS, "x"), "to": written})
    assert json.loads(helpdesk.hits[0].body)["to"] == dialled


MAIL = "mailto://robot:pa55@smtp.example.com{}?from=hello@lotus.example&to={{contact}}{}"


@pytest.mark.parametrize(
    ("path", "more", "warning"),
    [
        ("", "", ""),
        ("", "&cc=boss@lotus.example", "cc= or bcc= beside {contact}"),
        ("", "&bcc=archive@lotus.example", "cc= or bcc= beside {contact}"),
        ("/boss@lotus.example", "", "names an addressee beside {contact}: no letter leaves"),
        ("", ",boss@lotus.example", "names an addressee beside {contact}: no letter leaves"),
    ],
)
def test_whoever_gets_letters_beside_the_customer_is_told_by_config_check(
    shop: Shop, path: str, more: str, warning: str
) -> None:
    shop.configure(f'\n[drafts.send]\nurl = "{MAIL.format(path, more)}"\n')
    said = shop.run("config", "check")
    assert said.code == 0
    assert ("beside {contact}" in said.err) is bool(warning)
    assert warning in said.err
    assert "boss@" not in said.err
    if warning:
        assert re.search(r"config\.toml:\d+: drafts\.send\.url", said.err)


def test_a_second_number_that_gets_letters_is_told_by_config_check(shop: Shop) -> None:
    shop.configure('\n[drafts.send]\nsms = "smseagle://token@gateway.example.com/{contact}/15550100124"\n')
    assert "drafts.send.sms: names an addressee beside {contact}" in shop.run("config", "check").err


def told_of_letters(shop: Shop) -> list[str]:
    """What one more pass tells the chat of the shop's own letters."""
    before = len(shop.inbox.hits)
    shop.run("once")
    said = [json.loads(hit.body) for hit in shop.inbox.hits[before:]]
    return [one["message"].replace(BREAK, "") for one in said if "your letter templates" in one["title"]]


def test_a_letter_of_the_shop_that_does_not_work_is_told_in_the_chat_once(watched: Shop) -> None:
    letter = watched.folder / "letters/en/letters/stalled.txt.j2"
    letter.parent.mkdir(parents=True)
    letter.write_text("Subject: Hm\nfine\n{{ nobody_knows }}", encoding="utf-8")
    watched.configure('templates = "letters"\n')
    (said,) = told_of_letters(watched)
    assert "stalled.txt.j2, line 3: 'nobody_knows' is undefined" in said
    assert told_of_letters(watched) == []
    letter.write_text("Subject: Hm\nfine\n{{ nor_this }}", encoding="utf-8")
    (said,) = told_of_letters(watched)
    assert "'nor_this' is undefined" in said
    letter.write_text("Subject: Hm\nfine", encoding="utf-8")
    assert told_of_letters(watched) == []


def test_what_goes_wrong_only_with_a_real_letter_is_told_too(watched: Shop) -> None:
    letter = watched.folder / "letters/en/letters/damaged.txt.j2"
    letter.parent.mkdir(parents=True)
    watched.configure('templates = "letters"\n[messages]\ngroup_wait = "0s"\n')
    letter.write_text("Subject: Hm\nfine\n{{ 1 // (name != 'Zoe') }}", encoding="utf-8")
    assert watched.run("config", "check").code == 0
    more = ("--customer-name", "Zoe", "--customer-contact", "zoe@example.org")
    watched.run("parcels", "add", DAMAGED, "--courier", "my_dhl", *more)
    (said,) = told_of_letters(watched)
    assert "damaged.txt.j2, line 3: integer division or modulo by zero" in said
    assert told_of_letters(watched) == []
