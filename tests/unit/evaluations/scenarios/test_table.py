"""When growth changes the answer."""

from decimal import Decimal
from typing import Any

import pytest

from service.evaluations.scenarios.table import flips_in_months


def answer(*points: tuple[str, str, str]) -> dict[str, Any]:
    flips = [
        {"kind": kind, "direction": direction, "value": value, "current": "1.00"} for kind, direction, value in points
    ]
    return {"comparison": {"flip_points": flips}}


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
    assert flips_in_months(answer(*points), Decimal(growth)) == months
