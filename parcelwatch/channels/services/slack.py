"""Slack: incoming webhooks answer with a word, bots with `ok` and a word in `error`, both with 429 and Retry-After.

docs.slack.dev, sending-messages-using-incoming-webhooks and reference/methods/chat.postMessage, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Final

from apprise.plugins.slack import CHANNEL_RE, NotifySlack, SlackMode

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.markup import embraced, live, tamed, woven
from parcelwatch.channels.told import Message, Told
from parcelwatch.channels.verdicts import Answer, Verdict, by_status, closed, printable
from parcelwatch.channels.wire import Call

_FLOWS: Final = frozenset({SlackMode.WORKFLOW, SlackMode.WORKFLOW_TRIGGER})
_NO_CHANNEL: Final = closed("there is no such channel")
_ARCHIVED: Final = closed("the channel is archived")
_NOT_ALLOWED: Final = closed("it may not write in this channel")

WORDS: Final = {
    "account_inactive": says.WRONG_KEY,
    "action_prohibited": _NOT_ALLOWED,
    "cannot_reply_to_message": says.NOT_TAKEN,
    "channel_is_archived": _ARCHIVED,
    "channel_not_found": _NO_CHANNEL,
    "invalid_auth": says.WRONG_KEY,
    "invalid_channel": _NO_CHANNEL,
    "invalid_payload": says.NOT_TAKEN,
    "invalid_token": says.WRONG_KEY,
    "is_archived": _ARCHIVED,
    "message_limit_exceeded": says.TOO_FAST,
    "missing_scope": closed("the app lacks the permission to write (chat:write)"),
    "msg_too_long": says.TOO_LONG,
    "no_permission": _NOT_ALLOWED,
    "no_service": says.WRONG_KEY,
    "no_service_id": says.WRONG_KEY,
    "no_team": says.WRONG_KEY,
    "no_text": says.EMPTY,
    "not_authed": says.WRONG_KEY,
    "not_in_channel": closed("the app is not in the channel: invite it"),
    "posting_to_general_channel_denied": _NOT_ALLOWED,
    "rate_limited": says.TOO_FAST,
    "ratelimited": says.TOO_FAST,
    "restricted_action": _NOT_ALLOWED,
    "team_disabled": closed("the workspace was closed"),
    "token_expired": says.WRONG_KEY,
    "token_revoked": says.WRONG_KEY,
    "user_not_found": _NO_CHANNEL,
}


class Slack(Told, NotifySlack):
    """With `&`, `<` and `>` escaped as Slack wants it; for its other marks it has no escape, so that a text with signs
    of them goes with its markup off.
    """

    limit = LIMITS["slack"]

    def written(self, text: str) -> str:
        return _escaped(text) if self.bare else woven(text, lambda piece: _escaped(tamed(piece)), _link)

    def headed(self, title: str) -> str:
        return self.written(title) if self.bare else embraced("*", self.written(title))

    def measure(self, text: str) -> int:
        return max(super().measure(text), self.unit.size(_escaped(text)))

    def room(self, title: str) -> int:
        plain = self.unit.size(_escaped(title) + self.newline) if title else 0
        return min(super().room(title), self.limit.body - plain)

    @property
    def bare(self) -> bool:
        return super().bare or self.mode in _FLOWS

    def calls(self, message: Message) -> Iterator[Call]:
        if self.mode in _FLOWS:
            yield Call(self.at(self._hook()), {"text": message.whole})
            return
        marked = not (self.bare or live(message.whole) or "~" in message.whole)
        text = self.whole(message) if marked else _escaped(message.whole)
        named = {"username": self.user} if self.user else {}
        proof = {"Authorization": f"Bearer {self.access_token}"} if self.mode == SlackMode.BOT else {}
        for channel in self.channels:
            content = {"text": text, "mrkdwn": marked, **named, **self._place(channel)}
            yield Call(self.at(self._hook()), content, headers=proof, to=str(channel))

    def _hook(self) -> str:
        tokens = f"{self.token_a}/{self.token_b}/{self.token_c}"
        hooks = {
            SlackMode.BOT: self.api_url.format("chat.postMessage"),
            SlackMode.WEBHOOK: f"{self.webhook_url}/{tokens}",
            SlackMode.WEBHOOK_GOV: f"{self.webhook_gov_url}/{tokens}",
            SlackMode.WORKFLOW: "/".join((self.workflow_url, *self.workflow_path)),
            SlackMode.WORKFLOW_TRIGGER: "/".join((self.workflow_trigger_url, *self.workflow_path)),
        }
        return str(hooks[str(self.mode)])

    def _place(self, channel: str | None) -> dict[str, str]:
        """Where to: `#name`, `@user`, `+ID`, `name:thread`, an address; nothing for the webhook's own channel."""
        if channel is None:
            return {}
        if "@" in channel[1:]:
            return {"channel": self.lookup_userid(channel) or channel}
        found = CHANNEL_RE.match(channel)
        name, thread = (found["channel"], found["thread_ts"]) if found else (channel, None)
        place = name[1:] if name[0] == "+" else name if name[0] in "@#" else f"#{name}"
        return {"channel": place, **({"thread_ts": thread} if thread else {})}

    def judge(self, answer: Answer) -> Verdict:
        fields = answer.fields
        word = str(fields.get("error", "")) or answer.text.strip()
        if known := WORDS.get(word):
            return replace(known, said=word, wait=answer.wait)
        if not answer.fine:
            return by_status(answer)
        if fields.get("ok") is False:
            return replace(says.TROUBLE, said=printable(word))
        fine = fields.get("ok") is True or word == "ok" or (not word and self.mode in _FLOWS)
        return says.ARRIVED if fine else says.GARBLED


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _link(label: str, address: str) -> str:
    return f"<{_escaped(address).replace('|', '%7C')}|{_escaped(label)}>"
