"""Decisions on pages: proposed on a report, approved by somebody else, talked about, withdrawn."""

import csv
import io
import re

from tests.api.pages.browsing import Browser
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.deciding import option_of, second
from tests.evaluating import ready

LATE = "2999-01-01"


def proposed(api: ApiClient, browser: Browser) -> str:
    """Propose the dedicated option of a year by the form; return the address of the decision."""
    evaluation = api.post(f"/v1/workloads/{ready(api)}/evaluations", json={}).json["id"]
    assert f'href="/evaluations/{evaluation}/decide"' in browser.get(f"/evaluations/{evaluation}").text
    option = option_of(api, evaluation, 12)
    refused = browser.send(f"/evaluations/{evaluation}/decide", option=option, valid_until="soon")
    assert refused.status_code == 422
    assert f'<option value="{option}" selected>' in refused.text
    said = {"option": option, "override_reason": "Calm <nights>", "valid_until": LATE}
    led = browser.send(f"/evaluations/{evaluation}/decide", **said)
    assert led.status_code == 303, text(led.text)
    return str(led.location)


def test_somebody_else_approves_and_the_proposer_cannot(api: ApiClient) -> None:
    browser, other = Browser.of(api), Browser.of(second(api, "Bo"))
    here = proposed(api, browser)
    own = browser.get(here).text
    assert "Calm &lt;nights&gt;" in own
    assert "somebody else must approve" in own
    assert "not of the one decided on, the evaluation says" in own
    digest = re.search(r"sha256:[0-9a-f]{64}", own)
    assert digest is not None
    assert browser.send(f"{here}/votes", vote="approve", digest=digest[0]).status_code == 403
    seen = other.get(here).text
    shown = re.search(r'name="digest" value="([^"]+)"', seen)
    assert shown is not None
    assert other.send(f"{here}/votes", vote="reject", digest=shown[1]).status_code == 422
    assert other.send(f"{here}/votes", vote="approve", digest="sha256:" + "0" * 64).status_code == 409
    assert other.send(f"{here}/votes", vote="approve", digest=shown[1], reason="Fine").location == here
    after = text(other.get(here).text)
    assert "Approved: buy by" in after
    assert "Bo: approve Fine" in after
    assert api.get(f"/v1{here}").json["state"] == "approved"
    assert "Nothing waits for a vote" in other.get("/decisions").text


def test_it_is_commented_on_and_withdrawn(api: ApiClient, other_api: ApiClient) -> None:
    browser = Browser.of(api)
    here = proposed(api, browser)
    assert "One decision waits for votes" in browser.get("/decisions").text
    elsewhere = browser.get("/decisions?state=active").text
    assert "One decision waits for votes" in elsewhere
    assert "No decision is active" in elsewhere
    assert browser.send(f"{here}/comments", text="Wait <please>").location.startswith(here)
    page = browser.get(here).text
    assert "Wait &lt;please&gt;" in page
    assert browser.send(f"{here}/comments", text="").status_code == 422
    tag = re.search(r'name="etag" value="([^"]+)"', page)
    assert tag is not None
    assert browser.send(f"{here}/withdrawal", etag="v0-proposed").status_code == 409
    assert browser.send(f"{here}/withdrawal", etag=tag[1]).location == here
    assert "Withdrawn" in text(browser.get(here).text)
    assert Browser.of(other_api).get(here).status_code == 404
    assert "Approve" not in Browser.of(api, "viewer").get(here).text
    assert browser.get("/decisions?state=active").text.count("<tr>") == 0
    assert browser.get("/decisions?state=odd").status_code == 422


def test_decisions_are_taken_along_as_a_table(api: ApiClient, other_api: ApiClient) -> None:
    browser = Browser.of(api)
    here = proposed(api, browser)
    listed = browser.get("/decisions").text
    assert 'href="/decisions/all.csv"' in listed
    assert 'href="/decisions/all.xlsx"' in listed
    (row,) = csv.DictReader(io.StringIO(browser.get("/decisions/all.csv").text))
    decision = api.get(f"/v1{here}").json
    assert (row["id"], row["state"], row["option"]) == (decision["id"], "proposed", decision["option"])
    assert row["total_commitment"] == str(decision["content"]["money"]["total_commitment"])
    assert row["digest"] == decision["digest"]
    assert browser.get("/decisions/all.xlsx").data[:2] == b"PK"
    assert len(browser.get("/decisions/all.csv?state=active").text.splitlines()) == 1
    assert browser.get("/decisions/all.exe").status_code == 404
    assert decision["id"] not in Browser.of(other_api).get("/decisions/all.csv").text
