"""What was decided, in the forms that finance and buying take, and what came of it."""

import csv
import hashlib
import io

import pytest

from tests.api.outcomes.test_outcomes import HEAD, WEEK
from tests.clients import ApiClient
from tests.deciding import Person, propose, second
from tests.evaluating import evaluate, ready


@pytest.fixture
def people(api: ApiClient) -> tuple[Person, Person, str]:
    """Give an analyst, an approver and an evaluation."""
    evaluation_id = evaluate(api, ready(api)).json["id"]
    return second(api, "Ann Example", "analyst"), second(api, "Bo Example"), evaluation_id


def test_a_purchase_request_is_a_draft_until_it_is_approved_and_then_the_same_for_ever(
    api: ApiClient, people: tuple[Person, Person, str]
) -> None:
    ann, bo, evaluation_id = people
    decision = propose(ann, evaluation_id)
    path = f"/v1/decisions/{decision['id']}/purchase-request"
    assert api.get(path).json["status"] == "draft"
    assert bo.vote(decision, reason="Fits the budget.").status_code == 200
    request = api.get(path).json
    assert request["status_text"].endswith("by Bo Example (approver).")
    assert (request["number"], request["option"]["key"]) == (decision["id"], decision["option"])
    assert request["total_commitment"] == f"{float(decision['total_commitment']):.2f}"
    assert request["approval"]["proposer"] == "Ann Example"
    papers = {hashlib.sha256(api.get(f"{path}?format=pdf").data).hexdigest() for _ in range(2)}
    assert len(papers) == 1
    rows = list(csv.DictReader(io.StringIO(api.get(path.replace("purchase-request", "focus/cost-and-usage")).text)))
    assert {row["ChargePeriodStart"][:10] for row in rows} >= {decision["starts_on"]}


def test_what_was_withdrawn_is_not_bought(api: ApiClient, people: tuple[Person, Person, str]) -> None:
    ann, _, evaluation_id = people
    decision = propose(ann, evaluation_id)
    path = f"/v1/decisions/{decision['id']}"
    gone = ann.post(f"{path}/withdrawal", json={"reason": "No longer needed."}, headers={"If-Match": "*"})
    assert gone.status_code == 200
    answer = api.get(f"{path}/purchase-request")
    assert answer.status_code == 409
    assert "withdrawn" in answer.json["detail"]


def test_the_outcome_of_a_decision_names_it(api: ApiClient, people: tuple[Person, Person, str]) -> None:
    ann, bo, evaluation_id = people
    decision = propose(ann, evaluation_id)
    refused = api.post("/v1/outcomes", json={"decision_id": decision["id"], **WEEK})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "not_approved")
    bo.vote(decision)
    order = HEAD + "2026-10-05,2026-10-11,SKU-9,,168,hours,470.40,USD,acme,Usage,PO-1\n"
    answer = api.call("POST", "/v1/bills", data=order.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    made = api.post("/v1/outcomes", json={"decision_id": decision["id"], "references": ["PO-1"], **WEEK})
    assert made.status_code == 201, made.text
    assert made.json["decision_id"] == decision["id"]
    assert made.json["option"] == decision["option"]
    assert (made.json["document"]["billed"], made.json["document"]["variance"]) == ("470.40", "0.00")
    listed = api.get(f"/v1/outcomes?decision_id={decision['id']}").json["items"]
    assert [one["id"] for one in listed] == [made.json["id"]]
    both = api.post("/v1/outcomes", json={"decision_id": decision["id"], "evaluation_id": evaluation_id, **WEEK})
    assert both.status_code == 422
