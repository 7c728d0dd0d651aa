"""Pushover: `status` 1, or what is wrong in `errors`; 429 once the month's messages are used up.

pushover.net/api#friendly, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from apprise.plugins.pushover import NotifyPushover, PushoverPriority

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.told import PRIORITIES, Message, Told
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_status, closed
from parcelwatch.channels.wire import Call

# What is wrong stands in a field of that name, with the value "invalid".
FIELDS: Final = {
    "token": says.WRONG_KEY,
    "user": closed("there is no such user, group or device"),
    "device": closed("there is no such device"),
    "message": says.NOT_TAKEN,
}
_MONTH: Final = timedelta(hours=6)
_ENCRYPTED: Final[tuple[str, ...]] = ("message", "title", "url", "url_title")


class Pushover(Told, NotifyPushover):
    """Plain text. The severity sets the priority, from -1 to 1, where the URL does not."""

    limit = LIMITS["pover"]

    def calls(self, message: Message) -> Iterator[Call]:
        form = self._sealed(self._form(message))
        url = self.at(self.notify_url)
        if self.devices:
            yield Call(url, form={**form, "user": self.user_key, "device": ",".join(self.devices)}, to="devices")
        for group in self.groups:
            yield Call(url, form={**form, "user": group}, to=group)

    def _form(self, message: Message) -> dict[str, str]:
        by_itself = max(-1, min(1, PRIORITIES[message.severity] - 3))
        priority = self.priority if self.options.get("priority") else by_itself
        urgent = {"retry": self.interval, "expire": self.expire} if priority == PushoverPriority.EMERGENCY else {}
        form = {
            "token": self.token,
            "title": message.title,
            "message": message.body or message.title,
            "priority": priority,
            "sound": self.sound,
            "url": self.supplemental_url,
            "url_title": self.supplemental_url_title,
            **urgent,
        }
        return {name: str(value) for name, value in form.items() if value not in {None, ""}}

    def _sealed(self, form: dict[str, str]) -> dict[str, str]:
        """Encrypted from end to end where the URL gives a key."""
        if not (self.encryption_key and self.e2ee):
            return form
        key = bytes.fromhex(self.encryption_key)
        sealed: dict[str, str] = {name: self._encrypt_field(form[name], key) for name in _ENCRYPTED if name in form}
        return {**form, **sealed, "encrypted": "1"}

    def judge(self, answer: Answer) -> Verdict:
        fields = answer.fields
        if answer.fine:
            return says.ARRIVED if fields.get("status") == 1 else says.GARBLED
        verdict = by_status(answer)
        if verdict.fate is Fate.BUSY:
            return replace(verdict, why="its messages for the month are used up", wait=answer.wait or _MONTH)
        known = next((known for name, known in FIELDS.items() if fields.get(name) == "invalid"), verdict)
        return replace(known, said=verdict.said)
