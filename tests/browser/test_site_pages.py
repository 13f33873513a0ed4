"""The site in a browser: signed in by keyboard, every page on every screen, without and with scripts."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE_MS
from tests.browser.pages import DARK, PHONE, Served, Watch, faults

WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}

READERS = {"wide": WIDE, "wide-dark": WIDE | DARK, "phone": PHONE, "phone-dark": PHONE | DARK}


def signed_in(chromium: Browser, served: Served, **reader: Any) -> Page:  # noqa: ANN401
    """Return a page whose reader signed in by keyboard alone and was led to the workloads."""
    page = chromium.new_context(**reader).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(served.origin)
    page.locator("#key").focus()
    page.keyboard.type(served.key)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.origin}/")
    return page


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_every_page_is_drawn_without_a_fault(chromium: Browser, served: Served, reader: dict[str, Any]) -> None:
    page = signed_in(chromium, served, **reader)
    watch = Watch(served.origin)
    watch.over(page)
    evaluation = f"/evaluations/{served.evaluation['id']}"
    for address in (
        "/",
        "/workloads",
        f"/workloads/{served.evaluation['workload_id']}",
        evaluation,
        f"{evaluation}/evidence",
    ):
        page.goto(served.origin + address)
        assert faults(page) == [], address
    assert watch.complaints == []
    for address in ("/nothing", "/sign-in/used?next=/workloads"):
        page.goto(served.origin + address)
        assert faults(page) == [], address
    page.context.close()


def test_without_scripts_one_reads_the_report_and_signs_out(chromium: Browser, served: Served) -> None:
    page = signed_in(chromium, served, java_script_enabled=False, **PHONE)
    page.get_by_role("link", name="Chat").click()
    page.get_by_role("link", name="Read the report").click()
    assert page.locator(".eyebrow").inner_text() == f"Recommendation: {served.evaluation['recommendation']['mode']}"
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    assert page.url == f"{served.origin}/sign-in"
    page.goto(f"{served.origin}/workloads")
    assert "/sign-in?next=" in page.url
    page.context.close()
