"""Marginal units against the totals of the hybrids themselves, each replayed in full."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import assume, given, settings

from service.workflow.bill import QUANTUM
from service.workflow.compare.marginal import marginal_units
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.kinds.thresholds import default_streams
from service.workflow.offers import Offer
from service.workflow.options import Option
from tests.effort import examples
from tests.markets import computed
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(60))


def total(case: Case, offers: Sequence[Offer], hybrid: Option, units: int) -> Decimal:
    """Return the monthly total of a hybrid with other units, or of its serverless side alone."""
    reservation, serverless = hybrid.reservation, hybrid.serverless
    assert reservation is not None
    assert serverless is not None
    key = f"hybrid:{reservation.label}x{units}+{serverless.sku}" if units else f"serverless:{serverless.sku}"
    option = realize(case, key, offers)
    assert option is not None
    return option.expected - option.expected_cost.latency - option.expected_cost.isolation


@checked
@given(situation=situations())
def test_the_saving_of_a_step_is_the_difference_of_two_totals(situation: Situation) -> None:
    log, offers, policy = situation
    case, found = computed(log, offers, policy)
    hybrids = [option for option in found.options if option.mode == "hybrid" and not option.ruled_out]
    assume(hybrids)
    for hybrid in hybrids:
        reservation = hybrid.reservation
        assert reservation is not None
        if hybrid.threshold != default_streams(case, reservation.offer, reservation.units):
            continue
        steps = marginal_units(case, hybrid, found.search)
        units = reservation.offer.units
        before = 0 if steps[0].units == units.minimum else steps[0].units - units.increment
        for step in steps:
            difference = total(case, offers, hybrid, before) - total(case, offers, hybrid, step.units)
            assert abs(step.saving - difference) <= 3 * QUANTUM
            assert step.saving == step.avoided - step.cost
            if step.break_even is not None and abs(step.saving) > Decimal("1E-6"):
                assert (step.utilization > step.break_even) == (step.saving > 0)
            before = step.units
