"""The comparison part of an answer: where the options' order turns, and how sure it is."""

from dataclasses import dataclass, replace
from typing import Annotated

from service.workflow.compare.compare import Comparison
from service.workflow.compare.crossover import Crossover
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.compare.marginal import MarginalUnit
from service.workflow.compare.pareto import p95
from service.workflow.compare.uncertainty import Uncertainty
from service.workflow.compare.walk_forward import WalkForward
from service.workflow.document.encoding import SINCE_2_0, ShownMoney
from service.workflow.document.values import significant
from service.workflow.options import Option, Violation
from service.workflow.policy import Policy


@dataclass(frozen=True)
class LoadAgainstCrossover:
    """The measured load ÷ the crossover."""

    mean: float | None
    floor: float | None
    peak: float | None


@dataclass(frozen=True)
class ReservedCrossover:
    """Where a full unit and a serverless offer cost the same."""

    reserved: Annotated[str, "Offer and term."]
    serverless: str
    unit_hourly: Annotated[ShownMoney, "Upfront included."]
    cost_per_request: float | None
    requests_per_hour: Annotated[float | None, "That justify one unit."]
    utilization: Annotated[float | None, "The same as a share of a full unit."]
    workload: LoadAgainstCrossover
    steady_clears: Annotated[bool, "Whether the floor is above it with the margin, and a full unit reaches it at all."]


@dataclass(frozen=True)
class MarginalStep:
    """One more step of units, which ends at `units`."""

    units: int
    cost: ShownMoney
    overflow_avoided: ShownMoney
    saving: ShownMoney
    utilization: float | None
    break_even: Annotated[float | None, "The utilization from which on the step pays."]


@dataclass(frozen=True)
class MarginalUnits:
    """What each step of units of the best hybrid costs and avoids."""

    option: str
    steps: tuple[MarginalStep, ...]


@dataclass(frozen=True)
class ParetoOption:
    """An option such that none is both cheaper and faster."""

    option: str
    monthly_cost: ShownMoney
    p95_ms: float | None


@dataclass(frozen=True)
class ComingLevels:
    """The scenarios of the level that traffic may come to."""

    scenarios: int
    volatility: Annotated[float | None, "How much days differ."]
    spread: Annotated[float | None, "What that makes of the coming level."]
    recent_level: Annotated[float | None, "Recent ÷ measured level."]
    level_low: Annotated[float | None, "Coming ÷ recent level, at 10 %."]
    level_high: Annotated[float | None, "At 90 %."]
    own_weeks: Annotated[int, "Weeks of the history whose forecasts were scored for it."]


@dataclass(frozen=True)
class BackTest:
    """What a decision on the first weeks would have paid in the last ones."""

    weeks_decided: int
    weeks_paid: int
    decided: str
    paid: ShownMoney
    violations: Annotated[tuple[Violation, ...], "Hard needs that it missed there."]
    hindsight: Annotated[str, "The cheapest there."]
    best: Annotated[ShownMoney, "What that costs."]
    regret: Annotated[float | None, "Paid ÷ best, less 1."]


@dataclass(frozen=True)
class AnsweredComparison:
    """How the options stand to each other, and what would turn that."""

    crossovers: tuple[ReservedCrossover, ...]
    marginal_units: Annotated[MarginalUnits | None, "Null without a hybrid."]
    pareto: tuple[ParetoOption, ...]
    flip_points: tuple[FlipPoint, ...]
    uncertainty: Annotated[ComingLevels, "The scenarios of the coming level.", SINCE_2_0]
    walk_forward: Annotated[BackTest | None, "Null where the history is too short for it."]


def comparison(entry: Comparison, policy: Policy, currency: str) -> AnsweredComparison:
    """Return crossovers, marginal units, Pareto frontier, flip points, uncertainty and walk-forward."""
    metric = policy.latency.metric
    return AnsweredComparison(
        crossovers=tuple(_crossover(c, currency) for c in entry.crossovers),
        marginal_units=_marginal(entry, currency),
        pareto=tuple(_pareto(o, p95(o, metric), currency) for o in entry.pareto),
        flip_points=tuple(flip_point(point) for point in entry.flip_points),
        uncertainty=_uncertainty(entry.uncertainty),
        walk_forward=_walk_forward(entry.walk_forward, currency),
    )


def flip_point(point: FlipPoint) -> FlipPoint:
    """Return a flip point with as many digits of its value as mean something."""
    return replace(point, value=significant(point.value))


def _crossover(entry: Crossover, currency: str) -> ReservedCrossover:
    return ReservedCrossover(
        reserved=entry.reserved,
        serverless=entry.serverless,
        unit_hourly=ShownMoney(entry.unit_hourly, currency),
        cost_per_request=entry.cost_per_request,
        requests_per_hour=entry.requests_per_hour,
        utilization=entry.utilization,
        workload=LoadAgainstCrossover(entry.mean, entry.floor, entry.peak),
        steady_clears=entry.steady_clears,
    )


def _marginal(entry: Comparison, currency: str) -> MarginalUnits | None:
    if entry.marginal_of is None:
        return None
    return MarginalUnits(entry.marginal_of.key, tuple(_step(step, currency) for step in entry.marginal))


def _step(step: MarginalUnit, currency: str) -> MarginalStep:
    return MarginalStep(
        units=step.units,
        cost=ShownMoney(step.cost, currency),
        overflow_avoided=ShownMoney(step.avoided, currency),
        saving=ShownMoney(step.saving, currency),
        utilization=step.utilization,
        break_even=step.break_even,
    )


def _pareto(option: Option, latency: float | None, currency: str) -> ParetoOption:
    return ParetoOption(option.key, ShownMoney(option.monthly_cost, currency), latency)


def _uncertainty(entry: Uncertainty) -> ComingLevels:
    return ComingLevels(
        scenarios=entry.scenarios,
        volatility=entry.volatility,
        spread=entry.spread,
        recent_level=entry.level,
        level_low=entry.low,
        level_high=entry.high,
        own_weeks=entry.own_weeks,
    )


def _walk_forward(entry: WalkForward | None, currency: str) -> BackTest | None:
    if entry is None:
        return None
    return BackTest(
        weeks_decided=entry.weeks_decided,
        weeks_paid=entry.weeks_paid,
        decided=entry.decided,
        paid=ShownMoney(entry.paid, currency),
        violations=entry.violations,
        hindsight=entry.hindsight,
        best=ShownMoney(entry.best, currency),
        regret=entry.regret,
    )
