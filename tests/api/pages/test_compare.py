"""Two answers held against each other on a page."""

import re
from decimal import Decimal

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from tests.api.pages.browsing import Browser
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.evaluating import csv_of, ready, sheet, week

Json = dict[str, object]


def evaluated(api: ApiClient, workload: str, **policy: object) -> str:
    return str(api.post(f"/v1/workloads/{workload}/evaluations", json={"policy": policy}).json["id"])


def work(database: Database) -> None:
    """Do every job that waits."""
    while Worker(database, JOBS).run_one():
        pass


def test_why_the_total_moved_is_what_the_api_says(api: ApiClient, database: Database) -> None:
    workload = ready(api)
    first = evaluated(api, workload)
    browser = Browser.of(api)
    alone = text(browser.get(f"/evaluations/{first}/compare").text)
    assert "This is the workload's first answer" in alone
    api.post(f"/v1/workloads/{workload}/traffic-histories", data=csv_of(week(9)), headers={"Content-Type": "text/csv"})
    second = evaluated(api, workload, margin="0.02")
    assert f'action="/evaluations/{second}/compare"' in browser.get(f"/evaluations/{second}").text
    led = browser.send(f"/evaluations/{second}/compare").location
    assert led == f"/evaluations/{second}/compare?with={first}"
    waiting = browser.get(led)
    assert "Being compared" in text(waiting.text)
    assert waiting.headers["Refresh"] == "2"
    assert browser.send(f"/evaluations/{second}/compare").location == led, "asked twice, computed once"
    work(database)
    page = browser.get(led)
    assert "Refresh" not in page.headers
    said = text(page.text)
    difference = api.get(f"/v1/evaluations/{second}/diff?against={first}").json["recommended"]
    change = Decimal(difference["change"]["amount"])
    assert f"The total rose by {change:,.0f} USD against version 1: traffic +" in said
    assert "margin: 0.1 before, 0.02 now" in said
    totals = re.findall(r'class="num total">([\d,.]+)<', page.text)
    assert totals[0] == f"{Decimal(difference['before']['monthly_cost']['amount']):,.0f}"
    assert totals[-1] == f"{Decimal(difference['after']['monthly_cost']['amount']):,.0f}"
    unasked = text(browser.get(f"/evaluations/{first}/compare?with={second}").text)
    assert "This answer and version 2" in unasked
    assert "Say why the total moved" in unasked
    browser.send(f"/evaluations/{first}/compare", **{"with": second})
    browser.send(f"/evaluations/{second}/compare", **{"with": second})
    work(database)
    back = text(browser.get(f"/evaluations/{first}/compare?with={second}").text)
    assert f"The total fell by {change:,.0f} USD against version 2" in back
    assert "Nothing differs" in text(browser.get(f"/evaluations/{second}/compare?with={second}").text)


def test_what_cannot_be_compared_is_said_on_the_page(api: ApiClient, other_api: ApiClient) -> None:
    workload = ready(api)
    first = evaluated(api, workload)
    api.post(
        "/v1/price-sheets",
        json=sheet() | {"currency": "EUR", "offers": [one | {"model": "m8"} for one in sheet()["offers"]], "name": "b"},
    )
    other = api.post("/v1/workloads", json={"name": "Other", "model": "m8"}).json["id"]
    api.post(f"/v1/workloads/{other}/traffic-histories", data=csv_of(week()), headers={"Content-Type": "text/csv"})
    euros = evaluated(api, other)
    browser = Browser.of(api)
    assert "evaluate both in one currency" in text(browser.get(f"/evaluations/{euros}/compare?with={first}").text)
    assert "No evaluation has this id" in text(browser.get(f"/evaluations/{euros}/compare?with=ev_x").text)
    assert Browser.of(other_api).get(f"/evaluations/{euros}/compare").status_code == 404
