"""A decision in FOCUS and as a purchase request that stays the same, whatever becomes of names and roles."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.clients import ApiClient
from tests.deciding import propose, second
from tests.evaluating import evaluate, new_sheet, new_workload, upload


@pytest.fixture
def evaluation_id(api: ApiClient) -> str:
    """Give a completed evaluation."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    return str(evaluate(api, workload_id).json["id"])


def rows(api: ApiClient, decision_id: str) -> list[dict[str, str]]:
    answer = api.get(f"/v1/decisions/{decision_id}/focus/contract-commitment")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_decision_is_one_contract_commitment_from_proposal_to_end(api: ApiClient, evaluation_id: str) -> None:
    dana, lee = second(api, "Dana", "analyst"), second(api, "Lee")
    decision = propose(dana, evaluation_id, starts_on=str(datetime.now(UTC).date()))
    path = f"/v1/decisions/{decision['id']}"
    (row,) = rows(api, decision["id"])
    assert (row["ContractCommitmentLifecycleStatus"], row["ContractCommitmentId"]) == ("Proposed", decision["id"])
    assert Decimal(row["ContractCommitmentCost"]) == Decimal(decision["total_commitment"])
    lee.vote(decision)
    later, end = (str(datetime.now(UTC).date() + timedelta(days=days)) for days in (7, 300))
    bought = lee.post(f"{path}/purchases", json={"reference": "PO-4711", "starts_on": later, "ends_on": end})
    assert bought.status_code == 201, bought.text
    (row,) = rows(api, decision["id"])
    assert (row["ContractCommitmentLifecycleStatus"], row["ContractId"]) == ("Pending", "PO-4711")
    assert row["ContractCommitmentId"] == bought.json["purchase"]["commitment_id"]
    staying = propose(dana, evaluation_id, 0, kind="stay")
    assert api.get(f"/v1/decisions/{staying['id']}/focus/contract-commitment").status_code == 409


def test_a_purchase_request_built_again_has_the_digest_of_its_approval(api: ApiClient, evaluation_id: str) -> None:
    dana, lee = second(api, "Dana", "analyst"), second(api, "Lee")
    decision = propose(dana, evaluation_id)
    path = f"/v1/decisions/{decision['id']}"
    assert decision["purchase_request_digest"] is None
    approved = lee.vote(decision, reason="Fine.").json
    before = api.get(f"{path}/purchase-request").json
    assert before["digest"] == approved["purchase_request_digest"]
    assert [vote["name"] for vote in before["approval"]["votes"]] == ["Lee"]
    for member, change in ((lee, {"name": "Lee Chen", "role": "admin"}), (dana, {"name": "D."})):
        changed = api.patch(f"/v1/members/{member.member_id}", json=change, headers={"If-Match": "*"})
        assert changed.status_code == 200, changed.text
    workload = f"/v1/workloads/{decision['workload_id']}"
    assert api.patch(workload, json={"name": "Other"}, headers={"If-Match": "*"}).status_code == 200
    bought = lee.post(f"{path}/purchases", json={"reference": "PO-1", "ends_on": decision["ends_on"]})
    assert bought.status_code == 201, bought.text
    assert api.get(f"{path}/purchase-request").json == before


def test_an_owner_who_broke_the_glass_signs_the_purchase_request(api: ApiClient, evaluation_id: str) -> None:
    olga = second(api, "Olga", "owner")
    decision = propose(second(api, "Dana", "analyst"), evaluation_id)
    path = f"/v1/decisions/{decision['id']}"
    olga.post(f"{path}/break-glass", json={"reason": "At noon they go.", "digest": decision["digest"]})
    (signed,) = api.get(f"{path}/purchase-request").json["approval"]["votes"]
    assert (signed["name"], signed["role"], signed["reason"]) == ("Olga", "owner, by break-glass", "At noon they go.")
