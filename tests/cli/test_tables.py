"""Tables are no wider than their terminal, whatever is in them and in whatever script."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from parcelwatch.cli.tables import Listing, wrapped

marks = st.sampled_from(["", "!", ">", "~", "?", "!?", "+", "!+", "~+", "?+", "!?+"])
cells = st.text(alphabet="ab1 -武汉市转运，。“”…é", max_size=60)


@given(st.lists(marks, min_size=1, max_size=9), st.data(), st.sampled_from([20, 40, 80, 120]))
def test_no_line_is_wider_than_the_terminal(columns: list[str], data: st.DataObject, width: int) -> None:
    titles = [f"{mark}T{place}" for place, mark in enumerate(columns)]
    row = st.lists(cells, min_size=len(titles), max_size=len(titles))
    shown = io.StringIO()
    Console(file=shown, width=width).print(Listing(titles, data.draw(st.lists(row, min_size=1, max_size=3))))
    assert all(cell_len(line) <= width for line in shown.getvalue().splitlines())


listed = st.lists(st.sampled_from(["00340434111111111117", "A-1001", "已签收", "（破损）"]), max_size=9)


@given(listed, st.sampled_from([22, 30, 80]))
def test_a_number_is_never_broken_and_no_line_begins_with_a_comma(parts: list[str], width: int) -> None:
    lines = wrapped("、".join(parts), width)
    assert "".join(lines) == "、".join(parts)
    assert sum(line.count("00340434111111111117") for line in lines) == parts.count("00340434111111111117")
    assert not any(line.startswith("、") for line in lines)


ORDERS = "261124-000000000000001; 6917926768823643751; 6917926768823643752"


@given(st.integers(20, 140), st.sampled_from(["+Order", "!+Order", "~+Order"]))
def test_what_is_kept_is_shown_in_full_however_narrow_the_terminal(width: int, title: str) -> None:
    row = ["SF1000000000073", "my_kuaidi100 shunfeng", ORDERS, "out_for_delivery", "2026-11-28 12:00", "1"]
    titles = ["!Number", "Courier", title, "Milestone", "!Last scan", ">Cases"]
    lines = list(Listing(titles, [row, ["1", "a", "", "b", "", ""]]).plain(width))
    assert max(map(cell_len, lines)) <= width
    shown = "\n".join(lines)
    assert width < 30 or all(order in shown for order in ORDERS.split("; "))


@given(st.integers(40, 140), st.sampled_from(["", "客服二组·欧阳娜娜（夜班）长期负责人"]))
def test_whose_it_is_never_goes_however_narrow_the_terminal(width: int, owner: str) -> None:
    titles = [">编号", "!异常", "!状态", "?+负责人", "!单号", "!?+订单", "!?开始", "?标签", "~情况"]
    row = [
        "4",
        "派签超时",
        "待处理",
        owner,
        "00340434611452942873",
        "4120000000059331",
        "2026-11-28 12:00",
        "vip",
        "停" * 90,
    ]
    lines = list(Listing(titles, [row]).plain(width))
    assert max(map(cell_len, lines)) <= width
    shown = re.sub(r"\s+", "", "".join(lines))
    assert "4120000000059331" in shown
    assert all(sign in shown for sign in owner)
