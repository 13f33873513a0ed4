"""What follows a decision on pages: bought, told of by its bill, ended, renewed; and measuring more instead."""

import io
import re
from datetime import UTC, datetime, timedelta

from tests.api.outcomes.test_outcomes import BILL
from tests.api.pages.browsing import Browser
from tests.api.pages.test_decisions import proposed
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.deciding import second
from tests.evaluating import evaluate, ready

TODAY = datetime.now(UTC).date()


def value(page: str, name: str) -> str:
    """Return what a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, name
    return found[1]


def approved(api: ApiClient) -> tuple[Browser, str]:
    """Have somebody else approve a year of the dedicated option; return their browser and the decision's address."""
    other = Browser.of(second(api, "Bo"))
    here = proposed(api, Browser.of(api))
    digest = value(other.get(here).text, "digest")
    assert other.send(f"{here}/votes", vote="approve", digest=digest).location == here
    return other, here


def test_a_vote_is_asked_for_on_the_first_page_and_taken_back(api: ApiClient) -> None:
    other = Browser.of(second(api, "Bo"))
    here = proposed(api, Browser.of(api))
    assert f'href="{here}"' in other.get("/").text
    assert "asks for your vote" in text(other.get("/").text)
    assert "asks for your vote" not in text(Browser.of(api).get("/").text), "who proposed it is not asked"
    digest = value(other.get(here).text, "digest")
    assert other.send(f"{here}/votes", vote="abstain", digest=digest).location == here
    assert "asks for your vote" not in text(other.get("/").text)
    assert other.send(f"{here}/votes/taken-back").location == here
    assert "Bo: took the vote back" in text(other.get(here).text)
    assert "asks for your vote" in text(other.get("/").text)
    assert other.send(f"{here}/votes/taken-back").status_code == 409


def test_what_was_bought_is_recorded_and_its_end_is_seen_to(api: ApiClient, other_api: ApiClient) -> None:
    browser, here = approved(api)
    assert other_api.app is api.app
    refused = browser.send(f"{here}/purchases", reference="", monthly_per_unit="much")
    assert refused.status_code == 422
    assert 'id="i-monthly_per_unit" name="monthly_per_unit" value="much"' in refused.text
    ends = str(TODAY + timedelta(days=40))
    bought = {"reference": "PO <7>", "starts_on": str(TODAY), "ends_on": ends, "notice_by": ends, "renews": "yes"}
    led = browser.send(f"{here}/purchases", **bought)
    assert led.status_code == 303, text(led.text)
    page = browser.get(here).text
    assert "PO &lt;7&gt;" in page
    assert "Active until" in text(page)
    renewal = re.search(r'href="(/decisions/renewals/cm_[^"]+)"', page)
    assert renewal is not None
    assert "Stay until" in text(browser.get(renewal[1]).text)
    assert renewal[1] in browser.get("/decisions/renewals").text
    assert renewal[1] in browser.get("/").text, "it ends soon"
    assert "BEGIN:VEVENT" in browser.get("/decisions/renewals.ics").text
    assert Browser.of(other_api).get(renewal[1]).status_code == 404
    etag = value(page, "etag")
    assert browser.send(f"{here}/end", etag=etag, reason="").status_code == 422
    assert browser.send(f"{here}/end", etag="v0-active", reason="Moved on").status_code == 409
    assert browser.send(f"{here}/end", etag=etag, reason="Moved on").location == here
    assert "Ended. Moved on" in text(browser.get(here).text)


def test_the_purchase_request_is_a_draft_until_it_is_approved(api: ApiClient) -> None:
    browser = Browser.of(second(api, "Bo"))
    here = proposed(api, Browser.of(api))
    draft = browser.get(f"{here}/purchase-request.json").get_json()
    browser.send(f"{here}/votes", vote="approve", digest=value(browser.get(here).text, "digest"))
    final = browser.get(f"{here}/purchase-request.json").get_json()
    assert (draft["status"], final["status"]) == ("draft", "approved")
    assert browser.get(f"{here}/purchase-request.csv").mimetype == "text/csv"
    assert browser.get(f"{here}/purchase-request.docx").status_code == 404


def test_what_came_is_held_against_what_was_said(api: ApiClient, other_api: ApiClient) -> None:
    evaluation = evaluate(api, ready(api)).json["id"]
    browser = Browser.of(api)
    here = browser.send(f"/evaluations/{evaluation}/decide", valid_until="2999-01-01").location
    assert "Tell what came of it" in browser.get(here).text
    assert browser.send(f"{here}/outcome/bills", file=(io.BytesIO(b"a,b\n1,2\n"), "bill.csv")).status_code == 422
    assert browser.send(f"{here}/outcome/bills").status_code == 422
    led = browser.send(f"{here}/outcome/bills", file=(io.BytesIO(BILL.encode()), "bill.csv"))
    assert led.status_code == 303, text(led.text)
    asked = browser.get(led.location.partition("#")[0]).text
    assert (value(asked, "starts_on"), value(asked, "ends_on")) == ("2026-10-05", "2026-10-11")
    days = {"starts_on": "2026-10-05", "ends_on": "2026-10-11"}
    refused = browser.send(f"{here}/outcome", **days, skus="no sign")
    assert "Line 1 is not" in refused.text
    assert browser.send(f"{here}/outcome", starts_on="2026-10-05", ends_on="2999-01-01").status_code == 422
    outcome = browser.send(f"{here}/outcome", **days, skus="support = other").location
    said = text(browser.get(outcome).text)
    document = api.get(f"/v1/outcomes/{outcome.rpartition('/')[2]}").json["document"]
    assert f"{round(float(document['billed'])):,} USD billed, {round(float(document['variance']))}" in said
    for line in document["lines"]:
        assert f"{line['billed']} {line['predicted']} said" in said
    assert outcome in browser.get(here).text
    card = text(browser.get("/decisions/scorecard").text)
    assert "more than said, over 1 outcome" in card
    assert outcome in browser.get("/decisions/scorecard").text
    assert Browser.of(other_api).get(outcome).status_code == 404
    assert "Nothing to hold against" in Browser.of(other_api).get("/decisions/scorecard").text
    etag = value(browser.get(outcome).text, "etag")
    assert browser.send(f"{outcome}/deletion", etag="v9").status_code == 409
    assert browser.send(f"{outcome}/deletion", etag=etag).location == here
    assert browser.get(outcome).status_code == 404


def test_one_decides_to_measure_more_without_an_option(api: ApiClient) -> None:
    evaluation = evaluate(api, ready(api)).json["id"]
    browser = Browser.of(api)
    said = {"kind": "measure", "option": "ignored", "valid_until": "2999-01-01"}
    here = browser.send(f"/evaluations/{evaluation}/decide", **said).location
    assert "Measure for" in text(browser.get(here).text)
    assert "Purchase request" not in browser.get(here).text
    assert api.get(f"/v1{here}").json["kind"] == "measure"


def test_who_may_not_vote_is_told_why(api: ApiClient) -> None:
    here = proposed(api, Browser.of(api))
    late = text(Browser.of(second(api, "Late")).get(here).text)
    assert "This key was made by" in late
    assert "Approve" not in late
