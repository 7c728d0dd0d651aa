"""The demonstration's agent: reads the chat, takes a case by the link in its message, sends a letter.

What belongs here: what a person does with what parcelwatch says, by the same ways as a person has: a link pressed over
HTTP, a letter approved and sent through [drafts.send].
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from parcelwatch import clock
from parcelwatch.channels.customers import Customers
from parcelwatch.cli.demo_inbox import Arrived
from parcelwatch.cli.demo_show import Show
from parcelwatch.config import Config
from parcelwatch.model import LetterStep
from parcelwatch.running import making
from parcelwatch.store import Store, drafts
from parcelwatch.verbs import letters

NAME: Final = "lin"
BUYER: Final = "buyer"

_LINK: Final = re.compile(r"^→ \w+(?:: |：)(http://\S+/a/\S+)$", re.MULTILINE)
_CASE: Final = re.compile(r"^(?:case|案件) (\d+) ", re.MULTILINE)


class Agent:
    """Takes the first case whose message has a link, and sends the first letter about one of `numbers`, and the next.

    `wrote`: the first was sent.
    """

    def __init__(self, config: Config, numbers: Collection[str]) -> None:
        self._config = config
        self._numbers = numbers
        self._took = False
        self.wrote = False
        self._followed = False
        self._read = ""

    async def reads(self, messages: Sequence[Arrived], show: Show) -> None:
        """What came in since the last time."""
        for one in messages:
            link, case = act_by(one.body)
            self._read += one.body
            if not self._took and link and case:
                self._took = await self._takes(link, case, show)
        if not self.wrote:
            self.wrote = await asyncio.to_thread(self._writes, show, LetterStep.FIRST)
        elif not self._followed:
            self._followed = await asyncio.to_thread(self._writes, show, LetterStep.MOVED, LetterStep.DELIVERED)

    async def _takes(self, link: str, case: str, show: Show) -> bool:
        pressed = await asyncio.to_thread(_press, link, {"verb": "ack", "case": case})
        show.took(NAME, case)
        return pressed

    def _writes(self, show: Show, *steps: LetterStep) -> bool:
        """Whether there was a letter to send: one that something will follow, for the parcel moves again; or that."""
        with Store.open(self._config.database) as store:
            for row in drafts.rows(store, state="draft"):
                if row["number"] in self._numbers and row["step"] in steps and f"D{row['id']}" in self._read:
                    show.wrote(NAME, row["id"], good=LetterStep.FIRST not in steps)
                    self._sends(store, row["id"])
                    return True
        return False

    def _sends(self, store: Store, draft: int) -> None:
        said = self._config.file.drafts.send
        customers = Customers(webhook=said.webhook.read() if said.webhook else "", body=said.body)
        words, policy = making.renderer(self._config), self._config.policy()
        letters.send(store, customers, draft, words, policy, clock.now(), by=NAME, approve=True)


def act_by(message: str) -> tuple[str, str]:
    """The link to act by in a message and the first case in it; "" where there is none."""
    link, case = _LINK.search(message), _CASE.search(message)
    return link[1] if link else "", case[1] if case else ""


def _press(link: str, form: Mapping[str, str]) -> bool:
    """What a browser does with a button; whether it was heard."""
    with build_opener(ProxyHandler({})).open(link, urlencode(form).encode(), timeout=10) as page:
        return bool(page.status == 200)
