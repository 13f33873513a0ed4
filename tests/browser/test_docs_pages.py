"""The documentation pages in a browser: every operation, tried out, with nothing from elsewhere."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.kit.http import problems
from tests.browser.conftest import Visit
from tests.browser.pages import DARK, PHONE, Served, background, illegible, luminance, width

METHODS = {"get", "post", "put", "patch", "delete"}


def reference(visit: Visit, **reader: Any) -> Page:  # noqa: ANN401 - as of `visit`
    """Open the reference, and wait until it is drawn."""
    page = visit("/docs/try", **reader)
    expect(page.locator(".opblock").first).to_be_visible()
    return page


LISTED = """all => all.map(one => one.querySelector('.opblock-summary-method').textContent + ' '
    + one.querySelector('[data-path]').dataset.path)"""

SCROLLED = """() => new Promise(drawn => {
    scrollBy(0, innerHeight / 2);
    requestAnimationFrame(() => requestAnimationFrame(drawn));
})"""

ENDED = "() => innerHeight + scrollY >= document.documentElement.scrollHeight - 2"


def operations(page: Page, wanted: str | None = None) -> set[str]:
    """Return `METHOD path` of every operation that the page lists, down to a wanted one: it draws what is in sight."""
    listed: set[str] = set()
    while wanted not in listed:
        listed |= set(page.locator(".opblock-summary").evaluate_all(LISTED))
        if wanted not in listed and page.evaluate(ENDED):
            break
        if wanted not in listed:
            page.evaluate(SCROLLED)
    return listed


def test_the_reference_lists_every_operation(visit: Visit, served: Served) -> None:
    page = reference(visit)
    paths: dict[str, dict[str, Any]] = page.request.get(f"{served.origin}/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS & set(item)}
    assert len(described) > 50
    assert operations(page) == described


def test_an_operation_can_be_tried_out_with_a_key(visit: Visit, served: Served) -> None:
    page = reference(visit)
    page.get_by_role("button", name="Authorize").click()
    asked = page.locator(".auth-container")
    asked.get_by_role("textbox").fill(served.key)
    asked.get_by_role("button", name=re.compile("Apply credentials|Authorize")).click()
    page.locator(".modal-ux .btn-done").click()
    assert "GET /v1/workloads" in operations(page, "GET /v1/workloads")
    operation = page.locator(".opblock", has=page.locator("[data-path='/v1/workloads']")).first
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer.locator(".response-col_description")).to_contain_text(served.evaluation["workload_id"])


@pytest.mark.parametrize("address", ["/docs/problems", problems.catalogue()[0].type])
def test_no_page_scrolls_sideways_on_a_phone(visit: Visit, address: str) -> None:
    assert width(visit(address, **PHONE)) == PHONE["viewport"]["width"]


def test_the_reference_does_not_scroll_sideways_on_a_phone(visit: Visit) -> None:
    assert width(reference(visit, **PHONE)) == PHONE["viewport"]["width"]


@pytest.mark.parametrize("reader", [{}, DARK], ids=["light", "dark"])
def test_problems_are_legible(visit: Visit, reader: dict[str, Any]) -> None:
    page = visit("/docs/problems", **reader)
    assert not illegible(page)
    assert (luminance(background(page)) < 0.1) is (reader is DARK)


@pytest.mark.parametrize("reader", [{}, DARK], ids=["light", "dark"])
def test_the_reference_wears_what_its_reader_prefers(visit: Visit, reader: dict[str, Any]) -> None:
    page = reference(visit, **reader)
    ink = page.locator(".opblock-summary-path").first.evaluate("one => getComputedStyle(one).color")
    assert (luminance(ink) > 0.5) is (reader is DARK)
    assert (luminance(background(page)) < 0.1) is (reader is DARK)
