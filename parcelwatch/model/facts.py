"""What is said of a parcel, as values: the forms of a sentence and what fills them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from parcelwatch.model.frequent import frequent
from parcelwatch.model.tracking import Checkpoint


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
    STANDS_AGAIN = "stands_again"
    WORSE_OFF = "worse_off"
    SCAN_TAKEN_BACK = "scan_taken_back"
    NEWER_SCAN = "newer_scan"
    CUSTOMER_CHANGED = "customer_changed"
    PROMISE_CHANGED = "promise_changed"
    OTHER_PARCELS = "other_parcels"
    LETTER_PARTED = "letter_parted"
    NEVER_SENT = "never_sent"
    LETTER_UNSURE = "letter_unsure"
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
    BUYER_WROTE = "buyer_wrote"
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
    UNANSWERED = "unanswered"
    GIVEN_UP = "given_up"
    # about many parcels at once
    INCIDENT = "incident"
    INCIDENT_OVER = "incident_over"
    INCIDENT_SETTLED = "incident_settled"
    # about a channel
    CHANNEL_DOWN = "channel_down"
    CHANNEL_BACK = "channel_back"
    # about the shop's own letters
    LETTERS_BROKEN = "letters_broken"
    # about a shop
    SHOP_REMARKED = "shop_remarked"
    # about the database
    STORE_LOW = "store_low"
    STORE_FULL = "store_full"
    STORE_BUSY = "store_busy"
    STORE_FAILING = "store_failing"
    STORE_DAMAGED = "store_damaged"
    STORE_BACK = "store_back"
    # about the service itself
    SERVICE_TROUBLED = "service_troubled"
    SERVICE_WELL = "service_well"
    # about this computer
    CLOCK_JUMPED = "clock_jumped"
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


@frequent
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
