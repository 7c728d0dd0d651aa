"""企业微信 applications: a token for two hours, then HTTP 200 whatever happens, the truth in `errcode`.

Codes: developer.work.weixin.qq.com/document/path/90313, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from apprise.plugins.wechat import NotifyWeChat

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.services.wecombot import CODES as ROBOT
from parcelwatch.channels.told import Message, Told, without_tags
from parcelwatch.channels.verdicts import Answer, Verdict, by_code, closed, later
from parcelwatch.channels.wire import Call, ask, unreached

_EXPIRED: Final = later("its access token has run out")
_NOBODY: Final = closed("none of its recipients may be written to")

CODES: Final = {
    **ROBOT,
    40001: says.WRONG_KEY,
    40003: _NOBODY,
    40013: closed("the company's id is wrong"),
    40014: _EXPIRED,
    40056: closed("the application's id is wrong"),
    42001: _EXPIRED,
    48001: closed("the application may not send messages"),
    60011: _NOBODY,
    60020: closed("this machine's address is not on the application's list"),
    81013: _NOBODY,
    301002: closed("the application's id is wrong, or not this secret's"),
}


class WeComApp(Told, NotifyWeChat):
    """Plain text to people, departments and tags, in one request: who reads in 微信 is shown no Markdown.

    It cuts what is too long without a word.
    """

    limit = LIMITS["wechat"]

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self._token = ""

    def fault(self) -> str:
        return "" if self.users or self.departments or self.tag_ids else "name who is told: …/@PERSON, or …/@all"

    def written(self, text: str) -> str:
        return without_tags(text)

    def deliver(self, message: Message) -> Verdict:
        """With the token at hand; when it has run out, once more with a new one."""
        verdict = super().deliver(message) if self._token else _EXPIRED
        if verdict.why != _EXPIRED.why:
            return verdict
        fetched = self._fetched()
        return super().deliver(message) if fetched is says.ARRIVED else fetched

    def _fetched(self) -> Verdict:
        """Get a new token."""
        proof = {"corpid": str(self.corpid), "corpsecret": str(self.corpsecret)}
        call = Call(self.at(self.token_url), method="GET", params=proof)
        answer = ask(call, self.request_timeout, self.verify_certificate)
        if isinstance(answer, Verdict):
            return unreached(answer, call.url)
        self._token = str(answer.fields.get("access_token", ""))
        verdict = by_code(answer, "errcode", CODES)
        return verdict if self._token or verdict is not says.ARRIVED else says.GARBLED

    def calls(self, message: Message) -> Iterator[Call]:
        content = {
            "agentid": int(self.agentid),
            "msgtype": "text",
            "text": {"content": self.whole(message)},
            "touser": "|".join(self.users),
            "toparty": "|".join(self.departments),
            "totag": "|".join(self.tag_ids),
        }
        yield Call(self.at(self.notify_url), content, params={"access_token": self._token})

    def judge(self, answer: Answer) -> Verdict:
        return by_code(answer, "errcode", CODES)
