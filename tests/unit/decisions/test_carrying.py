"""Whether votes cover a decision that was moved: every way in which it may get worse, and none besides."""

from typing import Any

import pytest

from service.decisions.carrying import reasons
from service.decisions.guardrails import Finding

OFFER = {"provider": "acme", "sku": "gpu", "model": "m70", "region": "us", "unit": "replica", "gpu": None}
MONEY = {
    "currency": "USD", "total_commitment": "100.00", "upfront": "10.00", "monthly": "7.50", "expected_monthly": "9.00",
}  # fmt: skip
OLD: dict[str, Any] = {"option": "dedicated:gpu@12x1", "offers": {"dedicated": OFFER}, "money": MONEY}
BAND = Finding("needs", "band", "A total commitment of 100.00 USD needs 1 approver.")


def test_the_same_or_cheaper_is_covered() -> None:
    cheaper = dict.fromkeys(("total_commitment", "upfront", "monthly", "expected_monthly"), "1.00")
    other_band = Finding("needs", "band", "A total commitment of 1.00 USD needs 1 approver.")
    for money in (MONEY, MONEY | cheaper):
        assert reasons(OLD, OLD | {"money": money}, [BAND, BAND], [other_band]) == []


@pytest.mark.parametrize("name", ["total_commitment", "upfront", "monthly", "expected_monthly"])
def test_a_cent_more_is_not_covered(name: str) -> None:
    more = f"{float(MONEY[name]) + 0.01:.2f}"
    (told,) = reasons(OLD, OLD | {"money": MONEY | {name: more}}, [], [])
    assert "rises by 0.01 USD" in told


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"option": "dedicated:gpu@12x2"}, "The option is dedicated:gpu@12x2"),
        ({"offers": {"dedicated": OFFER | {"provider": "other"}}}, "provider is other instead of acme"),
        ({"offers": {"dedicated": OFFER, "serverless": {"sku": "tokens"}}}, "serverless offer's sku is tokens"),
        ({"money": MONEY | {"currency": "EUR"}}, "It is in EUR instead of USD."),
    ],
)
def test_another_thing_is_not_covered(changed: dict[str, Any], said: str) -> None:
    assert said in " ".join(reasons(OLD, OLD | changed, [], []))


def test_a_new_finding_of_a_guardrail_is_not_covered() -> None:
    found = Finding("note", "largest_regret", "The regret is 0.2.")
    assert reasons(OLD, OLD, [BAND], [BAND, found]) == ["A guardrail speaks that did not before: The regret is 0.2."]
    assert reasons(OLD, OLD, [BAND, found], [BAND, found]) == []
    assert reasons(OLD, OLD, [found], [Finding("block", found.rule, found.sentence)]) != []
