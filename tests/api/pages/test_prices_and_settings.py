"""Prices, keys, policies and webhooks on pages: read by who may, added to by forms."""

import json
import re

from tests.api.pages.browsing import Browser
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.evaluating import ready, sheet


def test_a_sheet_is_added_revised_and_its_change_told(api: ApiClient) -> None:
    browser = Browser.of(api)
    assert "No prices in force yet" in browser.get("/prices").text
    template = browser.get("/prices/template.csv")
    assert template.text.startswith("provider,name,currency")
    added = browser.send("/prices/new", text=template.text)
    assert added.status_code == 303
    fault = browser.send("/prices/new", text=template.text.replace("0.60", "cheap"))
    assert (fault.status_code, "Line 2" in fault.text, "cheap" in fault.text) == (422, True, True)
    both = text(browser.get("/prices").text)
    assert "1 price sheet in force" in both
    dearer = sheet(token="0.90") | {"effective_from": "2026-02-01"}
    browser.send("/prices/new", text=json.dumps(sheet()))
    here = browser.send("/prices/new", text=json.dumps(dearer)).location
    said = text(browser.get(here).text)
    assert "What changed on 1 Feb 2026" in said
    assert re.search(r"tokens input tokens 0\.60 a million 0\.90 a million \+50 %", said)
    first = text(browser.get(f"{here.partition('?')[0]}?version=1").text)
    assert "input tokens: 0.60 a million" in first
    assert "What changed" not in first
    assert browser.get(f"{here.partition('?')[0]}?version=9").status_code == 404
    table = browser.get(f"{here.partition('?')[0]}/versions/2.csv")
    assert "0.90" in table.text
    assert browser.send("/prices/new", text=table.text).location == here


def test_prices_say_how_many_answers_stand_on_them(api: ApiClient, other_api: ApiClient) -> None:
    api.post(f"/v1/workloads/{ready(api)}/evaluations", json={})
    browser = Browser.of(api)
    assert "in 1 present answer" in text(browser.get("/prices").text)
    own = api.get("/v1/price-sheets").json["items"][0]["id"]
    assert Browser.of(other_api).get(f"/prices/{own}").status_code == 404
    viewer = Browser.of(api, "viewer")
    assert "Add a price sheet" not in viewer.get("/prices").text
    assert viewer.send("/prices/new", text=json.dumps(sheet())).status_code == 403


def test_keys_are_made_shown_once_and_revoked(api: ApiClient) -> None:
    browser = Browser.of(api)
    made = browser.send("/settings", name="ci <1>", role="analyst")
    assert made.status_code == 200
    key = re.search(r"co_\w+", made.text)
    assert key is not None
    assert key[0] not in browser.get("/settings").text
    assert "ci &lt;1&gt;" in browser.get("/settings").text
    assert api.app.test_client().get("/v1/workloads", headers={"Authorization": f"Bearer {key[0]}"}).status_code == 200
    stored = next(one for one in api.get("/v1/api-keys").json["items"] if one["name"] == "ci <1>")
    assert browser.send(f"/settings/keys/{stored['id']}/revoke").location == "/settings"
    assert api.app.test_client().get("/v1/workloads", headers={"Authorization": f"Bearer {key[0]}"}).status_code == 401
    assert browser.send("/settings", name="", role="analyst").status_code == 422
    assert browser.send("/settings", name="x", role="king").status_code == 422


def test_a_key_makes_no_wider_one_and_readers_see_no_keys(api: ApiClient) -> None:
    admin = Browser.of(api, "admin")
    assert "<option>owner" not in admin.get("/settings").text
    assert admin.send("/settings", name="x", role="owner").status_code == 403
    viewer = text(Browser.of(api, "viewer").get("/settings").text)
    assert "may not read keys" in viewer
    assert "may not read webhooks" in viewer
    assert Browser.of(api, "viewer").send("/settings", name="x", role="viewer").status_code == 403


def test_policies_and_webhooks_are_listed(api: ApiClient) -> None:
    api.post("/v1/policies", json={"name": "Ours", "policy": {"margin": "0.2"}})
    said = text(Browser.of(api).get("/settings").text)
    assert "a longer binding must save 20 %" in said
    assert "Evaluations that name none lie on the built-in defaults" in said


def test_an_offer_shows_what_it_cost_since_when(api: ApiClient, other_api: ApiClient) -> None:
    browser = Browser.of(api)
    here = browser.send("/prices/new", text=json.dumps(sheet())).location.partition("?")[0]
    assert "tokens: the same price since 1 Jan 2026" in text(browser.get(f"{here}/offers/tokens").text)
    dearer = sheet(token="0.90") | {"effective_from": "2026-02-01"}
    browser.send("/prices/new", text=json.dumps(dearer))
    gone = dearer | {"offers": dearer["offers"][1:], "effective_from": "2026-03-01"}
    browser.send("/prices/new", text=json.dumps(gone))
    said = text(browser.get(f"{here}/offers/tokens").text)
    assert "tokens is no longer offered since 1 Mar 2026" in said
    assert re.search(r"1 Feb 2026 until 1 Mar 2026 input tokens: 0\.90 a million", said)
    assert "input tokens 50 % dearer" not in said
    again = dearer | {"effective_from": "2026-03-02"}
    browser.send("/prices/new", text=json.dumps(again))
    assert "tokens is offered since 2 Mar 2026" in text(browser.get(f"{here}/offers/tokens").text)
    assert f'href="{here}/offers/gpu"' in browser.get(here).text
    assert browser.get(f"{here}/offers/none").status_code == 404
    assert Browser.of(other_api).get(f"{here}/offers/gpu").status_code == 404
