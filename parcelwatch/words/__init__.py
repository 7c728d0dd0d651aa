"""What is said in each language: a folder a language, found by itself.

What belongs here: words. `agents.toml`, `agents/` and `links.toml` are what agents read, `letters.toml` and `letters/`
what customers read; a language may have one without the other. `cli.toml` and `faults.toml` put into it what stands in
the program in English: what commands show, and why a channel takes no message. To add a language, copy the folder of
another and write it anew: the tests then hold every form, kind and remedy against it. Finding the words for a fact is
wording/'s.

A letter's template gives a line with the subject, then the body. There is one for each kind of trouble that customers
are written to about (the first notice), and one for each step after it: `update` (it still stands), `moved`,
`delivered`, `corrected`, and `peak`, an announcement. `several` puts together what the customer of one order is told
of several troubles: from the blocks `happened`, `doing` and `offer` of each one's template, so that only templates made
of these are said with others. Files that begin with "_" are pieces; which of them a language
needs is its own business, and it is named by `{% include "_piece.txt.j2" %}`, without a folder. A template may name

    number, numbers, also   the first parcel's number; all of them; those beyond the first, so `if also` is the plural
    order, name, shop       "" where not known, as everything below
    courier                 its name; "" stands for "the courier"
    pages                   where each parcel can be followed: links
    what, place             the courier's note and where it was made; "" too where it is in another script
    seen_on, seen_at        when, as `[dates]` puts a day, or days, or a day with its time: "on 3 May at 14:05"
    seen_day, since_on      the bare day: "3 May"; since_on is when the trouble began
    seen_as, milestone      what the note was read as; where the parcel is: a Milestone
    cause, sure             of the note: a Cause; "stated", "suspected" or "slight"
    attempt                 which delivery attempt failed, 0 where nobody counted
    reason                  why it goes back: "refused", "address"
    asks                    what customs wants: "invoice", "identity", "duties", "papers"
    promised_on, promise_of the day it was to arrive, by the word of the "shop" or the "courier"
    follow_up_on            when the customer hears again; wrote_on: when they were written to before
    remedies, rather        what is offered, as phrases; whether it is for those who would rather not wait
    codes                   the same as codes, with those that the text itself offers (see in_text in core/kinds.py)
    kind, step              of trouble; of the letter
    joint                   whether the letter says other trouble of the order, too
    corrects                of a correction, the good news that was wrong: "delivered", "available_for_pickup" or
                            where it was on its way; "" where trouble was told that is none
    peak, peak_from, peak_to its name, and its first and last day

and `several` beside these, of all troubles together (`follow_up_on` is the earliest day, "" where none is named),

    parts                   of each trouble: happened, doing, offer, numbers, also, rather; `known`: its parcels are
                            named before; `same`: it offers what was offered last; what is being done is said once
    trouble, thanks         whether any is bad news; the closing of the first
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent


@cache
def languages(part: str) -> tuple[str, ...]:
    """The languages with words for "agents" or for "letters", by name."""
    return tuple(sorted(found.parent.name for found in FOLDER.glob(f"*/{part}.toml")))


@cache
def catalogue(language: str, part: str) -> Mapping[str, Any]:
    """The short words of one part in one language; its longer texts are templates in the folder beside it."""
    return tomllib.loads((FOLDER / language / f"{part}.toml").read_text(encoding="utf-8"))
