"""Guardrails over HTTP: changed only by others, under those in force, and pinned in decisions."""

from typing import Any

import pytest

from tests.clients import ApiClient
from tests.deciding import Person, another_key, propose, proposed, second
from tests.evaluating import evaluate, new_sheet, new_workload, upload

LOOSER = {"bands": {"USD": [{"from": "0", "approvers": 0}, {"from": "500000", "approvers": 1}]}}


def suggest(person: ApiClient, rules: dict[str, Any], reason: str = "As the board asked.") -> dict[str, Any]:
    made = person.post("/v1/guardrails", json={"rules": rules, "reason": reason})
    assert made.status_code == 201, made.text
    return dict(made.json)


def vote(person: ApiClient, made: dict[str, Any], cast: str = "approve", **said: str) -> Any:  # noqa: ANN401
    body = {"vote": cast, "digest": made["digest"], **said}
    return person.post(f"/v1/guardrails/versions/{made['id']}/votes", json=body)


@pytest.fixture
def olga(api: ApiClient) -> Person:
    """Give an owner."""
    return second(api, "Olga", "owner")


def test_what_holds_by_default_can_be_read_and_sent_back(api: ApiClient) -> None:
    held = api.get("/v1/guardrails").json
    assert (held["number"], held["state"], held["id"]) == (0, "in_force", None)
    assert [band["from"] for band in held["rules"]["bands"]["USD"]] == ["0", "100000.01"]
    again = api.post("/v1/guardrails", json={"rules": held["rules"], "reason": "The same."})
    assert (again.status_code, again.json["errors"][0]["code"]) == (422, "unchanged")


def test_guardrails_hold_only_once_as_many_others_as_the_strictest_band_asks_approved(
    api: ApiClient, olga: Person
) -> None:
    made = suggest(olga, LOOSER)
    assert made["needs"]["sentence"] == "Needs 2 approvers who are not Olga."
    own = [olga, another_key(olga, olga.member_id, "approver"), second(olga, "Puppet", "approver")]
    assert [vote(person, made).status_code for person in own] == [403, 403, 403]
    assert vote(second(api, "Vera", "viewer"), made).status_code == 403
    ann, ben = second(api, "Ann"), second(api, "Ben")
    assert vote(ann, {**made, "digest": f"sha256:{'0' * 64}"}).status_code == 409
    assert vote(ann, made).json["state"] == "proposed"
    assert vote(ann, made).json["needs"]["missing"] == 1
    assert api.get("/v1/guardrails").json["number"] == 0
    assert vote(ben, made).json["state"] == "in_force"
    held = api.get("/v1/guardrails").json
    assert (held["number"], held["digest"]) == (1, made["digest"])
    assert vote(ben, made).status_code == 409
    events = api.get(f"/v1/events?resource_id={made['id']}").json["items"]
    assert [event["action"] for event in reversed(events)] == [
        "guardrails.proposed", "guardrails.voted", "guardrails.voted", "guardrails.voted", "guardrails.approved",
    ]  # fmt: skip


def test_a_version_in_force_outruns_what_was_proposed_beside_it(api: ApiClient, olga: Person) -> None:
    first, other = suggest(olga, LOOSER), suggest(olga, {**LOOSER, "split_window_days": 30})
    ann, ben = second(api, "Ann"), second(api, "Ben")
    for person in (ann, ben):
        vote(person, first)
    assert vote(ann, other).status_code == 409
    third = suggest(olga, {"bands": {}})
    assert vote(ann, third).json["state"] == "in_force"
    states = [(each["number"], each["state"]) for each in api.get("/v1/guardrails/versions").json["items"]]
    assert states == [(3, "in_force"), (2, "outrun"), (1, "retired")]


def test_proposed_guardrails_are_rejected_with_a_reason_or_withdrawn(api: ApiClient, olga: Person) -> None:
    made = suggest(olga, LOOSER)
    ann = second(api, "Ann")
    assert vote(ann, made, "reject").status_code == 422
    assert vote(ann, made, "reject", reason="Too loose.").json["state"] == "rejected"
    path = f"/v1/guardrails/versions/{suggest(olga, LOOSER)['id']}"
    match = {"If-Match": api.get(path).headers["ETag"]}
    assert second(api, "Al", "analyst").post(f"{path}/withdrawal", headers=match).status_code == 403
    assert olga.post(f"{path}/withdrawal", headers=match).json["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ({"bands": {"USD": [{"from": "10", "approvers": 1}]}}, "/rules/bands/USD/0/from"),
        (
            {"bands": {"USD": [{"from": "0", "approvers": 1}, {"from": "0", "approvers": 2}]}},
            "/rules/bands/USD/1/from",
        ),
        ({"bands": {}, "provisional": {"level": "needs"}}, "/rules/provisional/role"),
        ({"bands": {}, "provisional": {"level": "block", "role": "owner"}}, "/rules/provisional/role"),
        ({"bands": {}, "largest_regret": {"level": "block"}}, "/rules/largest_regret/limit"),
        (
            {"bands": {}, "provisional": {"level": "needs", "member_id": "mb_01k9x3v5s8f5ma8d2p3h6q7r9t"}},
            "/rules/provisional/member_id",
        ),
        ({"bands": {}, "minimum_age": {}}, "/rules/minimum_age"),
    ],
)
def test_rules_that_do_not_hold_together_are_refused_by_their_place(
    api: ApiClient, rules: dict[str, Any], pointer: str
) -> None:
    answer = api.post("/v1/guardrails", json={"rules": rules, "reason": "Try."})
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_new_guardrails_bind_open_decisions_and_are_pinned_in_new_ones(api: ApiClient, olga: Person) -> None:
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    evaluation_id = evaluate(api, workload_id).json["id"]
    dana, ann, ben = second(api, "Dana", "analyst"), second(api, "Ann"), second(api, "Ben")
    before = propose(dana, evaluation_id)
    rules = {
        "bands": {"USD": [{"from": "0", "approvers": 1}]},
        "longest_term_months": {"level": "needs", "role": "owner", "limit": 6},
        "largest_regret": {"level": "note", "limit": 0.1},
    }
    made = suggest(olga, rules)
    assert [vote(person, made).status_code for person in (ann, ben)] == [200, 200]
    assert before["content"]["guardrails"]["number"] == 0
    after = propose(dana, evaluation_id)
    assert after["content"]["guardrails"] == {"number": 1, "digest": made["digest"]}
    assert ann.vote(before).json["state"] == "proposed"
    decided = olga.vote(before).json
    assert (decided["state"], [f["rule"] for f in after["findings"]]) == (
        "approved",
        ["band", "largest_regret", "longest_term_months"],
    )
    blocked = suggest(olga, {**rules, "longest_term_months": {"level": "block", "limit": 6}})
    for person in (ann, ben):
        vote(person, blocked)
    refused = proposed(dana, evaluation_id, 12)
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (409, "longest_term_months")
    assert "choose a shorter one" in refused.json["detail"]
