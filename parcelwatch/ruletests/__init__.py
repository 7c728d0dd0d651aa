"""Tests of rules: what becomes of one parcel over time, in TOML that an agent can read, played against a frozen clock.

What belongs here: the format, reading it (book, steps, moments), and playing it through the core (telling, teller).
Our own stories are written in it, and so are the tests that a shop writes for its own thresholds.

    title = "A parcel that stops moving is told of after two days"
    start = "2026-03-02 08:00"             # a Monday, UTC; the default. "+26h" counts from here
    [policy]                               # profile, thresholds, old_news, languages, shop, zone, hours, follow_up,
    profile = "china"                      # escalate_after, escalate_to, reraise_after, remedy_after; all optional
    [calendar]                             # with [[peaks]], [[stoppages]], [[remote]] as in config.toml
    [[claims]]                             # as in config.toml; without them no window is known. The shop is in UTC
    [parcel]                               # any field of model.Parcel or of its order; all optional
    language = "zh-CN"

    [[then]]                               # one per moment, in order
    at = "+1h"                             # "+2d3h", "-5d", "Mon 09:00" (the next one), "2026-03-04 08:00": UTC, or
                                           # "2026-03-04T16:00+08:00"
    heard = { milestone = "in_transit" }   # joins the courier's list, the whole of which is the answer
    quiet_until = "+49h"                   # the courier is asked whenever the cadence says; nobody is told anything

    [[then]]
    at = "+49h"
    polled = true                          # the cadence placed a poll just now; the same answer comes again
    expect = { opened = ["stalled"], told = ["stalled medium"], drafted = ["stalled zh-CN"] }

Where none of policy, calendar, peaks, stoppages, remote and claims is written, the configured policy is played. A file
holds one test, or several, each a [[test]] with its steps in [[test.then]].

One thing happens in a step, else only time passes:
  heard     checkpoints (milestone, cause, code, text, place, occurred, until, moves, sure); `occurred` is `at` unless
            told, "mon 09:00" is the last one before; `until` makes it an interval. [] is an answer with an empty list
  push      like heard, but the answer is only these, as a webhook's may be
  gone      texts or milestones the courier takes out of its list
  stale     true: the list as it was before it last changed, as an old cache gives it
  again     the same answer once more; polled = true: the same, and fails unless a poll was placed just then
  answer    "not_found", "refused" (with reason), "unanswered", "unregistered"; stands until something is heard
  act       "ack stalled", "snooze stalled until +3d", "resolve stalled", "reopen stalled", "stop stalled",
            "resume stalled", "assign stalled to mei", "agree stalled refund", "fulfil stalled"
  mark      "lost", "delivered the buyer rang": how an agent says the parcel stands, and how that is known
  claim     "file damaged RMA-7", "pay damaged 12.50", "refuse damaged", "drop damaged": what becomes of a claim
  letter    "approve stalled", "discard stalled", "sent stalled": what an agent does with the draft of that kind
Beside heard: stopped = "why", estimate = "+5d", commitment = "+5d", destination = "BR", pending = true,
stands = "delivered".

expect: opened, reopened, resolved (kinds), told, suppressed ("kind severity", "kind severity why"), drafted ("kind
language"), withdrawn, superseded (drafts, by kind). What is not named must not happen. `nothing = true` says so.
How things stand, where named: claims = { damaged = "open 2026-05-12" } (state, last day),
hidden = { stalled = "damaged" } (all of them), cases = { stalled = "open medium" },
milestone, cause, poll_at ("never"), says = ["part of what is told"], facts = { stalled = { place = "…" } },
cleared = ["stalled"] (whoever was told is told that it is over; all of them), owners = { stalled = "lin" }.
shadows = { stalled = "medium" } (what thresholds with mode = "shadow" find; all of them).
"""

from __future__ import annotations

from parcelwatch.ruletests.book import Fault, Story, read
from parcelwatch.ruletests.teller import InCore
from parcelwatch.ruletests.telling import Failed, play

__all__ = ["Failed", "Fault", "InCore", "Story", "play", "read"]
