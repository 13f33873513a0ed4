"""Reviews over HTTP: what is due, what is stale, and why."""

from datetime import datetime

import pytest

from service.evaluations.reviews.staleness import NEW_SHEET, Reason, told
from service.kit import clock
from service.kit.jobs import worker
from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload, ready, reprice, sheet, upload


def codes(api: ApiClient, evaluation_id: str) -> list[str]:
    review = api.get(f"/v1/evaluations/{evaluation_id}/review").json
    assert review["stale"] is bool(review["reasons"])
    return [reason["code"] for reason in review["reasons"]]


def test_what_is_asked_again_today_is_not_stale(api: ApiClient) -> None:
    body = evaluate(api, ready(api), policy={"margin": "0.2"}).json
    review = api.get(f"/v1/evaluations/{body['id']}/review").json
    assert review == {
        "evaluation_id": body["id"],
        "workload_id": body["workload_id"],
        "version": 1,
        "review_by": body["recommendation"]["review_by"],
        "due": True,
        "stale": False,
        "reasons": [],
    }


def test_new_traffic_and_prices_make_stale_and_are_named(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluation_id = evaluate(api, workload_id).json["id"]
    history_id = upload(api, workload_id, scale=2)
    reprice(api, gpu="3.00")
    sheet_id = api.get("/v1/price-sheets").json["items"][0]["id"]
    rival_id = new_sheet(api, sheet() | {"provider": "rival"})
    reasons = api.get(f"/v1/evaluations/{evaluation_id}/review").json["reasons"]
    assert {(reason["code"], reason["cause_id"]) for reason in reasons} == {
        ("new_traffic_history", history_id),
        ("new_price_version", sheet_id),
        ("new_price_sheet", rival_id),
    }


def test_reasons_of_several_sheets_are_told_once() -> None:
    found = [Reason("new_price_sheet", NEW_SHEET, place) for place in "ab"]
    moved = Reason("model_changed", "The workload's model is a now, it was b.")
    assert told([*found, moved]) == ["2 price sheets offer the model that were not there then.", moved.sentence]
    assert told(found[:1]) == [NEW_SHEET]


def test_offers_that_came_or_went_make_stale_and_a_day_without_change_does_not(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = sheet()
    document["offers"][1] |= {"available_from": "2026-03-01", "available_until": "2026-12-24"}
    new_sheet(api, document)
    new_sheet(api, sheet() | {"provider": "rival"})
    workload_id = new_workload(api)
    upload(api, workload_id)

    def on(day: str) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(f"{day}T12:00:00+00:00"))

    monkeypatch.setattr(worker, "BEAT_SECONDS", 1e6)
    on("2026-02-01")
    before = evaluate(api, workload_id).json
    assert before["inputs"]["as_of"] == "2026-01-01"
    on("2026-02-28")
    assert codes(api, before["id"]) == []
    assert evaluate(api, workload_id).json["id"] == before["id"]
    on("2026-03-01")
    assert codes(api, before["id"]) == ["offers_came_or_went"]
    assert evaluate(api, workload_id).json["inputs"]["as_of"] is None
    on("2026-12-24")
    gone = evaluate(api, workload_id).json
    assert gone["inputs"]["as_of"] == "2026-12-24"
    on("2027-01-31")
    assert codes(api, gone["id"]) == []


def test_a_changed_need_policy_or_model_makes_stale(api: ApiClient) -> None:
    workload_id = ready(api)
    policy_id = api.post("/v1/policies", json={"name": "House"}).json["id"]
    evaluation_id = evaluate(api, workload_id, policy_id=policy_id).json["id"]
    assert codes(api, evaluation_id) == []
    changed = {"name": "House", "policy": {"margin": "0.3"}}
    api.post(f"/v1/policies/{policy_id}/versions", json=changed, headers={"If-Match": '"v1"'})
    path = f"/v1/workloads/{workload_id}"
    headers = {"If-Match": api.get(path).headers["ETag"]}
    api.patch(path, json={"latency": {"target_ms": 900}}, headers=headers)
    [reason] = api.get(f"/v1/evaluations/{evaluation_id}/review").json["reasons"]
    assert reason["code"] == "policy_changed"
    assert "/margin" in reason["sentence"]
    assert "/latency/target_ms" in reason["sentence"]
    headers = {"If-Match": api.get(path).headers["ETag"]}
    api.patch(path, json={"model": "m8"}, headers=headers)
    assert codes(api, evaluation_id) == ["cannot_be_evaluated"]


def test_a_later_answer_supersedes(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json["id"]
    second = evaluate(api, workload_id, policy={"margin": "0.2"}).json["id"]
    reasons = api.get(f"/v1/evaluations/{first}/review").json["reasons"]
    assert [(reason["code"], reason["cause_id"]) for reason in reasons] == [("superseded", second)]
    assert codes(api, second) == []


def test_the_list_holds_the_latest_of_each_workload_soonest_first(api: ApiClient) -> None:
    first = ready(api)
    second = new_workload(api, name="Second")
    upload(api, second, scale=2)
    evaluate(api, first, policy={"review_days": 3})
    late = evaluate(api, first, policy={"review_days": 2}).json
    soon = evaluate(api, second, policy={"review_days": 1}).json
    items = api.get("/v1/reviews").json["items"]
    assert [item["evaluation_id"] for item in items] == [soon["id"], late["id"]]
    assert [item["review_by"] for item in items] == [
        soon["recommendation"]["review_by"],
        late["recommendation"]["review_by"],
    ]
    due = api.get(f"/v1/reviews?due_by={soon['recommendation']['review_by']}").json["items"]
    assert [item["evaluation_id"] for item in due] == [soon["id"]]
    assert api.get("/v1/reviews?due_by=2026-02-30").json["errors"][0]["pointer"] == "/due_by"
    page = api.get("/v1/reviews?limit=1").json
    assert page["items"] == items[:1]
    assert api.get(f"/v1/reviews?limit=1&cursor={page['next_cursor']}").json["items"] == items[1:]
    headers = {"If-Match": api.get(f"/v1/workloads/{second}").headers["ETag"]}
    api.delete(f"/v1/workloads/{second}", headers=headers)
    assert [item["evaluation_id"] for item in api.get("/v1/reviews").json["items"]] == [late["id"]]


def test_only_ones_own_completed_evaluations_are_reviewed(api: ApiClient, other_api: ApiClient) -> None:
    path = evaluate(api, ready(api), {"Prefer": "respond-async"}).headers["Location"]
    assert api.get(f"{path}/review").status_code == 409
    assert other_api.get(f"{path}/review").status_code == 404
    assert api.get("/v1/reviews").json["items"] == []
