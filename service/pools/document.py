"""A computed pool as JSON: together, alone, what sharing saves, and who bears how much of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from service import ENGINE_VERSION
from service.evaluations.scenarios.table import brief, cheapest_by_mode, priced
from service.policies.policy_schema import policy_document
from service.pools.planning import Pool
from service.workflow.document import Answer
from service.workflow.document.encoding import ShownMoney
from service.workflow.document.values import JsonValue, money, time_text
from service.workflow.what_if.allocation import allocated

Json = dict[str, Any]

RULE = "in proportion to what each workload would cost alone"


def document_of(pool: Pool, together: Answer, alone: Sequence[Answer]) -> Json:
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


def _brief(answer: Answer) -> Json:
    cheapest = priced(cheapest_by_mode(answer))
    return {"recommendation": brief(answer.recommendation), "cheapest_by_mode": cheapest}


def _saving(together: Answer, alone: Sequence[Answer]) -> Json:
    """Return what sharing saves a month: between the recommendations, and in each mode; None where one is missing."""
    own = [cheapest_by_mode(answer) for answer in alone]
    by_mode = {
        mode: _less([one[mode].monthly_cost if mode in one else None for one in own], shared.monthly_cost)
        for mode, shared in cheapest_by_mode(together).items()
    }
    costs = [answer.recommendation.monthly_cost for answer in alone]
    return {"recommended": _less(costs, together.recommendation.monthly_cost), "by_mode": by_mode}


def _less(separate: Sequence[ShownMoney | None], shared: ShownMoney | None) -> JsonValue:
    known = [cost.amount for cost in separate if cost is not None]
    if shared is None or len(known) < len(separate):
        return None
    return money(sum(known, Decimal(0)) - shared.amount, shared.currency)


def _allocation(pool: Pool, together: Answer, alone: Sequence[Answer]) -> Json | None:
    """Lay the recommended total back on the workloads; None where a recommendation is missing."""
    shared = together.recommendation.monthly_cost
    costs = [cost for answer in alone if (cost := answer.recommendation.monthly_cost) is not None]
    if shared is None or len(costs) < len(alone):
        return None
    parts = allocated(shared.amount, [cost.amount for cost in costs])
    return {"rule": RULE, "parts": list(_parts(pool, parts, costs))}


def _parts(pool: Pool, parts: Sequence[Decimal], costs: Sequence[ShownMoney]) -> Iterator[Json]:
    for workload, part, cost in zip(pool.workloads, parts, costs, strict=True):
        yield {
            "workload_id": workload.id,
            "amount": money(part, cost.currency),
            "saving": money(cost.amount - part, cost.currency),
        }
