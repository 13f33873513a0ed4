"""The options part of an answer: bills as lines, figures, what rules an option out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from service.workflow.bill import Line
from service.workflow.compare.commitment import Commitment, commitment
from service.workflow.compare.uncertainty import Interval
from service.workflow.document.basis import OptionBasis, basis_of
from service.workflow.document.encoding import (
    SINCE_2_0,
    SINCE_2_2,
    SINCE_2_5,
    UNSET,
    Quantity,
    ShownMoney,
    Unrounded,
    Unset,
    estimate,
    known,
)
from service.workflow.figure_bases import FigureBasis
from service.workflow.latency_ranges import PercentileRanges, ranges_of
from service.workflow.options import Figures, Option, Percentiles, Violation
from service.workflow.policy import Mode, Policy
from service.workflow.rates import Rate


@dataclass(frozen=True)
class BillLine:
    """A line of the month's bill, in the option's currency."""

    code: str
    quantity: Annotated[Quantity, "In `unit`."]
    unit: str
    unit_price: Annotated[Decimal, "For `per` of the unit."]
    per: int
    amount: Decimal


@dataclass(frozen=True)
class CommittedCosts:
    """What a term binds."""

    upfront: ShownMoney
    monthly: ShownMoney
    months_locked: int
    pays_back_month: Annotated[int | None, "From whose end on it has cost no more than on demand."]
    horizon_cost: Annotated[ShownMoney, "Total over the horizon."]
    horizon_on_demand: Annotated[ShownMoney, "The same units on demand over the horizon."]


@dataclass(frozen=True)
class CostInterval:
    """The total over the levels that traffic may come to."""

    low: Annotated[ShownMoney, "At 10 %."]
    high: Annotated[ShownMoney, "At 90 %."]
    probability_cheapest: Annotated[float | None, "Other numbers of units included."]
    probability_within_margin: Annotated[float | None, "That nothing is cheaper by more than the margin.", SINCE_2_0]
    expected_regret: Annotated[ShownMoney | None, "A month.", SINCE_2_0]


@dataclass(frozen=True)
class Latency:
    """Percentiles over all requests, in milliseconds; null where nothing is known of them."""

    first_token: Percentiles | None
    end_to_end: Percentiles | None


@dataclass(frozen=True)
class LatencyRanges:
    """Where eight of ten measured units lie, in milliseconds; null where no measurement is known to set it against."""

    first_token: PercentileRanges | None
    end_to_end: PercentileRanges | None


@dataclass(frozen=True)
class AnsweredOption:
    """One way to serve the workload. ShownMoney is per month.

    One that was ruled out without a replay has lower limits for its money, and none of the fields from `minimum_units`.
    """

    key: Annotated[str, "Its name."]
    mode: Mode
    units: Annotated[int | None, "Reserved; the most that autoscaling runs."]
    term_months: Annotated[
        Unrounded | None,
        "0 on demand; of a term in days its part of 730 hours; null without reserved units.",
    ]
    dedicated: Annotated[str | None, "The offer whose units it reserves."]
    serverless: Annotated[str | None, "The serverless offer it buys from."]
    eligible: Annotated[bool, "Whether it meets every hard need."]
    violations: Annotated[tuple[Violation, ...], "The hard needs it misses."]
    ruled_out: Annotated[bool, "Whether it was ruled out without a replay."]
    monthly_cost: Annotated[ShownMoney, "The bill of a month."]
    adjusted_monthly_cost: Annotated[ShownMoney, "With the values of latency, isolation and outages."]
    expected_monthly_cost: Annotated[
        ShownMoney, "The adjusted total at the traffic to be expected: what is compared.", SINCE_2_0
    ]
    second_units: Annotated[
        int | Unset, "Units of the second kind, where the two budgets of an offer are bought apart.", SINCE_2_2
    ] = UNSET
    minimum_units: Annotated[int | Unset | None, "Units that autoscaling keeps."] = UNSET
    warm_instances: Annotated[int | Unset, "Instances of a warm pool."] = UNSET
    threshold_streams: Annotated[int | Unset | None, "Streams in service at which a hybrid spills."] = UNSET
    latency_value: Annotated[ShownMoney | Unset, "What slow requests cost."] = UNSET
    isolation_value: Annotated[ShownMoney | Unset, "What unmet preferences cost."] = UNSET
    outage_value: Annotated[
        ShownMoney | Unset, "What requests cost that nobody serves while units are down.", SINCE_2_0
    ] = UNSET
    lines: tuple[BillLine, ...] | Unset = UNSET
    commitment: Annotated[CommittedCosts | Unset | None, "Null without a term."] = UNSET
    interval: CostInterval | Unset | None = UNSET
    utilization: Annotated[float | Unset | None, "Work done ÷ work of full units, or budget used ÷ budget."] = UNSET
    slots_in_use: Annotated[float | Unset | None, "Time-mean of streams in service ÷ slots; null without slots."] = (
        UNSET
    )
    coverage: Annotated[
        float | Unset | None, "Tokens that the reserved side serves ÷ all; requests where no tokens were recorded."
    ] = UNSET
    overflow_share: Annotated[float | Unset | None, "Of requests."] = UNSET
    throttled_share: Annotated[float | Unset, "Of requests; of tokens where no requests were recorded."] = UNSET
    slow_share: Annotated[float | Unset | None, "Of requests, slower than the target."] = UNSET
    cold_starts_per_month: Annotated[float | Unset, "Starts that a request waited for."] = UNSET
    outage_cost_per_day: Annotated[
        ShownMoney | Unset | None, "Of a hybrid: its reserved side's share served on serverless for a day."
    ] = UNSET
    standard_error: Annotated[ShownMoney | Unset | None, "Of the monthly cost, where a sample was replayed."] = UNSET
    latency_ms: Latency | Unset = UNSET
    latency_range_ms: Annotated[LatencyRanges | Unset, "How far `latency_ms` may be off.", SINCE_2_2] = UNSET
    basis: Annotated[OptionBasis | Unset, "What each of its figures is.", SINCE_2_5] = UNSET

    @property
    def bill(self) -> tuple[BillLine, ...]:
        """Its lines; none where it was ruled out."""
        return known(self.lines) or ()


def option(
    entry: Option, policy: Policy, currency: str, interval: Interval | None, inputs: Sequence[FigureBasis] = ()
) -> AnsweredOption:
    """Return one option. One that was ruled out carries its lower limits, and no figures at all.

    inputs: what the figures of the traffic and the policy are.
    """
    reservation = entry.reservation
    answered = AnsweredOption(
        key=entry.key,
        mode=entry.mode,
        units=None if reservation is None or entry.ruled_out else reservation.units,
        term_months=None if reservation is None else _term(reservation.rate),
        dedicated=None if reservation is None else reservation.offer.sku,
        serverless=None if entry.serverless is None else entry.serverless.sku,
        eligible=entry.eligible,
        violations=entry.violations,
        ruled_out=entry.ruled_out,
        monthly_cost=ShownMoney(entry.monthly_cost, currency),
        adjusted_monthly_cost=ShownMoney(entry.adjusted, currency),
        expected_monthly_cost=ShownMoney(entry.expected, currency),
    )
    if entry.ruled_out:
        return answered
    answered = replace(
        answered,
        second_units=UNSET if reservation is None or not reservation.second_units else reservation.second_units,
        minimum_units=entry.minimum_units,
        warm_instances=entry.warm_instances,
        threshold_streams=entry.threshold,
        latency_value=ShownMoney(entry.latency_value, currency),
        isolation_value=ShownMoney(entry.isolation_value, currency),
        outage_value=ShownMoney(entry.outage_value, currency),
        lines=tuple(_line(line) for line in entry.lines),
        commitment=_commitment(commitment(entry, policy.horizon), currency),
        interval=_interval(interval, currency),
    )
    if entry.figures is not None:
        ranges = LatencyRanges(*ranges_of(entry))
        answered = replace(_with_figures(answered, entry.figures, currency), latency_range_ms=ranges)
    return replace(answered, basis=basis_of(entry, inputs))


def _line(line: Line) -> BillLine:
    return BillLine(line.code, Quantity(line.quantity), line.unit, line.unit_price, line.per, line.amount)


def _with_figures(answered: AnsweredOption, figures: Figures, currency: str) -> AnsweredOption:
    outage, error = figures.outage_cost_per_day, figures.standard_error
    return replace(
        answered,
        utilization=figures.utilization,
        slots_in_use=figures.slots_in_use,
        coverage=figures.coverage,
        overflow_share=figures.overflow_share,
        throttled_share=figures.throttled_share,
        slow_share=figures.slow_share,
        cold_starts_per_month=figures.cold_starts_per_month,
        outage_cost_per_day=None if outage is None else ShownMoney(outage, currency),
        standard_error=None if error is None else estimate(error, currency),
        latency_ms=Latency(figures.first_token, figures.end_to_end),
    )


def _commitment(entry: Commitment | None, currency: str) -> CommittedCosts | None:
    if entry is None:
        return None
    return CommittedCosts(
        upfront=ShownMoney(entry.upfront, currency),
        monthly=ShownMoney(entry.monthly, currency),
        months_locked=entry.months_locked,
        pays_back_month=entry.pays_back_month,
        horizon_cost=ShownMoney(entry.horizon_cost, currency),
        horizon_on_demand=ShownMoney(entry.horizon_on_demand, currency),
    )


def _interval(entry: Interval | None, currency: str) -> CostInterval | None:
    if entry is None:
        return None
    regret = entry.expected_regret
    return CostInterval(
        low=estimate(entry.low, currency),
        high=estimate(entry.high, currency),
        probability_cheapest=entry.probability_cheapest,
        probability_within_margin=entry.probability_within_margin,
        expected_regret=None if regret is None else estimate(regret, currency),
    )


def _term(rate: Rate) -> Unrounded:
    """Return a term in months: whole ones, or of a term of days the part of a month of 730 hours."""
    return Unrounded(rate.months if rate.term_days else rate.term_months)
