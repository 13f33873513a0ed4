"""A computed pool as JSON: together, alone, what sharing saves, and who bears how much of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from service import ENGINE_VERSION
from service.evaluations.scenarios.table import cheapest_by_mode
from service.policies.policy_schema import policy_document
from service.pools.planning import Pool
from service.workflow.document.values import JsonValue, money, time_text
from service.workflow.what_if.allocation import allocated

Json = dict[str, Any]

RULE = "in proportion to what each workload would cost alone"


def document_of(pool: Pool, together: Json, alone: Sequence[Json]) -> Json:
    """Return the pool's document out of the workflow's answers."""
    start, end = pool.window
    return {
        "model": pool.workloads[0].model,
        "window": {"start": time_text(start), "end": time_text(end)},
        "price_sheets": [{"id": sheet.id, "version": sheet.version, "digest": sheet.digest} for sheet in pool.sheets],
        "policy": policy_document(pool.together.policy),
        "engine_version": ENGINE_VERSION,
        "together": _brief(together),
        "alone": [
            {
                "workload_id": workload.id,
                "name": workload.name,
                "traffic_history": {"id": history.id, "digest": history.digest},
                **_brief(answer),
            }
            for workload, history, answer in zip(pool.workloads, pool.histories, alone, strict=True)
        ],
        "saving": _saving(together, alone),
        "allocation": _allocation(pool, together, alone),
    }


def _brief(answer: Json) -> Json:
    names = ("mode", "option", "monthly_cost", "confidence", "provisional")
    return {
        "recommendation": {name: answer["recommendation"][name] for name in names},
        "cheapest_by_mode": cheapest_by_mode(answer),
    }


def _saving(together: Json, alone: Sequence[Json]) -> Json:
    """Return what sharing saves a month: between the recommendations, and in each mode; None where one is missing."""
    own = [cheapest_by_mode(answer) for answer in alone]
    by_mode = {
        mode: _less([one.get(mode, {}).get("monthly_cost") for one in own], shared["monthly_cost"])
        for mode, shared in cheapest_by_mode(together).items()
    }
    costs = [answer["recommendation"]["monthly_cost"] for answer in alone]
    return {"recommended": _less(costs, together["recommendation"]["monthly_cost"]), "by_mode": by_mode}


def _less(separate: Sequence[Json | None], shared: Json | None) -> JsonValue:
    if shared is None or any(cost is None for cost in separate):
        return None
    total = sum((Decimal(cost["amount"]) for cost in separate if cost is not None), Decimal(0))
    return money(total - Decimal(shared["amount"]), shared["currency"])


def _allocation(pool: Pool, together: Json, alone: Sequence[Json]) -> Json | None:
    """Lay the recommended total back on the workloads; None where a recommendation is missing."""
    shared = together["recommendation"]["monthly_cost"]
    costs = [answer["recommendation"]["monthly_cost"] for answer in alone]
    if shared is None or any(cost is None for cost in costs):
        return None
    parts = allocated(Decimal(shared["amount"]), [Decimal(cost["amount"]) for cost in costs])
    return {"rule": RULE, "parts": list(_parts(pool, parts, costs))}


def _parts(pool: Pool, parts: Sequence[Decimal], costs: Sequence[Json]) -> Iterator[Json]:
    for workload, part, cost in zip(pool.workloads, parts, costs, strict=True):
        currency = cost["currency"]
        yield {
            "workload_id": workload.id,
            "amount": money(part, currency),
            "saving": money(Decimal(cost["amount"]) - part, currency),
        }
