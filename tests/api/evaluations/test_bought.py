"""What a workload has bought already counts in its evaluations, at the price agreed, without being told of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from tests.api.renewals.test_renewals import SHEET, buy, light_traffic
from tests.clients import ApiClient

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
Json = dict[str, Any]


@pytest.fixture
def workload(api: ApiClient) -> str:
    """Give a workload with traffic that tokens serve more cheaply than reserved units at list prices."""
    assert api.post("/v1/price-sheets", json=SHEET).status_code == 201
    workload_id = str(api.post("/v1/workloads", json={"name": "Chat", "model": "m"}).json["id"])
    path = f"/v1/workloads/{workload_id}/traffic-histories"
    assert api.post(path, data=light_traffic(), headers={"Content-Type": "text/csv"}).status_code == 201
    return workload_id


def evaluated(api: ApiClient, workload_id: str, **asked: object) -> Json:
    with time_machine.travel(NOW, tick=False):
        answer = api.post(f"/v1/workloads/{workload_id}/evaluations", json=asked)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json)


def lines(evaluation: Json, key: str) -> dict[str, str]:
    (option,) = (option for option in evaluation["options"] if option["key"] == key)
    return {line["code"]: line["amount"] for line in option["lines"]}


def test_units_that_are_paid_for_are_owed_whatever_is_chosen_at_the_price_agreed(api: ApiClient, workload: str) -> None:
    alone = evaluated(api, workload)
    assert alone["recommendation"]["option"] == "serverless:acme/tokens"
    buy(api, workload, monthly_per_unit="200")
    told = evaluated(api, workload)
    assert told["inputs"]["policy"]["commitments"] == [
        {"reservation": "acme/ptu@12", "units": 15, "months_left": 6, "monthly_per_unit": "200", "second_units": 0}
    ]
    assert Decimal(lines(told, "serverless:acme/tokens")["running_commitment"]) == 15 * 200
    chosen = told["recommendation"]["option"]
    assert "ptu@12x15" in chosen, "its units are owed anyway; tokens would come on top"
    own = lines(told, chosen)
    assert Decimal(own["running_commitment"]) == 15 * 200
    assert Decimal(own["covered_by_commitment"]) == -15 * 221
    codes = [reason["code"] for reason in told["recommendation"]["reasons"]]
    assert "commitment_running" in codes
    with time_machine.travel(NOW, tick=False):
        stale = api.get(f"/v1/evaluations/{alone['id']}/review").json
    assert "commitments_changed" in [reason["code"] for reason in stale["reasons"]]
    with time_machine.travel(NOW + timedelta(days=62), tick=False):
        stale = api.get(f"/v1/evaluations/{told['id']}/review").json
    assert "commitments_changed" not in [reason["code"] for reason in stale["reasons"]], "months go by themselves"


def test_what_ended_what_another_workload_bought_and_what_the_policy_says_itself_is_left_alone(
    api: ApiClient, workload: str
) -> None:
    other = str(api.post("/v1/workloads", json={"name": "Other", "model": "m"}).json["id"])
    buy(api, other)
    buy(api, None)
    buy(api, workload, starts_on="2025-05-28", ends_on="2026-05-27", notice_by="2026-04-27")
    assert evaluated(api, workload)["inputs"]["policy"]["commitments"] == []
    buy(api, workload)
    said = [{"reservation": "ptu@12", "units": 20, "months_left": 2}]
    told = evaluated(api, workload, policy={"commitments": said})
    assert told["inputs"]["policy"]["commitments"] == [
        said[0] | {"reservation": "acme/ptu@12", "monthly_per_unit": None, "second_units": 0}
    ]
    assert Decimal(lines(told, "serverless:acme/tokens")["running_commitment"]) == 20 * 221


def test_what_cannot_be_counted_is_told_with_its_mend(api: ApiClient, workload: str) -> None:
    buy(api, workload, sku="gone")
    buy(api, workload, currency="EUR")
    told = evaluated(api, workload)
    assert told["inputs"]["policy"]["commitments"] == []
    found = [f["sentence"] for f in told["findings"] if f["code"] == "commitment_not_counted"]
    assert len(found) == 2
    assert any("gone" in sentence and "no price sheet offers it" in sentence for sentence in found)
    assert any("what 1 EUR is in USD in `exchange_rates`" in sentence for sentence in found)
    assert told["recommendation"]["confidence"] != "high"
    mended = evaluated(api, workload, policy={"exchange_rates": {"EUR": "1.1"}})
    (entry,) = mended["inputs"]["policy"]["commitments"]
    assert Decimal(entry["monthly_per_unit"]) == Decimal(221) * Decimal("1.1")
