"""The table of scenarios: a row for each combination, held against the base."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.evaluations.engine import Materials
from service.evaluations.scenarios.grid import Cell
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.document import Answer
from service.workflow.document.encoding import ShownMoney, encode, encoded, known
from service.workflow.document.options import AnsweredOption, CommittedCosts
from service.workflow.document.recommendation import AnsweredRecommendation
from service.workflow.document.values import decimal_text
from service.workflow.prepare import former_names
from service.workflow.what_if.attribution import way_of


@dataclass(frozen=True)
class Scenario:
    """A row: what was changed, what is recommended then, and how that differs from the base.

    flipped: whether another way of serving is. change: of the total a month, None where there are not two in one
    currency. cheapest: by mode. commitment: of the recommended option. flips_in_months: until growth flips it.
    """

    cell: Cell
    recommended: AnsweredRecommendation
    flipped: bool
    change: ShownMoney | None
    cheapest: Mapping[str, AnsweredOption]
    commitment: CommittedCosts | None
    flips_in_months: int | None

    def document(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return {
            "traffic_factor": decimal_text(self.cell.traffic_factor),
            "growth_per_month": decimal_text(self.cell.growth_per_month),
            "prices": self.cell.prices,
            "offers": self.cell.offers,
            "recommendation": brief(self.recommended),
            "flipped": self.flipped,
            "change": encode(self.change),
            "cheapest_by_mode": priced(self.cheapest),
            "commitment": encode(self.commitment),
            "flips_in_months": self.flips_in_months,
        }


@dataclass(frozen=True)
class Table:
    """What the base recommends, and a row for each combination."""

    base: AnsweredRecommendation
    scenarios: Sequence[Scenario]

    def document(self) -> dict[str, Any]:
        """Return the table as JSON."""
        return {"base": brief(self.base), "scenarios": [scenario.document() for scenario in self.scenarios]}


def scenario_of(cell: Cell, answer: Answer, materials: Materials, base: Answer) -> Scenario:
    """Return the row of a cell whose `answer` is held against `base` (on `materials`)."""
    was = recommended_way(base, former_names(materials.offers))
    return Scenario(
        cell,
        answer.recommendation,
        recommended_way(answer, former_names(cell.materials.offers)) != was,
        _change(base, answer),
        cheapest_by_mode(answer),
        _commitment(answer),
        flips_in_months(answer.comparison.flip_points, cell.growth_per_month),
    )


def brief(recommended: AnsweredRecommendation) -> dict[str, Any]:
    """Return a recommendation in short."""
    said = encoded(recommended)
    return {name: said[name] for name in ("mode", "option", "monthly_cost", "confidence", "provisional")}


def recommended_way(answer: Answer, names: Mapping[str, str]) -> str:
    """Return the recommended way of serving, offers called by their common names, or the word that stands for none."""
    key = answer.recommendation.option
    return answer.recommendation.mode if key is None else way_of(key, names)


def flips_in_months(flips: Iterable[FlipPoint], growth: Decimal) -> int | None:
    """Return after how many whole months of growth another way of serving is recommended, None for not in sight.

    The recommendation flips at a traffic factor f; traffic is (1 + growth)^m after m months.
    """
    ahead = "above" if growth > 0 else "below"
    factors = [
        float(flip.value / flip.current)
        for flip in flips
        if flip.kind == "traffic" and flip.direction == ahead and flip.value > 0
    ]
    if not growth or not factors:
        return None
    nearest = min(factors) if growth > 0 else max(factors)
    return math.ceil(round(math.log(nearest) / math.log1p(float(growth)), 9))


def cheapest_by_mode(answer: Answer) -> dict[str, AnsweredOption]:
    """Return the cheapest eligible option of each mode that has one; options come cheapest first."""
    found: dict[str, AnsweredOption] = {}
    for option in answer.options:
        if option.eligible and not option.ruled_out:
            found.setdefault(option.mode, option)
    return found


def priced(options: Mapping[str, AnsweredOption]) -> dict[str, Any]:
    """Return options by mode as their names and bills."""
    return {
        mode: {"option": option.key, "monthly_cost": encode(option.monthly_cost)} for mode, option in options.items()
    }


def _change(base: Answer, answer: Answer) -> ShownMoney | None:
    before, after = (found.recommendation.monthly_cost for found in (base, answer))
    if before is None or after is None or before.currency != after.currency:
        return None
    return ShownMoney(after.amount - before.amount, after.currency)


def _commitment(answer: Answer) -> CommittedCosts | None:
    key = answer.recommendation.option
    option = next((option for option in answer.options if option.key == key), None)
    return None if option is None else known(option.commitment)
