"""The options part of the document: bills as lines, figures, what rules an option out."""

from dataclasses import asdict

from service.workflow.bill import Line
from service.workflow.compare.commitment import Commitment, commitment
from service.workflow.compare.uncertainty import Interval
from service.workflow.document.values import JsonValue, cents, decimal_text, money, number, quantity_text
from service.workflow.offers import Rate
from service.workflow.options import Figures, Option, Percentiles, Violation
from service.workflow.policy import Policy


def option(entry: Option, policy: Policy, currency: str, interval: Interval | None) -> dict[str, JsonValue]:
    """Return one option. One that was ruled out carries its lower limits, and no figures at all."""
    reservation = entry.reservation
    body: dict[str, JsonValue] = {
        "key": entry.key,
        "mode": entry.mode,
        "units": None if reservation is None or entry.ruled_out else reservation.units,
        "term_months": None if reservation is None else _term(reservation.rate),
        "dedicated": None if reservation is None else reservation.offer.sku,
        "serverless": None if entry.serverless is None else entry.serverless.sku,
        "eligible": entry.eligible,
        "violations": [violation(v) for v in entry.violations],
        "ruled_out": entry.ruled_out,
        "monthly_cost": money(entry.monthly_cost, currency),
        "adjusted_monthly_cost": money(entry.adjusted, currency),
        "expected_monthly_cost": money(entry.expected, currency),
    }
    if entry.ruled_out:
        return body
    body |= {
        "minimum_units": entry.minimum_units,
        "warm_instances": entry.warm_instances,
        "threshold_streams": entry.threshold,
        "latency_value": money(entry.latency_value, currency),
        "isolation_value": money(entry.isolation_value, currency),
        "outage_value": money(entry.outage_value, currency),
        "lines": [_line(line) for line in entry.lines],
        "commitment": _commitment(commitment(entry, policy.horizon), currency),
        "interval": _interval(interval, currency),
    }
    return body | _figures(entry.figures, currency)


def violation(entry: Violation) -> JsonValue:
    """Return one hard need that was missed."""
    return {"code": entry.code, "sentence": entry.sentence}


def _line(line: Line) -> JsonValue:
    return {
        "code": line.code,
        "quantity": quantity_text(line.quantity),
        "unit": line.unit,
        "unit_price": decimal_text(line.unit_price),
        "per": line.per,
        "amount": decimal_text(line.amount),
    }


def _figures(figures: Figures | None, currency: str) -> dict[str, JsonValue]:
    if figures is None:
        return {}
    return {
        "utilization": number(figures.utilization),
        "slots_in_use": number(figures.slots_in_use),
        "coverage": number(figures.coverage),
        "overflow_share": number(figures.overflow_share),
        "throttled_share": number(figures.throttled_share),
        "slow_share": number(figures.slow_share),
        "cold_starts_per_month": number(figures.cold_starts_per_month),
        "outage_cost_per_day": None
        if figures.outage_cost_per_day is None
        else money(figures.outage_cost_per_day, currency),
        "standard_error": None if figures.standard_error is None else cents(figures.standard_error, currency),
        "latency_ms": {
            "first_token": _percentiles(figures.first_token),
            "end_to_end": _percentiles(figures.end_to_end),
        },
    }


def _percentiles(percentiles: Percentiles | None) -> JsonValue:
    if percentiles is None:
        return None
    return {name: number(value) for name, value in asdict(percentiles).items()}


def _commitment(entry: Commitment | None, currency: str) -> JsonValue:
    if entry is None:
        return None
    return {
        "upfront": money(entry.upfront, currency),
        "monthly": money(entry.monthly, currency),
        "months_locked": entry.months_locked,
        "pays_back_month": entry.pays_back_month,
        "horizon_cost": money(entry.horizon_cost, currency),
        "horizon_on_demand": money(entry.horizon_on_demand, currency),
    }


def _interval(entry: Interval | None, currency: str) -> JsonValue:
    if entry is None:
        return None
    regret = entry.expected_regret
    return {
        "low": cents(entry.low, currency),
        "high": cents(entry.high, currency),
        "probability_cheapest": number(entry.probability_cheapest),
        "probability_within_margin": number(entry.probability_within_margin),
        "expected_regret": None if regret is None else cents(regret, currency),
    }


def _term(rate: Rate) -> int | float:
    """Return a term in months: whole ones, or of a term of days the part of a month of 730 hours."""
    return float(rate.months) if rate.term_days else rate.term_months
