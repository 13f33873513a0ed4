"""Bills as providers export them, joined to a decision: what is its own counts once, everything else is listed."""

import csv
import io
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.clients import ApiClient
from tests.deciding import propose, second
from tests.evaluating import evaluate, ready

JANUARY = {"starts_on": "2027-01-01", "ends_on": "2027-01-31"}

DAYS: dict[str, Any] = {
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "purchase_by": "2026-12-31",
    "valid_until": "2026-12-31",
}


@pytest.fixture
def decision(api: ApiClient) -> dict[str, Any]:
    """Give a decision that was bought as PO-9 for a year."""
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False):
        made = propose(second(api, "Dana", "analyst"), evaluate(api, ready(api)).json["id"], **DAYS)
        assert second(api, "Lee").vote(made).json["state"] == "approved"
        answer = api.post(f"/v1/decisions/{made['id']}/purchases", json={"reference": "PO-9"})
        assert answer.status_code == 201, answer.text
    return dict(answer.json)


def exported(folder: Path, version: str) -> list[dict[str, str]]:
    """Return the rows of a provider's bill of that version, made by a tool of others."""
    command = [sys.executable, "-m", "focus_data_toolkit", "generate", "--provider", "aws", "--focus-version", version]
    subprocess.run([*command, "--rows", "40", "--seed", "5", "--out", str(folder)], check=True, capture_output=True)
    return list(csv.DictReader(io.StringIO(next(folder.glob("*cost_and_usage*.csv")).read_text())))


def own_rows(api: ApiClient, decision: dict[str, Any]) -> list[dict[str, str]]:
    """Return the charges of the decision in FOCUS 1.4, as billed: what was forecast, under the order's number."""
    path = f"/v1/decisions/{decision['id']}/focus/cost-and-usage?from=2027-01-01&to=2027-01-31"
    rows = list(csv.DictReader(io.StringIO(api.get(path).text)))
    return [
        {**{name: cell for name, cell in row.items() if not name.startswith("x_")}, "CommitmentDiscountId": "PO-9"}
        for row in rows
    ]


def send(api: ApiClient, rows: list[dict[str, str]]) -> dict[str, Any]:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    answer = api.call("POST", "/v1/bills", data=written.getvalue().encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def outcome(api: ApiClient, decision: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/v1/outcomes", json={**JANUARY, "decision_id": decision["id"]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json["document"])


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_a_bill_is_joined_to_its_decision_and_the_rest_is_listed(
    api: ApiClient, decision: dict[str, Any], tmp_path: Path, version: str
) -> None:
    own = own_rows(api, decision)
    strangers = exported(tmp_path, "1.3" if version == "1.4" else version)
    for row in strangers:
        row |= {"ChargePeriodStart": "2027-01-05T00:00:00Z", "ChargePeriodEnd": "2027-01-06T00:00:00Z"}
    if version != "1.4":  # only the columns that there are in the provider's version
        own = [{name: cell for name, cell in row.items() if name in strangers[0]} for row in own]
    with time_machine.travel(datetime(2027, 2, 3, tzinfo=UTC), tick=False):
        bill = send(api, [*own, *strangers])
        assert (bill["format"], bill["charges"]) == ("focus", len(own) + len(strangers))
        found = outcome(api, decision)
        again = send(api, [*own, *strangers, {**own[0], "BilledCost": "0", "EffectiveCost": "1.00"}])
        assert again["repeated"] == len(own) + len(strangers)
        later = outcome(api, decision)
    effective = sum(Decimal(row["EffectiveCost"]) for row in own)
    assert Decimal(found["billed"]) == effective
    assert Decimal(later["billed"]) == effective + 1, "what a bill repeats counts once, what is new counts"
    causes = sum(Decimal(amount) for amount in found["by_cause"].values())
    assert Decimal(found["predicted"]) + causes == Decimal(found["billed"])
    assert sum(one["charges"] for one in found["unmatched"]) == len(strangers)
    left = sum((Decimal(one["amount"]) for one in found["unmatched"]), Decimal(0))
    exact = sum((Decimal(row["EffectiveCost"]) for row in strangers), Decimal(0))
    assert abs(left - exact) <= len(found["unmatched"]) * Decimal("5E-7"), "each is told to the sixth place"
