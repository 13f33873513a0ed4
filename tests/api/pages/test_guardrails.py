"""Guardrails on a page: read in words, proposed, and approved by somebody else."""

import json

from tests.api.pages.browsing import Browser
from tests.api.pages.test_decided import value
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.deciding import second


def test_others_are_proposed_and_approved_by_somebody_else(api: ApiClient, other_api: ApiClient) -> None:
    browser, bo, cy = Browser.of(api), Browser.of(second(api, "Bo")), Browser.of(second(api, "Cy"))
    here = "/decisions/guardrails"
    shown = text(browser.get(here).text)
    assert "From 100,000 USD on: 2 approvers" in shown
    rules = api.get("/v1/guardrails").json["rules"]
    assert browser.send(here, rules="{", reason="No").status_code == 400
    refused = browser.send(here, rules=json.dumps(rules | {"odd": 1}), reason="No")
    assert refused.status_code == 422
    assert "/rules/odd" in refused.text
    stricter = rules | {"longest_term_months": {"level": "block", "limit": 12}}
    assert browser.send(here, rules=json.dumps(stricter), reason="One <year> at most").location == here
    own = browser.get(here).text
    assert "One &lt;year&gt; at most" in own
    assert 'value="approve"' not in own, "nobody votes on what they proposed"
    seen = bo.get(here).text
    address = seen.partition('action="/decisions/guardrails/')[2].partition('"')[0]
    votes = f"{here}/{address}"
    assert browser.send(votes, vote="approve", digest=value(seen, "digest")).status_code == 403
    assert bo.send(votes, vote="approve", digest=value(seen, "digest")).location == here
    assert "The shipped guardrails are in force" in text(bo.get(here).text), "the strictest band asks for two"
    assert cy.send(votes, vote="approve", digest=value(seen, "digest")).location == here
    assert "Guardrails 1 are in force" in text(bo.get(here).text)
    assert "Longest term months 12: else it is blocked" in text(bo.get(here).text)
    assert "Guardrails 1" not in text(Browser.of(other_api).get(here).text)
