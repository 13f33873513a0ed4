"""The best reservation of a use-it-or-lose-it budget as an integer program, solved by HiGHS."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from service.workflow.traffic import Float64s


def best_units(demand: Float64s, cost: Float64s, budget: float, unit: float) -> tuple[int, float]:
    """Return the number of units, from 0, with the lowest cost a month, and that cost.

    demand: each window's, in budget units. cost: what the whole window costs if it overflows, money a month.
    budget: of a unit and window. unit: what a unit costs a month.

    minimize unit × k + Σ cost/demand × o subject to o + budget × k ≥ demand, 0 ≤ o ≤ demand, k whole. Whole demands and
    a whole budget make the best overflow whole by itself.
    """
    busy = demand > 0
    demand, cost = demand[busy], cost[busy]
    windows = len(demand)
    covers = hstack([csr_array(np.full((windows, 1), budget)), eye_array(windows)])
    solved = milp(
        np.concatenate(([unit], cost / demand)),
        integrality=np.concatenate(([1], np.zeros(windows))),
        bounds=Bounds(0, np.concatenate(([np.inf], demand))),
        constraints=LinearConstraint(covers, lb=demand),
        options={"mip_rel_gap": 0.0},
    )
    assert solved.success, solved.message
    return round(solved.x[0]), float(solved.fun)
