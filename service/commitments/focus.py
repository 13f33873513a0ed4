"""Commitments as the Contract Commitment dataset of FOCUS 1.4 (https://focus.finops.org), as CSV."""

import csv
import io
import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from service.commitments.models import Commitment
from service.commitments.service import CENT, standing
from service.kit.db.types import plain_decimal

CONTENT_TYPE = "text/csv; charset=utf-8"

STATUSES = {"upcoming": "Pending", "active": "Active", "ended": "Expired"}
"""ContractCommitmentLifecycleStatus of each state."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


def contract_commitments(
    commitments: Sequence[Commitment], today: date, statuses: Mapping[str, str] | None = None
) -> bytes:
    """Return the file: a header and a row a commitment, in columns by name.

    statuses: lifecycle status by id of a commitment, where its days do not say it.
    """
    known = statuses or {}
    rows = [_row(commitment, today, known.get(commitment.id)) for commitment in commitments]
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, sorted(_COLUMNS))
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return written.getvalue().encode()


def term_cost(commitment: Commitment) -> Decimal:
    """Return everything payable over the whole time, what was paid at its start included, to the cent.

    Whole calendar months count as months, any other time as 12/365 of a month a day.
    """
    starts, ends = date.fromisoformat(commitment.starts_on), date.fromisoformat(commitment.ends_on)
    whole = whole_months(starts, ends)
    months = Decimal((ends - starts).days + 1) * 12 / 365 if whole is None else Decimal(whole)
    cost = commitment.units * (commitment.upfront_per_unit + commitment.monthly_per_unit * months)
    return cost.quantize(CENT, ROUND_HALF_EVEN)


def whole_months(starts: date, ends: date) -> int | None:
    """Return how many calendar months lie from a first to a last day, None where they are not whole."""
    after = ends + timedelta(days=1)
    months = (after.year - starts.year) * 12 + after.month - starts.month
    whole = after.day == min(starts.day, monthrange(after.year, after.month)[1])
    return months if whole and months > 0 else None


def _row(commitment: Commitment, today: date, status: str | None) -> Mapping[str, str]:
    cost = term_cost(commitment)
    starts, ends = date.fromisoformat(commitment.starts_on), date.fromisoformat(commitment.ends_on)
    period = {"Start": f"{starts}T00:00:00Z", "End": f"{ends + timedelta(days=1)}T00:00:00Z"}
    return {
        "BillingCurrency": commitment.currency,
        "PricingCurrency": commitment.currency,
        "ContractCommitmentApplicability": _applicability(commitment),
        "ContractCommitmentBenefitCategory": "Availability",
        "ContractCommitmentCategory": "Usage",
        "ContractCommitmentCost": plain_decimal(cost),
        "PricingCurrencyContractCommitmentCost": plain_decimal(cost),
        "ContractCommitmentCreated": _moment(commitment.created_at),
        "ContractCommitmentLastUpdated": _moment(commitment.updated_at),
        "ContractCommitmentDescription": commitment.description,
        "ContractCommitmentDiscountPercentage": "",
        "ContractCommitmentDurationType": _duration(starts, ends),
        "ContractCommitmentFulfillmentInterval": "Monthly",
        "ContractCommitmentId": commitment.id,
        "ContractCommitmentLifecycleStatus": status or STATUSES[standing(commitment, today).state],
        "ContractCommitmentModel": "Continuous",
        "ContractCommitmentOfferCategory": "Negotiated",
        **_payment(commitment, cost),
        "ContractCommitmentPeriodStart": period["Start"],
        "ContractCommitmentPeriodEnd": period["End"],
        "ContractCommitmentQuantity": str(commitment.units),
        "ContractCommitmentType": commitment.sku,
        "ContractCommitmentUnit": "Units",
        "ContractId": commitment.reference or commitment.id,
        "ContractPeriodStart": period["Start"],
        "ContractPeriodEnd": period["End"],
        "InvoiceIssuerName": commitment.provider,
        "ServiceProviderName": commitment.provider,
    }


_COLUMNS = (
    "BillingCurrency", "ContractCommitmentApplicability", "ContractCommitmentBenefitCategory",
    "ContractCommitmentCategory", "ContractCommitmentCost", "ContractCommitmentCreated",
    "ContractCommitmentDescription", "ContractCommitmentDiscountPercentage", "ContractCommitmentDurationType",
    "ContractCommitmentFulfillmentInterval", "ContractCommitmentId", "ContractCommitmentLastUpdated",
    "ContractCommitmentLifecycleStatus", "ContractCommitmentModel", "ContractCommitmentOfferCategory",
    "ContractCommitmentPaymentInterval", "ContractCommitmentPaymentModel",
    "ContractCommitmentPaymentUpfrontPercentage", "ContractCommitmentPeriodEnd", "ContractCommitmentPeriodStart",
    "ContractCommitmentQuantity", "ContractCommitmentType", "ContractCommitmentUnit", "ContractId",
    "ContractPeriodEnd", "ContractPeriodStart", "InvoiceIssuerName", "PricingCurrency",
    "PricingCurrencyContractCommitmentCost", "ServiceProviderName",
)  # fmt: skip


def _payment(commitment: Commitment, cost: Decimal) -> dict[str, str]:
    upfront = commitment.upfront_per_unit * commitment.units
    if commitment.monthly_per_unit == 0 and upfront > 0:
        model, share, interval = "All Upfront", Decimal(1), "One-Time"
    elif upfront == 0:
        model, share, interval = "No Upfront", Decimal(0), "Monthly"
    else:
        model, share, interval = "Partial Upfront", (upfront / cost).quantize(Decimal("0.000001")), "Monthly"
    return {
        "ContractCommitmentPaymentModel": model,
        "ContractCommitmentPaymentUpfrontPercentage": plain_decimal(share),
        "ContractCommitmentPaymentInterval": interval,
    }


def _applicability(commitment: Commitment) -> str:
    """Return what it applies to as far as it was entered: the sku, and the workload where one is named."""
    named = {"IsComplexScope": True, "x_Sku": commitment.sku, "x_WorkloadId": commitment.workload_id}
    return json.dumps({name: value for name, value in named.items() if value is not None})


def _duration(starts: date, ends: date) -> str:
    months = whole_months(starts, ends)
    if months is None:
        count, unit = (ends - starts).days + 1, "Day"
    elif months % 12 == 0:
        count, unit = months // 12, "Year"
    else:
        count, unit = months, "Month"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _safe(value: str) -> str:
    """Return text that a spreadsheet shows and does not compute."""
    return f"'{value}" if value.startswith(_FORMULA) else value
