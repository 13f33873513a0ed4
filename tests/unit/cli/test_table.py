"""The table shows the recommendation, every option with its total, and what would change it."""

from typing import Any

import pytest

from service.cli import table

MEASURED: dict[str, Any] = {
    "totals": {"requests": 1000},
    "hours_observed": 168,
    "pattern": "base_with_spikes",
    "requests_per_minute": {"p05": 2, "mean": 6.5, "max": 40},
    "findings": [],
}


SPEED = {"first_token": {"p95": 729.4, "p99": 1534}, "end_to_end": {"p95": 21_300, "p99": 1_200_000}}


def option(key: str, amount: str, **more: object) -> dict[str, Any]:
    """Return an option of the body."""
    cost = {"amount": amount, "currency": "USD"}
    return {"key": key, "monthly_cost": cost, "violations": [], "ruled_out": False, "dedicated": None, **more}


def body(latency: dict[str, Any] | None = None, **recommendation: object) -> dict[str, Any]:
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
        option("serverless:b", "8444.555", violations=[{"code": "needs_residency"}], latency_ms=SPEED),
        option("dedicated:c@0", "99000.1", dedicated="c", ruled_out=True),
    ]
    inputs: dict[str, Any] = {"policy": {"latency": latency}}
    return {
        "findings": [],
        "inputs": inputs,
        "measurement": MEASURED,
        "options": options,
        "recommendation": recommended | recommendation,
    }


def test_every_option_is_a_row_and_the_chosen_one_is_marked() -> None:
    lines = table.text(body()).splitlines()
    assert "> hybrid:a+b         6,836.62  29.2%   88.0%" in lines
    assert any(line.startswith("  serverless:b") and line.endswith("needs residency") for line in lines)
    assert any(">= 99,000.10" in line and line.endswith("cannot win") for line in lines)


@pytest.mark.parametrize(
    ("latency", "head", "figure", "told"),
    [
        (None, "token", "0.73", "first token: seconds to the first token, p95"),
        (
            {"metric": "first_token", "percentile": 99.0},
            "token",
            "1.53",
            "first token: seconds to the first token, p99",
        ),
        ({"metric": "end_to_end"}, "answer", "21.30", "whole answer: seconds to the end of the answer, p95"),
        ({"metric": "end_to_end", "percentile": 99}, "answer", "1,200.00", "seconds to the end of the answer, p99"),
    ],
)
def test_the_latency_shown_is_the_one_the_policy_aims_at(
    latency: dict[str, Any] | None, head: str, figure: str, told: str
) -> None:
    lines = table.text(body(latency)).splitlines()
    assert any(line.startswith("  option ") and line.endswith(f" {head}") for line in lines)
    assert any(line.startswith("  serverless:b") and f"  {figure}  " in line for line in lines)
    assert told in "\n".join(lines)


def test_sentences_are_broken_for_the_screen_and_names_are_not() -> None:
    name = "hybrid:together-2xh100@0x1+groq-llama-3.3-70b-versatile"
    assert "Traffic: 1,000 requests, 168 hours observed, base with spikes" in table.text(body()).splitlines()
    sentence = f"{name} is cheaper than {name} and than {name}."
    lines = table.text(body(reasons=[{"sentence": sentence}])).splitlines()
    assert lines[3:6] == [f"  - {name} is cheaper than", f"    {name} and than", f"    {name}."]


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
