"""What was agreed on buying: the facts of the commitment, and what is payable over its time."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.decisions.decided_money import money_of
from service.decisions.models import Decision
from service.decisions.terms import payable
from service.kit.http.problems import FieldError, invalid
from service.workflow.bill import quantize


def agreed_facts(decision: Decision, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the commitment: what was said, and what was decided of the rest. Raises Problem 422."""
    money, sold = money_of(decision.content), decision.content["offers"]["dedicated"]
    assert money is not None, "only what is on an option is bought"
    units = money.units
    ends_on = said["ends_on"] or (None if decision.ends_on is None else date.fromisoformat(decision.ends_on))
    if ends_on is None:
        told = "Name the last day that is paid for: the decision is on demand and has none."
        raise invalid(FieldError("/ends_on", "required", told))
    monthly, upfront = said["monthly_per_unit"], said["upfront_per_unit"]
    notice_by = None if decision.notice_by is None else date.fromisoformat(decision.notice_by)
    return {
        "workload_id": decision.workload_id,
        "provider": sold["provider"] or decision.provider or "",
        "sku": sold["sku"],
        "units": units,
        "currency": decision.currency,
        "monthly_per_unit": quantize(money.monthly / units) if monthly is None else monthly,
        "upfront_per_unit": quantize(money.upfront / units) if upfront is None else upfront,
        "starts_on": said["starts_on"] or date.fromisoformat(decision.starts_on),
        "ends_on": ends_on,
        "notice_by": said["notice_by"] or notice_by,
        "renews": said["renews"],
        "reference": said["reference"],
        "description": f"{decision.title} ({decision.id})"[:2000],
        "is_settled": False,
    }  # fmt: skip


def total_of(decision: Decision, agreed: Mapping[str, Any]) -> Decimal:
    """Return everything payable: over the term as it was decided, or by the day where other days were agreed.

    A month is 365/12 days.
    """
    starts, ends = agreed["starts_on"], agreed["ends_on"]
    days = (ends - starts).days + 1
    decided = decision.ends_on is not None and days == _days(decision)
    terms = decision.content["money"]
    months = (
        Fraction(str(terms["term_months"])) if decided and terms["term_months"] else Fraction(12 * max(0, days), 365)
    )
    monthly: Decimal = agreed["monthly_per_unit"] * agreed["units"]
    once: Decimal = agreed["upfront_per_unit"] * agreed["units"]
    return payable(once, monthly, months)


def _days(decision: Decision) -> int:
    assert decision.ends_on is not None
    return (date.fromisoformat(decision.ends_on) - date.fromisoformat(decision.starts_on)).days + 1
