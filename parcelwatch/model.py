"""The nouns of the whole program: frozen values, no behaviour beyond what they mean.

What belongs here: values that cross a border between two parts. Names are the field's words, one word
per thing. Times named `*_at` are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from parcelwatch.duration import Duration


class Milestone(StrEnum):
    """Where a parcel is in its life."""

    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


FINAL = frozenset({Milestone.DELIVERED, Milestone.RETURNED, Milestone.CANCELLED})


class Cause(StrEnum):
    """Why a checkpoint is an exception, a failed attempt or a return."""

    DAMAGED = "damaged"
    LOST = "lost"
    REFUSED = "refused"
    ADDRESS = "address"
    NOBODY_HOME = "nobody_home"
    CUSTOMS = "customs"
    SECURITY = "security"
    WEATHER = "weather"
    DESTROYED = "destroyed"
    MISROUTED = "misrouted"
    COURIER_FAULT = "courier_fault"
    POSTPONED = "postponed"
    UNSTATED = "unstated"


class Sure(StrEnum):
    """How much a trouble that a text tells weighs: it is so; it may be so, and is looked into; it is so, but slight."""

    STATED = "stated"
    SUSPECTED = "suspected"
    SLIGHT = "slight"


class Severity(StrEnum):
    """How much a case matters. Compare with `rank`: low < medium < high < critical."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    OPERATOR = "operator"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


# --- what a courier says -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing the courier says happened.

    It happened within [occurred_at, occurred_until]; both are equal when the courier gave an offset, and
    the interval spans every zone it may have meant when it did not. `milestone` and `cause` are our reading
    of `code` and `text`; the identity of a checkpoint is what the courier said, not how we read it. `moves`: whether
    it is movement; that it is late, awaited or announced is news, but nobody had it in hand. `by`: the agent whose word
    it is, "" for the courier's. `unmapped`: a finer code of it means nothing to us, though the coarser one beside it
    does; it is counted as unknown, and not kept. `sure`: how much `cause` weighs, by its text.
    """

    occurred_at: datetime
    occurred_until: datetime
    milestone: Milestone
    cause: Cause | None = None
    code: str = ""
    text: str = ""
    place: str = ""
    moves: bool = True
    by: str = ""
    unmapped: bool = False
    sure: Sure = Sure.STATED

    @property
    def identity(self) -> tuple[datetime, datetime, str, str, str]:
        return (self.occurred_at, self.occurred_until, self.code, self.text, self.place)


@dataclass(frozen=True, slots=True)
class Ask:
    """One number to ask a courier about, with what some couriers want beside it."""

    number: str
    company: str = ""
    service: str = ""
    phone_last4: str = ""
    postal_code: str = ""
    origin: str = ""
    destination: str = ""
    shipped_at: datetime | None = None


class Stop(StrEnum):
    """Why an aggregator follows a number no longer, where it does not say so in words of its own."""

    NO_NEWS = "no_news"
    NEVER_DELIVERED = "never_delivered"
    NO_LONGER_FOLLOWED = "no_longer_followed"
    NOT_PROCESSED = "not_processed"


@dataclass(frozen=True, slots=True)
class Answered:
    """What happened to the parcel.

    `complete`: the answer lists the parcel's whole history as the courier now sees it.
    `estimate`: when the courier expects to deliver it; the latest instant where it names a day.
    `commitment`: the end of the day that the courier committed itself to, which no forecast moves; None where it names
    none. Only this is a promise.
    `stopped`: why an aggregator no longer follows it, a Stop or its own words; "" while it does, None when this answer
    does not say.
    `stands`: where the answer says the parcel is as a whole, whatever the order of its scans; None where it does not.
    `successor`: the number that replaces this one from now on, "" when none does.
    """

    number: str
    checkpoints: tuple[Checkpoint, ...] = ()
    complete: bool = True
    estimate: datetime | None = None
    commitment: datetime | None = None
    stopped: str | None = ""
    stands: Milestone | None = None
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    successor: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The courier has no record of it. `pending`: an aggregator that was told of it only lately has not looked yet."""

    number: str
    pending: bool = False
    reason: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The courier will not say. `reason`: what it wants, in words an operator can act on.

    `unregistered`: the aggregator was never told of the number.
    """

    number: str
    reason: str = ""
    unregistered: bool = False
    company: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The answer says nothing of it that can be used; `reason` says why. It changes nothing but when to ask again."""

    number: str
    reason: str = ""
    company: str = ""


Observation = Answered | NotFound | Refused | Unanswered
"""What one answer says about one number asked; `company`: the one the courier files it under, "" where not told."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a courier told unasked, maybe long ago: it adds to what is known, takes nothing back and answers nothing."""

    said: Answered


# --- what is said --------------------------------------------------------------------------------


class Form(StrEnum):
    """What can be said of parcels in trouble, letters taken back, accounts and channels; every language words each."""

    # what the courier said
    DAMAGED = "damaged"
    DESTROYED = "destroyed"
    LOST = "lost"
    REFUSED = "refused"
    RETURNED = "returned"
    RETURNING = "returning"
    HELD_BY_CUSTOMS = "held_by_customs"
    ATTEMPT_FAILED = "attempt_failed"
    OUT_AGAIN = "out_again"
    EXCEPTION = "exception"
    ADDRESS_PROBLEM = "address_problem"
    SECURITY_HELD = "security_held"
    MISROUTED = "misrouted"
    SEEN_TWICE = "seen_twice"
    DELIVERY_DOUBTED = "delivery_doubted"
    DELIVERED_ELSEWHERE = "delivered_elsewhere"
    SCANNED_AFTER = "scanned_after"
    DELAYED = "delayed"
    # what it did not say in time
    NOT_PICKED_UP = "not_picked_up"
    NOT_HANDED_OVER = "not_handed_over"
    NO_FIRST_SCAN = "no_first_scan"
    NO_SCAN = "no_scan"
    ALL_UNREAD = "all_unread"
    NO_OUTCOME = "no_outcome"
    NOT_COLLECTED = "not_collected"
    SLOW_CUSTOMS = "slow_customs"
    PROMISE_OVER = "promise_over"
    # what will come
    LIKELY_LATE = "likely_late"
    PROMISE_NEAR = "promise_near"
    EXPECTED_AFTER = "expected_after"
    ESTIMATE_OVER = "estimate_over"
    DISPATCH_OVERDUE = "dispatch_overdue"
    # what a rule went by
    COUNTS_FROM_DISPATCH = "counts_from_dispatch"
    DISPATCH_TOO_FAR = "dispatch_too_far"
    ONLY_ESTIMATED = "only_estimated"
    ESTIMATE_MOVED = "estimate_moved"
    UNTRACKED = "untracked"
    SCAN_RARE = "scan_rare"
    CHANCE_KNOWN = "chance_known"
    CHANCE_UNKNOWN = "chance_unknown"
    # about its record
    NO_RECORD = "no_record"
    RECORD_GONE = "record_gone"
    TRACKING_ENDED = "tracking_ended"
    ASKING_REFUSED = "asking_refused"
    # why a case or a letter moved
    CLEARED = "cleared"
    LIMIT_RAISED = "limit_raised"
    SNOOZE_OVER = "snooze_over"
    SNOOZED = "snoozed"
    BY_AGENT = "by_agent"
    WATCHED_NO_MORE = "watched_no_more"
    WATCHED_AGAIN = "watched_again"
    CASE_CLOSED = "case_closed"
    WORSE_OFF = "worse_off"
    SCAN_TAKEN_BACK = "scan_taken_back"
    NEWER_SCAN = "newer_scan"
    CUSTOMER_CHANGED = "customer_changed"
    PROMISE_CHANGED = "promise_changed"
    OTHER_PARCELS = "other_parcels"
    NEVER_SENT = "never_sent"
    PEAK_OVER = "peak_over"
    # what agents did about a case, and what time made of it
    ASSIGNED = "assigned"
    REMEDY_AGREED = "remedy_agreed"
    REMEDY_DONE = "remedy_done"
    REMEDY_DUE = "remedy_due"
    WORD_PROMISED = "word_promised"
    WORD_DUE = "word_due"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOTHING_NEW = "nothing_new"
    # about a claim against the courier
    CLAIM_DUE = "claim_due"
    CLAIM_MISSED = "claim_missed"
    CLAIM_FILED = "claim_filed"
    CLAIM_PAID = "claim_paid"
    CLAIM_REFUSED = "claim_refused"
    CLAIM_NONE = "claim_none"
    # about an account
    COURIER_SILENT = "courier_silent"
    COURIER_REFUSES = "courier_refuses"
    COURIER_BACK = "courier_back"
    CODES_UNREAD = "codes_unread"
    ANSWER_UNREAD = "answer_unread"
    # about many parcels at once
    INCIDENT = "incident"
    INCIDENT_OVER = "incident_over"
    # about a channel
    CHANNEL_DOWN = "channel_down"
    CHANNEL_BACK = "channel_back"
    # about the shop's own letters
    LETTERS_BROKEN = "letters_broken"
    # about the database
    STORE_LOW = "store_low"
    STORE_FULL = "store_full"
    STORE_BUSY = "store_busy"
    STORE_FAILING = "store_failing"
    STORE_DAMAGED = "store_damaged"
    STORE_BACK = "store_back"
    # about a while
    REPORT = "report"
    # what an older version said in English
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Unread:
    """A code, a wording or a template nobody could read, how often it was met, and of which parcels for example."""

    code: str
    text: str
    count: int
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a parcel is to be late, and how that comes about: `late` is exp(-pace x risk).

    `n`: so many parcels were as old as it is, of the level `scope` ("lane", "region", "country", "all") called `name`.
    `age`, `left`: business days since the hand-off, and from then to the promise; `at` is when that was. `risk`: what
    the hazards of delivery add up to in what is left. `pace`: this week's deliveries beside what was to be expected.
    """

    late: float
    n: int
    scope: str
    name: str
    at: datetime
    age: float
    left: float
    risk: float
    pace: float


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be said, as values; the words are found when somebody reads it. Each form uses some of them.

    `since`: when it began; ages count from it. `scan`: the checkpoint it rests on, within the times it can have
    happened. `quiet_since`: nothing followed since then. `until`: a promise, or the end of a snooze. `whose`: of whom
    that promise is, "shop" or "courier". `on`: a day, as a calendar has it. `count`: which attempt, how many parcels,
    messages, days. `kind`: another kind it speaks of, the API of an account, the fall-back of a channel. `reason`:
    somebody else's words, quoted as they are. `unread`: what could not be read. `tally`: how many of what. `chance`:
    that it will be late. `company`: the courier behind an account, in its code.
    """

    says: Form
    since: datetime | None = None
    scan: Checkpoint | None = None
    quiet_since: datetime | None = None
    until: datetime | None = None
    whose: str = ""
    on: date | None = None
    count: int = 0
    kind: str = ""
    reason: str = ""
    unread: tuple[Unread, ...] = ()
    tally: tuple[tuple[str, int], ...] = ()
    chance: Chance | None = None
    company: str = ""


# --- what we know --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A checkpoint in a timeline, with when we first and last heard it."""

    checkpoint: Checkpoint
    seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that was ever said about one parcel, oldest first.

    `answered_at` is when the courier last listed the whole history, `answered_from` the oldest checkpoint of
    that list: an entry it left out since then is withdrawn (see core.timeline).
    """

    entries: tuple[Entry, ...] = ()
    answered_at: datetime | None = None
    answered_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What a buyer bought, in one parcel or several; a parcel may hold several orders.

    `number`: "" for an order the shop did not name, which is its parcel's alone. `buyer`: the name on the platform.
    `tier`: the customer's. `value`: in the shop's currency. `promised_by`, `dispatch_by`: the last instants at which it
    was to arrive, and to be handed over.
    """

    number: str = ""
    customer_name: str = ""
    customer_contact: str = ""
    buyer: str = ""
    language: str = ""
    value: float = 0.0
    tier: str = ""
    goods: str = ""
    url: str = ""
    promised_by: datetime | None = None
    dispatch_by: datetime | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as the shop describes it. `id` is the store's; `courier` is the name of an account.

    `successor`: the number the courier gave it in place of `number`, "" while it has the one it was sent with;
    `replaced`: the successors before that one. What it takes from its orders: the first one's number, the earliest of
    their deadlines, all of their value, all of their tags.
    """

    id: int
    number: str
    courier: str
    added_at: datetime
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    shipped_at: datetime | None = None
    phone_last4: str = ""
    postal_code: str = ""
    import_id: int | None = None
    successor: str = ""
    replaced: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()

    @property
    def order(self) -> str:
        return self.orders[0].number if self.orders else ""

    @property
    def order_numbers(self) -> tuple[str, ...]:
        """Those of all its orders that have one."""
        return tuple(order.number for order in self.orders if order.number)

    @property
    def promised_by(self) -> datetime | None:
        return min((order.promised_by for order in self.orders if order.promised_by), default=None)

    @property
    def dispatch_by(self) -> datetime | None:
        return min((order.dispatch_by for order in self.orders if order.dispatch_by), default=None)

    @property
    def value(self) -> float:
        return sum(order.value for order in self.orders)

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for order in self.orders for tag in order.tags))


class State(StrEnum):
    """The life of a case."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


FLAPPING = 2
"""So many times in a row a case comes back before that is what is told of it."""


class Remedy(StrEnum):
    """What a shop can do for a customer in trouble."""

    RESEND = "resend"
    REFUND = "refund"
    REPLACE = "replace"
    DISCOUNT = "discount"
    WAIT = "wait"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Agreed:
    """A remedy somebody promised a customer. `by`: who did. `reminded`: agents were reminded that it is not done."""

    what: Remedy
    at: datetime
    by: str = ""
    note: str = ""
    done_at: datetime | None = None
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """What a letter that was sent promised its customer: to hear again by `by`.

    `remind_at`: when agents are reminded. `letter`: the number of the draft. `reminded`: they were.
    """

    by: datetime
    remind_at: datetime
    letter: int
    reminded: bool = False


class ClaimState(StrEnum):
    """The life of a claim against the courier; `open` while nobody said anything of it."""

    OPEN = "open"
    FILED = "filed"
    PAID = "paid"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim against the courier that a case may lead to.

    `last_on`: the last day on which it is in time, None where that is not known. `ends_at`: when that day is over, in
    the shop or where it was counted, whichever comes first. `line`: the window, and where it is set. `told`: how many
    days before `last_on` agents were reminded last, 0 once it counts as missed, None before. `stands`: whether there is
    still something to claim for. `ref`: its number at the courier. `amount`: what was paid, as it was written.
    """

    last_on: date | None = None
    ends_at: datetime | None = None
    line: str = ""
    told: int | None = None
    stands: bool = True
    state: ClaimState = ClaimState.OPEN
    ref: str = ""
    amount: str = ""

    @property
    def running(self) -> bool:
        """Whether it is still to be made, by a day that is known."""
        return self.stands and self.state is ClaimState.OPEN and self.last_on is not None

    def in_time(self, now: datetime) -> bool:
        """Whether it is still to be made, and can be."""
        return self.running and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Case:
    """One problem of one parcel; parcel and kind are its identity, reopening keeps it.

    `since`: when the trouble itself began (the last movement, the damaging scan), not when we noticed.
    `fact` is what a human can check; `limit` is the threshold that spoke, None where none did, `line` where it is set.
    `told` is the worst severity agents were told of for this `since`, None while they were told nothing.
    `by_agent`: an agent resolved it, so the same evidence does not open it again. `flaps`: how often in a row it came
    back soon after it had ended by itself.
    `owner`: the agent who has it. `told_at`: when agents were last told, or had it again; `handled_at`: when one last
    did something about it. `escalated`, `reraised`: that nobody acknowledged it, or that nothing followed, was told
    since it opened.
    `cleared`: the last that agents were told is that it is over.
    `word`: when its customer was promised to hear again; `remedy`: what they were promised.
    `claim`: how a claim against the courier stands; None where no window is known and nobody said anything.
    """

    kind: str
    state: State
    severity: Severity
    opened_at: datetime
    fact: Fact
    limit: Duration | None = None
    line: str = ""
    policy_id: str = ""
    hidden_by: str = ""
    told: Severity | None = None
    reopened: int = 0
    resolved_at: datetime | None = None
    by_agent: bool = False
    snoozed_until: datetime | None = None
    flaps: int = 0
    owner: str = ""
    told_at: datetime | None = None
    handled_at: datetime | None = None
    escalated: bool = False
    reraised: bool = False
    cleared: bool = False
    word: Word | None = None
    remedy: Agreed | None = None
    claim: Claim | None = None
    id: int | None = None

    @property
    def flapping(self) -> bool:
        """It comes and goes: agents were told so, and hear no more of each coming and going."""
        return self.flaps >= FLAPPING

    @property
    def live(self) -> bool:
        return self.state is not State.RESOLVED

    @property
    def since(self) -> datetime:
        assert self.fact.since is not None, "trouble began some time"
        return self.fact.since


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a threshold on trial would have told agents of a parcel; nobody was told.

    `told_at`: when they would have heard. `since`: when the trouble began. `over_at`: when it was found no more, None
    while it is. `old`: it began so long before the parcel was first heard of that nobody would have been told.
    """

    kind: str
    severity: Severity
    told_at: datetime
    since: datetime
    limit: Duration | None = None
    line: str = ""
    over_at: datetime | None = None
    old: bool = False
    id: int | None = None


class DraftState(StrEnum):
    """The life of a draft. SENDING: given to the channel to customers, and not known whether it arrived."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class LetterStep(StrEnum):
    """Which word a letter is: the first notice of a trouble, or what follows one that was sent; or of no trouble."""

    FIRST = "first"
    UPDATE = "update"
    MOVED = "moved"
    DELIVERED = "delivered"
    CORRECTED = "corrected"
    PEAK = "peak"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for the customer of one order, about one parcel of it or several.

    `facts` are all it may say; `milestone` is where the parcel was when it was written. `order` is the order's number,
    "" for one without; `to_name` and `to_contact` are whom it is addressed to, whoever the customer is later.
    `edited`: an agent chose its words. `sent_at`: None while it was not.
    """

    kind: str
    language: str
    state: DraftState
    created_at: datetime
    milestone: Milestone
    order: str = ""
    to_name: str = ""
    to_contact: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    subject: str = ""
    body: str = ""
    step: LetterStep = LetterStep.FIRST
    edited: bool = False
    sent_at: datetime | None = None
    id: int | None = None

    @property
    def unsent(self) -> bool:
        return self.state in (DraftState.DRAFT, DraftState.APPROVED)

    @property
    def gone(self) -> bool:
        """Whether the customer has it, or may have it."""
        return self.state in (DraftState.SENT, DraftState.SENDING)


@dataclass(frozen=True, slots=True)
class Habit:
    """Of `healthy` parcels that arrived, `scanned` had the scan that a kind waits for."""

    kind: str
    healthy: int
    scanned: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything `advance` needs to know about one parcel, and all of it that it may change.

    `confirmed_at`: when the courier last answered about it, tracked or not found.
    `missing_since`: the first "no record" answer of an unbroken run of them.
    `first_tracked_at`: the first answer with a history. `baseline_at`: the same when the parcel's life was
    already over then; nothing heard up to it is ever told.
    `estimate`: when the courier now expects it; `promise`: its first commitment heard after the parcel moved.
    `stands`: where its newest answer says the parcel is as a whole, None where it does not say.
    `registered_at`: when an aggregator was last told of the number, None while it has to be.
    `policy_id`: the policy it was last judged by, "" while it never was.
    `cases`: every case it ever had. `shadows`: all that thresholds on trial would have told of it, oldest first.
    `drafts`: those not yet sent. `past`: the others, its orders' too. `poll_at`: when the courier is asked next.
    `unwatched`: an agent stopped it, so nothing of it is trouble any more. `habits`: which scans parcels like it have,
    by those that arrived: of its lane first, then of its courier.
    """

    parcel: Parcel
    timeline: Timeline = field(default_factory=Timeline)
    milestone: Milestone = Milestone.UNKNOWN
    cause: Cause | None = None
    confirmed_at: datetime | None = None
    missing_since: datetime | None = None
    first_tracked_at: datetime | None = None
    baseline_at: datetime | None = None
    refused: str = ""
    stopped: str = ""
    estimate: datetime | None = None
    promise: datetime | None = None
    stands: Milestone | None = None
    registered_at: datetime | None = None
    policy_id: str = ""
    cases: tuple[Case, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    drafts: tuple[Draft, ...] = ()
    past: tuple[Draft, ...] = ()
    poll_at: datetime | None = None
    unwatched: bool = False
    habits: tuple[Habit, ...] = field(default=(), compare=False)


# --- what happens to it --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent does to a case: "ack", "snooze", "resolve", "assign" (`to`: whom, "" for nobody), "agree" (`what`)
    and "fulfil", which is having done what was agreed; "stop" and "resume" do it with its parcel.
    """

    verb: str
    kind: str
    by: str = ""
    until: datetime | None = None
    to: str = ""
    what: Remedy | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClaimAction:
    """What an agent says of a case's claim against the courier: "file", "pay", "refuse", or "drop" where there is none.

    `ref`: its number at the courier. `amount`: what was paid. What is empty stays as it was.
    """

    verb: str
    kind: str
    by: str = ""
    ref: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class LetterAction:
    """What is done to a draft: "approve", "discard", "edit", "send", "sent", "unsent".

    `subject`, `body`: the words it then has.
    """

    verb: str
    draft_id: int
    by: str = ""
    subject: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """The shop says more of the parcel, or says it otherwise; what it leaves empty stays as it was."""

    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Marked:
    """An agent knows how it stands, whatever the courier says. `note`: how they know."""

    milestone: Milestone
    cause: Cause | None = None
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """A letter about a case of `kind` was sent, which says that the customer hears again by `until`."""

    kind: str
    until: datetime
    letter: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class LetterSettled:
    """What became of a letter that was being sent is known by now; another of its parcels has heard it already."""

    letter: int
    arrived: bool


@dataclass(frozen=True, slots=True)
class Announced:
    """Customers of parcels on the road are to hear of a peak, from its first instant to its last."""

    peak: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Alerts about cases of these kinds were taken back, or failed and were moot by then: nobody was told."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing but time."""


Event = (
    Observation
    | Pushed
    | Action
    | ClaimAction
    | LetterAction
    | Promised
    | LetterSettled
    | Amended
    | Marked
    | Announced
    | Undelivered
    | Passed
)
"""What can happen to a parcel."""


class Why(StrEnum):
    """Why a message is sent."""

    OPENED = "opened"
    WORSENED = "worsened"
    REOPENED = "reopened"
    UNHIDDEN = "unhidden"
    WOKEN = "woken"
    FLAPPING = "flapping"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    RERAISED = "reraised"
    PROMISED = "promised"
    UNFULFILLED = "unfulfilled"
    CLEARED = "cleared"
    DRAFTED = "drafted"
    WITHDRAWN = "withdrawn"
    CLAIM_DUE = "claim_due"
    CLAIM_MISSED = "claim_missed"
    SILENT = "silent"
    RECOVERED = "recovered"
    UNMAPPED = "unmapped"
    BROKEN = "broken"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class CaseTold:
    """Agents are to hear of a case. `fact`: what of it, None for the trouble itself."""

    case: Case
    why: Why
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class CaseCleared:
    """Trouble that agents may have been told of is over. `why`: what happened. `moot`: they hear of the parcel anyway.

    Whether they really were told, and where, the outbox knows.
    """

    case: Case
    why: Fact
    moot: bool = False


@dataclass(frozen=True, slots=True)
class LetterWritten:
    """A draft was written for the customer, for an agent to check."""

    draft: Draft
    case: Case


@dataclass(frozen=True, slots=True)
class LetterTakenBack:
    """A draft that no longer holds: whoever has it must not send it. `why` says why."""

    draft: Draft
    case: Case
    why: Fact


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """Agents are to hear that the last day of a claim is near, or over: `fact` says which."""

    case: Case
    severity: Severity
    why: Why
    fact: Fact


Notice = CaseTold | CaseCleared | LetterWritten | LetterTakenBack | ClaimTold
"""What happened that people may have to hear of. To whom it goes, and whether, is core.dispatch's."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's history: what moved it and why."""

    kind: str
    at: datetime
    signal: str
    before: str
    after: str
    why: Fact
    by: str = ""


@dataclass(frozen=True, slots=True)
class LetterEvent:
    """One line of a draft's history. `draft`: as it is after the move."""

    draft: Draft
    at: datetime
    verb: str
    before: str
    after: str
    why: Fact | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Advance:
    """What follows from one step: the new dossier and what happened, and when to look again.

    `poll_at`: when to ask the courier next, None when never. `assess_at`: when the answer may change without
    news, None when it cannot. `ended`: kinds whose case was resolved, so that what is unsent about them is moot.
    `first`: this was the parcel's first answer with a history. `heard`: the courier said something, or refused to.
    `asked`: it has had its say, so the import need not wait for it. `due_at`: when a threshold passes that only another
    answer can decide, None when there is none.
    """

    dossier: Dossier
    notices: tuple[Notice, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    moves: tuple[LetterEvent, ...] = ()
    ended: tuple[str, ...] = ()
    poll_at: datetime | None = None
    assess_at: datetime | None = None
    poll_why: str = ""
    first: bool = False
    heard: bool = False
    asked: bool = False
    due_at: datetime | None = None
