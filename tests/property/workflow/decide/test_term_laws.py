"""Laws of terms: what binds longer weighs more, a fall never makes it cheaper, what never pays back is not advised."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compare.commitment import commitment
from service.workflow.compute.terms import term_weight
from service.workflow.policy import HorizonPolicy
from service.workflow.rates import months_of
from tests.effort import examples
from tests.histories import series_of
from tests.markets import MEASURED, TENTH, budget, chosen, ptu_offer, rate, request_offer
from tests.property.workflow.strategies import amounts

TERMS = st.sampled_from(((0, 3), (0, 7), (1, 0), (12, 0), (0, 365), (36, 0)))
"""Terms: months, or days."""

GROWTH = amounts("-0.5", "1", places=2)


@settings(derandomize=True, max_examples=examples(200))
@given(pair=st.tuples(TERMS, TERMS), growth=GROWTH, persistence=amounts("0.5", "1", places=2))
def test_a_longer_term_never_weighs_less(
    pair: tuple[tuple[int, int], tuple[int, int]], growth: Decimal, persistence: Decimal
) -> None:
    shorter, longer = sorted(pair, key=lambda term: months_of(*term))
    more = term_weight(growth, persistence, *longer)
    assert 1 <= term_weight(growth, persistence, *shorter) <= more + Decimal("1E-20")


@settings(derandomize=True, max_examples=examples(200))
@given(term=TERMS, pair=st.tuples(GROWTH, GROWTH), persistence=amounts("0.5", "1", places=2))
def test_the_faster_traffic_falls_the_more_a_term_weighs(
    term: tuple[int, int], pair: tuple[Decimal, Decimal], persistence: Decimal
) -> None:
    falling, rising = sorted(pair)
    weight = term_weight(falling, persistence, *term)
    assert weight >= term_weight(rising, persistence, *term)
    if months_of(*term) > 1 and falling < min(rising, Decimal(0)):
        assert weight > term_weight(rising, persistence, *term)


@settings(derandomize=True, max_examples=examples(40))
@given(
    term=st.sampled_from((1, 3, 12, 36)),
    saving=st.integers(1, 60),
    growth=st.sampled_from(("-0.3", "-0.1", "-0.05", "0", "0.2")),
    margin=st.sampled_from((Decimal(0), TENTH)),
)
def test_a_commitment_that_never_pays_back_is_not_recommended(
    term: int, saving: int, growth: str, margin: Decimal
) -> None:
    """Ten units at all hours, on demand or for a term at some per cent less; requests cost five times that."""
    hourly = Decimal(100 - saving) / 100
    units = ptu_offer("ptu", rate("1.00"), rate(str(hourly), term), capacity=budget("1", requests="1"))
    horizon = HorizonPolicy(growth_per_month=Decimal(growth), persistence_per_month=Decimal(1))
    policy = replace(MEASURED, horizon=horizon, max_term_months=36, margin=margin)
    option = chosen(series_of([600] * 168, bucket=3600), [units, request_offer("req", "0.0833")], policy)
    assert option is not None
    assert option.reservation is not None
    bound = commitment(option, horizon)
    assert bound is None or bound.pays_back_month is not None
    if growth == "0" and saving > 10:
        assert bound is not None, "a saving of more than the margin on a need that stays is worth the term"
