"""`units`: why not one more; what each number of units keeps off serverless against what it costs."""

from dataclasses import dataclass
from decimal import Decimal

from service.reports import words
from service.reports.reading import Answer
from service.reports.scales import Tick, ticks, vertical
from service.workflow.document.comparison import MarginalStep

TOP, HEIGHT = 26.0, 180.0
MOST = 8
"""Steps drawn."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: percent from the left, width, pixels of the bar, y of the cost's line."""

    x: float
    width: float
    y: float
    height: float
    cost_y: float
    label: str
    best: bool


@dataclass(frozen=True, slots=True)
class UnitSteps:
    """The bars, and the steps' numbers for the table below."""

    heading: str
    ticks: list[Tick]
    steps: list[Step]
    rows: list[tuple[str, str, str, str, str]]
    description: str


def units(answer: Answer) -> UnitSteps | None:
    """Return the steps of the recommended hybrid; None for any other answer."""
    marginal, chosen = answer.comparison.marginal_units, answer.chosen
    if chosen is None or chosen.mode != "hybrid" or marginal is None or marginal.option != chosen.key:
        return None
    every = marginal.steps
    at = next((i for i, step in enumerate(every) if step.units == chosen.units), 0)
    first = max(0, min(at - MOST // 2, len(every) - MOST))
    shown = every[first : first + MOST]
    amounts = [(step.cost.amount, step.overflow_avoided.amount) for step in shown]
    axis = ticks(max(float(max(pair)) for pair in amounts) or 1)
    most, slot = axis[-1], 100 / len(shown)

    def y(amount: Decimal) -> float:
        """Return the height at which an amount of money stands."""
        return TOP + HEIGHT * (1 - max(0.0, float(amount)) / most)

    steps = [
        Step(
            i * slot + slot * 0.2,
            slot * 0.6,
            y(avoided),
            TOP + HEIGHT - y(avoided),
            y(cost),
            f"{step.units:,}",
            i == at - first,
        )
        for i, (step, (cost, avoided)) in enumerate(zip(shown, amounts, strict=True))
    ]
    following = every[at + 1] if at + 1 < len(every) else None
    return UnitSteps(
        _heading(following), vertical(axis, TOP, HEIGHT), steps, [_row(step) for step in every], _said(following)
    )


def _heading(following: MarginalStep | None) -> str:
    return "Why so many units" if following is None else "Why not one more"


def _said(following: MarginalStep | None) -> str:
    if following is None:
        return "No larger number of units was worth looking at."
    cost, kept = following.cost.amount, following.overflow_avoided.amount
    step = f"The next step to {following.units:,} units"
    return f"{step} costs {words.money(cost)} and keeps {words.money(kept)} off serverless."


def _row(step: MarginalStep) -> tuple[str, str, str, str, str]:
    cost, avoided, saving = (words.money(money.amount) for money in (step.cost, step.overflow_avoided, step.saving))
    return f"{step.units:,}", cost, avoided, saving, "" if step.utilization is None else words.share(step.utilization)
