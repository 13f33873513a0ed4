"""Prepare: offers in one currency and under names of their own, before anything is compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from service.workflow.errors import WorkflowError
from service.workflow.offers import Dedicated, Offer, Rate, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.policy import Policy


def prepare(offers: Sequence[Offer], policy: Policy) -> tuple[tuple[Offer, ...], str]:
    """Return the offers, converted, named apart and in the order of their names, and the currency of the evaluation.

    Offers of one sku by several providers are named `provider/sku`. The order they came in changes no answer.
    Raises WorkflowError where there is nothing to compare, or where a currency has no exchange rate.
    """
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
    """Return the policy, its incumbent spelled as the keys of options of these prepared offers are.

    An incumbent may name the provider of a sku whether or not another provider sells the same: so written it goes on
    meaning the same offer when a rival comes or goes. Where several sell a sku named without one, it means none.
    """
    if policy.incumbent is None:
        return policy
    key = OptionKey.parse(policy.incumbent)
    if key is None:
        return policy
    plain = {f"{offer.provider}/{offer.sku}": offer.sku for offer in offers}
    names = (None if name is None else plain.get(name, name) for name in (key.reserved, key.serverless))
    return replace(policy, incumbent=str(key.named(*names)))


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
    """Return the offers under the names that answers call them, those that are listed twice alike once.

    What several providers sell under one sku is named `provider/sku`; what one provider lists differently under one,
    in two sheets, is told apart as `provider/sku:1`, `provider/sku:2`, whatever the order they come in.
    """
    distinct = list(dict.fromkeys(offers))
    skus = Counter(offer.sku for offer in distinct)
    named = [replace(o, sku=f"{o.provider}/{o.sku}") if skus[o.sku] > 1 else o for o in distinct]
    alike: dict[str, list[Offer]] = {}
    for offer in named:
        alike.setdefault(offer.sku, []).append(offer)
    places = {id(o): n for group in alike.values() for n, o in enumerate(sorted(group, key=repr), start=1)}
    return [replace(o, sku=f"{o.sku}:{places[id(o)]}") if len(alike[o.sku]) > 1 else o for o in named]


def called(offers: Sequence[Offer], provider: str, sku: str) -> frozenset[str]:
    """Return the names under which answers call what a provider sells under a sku, or under such a name."""
    distinct = list(dict.fromkeys(offers))
    return frozenset(
        named.sku
        for offer, named in zip(distinct, named_apart(distinct), strict=True)
        if sku in {offer.sku, named.sku} and offer.provider.casefold() == provider.casefold()
    )


def _converted(offer: Offer, rate: Decimal, currency: str) -> Offer:
    if rate == 1:
        return replace(offer, currency=currency)
    if isinstance(offer, Dedicated):
        return replace(offer, currency=currency, rates=tuple(_converted_rate(r, rate) for r in offer.rates))
    return _converted_serverless(offer, rate, currency)


def _converted_rate(entry: Rate, rate: Decimal) -> Rate:
    return replace(
        entry,
        hourly=None if entry.hourly is None else entry.hourly * rate,
        monthly=None if entry.monthly is None else entry.monthly * rate,
        upfront=entry.upfront * rate,
        owned=tuple((name, amount * rate) for name, amount in entry.owned),
    )


def _converted_serverless(offer: Serverless, rate: Decimal, currency: str) -> Serverless:
    prices = tuple(
        replace(
            price,
            amount=price.amount * rate,
            tiers=tuple(replace(tier, amount=tier.amount * rate) for tier in price.tiers),
            conditional=tuple(replace(each, amount=each.amount * rate) for each in price.conditional),
        )
        for price in offer.prices
    )
    pool = offer.warm_pool
    return replace(
        offer,
        currency=currency,
        prices=prices,
        monthly_minimum=offer.monthly_minimum * rate,
        hourly_fee=offer.hourly_fee * rate,
        warm_pool=None if pool is None else replace(pool, hourly=pool.hourly * rate),
    )
