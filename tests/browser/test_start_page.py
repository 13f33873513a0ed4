"""From a traffic file to the report in a browser: a refused file is mended without choosing it again."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.pages import PHONE, Served, faults
from tests.browser.test_site_pages import signed_in

ROWS = "".join(
    f"2026-10-{5 + bucket // 144:02} {bucket // 6 % 24:02}:{bucket % 6}0:00,3,1200,300\n" for bucket in range(1008)
)


def test_a_newcomer_gets_from_a_file_to_the_report_by_keyboard(
    chromium: Browser, served: Served, tmp_path: Path
) -> None:
    log = tmp_path / "wall.csv"
    log.write_text("time,requests,input_tokens,output_tokens\n" + ROWS)
    page = signed_in(chromium, served, **PHONE)
    page.goto(f"{served.origin}/start")
    assert faults(page) == []
    page.locator("#file").set_input_files(log)
    page.locator("#i-name").focus()
    page.keyboard.type("Batch")
    page.keyboard.press("Tab")
    page.keyboard.type("m70")
    page.keyboard.press("Enter")
    page.locator("#refused").wait_for()
    assert faults(page) == []
    assert page.evaluate("document.activeElement.name") == "zone"
    page.keyboard.type("Europe/Berlin")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This is the traffic of Batch").wait_for()
    assert faults(page) == []
    for button, heading in (("On to prices", "What can you buy?"), ("On to what matters", "What matters to you?")):
        next_one = page.get_by_text(button, exact=True)
        next_one.focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=heading).wait_for()
        assert faults(page) == [], heading
    page.locator("#h-ranking").wait_for()
    assert faults(page) == []
    shown = page.locator("#h-ranking").inner_text()
    page.get_by_label("Months at most").focus()
    page.keyboard.type("0")
    page.wait_for_url("**months=0**")
    page.get_by_role("button", name="Save as evaluation 1").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/evaluations/**")
    page.locator(".eyebrow").wait_for()
    assert page.locator("#answer").inner_text() == shown
    assert "Recommendation" in page.locator(".eyebrow").inner_text()
    page.context.close()
