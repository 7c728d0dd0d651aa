"""A helpdesk that nobody here wrote, run for real: its tickets are read, and a note and a reply written."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from parcelwatch import clock
from parcelwatch.config.declared_desk import DeskDeclaration
from parcelwatch.core.tickets import found
from parcelwatch.errors import CourierRefused
from parcelwatch.helpdesks.base import Page
from parcelwatch.helpdesks.declared import Made
from parcelwatch.helpdesks.djangohelpdesk import DjangoHelpdesk
from parcelwatch.model import Author, Missive, Ticket
from parcelwatch.shops.base import Account, Mark
from tests.helpdesks.django_desk import PASSWORD, USER

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("helpdesk") is None, reason="django-helpdesk is not installed: pip install django-helpdesk"
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NUMBER = "00340434292135100186"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Its account; starting it takes some seconds, so all tests here share one."""
    folder = tmp_path_factory.mktemp("django")
    script = Path(__file__).with_name("django_desk.py")
    with (folder / "errors").open("w") as errors:
        command = [sys.executable, str(script), str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder)
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        assert port.isdigit(), (folder / "errors").read_text()[-2000:]
        yield account(f"http://127.0.0.1:{port}/helpdesk")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def account(url: str, password: str = PASSWORD) -> Account:
    return Account("desk", "djangohelpdesk", url, key=USER, secret=password, options={"user": "1", "queue": "1"})


def driven(steps: Any) -> Any:
    """Every page of a reading, or what a look came to."""
    pages: list[Page] = []
    answer = None
    with httpx.Client(trust_env=False) as client:
        try:
            while True:
                step = steps.send(answer)
                answer = client.send(step) if isinstance(step, httpx.Request) else None
                pages += [step] if isinstance(step, Page) else []
        except StopIteration as done:
            return pages if done.value is None and pages else done.value


def read(desk: Account, since: datetime = LONG_AGO) -> list[Ticket]:
    pages: list[Page] = driven(DjangoHelpdesk().since(desk, Mark(since), clock.now())) or []
    assert pages[-1].mark is not None
    return [ticket for page in pages for ticket in page.tickets]


def begun(desk: Account, subject: str) -> str:
    """A ticket of a customer's, as its own API takes it from a form."""
    body = {"queue": 1, "title": subject, "description": f"{NUMBER} has not moved.", "submitter_email": "a@example.com"}
    url = f"{desk.base_url}/api/tickets/"
    answer = httpx.post(url, json={**body, "priority": 3}, auth=(USER, PASSWORD), trust_env=False, timeout=60)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def letter(marker: str, *, private: bool) -> Missive:
    return Missive(marker, "Your parcel", f"We asked the courier ({marker}).", "a@example.com", "Ann", private)


@pytest.mark.parametrize("private", [True, False], ids=["note", "reply"])
def test_a_ticket_is_read_and_a_letter_written_and_found(desk: Account, private: bool) -> None:
    ref = begun(desk, f"Where is order #1001? {private}")
    before = next(one for one in read(desk) if one.ref == ref)
    assert before.mail == "a@example.com"
    opening = (before.messages or ())[0]
    assert (opening.author, NUMBER in opening.text) == (Author.CUSTOMER, True)
    said = letter(f"D{ref}-abc", private=private)
    assert found(before.messages or (), said, LONG_AGO) is None
    assert driven(DjangoHelpdesk().write(desk, before, said, clock.now()))
    after = driven(DjangoHelpdesk().ticket(desk, ref, clock.now()))
    written = found(after.messages, said, LONG_AGO)
    assert written is not None
    assert (written.private, written.author) == (private, Author.AGENT)
    assert after.updated_at >= before.updated_at
    assert [one.ref for one in read(desk, after.updated_at)] == [ref]


def test_a_ticket_is_begun(desk: Account) -> None:
    ref = driven(DjangoHelpdesk().create(desk, letter("D9-abc", private=True), clock.now()))
    ticket = driven(DjangoHelpdesk().ticket(desk, ref, clock.now()))
    assert (ticket.subject, ticket.mail) == ("Your parcel", "a@example.com")


DECLARED = """
auth = { kind = "basic", value = "{key}:{secret}" }
one = { path = "/api/tickets/{ref}/" }
[ask]
path = "/api/tickets/"
query = { page = "{page}", page_size = "{size}", since = "{since}" }
[note]
path = "/api/followups/"
json = { ticket = "{ref}", user = 1, title = "Comment", comment = "{text}", public = false }
ref = "id"
[answer]
tickets = "results"
ref = "id"
created_at = "followup_set[0].date"
updated_at = "followup_set[].date"
subject = "title"
opening = "description"
status = "status"
closed = ["3", "4", "5"]
merged = "merged_to"
mail = "submitter_email"
messages = "followup_set"
at = "date"
text = "comment"
author = "user"
customers = ["null"]
private = "public == `false`"
"""


def test_it_is_heard_and_answered_by_a_declaration_alone(desk: Account) -> None:
    made = Made(DeskDeclaration.model_validate(tomllib.loads(DECLARED)))
    ref = begun(desk, "Where is order #1002?")
    pages: list[Page] = driven(made.since(desk, Mark(LONG_AGO), clock.now()))
    before = next(one for page in pages for one in page.tickets if one.ref == ref)
    assert (before.mail, before.subject) == ("a@example.com", "Where is order #1002?")
    said = letter(f"D{ref}-declared", private=True)
    assert driven(made.write(desk, before, said, clock.now()))
    after = driven(made.ticket(desk, ref, clock.now()))
    written = found(after.messages, said, LONG_AGO)
    assert written is not None
    assert (written.private, written.author) == (True, Author.AGENT)


def test_there_is_no_such_ticket(desk: Account) -> None:
    assert driven(DjangoHelpdesk().ticket(desk, "999999", clock.now())) is None


def test_a_wrong_password_is_refused(desk: Account) -> None:
    with pytest.raises(CourierRefused, match="check its credentials"):
        driven(DjangoHelpdesk().since(account(desk.base_url, "wrong"), Mark(LONG_AGO), clock.now() + timedelta(0)))
