"""Scenarios over HTTP: what if volume doubles and they give us 15 % off."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from tests.clients import ApiClient
from tests.evaluating import evaluate, ready, sheet

GRID = {
    "traffic_factors": ["1", "9"],
    "prices": [
        {"name": "list"},
        {"name": "gpu 15 % off", "changes": [{"factor": "0.85", "mode": "dedicated"}]},
    ],
    "growth_per_month": [0.1],
}


def test_the_table_is_a_file_too(api: ApiClient) -> None:
    here = f"/v1/evaluations/{evaluate(api, ready(api)).json['id']}/scenarios"
    rows = api.post(here, json=GRID).json["scenarios"]
    answer = api.post(f"{here}?format=csv", json=GRID)
    assert answer.headers["Content-Type"].startswith("text/csv")
    read = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(one["traffic_factor"], one["prices"], one["option"], one["monthly_cost"]) for one in read] == [
        (
            row["traffic_factor"],
            row["prices"],
            row["recommendation"]["option"],
            row["recommendation"]["monthly_cost"]["amount"],
        )
        for row in rows
    ]
    assert [one["flipped"] for one in read] == ["yes" if row["flipped"] else "no" for row in rows]
    assert api.post(f"{here}?format=xlsx", json=GRID).data[:2] == b"PK"
    assert api.post(f"{here}?format=pdf", json=GRID).status_code == 422


def test_every_combination_is_a_row(api: ApiClient) -> None:
    body = evaluate(api, ready(api)).json
    answer = api.post(f"/v1/evaluations/{body['id']}/scenarios", json=GRID)
    assert answer.status_code == 200, answer.text
    rows = answer.json["scenarios"]
    assert [(row["traffic_factor"], row["prices"], row["growth_per_month"]) for row in rows] == [
        ("1.00", "list", "0.10"),
        ("1.00", "gpu 15 % off", "0.10"),
        ("9.00", "list", "0.10"),
        ("9.00", "gpu 15 % off", "0.10"),
    ]
    base = body["recommendation"]
    assert answer.json["base"]["monthly_cost"] == base["monthly_cost"]
    assert (rows[0]["flipped"], rows[0]["change"]["amount"]) == (False, "0.00")
    assert rows[0]["flips_in_months"] > 0
    assert [row["flipped"] for row in rows[2:]] == [True, True]
    assert [row["commitment"]["months_locked"] for row in rows[2:]] == [12, 12]
    for row in rows:
        cost = row["recommendation"]["monthly_cost"]["amount"]
        assert Decimal(row["change"]["amount"]) == Decimal(cost) - Decimal(base["monthly_cost"]["amount"])
    dedicated = [Decimal(row["cheapest_by_mode"]["dedicated"]["monthly_cost"]["amount"]) for row in rows[:2]]
    assert dedicated[1] == dedicated[0] * Decimal("0.85")
    assert api.get("/v1/evaluations").json["items"][0]["id"] == body["id"]


def test_a_scenario_is_what_an_evaluation_would_answer(api: ApiClient) -> None:
    workload_id = ready(api)
    grid = {"traffic_factors": ["3"], "growth_per_month": ["0.05"]}
    [row] = api.post(f"/v1/workloads/{workload_id}/scenarios", json={"grid": grid}).json["scenarios"]
    policy = {"traffic_factor": "3", "horizon": {"growth_per_month": "0.05"}}
    real = evaluate(api, workload_id, policy=policy).json["recommendation"]
    assert row["recommendation"] == {name: real[name] for name in row["recommendation"]}


def test_new_offers_can_be_tried(api: ApiClient) -> None:
    workload_id = ready(api)
    rival = sheet(token="0.01") | {"provider": "rival"}
    offers = [{"name": "today"}, {"name": "rival", "price_sheet": rival}]
    answer = api.post(f"/v1/workloads/{workload_id}/scenarios", json={"grid": {"offers": offers}})
    assert answer.status_code == 200, answer.text
    today, with_rival = answer.json["scenarios"]
    assert today["recommendation"]["option"] == "serverless:acme/tokens"
    assert with_rival["recommendation"]["option"] == "serverless:rival/tokens"
    assert (today["flipped"], with_rival["flipped"]) == (False, True)


def test_a_dearer_rival_with_the_same_names_flips_nothing(api: ApiClient) -> None:
    rival = sheet(token="9.00", gpu="99.00", committed="99.00") | {"provider": "rival"}
    grid = {"offers": [{"name": "rival", "price_sheet": rival}]}
    [row] = api.post(f"/v1/workloads/{ready(api)}/scenarios", json={"grid": grid}).json["scenarios"]
    assert row["recommendation"]["option"] == "serverless:acme/tokens"
    assert (row["flipped"], row["change"]["amount"]) == (False, "0.00")


def test_growth_that_is_not_varied_stays_as_it_is(api: ApiClient) -> None:
    policy = {"traffic_factor": "2", "horizon": {"growth_per_month": "0.05"}}
    body = evaluate(api, ready(api), policy=policy).json
    answer = api.post(f"/v1/evaluations/{body['id']}/scenarios", json={}).json
    [row] = answer["scenarios"]
    assert (row["growth_per_month"], row["traffic_factor"]) == ("0.05", "1.00")
    assert row["recommendation"] == answer["base"]
    assert row["change"]["amount"] == "0.00"
    [row] = api.post(f"/v1/evaluations/{body['id']}/scenarios", json={"growth_per_month": [0]}).json["scenarios"]
    assert row["growth_per_month"] == "0.00"


def test_a_scenario_of_prices_is_what_an_evaluation_at_those_prices_answers(api: ApiClient) -> None:
    workload_id = ready(api)
    changes = [{"factor": "0.25", "mode": "dedicated", "provider": "acme"}, {"factor": "0.50", "mode": "serverless"}]
    grid = {"traffic_factors": ["2"], "prices": [{"name": "talks", "changes": changes}]}
    [row] = api.post(f"/v1/workloads/{workload_id}/scenarios", json={"grid": grid}).json["scenarios"]
    found = api.get("/v1/price-sheets").json["items"][0]
    path = f"/v1/price-sheets/{found['id']}"
    document = sheet(token="0.30", gpu="1.00", committed="0.70")
    document["offers"][0]["prices"][1]["amount"] = "1.20"
    answer = api.post(f"{path}/versions", json=document, headers={"If-Match": api.get(path).headers["ETag"]})
    assert answer.status_code == 201
    real = evaluate(api, workload_id, policy={"traffic_factor": "2"}).json["recommendation"]
    assert row["recommendation"] == {name: real[name] for name in row["recommendation"]}


def test_a_scenario_stores_nothing(api: ApiClient) -> None:
    body = evaluate(api, ready(api)).json
    before = api.get("/v1/events").json
    answer = api.post(f"/v1/evaluations/{body['id']}/scenarios", json=GRID, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 200
    assert api.get("/v1/events").json == before
    assert len(api.get("/v1/evaluations").json["items"]) == 1


def unsized() -> dict[str, Any]:
    """Return a sheet whose dedicated offer names no capacity."""
    document = sheet()
    del document["offers"][1]["capacity"]
    return document


@pytest.mark.parametrize(
    ("grid", "pointer", "code"),
    [
        ({"traffic_factors": ["0"]}, "/traffic_factors/0", "invalid"),
        ({"traffic_factors": []}, "/traffic_factors", "invalid"),
        ({"growth_per_month": ["2"]}, "/growth_per_month/0", "invalid"),
        (
            {"prices": [{"name": "x", "changes": [{"factor": "1", "sku": "none"}]}]},
            "/prices/0/changes/0",
            "fits_nothing",
        ),
        ({"prices": [{"name": "x", "changes": [{"sku": "gpu"}]}]}, "/prices/0/changes/0/factor", "required"),
        ({"offers": [{"name": "x", "price_sheet": {}}]}, "/offers/0/price_sheet/provider", "required"),
        (
            {"offers": [{"name": "x", "price_sheet": unsized()}]},
            "/offers/0/price_sheet/offers/1/capacity",
            "capacity_missing",
        ),
        ({"traffic_factors": ["1", "1.0"]}, "/traffic_factors/1", "invalid"),
        ({"growth_per_month": ["0", "0.1", 0]}, "/growth_per_month/2", "invalid"),
        ({"traffic_factors": [*range(1, 12)], "growth_per_month": [f"0.0{n}" for n in range(10)]}, "", "invalid"),
        ({"speed": 1}, "/speed", "unknown_field"),
        ({"prices": [{"name": "x"}, {"name": "x"}]}, "/prices", "invalid"),
        ({"offers": [{"name": "x"}, {"name": "x"}]}, "/offers", "invalid"),
    ],
)
def test_a_wrong_grid_is_named(api: ApiClient, grid: dict[str, Any], pointer: str, code: str) -> None:
    path = f"/v1/evaluations/{evaluate(api, ready(api)).json['id']}/scenarios"
    answer = api.post(path, json=grid)
    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json["errors"]]


def test_other_organizations_evaluations_cannot_be_varied(api: ApiClient, other_api: ApiClient) -> None:
    workload_id = ready(other_api)
    evaluation_id = evaluate(other_api, workload_id).json["id"]
    assert api.post(f"/v1/evaluations/{evaluation_id}/scenarios", json={}).status_code == 404
    assert api.post(f"/v1/workloads/{workload_id}/scenarios", json={"grid": {}}).status_code == 404
