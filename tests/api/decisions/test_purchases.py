"""What was bought on a decision: as agreed, once, and never for more than was approved."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.clients import Answer, ApiClient
from tests.deciding import propose, second
from tests.evaluating import evaluate, new_sheet, new_workload, upload


@pytest.fixture
def decision(api: ApiClient) -> dict[str, Any]:
    """Give an approved decision to buy for a year."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    made = propose(second(api, "Dana", "analyst"), evaluate(api, workload_id).json["id"])
    answer = second(api, "Lee").vote(made)
    assert answer.json["state"] == "approved", answer.text
    return dict(answer.json)


def bought(api: ApiClient, decision: dict[str, Any], **said: object) -> Answer:
    return api.post(f"/v1/decisions/{decision['id']}/purchases", json={"reference": "PO-1", **said})


def test_what_was_approved_is_bought_with_the_commitment_that_follows(api: ApiClient, decision: dict[str, Any]) -> None:
    answer = bought(api, decision)
    assert answer.status_code == 201, answer.text
    purchase = answer.json["purchase"]
    assert (answer.json["state"], purchase["more_than_approved"]) == ("purchased", "0")
    assert Decimal(purchase["total_commitment"]) == Decimal(decision["total_commitment"])
    commitment = api.get(f"/v1/commitments/{purchase['commitment_id']}").json
    money, days = decision["content"]["money"], decision["content"]["days"]
    assert Decimal(commitment["monthly"]["amount"]) == Decimal(money["monthly"])
    assert (commitment["starts_on"], commitment["ends_on"]) == (days["starts_on"], days["ends_on"])
    assert (commitment["workload_id"], commitment["reference"]) == (decision["workload_id"], "PO-1")
    found = api.get("/v1/decisions?external_reference=PO-1").json["items"]
    assert [each["id"] for each in found] == [decision["id"]]
    again = bought(api, decision)
    assert again.status_code == 409
    assert again.json["type"].endswith("step-not-allowed")
    assert len(api.get("/v1/commitments").json["items"]) == 1


def test_a_lower_price_is_noted_and_a_higher_one_within_the_votes_too(api: ApiClient, decision: dict[str, Any]) -> None:
    money = decision["content"]["money"]
    each = Decimal(money["monthly"]) / money["units"]
    answer = bought(api, decision, monthly_per_unit=str(each + 1))
    assert answer.status_code == 201, answer.text
    assert Decimal(answer.json["purchase"]["more_than_approved"]) == 12 * money["units"]


def test_more_than_the_votes_allow_is_refused_and_nothing_is_kept(api: ApiClient, decision: dict[str, Any]) -> None:
    refused = bought(api, decision, monthly_per_unit="1000000")
    assert refused.status_code == 409
    assert refused.json["type"].endswith("guardrail")
    assert "more than was approved" in refused.json["detail"]
    assert f"`supersedes_id` {decision['id']}" in refused.json["detail"]
    assert api.get("/v1/commitments").json["items"] == []
    assert api.get(f"/v1/decisions/{decision['id']}").json["state"] == "approved"


def test_dates_that_contradict_each_other_are_named(api: ApiClient, decision: dict[str, Any]) -> None:
    refused = bought(api, decision, ends_on="2020-01-01")
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/ends_on"]


def test_what_commits_nothing_is_not_bought(api: ApiClient, decision: dict[str, Any]) -> None:
    later = str(datetime.now(UTC).date() + timedelta(days=9))
    stay = propose(api, decision["evaluation_id"], 0, kind="stay", starts_on=later)
    assert stay["state"] == "approved"
    refused = bought(api, stay)
    assert refused.status_code == 409
    assert "there is nothing to buy" in refused.json["detail"]
