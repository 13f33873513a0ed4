"""Pooled evaluations over HTTP."""

from decimal import Decimal
from typing import Any

import pytest

from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload, ready, sheet, upload


def amount(money: dict[str, Any]) -> Decimal:
    return Decimal(money["amount"])


@pytest.fixture
def pair(api: ApiClient) -> list[str]:
    """Give two workloads whose traffic a reservation can share."""
    new_sheet(api, sheet(gpu="0.60", committed="0.60"))
    ids = [new_workload(api, name=name) for name in ("One", "Two")]
    for workload_id, scale in zip(ids, (2, 3), strict=True):
        upload(api, workload_id, scale=scale)
    return ids


def test_sharing_saves_and_the_parts_add_up(api: ApiClient, pair: list[str]) -> None:
    answer = api.post("/v1/pooled-evaluations", json={"workload_ids": pair})
    assert answer.status_code == 200, answer.text
    pool = answer.json
    together = pool["together"]["recommendation"]
    alone = [member["recommendation"] for member in pool["alone"]]
    own = [evaluate(api, workload_id).json["recommendation"] for workload_id in pair]
    assert [one["monthly_cost"] for one in alone] == [one["monthly_cost"] for one in own]
    saving = sum(amount(one["monthly_cost"]) for one in alone) - amount(together["monthly_cost"])
    assert amount(pool["saving"]["recommended"]) == saving > 0
    assert amount(pool["saving"]["by_mode"]["dedicated"]) >= 0
    parts = pool["allocation"]["parts"]
    assert [part["workload_id"] for part in parts] == pair
    assert sum(amount(part["amount"]) for part in parts) == amount(together["monthly_cost"])
    assert sum(amount(part["saving"]) for part in parts) == saving
    assert all(amount(part["saving"]) > 0 for part in parts)
    assert api.post("/v1/pooled-evaluations", json={"workload_ids": pair}).data == answer.data


def test_the_strictest_needs_hold_for_the_pool(api: ApiClient, pair: list[str]) -> None:
    path = f"/v1/workloads/{pair[1]}"
    headers = {"If-Match": api.get(path).headers["ETag"]}
    api.patch(path, json={"isolation": {"required": {"tenancy": "dedicated"}}}, headers=headers)
    pool = api.post("/v1/pooled-evaluations", json={"workload_ids": pair}).json
    assert pool["policy"]["isolation"]["required"]["tenancy"] == "dedicated"
    said = {"isolation": {"required": {"tenancy": None}}}
    pool = api.post("/v1/pooled-evaluations", json={"workload_ids": pair, "policy": said}).json
    assert pool["policy"]["isolation"]["required"]["tenancy"] is None


def test_the_strictest_of_preset_and_own_needs_holds_and_the_request_settles_a_conflict(
    api: ApiClient, pair: list[str]
) -> None:
    path = f"/v1/workloads/{pair[1]}"

    def need(**target: object) -> None:
        headers = {"If-Match": api.get(path).headers["ETag"]}
        assert api.patch(path, json={"latency": target}, headers=headers).status_code == 200

    asked = {"workload_ids": pair, "preset": "interactive_chat"}
    need(target_ms=9000)
    pool = api.post("/v1/pooled-evaluations", json=asked).json
    assert (pool["policy"]["latency"]["target_ms"], pool["policy"]["latency"]["strict"]) == (1500, True)
    need(target_ms=9000, metric="end_to_end")
    answer = api.post("/v1/pooled-evaluations", json=asked)
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [("/policy/latency", "conflicting_needs")]
    said = {"latency": {"metric": "end_to_end", "target_ms": 20000}}
    pool = api.post("/v1/pooled-evaluations", json=asked | {"policy": said}).json
    assert (pool["policy"]["latency"]["metric"], pool["policy"]["latency"]["target_ms"]) == ("end_to_end", 20000)


def test_what_cannot_be_pooled_is_named(api: ApiClient, other_api: ApiClient, pair: list[str]) -> None:
    def refused(*ids: str) -> list[str]:
        answer = api.post("/v1/pooled-evaluations", json={"workload_ids": ids})
        assert answer.status_code == 422, answer.text
        return [f"{error['pointer']} {error['code']}" for error in answer.json["errors"]]

    assert refused(pair[0]) == ["/workload_ids invalid"]
    assert refused(pair[0], pair[0]) == ["/workload_ids/1 invalid"]
    assert refused(pair[0], ready(other_api)) == ["/workload_ids/1 unknown_workload"]
    assert refused(pair[0], new_workload(api, name="Other", model="m8")) == ["/workload_ids/1 other_model"]
    idle = new_workload(api, name="Idle")
    answer = api.post("/v1/pooled-evaluations", json={"workload_ids": [pair[0], idle]})
    assert (answer.status_code, idle in answer.json["detail"]) == (409, True)
