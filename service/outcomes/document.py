"""An outcome as JSON: the answer for people first, then the figures it stands on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from service.kit.db.types import plain_decimal
from service.outcomes.joining import Joined, Unmatched
from service.outcomes.periods import Period
from service.outcomes.plan import Plan
from service.outcomes.traffic import Came
from service.outcomes.variance import CENT, LineVariance, Variance, decimal_of, variance

Json = dict[str, Any]

CAUSE_WORDS = {
    "volume": "more or less traffic than expected",
    "mix": "another mix of tokens than expected",
    "overflow": "more or less overflow than expected",
    "metering": "more or less billed than the traffic shows",
    "units": "more or fewer units than planned",
    "price": "other prices than expected",
    "fees": "other fees than expected",
    "taxes_and_credits": "taxes, credits and adjustments",
    "unexplained": "charges that do not say what they are for",
}
"""What each cause means."""


@dataclass(frozen=True)
class Case:
    """What an outcome is made of. tolerance: the share of what was expected that a variance may have unremarked."""

    evaluation: Json
    option: str
    plan: Plan
    joined: Joined
    came: Came | None
    regret: Json | None
    tolerance: Decimal

    @cached_property
    def variance(self) -> Variance:
        """What was billed against what was expected, by line and cause."""
        return variance(self.plan, self.joined, None if self.came is None else self.came.traffic)


def outcome_document(case: Case) -> Json:
    """Return the outcome. Money is in the plan's currency, in cents that add up."""
    found = case.variance
    difference = found.billed - found.predicted
    share = None if not found.predicted else (difference / found.predicted).quantize(Decimal("0.0001"))
    off_plan = share is None or abs(share) > case.tolerance
    low, high = (None if end is None else decimal_of(end).quantize(CENT) for end in (case.plan.low, case.plan.high))
    within = None if low is None or high is None else low <= found.billed <= high
    return {
        "detail": list(_told(case, found, difference, within=within)),
        "currency": case.plan.currency,
        "predicted": str(found.predicted),
        "billed": str(found.billed),
        "invoiced": str(decimal_of(case.joined.invoiced).quantize(CENT)),
        "variance": str(difference),
        "variance_share": None if share is None else str(share),
        "off_plan": off_plan,
        "by_cause": {cause: str(amount) for cause, amount in found.causes.items()},
        "interval": None if within is None else {"low": str(low), "high": str(high), "hit": within},
        "volume_factor": None if found.volume_factor is None else plain_decimal(decimal_of(found.volume_factor)),
        "unused": str(sum((line.unused for line in found.lines), Decimal("0.00"))),
        "lines": [_line(line) for line in found.lines],
        "not_billed": {code: str(decimal_of(amount).quantize(CENT)) for code, amount in case.plan.own_costs.items()},
        "unmatched": [_unmatched(one) for one in case.joined.unmatched],
        "regret": case.regret,
        "evaluation_digest": case.evaluation["digest"],
        "engine_version": case.evaluation["inputs"]["engine_version"],
    }


def _line(line: LineVariance) -> Json:
    return {
        "code": line.code,
        "sku": line.sku,
        "unit": line.unit,
        "predicted": str(line.predicted),
        "billed": str(line.billed),
        "predicted_quantity": plain_decimal(line.predicted_quantity),
        "billed_quantity": None if line.billed_quantity is None else plain_decimal(line.billed_quantity),
        "unused": str(line.unused),
        "by_cause": {cause: str(amount) for cause, amount in line.causes.items() if amount},
    }


def _unmatched(one: Unmatched) -> Json:
    return {
        "sku": one.sku,
        "provider": one.provider,
        "category": one.category,
        "currency": one.currency,
        "reason": one.reason,
        "amount": plain_decimal(decimal_of(one.amount)),
        "charges": one.charges,
    }


def _told(case: Case, found: Variance, difference: Decimal, *, within: bool | None) -> Iterator[str]:
    currency, period = case.plan.currency, case.plan.period
    more = (
        "as expected" if not difference else f"{abs(difference):,} {'more' if difference > 0 else 'less'} than expected"
    )
    yield f"{found.billed:,} {currency} was billed from {_days(period)}, {more} ({found.predicted:,})."
    causes = sorted(found.causes.items(), key=lambda item: -abs(item[1]))
    for cause, amount in causes[:3]:
        if amount:
            yield f"{amount:+,} {currency}: {CAUSE_WORDS[cause]} ({cause})."
    if within is not None:
        yield f"What was billed lies {'inside' if within else 'outside'} the interval that was stated."
    if case.regret is not None:
        yield case.regret["detail"]
    yield from _cautions(case, found.lines)


def _cautions(case: Case, lines: Sequence[LineVariance]) -> Iterator[str]:
    if not case.joined.lines:
        yield "No charge of the bills belongs to this option: name its skus in `skus`, or upload the period's bill."
    for line in lines:
        if line.billed_quantity is None:
            yield f"{line.code}: a charge tells no quantity in {line.unit}, so causes cannot be told apart."
    for code in sorted(case.joined.assumed_units):
        yield f"{code}: a charge names no unit; its quantity was taken to be in the unit of the plan."
    if case.joined.unmatched:
        count = sum(one.charges for one in case.joined.unmatched)
        belong = "1 charge of the bills belongs" if count == 1 else f"{count} charges of the bills belong"
        yield f"{belong} to no line of this option and {'is' if count == 1 else 'are'} left out; see `unmatched`."
    crossing = [one for one in case.joined.unmatched if one.reason == "crosses_period" and one.amount]
    if crossing:
        skus = ", ".join(sorted({one.sku for one in crossing}))
        yield f"Charges of {skus} reach beyond these days and are left out: choose days that hold whole charges."
    if case.came is None:
        yield "Without the traffic of the period, volume is what was billed by use, and overflow is not told from it."
    elif case.came.covered < 1:
        yield f"The traffic covers {float(case.came.covered):.1%} of the period; the rest was taken to be like it."


def _days(period: Period) -> str:
    return f"{period.starts_on} to {period.ends_on}"
