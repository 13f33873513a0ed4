"""The report on an evaluation in a browser: what the evaluation says, on every screen, on paper and by keyboard."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.pages import DARK, PAPER, PHONE, Served, background, contrast, illegible, luminance, width

Json = dict[str, Any]


def money(amount: Json) -> str:
    return f"{Decimal(amount['amount']):,.2f}"


def rows(table: Locator) -> list[list[str]]:
    """Return the text of every cell of a table's body."""
    return [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]


def row_of(option: Json) -> list[str]:
    """Return the row that an option should have."""
    if option["ruled_out"]:
        remarks = "cannot win" + " ".join(fault["sentence"] for fault in option["violations"])
        return [option["key"], f"at least {money(option['monthly_cost'])}", "", "", remarks]
    used = "" if option["utilization"] is None else f"{option['utilization']:.1%}"
    kept = f"{option['coverage']:.1%}" if option["dedicated"] else ""
    remarks = " ".join(fault["sentence"] for fault in option["violations"])
    return [option["key"], money(option["monthly_cost"]), used, kept, remarks]


def test_its_head_and_tables_are_the_evaluation(visit: Visit, served: Served) -> None:
    evaluation, page = served.evaluation, visit(served.report)
    answer = evaluation["recommendation"]
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Recommendation: {answer['mode']}")
    expect(page.locator("h1 + .key")).to_have_text(answer["option"])
    expect(page.locator(".total")).to_have_text(money(answer["monthly_cost"]))
    options = rows(page.locator("#options"))
    assert options == [row_of(option) for option in evaluation["options"]]
    assert len({remark for *_, remark in options}) == 3, "one option cannot win, one is refused for a reason"
    changes = rows(page.locator("#changes"))
    assert [(row[0].splitlines()[0], row[3]) for row in changes] == [
        (p["name"], p["to"]) for p in answer["would_change"]
    ]
    told = [row[1] for row in rows(page.locator("#inputs"))]
    inputs = evaluation["inputs"]
    assert told == [
        inputs["traffic_history"]["digest"],
        *(sheet["digest"] for sheet in inputs["price_sheets"]),
        f"{inputs['engine_version']}, {inputs['seed']}",
        evaluation["digest"],
    ]


def test_it_may_load_nothing_and_needs_nothing(visit: Visit, served: Served) -> None:
    page = visit(served.report)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in loaded if not address.startswith("data:")] == []
    assert page.locator("link[rel=icon]").count() == 1, "else a browser asks for one that is not there"
    assert page.evaluate("document.styleSheets.length") == 1, "its style is allowed by its digest"


def test_it_reads_the_same_when_it_is_kept_as_a_file(visit: Visit, served: Served, tmp_path: Path) -> None:
    page = visit(served.report)
    kept = tmp_path / "report.html"
    kept.write_text(page.request.get(served.origin + served.report).text())
    alone = visit(kept.as_uri(), offline=True)
    assert alone.locator("main").inner_text() == page.locator("main").inner_text()
    assert alone.locator("main").bounding_box() == page.locator("main").bounding_box()


def test_on_a_phone_the_page_does_not_scroll_sideways(visit: Visit, served: Served) -> None:
    page = visit(served.report, **PHONE)
    assert width(page) == PHONE["viewport"]["width"]
    outside = "[...document.querySelectorAll('table, svg')].filter(one => !one.closest('.scroll')).length"
    assert page.evaluate(outside) == 0
    scale = page.get_by_role("img", name="Load-duration curve").evaluate(
        "one => one.getScreenCTM().a * parseFloat(getComputedStyle(one.querySelector('text')).fontSize)"
    )
    assert scale >= 10, "pixels that the labels of a picture are high"


def test_what_is_off_a_phones_screen_is_reached_by_keyboard(visit: Visit, served: Served) -> None:
    page = visit(served.report, **PHONE)
    box = page.get_by_role("region", name="Every option")
    assert box.evaluate("one => one.scrollWidth > one.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    expect(box).not_to_have_js_property("scrollLeft", 0)


def test_focus_is_seen_wherever_it_goes(visit: Visit, served: Served) -> None:
    page = visit(served.report)
    named = page.evaluate("[...document.querySelectorAll('.scroll')].map(one => one.ariaLabel)")
    assert len(named) >= 6
    for name in named:
        page.keyboard.press("Tab")
        box = page.get_by_role("region", name=name, exact=True)
        expect(box).to_be_focused()
        style, thick, color = box.evaluate(
            "one => (s => [s.outlineStyle, parseFloat(s.outlineWidth), s.outlineColor])(getComputedStyle(one))"
        )
        assert (style, thick) == ("solid", 3), name
        assert contrast(color, background(page)) >= 3


@pytest.mark.parametrize("reader", [{}, DARK], ids=["light", "dark"])
def test_every_text_is_legible(visit: Visit, served: Served, reader: Json) -> None:
    page = visit(served.report, **reader)
    assert not illegible(page)
    assert (luminance(background(page)) < 0.1) is (reader is DARK)


@pytest.mark.parametrize("reader", [{}, DARK], ids=["light", "dark"])
def test_paper_is_white_and_holds_everything(visit: Visit, served: Served, reader: Json) -> None:
    page = visit(served.report, **PAPER, **reader)
    said = page.locator("main").inner_text()
    page.emulate_media(media="print")
    assert page.locator("main").inner_text() == said
    assert background(page) == "rgb(255, 255, 255)"
    assert not illegible(page)
    assert width(page) == PAPER["viewport"]["width"], "nothing is cut off at the edge of the paper"
    clips = "[...document.querySelectorAll('main *')].filter(one => getComputedStyle(one).overflowX === 'auto').length"
    assert page.evaluate(clips) == 0, "nobody scrolls on paper"
