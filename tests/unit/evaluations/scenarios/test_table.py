"""When growth changes the answer."""

from decimal import Decimal
from typing import Any, cast

import pytest

from service.evaluations.scenarios.table import flips_in_months
from service.workflow.compare.flip_points import FlipPoint


def flip(kind: str, direction: str, value: str) -> FlipPoint:
    return FlipPoint(cast("Any", kind), kind, "", Decimal("1.00"), Decimal(value), direction, "")


@pytest.mark.parametrize(
    ("growth", "points", "months"),
    [
        ("0.10", [("traffic", "above", "1.21")], 2),
        ("0.10", [("traffic", "above", "1.22")], 3),
        ("0.10", [("traffic", "above", "4"), ("traffic", "above", "1.1")], 1),
        ("-0.50", [("traffic", "below", "0.25"), ("traffic", "above", "1.1")], 2),
        ("0.10", [("traffic", "below", "0.5"), ("price", "above", "1.1")], None),
        ("-0.10", [("traffic", "below", "0")], None),
        ("0", [("traffic", "above", "1.1")], None),
    ],
)
def test_growth_reaches_the_flip_point(growth: str, points: list[tuple[str, str, str]], months: int | None) -> None:
    assert flips_in_months([flip(*point) for point in points], Decimal(growth)) == months
