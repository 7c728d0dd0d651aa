"""Digests and single messages: nothing too long, nothing cut in the middle, nobody left uncounted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.messaging.messages import (
    SHORTEST_LIMIT,
    Characters,
    Phrases,
    Text,
    Words,
    digest,
    message,
    ranges,
)


@dataclass(frozen=True)
class Waiting:
    """An alert in the outbox, as much of it as composing needs."""

    id: int
    number: str
    sentence: str = "high (my_dhl): No new scan for 70 h"
    kind: str = "stalled"
    draft: bool = False
    cleared: bool = False
    title: str = "HIGH stalled"
    body: str = "Stalled, high"

    @property
    def words(self) -> Words:
        return Words(self.title, self.body, self.line)

    @property
    def bare(self) -> str:
        return f"{self.number} draft D5 withdrawn, do not send it" if self.draft else self.number

    @property
    def line(self) -> str:
        return f"{self.bare} {self.sentence}"


def waiting(count: int, **fields: object) -> list[Waiting]:
    rows = [Waiting(id=17 + n, number=f"JD{n:08}") for n in range(count)]
    return [replace(row, **fields) for row in rows]  # type: ignore[arg-type]


def alone(row: Waiting, limit: int) -> Text:
    (text,) = message([row.words], Characters(limit))
    return text


def length(text: Text) -> int:
    return len(text.title) + 1 + len(text.body)


NUMBERS = st.from_regex(r"[A-Z0-9-]{5,40}", fullmatch=True)
ROWS = st.lists(
    st.builds(
        Waiting,
        id=st.integers(1, 10**6),
        number=NUMBERS,
        sentence=st.text(max_size=200),
        kind=st.sampled_from(["stalled", "damaged", "courier_silent"]),
        draft=st.booleans(),
        body=st.text(max_size=600),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda row: row.id,
)


def _labels(rows: list[Waiting]) -> dict[int, str]:
    """What stands before a line where a digest is of several kinds."""
    mixed = len({row.kind for row in rows}) > 1
    return {row.id: f"{row.kind.replace('_', ' ')}: " if mixed else "" for row in rows}


LIMITS = st.integers(SHORTEST_LIMIT, 5000)


@given(ROWS, LIMITS)
def test_a_digest_never_exceeds_the_limit(rows: list[Waiting], limit: int) -> None:
    assert length(digest(rows, Characters(limit))) <= limit


@given(ROWS, LIMITS)
def test_a_single_message_never_exceeds_the_limit(rows: list[Waiting], limit: int) -> None:
    for text in message([row.words for row in rows], Characters(limit)):
        assert length(text) <= limit


@given(ROWS, st.integers(1, SHORTEST_LIMIT))
def test_even_an_absurd_limit_is_kept(rows: list[Waiting], limit: int) -> None:
    assert len(digest(rows, Characters(limit)).title) <= limit
    assert len(alone(rows[0], limit).title) <= limit


@given(ROWS, LIMITS)
def test_a_digest_counts_every_alert_it_does_not_name(rows: list[Waiting], limit: int) -> None:
    lines = digest(rows, Characters(limit)).body.split("\n")
    more = re.fullmatch(r"and (\d+) more: `parcelwatch .*`", lines[-1])
    ids = {row.id for row in rows}
    named = [int(line[1:].split(" ")[0]) for line in lines if re.match(r"A\d+ ", line)]
    assert len(named) == len(set(named))
    assert set(named) <= ids
    assert len(named) + (int(more[1]) if more else 0) == len(rows)


@given(ROWS, LIMITS)
def test_a_digest_is_cut_only_between_lines(rows: list[Waiting], limit: int) -> None:
    labels = _labels(rows)
    whole = {row.id: labels[row.id] + " ".join(row.line.split()) for row in rows}
    shortest = {row.id: labels[row.id] + row.bare for row in rows}
    for line in digest(rows, Characters(limit)).body.split("\n"):
        found = re.match(r"A(\d+) (.*)", line)
        if found:
            assert found[2] in (whole[int(found[1])], shortest[int(found[1])])


@given(ROWS, LIMITS)
def test_a_digest_names_its_alerts_in_the_order_given(rows: list[Waiting], limit: int) -> None:
    named = [int(found) for found in re.findall(r"^A(\d+) ", digest(rows, Characters(limit)).body, re.MULTILINE)]
    assert named == [row.id for row in rows][: len(named)]


def test_a_digest_with_room_says_everything_worst_first() -> None:
    rows = [Waiting(2, "BB22222"), Waiting(3, "CC33333"), Waiting(1, "AA11111")]
    assert digest(rows, Characters(10_000)) == Text(
        "[A2] 3 parcels: stalled",
        "Alerts A1–A3, worst first:\n"
        "A2 BB22222 high (my_dhl): No new scan for 70 h\n"
        "A3 CC33333 high (my_dhl): No new scan for 70 h\n"
        "A1 AA11111 high (my_dhl): No new scan for 70 h",
    )


def test_a_crowded_digest_names_every_number_and_explains_only_the_worst() -> None:
    rows = waiting(60)
    body = digest(rows, Characters(2000)).body
    assert all(row.number in body for row in rows)
    explained = [line for line in body.split("\n") if "No new scan" in line]
    assert 0 < len(explained) < 60
    assert body.split("\n")[1] == explained[0]


def test_a_thousand_parcels_in_a_small_channel_end_with_how_many_more_and_where() -> None:
    text = digest(waiting(1000), Characters(2000))
    *lines, last = text.body.split("\n")
    assert last == f"and {1000 - len(lines) + 1} more: `parcelwatch cases list --kind stalled`"
    assert text.title == "[A17] 1000 parcels: stalled"


def test_a_digest_of_drafts_points_to_the_drafts() -> None:
    text = digest(waiting(1000, draft=True), Characters(2000))
    assert text.title.endswith("1000 customer drafts: stalled")
    assert text.body.endswith("`parcelwatch drafts list`")


def test_even_in_a_crowded_digest_a_draft_taken_back_says_so() -> None:
    rows = waiting(60, draft=True, sentence="newer checkpoint " * 5)
    lines = digest(rows, Characters(4000)).body.split("\n")[1:]
    assert all("draft D5 withdrawn, do not send it" in line for line in lines)
    assert len(lines) == 60


def test_a_digest_about_couriers_counts_accounts_and_does_not_point_to_cases() -> None:
    text = digest(waiting(1000, kind="courier_silent"), Characters(2000))
    assert text.title.endswith("1000 accounts: courier silent")
    assert "alerts list" in text.body


def test_a_digest_sent_again_bears_the_id_it_was_given() -> None:
    assert digest(waiting(7), Characters(2000), ident=99).title.startswith("[A99] ")


def test_a_digest_speaks_the_language_it_is_given() -> None:
    phrases = Phrases(labels={"stalled": "物流停滞"}, alerts="{count} 个包裹：{label}")
    assert digest(waiting(6), Characters(2000), phrases).title == "[A17] 6 个包裹：物流停滞"


def test_a_single_message_is_left_as_it_is_when_it_fits() -> None:
    assert alone(Waiting(17, "AA11111"), 250) == Text("HIGH stalled", "Stalled, high")


def test_a_long_single_message_is_cut_after_a_whole_line_and_says_so() -> None:
    body = "\n".join((*(f"line {n}" for n in range(100)), "case 7 · A17"))
    text = alone(Waiting(17, "AA11111", body=body), 200)
    *kept, note, last = text.body.split("\n")
    assert kept == [f"line {n}" for n in range(len(kept))]
    assert note == f"(cut at this channel's limit: {100 - len(kept)} lines more)"
    assert last == "case 7 · A17"


def test_ids_are_shown_as_ranges_while_these_can_be_read() -> None:
    assert ranges([5, 3, 4, 9]) == "A3–A5, A9"
    assert ranges(list(range(1, 99, 2))) == "A1–A97"
