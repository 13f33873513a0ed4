"""Lower limits of a case are gone with it."""

import gc
from weakref import ref

from service.workflow.compute.bounds import bounds_of
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.redecide import case_of
from service.workflow.offers import ConcurrencyCapacity, Speed
from tests.histories import log_of
from tests.markets import PROVISIONAL, token_offer

UNIT = ConcurrencyCapacity(2, Speed(1000.0, ((1, 100.0),)))


def test_what_is_known_of_a_capacity_does_not_outlive_its_case() -> None:
    """Each traffic that is decided again has a case of its own: they would lie in memory side by side."""
    log = log_of([0.0, 1.0, 2.0], [(10, 0, 100)] * 3, start=0, end=3600)
    gc.disable()
    try:
        bounds = bounds_of(case_of(log, PROVISIONAL), [token_offer("tok", "0.01", "0.01")])
        assert bounds.busy_units(UNIT) > 0
        assert bounds.overflow(SpillProbe(UNIT, 1, 2))[1] == 0.0
        case = ref(bounds.case)
        del bounds
        assert case() is None
    finally:
        gc.enable()
