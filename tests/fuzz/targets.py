"""Every target by its name."""

from __future__ import annotations

from typing import Final

from tests.fuzz import by_hand, of_couriers, of_platforms

TARGETS: Final = {
    "courier": of_couriers.ANSWERS,
    "sample": of_couriers.RECORDED,
    "push": of_couriers.PUSHES,
    "shop": of_platforms.SHOPS,
    "knock": of_platforms.KNOCKS,
    "helpdesk": of_platforms.HELPDESKS,
    "mail": of_platforms.MAILS,
    "config": by_hand.CONFIGURATIONS,
    "file": by_hand.FILES,
    "complaints": by_hand.COMPLAINTS,
    "history": by_hand.HISTORIES,
    "post": by_hand.POSTS,
}
