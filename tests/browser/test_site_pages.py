"""The site in a browser: signed in by keyboard, every page on every screen, without and with scripts."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE_MS
from tests.browser.pages import DARK, PHONE, Served, Watch, faults
from tests.browser.places import every_page

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


USUAL = ("wide", "phone-dark")
"""In every run, so that both widths and both palettes are; the other two in long proofs."""


@pytest.fixture(scope="module")
def places(served: Served) -> dict[str, str]:
    """Give every page of the site by what it is."""
    return every_page(served)


@pytest.mark.parametrize(
    "reader", [pytest.param(name, marks=[] if name in USUAL else pytest.mark.prove) for name in READERS]
)
def test_every_page_is_drawn_without_a_fault(
    chromium: Browser, served: Served, places: dict[str, str], reader: str
) -> None:
    page = signed_in(chromium, served, **READERS[reader])
    watch = Watch(served.origin)
    watch.over(page)
    found = {}
    for name, address in places.items():
        page.goto(served.origin + address)
        found[name] = faults(page)
    assert {name: said for name, said in found.items() if said} == {}
    assert watch.complaints == []
    for address in ("/nothing", "/sign-in/used?next=/workloads"):
        page.goto(served.origin + address)
        assert faults(page) == [], address
    page.context.close()


def test_without_scripts_one_reads_the_report_and_signs_out(chromium: Browser, served: Served) -> None:
    page = signed_in(chromium, served, java_script_enabled=False, **PHONE)
    page.get_by_role("link", name="Chat", exact=True).click()
    page.get_by_role("link", name="Read the report").click()
    # Other tests buy for this workload and have it evaluated again: the link leads to the newest evaluation.
    key, path = {"Authorization": f"Bearer {served.key}"}, f"{served.origin}/v1/workloads/"
    listed = page.request.get(f"{path}{served.evaluation['workload_id']}/evaluations", headers=key).json()["items"]
    newest = page.request.get(f"{served.origin}/v1/evaluations/{listed[0]['id']}", headers=key).json()
    assert page.locator(".eyebrow").inner_text() == f"Recommendation: {newest['recommendation']['mode']}"
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    assert page.url == f"{served.origin}/sign-in"
    page.goto(f"{served.origin}/workloads")
    assert "/sign-in?next=" in page.url
    page.context.close()
