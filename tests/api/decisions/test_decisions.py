"""Decisions over HTTP: proposed, voted on, approved by others, and never by those who proposed."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.clients import ApiClient
from tests.deciding import Person, another_key, propose, proposed, second
from tests.evaluating import evaluate, new_sheet, new_workload, upload


@pytest.fixture
def evaluation_id(api: ApiClient) -> str:
    """Give a completed evaluation."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    answer = evaluate(api, workload_id)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


@pytest.fixture
def dana(api: ApiClient) -> Person:
    """Give an analyst, who proposes."""
    return second(api, "Dana", "analyst")


def actions(api: ApiClient, decision_id: str) -> list[str]:
    found = api.get(f"/v1/events?resource_id={decision_id}").json["items"]
    return [event["action"] for event in reversed(found)]


def test_another_person_approves_and_everybody_reads_what_is_next(
    api: ApiClient, evaluation_id: str, dana: Person
) -> None:
    lee = second(api, "Lee")
    decision = propose(dana, evaluation_id)
    assert decision["state"] == "proposed"
    assert decision["needs"]["sentence"] == "Needs 1 approver who is not Dana."
    assert decision["total_commitment"] == decision["content"]["money"]["total_commitment"]
    answer = lee.vote(decision)
    assert (answer.status_code, answer.json["state"]) == (200, "approved"), answer.text
    assert "record the purchase" in answer.json["sentence"]
    assert actions(api, decision["id"]) == ["decision.proposed", "decision.voted", "decision.approved"]
    again = lee.vote(decision)
    assert again.status_code == 409
    assert again.json["type"].endswith("step-not-allowed")


def test_nobody_approves_their_own_with_any_key(api: ApiClient, evaluation_id: str) -> None:
    owner = second(api, "Olga", "owner")
    others = [another_key(owner, owner.member_id, role) for role in ("owner", "admin", "approver")]
    decision = propose(owner, evaluation_id)
    for own in [owner, *others]:
        assert own.vote(decision).status_code == 403
    puppet = second(owner, "Puppet")
    refused = puppet.vote(decision)
    assert refused.status_code == 403
    assert "made by Olga after the proposal" in refused.json["detail"]
    assert api.get(f"/v1/decisions/{decision['id']}").json["state"] == "proposed"


def test_a_chain_of_new_keys_leads_back_to_who_proposed(api: ApiClient, evaluation_id: str) -> None:
    owner = second(api, "Olga", "owner")
    decision = propose(owner, evaluation_id)
    first = second(owner, "First", "admin")
    third = second(second(first, "Second", "admin"), "Third")
    for puppet in (first, third):
        refused = puppet.vote(decision)
        assert refused.status_code == 403
        assert "made by Olga after the proposal" in refused.json["detail"]
    assert second(api, "Lee").vote(decision).json["state"] == "approved", "made by somebody else"


def test_who_owns_a_decision_does_not_vote_on_it(api: ApiClient, evaluation_id: str, dana: Person) -> None:
    lee = second(api, "Lee")
    decision = propose(dana, evaluation_id, owner_id=lee.member_id)
    assert lee.vote(decision).status_code == 403
    assert decision["needs"]["sentence"] == "Needs 1 approver who is not Dana or Lee."


def test_a_vote_on_other_content_is_refused(api: ApiClient, evaluation_id: str, dana: Person) -> None:
    lee = second(api, "Lee")
    decision = propose(dana, evaluation_id)
    refused = lee.vote({**decision, "digest": f"sha256:{'0' * 64}"})
    assert refused.status_code == 409
    assert decision["digest"] in refused.json["detail"]


def test_a_deactivated_voter_is_out_at_once(api: ApiClient, evaluation_id: str, dana: Person) -> None:
    lee = second(api, "Lee")
    decision = propose(dana, evaluation_id)
    gone = api.patch(f"/v1/members/{lee.member_id}", json={"state": "deactivated"}, headers={"If-Match": '"v1"'})
    assert gone.status_code == 200, gone.text
    assert lee.vote(decision).status_code == 401


def test_one_rejection_rejects_and_says_why(api: ApiClient, evaluation_id: str, dana: Person) -> None:
    lee = second(api, "Lee")
    decision = propose(dana, evaluation_id)
    assert lee.vote(decision, "reject").status_code == 422
    answer = lee.vote(decision, "reject", reason="Too long a term.")
    assert answer.json["state"] == "rejected"
    assert answer.json["sentence"] == "Rejected. Too long a term."


def test_what_commits_nothing_needs_nobody(evaluation_id: str, dana: Person) -> None:
    decision = propose(dana, evaluation_id, 0, kind="stay")
    assert decision["state"] == "active"
    measuring = dana.post(
        "/v1/decisions", json={"evaluation_id": evaluation_id, "kind": "measure", "valid_until": "2099-01-01"}
    )
    assert (measuring.status_code, measuring.json["option"]) == (201, None)


def test_an_option_not_recommended_needs_a_reason(evaluation_id: str, dana: Person) -> None:
    answer = proposed(dana, evaluation_id, 12, override_reason="")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/override_reason"


def test_silence_is_a_no(api: ApiClient, evaluation_id: str, dana: Person) -> None:
    lee = second(api, "Lee")
    decision = propose(dana, evaluation_id)
    end = datetime.fromisoformat(f"{decision['valid_until']}T23:59:59+00:00")
    with time_machine.travel(end, tick=False):
        assert api.get(f"/v1/decisions/{decision['id']}").json["state"] == "proposed"
    with time_machine.travel(end + timedelta(seconds=1), tick=False):
        assert api.get(f"/v1/decisions/{decision['id']}").json["state"] == "lapsed"
        assert [d["id"] for d in api.get("/v1/decisions?state=lapsed").json["items"]] == [decision["id"]]
        assert api.get("/v1/decisions?state=proposed").json["items"] == []
        assert lee.vote(decision).status_code == 409
    assert datetime.now(UTC) < end


def test_a_proposal_is_withdrawn_by_its_proposer_or_an_admin_with_a_reason(
    api: ApiClient, evaluation_id: str, dana: Person
) -> None:
    path = f"/v1/decisions/{propose(dana, evaluation_id)['id']}"
    other = second(api, "Olaf", "analyst")
    match = {"If-Match": api.get(path).headers["ETag"]}
    assert other.post(f"{path}/withdrawal", json={}, headers=match).status_code == 403
    assert api.post(f"{path}/withdrawal", json={}, headers=match).status_code == 422
    assert dana.post(f"{path}/withdrawal", json={}, headers={"If-Match": '"v9"'}).status_code == 412
    assert dana.post(f"{path}/withdrawal", json={}, headers=match).json["state"] == "withdrawn"
