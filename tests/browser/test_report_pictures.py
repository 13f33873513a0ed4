"""The pictures of a report as a browser draws them: the evaluation's figures to scale, each said in words too."""

import re
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.pages import DARK, Served, background, contrast

COSTS = "Monthly total of each option, by part"
CROSSOVER = "Cost an hour over requests an hour"
LOAD = "Load-duration curve"
WEEK = "Load by hour of the week"

HEIGHT = 240.0

ENDS = """one => [0, one.getTotalLength()].map(at => one.getPointAtLength(at)).map(point => [point.x, point.y])"""

Json = dict[str, Any]
Point = tuple[float, float]


def picture(page: Page, name: str) -> Locator:
    return page.get_by_role("img", name=name, exact=True)


def crossover_of(evaluation: Json) -> Json:
    """Return the pair that the recommended option, a hybrid on committed units, is made of."""
    wanted = ("gpu@12", "tokens")
    pairs = evaluation["comparison"]["crossovers"]
    return next(pair for pair in pairs if (pair["reserved"], pair["serverless"]) == wanted)


def meeting(one: tuple[Point, Point], other: tuple[Point, Point]) -> Point:
    """Return where two lines, each given by two points of it, meet."""
    ((x1, y1), (x2, y2)), ((x3, y3), (x4, y4)) = one, other
    slope, level = (y2 - y1) / (x2 - x1), (y4 - y3) / (x4 - x3)
    x = (y3 - level * x3 - y1 + slope * x1) / (slope - level)
    return x, y1 + slope * (x - x1)


def test_each_is_named_and_told_in_words(visit: Visit, served: Served) -> None:
    page, evaluation = visit(served.report), served.evaluation
    exact = [option for option in evaluation["options"] if not option["ruled_out"]]
    pair = crossover_of(evaluation)
    rates = evaluation["measurement"]["requests_per_minute"]
    for name, told in {
        COSTS: [f"{option['key']}: {Decimal(option['monthly_cost']['amount']):,.2f} USD" for option in exact],
        CROSSOVER: [f"{pair['requests_per_hour']:,.2f} requests", "2.80 USD an hour"],
        LOAD: ["Requests a minute: ", f"p95 {rates['p95']:,.0f}", f"mean {rates['mean']:,.0f}"],
        WEEK: ["Busiest ", "0 hours not observed"],
    }.items():
        expect(picture(page, name)).to_be_visible()
        for words in told:
            expect(picture(page, name)).to_have_accessible_description(re.compile(re.escape(words)))
    assert page.locator("svg").count() == 4


def test_bars_are_as_long_as_their_options_are_dear(visit: Visit, served: Served) -> None:
    page = visit(served.report)
    costs = {option["key"]: float(option["monthly_cost"]["amount"]) for option in served.evaluation["options"]}
    drawn: dict[str, float] = (
        page.evaluate("""() => Object.fromEntries([...document.querySelectorAll(".bar")].map(bar => [
        bar.querySelector("title").textContent.replace(/: [^:]*$/, ""),
        [...bar.querySelectorAll("rect")].reduce((sum, part) => sum + part.getBBox().width, 0)]))""")
    )
    assert served.evaluation["recommendation"]["option"] in drawn
    scale = max(drawn.values()) / max(costs[key] for key in drawn)
    assert drawn == pytest.approx({key: costs[key] * scale for key in drawn}, abs=0.4)


def test_the_lines_meet_at_the_crossover_it_states(visit: Visit, served: Served) -> None:
    page, pair = visit(served.report), crossover_of(served.evaluation)
    drawn = picture(page, CROSSOVER)
    tokens, unit = (drawn.locator(which).evaluate(ENDS) for which in (".line.tokens", ".line:not(.tokens)"))
    x, y = drawn.locator("circle").evaluate("one => [one.cx.baseVal.value, one.cy.baseVal.value]")
    assert meeting(tokens, unit) == pytest.approx((x, y), abs=0.15)
    assert tokens[0] == [0, HEIGHT], "no request costs nothing"
    guides = [ends[0][0] for ends in (guide.evaluate(ENDS) for guide in drawn.locator(".guide").all())]
    assert guides == pytest.approx([pair["workload"][name] * x for name in ("floor", "mean", "peak")], abs=0.15)
    stated = f"{pair['requests_per_hour']:,.2f}"
    expect(drawn.get_by_text(stated, exact=True)).to_be_visible()
    expect(page.get_by_text(f"at {stated} requests an hour")).to_be_visible()
    assert pair["requests_per_hour"] * pair["cost_per_request"] == pytest.approx(2.80)


def test_the_load_is_drawn_as_it_was_measured(visit: Visit, served: Served) -> None:
    page, measured = visit(served.report), served.evaluation["measurement"]
    points = picture(page, LOAD).locator(".line").get_attribute("d") or ""
    heights = [1 - float(point.split(",")[1]) / HEIGHT for point in points[1:].split(" L")]
    curve = measured["load_duration"]
    assert heights == pytest.approx([load / max(curve) for load in curve], abs=0.001)
    assert heights == sorted(heights, reverse=True)
    shades = page.locator(".hour").evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fillOpacity))")
    busiest = max(measured["hour_of_week"])
    assert shades == pytest.approx([load / busiest for load in measured["hour_of_week"]], abs=0.01)


@pytest.mark.parametrize("reader", [{}, DARK], ids=["light", "dark"])
def test_what_is_drawn_stands_out(visit: Visit, served: Served, reader: Json) -> None:
    page = visit(served.report, **reader)
    drawn = page.locator(".bar rect, .line, .guide, .crossing, .axis, .whisker")
    colors = drawn.evaluate_all("all => all.map(getComputedStyle).map(style => [style.fill, style.stroke])")
    seen = [max(contrast(color, background(page)) for color in pair if color != "none") for pair in colors]
    assert min(seen) >= 3


def test_labels_lie_inside_and_not_on_each_other(visit: Visit, served: Served) -> None:
    page = visit(served.report)
    for name in (CROSSOVER, LOAD):
        left, top, right, bottom = picture(page, name).evaluate(
            "({viewBox: {baseVal: b}}) => [b.x, b.y, b.x + b.width, b.y + b.height]"
        )
        boxes = picture(page, name).locator("text").evaluate_all(
            "all => all.map(one => one.getBBox()).map(b => [b.x, b.y, b.x + b.width, b.y + b.height])"
        )  # fmt: skip
        outside = [
            (x1, y1, x2, y2) for x1, y1, x2, y2 in boxes if min(x1 - left, y1 - top, right - x2, bottom - y2) < -0.5
        ]
        assert not outside, name
        for (a1, b1, a2, b2), (c1, d1, c2, d2) in combinations(boxes, 2):
            # A box is higher than its letters, by some three units.
            assert min(a2, c2) <= max(a1, c1) or min(b2, d2) - max(b1, d1) <= 3, name
