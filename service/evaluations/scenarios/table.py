"""The table of scenarios: a row for each combination, held against the base."""

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from service.evaluations.engine import Materials
from service.evaluations.scenarios.grid import Cell
from service.workflow.document.values import decimal_text, money
from service.workflow.prepare import former_names
from service.workflow.what_if.attribution import way_of


def row_of(cell: Cell, answer: dict[str, Any], materials: Materials, base: dict[str, Any]) -> dict[str, Any]:
    """Return a row: what was changed, what is recommended then, how that differs from `base` (on `materials`)."""
    recommended = answer["recommendation"]
    was = recommended_way(base, former_names(materials.offers))
    return {
        "traffic_factor": decimal_text(cell.traffic_factor),
        "growth_per_month": decimal_text(cell.growth_per_month),
        "prices": cell.prices,
        "offers": cell.offers,
        "recommendation": {
            name: recommended[name] for name in ("mode", "option", "monthly_cost", "confidence", "provisional")
        },
        "flipped": recommended_way(answer, former_names(cell.materials.offers)) != was,
        "change": _change(base, answer),
        "cheapest_by_mode": cheapest_by_mode(answer),
        "commitment": _commitment(answer),
        "flips_in_months": flips_in_months(answer, cell.growth_per_month),
    }


def recommended_way(answer: dict[str, Any], names: Mapping[str, str]) -> str:
    """Return the recommended way of serving, offers called by their common names, or the word that stands for none."""
    key = answer["recommendation"]["option"]
    return str(answer["recommendation"]["mode"]) if key is None else way_of(key, names)


def flips_in_months(answer: dict[str, Any], growth: Decimal) -> int | None:
    """Return after how many whole months of growth another way of serving is recommended, None for not in sight.

    The recommendation flips at a traffic factor f; traffic is (1 + growth)^m after m months.
    """
    ahead = "above" if growth > 0 else "below"
    factors = [
        float(Decimal(point["value"]) / Decimal(point["current"]))
        for point in answer["comparison"]["flip_points"]
        if point["kind"] == "traffic" and point["direction"] == ahead and Decimal(point["value"]) > 0
    ]
    if not growth or not factors:
        return None
    nearest = min(factors) if growth > 0 else max(factors)
    return math.ceil(round(math.log(nearest) / math.log1p(float(growth)), 9))


def cheapest_by_mode(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the cheapest eligible option of each mode that has one."""
    return dict(_cheapest(answer))


def _recommended(answer: dict[str, Any]) -> dict[str, Any] | None:
    key = answer["recommendation"]["option"]
    return next((option for option in answer["options"] if option["key"] == key), None)


def _change(base: dict[str, Any], answer: dict[str, Any]) -> Any:  # noqa: ANN401 - money or None
    before, after = (found["recommendation"]["monthly_cost"] for found in (base, answer))
    if before is None or after is None or before["currency"] != after["currency"]:
        return None
    return money(Decimal(after["amount"]) - Decimal(before["amount"]), after["currency"])


def _cheapest(answer: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the bill of the cheapest eligible option of each mode; options come cheapest first."""
    seen = set()
    for option in answer["options"]:
        if option["eligible"] and not option["ruled_out"] and option["mode"] not in seen:
            seen.add(option["mode"])
            yield option["mode"], {"option": option["key"], "monthly_cost": option["monthly_cost"]}


def _commitment(answer: dict[str, Any]) -> Any:  # noqa: ANN401 - a commitment's JSON or None
    option = _recommended(answer)
    return None if option is None else option["commitment"]
