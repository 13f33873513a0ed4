"""Guardrails: every border of a band, every rule with its limit, and what each level asks for."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.decisions import guardrails
from service.decisions.facts import Facts
from service.decisions.guardrails import DEFAULT, Also, Need
from service.decisions.limits import RULES

GOOD = Facts(
    currency="USD", total=Decimal(100), before=[], term_months=12, confidence="high", probability_cheapest=0.9,
    provisional=False, measured_days=14, coverage=0.99, regret=0.02, price_age_days=10, provider_share=0.5,
    ends_on="2027-01-31", available_until="2027-02-01",
)  # fmt: skip


@pytest.mark.parametrize(
    ("total", "approvers"),
    [("0", 0), ("0.01", 1), ("99999.99", 1), ("100000", 1), ("100000.000000000001", 2), ("100000.01", 2)],
)
def test_the_shipped_bands_begin_above_a_hundred_thousand(total: str, approvers: int) -> None:
    assert guardrails.need(DEFAULT, replace(GOOD, total=Decimal(total))) == Need(approvers, "approver")


def test_split_purchases_add_up_to_the_cent() -> None:
    split = replace(GOOD, total=Decimal(40000), before=[("USD", Decimal(60000))])
    assert guardrails.need(DEFAULT, split).approvers == 1
    assert guardrails.need(DEFAULT, replace(split, before=[("USD", Decimal("60000.01"))])).approvers == 2


BROKEN: dict[str, tuple[Any, dict[str, Any]]] = {
    "minimum_confidence": ("medium", {"confidence": "low"}),
    "minimum_probability_cheapest": (0.9, {"probability_cheapest": 0.89}),
    "minimum_measured_days": (14, {"measured_days": 13.9}),
    "minimum_coverage": (0.99, {"coverage": None}),
    "largest_regret": (0.02, {"regret": 0.021}),
    "oldest_price_days": (10, {"price_age_days": 11}),
    "longest_term_months": (12, {"term_months": 12.1}),
    "largest_provider_share": (0.5, {"provider_share": 0.51}),
    "provisional": (None, {"provisional": True}),
    "beyond_available_until": (None, {"ends_on": "2027-02-01"}),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("level", ["block", "needs", "note"])
def test_a_rule_speaks_beyond_its_limit_and_not_at_it(name: str, level: str) -> None:
    limit, beyond = BROKEN[name]
    rule = {"level": level, "limit": limit, "role": "owner" if level == "needs" else None, "member_id": None}
    rules = {"bands": DEFAULT["bands"], "split_window_days": 90, name: rule}
    assert [found.rule for found in guardrails.findings(rules, GOOD)] == ["band"]
    broken = replace(GOOD, **beyond)
    found = guardrails.findings(rules, broken)[1]
    assert (found.rule, found.level) == (name, level)
    assert ("owner besides" in found.sentence) is (level == "needs")
    assert bool(guardrails.blocking(rules, broken)) is (level == "block")
    also = (Also("owner"),) if level == "needs" else ()
    assert guardrails.need(rules, broken) == Need(1, "approver", also)


def test_what_is_not_known_is_never_good_enough() -> None:
    unknown = replace(GOOD, probability_cheapest=None, measured_days=None, coverage=None, regret=None,
                      price_age_days=None, provider_share=None)  # fmt: skip
    for name in ("minimum_probability_cheapest", "minimum_measured_days", "minimum_coverage", "largest_regret",
                 "oldest_price_days", "largest_provider_share"):  # fmt: skip
        limit = 0 if name.startswith("minimum") else 99
        rules = {"bands": DEFAULT["bands"], "split_window_days": 90, name: {"level": "block", "limit": limit}}
        assert "not known" in guardrails.blocking(rules, unknown)[0].sentence


def test_a_default_finds_nothing_beside_its_band() -> None:
    assert [found.rule for found in guardrails.findings(DEFAULT, GOOD)] == ["band"]
