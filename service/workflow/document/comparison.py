"""The comparison part of the document."""

from service.workflow.compare.compare import Comparison
from service.workflow.compare.crossover import Crossover
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.compare.marginal import MarginalUnit
from service.workflow.compare.pareto import p95
from service.workflow.compare.uncertainty import Uncertainty
from service.workflow.compare.walk_forward import WalkForward
from service.workflow.document.options import violation
from service.workflow.document.values import JsonValue, decimal_text, money, number, significant
from service.workflow.options import Option
from service.workflow.policy import Policy


def comparison(entry: Comparison, policy: Policy, currency: str) -> dict[str, JsonValue]:
    """Return crossovers, marginal units, Pareto frontier, flip points, uncertainty and walk-forward."""
    metric = policy.latency.metric
    return {
        "crossovers": [_crossover(c, currency) for c in entry.crossovers],
        "marginal_units": _marginal(entry, currency),
        "pareto": [_pareto(o, p95(o, metric), currency) for o in entry.pareto],
        "flip_points": [flip_point(point) for point in entry.flip_points],
        "uncertainty": _uncertainty(entry.uncertainty),
        "walk_forward": _walk_forward(entry.walk_forward, currency),
    }


def _crossover(entry: Crossover, currency: str) -> JsonValue:
    return {
        "reserved": entry.reserved,
        "serverless": entry.serverless,
        "unit_hourly": money(entry.unit_hourly, currency),
        "cost_per_request": number(entry.cost_per_request),
        "requests_per_hour": number(entry.requests_per_hour),
        "utilization": number(entry.utilization),
        "workload": {"mean": number(entry.mean), "floor": number(entry.floor), "peak": number(entry.peak)},
        "steady_clears": entry.steady_clears,
    }


def _marginal(entry: Comparison, currency: str) -> JsonValue:
    if entry.marginal_of is None:
        return None
    return {"option": entry.marginal_of.key, "steps": [_step(step, currency) for step in entry.marginal]}


def _step(step: MarginalUnit, currency: str) -> JsonValue:
    return {
        "units": step.units,
        "cost": money(step.cost, currency),
        "overflow_avoided": money(step.avoided, currency),
        "saving": money(step.saving, currency),
        "utilization": number(step.utilization),
        "break_even": number(step.break_even),
    }


def _pareto(option: Option, latency: float | None, currency: str) -> JsonValue:
    return {"option": option.key, "monthly_cost": money(option.monthly_cost, currency), "p95_ms": number(latency)}


def flip_point(point: FlipPoint) -> JsonValue:
    """Return one flip point."""
    return {
        "kind": point.kind,
        "name": point.name,
        "unit": point.unit,
        "current": decimal_text(point.current),
        "value": decimal_text(significant(point.value)),
        "direction": point.direction,
        "to": point.to,
        "exact": point.exact,
    }


def _uncertainty(entry: Uncertainty) -> JsonValue:
    return {
        "scenarios": entry.scenarios,
        "volatility": number(entry.volatility),
        "spread": number(entry.spread),
        "recent_level": number(entry.level),
        "level_low": number(entry.low),
        "level_high": number(entry.high),
        "own_weeks": entry.own_weeks,
    }


def _walk_forward(entry: WalkForward | None, currency: str) -> JsonValue:
    if entry is None:
        return None
    return {
        "weeks_decided": entry.weeks_decided,
        "weeks_paid": entry.weeks_paid,
        "decided": entry.decided,
        "paid": money(entry.paid, currency),
        "violations": [violation(v) for v in entry.violations],
        "hindsight": entry.hindsight,
        "best": money(entry.best, currency),
        "regret": number(entry.regret),
    }
