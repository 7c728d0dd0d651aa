"""Whatever a courier, a buyer or a file says, no service makes a mention, a link or markup of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import GOLDENS, KINDS, SAID, Kind, alive, golden, written

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

PIECES = st.sampled_from([*SAID.values()][:-1]) | st.text(max_size=40)
MARKS = st.text(alphabet="ab中 \n\r\t*_`~#>-+=|[]()<>!@&;:/.\\\\{}%$\u200b\u202e\u2028", max_size=60)


@pytest.mark.parametrize("kind", GOLDENS, ids=lambda kind: kind.name)
def test_a_hostile_parcel_arrives_as_it_was_last_read(kind: Kind) -> None:
    assert written(kind.received([*SAID.values()])) == golden(kind).read_text("utf-8")


@every_kind
def test_nothing_hostile_comes_alive(kind: Kind) -> None:
    assert [found for sent in kind.received([*SAID.values()]) for found in alive(kind.name, sent)] == []


@every_kind
@settings(max_examples=5, deadline=None)
@given(st.lists(st.lists(PIECES | MARKS, min_size=1, max_size=3).map("".join), min_size=1, max_size=1))
def test_no_text_comes_alive_and_every_message_is_as_short_as_the_service_wants(kind: Kind, texts: list[str]) -> None:
    assert [found for sent in kind.received(texts) for found in alive(kind.name, sent)] == []


@every_kind
def test_our_numbers_and_links_stay_whole_beside_it(kind: Kind) -> None:
    for sent in kind.received(["x"]):
        said = written([sent])
        assert "\\u200b" not in said
    whole = written(kind.received(["@all"])[1:2])
    for ours in ("4120000000059331", "7710000000059", "https://www.kuaidi100.com/chaxun?com=shentong&nu=7710000000059"):
        assert ours in whole.replace("&amp;", "&")
