"""Commitments as FOCUS 1.4, checked by a validator of others."""

import csv
import io
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine

from service.commitments.focus import whole_months
from tests.clients import ApiClient

BOUGHT = {
    "provider": "acme", "sku": "ptu", "units": 15, "currency": "USD", "monthly_per_unit": "221",
    "starts_on": "2026-05-28", "ends_on": "2027-05-27", "notice_by": "2027-04-27",
}  # fmt: skip


def test_the_file_is_valid_and_says_what_was_entered(api: ApiClient, tmp_path: Path) -> None:
    entered: list[dict[str, str]] = [
        {"reference": "PO-1", "description": "=HYPERLINK(1)"},
        {"upfront_per_unit": "100", "ends_on": "2026-11-27", "notice_by": "2026-11-01"},
        {"monthly_per_unit": "0", "upfront_per_unit": "2000", "starts_on": "2028-01-31", "ends_on": "2028-03-05",
         "notice_by": "2028-02-01", "currency": "EUR"},
    ]  # fmt: skip
    for said in entered:
        assert api.post("/v1/commitments", json={**BOUGHT, **said}).status_code == 201
    with time_machine.travel(datetime(2027, 1, 5, tzinfo=UTC), tick=False):
        content = api.get("/v1/commitments/focus/contract-commitment").data
    year, half, odd = list(csv.DictReader(io.StringIO(content.decode())))
    assert [Decimal(row["ContractCommitmentCost"]) for row in (year, half, odd)] == [39780, 21390, 30000]
    assert [row["ContractCommitmentDurationType"] for row in (year, half, odd)] == ["1 Year", "6 Months", "35 Days"]
    statuses = [row["ContractCommitmentLifecycleStatus"] for row in (year, half, odd)]
    assert statuses == ["Active", "Expired", "Pending"]
    assert [row["ContractCommitmentPaymentUpfrontPercentage"] for row in (year, half, odd)] == ["0", "0.070126", "1"]
    assert year["ContractCommitmentDescription"] == "'=HYPERLINK(1)"
    assert year["ContractCommitmentPeriodEnd"] == "2027-05-28T00:00:00Z"
    path = tmp_path / "contract-commitment.csv"
    path.write_bytes(content)
    command = [sys.executable, "-m", "focus_data_toolkit", "validate", str(path), "--dataset", "contract-commitment"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("starts", "ends", "months"),
    [
        ("2026-05-28", "2027-05-27", 12),
        ("2026-01-31", "2026-02-27", 1),
        ("2026-01-01", "2026-01-31", 1),
        ("2024-02-29", "2025-02-27", 12),
        ("2026-01-01", "2026-01-01", None),
        ("2026-01-01", "2026-02-01", None),
    ],
)
def test_only_whole_calendar_months_are_months(starts: str, ends: str, months: int | None) -> None:
    assert whole_months(date.fromisoformat(starts), date.fromisoformat(ends)) == months
