"""A pool's total laid back on its members."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service.workflow.what_if.allocation import allocated

COSTS = st.lists(st.decimals(0, 10**7, places=6), min_size=1, max_size=8)


@given(COSTS, st.decimals(0, 1, places=3))
def test_parts_add_up_and_nobody_pays_a_cent_more_than_alone(alone: list[Decimal], share: Decimal) -> None:
    total = (sum(alone, Decimal(0)) * share).quantize(Decimal("1E-6"))
    parts = allocated(total, alone)
    assert sum(parts) == total
    assert all(part - cost < Decimal("0.02") for part, cost in zip(parts, alone, strict=True))
    assert all(part >= 0 for part in parts)


@given(COSTS, st.decimals(0, 10**7, places=2))
def test_parts_are_in_proportion_to_the_cent(alone: list[Decimal], total: Decimal) -> None:
    whole = sum(alone, Decimal(0))
    for part, cost in zip(allocated(total, alone), alone, strict=True):
        exact = total * cost / whole if whole else total / len(alone)
        assert abs(part - exact) <= Decimal("0.01")


def test_equal_members_pay_the_same_but_for_a_cent() -> None:
    assert allocated(Decimal("100.00"), [Decimal(7)] * 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
