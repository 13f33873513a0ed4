"""Prepare: how an incumbent is spelled beside rivals and without them."""

from dataclasses import replace

import pytest

from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.prepare import prepare, spelled
from tests.markets import gpu_offer, token_offer

ACME: list[Offer] = [
    replace(token_offer("tok"), provider="acme"),
    replace(token_offer("tok.2"), provider="acme"),
    replace(gpu_offer("gpu"), provider="acme"),
]

RIVAL = replace(token_offer("tok"), provider="rival")


def spelling(key: str | None, *offers: Offer) -> str | None:
    policy = Policy(incumbent=key)
    return spelled(policy, prepare(offers, policy)[0]).incumbent


@pytest.mark.parametrize(
    ("key", "alone", "beside_a_rival"),
    [
        ("serverless:acme/tok", "serverless:tok", "serverless:acme/tok"),
        ("serverless:acme/tok+warm2", "serverless:tok+warm2", "serverless:acme/tok+warm2"),
        ("serverless:acme/tok.2", "serverless:tok.2", "serverless:tok.2"),
        ("dedicated:acme/gpu@12x3", "dedicated:gpu@12x3", "dedicated:gpu@12x3"),
        ("hybrid:acme/gpu@0x3~4+acme/tok", "hybrid:gpu@0x3~4+tok", "hybrid:gpu@0x3~4+acme/tok"),
        ("serverless:tok", "serverless:tok", "serverless:tok"),
        ("serverless:other/tok", "serverless:other/tok", "serverless:other/tok"),
        (None, None, None),
    ],
)
def test_a_provider_in_an_incumbent_is_taken_whoever_else_sells_the_sku(
    key: str | None, alone: str | None, beside_a_rival: str | None
) -> None:
    assert spelling(key, *ACME) == alone
    assert spelling(key, *ACME, RIVAL) == beside_a_rival
