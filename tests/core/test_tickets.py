"""Whether a ticket complains, and of which parcel; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parcelwatch.core.tickets import (
    Book,
    Found,
    Order,
    Unheard,
    about,
    first_words,
    found,
    in_the_way,
    names,
    numbers,
    own_words,
    private,
)
from parcelwatch.model import Author, Message, Missive, Ticket

NOW = datetime(2026, 11, 27, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NUMBER, OTHER = "00340434292135100186", "RR123456785DE"
MAIL = "jana@example.com"


def said(text: str, author: Author = Author.CUSTOMER, minutes: int = 0, **more: object) -> Message:
    return replace(Message("m", NOW + minutes * MINUTE, author, text), **more)  # type: ignore[arg-type]


def ticket(*messages: Message | str, **more: object) -> Ticket:
    written = tuple(said(one) if isinstance(one, str) else one for one in messages)
    return replace(Ticket("1", "1", NOW, NOW, "Hello", mail=MAIL, messages=written), **more)  # type: ignore[arg-type]


def book(
    parcels: dict[str, int] | None = None, orders: dict[str, Order] | None = None, road: Sequence[int] = ()
) -> Book:
    by_number, by_name = parcels or {NUMBER: 1, OTHER: 2}, orders or {}
    return Book(
        lambda wanted: sorted({by_number[one] for one in wanted if one in by_number}),
        lambda wanted: {one: by_name[one] for one in wanted if one in by_name},
        lambda mail: road if mail == MAIL else (),
    )


# --- numbers -------------------------------------------------------------------------------------

NUMBERS = st.from_regex(r"[A-Z]{0,2}[0-9]{8,22}[A-Z]{0,2}", fullmatch=True)


@settings(max_examples=60)
@given(NUMBERS, st.lists(st.integers(3, 6), min_size=8, max_size=8), st.sampled_from([" ", "-", "\u00a0", "."]))
@example("RR123456785DE", [3] * 8, " ")
def test_a_number_is_found_however_it_is_grouped(number: str, sizes: list[int], joint: str) -> None:
    groups, rest = [], number
    for size in sizes:
        groups.append(rest[:size])
        rest = rest[size:]
    written = joint.join(one for one in (*groups, rest) if one)
    assert number in numbers(f"Where is {written}, please?")


@settings(max_examples=60)
@given(NUMBERS, st.from_regex(r"[0-9A-Za-z]{1,3}", fullmatch=True))
def test_a_number_inside_a_longer_one_is_none(number: str, more: str) -> None:
    assert number not in numbers(f"It says {number}{more} on the box")
    assert number not in numbers(f"It says {more}{number} on the box")


@settings(max_examples=40)
@given(st.text(max_size=400))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(6 <= len(one.replace("-", "")) <= 40 for one in numbers(text))
    assert all(one.text for one in names(text))
    own_words(text)


# --- orders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Where is #1001?", True),
        ("My order 1001 is late", True),
        ("Bestellung Nr. 1001 fehlt", True),
        ("订单 1001 还没到", True),
        ("ma commande n° 1001", True),
        ("I paid 1001 for it", False),
        ("#10011 is late", False),
        ("order 110010", False),
        ("I live at 1001 Main Street, and the sofa I bought in March of last year has a scratch. Order soon!", False),
    ],
)
def test_an_order_is_named_by_its_sign_or_a_word_beside_it(text: str, meant: bool) -> None:
    known = book(orders={"1001": Order(7, (3, 4), ("other@example.com",))})
    there = about(ticket(text), known)
    assert (there is not None) is meant
    if there is not None:
        assert (there.parcels, there.by, there.order_id) == ((3, 4), Found.ORDER, 7)


def test_a_bare_number_is_an_order_s_where_its_own_customer_writes() -> None:
    known = book(orders={"1001": Order(7, (3,), (MAIL,))})
    assert about(ticket("1001, still nothing"), known) is not None
    assert about(ticket("1001, still nothing", mail="x@example.com"), known) is None


def test_three_digits_are_no_order_without_a_sign() -> None:
    known = book(orders={"101": Order(7, (3,), (MAIL,))})
    assert about(ticket("order 101 please"), known) is None
    assert about(ticket("order #101 please"), known) is not None


def test_the_field_comes_first_and_the_mail_last_and_only_for_one_parcel() -> None:
    known = book(orders={"1001": Order(7, (3,))}, road=(9,))
    told = ticket(f"{NUMBER} is late", fields=(("Order", "1001"),))
    assert about(told, known, "order") == about(replace(told, messages=()), known, "order")
    there = about(told, known)
    assert there is not None
    assert (there.parcels, there.by) == ((1,), Found.NUMBER)
    by_mail = about(ticket("Where is it?"), known)
    assert by_mail is not None
    assert (by_mail.parcels, by_mail.by) == ((9,), Found.MAIL)
    assert about(ticket("Where is it?"), replace(known, under_way=lambda _: (8, 9))) is None


def test_what_an_agent_wrote_names_nothing() -> None:
    assert about(ticket("Hello", said(f"Is it {NUMBER}?", Author.AGENT)), book()) is None


# --- what is no complaint ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (ticket("Hi", outbound=True), Unheard.OUTBOUND),
        (ticket("Hi", tags=("Spam",)), Unheard.IGNORED),
        (ticket("Hi", merged=True), Unheard.MERGED),
        (ticket("Hi", subject="Automatic reply: Your parcel"), Unheard.AUTOMATIC),
        (ticket("Hi", subject="自动回复：订单"), Unheard.AUTOMATIC),
        (ticket("Hi", subject="[Shop] Order #1001 confirmed"), Unheard.AUTOMATIC),
        (ticket("Hi", mail="no-reply@courier.example"), Unheard.AUTOMATIC),
        (ticket(said("Hi", Author.AGENT), said("state", Author.SYSTEM)), Unheard.SILENT),
        (ticket(said("a secret", private=True)), Unheard.SILENT),
        (ticket("On Mon, 23 Nov 2026 Shop wrote:\n> Your order 1001 has shipped"), Unheard.QUOTED),
        (ticket("> Your order 1001 has shipped\n"), Unheard.QUOTED),
        (ticket("-----Original Message-----\nFrom: Shop <a@b.example>\n1001"), Unheard.QUOTED),
    ],
)
def test_what_is_no_complaint(one: Ticket, why: Unheard) -> None:
    assert first_words(one, ("spam",)) is why


@pytest.mark.parametrize("subject", ["Re: Order #1001 confirmed", "Where is my order confirmation?", "Absent minded"])
def test_an_answer_to_an_order_mail_is_a_complaint(subject: str) -> None:
    assert isinstance(first_words(ticket("Where is it?", subject=subject)), Message)


def test_its_time_is_that_of_the_first_words_of_the_customer_s_own() -> None:
    late, early = said("Hello?", minutes=9), said("Where is it?", minutes=3)
    quoted = said("> shipped", minutes=1)
    assert first_words(ticket(late, said("We look", Author.AGENT, 5), early, quoted)) == early


# --- letters -------------------------------------------------------------------------------------

LETTER = Missive("D3-abc", "Your parcel", "Hello Jana,\nwe have asked *the courier*.")


@pytest.mark.parametrize(
    "written",
    [
        said("anything", Author.AGENT, marker="D3-abc"),
        said("Hello Jana, we have asked \\*the courier\\*.", Author.AGENT),
        said("<p>…</p> Hello Jana,\n\n we have asked the courier. \n-- Lin", Author.AGENT, private=True),
    ],
)
def test_a_letter_is_found_again_by_its_marker_or_its_words(written: Message) -> None:
    assert found([said("Where?"), written], LETTER, NOW) == written


@pytest.mark.parametrize(
    "written",
    [
        said("Hello Jana", Author.AGENT),
        said("> Hello Jana, we have asked the courier.", Author.CUSTOMER),
        said("Hello Jana, we have asked the courier.", Author.AGENT, minutes=-60),
    ],
)
def test_another_s_words_or_older_ones_are_no_letter(written: Message) -> None:
    assert found([written], LETTER, NOW) is None


def test_a_letter_stands_in_nobody_s_way_but_these() -> None:
    free = ticket("Where?", said("We look", Author.AGENT, -5), said("note", Author.AGENT, 9, private=True))
    assert in_the_way(free, NOW, NOW + MINUTE) == ""
    for blocked in (
        replace(free, closed=True),
        replace(free, merged=True),
        ticket("Where?", said("It came!", minutes=5)),
        ticket("Where?", said("We know", Author.AGENT, 5)),
    ):
        assert in_the_way(blocked, NOW, NOW + MINUTE)


@pytest.mark.parametrize(
    ("deliver", "channel", "to", "note"),
    [
        ("reply", "email", MAIL.upper(), False),
        ("reply", "", MAIL, False),
        ("note", "email", MAIL, True),
        ("reply", "email", "other@example.com", True),
        ("reply", "email", "", True),
        ("reply", "Whatsapp", MAIL, True),
        ("reply", "FacebookPage", MAIL, True),
    ],
)
def test_a_reply_goes_only_to_the_addressee_s_own_mail(deliver: str, channel: str, to: str, note: bool) -> None:
    assert private(ticket("Hi", channel=channel), to, deliver) is note
