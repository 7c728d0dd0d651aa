"""A program that is killed while it sends a letter: nothing is repeated, and agents are told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from signal import SIGKILL

from parcelwatch import clock
from parcelwatch.config import load
from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.unsure import AFTER
from parcelwatch.ingest import assess_due
from parcelwatch.model import Why
from parcelwatch.store import Store, alerts
from parcelwatch.store.alerts import AlertRow
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.wording.render import Renderer
from tests.cli.conftest import DAMAGED, Shop
from tests.servers import PATIENCE, Behaviour, Hit, Server


def kills(whom: Sequence[subprocess.Popen[bytes]]) -> Behaviour:
    """Takes the request and ends whoever sent it, who never hears that it was taken."""

    async def behave(_: Server, __: Hit, writer: asyncio.StreamWriter) -> None:
        whom[0].kill()
        writer.close()

    return behave


def test_a_letter_that_a_killed_program_was_sending_is_told_of_and_not_repeated(watched: Shop) -> None:
    running: list[subprocess.Popen[bytes]] = []
    with Server(kills(running)) as helpdesk:
        watched.configure(f'\n[drafts.send]\nwebhook = "{helpdesk.url}/letters"\n')
        (draft,) = (
            str(row["id"])
            for row in watched.run("drafts", "list", "--state", "draft", "--json").document
            if row["number"] == DAMAGED
        )
        command = [sys.executable, "-m", "parcelwatch", "--config", str(watched.config)]
        running.append(subprocess.Popen([*command, "drafts", "send", draft, "--approve"]))
        assert running[0].wait(PATIENCE) == -SIGKILL
        assert watched.run("drafts", "show", draft, "--json").document["state"] == "sending"
        later = clock.now() + AFTER + timedelta(minutes=1)
        with Store.open(watched.folder / "shop.db") as store:
            for _ in range(2):
                with store.transaction():
                    assess_due(store, load(watched.config).policy(), later)
            (told,) = unsure(store)
            assert (told.state, told.out.channel) == ("pending", "ops")
            words = Wording(Renderer(), {"ops": Characters(4000)})
            while (group := claim(store, later, (), words)) is not None:
                if told.out.id in group.ids:
                    break
            assert group is not None
            text = "".join(one.body for one in group.said)
        assert f"`parcelwatch drafts sent {draft}`" in text
        assert "not sent again" in text
        assert len(helpdesk.hits) == 1
        assert watched.run("drafts", "sent", draft).code == 0
        with Store.open(watched.folder / "shop.db") as store, store.transaction():
            assess_due(store, load(watched.config).policy(), later + AFTER)
            assert len(unsure(store)) == 1


def unsure(store: Store) -> list[AlertRow]:
    return [row for row in alerts.rows(store) if row.out.why is Why.UNSURE]
