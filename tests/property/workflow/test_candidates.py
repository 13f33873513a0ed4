"""Candidates by the thousand are made cheaply: each is what it would be if it were made alone."""

from fractions import Fraction

from hypothesis import given, settings

from service.workflow.compute.bounds import Bounds
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.thresholds import default_streams
from service.workflow.compute.market import Market
from service.workflow.compute.redecide import case_of
from service.workflow.compute.search.candidates import candidates
from service.workflow.option_key import OptionKey
from service.workflow.options import HYBRID
from tests.effort import examples
from tests.property.workflow.strategies import Situation, close_rivals, situations


@settings(derandomize=True, max_examples=examples(500))
@given(situation=situations() | close_rivals())
def test_hybrids_are_what_they_are_alone_and_in_order(situation: Situation) -> None:
    log, offers, policy = situation
    case, market = case_of(log, policy, offers), Market.of(offers)
    found = candidates(case, market.dedicated, market.takers, Bounds(case, market.takers), every=True)
    assert found == sorted(found, key=lambda each: (each.bound, each.group, each.reservation.units))
    probes: dict[SpillProbe, int] = {}
    for each in (each for each in found if each.kind.spills):
        reservation, offer = each.reservation, each.reservation.offer
        assert each.probe == SpillProbe(offer.capacity, reservation.units, each.streams, offer.speed)
        least, expected = Bounds(case, market.takers).overflow(each.probe)
        assert (each.bound, each.estimate) == (each.fixed + least, float(each.fixed) + expected)
        assert each.group == str(OptionKey("hybrid", reservation.label))
        assert each.family == case.terms.family(reservation, HYBRID)
        assert probes.setdefault(each.probe, id(each.probe)) == id(each.probe), "one probe of a kind"
        if each.streams:
            share = Fraction(str(policy.hybrid.threshold))
            most = int(share * offer.capacity.streams(reservation.units))
            assert default_streams(case, offer, reservation.units) == max(1, most)
