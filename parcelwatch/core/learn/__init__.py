"""What parcels that came and parcels that still wait teach about those on the road: the forecast.

What belongs here: counting how long parcels take (`counts`), what one parcel adds to that (`lessons`), and the chance
that follows from it (`outlook`). Whether a chance is trouble is the rule's (core/rules/forecast.py); where the counts
are kept is the store's.

What is learned is no typical duration but a hazard: of the parcels that were still waiting at an age, the share that
came before the next. Parcels still waiting count as such, so that a slow week is noticed while it lasts and not once
its parcels have come. Ages are business time since the hand-off, by the destination's calendar.
"""

from __future__ import annotations

from parcelwatch.core.learn.chronicle import Chronicle, Forecasts
from parcelwatch.core.learn.counts import BINS, Change, Count, Day
from parcelwatch.core.learn.foresight import Foresight
from parcelwatch.core.learn.lessons import DONE, Lesson, age, handed_at, lesson
from parcelwatch.core.learn.levels import Key, Scope, levels, where_to
from parcelwatch.core.learn.outlook import SLOWEST, THIN, Level, Outlook, deeper, look_ahead

__all__ = [
    "BINS",
    "DONE",
    "SLOWEST",
    "THIN",
    "Change",
    "Chronicle",
    "Count",
    "Day",
    "Forecasts",
    "Foresight",
    "Key",
    "Lesson",
    "Level",
    "Outlook",
    "Scope",
    "age",
    "deeper",
    "handed_at",
    "lesson",
    "levels",
    "look_ahead",
    "where_to",
]
