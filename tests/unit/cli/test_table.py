"""The table shows the recommendation, every option with its total, and what would change it."""

from typing import Any

from service.cli import table

MEASURED: dict[str, Any] = {
    "totals": {"requests": 1000},
    "hours_observed": 168,
    "pattern": "base_with_spikes",
    "requests_per_minute": {"p05": 2, "mean": 6.5, "max": 40},
    "findings": [],
}


def option(key: str, amount: str, **more: object) -> dict[str, Any]:
    """Return an option of the body."""
    cost = {"amount": amount, "currency": "USD"}
    return {"key": key, "monthly_cost": cost, "violations": [], "ruled_out": False, "dedicated": None, **more}


def body(**recommendation: object) -> dict[str, Any]:
    """Return the body of an evaluation with three options."""
    recommended = {
        "mode": "hybrid",
        "option": "hybrid:a+b",
        "monthly_cost": {"amount": "6836.62140961", "currency": "USD"},
        "confidence": "high",
        "reasons": [{"sentence": "It is the cheapest."}],
        "review_by": "2026-12-16",
        "would_change": [
            {"name": "a@0", "direction": "above", "value": "9.0258", "unit": "per unit and hour", "current": "7.98",
             "to": "serverless:b"}
        ],
    }  # fmt: skip
    options = [
        option("hybrid:a+b", "6836.62140961", dedicated="a", utilization=0.292, coverage=0.88),
        option("serverless:b", "8444.555", violations=[{"code": "needs_residency"}]),
        option("dedicated:c@0", "99000.1", dedicated="c", ruled_out=True),
    ]
    return {"measurement": MEASURED, "options": options, "recommendation": recommended | recommendation}


def test_every_option_is_a_row_and_the_chosen_one_is_marked() -> None:
    lines = table.text(body()).splitlines()
    assert "> hybrid:a+b         6,836.62  29.2%     88.0%" in lines
    assert any(line.startswith("  serverless:b") and line.endswith("needs residency") for line in lines)
    assert any(">= 99,000.10" in line and line.endswith("cannot win") for line in lines)


def test_the_recommendation_comes_first_and_what_would_change_it_last() -> None:
    lines = table.text(body()).splitlines()
    assert lines[0] == "Recommendation: hybrid"
    assert "  - It is the cheapest." in lines
    assert lines[-1] == "  - a@0 above 9.03 per unit and hour (now 7.98): serverless:b"


def test_an_answer_without_an_option_is_shown_too() -> None:
    nothing: dict[str, Any] = {"mode": "insufficient_data", "option": None, "monthly_cost": None, "would_change": []}
    lines = table.text(body(**nothing)).splitlines()
    assert lines[0] == "Recommendation: insufficient data"
    assert not any(line.startswith(">") for line in lines)
