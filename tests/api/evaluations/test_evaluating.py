"""Evaluating over HTTP: what is pinned, what is stored, what is served."""

import json
from typing import Any

import pytest

from service.evaluations.document import Envelope, Inputs, body_of, digest_of
from service.evaluations.engine import answer_of
from service.kit import canonical_json
from tests.clients import ApiClient
from tests.evaluating import Case, evaluate, new_sheet, new_workload, ready, sheet, upload


def test_an_evaluation_answers_in_full(api: ApiClient) -> None:
    workload_id = ready(api)
    answer = evaluate(api, workload_id)
    assert answer.status_code == 201, answer.text
    body = answer.json
    assert answer.headers["Location"] == f"/v1/evaluations/{body['id']}"
    assert answer.headers["ETag"] == f'"{body["digest"]}"'
    assert (body["workload_id"], body["version"], body["state"]) == (workload_id, 1, "completed")
    assert body["recommendation"]["mode"] == "serverless"
    assert body["inputs"]["model"] == "m70"
    assert body["inputs"]["policy"]["margin"] == "0.1"
    assert [pin["version"] for pin in body["inputs"]["price_sheets"]] == [1]
    assert digest_of(body) == body["digest"]


def test_the_stored_bytes_are_canonical_and_served_again(api: ApiClient) -> None:
    first = evaluate(api, ready(api))
    read = api.get(first.headers["Location"])
    assert read.data == first.data == canonical_json.dumps(json.loads(first.data))
    assert read.headers["ETag"] == first.headers["ETag"]
    again = api.get(first.headers["Location"], headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_without_a_database_the_digest_is_the_same(api: ApiClient) -> None:
    stored = evaluate(api, ready(api)).json
    case = Case()
    inputs = Inputs.of(stored["inputs"])
    loose = body_of(Envelope(), case.inputs, answer_of(case.materials))
    assert inputs.key == case.inputs.key
    assert loose["digest"] == stored["digest"]


def test_the_same_inputs_are_evaluated_once(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id)
    second = evaluate(api, workload_id, policy={"margin": "0.10"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.data == second.data
    assert len(api.get(f"/v1/workloads/{workload_id}/evaluations").json["items"]) == 1


def test_the_order_in_which_sheets_are_named_makes_no_other_evaluation(api: ApiClient) -> None:
    workload_id = ready(api)
    new_sheet(api, sheet() | {"provider": "rival"})
    pins = [{"id": item["id"], "version": 1} for item in api.get("/v1/price-sheets").json["items"]]
    first = evaluate(api, workload_id, price_sheet_versions=pins)
    for same in (pins[::-1], None):
        again = evaluate(api, workload_id, price_sheet_versions=same)
        assert (again.status_code, again.data) == (200, first.data)
    twice = evaluate(api, workload_id, price_sheet_versions=[pins[0], pins[1], pins[0]])
    assert [error["pointer"] for error in twice.json["errors"]] == ["/price_sheet_versions/2"]


def test_versions_count_the_answers_of_a_workload(api: ApiClient) -> None:
    workload_id = ready(api)
    versions = [evaluate(api, workload_id, policy={"margin": margin}).json["version"] for margin in ("0.1", "0.2", "0")]
    assert versions == [1, 2, 3]


def test_a_dry_run_stores_nothing(api: ApiClient) -> None:
    workload_id = ready(api)
    before = api.get("/v1/events").json
    answer = api.post(f"/v1/workloads/{workload_id}/evaluations?dry_run=true", json={})
    assert answer.status_code == 200, answer.text
    assert [answer.json[name] for name in ("id", "workload_id", "version", "created_at")] == [None] * 4
    assert api.get("/v1/evaluations").json["items"] == []
    assert api.get("/v1/events").json == before
    assert evaluate(api, workload_id).json["digest"] == answer.json["digest"]


def test_inputs_can_be_named(api: ApiClient) -> None:
    workload_id = ready(api)
    history_id = api.get(f"/v1/workloads/{workload_id}/traffic-histories").json["items"][0]["id"]
    sheet_id = api.get("/v1/price-sheets").json["items"][0]["id"]
    upload(api, workload_id, scale=3)
    body = evaluate(
        api,
        workload_id,
        traffic_history_id=history_id,
        price_sheet_versions=[{"id": sheet_id, "version": 1}],
        preset="batch",
        policy={"margin": "0.3"},
    ).json
    assert body["inputs"]["traffic_history"]["id"] == history_id
    assert body["inputs"]["policy"]["max_throttled_share"] == 0.05
    assert body["inputs"]["policy"]["margin"] == "0.3"
    assert evaluate(api, workload_id).json["inputs"]["traffic_history"]["id"] != history_id


def test_the_workload_says_what_it_needs(api: ApiClient) -> None:
    new_sheet(api)
    workload_id = new_workload(
        api,
        zone="Europe/Berlin",
        latency={"target_ms": 700, "strict": True},
        isolation={"required": {"tenancy": "dedicated"}},
        incumbent="serverless:acme/tokens",
    )
    upload(api, workload_id)
    policy = evaluate(api, workload_id, preset="interactive_chat").json["inputs"]["policy"]
    assert policy["zone"] == "Europe/Berlin"
    assert (policy["latency"]["target_ms"], policy["latency"]["strict"]) == (700, True)
    assert policy["isolation"]["required"]["tenancy"] == "dedicated"
    assert policy["incumbent"] == "serverless:acme/tokens"
    assert policy["max_throttled_share"] == 0.001
    own = evaluate(api, workload_id, policy={"latency": {"target_ms": 900}}).json["inputs"]["policy"]
    assert (own["latency"]["target_ms"], own["latency"]["strict"]) == (900, True)


def test_the_default_policy_is_used_and_pinned(api: ApiClient) -> None:
    workload_id = ready(api)
    policy = api.post("/v1/policies", json={"name": "House", "policy": {"margin": "0.4"}}).json
    api.post("/v1/default-policies", json={"policy_id": policy["id"]})
    assert evaluate(api, workload_id).json["inputs"]["policy"]["margin"] == "0.4"
    headers = {"If-Match": '"v1"'}
    api.post(
        f"/v1/policies/{policy['id']}/versions", json={"name": "House", "policy": {"margin": "0"}}, headers=headers
    )
    assert evaluate(api, workload_id).json["inputs"]["policy"]["margin"] == "0"
    body = evaluate(api, workload_id, policy_id=policy["id"], policy_version=1).json
    assert body["inputs"]["policy"]["margin"] == "0.4"


def test_what_cannot_be_had_today_is_left_out_and_the_day_pinned(api: ApiClient) -> None:
    document = sheet()
    document["offers"][1]["available_until"] = "2026-02-01"
    new_sheet(api, document)
    workload_id = new_workload(api)
    upload(api, workload_id)
    body = evaluate(api, workload_id).json
    assert body["inputs"]["as_of"] is not None
    assert {option["mode"] for option in body["options"]} == {"serverless"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"colour": 1}, "/colour", "unknown_field"),
        ({"policy": {"margin": "5"}}, "/policy/margin", "invalid"),
        ({"preset": "batch", "policy_id": "po_01k9x3v5s8f5ma8d2p3h6q7r9t"}, "/preset", "invalid"),
        ({"policy_version": 1}, "/policy_version", "invalid"),
        ({"policy_id": "po_01k9x3v5s8f5ma8d2p3h6q7r9t"}, "/policy_id", "unknown_policy"),
        ({"traffic_history_id": "th_01k9x3v5s8f5ma8d2p3h6q7r9t"}, "/traffic_history_id", "unknown_history"),
        ({"price_sheet_versions": []}, "/price_sheet_versions", "invalid"),
        (
            {"price_sheet_versions": [{"id": "ps_01k9x3v5s8f5ma8d2p3h6q7r9t", "version": 1}]},
            "/price_sheet_versions/0",
            "unknown_version",
        ),
        ({"policy": {"currency": "EUR"}}, "/policy/exchange_rates", "mixed_currencies"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_input_is_named_and_nothing_is_stored(
    api: ApiClient, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = evaluate(api, ready(api), **body)
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(pointer, code)]
    assert api.get("/v1/evaluations").json["items"] == []


def test_a_workload_without_traffic_or_prices_says_so(api: ApiClient) -> None:
    workload_id = new_workload(api)
    assert evaluate(api, workload_id).json["type"].endswith("/no-traffic-history")
    upload(api, workload_id)
    answer = evaluate(api, workload_id)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "no_offers")
    other = sheet()
    for offer in other["offers"]:
        offer["model"] = "m8"
    pin = {"id": new_sheet(api, other), "version": 1}
    answer = evaluate(api, workload_id, price_sheet_versions=[pin])
    assert answer.json["errors"][0]["pointer"] == "/price_sheet_versions/0"


def test_lists_are_filtered(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json
    second = evaluate(api, workload_id, policy={"modes": ["dedicated"]}).json

    def listed(query: str) -> list[str]:
        return [item["id"] for item in api.get(f"/v1/evaluations?{query}").json["items"]]

    assert listed("") == [second["id"], first["id"]]
    assert listed("mode=dedicated") == [second["id"]]
    assert listed(f"digest={first['digest']}") == [first["id"]]
    assert listed(f"created_before={second['created_at']}") == [first["id"]]
    assert listed(f"created_after={second['created_at']}") == [second["id"]]
    page = api.get("/v1/evaluations?limit=1").json
    assert [page["items"][0]["id"], listed(f"limit=1&cursor={page['next_cursor']}")] == [second["id"], [first["id"]]]


def test_another_organization_sees_nothing(api: ApiClient, other_api: ApiClient) -> None:
    workload_id = ready(other_api)
    path = evaluate(other_api, workload_id).headers["Location"]
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    assert evaluate(api, workload_id).status_code == 404
    assert api.get(f"/v1/workloads/{workload_id}/evaluations").status_code == 404
    assert api.get("/v1/evaluations").json["items"] == []


def test_a_history_that_an_evaluation_stands_on_stays(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluate(api, workload_id)
    history = api.get(f"/v1/workloads/{workload_id}/traffic-histories").json["items"][0]
    path = f"/v1/traffic-histories/{history['id']}"
    answer = api.delete(path, headers={"If-Match": api.get(path).headers["ETag"]})
    assert (answer.status_code, answer.json["title"]) == (409, "Traffic history in use")


def test_every_write_is_an_event(api: ApiClient) -> None:
    evaluation_id = evaluate(api, ready(api)).json["id"]
    events = api.get(f"/v1/events?resource_id={evaluation_id}").json["items"]
    assert [(event["action"], event["actor_kind"]) for event in events] == [
        ("evaluation.completed", "job"),
        ("evaluation.requested", "api_key"),
    ]
