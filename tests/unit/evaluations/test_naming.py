"""Names of offers that sheets list twice: alike they are one, different ones keep the names that tell them apart."""

from dataclasses import replace

from service.evaluations.naming import Names
from service.workflow.prepare import named_apart
from tests.markets import token_offer


def test_an_offer_listed_alike_is_one_in_every_comparison() -> None:
    offer = token_offer()
    assert [named.sku for named in named_apart([offer, offer])] == [offer.sku]
    assert Names.across([offer, offer]).within([offer, offer]) == {offer.sku: offer.sku}


def test_an_offer_listed_differently_is_told_apart_whatever_the_order() -> None:
    first = replace(token_offer(), provider="acme")
    second = replace(first, prices=first.prices[:1])
    names = [named.sku for named in named_apart([first, second])]
    assert sorted(names) == [f"acme/{first.sku}:1", f"acme/{first.sku}:2"]
    assert [named.sku for named in named_apart([second, first])] == names[::-1]
    assert Names.across([first, second]).within([first, second]) == {name: name for name in names}
