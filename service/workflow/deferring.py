"""Deferring: offers for traffic that may wait (batch, flex) as ways to serve the share of it that was declared to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from service.workflow.errors import WorkflowError
from service.workflow.joint_offers import joint, price_of
from service.workflow.metered_prices import Meter
from service.workflow.offers import Offer, Serverless
from service.workflow.quantities import Counts
from service.workflow.remarks import Remark

WAITING = ("batch", "flex")
"""Tiers that answer when there is room, for traffic that may wait."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Offers as they compete, and what is to be said of those that wait."""

    offers: tuple[Offer, ...]
    remarks: tuple[Remark, ...]


def deferred(offers: Sequence[Offer], share: Decimal, counts: Counts) -> Deferred:
    """Return the blended offers with those that wait as parts of others; `share` of every quantity may wait.

    Raises WorkflowError where nothing is left that answers at once.
    """
    waiting = [offer for offer in offers if isinstance(offer, Serverless) and offer.tier in WAITING]
    if not waiting or share == 1:
        return Deferred(tuple(offers), ())
    prompt = [offer for offer in offers if offer not in waiting]
    if not prompt:
        detail = "All that is offered serves only what may wait (batch, flex): add an offer that answers at once, or "
        raise WorkflowError("no_offers", "/policy/deferrable_share", f"{detail}set deferrable_share to 1 if all may.")
    if not share:
        return Deferred(tuple(prompt), tuple(_left_out(offer) for offer in waiting))
    linear = [offer for offer in waiting if _is_linear(offer)]
    remarks = [_not_computed(offer) for offer in waiting if offer not in linear]
    pairs = tuple(_joint(prompt, linear, Fraction(share), counts)) if linear else ()
    if pairs and any(not isinstance(offer, Serverless) for offer in prompt):
        remarks.append(_beside_units(linear))
    return Deferred((*prompt, *pairs), tuple(remarks))


def _joint(
    prompt: Sequence[Offer], waiting: Sequence[Serverless], share: Fraction, counts: Counts
) -> Iterator[Serverless]:
    """Yield each offer that answers at once with the cheapest that waits, where that is cheaper than itself."""
    best = min(waiting, key=lambda offer: (_cost(offer, counts), offer.sku))
    for offer in prompt:
        if isinstance(offer, Serverless) and not offer.bills_compute and _cost(best, counts) < _cost(offer, counts):
            yield joint(offer, best, share)


def _cost(offer: Serverless, counts: Counts) -> Fraction:
    """Return what the offer's prices come to for the window's counts, later tiers and minimum aside."""
    quantities: dict[Meter, int] = {
        "input_tokens": counts["input"] - counts["cached"],
        "cached_input_tokens": counts["cached"],
        "output_tokens": counts["output"],
        "requests": counts["requests"],
    }
    found = ((price_of(offer, meter), count) for meter, count in quantities.items())
    return sum((Fraction(price.amount) * count / price.per for price, count in found if price), Fraction(0))


def _is_linear(offer: Serverless) -> bool:
    """Whether a share of the quantities costs that share of the bill."""
    return not (offer.monthly_minimum or offer.bills_compute or any(price.tiers for price in offer.prices))


def _left_out(offer: Serverless) -> Remark:
    sentence = f"{offer.sku} ({offer.tier}) serves only what may wait and was left out: declare the share that may, "
    return Remark("prices", "waiting_left_out", f"{sentence}policy.deferrable_share.", False, offer.sku)


def _not_computed(offer: Serverless) -> Remark:
    sentence = f"{offer.sku} ({offer.tier}) was left out: a minimum, tiers by the month or prices of compute time: a "
    return Remark("prices", "deferring_not_computed", f"{sentence}share of its bill is not computed.", True, offer.sku)


def _beside_units(waiting: Sequence[Serverless]) -> Remark:
    listed = ", ".join(offer.sku for offer in waiting)
    sentence = f"What may wait goes to {listed} beside offers by tokens only; reserved units are sized for all of the "
    sentence += "traffic. policy.traffic_factor sizes them for the rest."
    return Remark("prices", "deferring_beside_units", sentence, True)
