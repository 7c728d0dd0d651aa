"""Charts as SVG: well formed whatever stands in them, true to scale, and said in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.past.plots import WIDTH, Chart, Form, Value, svg

SVG = "{http://www.w3.org/2000/svg}"
FORMS = st.sampled_from(Form)
VALUES = st.lists(st.builds(Value, st.text(max_size=30), st.floats(0, 1e9), st.text(max_size=20)), max_size=40)


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(svg(chart))


def bars(chart: Chart, side: str) -> list[float]:
    return [float(one.attrib[side]) for one in drawn(chart).iter(f"{SVG}rect") if one.attrib["class"] == "bar"]


@given(st.text(max_size=30), VALUES, FORMS)
def test_whatever_stands_in_it_a_drawing_is_well_formed_and_fetches_nothing(
    title: str, values: list[Value], form: Form
) -> None:
    chart = Chart(title, values, form)
    for element in drawn(chart).iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "rect", "text", "line", "polygon", "polyline"}
        assert not {name for name in element.attrib if "href" in name or name.startswith("on")}


@given(VALUES, FORMS)
def test_nothing_is_drawn_outside_of_the_drawing(values: list[Value], form: Form) -> None:
    root = drawn(Chart("t", values, form))
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    assert wide == WIDTH
    for one in root.iter(f"{SVG}rect"):
        x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        assert -0.1 <= x <= x + width <= wide + 0.1
        assert -0.1 <= y <= y + height <= high + 0.1


def test_bars_are_as_long_as_their_values_are_large() -> None:
    chart = Chart("t", [Value("a", 10), Value("b", 5), Value("c", 0)])
    assert bars(chart, "width") == [WIDTH, WIDTH / 2, 0]
    assert bars(Chart("t", [Value("a", 0.25)], most=1), "width") == [WIDTH / 4]


def test_columns_stand_as_high_as_their_values_are_large() -> None:
    tall, half = bars(Chart("t", [Value("a", 10), Value("b", 5)], Form.COLUMNS), "height")
    assert tall == 2 * half


def test_a_line_has_a_point_for_each_value_and_names_its_ends() -> None:
    root = drawn(Chart("t", [Value(f"03-{day:02}", day) for day in range(1, 31)], Form.LINE))
    (line,) = root.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == 30
    assert [one.text for one in root.iter(f"{SVG}text")] == ["30", "03-01", "03-16", "03-30"]


@pytest.mark.parametrize("form", [Form.BARS, Form.COLUMNS])
def test_what_cannot_be_seen_is_said(form: Form) -> None:
    root = drawn(Chart("On time", [Value("DHL", 0.5, "50% (3 of 6)"), Value("申通", 1)], form, most=1))
    assert root.attrib["role"] == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "On time. DHL: 50% (3 of 6); 申通: 1"


def test_a_long_name_is_cut_before_it_meets_its_value() -> None:
    root = drawn(Chart("t", [Value("催" * 60, 1, "100% (12 of 12)")]))
    name, value = (one.text or "" for one in root.iter(f"{SVG}text"))
    assert re.fullmatch("催{10,25}…", name)
    assert value == "100% (12 of 12)"
