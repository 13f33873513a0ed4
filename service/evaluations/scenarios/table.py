"""The table of scenarios: a row for each combination, held against the base."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from service.evaluations.engine import Materials
from service.evaluations.scenarios.grid import Cell
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.document import Answer
from service.workflow.document.encoding import encode, encoded, known
from service.workflow.document.options import AnsweredOption
from service.workflow.document.recommendation import AnsweredRecommendation
from service.workflow.document.values import JsonValue, decimal_text, money
from service.workflow.prepare import former_names
from service.workflow.what_if.attribution import way_of


def row_of(cell: Cell, answer: Answer, materials: Materials, base: Answer) -> dict[str, Any]:
    """Return a row: what was changed, what is recommended then, how that differs from `base` (on `materials`)."""
    was = recommended_way(base, former_names(materials.offers))
    return {
        "traffic_factor": decimal_text(cell.traffic_factor),
        "growth_per_month": decimal_text(cell.growth_per_month),
        "prices": cell.prices,
        "offers": cell.offers,
        "recommendation": brief(answer.recommendation),
        "flipped": recommended_way(answer, former_names(cell.materials.offers)) != was,
        "change": _change(base, answer),
        "cheapest_by_mode": priced(cheapest_by_mode(answer)),
        "commitment": _commitment(answer),
        "flips_in_months": flips_in_months(answer.comparison.flip_points, cell.growth_per_month),
    }


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


def _change(base: Answer, answer: Answer) -> JsonValue:
    before, after = (found.recommendation.monthly_cost for found in (base, answer))
    if before is None or after is None or before.currency != after.currency:
        return None
    return money(after.amount - before.amount, after.currency)


def _commitment(answer: Answer) -> JsonValue:
    key = answer.recommendation.option
    option = next((option for option in answer.options if option.key == key), None)
    return None if option is None else encode(known(option.commitment))
