"""Replacement: what requests are worth that nobody serves while capacity without a fallback is down.

They are worth at least what it costs to have them served elsewhere: the bill of all traffic on the cheapest serverless
offer that keeps the hard needs and bills what the history shows, for the share of the hours that are lost. That is what
a hybrid pays for the same hours, so that both are on equal terms; and each is as lost as a slow one, from which a
hybrid's fallback keeps it (value of lost load: replacement cost and the cost of not being served).

Where no such offer is there, nothing prices them but what serving costs here: their share of the capacity's own bill.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from service.workflow.bill import Billed, serverless_lines, share_of, total
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.serverless import Alone, request_violations
from service.workflow.compute.requirements import hard_violations
from service.workflow.offers import Serverless

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A serverless offer that could serve what is lost. measured, expected: money a month for the lost hours.

    billed: what the offer would charge for at the traffic to be expected.
    """

    offer: Serverless
    measured: Decimal
    expected: Decimal
    billed: Billed


def replacements(case: Case) -> tuple[Replacement, ...]:
    """Return the offers that could serve what is lost, cheapest first; none where nothing is ever down."""
    if not case.outage_share:
        return ()
    asked = (case.policy.isolation.required, case.outage_share)
    return case.remembered(("replacements", asked), lambda: tuple(sorted(_replacements(case), key=_by_cost)))


def _by_cost(each: Replacement) -> tuple[Decimal, str]:
    return each.expected, each.offer.sku


def _replacements(case: Case) -> Iterator[Replacement]:
    share = case.outage_share
    for offer in case.offers:
        # Which requests may wait is not known one by one, and in an outage none may choose.
        if not isinstance(offer, Serverless) or offer.deferred_share:
            continue
        if hard_violations(case.policy, offer) or request_violations(case, offer):
            continue
        alone = Alone(case, offer)
        measured, expected = (total(serverless_lines(offer, each)) for each in (alone.usage, alone.expected_usage))
        billed = Billed(alone.expected_usage, share)
        yield Replacement(offer, share_of(measured, share), share_of(expected, share), billed)


def own_share(case: Case) -> Fraction:
    """Return the share of its own bill that lost requests cost who has no fallback: 0 where something replaces them."""
    return Fraction(0) if replacements(case) else case.outage_share


def made_up(case: Case, cost: Decimal) -> Decimal:
    """Return what capacity without a fallback costs in a decision, with that share of its own bill."""
    share = own_share(case)
    return cost + share_of(cost, share) if share else cost


def replacement_cost(case: Case) -> Decimal:
    """Return what requests that nobody serves are expected to cost elsewhere, money a month."""
    found = replacements(case)
    return found[0].expected if found else ZERO


def outage_value(case: Case, bill: Decimal) -> Decimal:
    """Return what requests that nobody serves cost a month, where capacity without a fallback is billed `bill`."""
    if not case.outage_share:
        return ZERO
    slow = share_of(case.latency_value(case.replayed[0]), case.outage_share)
    found = replacements(case)
    return slow + (min(each.measured for each in found) if found else share_of(bill, case.outage_share))


def lost_latency(case: Case) -> Decimal:
    """Return what requests that nobody serves are expected to cost as slow ones do."""
    if not case.outage_share or not case.latency_is_priced:
        return ZERO
    return share_of(case.expected_latency_value(case.hourly[:, 0]), case.outage_share)
