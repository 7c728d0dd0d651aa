"""Lark group robots: 飞书 outside China, with the same messages and codes."""

from __future__ import annotations

from apprise.plugins.lark import NotifyLark

from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.services.feishu import Robot


class Lark(Robot, NotifyLark):
    """open.larksuite.com"""

    limit = LIMITS["lark"]

    def address(self) -> str:
        return str(self.webhook_url)
