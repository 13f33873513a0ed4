"""The example from pages: a button stores its prices and its traffic, once."""

from dataclasses import replace

import pytest

from service.example.traffic import example_log
from service.pages.start import example
from tests.api.pages.browsing import Browser
from tests.api.pages.test_start import text
from tests.clients import ApiClient

FEW = 20_000
"""So much of the example's traffic, which is read in a moment."""

COLUMNS = ("arrival_us", "input_tokens", "cached_input_tokens", "output_tokens")


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    log = example_log()
    fewer = replace(log, **{name: getattr(log, name)[:FEW] for name in COLUMNS})
    monkeypatch.setattr(example, "example_log", lambda: fewer)


@pytest.mark.usefixtures("_few")
def test_the_example_is_there_after_one_button_and_once(api: ApiClient, other_api: ApiClient) -> None:
    browser = Browser.of(api)
    for page in ("/", "/start"):
        assert 'action="/start/example"' in browser.get(page).text
    assert "Take the example's" in browser.get("/prices").text
    led = browser.send("/start/example")
    assert led.status_code == 303, text(led.text)
    page = browser.get(str(led.location)).text
    assert "20,000" in text(page)
    assert "Busiest on" in text(page), "the load over time"
    assert browser.send("/start/example").location.split("?")[0] == str(led.location).split("?")[0]
    assert [one["name"] for one in api.get("/v1/workloads").json["items"]] == ["Example: document assistant"]
    sheets = api.get("/v1/price-sheets").json["items"]
    assert (len(sheets), {one["version"] for one in sheets}) == (6, {1})
    assert "Take the example's" not in browser.get("/prices").text
    assert other_api.get("/v1/workloads").json["items"] == []


def test_readers_are_offered_nothing_they_may_not_do(api: ApiClient) -> None:
    viewer = Browser.of(api, "viewer")
    assert "/start/example" not in viewer.get("/").text
    assert viewer.send("/start/example").status_code == 403
    assert viewer.send("/prices/example").status_code == 403


def test_the_prices_come_alone_too(api: ApiClient) -> None:
    browser = Browser.of(api)
    assert browser.send("/prices/example").location == "/prices"
    assert len(api.get("/v1/price-sheets").json["items"]) == 6
    assert api.get("/v1/workloads").json["items"] == []
