"""A proposal moved onto a newer evaluation: votes go along where nothing gets worse, else they lapse."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.clients import Answer, ApiClient
from tests.deciding import Person, propose, second
from tests.evaluating import evaluate, new_sheet, new_workload, sheet, upload


@pytest.fixture
def pair(api: ApiClient) -> tuple[str, str, str]:
    """Give sheet, workload and a completed evaluation, in an organization that asks for two approvers."""
    lee, kim = second(api, "Lee"), second(api, "Kim")
    rules = {"bands": {"USD": [{"from": "0", "approvers": 2}]}}
    made = api.post("/v1/guardrails", json={"rules": rules, "reason": "Two."}).json
    for each in (lee, kim):
        each.post(f"/v1/guardrails/versions/{made['id']}/votes", json={"vote": "approve", "digest": made["digest"]})
    sheet_id, workload_id = new_sheet(api), new_workload(api)
    upload(api, workload_id)
    return sheet_id, workload_id, evaluate(api, workload_id).json["id"]


def again(api: ApiClient, sheet_id: str, workload_id: str, committed: str) -> str:
    """Return a newer evaluation at another price of the term."""
    body = sheet(committed=committed)
    added = api.post(f"/v1/price-sheets/{sheet_id}/versions", json=body, headers={"If-Match": "*"})
    assert added.status_code == 201, added.text
    return str(evaluate(api, workload_id).json["id"])


def rebase(person: Person, decision_id: str, evaluation_id: str, **said: str) -> Answer:
    path = f"/v1/decisions/{decision_id}"
    match = {"If-Match": person.get(path).headers["ETag"]}
    return person.post(f"{path}/rebase", json={"evaluation_id": evaluation_id, **said}, headers=match)


def test_votes_go_along_where_it_is_the_same_and_no_dearer(api: ApiClient, pair: tuple[str, str, str]) -> None:
    dana, ann, ben = second(api, "Dana", "analyst"), second(api, "Ann"), second(api, "Ben")
    decision = propose(dana, pair[2])
    assert ann.vote(decision).json["needs"]["missing"] == 1
    cheaper = again(api, pair[0], pair[1], "2.70")
    assert rebase(ann, decision["id"], cheaper).status_code == 403
    assert rebase(dana, decision["id"], pair[2]).json["errors"][0]["code"] == "not_newer"
    moved = rebase(dana, decision["id"], cheaper)
    assert moved.status_code == 200, moved.text
    now = moved.json
    assert now["digest"] != decision["digest"]
    assert Decimal(now["total_commitment"]) < Decimal(decision["total_commitment"])
    assert (now["evaluation_id"], now["needs"]["missing"], now["rebases"][0]["carried"]) == (cheaper, 1, True)
    assert (now["votes"][-1]["digest"], now["votes"][-1]["carried_from"]) == (now["digest"], decision["digest"])
    assert ben.vote(decision).status_code == 409, "a vote on what it said before"
    assert ben.vote(now).json["state"] == "approved"
    assert rebase(dana, decision["id"], cheaper).status_code == 409, "what is decided does not move"
    with pytest.raises(DatabaseError):
        _tamper(api, decision["id"])
    events = [e["action"] for e in api.get(f"/v1/events?resource_id={decision['id']}").json["items"]]
    assert events.count("decision.approved") == events.count("decision.rebased") == 1


def _tamper(api: ApiClient, decision_id: str) -> None:
    change = text("UPDATE decisions SET digest = 'sha256:0' WHERE id = :id")
    api.app.extensions["crossover"].database.write(lambda session: session.execute(change, {"id": decision_id}))


def test_votes_lapse_where_it_is_dearer_and_the_answer_says_by_how_much(
    api: ApiClient, pair: tuple[str, str, str]
) -> None:
    dana, ann, ben = second(api, "Dana", "analyst"), second(api, "Ann"), second(api, "Ben")
    decision = propose(dana, pair[2])
    ann.vote(decision)
    now = rebase(dana, decision["id"], again(api, pair[0], pair[1], "2.90")).json
    assert (now["needs"]["missing"], now["rebases"][0]["carried"]) == (2, False)
    more = Decimal(now["total_commitment"]) - Decimal(decision["total_commitment"])
    assert f"The total commitment rises by {more:,.2f} USD" in now["rebases"][0]["because"][0]
    told = now["rebases"][0]["differences"]
    parts = sum(Decimal(part["amount"]["amount"]) for part in told["option"]["parts"])
    assert parts == Decimal(told["option"]["change"]["amount"]) > 0
    assert api.get(told["address"]).status_code == 200
    assert ben.vote(now).json["state"] == "proposed"
    assert ann.vote(now).json["state"] == "approved"
