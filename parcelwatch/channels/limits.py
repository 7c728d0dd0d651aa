"""What each service takes, and at which pace: data, each entry with where it was read and when.

What belongs here: documented limits and how the service counts. A limit that is not documented is not here; what
Apprise says of all other services is asked of Apprise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from parcelwatch.core.service.pacing import Pace, spacing
from parcelwatch.duration import Rate


class Unit(StrEnum):
    """What a service counts a text in."""

    CHARACTERS = "characters"
    UTF16 = "UTF-16 units"
    BYTES = "bytes"
    REQUEST = "bytes of the request"

    def size(self, text: str) -> int:
        """How long the text is for the service."""
        match self:
            case Unit.CHARACTERS:
                return len(text)
            case Unit.UTF16:
                return len(text.encode("utf-16-le", "replace")) // 2
            case Unit.BYTES:
                return len(text.encode("utf-8", "replace"))
            case Unit.REQUEST:
                return written_size(text)


def written_size(value: object) -> int:
    """Bytes of a value in the request, without what a string's quotation marks take."""
    quotes = 2 if isinstance(value, str) else 0
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")) - quotes


@dataclass(frozen=True, slots=True)
class Limit:
    """What one service takes.

    `title`: the most characters of a title, None where it stands above the body and shares its room. `markdown`: the
    most of a body in Markdown, where that differs. `rates`: all that is documented, each a count in a period. `burst`:
    so many may go at once before the slowest of the rates holds. `penalty`: what happens to who is faster.
    """

    service: str
    body: int
    unit: Unit
    source: str
    checked_on: date
    title: int | None = None
    markdown: int | None = None
    rates: tuple[Rate, ...] = ()
    burst: int = 0
    penalty: str = ""

    @property
    def pace(self) -> Pace:
        """A pace within every rate: evenly spaced at the slowest of them, one less for what the network bunches up.

        A burst is let out in windows so small that two of them in a row do not exceed it.
        """
        if not self.rates:
            return Pace()
        slowest = max(self.rates, key=spacing)
        if not self.burst:
            return Pace(Rate(max(1, slowest.count - 1), slowest.period_seconds))
        half = self.burst // 2
        return Pace(quotas=(Rate(half, half * slowest.period_seconds // slowest.count),))


SECOND: Final = 1
MINUTE: Final = 60
_CHECKED: Final = date(2026, 11, 28)

LIMITS: Final = {
    "wecombot": Limit(
        *("企业微信 group robot", 2048, Unit.BYTES),
        *("developer.work.weixin.qq.com/document/path/99110", _CHECKED),
        markdown=4096,
        rates=(Rate(20, MINUTE),),
    ),
    "wechat": Limit(
        *("企业微信 application", 2048, Unit.BYTES),
        *("developer.work.weixin.qq.com/document/path/90236", _CHECKED),
        rates=(Rate(30, MINUTE),),
        penalty="dropped",
    ),
    "dingtalk": Limit(
        *("钉钉 group robot", 20_000, Unit.REQUEST),
        *("open.dingtalk.com/document/robots/custom-robot-access", _CHECKED),
        rates=(Rate(20, MINUTE),),
        penalty="silent for ten minutes",
    ),
    "feishu": Limit(
        *("飞书 group robot", 20_000, Unit.REQUEST),
        *("open.feishu.cn/document/client-docs/bot-v3/add-custom-bot", _CHECKED),
        rates=(Rate(5, SECOND), Rate(100, MINUTE)),
    ),
    "lark": Limit(
        *("Lark group robot", 20_000, Unit.REQUEST),
        *("open.larksuite.com/document/client-docs/bot-v3/add-custom-bot", _CHECKED),
        rates=(Rate(5, SECOND), Rate(100, MINUTE)),
    ),
    "tgram": Limit(
        *("Telegram, a group or channel", 4096, Unit.UTF16),
        *("core.telegram.org/bots/faq, core.telegram.org/bots/api#sendmessage", _CHECKED),
        rates=(Rate(1, SECOND), Rate(20, MINUTE)),
    ),
    "slack": Limit(
        *("Slack", 40_000, Unit.CHARACTERS),
        *("docs.slack.dev/apis/web-api/rate-limits", _CHECKED),
        rates=(Rate(1, SECOND),),
    ),
    "discord": Limit(
        *("Discord", 2000, Unit.UTF16),
        *("discord.com/developers/docs/resources/webhook, github.com/discord/discord-api-docs/issues/367", _CHECKED),
        rates=(Rate(5, 2 * SECOND), Rate(30, MINUTE)),
    ),
    "workflow": Limit(
        *("Teams", 28_000, Unit.REQUEST),
        *("learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook", _CHECKED),
        rates=(Rate(4, SECOND),),
    ),
    "ntfy": Limit(
        *("ntfy", 4096, Unit.BYTES),
        *("docs.ntfy.sh/publish/#limitations", _CHECKED),
        title=250,
        rates=(Rate(1, 5 * SECOND),),
        burst=60,
    ),
    "pover": Limit(
        *("Pushover", 1024, Unit.CHARACTERS),
        *("pushover.net/api#limits", _CHECKED),
        title=250,
    ),
}
"""By the scheme of the channel's URL. A Telegram chat with one person takes one message a second."""
