"""The report on an evaluation in a browser: what the evaluation says, on every screen, on paper and by keyboard."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from service.reports import words
from tests.browser.conftest import Visit
from tests.browser.pages import DARK, PAPER, PHONE, Served, background, faults, illegible, luminance, width

Json = dict[str, Any]

WIDE: Json = {"viewport": {"width": 1440, "height": 900}}

READERS = {"wide": WIDE, "wide-dark": WIDE | DARK, "phone": PHONE, "phone-dark": PHONE | DARK}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_it_is_drawn_without_a_fault(visit: Visit, served: Served, reader: Json) -> None:
    page = visit(served.report, **reader)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert faults(page) == []
    assert (luminance(background(page)) < 0.1) is ("color_scheme" in reader)


def test_its_head_and_evidence_are_the_evaluation(visit: Visit, served: Served) -> None:
    evaluation, page = served.evaluation, visit(served.report)
    answer = evaluation["recommendation"]
    expect(page.locator(".eyebrow")).to_have_text(f"Recommendation: {answer['mode']}")
    total = words.money(Decimal(answer["monthly_cost"]["amount"]))
    expect(page.locator(".lead b")).to_have_text(f"{total} USD a month")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    keys = page.locator("#options tbody th").all_inner_texts()
    assert keys == [option["key"] for option in evaluation["options"]]
    told = page.locator("#digests td").all_inner_texts()
    inputs = evaluation["inputs"]
    assert told == [
        inputs["traffic_history"]["digest"],
        *(sheet["digest"] for sheet in inputs["price_sheets"]),
        f"{inputs['engine_version']}, {inputs['seed']}",
        evaluation["digest"],
    ]


def test_bars_are_as_long_as_their_options_are_dear(visit: Visit, served: Served) -> None:
    page = visit(served.report, **WIDE)
    costs = {option["key"]: float(option["monthly_cost"]["amount"]) for option in served.evaluation["options"]}
    drawn: dict[str, float] = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll(".bars tbody tr")]
          .filter(row => !row.querySelector(".cutmark"))
          .map(row => [row.querySelector("th").title, [...row.querySelectorAll("rect[class]")]
            .reduce((sum, part) => sum + part.getBoundingClientRect().width, 0)]))""")
    assert served.evaluation["recommendation"]["option"] in drawn
    scale = max(drawn.values()) / max(costs[key] for key in drawn)
    full = page.locator(".barcell svg").first.evaluate("one => one.getBoundingClientRect().width")
    assert drawn == pytest.approx({key: costs[key] * scale for key in drawn}, abs=full / 1000)


def test_it_may_load_nothing_and_needs_nothing(visit: Visit, served: Served) -> None:
    page = visit(served.report)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in loaded if not address.startswith("data:")] == []
    assert page.locator("link[rel=icon]").count() == 1, "else a browser asks for one that is not there"
    assert page.evaluate("document.styleSheets.length") == 1, "its style is allowed by its digest"
    assert page.evaluate("document.fonts.check('16px Inter')"), "its font lies in it"


def test_it_reads_the_same_when_it_is_kept_as_a_file(visit: Visit, served: Served, tmp_path: Path) -> None:
    page = visit(served.report)
    kept = tmp_path / "report.html"
    kept.write_text(page.request.get(served.origin + served.report).text())
    alone = visit(kept.as_uri(), offline=True)
    assert alone.locator("main").inner_text() == page.locator("main").inner_text()
    assert alone.locator("main").bounding_box() == page.locator("main").bounding_box()


def test_what_is_off_a_phones_screen_is_reached_by_keyboard(visit: Visit, served: Served) -> None:
    page = visit(served.report, **PHONE)
    page.get_by_text(re.compile("Every option")).click()
    box = page.get_by_role("region", name="Every option")
    assert box.evaluate("one => one.scrollWidth > one.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    expect(box).not_to_have_js_property("scrollLeft", 0)


@pytest.mark.parametrize("reader", [{}, DARK], ids=["light", "dark"])
def test_paper_is_white_and_holds_the_answer(visit: Visit, served: Served, reader: Json) -> None:
    page = visit(served.report, **PAPER, **reader)
    page.emulate_media(media="print")
    assert background(page) == "rgb(255, 255, 255)"
    assert not illegible(page)
    assert width(page) == PAPER["viewport"]["width"], "nothing is cut off at the edge of the paper"
    for said in ("What you would buy", "What would change the answer", served.evaluation["digest"]):
        expect(page.get_by_text(said).first).to_be_visible()
    clips = "[...document.querySelectorAll('main *')].filter(one => getComputedStyle(one).overflowX === 'auto').length"
    assert page.evaluate(clips) == 0, "nobody scrolls on paper"
