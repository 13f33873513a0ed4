"""The expected bill as FOCUS 1.4: valid by a checker of others, whole to the cent, and never taken for a bill."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.kit.clock import months_after
from service.procurement.term import Term
from tests.clients import ApiClient
from tests.effort import examples
from tests.evaluating import evaluate, ready

CENT = Decimal("0.01")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def money(found: Iterable[dict[str, str]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in found), Decimal(0))


@pytest.fixture
def path(api: ApiClient) -> str:
    return f"/v1/evaluations/{evaluate(api, ready(api)).json['id']}/focus/cost-and-usage"


def test_files_are_valid_and_the_term_adds_up_to_the_cent(api: ApiClient, path: str, tmp_path: Path) -> None:
    for option, start in (("dedicated:acme/gpu@12x1", "2026-12-15"), ("serverless:acme/tokens", "2026-12-01")):
        content = api.get(f"{path}?option={option.replace('+', '%2B')}&starts_on={start}").data
        file = tmp_path / "expected.csv"
        file.write_bytes(content)
        command = [sys.executable, "-m", "focus_data_toolkit", "validate", str(file), "--dataset", "cost-and-usage"]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        found = rows(content)
        assert {row["x_RowKind"] for row in found} == {"Forecast"}
        assert "InvoiceId" not in found[0]
        if option.startswith("dedicated"):
            usage = [row for row in found if row["ChargeCategory"] == "Usage"]
            bought = [row for row in found if row["ChargeCategory"] == "Purchase"]
            assert money(usage, "EffectiveCost") == money(bought, "BilledCost") == Decimal("24528.00")
            assert {row["CommitmentDiscountStatus"] for row in usage} == {"Used", "Unused"}
            assert all(not row["ConsumedQuantity"] for row in usage if row["CommitmentDiscountStatus"] == "Unused")
        else:
            assert abs(money(found, "BilledCost") - 12 * Decimal("346.896")) < Decimal("1E-6")
            assert {row["PricingUnit"] for row in found} == {"1000000 Tokens"}


def test_a_forecast_is_refused_as_a_bill(api: ApiClient, path: str) -> None:
    answer = api.call("POST", "/v1/bills", data=api.get(path).data, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 422
    assert "expected charge" in answer.text


def test_parts_of_a_term_are_the_term(api: ApiClient, path: str) -> None:
    said = f"{path}?option=dedicated:acme/gpu@12x1&starts_on=2026-12-15"
    whole = rows(api.get(said).data)
    halves = [rows(api.get(f"{said}&{span}").data) for span in ("to=2027-05-20", "from=2027-05-21")]
    for name in ("BilledCost", "EffectiveCost"):
        assert money(whole, name) == sum((money(half, name) for half in halves), Decimal(0))
    assert api.get(f"{said}&from=2027-02-01&to=2027-01-01").json["errors"][0]["pointer"] == "/to"


@settings(max_examples=examples(100))
@given(
    st.decimals(0, 10**6, places=6),
    st.decimals(0, 10**6, places=12),
    st.integers(1, 36),
    st.decimals(0, 1, places=9),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.lists(st.integers(0, 1200), max_size=8),
)
def test_whatever_the_term_and_the_cuts_what_is_used_and_unused_is_what_is_billed(
    upfront: Decimal, monthly: Decimal, months: int, used: Decimal, starts_on: date, cuts: list[int]
) -> None:
    ends_on = date.fromordinal(months_after(starts_on, months).toordinal() - 1)
    term = Term(1, upfront, monthly, months, used, starts_on, ends_on)
    inside = {starts_on.toordinal() + cut for cut in cuts if cut}
    days = sorted({starts_on.toordinal(), ends_on.toordinal() + 1, *(d for d in inside if d <= ends_on.toordinal())})
    parts = [term.effective(date.fromordinal(first), date.fromordinal(after - 1)) for first, after in pairwise(days)]
    assert sum((one + other for one, other in parts), Decimal(0)) == term.total
    assert all(amount == amount.quantize(CENT) for part in parts for amount in part)
    assert sum(amount for _, amount in term.payments()) == term.total
