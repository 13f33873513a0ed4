"""Bills against fractions: to the last digit where a price divides evenly, to half the last digit where none does."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.bill import QUANTUM, Usage, serverless_lines, tiered_lines, total
from service.workflow.compute.kinds.reserved import reservation_lines
from service.workflow.metered_prices import Price
from service.workflow.offers import Serverless
from service.workflow.options import Reservation
from service.workflow.rates import Rate
from tests.effort import examples
from tests.markets import gpu_offer
from tests.oracles import money
from tests.property.workflow.strategies import amounts, prices, rates, serverless

QUANTITIES = st.integers(0, 10**15)
USAGES = st.builds(Usage, *[QUANTITIES] * 5)
HALF = Fraction(QUANTUM) / 2

checked = settings(derandomize=True, max_examples=examples(300))


@checked
@given(offer=serverless("s"), usage=USAGES)
def test_a_bill_equals_fractions_to_the_last_digit(offer: Serverless, usage: Usage) -> None:
    exact = money.bill(offer, money.quantities_of(offer, usage))
    assert Fraction(total(serverless_lines(offer, usage))) == exact


@checked
@given(price=prices("output_tokens"), per=st.sampled_from((3, 7, 60, 3600)), quantity=QUANTITIES)
def test_a_price_that_divides_unevenly_is_off_by_half_a_quantum_a_line(price: Price, per: int, quantity: int) -> None:
    uneven = replace(price, per=per)
    lines = tiered_lines("output_tokens", uneven, Decimal(quantity))
    assert abs(Fraction(total(lines)) - money.metered(uneven, Fraction(quantity))) <= HALF * len(lines)
    assert sum(line.quantity for line in lines) == quantity


@checked
@given(offer=serverless("s"), usage=USAGES)
def test_every_line_says_how_its_amount_came_about(offer: Serverless, usage: Usage) -> None:
    for line in serverless_lines(offer, usage):
        assert Fraction(line.amount) == Fraction(line.quantity) * Fraction(line.unit_price) / line.per


@checked
@given(rate=rates(), units=st.integers(1, 5000), utilization=st.floats(0, 1))
def test_reserved_and_idle_are_exactly_the_units_and_the_hours(rate: Rate, units: int, utilization: float) -> None:
    reservation = Reservation(gpu_offer("g", rate), rate, units)
    lines = reservation_lines(reservation, utilization)
    used, idle, *upfront = lines
    hours = units * 730 if rate.hourly is not None else units
    assert used.quantity + idle.quantity == hours
    assert idle.quantity >= 0
    price = rate.monthly_per_unit if rate.hourly is None else rate.hourly
    exact = Fraction(hours) * Fraction(price) / rate.per_hours
    assert abs(Fraction(used.amount + idle.amount) - exact) <= (0 if rate.per_hours == 1 else 2 * HALF)
    assert abs(Fraction(total(lines)) - money.reserved(rate, units)) <= HALF * (
        len(upfront) + 2 * (rate.per_hours != 1)
    )
    assert abs(Fraction(reservation.monthly) - money.reserved(rate, units)) <= HALF


@checked
@given(offer=serverless("s"), usage=USAGES, meter=st.integers(0, 4), more=QUANTITIES)
def test_more_of_anything_never_costs_less(offer: Serverless, usage: Usage, meter: int, more: int) -> None:
    name = ("requests", "uncached", "cached", "output", "compute_us")[meter]
    larger = replace(usage, **{name: getattr(usage, name) + more})
    assert total(serverless_lines(offer, larger)) >= total(serverless_lines(offer, usage))


@checked
@given(offer=serverless("s"), usage=USAGES, cheaper=amounts("0", "1"), place=st.integers(0, 9))
def test_a_cheaper_price_never_raises_a_bill(offer: Serverless, usage: Usage, cheaper: Decimal, place: int) -> None:
    price = offer.prices[place % len(offer.prices)]
    lowered = replace(price, amount=price.amount * cheaper)
    other = replace(offer, prices=tuple(lowered if p is price else p for p in offer.prices))
    assert total(serverless_lines(other, usage)) <= total(serverless_lines(offer, usage))
