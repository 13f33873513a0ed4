"""Guardrails on a page: read in words, proposed, and approved by somebody else."""

from service.pages.decisions.guardrail_form import form_of
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
    fields = form_of(rules)
    refused = browser.send(here, **fields | {"band-1-from": "0", "largest_regret-level": "block"}, reason="No")
    assert refused.status_code == 422
    assert 'id="n-band-1">Begins at 0, not above the band before' in refused.text
    assert 'id="n-largest_regret"' in refused.text
    stricter = fields | {"longest_term_months-level": "block", "longest_term_months-limit": "12"}
    stricter |= {"minimum_coverage-level": "needs", "minimum_coverage-who": "owner", "minimum_coverage-limit": "97.5"}
    assert browser.send(here, **stricter, reason="One <year> at most").location == here
    proposed = api.get("/v1/guardrails/versions").json["items"][0]["rules"]
    assert proposed["minimum_coverage"] == {"level": "needs", "role": "owner", "member_id": None, "limit": 0.975}
    assert {**proposed, "minimum_coverage": None, "longest_term_months": None} == rules, "the rest as it was"
    assert form_of(proposed).items() >= stricter.items()
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
    assert "Bound for at most 12 months: else it is blocked" in text(bo.get(here).text)
    assert "Guardrails 1" not in text(Browser.of(other_api).get(here).text)
