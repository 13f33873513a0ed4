"""Realised regret: what the option that was taken costs more than the best one, on the traffic that really came."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from service.evaluations.engine import Materials
from service.kit.http.problems import Problem
from service.workflow.compute.redecide import as_measured
from service.workflow.compute.terms import ended
from service.workflow.document import Answer
from service.workflow.traffic import TrafficHistory

Compute = Callable[[Materials], Answer]

CENT = Decimal("0.01")


def realised_regret(materials: Materials, key: str, history: TrafficHistory, compute: Compute) -> dict[str, Any]:
    """Return the regret as JSON: money a month at the pinned prices and policy, by the present engine.

    Where it cannot be computed, `detail` says why and `monthly` is null.
    """
    # In hindsight nothing is expected and nothing is bound yet: what came is compared as it came.
    policy = as_measured(replace(materials.policy, incumbent=key, commitments=ended(key)))
    try:
        answer = compute(Materials(history, materials.offers, policy, materials.remarks))
    except Problem as problem:
        return _unknown(f"The evaluation on this traffic was refused: {problem.detail}")
    exact = [option for option in answer.options if not option.ruled_out]
    costs = {option.key: option.adjusted_monthly_cost.amount for option in exact}
    eligible = [option.key for option in exact if option.eligible]
    if key not in costs or not eligible:
        return _unknown(f"On this traffic {key} has no figures to compare.")
    best = min(eligible, key=lambda one: (costs[one], one))
    regret = max(Decimal(0), costs[key] - costs[best]).quantize(CENT)
    told = (
        f"{key} is also the best on the traffic that came."
        if not regret
        else f"On the traffic that came, {best} would have cost {regret:,} a month less than {key}."
    )
    return {"monthly": str(regret), "best_option": best, "detail": told, "digest_of_traffic": history.digest}


def _unknown(told: str) -> dict[str, Any]:
    return {"monthly": None, "best_option": None, "detail": told, "digest_of_traffic": None}
