"""The first page: sums by currency, what needs somebody, and the buttons that see to it."""

import re

import pytest

from service.access import queries as access
from service.access.models import ApiKey
from tests.api.pages.browsing import HTML, Browser
from tests.clients import ApiClient
from tests.evaluating import csv_of, ready, sheet, week

CSV = {"Content-Type": "text/csv"}


def text(page: str) -> str:
    """Return the words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def evaluated(api: ApiClient, workload: str) -> str:
    """Evaluate a workload; return its total as a page writes it."""
    total = api.post(f"/v1/workloads/{workload}/evaluations", json={}).json["recommendation"]["monthly_cost"]["amount"]
    return f"{round(float(total)):,}" if float(total) >= 100 else total


def test_it_is_empty_before_anything_is_stored_and_leads_to_the_start(api: ApiClient) -> None:
    assert 'href="/start"' in Browser.of(api).get("/").text
    viewer = text(Browser.of(api, "viewer").get("/").text)
    assert "Your key's role may read only" in viewer.replace("&#39;", "'")


def test_it_sums_by_currency_and_says_what_is_stale_and_due(api: ApiClient) -> None:
    first = ready(api)
    usd = evaluated(api, first)
    api.post("/v1/price-sheets", json=sheet() | {"currency": "EUR", "provider": "other", "offers": [
        offer | {"model": "m8"} for offer in sheet()["offers"]
    ]})  # fmt: skip
    second = api.post("/v1/workloads", json={"name": "In euros", "model": "m8", "incumbent": "serverless:tokens"})
    api.post(f"/v1/workloads/{second.json['id']}/traffic-histories", data=csv_of(week()), headers=CSV)
    eur = evaluated(api, second.json["id"])
    api.post("/v1/workloads", json={"name": "Not <yet>", "model": "m9"})
    page = Browser.of(api).get("/").text
    said = text(page)
    assert f"{eur} EUR and {usd} USD a month for 2 workloads" in said
    assert "Not &lt;yet&gt;" in said
    assert "No traffic yet" in said
    assert "A newer traffic history was uploaded." not in said
    api.post(f"/v1/workloads/{first}/traffic-histories", data=csv_of(week(3)), headers=CSV)
    assert "A newer traffic history was uploaded." in text(Browser.of(api).get("/").text)


@pytest.mark.parametrize("change", ["sheet", "incumbent"])
def test_what_asking_again_would_stand_on_makes_an_answer_stale(api: ApiClient, change: str) -> None:
    workload = ready(api)
    evaluated(api, workload)
    assert 'class="state">stale' not in Browser.of(api).get("/").text
    if change == "sheet":
        stored = api.get("/v1/price-sheets").json["items"][0]
        etag = api.get(f"/v1/price-sheets/{stored['id']}").headers["ETag"]
        added = api.post(
            f"/v1/price-sheets/{stored['id']}/versions", json=sheet(token="0.10"), headers={"If-Match": etag}
        )
        assert added.status_code == 201
    else:
        etag = api.get(f"/v1/workloads/{workload}").headers["ETag"]
        told = {"incumbent": "serverless:acme/tokens"}
        assert api.patch(f"/v1/workloads/{workload}", json=told, headers={"If-Match": etag}).status_code == 200
    assert 'class="state">stale' in Browser.of(api).get("/").text


def test_its_buttons_evaluate_again_and_belong_to_who_may(api: ApiClient) -> None:
    workload = ready(api)
    browser = Browser.of(api)
    led = browser.send(f"/workloads/{workload}/evaluate")
    assert led.status_code == 303
    assert led.location.startswith("/evaluations/ev_")
    assert browser.send("/evaluate-all").location == "/"
    assert len(api.get("/v1/portfolio-evaluations").json["items"]) == 1
    assert Browser.of(api, "viewer").send(f"/workloads/{workload}/evaluate").status_code == 403
    foreign = browser.client.post(
        "/evaluate-all", data={"token": browser.token}, headers={"Origin": "https://a.example"}
    )
    assert foreign.status_code == 403
    assert browser.client.post("/evaluate-all", data={"token": "guessed"}, headers=HTML).status_code == 403
    assert len(api.get("/v1/portfolio-evaluations").json["items"]) == 1
    assert api.app.test_client().post("/evaluate-all").location == "/sign-in?next=%2Fevaluate-all"


def test_a_form_that_is_refused_stores_nothing(api: ApiClient) -> None:
    workload = api.post("/v1/workloads", json={"name": "Empty", "model": "m70"}).json["id"]
    refused = Browser.of(api).send(f"/workloads/{workload}/evaluate")
    assert (refused.status_code, "has no traffic history yet" in refused.text) == (409, True)
    assert api.get("/v1/evaluations").json["items"] == []
    assert Browser.of(api).send("/workloads/wl_01m8ge25rqf3pb6fmmvkqnyjvv/evaluate").status_code == 404


def test_another_organization_is_not_summed(api: ApiClient, other_api: ApiClient) -> None:
    evaluated(api, ready(api))
    assert "Nothing here yet" in Browser.of(other_api).get("/").text


def test_reading_pages_counts_as_use_of_the_key(api: ApiClient) -> None:
    made = api.post("/v1/api-keys", json={"name": "reader", "role": "viewer"}).json
    browser = Browser(api.app.test_client())
    browser.client.post("/sign-in", data={"key": made["key"]})
    database = api.app.extensions["crossover"].database

    def used() -> object:
        with database.reading() as session:
            return session.get(ApiKey, made["id"]).last_used_at

    assert access.NOTED_EVERY.total_seconds() > 0
    browser.get("/").close()
    assert used() is not None
