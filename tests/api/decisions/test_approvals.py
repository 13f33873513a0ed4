"""Approving for somebody else, and past the guardrails: by delegation and by break-glass."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from service.decisions.breaking_glass import RAISE_REVIEWS
from service.kit import clock
from tests.clients import Answer, ApiClient
from tests.deciding import Person, propose, second
from tests.evaluating import evaluate, new_sheet, new_workload, upload


@pytest.fixture
def evaluation_id(api: ApiClient) -> str:
    """Give a completed evaluation."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    return str(evaluate(api, workload_id).json["id"])


def delegate(by: Person, to: Person, days: int = 5) -> Answer:
    until = str(datetime.now(UTC).date() + timedelta(days=days))
    return by.post("/v1/delegations", json={"delegate_id": to.member_id, "until": until})


def two_approve(api: ApiClient, *voters: Person) -> None:
    """Bring guardrails into force that ask for two approvers."""
    rules = {"bands": {"USD": [{"from": "0", "approvers": 2}]}}
    made = api.post("/v1/guardrails", json={"rules": rules, "reason": "Two."}).json
    for each in voters:
        each.post(f"/v1/guardrails/versions/{made['id']}/votes", json={"vote": "approve", "digest": made["digest"]})
    assert api.get("/v1/guardrails").json["number"] == 1


def test_a_delegate_votes_for_an_approver_as_long_as_it_holds(api: ApiClient, evaluation_id: str) -> None:
    dana, alex = second(api, "Dana", "analyst"), second(api, "Alex", "analyst")
    lee, kim = second(api, "Lee"), second(api, "Kim")
    decision = propose(dana, evaluation_id)
    assert alex.vote(decision, on_behalf_of=lee.member_id).status_code == 403
    made = delegate(lee, alex)
    assert (made.status_code, made.json["state"]) == (201, "holds")
    assert alex.vote(decision).status_code == 403, "a delegate has no vote of their own"
    assert alex.vote(decision, on_behalf_of=kim.member_id).status_code == 403
    assert second(api, "Vera", "viewer").vote(decision, on_behalf_of=lee.member_id).status_code == 403
    assert lee.delete(f"/v1/delegations/{made.json['id']}").status_code == 204
    assert alex.vote(decision, on_behalf_of=lee.member_id).status_code == 403
    delegate(lee, alex, 0)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=False):
        assert alex.vote(decision, on_behalf_of=lee.member_id).status_code == 403, "its day is over"
    delegate(lee, alex)
    approved = alex.vote(decision, on_behalf_of=lee.member_id).json
    assert approved["state"] == "approved"
    assert approved["votes"][-1]["on_behalf_of"] == {"id": lee.member_id, "name": "Lee"}


def test_nobody_votes_for_the_proposer_and_one_person_is_one_vote(api: ApiClient, evaluation_id: str) -> None:
    lee, kim, ann = second(api, "Lee"), second(api, "Kim"), second(api, "Ann", "admin")
    for by in (lee, ann):
        assert delegate(by, kim).status_code == 201
    two_approve(api, lee, kim)
    decision = propose(ann, evaluation_id)
    refused = kim.vote(decision, on_behalf_of=ann.member_id)
    assert (refused.status_code, "proposed or own" in refused.json["detail"]) == (403, True)
    assert kim.vote(decision).json["needs"]["missing"] == 1
    assert kim.vote(decision, on_behalf_of=lee.member_id).json["needs"]["missing"] == 1, "Kim is one person"
    assert lee.vote(decision).json["needs"]["missing"] == 1, "Lee's own vote stands for Lee's, Kim's for Lee no more"
    assert kim.vote(decision).json["state"] == "approved"


def test_a_delegation_taken_back_stops_counting_before_the_quorum(api: ApiClient, evaluation_id: str) -> None:
    dana, alex = second(api, "Dana", "analyst"), second(api, "Alex", "analyst")
    lee, kim = second(api, "Lee"), second(api, "Kim")
    two_approve(api, lee, kim)
    decision = propose(dana, evaluation_id)
    given = delegate(lee, alex).json["id"]
    assert alex.vote(decision, on_behalf_of=lee.member_id).json["needs"]["missing"] == 1
    api.delete(f"/v1/delegations/{given}")
    assert kim.vote(decision).json["state"] == "proposed"
    assert lee.vote(decision).json["state"] == "approved"


def test_a_delegation_is_given_by_approvers_to_others_for_a_time(api: ApiClient) -> None:
    lee, alex = second(api, "Lee"), second(api, "Alex", "analyst")
    assert delegate(alex, lee).status_code == 403
    for to, days, pointer in (
        (lee, 1, "/delegate_id"), (second(api, "Vera", "viewer"), 1, "/delegate_id"), (alex, -1, "/until"),
        (alex, 400, "/until"),
    ):  # fmt: skip
        refused = delegate(lee, to, days)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)
    given = delegate(lee, alex).json["id"]
    assert second(api, "Kim").delete(f"/v1/delegations/{given}").status_code == 403
    assert [each["id"] for each in api.get(f"/v1/delegations?delegate_id={alex.member_id}").json["items"]] == [given]


def test_an_owner_breaks_the_glass_with_a_reason_and_others_review_it(api: ApiClient, evaluation_id: str) -> None:
    dana, olga = second(api, "Dana", "analyst"), second(api, "Olga", "owner")
    decision = propose(dana, evaluation_id)
    path, body = (
        f"/v1/decisions/{decision['id']}",
        {"reason": "The old units go at noon.", "digest": decision["digest"]},
    )
    assert olga.post(f"{path}/break-glass", json=body | {"reason": ""}).status_code == 422
    assert olga.post(f"{path}/break-glass", json=body | {"digest": f"sha256:{'0' * 64}"}).status_code == 409
    assert second(api, "Ada", "admin").post(f"{path}/break-glass", json=body).status_code == 403
    own = propose(olga, evaluation_id, title="Olga's own")
    refused = olga.post(f"/v1/decisions/{own['id']}/break-glass", json=body | {"digest": own["digest"]})
    assert refused.status_code == 403, "nobody approves their own, with or without glass"
    assert olga.post(f"{path}/review", json={"review": "Early."}).status_code == 409
    broken = olga.post(f"{path}/break-glass", json=body).json
    due = str(datetime.now(UTC).date() + timedelta(days=7))
    assert (broken["state"], broken["break_glass"]["review_by"]) == ("approved", due)
    assert [found["rule"] for found in broken["break_glass"]["overridden"]] == ["band"]
    assert f"reviewed by {due}" in broken["sentence"]
    assert [d["id"] for d in api.get("/v1/decisions?review=due").json["items"]] == [decision["id"]]
    with time_machine.travel(datetime.fromisoformat(f"{due}T23:59:59+00:00"), tick=False):
        assert raised(api) == 0
    with time_machine.travel(datetime.fromisoformat(f"{due}T00:00:00+00:00") + timedelta(days=1), tick=False):
        assert [d["id"] for d in api.get("/v1/decisions?review=overdue").json["items"]] == [decision["id"]]
        assert [raised(api), raised(api)] == [1, 1]
    for person, status in ((olga, 403), (dana, 403), (second(api, "Lee"), 200)):
        answer = person.post(f"{path}/review", json={"review": "It was right: nothing else was to be had."})
        assert answer.status_code == status, answer.text
    assert answer.json["break_glass"]["reviewed_by"]["name"] == "Lee"
    assert api.get("/v1/decisions?review=done").json["items"][0]["id"] == decision["id"]
    events = [event["action"] for event in api.get(f"/v1/events?resource_id={decision['id']}").json["items"]]
    assert events[::-1] == [
        "decision.proposed", "decision.glass_broken", "decision.approved", "decision.review_overdue",
        "decision.reviewed",
    ]  # fmt: skip


def raised(api: ApiClient) -> int:
    """Have the clock look at reviews; return how many events say that one is overdue."""
    database = api.app.extensions["crossover"].database
    database.write(lambda session: RAISE_REVIEWS.run(session, clock.now()))
    return len(api.get("/v1/events?action=decision.review_overdue").json["items"])
