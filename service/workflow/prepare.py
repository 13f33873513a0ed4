"""Prepare: offers in one currency and under names of their own, before anything is compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from service.workflow.errors import WorkflowError
from service.workflow.figure_bases import best_known
from service.workflow.offers import Offer
from service.workflow.option_key import OptionKey, relabelled
from service.workflow.policy import Policy
from service.workflow.scaled_prices import scaled_offer


def prepare(offers: Sequence[Offer], policy: Policy) -> tuple[tuple[Offer, ...], str]:
    """Return the offers, converted, named apart and in the order of their names, and the currency of the evaluation.

    An offer is named `provider/sku`, so that no rival changes the name of another. The order they came in changes no
    answer.
    Raises WorkflowError where there is nothing to compare, or where a currency has no exchange rate.
    """
    offers = standing(offers)
    if not offers:
        raise WorkflowError("no_offers", "/price_sheets", "No offer to compare: add a price sheet for this model.")
    currency = _currency(offers, policy)
    rates = {**dict(policy.exchange_rates), currency: Decimal(1)}
    for offer in offers:
        if offer.currency not in rates:
            raise WorkflowError(
                "mixed_currencies",
                "/policy/exchange_rates",
                f"{offer.sku} is priced in {offer.currency}: give what 1 {offer.currency} is in {currency}.",
            )
    named = sorted(named_apart(offers), key=lambda offer: offer.sku)
    return tuple(_converted(offer, rates[offer.currency], currency) for offer in named), currency


def spelled(policy: Policy, offers: Sequence[Offer]) -> Policy:
    """Return the policy, what it names of these prepared offers spelled as the keys of options are: `provider/sku`.

    An incumbent and a commitment may leave the provider out where one alone sells the sku, as keys of answers before
    engine 2.3.0 did; where several sell it, they name none.
    """
    sellers: dict[str, list[str]] = {}
    for offer in offers:
        sellers.setdefault(offer.sku.removeprefix(f"{offer.provider}/"), []).append(offer.sku)
    known = {sku: names[0] for sku, names in sellers.items() if len(names) == 1} | {o.sku: o.sku for o in offers}
    commitments = tuple(
        replace(entry, reservation=relabelled(entry.reservation, known)) for entry in policy.commitments
    )
    key = None if policy.incumbent is None else OptionKey.parse(policy.incumbent)
    if key is None:
        return replace(policy, commitments=commitments)
    return replace(policy, commitments=commitments, incumbent=str(key.renamed(known)))


def _currency(offers: Sequence[Offer], policy: Policy) -> str:
    if policy.currency is not None:
        return policy.currency
    found = sorted({offer.currency for offer in offers})
    if len(found) > 1:
        raise WorkflowError(
            "mixed_currencies",
            "/policy/currency",
            f"Offers are priced in {' and '.join(found)}: name the currency to compare in, and exchange rates to it.",
        )
    return found[0]


def named_apart(offers: Sequence[Offer]) -> list[Offer]:
    """Return the offers that stand under the names that answers call them, `provider/sku`.

    What one provider lists differently under one sku, in two sheets, is told apart as `provider/sku:1`,
    `provider/sku:2`, whatever the order they come in.
    """
    named = [replace(offer, sku=name_of(offer)) for offer in standing(offers)]
    alike: dict[str, list[Offer]] = {}
    for offer in named:
        alike.setdefault(offer.sku, []).append(offer)
    places = {id(o): n for group in alike.values() for n, o in enumerate(sorted(group, key=repr), start=1)}
    return [replace(o, sku=f"{o.sku}:{places[id(o)]}") if len(alike[o.sku]) > 1 else o for o in named]


def standing(offers: Sequence[Offer]) -> list[Offer]:
    """Return offers listed alike once, in the order they first came, with what is best known of their figures.

    Of those of one provider, whatever its capitals, and sku, only preferred ones where there are any.
    """
    once = _once(offers)
    preferred = {_listed_as(offer) for offer in once if offer.preferred}
    return [offer for offer in once if offer.preferred or _listed_as(offer) not in preferred]


def _listed_as(offer: Offer) -> tuple[str, str]:
    return offer.provider.casefold(), offer.sku


def _once(offers: Sequence[Offer]) -> list[Offer]:
    """Return offers listed alike once: preferred where one of them is."""
    known: dict[Offer, Offer] = {}
    for offer in offers:
        kept = known.setdefault(offer, offer)
        if kept is not offer:
            known[offer] = replace(
                kept, bases=best_known(kept.bases, offer.bases), preferred=kept.preferred or offer.preferred
            )
    return list(known.values())


def name_of(offer: Offer) -> str:
    """Return what answers call an offer that no sheet lists differently: its sku alone where it names no provider."""
    return f"{offer.provider}/{offer.sku}" if offer.provider else offer.sku


def former_names(offers: Sequence[Offer]) -> dict[str, str]:
    """Return the names of offers by the sku alone, as answers before engine 2.3.0 call what no other provider sells."""
    skus = Counter(offer.sku for offer in standing(offers))
    return {offer.sku: name_of(offer) for offer in offers if skus[offer.sku] == 1}


def own_skus(offers: Sequence[Offer]) -> dict[str, str]:
    """Return what providers call their offers, by every name that answers call those."""
    distinct = standing(offers)
    named = {named.sku: offer.sku for offer, named in zip(distinct, named_apart(distinct), strict=True)}
    return {offer.sku: offer.sku for offer in distinct} | named


def called(offers: Sequence[Offer], provider: str, sku: str) -> frozenset[str]:
    """Return the names under which answers call what a provider sells under a sku, or under such a name.

    Among them is the sku alone, as answers before engine 2.3.0 call what no other provider sells.
    """
    distinct = standing(offers)
    found = [
        {offer.sku, named.sku}
        for offer, named in zip(distinct, named_apart(distinct), strict=True)
        if sku in {offer.sku, named.sku} and offer.provider.casefold() == provider.casefold()
    ]
    return frozenset[str]().union(*found)


def _converted(offer: Offer, rate: Decimal, currency: str) -> Offer:
    return replace(offer if rate == 1 else scaled_offer(offer, rate), currency=currency)
