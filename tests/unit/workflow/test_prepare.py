"""Prepare: how an incumbent is spelled beside rivals and without them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.offers import Offer, Serverless
from service.workflow.policy import Policy, RunningCommitment
from service.workflow.prepare import called, former_names, named_apart, prepare, spelled
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
    "key",
    [
        "serverless:acme/tok",
        "serverless:acme/tok+warm2",
        "serverless:acme/tok.2",
        "dedicated:acme/gpu@12x3",
        "hybrid:acme/gpu@0x3~4+acme/tok",
        "serverless:other/tok",
        None,
    ],
)
def test_an_incumbent_with_its_provider_is_taken_as_it_is_whoever_else_sells_the_sku(key: str | None) -> None:
    assert spelling(key, *ACME) == key
    assert spelling(key, *ACME, RIVAL) == key


@pytest.mark.parametrize(
    ("key", "alone", "beside_a_rival"),
    [
        ("serverless:tok", "serverless:acme/tok", "serverless:tok"),
        ("serverless:tok+warm2", "serverless:acme/tok+warm2", "serverless:tok+warm2"),
        ("serverless:tok.2", "serverless:acme/tok.2", "serverless:acme/tok.2"),
        ("dedicated:gpu@12x3", "dedicated:acme/gpu@12x3", "dedicated:acme/gpu@12x3"),
        ("hybrid:gpu@0x3~4+tok", "hybrid:acme/gpu@0x3~4+acme/tok", "hybrid:acme/gpu@0x3~4+tok"),
    ],
)
def test_an_incumbent_without_a_provider_is_that_of_the_one_who_sells_it(
    key: str, alone: str, beside_a_rival: str
) -> None:
    assert spelling(key, *ACME) == alone
    assert spelling(key, *ACME, RIVAL) == beside_a_rival


def test_a_commitment_without_a_provider_is_that_of_the_one_who_sells_it() -> None:
    policy = Policy(commitments=(RunningCommitment("gpu@12", 2, 5, Decimal(100)),))
    (found,) = spelled(policy, prepare(ACME, policy)[0]).commitments
    assert found.reservation == "acme/gpu@12"


def test_a_name_holds_whoever_else_sells_the_sku() -> None:
    alone = {offer.sku for offer in prepare(ACME, Policy())[0]}
    assert alone == {"acme/tok", "acme/tok.2", "acme/gpu"}
    assert {offer.sku for offer in prepare([*ACME, RIVAL], Policy())[0]} == alone | {"rival/tok"}


def test_an_offer_listed_alike_is_one() -> None:
    assert [named.sku for named in named_apart([RIVAL, RIVAL])] == ["rival/tok"]


def test_an_offer_listed_differently_is_told_apart_whatever_the_order() -> None:
    assert isinstance(RIVAL, Serverless)
    other = replace(RIVAL, prices=RIVAL.prices[:1])
    names = [named.sku for named in named_apart([RIVAL, other])]
    assert sorted(names) == ["rival/tok:1", "rival/tok:2"]
    assert [named.sku for named in named_apart([other, RIVAL])] == names[::-1]


def test_a_preferred_offer_is_taken_whatever_others_of_its_name_say() -> None:
    assert isinstance(RIVAL, Serverless)
    mine = replace(RIVAL, preferred=True)
    dearer = replace(RIVAL, provider=RIVAL.provider.upper(), prices=RIVAL.prices[:1])
    for listed in ([mine, dearer], [dearer, mine], [RIVAL, dearer, mine], [mine, RIVAL]):
        assert named_apart(listed) == [replace(RIVAL, sku="rival/tok")]
    both = [mine, replace(dearer, provider=RIVAL.provider, preferred=True)]
    assert sorted(offer.sku for offer in named_apart([*both, RIVAL])) == ["rival/tok:1", "rival/tok:2"]
    assert len(named_apart([*ACME, mine])) == len(ACME) + 1


def test_answers_of_engines_before_called_by_the_sku_what_no_rival_sells() -> None:
    assert former_names([*ACME, RIVAL]) == {"tok.2": "acme/tok.2", "gpu": "acme/gpu"}
    assert called([*ACME, RIVAL], "Acme", "gpu") == {"gpu", "acme/gpu"}
    assert called([*ACME, RIVAL], "nobody", "gpu") == frozenset()
