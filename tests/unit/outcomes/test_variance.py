"""The variance adds up to the cent whatever was billed, and each cause is what it is called."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from service.outcomes.joining import Billed, Joined
from service.outcomes.periods import Period
from service.outcomes.plan import Expected, Kind, Plan, Traffic
from service.outcomes.variance import CAUSES, Variance, variance
from tests.effort import examples

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))

amounts = st.fractions(min_value=0, max_value=10**9, max_denominator=10**6)
quantities = st.fractions(min_value=0, max_value=10**12, max_denominator=1000)


def line(code: str, kind: Kind, *tiers: tuple[Fraction, Fraction], unit: str = "tokens") -> Expected:
    return Expected(code, kind, "sku", unit, tiers)


def plan(*lines: Expected, traffic: Traffic | None = None) -> Plan:
    zero = Fraction(0)
    return Plan(
        "USD", "hybrid", "sku", "gpu", OCTOBER, lines, {}, traffic or Traffic(zero, zero, zero, zero), None, None
    )


def causes(found: Variance) -> dict[str, Decimal]:
    return {cause: amount for cause, amount in found.causes.items() if amount}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Joined, Traffic | None]:
    kinds: list[tuple[str, Kind]] = [
        ("input_tokens", "use"), ("output_tokens", "use"), ("overflow_output_tokens", "overflow"),
        ("capacity", "capacity"), ("hourly_fee", "fee"),
    ]  # fmt: skip
    lines = [
        line(code, kind, *draw(st.lists(st.tuples(quantities, amounts), min_size=1, max_size=3)))
        for code, kind in draw(st.lists(st.sampled_from(kinds), unique=True))
    ]
    codes = [code for code, _ in kinds] + ["taxes_and_credits", "unmetered", "requests"]
    money = st.fractions(min_value=-(10**6), max_value=10**9, max_denominator=10**6)
    billed = {
        code: Billed(draw(money), draw(st.none() | quantities))
        for code in draw(st.lists(st.sampled_from(codes), unique=True))
    }
    traffic = st.builds(Traffic, st.none() | quantities, quantities, quantities, quantities)
    return plan(*lines, traffic=draw(traffic)), Joined(billed), draw(st.none() | traffic)


@settings(max_examples=examples(200))
@given(cases())
def test_lines_and_causes_add_up_to_the_cent(case: tuple[Plan, Joined, Traffic | None]) -> None:
    expected, joined, came = case
    found = variance(expected, joined, came)
    cent = Decimal("0.01")
    exact = sum((one.amount for one in joined.lines.values()), Fraction(0))
    assert abs(Fraction(found.billed) - exact) <= Fraction(1, 200)
    assert abs(Fraction(found.predicted) - sum((one.amount for one in expected.lines), Fraction(0))) <= Fraction(1, 200)
    for one in found.lines:
        assert one.predicted + sum(one.causes.values()) == one.billed
        assert all(amount == amount.quantize(cent) for amount in one.causes.values())
    assert found.predicted + sum(found.causes.values()) == found.billed
    assert set(found.causes) == set(CAUSES)


def test_tiers_are_what_the_volume_goes_through() -> None:
    tiered = line("output_tokens", "use", (Fraction(100), Fraction(2)), (Fraction(50), Fraction(1)))
    joined = Joined({"output_tokens": Billed(Fraction(350), Fraction(250))})
    assert causes(variance(plan(tiered), joined, None)) == {"volume": Decimal("100.00")}
    fewer = Joined({"output_tokens": Billed(Fraction(100), Fraction(50))})
    assert causes(variance(plan(tiered), fewer, None)) == {"volume": Decimal("-150.00")}


def test_overflow_is_told_from_traffic() -> None:
    expected = Traffic(Fraction(100), Fraction(1000), Fraction(0), Fraction(500))
    spilled = line("overflow_output_tokens", "overflow", (Fraction(50), Fraction(1)))
    came = Traffic(Fraction(200), Fraction(2000), Fraction(0), Fraction(900))
    joined = Joined({"overflow_output_tokens": Billed(Fraction(330), Fraction(300))})
    found = causes(variance(plan(spilled, traffic=expected), joined, came))
    assert found == {
        "volume": Decimal("50.00"), "mix": Decimal("-10.00"), "overflow": Decimal("210.00"), "price": Decimal("30.00")
    }  # fmt: skip


def test_calendar_months_and_months_of_730_hours_are_told_apart() -> None:
    february = Period(date(2026, 2, 1), date(2026, 2, 28))
    assert february.calendar_months == Fraction(1)
    assert february.months_of_use == Fraction(672, 730)
    assert Period(date(2026, 1, 31), date(2026, 2, 14)).calendar_months == Fraction(1, 31) + Fraction(1, 2)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert year.calendar_months == year.months_of_use == Fraction(12)
