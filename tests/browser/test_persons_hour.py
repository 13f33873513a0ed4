"""A person's hour: from a traffic file to the scorecard, with a mouse, with the keyboard alone, and without scripts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from service.workflow.traffic import SECOND
from tests.browser.conftest import PATIENCE_MS, SCALE
from tests.browser.hands import Keyboard, Mouse
from tests.browser.pages import Served, faults
from tests.evaluating import sheet, week
from tests.server import JSON, Server

BILL = (
    "starts_on,ends_on,sku,meter,quantity,unit,amount,currency,provider,order\n"
    "2026-10-05,2026-10-11,gpu,hours,168,hours,500.00,USD,{model},\n"
)


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    hand: Mouse

    def sees(self, heading: str) -> None:
        """Wait for a page by its heading."""
        expect(self.page.get_by_role("heading", level=1, name=heading).first).to_be_visible()


Join = Callable[[str], Person]


@pytest.fixture(params=["mouse", pytest.param("keyboard", marks=pytest.mark.prove), "scripts off"])
def way(request: pytest.FixtureRequest) -> str:
    """Give how the hour is worked."""
    return str(request.param)


@pytest.fixture
def joined(chromium: Browser, served: Served, way: str) -> Any:  # noqa: ANN401 - yields Join
    """Give a function that signs a person in by their key."""
    contexts = []

    def join(key: str) -> Person:
        context = chromium.new_context(java_script_enabled=way != "scripts off", locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(served.origin)
        person = Person(page, Keyboard(page) if way == "keyboard" else Mouse(page))
        person.hand.write("API key", key)
        person.hand.press("Sign in")
        return person

    yield join
    for context in contexts:
        context.close()


def buyer(served: Served) -> str:
    """Add a second person who may approve and buy; return their key."""
    server = Server(served.port, served.key, 0)
    status, member = server.call("POST", "/v1/members", json.dumps({"name": "Bo", "role": "approver"}), JSON)
    assert status == 201, member
    named = {"name": "Bo", "role": "approver", "member_id": member["id"]}
    status, key = server.call("POST", "/v1/api-keys", json.dumps(named), JSON)
    assert status == 201, key
    return str(key["key"])


def priced(model: str) -> str:
    """Return a sheet of a model, pasted as JSON."""
    document = sheet()
    return json.dumps(document | {"provider": model, "offers": [one | {"model": model} for one in document["offers"]]})


def wall_log() -> str:
    """Return a week of traffic whose times name no zone."""
    series = week(SCALE)
    assert series.requests is not None
    lines = ["bucket_start,requests,input_tokens,output_tokens"]
    columns = (series.start_us, series.requests, series.input_tokens, series.output_tokens)
    for start, *counts in zip(*(column.tolist() for column in columns), strict=True):
        lines.append(f"{datetime.fromtimestamp(start / SECOND, UTC):%Y-%m-%d %H:%M:%S},{','.join(map(str, counts))}")
    return "\n".join(lines)


def evaluated(person: Person, way: str, model: str, log: Path) -> None:
    """Bring a file that lacks its zone and a sheet with a fault, mend both, say what matters, read the answer."""
    page, hand = person.page, person.hand
    hand.press("Start with another traffic file")
    person.sees("Drop your traffic")
    hand.upload("Traffic file", log)
    hand.write("What it is called", f"Hour, {way}")
    hand.write("Model it calls", model)
    hand.press("Read the file")
    page.locator("#refused").wait_for()
    hand.write("Time zone of the times in it", "UTC")
    if way == "scripts off":
        hand.upload("Traffic file", log)
    hand.press("Read the file")
    person.sees(f"This is the traffic of Hour, {way}")
    expect(page.get_by_text("the mean").first).to_be_visible()
    hand.press("On to prices")
    person.sees("What can you buy?")
    hand.write("The sheet, as CSV or JSON", priced(model).replace('"USD"', '"DOLLARS"'))
    hand.press("Check and add")
    expect(page.locator("#refused")).to_contain_text("/currency")
    hand.write("The sheet, as CSV or JSON", priced(model))
    hand.press("Check and add")
    hand.press("On to what matters")
    person.sees("What matters to you?")
    hand.write("Percent of what is spent", "5")
    if way != "scripts off":
        expect(page.locator("#h-ranking")).to_be_visible()
    hand.press("Save as evaluation 1")
    page.wait_for_url("**/evaluations/**")
    page.locator(".eyebrow").wait_for()


def decided(person: Person) -> str:
    """Propose a year of the dedicated option; return the decision's address."""
    person.hand.press("Propose this decision")
    person.sees("Propose a decision")
    person.hand.choose("Option", "Dedicated")
    person.hand.write("Why, where it is not the recommended one", "Calm nights.")
    person.hand.date("Holds until", date(2999, 11, 11))
    person.hand.press("Propose")
    expect(person.page.get_by_text("somebody else must approve")).to_be_visible()
    return person.page.url


def bought(person: Person, way: str) -> None:
    """Find what is asked on the first page, approve it, and take the purchase request along."""
    person.hand.press(f"Look: Buy for Hour, {way}")
    person.hand.press("Approve")
    expect(person.page.get_by_text("Approved: buy by")).to_be_visible()
    assert b"gpu" in person.hand.download("CSV")


def held(person: Person, bill: Path) -> None:
    """Upload the bill of some days, hold it against what was said, and read the scorecard."""
    page, hand = person.page, person.hand
    hand.press("Tell what came of it")
    person.sees("What came of it?")
    hand.upload("Bill", bill)
    hand.press("Upload the bill")
    expect(page.get_by_label("First day")).to_have_value("2026-10-05")
    hand.choose("The traffic that came", "5 to 11 Oct")
    hand.press("Hold it against what was said")
    person.sees("500 USD billed")
    hand.press("Scorecard")
    expect(page.get_by_role("heading", level=1)).to_contain_text("than said")


def test_from_a_traffic_file_to_the_scorecard(joined: Join, served: Served, way: str, tmp_path: Path) -> None:
    model = f"m-{way.replace(' ', '-')}"
    log, bill = tmp_path / "wall.csv", tmp_path / "bill.csv"
    log.write_text(wall_log())
    bill.write_text(BILL.format(model=model))
    second = buyer(served)
    dana = joined(served.key)
    evaluated(dana, way, model, log)
    decision = decided(dana)
    bo = joined(second)
    bought(bo, way)
    assert bo.page.url == decision
    held(bo, bill)
    if way == "mouse":
        assert faults(bo.page) == []
