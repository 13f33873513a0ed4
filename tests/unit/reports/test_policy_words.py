"""Policies in words: every knob that differs from the built-in policy is told, and no other."""

from dataclasses import fields, is_dataclass

import pytest

from service.policies.policy_schema import policy_document, policy_of
from service.reports.policy_words import OWN_SENTENCE, policy_words
from service.workflow.policy import Policy


def told(**policy: object) -> list[str]:
    return policy_words(policy_document(policy_of(policy)))


def test_nothing_is_told_of_the_built_in_policy() -> None:
    assert told() == []
    assert told(margin="0.10", traffic_factor="1.0", max_term_months=12) == []


def test_shares_keep_every_digit_that_was_asked_for() -> None:
    assert told(margin="0.125") == ["a longer binding must save 12.5\u00a0%"]


def test_what_is_bought_and_in_use_is_named() -> None:
    held = [{"reservation": "acme/gpu@12", "units": 3, "months_left": 5}]
    assert told(incumbent="serverless:acme/tokens", commitments=held) == [
        "in use today: serverless on acme/tokens",
        "bought already: 3 \u00d7 acme/gpu, 12 months",
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"latency": {"target_ms": 1500, "strict": True}}, "first token within 1.5\u00a0s for 95\u00a0%, strictly"),
        ({"latency": {"value_per_slow_request": "0.01"}}, "a slow request costs 0.01"),
        ({"isolation": {"required": {"residency": ["eu"]}}}, "needs residency: eu"),
        ({"isolation": {"preferred": {"gpu": "H100"}}}, "isolation, preferred, gpu: H100"),
        ({"horizon": {"growth_per_month": "0.05"}}, "horizon, growth per month: 5\u00a0%"),
        ({"queue": {"wait_ms": None}}, "queue, wait ms: none"),
        ({"exchange_rates": {"EUR": "1.1"}}, "exchange rates: EUR 1.1"),
    ],
)
def test_every_part_of_a_policy_is_looked_into(part: dict[str, object], said: str) -> None:
    assert told(**part) == [said]


def test_only_knobs_that_are_there_have_sentences_of_their_own() -> None:
    every = {field.name for field in fields(Policy)}
    every |= {
        f"{part.name}.{knob.name}"
        for part in fields(Policy)
        if is_dataclass(value := getattr(Policy(), part.name))
        for knob in fields(value)
    }
    assert set(OWN_SENTENCE) <= every
