"""Outcomes: what was expected held against what was billed, to the cent."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.clients import ApiClient
from tests.evaluating import evaluate, ready, upload

WEEK = {"starts_on": "2026-10-05", "ends_on": "2026-10-11"}

HEAD = "starts_on,ends_on,sku,meter,quantity,unit,amount,currency,provider,category,order\n"

BILL = HEAD + (
    "2026-10-05,2026-10-11,tokens,input tokens,120.96,1000000 tokens,79.8336,USD,acme,Usage,\n"
    "2026-10-05,2026-10-11,tokens,output tokens,40,1000000 tokens,96.00,USD,acme,Usage,\n"
    "2026-10-05,2026-10-11,support,,,,25.00,USD,acme,Usage,\n"
)


def bill(api: ApiClient, content: str) -> str:
    answer = api.call("POST", "/v1/bills", data=content.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def outcome(api: ApiClient, **said: object) -> Any:  # noqa: ANN401
    answer = api.post("/v1/outcomes", json={**WEEK, **said})
    assert answer.status_code == 201, answer.text
    return answer.json["document"]


def adds_up(document: dict[str, Any]) -> None:
    """Assert that lines and causes add up to the cent in both directions."""
    for part in (document, *document["lines"]):
        causes = sum(Decimal(amount) for amount in part["by_cause"].values())
        assert Decimal(part["predicted"]) + causes == Decimal(part["billed"])
    for name in ("predicted", "billed"):
        assert sum(Decimal(line[name]) for line in document["lines"]) == Decimal(document[name])


def test_the_example_of_the_documentation(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluation_id = evaluate(api, workload_id).json["id"]
    came = upload(api, workload_id, scale=2)
    bill(api, BILL)
    document = outcome(api, evaluation_id=evaluation_id, traffic_history_id=came)
    adds_up(document)
    assert (document["predicted"], document["billed"], document["variance"]) == ("79.83", "175.83", "96.00")
    causes = {cause: amount for cause, amount in document["by_cause"].items() if amount != "0.00"}
    assert causes == {"volume": "79.84", "metering": "8.91", "price": "7.25"}
    assert document["volume_factor"] == "2"
    assert document["unmatched"] == [
        {"sku": "support", "provider": "acme", "category": "Usage", "currency": "USD", "reason": "unknown_sku",
         "amount": "25", "charges": 1}
    ]  # fmt: skip
    assert document["regret"]["monthly"] == "0.00"
    written = Path("docs/outcomes.md").read_text()
    for line in document["lines"]:
        cells = [line["code"], line["predicted"], *(line["by_cause"].get(c, "0.00") for c in causes), line["billed"]]
        assert f"| {' | '.join(cells)} |" in written
    total = [document["predicted"], *causes.values(), document["billed"]]
    assert f"| **together** | {' | '.join(total)} |" in written
    assert document["detail"][0] in written


def test_a_reservation_is_joined_by_its_order_and_idle_money_is_told(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluation_id = evaluate(api, workload_id).json["id"]
    bought = {"workload_id": workload_id, "provider": "acme", "sku": "gpu", "units": 1, "currency": "USD"}
    days = {"monthly_per_unit": "2044", "starts_on": "2026-10-01", "ends_on": "2027-09-30", "reference": "PO-1"}
    assert api.post("/v1/commitments", json={**bought, **days}).status_code == 201
    focus = (
        "ChargePeriodStart,ChargePeriodEnd,SkuId,ChargeCategory,BilledCost,EffectiveCost,BillingCurrency,"
        "PricingQuantity,PricingUnit,CommitmentDiscountId,CommitmentDiscountStatus\n"
        "2026-10-05T00:00:00Z,2026-10-12T00:00:00Z,SKU-9,Purchase,504.00,0,USD,168,Hours,PO-1,\n"
        "2026-10-05T00:00:00Z,2026-10-12T00:00:00Z,SKU-9,Usage,0,104.00,USD,34.67,Hours,PO-1,Used\n"
        "2026-10-05T00:00:00Z,2026-10-12T00:00:00Z,SKU-9,Usage,0,400.00,USD,133.33,Hours,PO-1,Unused\n"
        "2026-10-05T00:00:00Z,2026-10-12T00:00:00Z,SKU-9,Tax,40.32,40.32,USD,,,PO-1,\n"
    )
    bill(api, focus)
    document = outcome(api, evaluation_id=evaluation_id, option="dedicated:acme/gpu@12x1")
    adds_up(document)
    assert (document["predicted"], document["billed"], document["invoiced"]) == ("470.40", "544.32", "544.32")
    assert document["unused"] == "400.00"
    causes = {cause: amount for cause, amount in document["by_cause"].items() if amount != "0.00"}
    assert causes == {"price": "33.60", "taxes_and_credits": "40.32"}
    assert document["unmatched"] == []


def test_a_charge_that_reaches_beyond_the_days_is_left_out_and_told(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluation_id = evaluate(api, workload_id).json["id"]
    bill(api, HEAD + "2026-10-01,2026-10-31,tokens,input tokens,500,1M tokens,300.00,USD,acme,Usage,\n")
    week = outcome(api, evaluation_id=evaluation_id)
    assert (week["billed"], week["unmatched"][0]["reason"]) == ("0.00", "crosses_period")
    assert any("reach beyond these days" in told for told in week["detail"])
    made = api.get("/v1/outcomes").json["items"][0]["id"]
    assert api.delete(f"/v1/outcomes/{made}", headers={"If-Match": "*"}).status_code == 204
    month = outcome(api, evaluation_id=evaluation_id, starts_on="2026-10-01", ends_on="2026-10-31")
    assert (month["billed"], month["unmatched"]) == ("300.00", [])


def test_days_count_once_and_the_same_days_again_replace(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluation_id = evaluate(api, workload_id).json["id"]
    said = {"evaluation_id": evaluation_id, **WEEK}
    first = api.post("/v1/outcomes", json=said).json
    assert "No charge of the bills belongs to this option" in " ".join(first["document"]["detail"])
    bill(api, BILL)
    second = api.post("/v1/outcomes", json=said).json
    assert api.get(f"/v1/outcomes/{first['id']}").json["replaced_by"] == second["id"]
    assert [one["id"] for one in api.get("/v1/outcomes").json["items"]] == [second["id"]]
    clash = api.post("/v1/outcomes", json={**said, "ends_on": "2026-10-12"})
    assert clash.status_code == 409
    assert second["id"] in clash.json["detail"]
    card = api.get("/v1/scorecard").json["cards"][0]
    assert (card["outcomes"], card["billed"], card["variance"]) == (1, "175.83", "96.00")
    assert (card["bias"], card["wape"]) == ("1.2026", "0.5460")
    assert card["by_mode"][0]["value"] == "serverless"
    actions = [event["action"] for event in api.get("/v1/events?limit=100").json["items"]]
    assert {"outcome.created", "outcome.off_plan"} <= set(actions)
    assert api.delete(f"/v1/outcomes/{second['id']}", headers={"If-Match": "*"}).status_code == 204
    assert api.get("/v1/scorecard").json == {"cards": []}


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({"ends_on": "2099-01-01"}, "/ends_on", "not_over"),
        ({"ends_on": "2026-10-04"}, "/ends_on", "before_start"),
        ({"option": "serverless:acme/nothing"}, "/option", "no_bill"),
        ({"evaluation_id": "ev_01k9x3v5s8f5ma8d2p3h6q7r9t"}, "/evaluation_id", "not_found"),
        ({"bill_ids": ["bl_01k9x3v5s8f5ma8d2p3h6q7r9t"]}, "/bill_ids/0", "not_found"),
        ({"starts_on": "2026-09-01", "ends_on": "2026-09-30", "traffic_history_id": "own"}, "/traffic_history_id",
         "outside_period"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_field(
    api: ApiClient, said: dict[str, object], pointer: str, code: str
) -> None:
    workload_id = ready(api)
    evaluation = evaluate(api, workload_id).json
    if said.get("traffic_history_id") == "own":
        said = {**said, "traffic_history_id": evaluation["inputs"]["traffic_history"]["id"]}
    answer = api.post("/v1/outcomes", json={"evaluation_id": evaluation["id"], **WEEK, **said})
    assert answer.status_code == 422, answer.text
    assert (answer.json["errors"][0]["pointer"], answer.json["errors"][0]["code"]) == (pointer, code)


def test_months_that_are_over_are_due_until_they_have_an_outcome(api: ApiClient) -> None:
    workload_id = ready(api)
    evaluation_id = evaluate(api, workload_id).json["id"]
    bought = {"workload_id": workload_id, "provider": "acme", "sku": "gpu", "units": 1, "currency": "USD"}
    days = {"monthly_per_unit": "2044", "starts_on": "2026-08-20", "ends_on": "2027-08-19"}
    with time_machine.travel(datetime(2026, 11, 3, tzinfo=UTC), tick=False):
        assert api.post("/v1/commitments", json={**bought, **days}).status_code == 201
        told = [(one["starts_on"], one["ends_on"]) for one in api.get("/v1/outcomes/due").json["items"]]
        assert told == [("2026-08-20", "2026-08-31"), ("2026-09-01", "2026-09-30"), ("2026-10-01", "2026-10-31")]
        outcome(api, evaluation_id=evaluation_id, starts_on="2026-09-01", ends_on="2026-09-30")
        left = [one["starts_on"] for one in api.get("/v1/outcomes/due").json["items"]]
        assert left == ["2026-08-20", "2026-10-01"]
