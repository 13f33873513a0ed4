"""What is bought already: the commitments of a workload that an evaluation counts without being told of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import ceil

from service.commitments import queries
from service.commitments.models import Commitment
from service.commitments.service import standing
from service.kit.db.transaction import Transaction
from service.workflow.offers import Dedicated, Offer
from service.workflow.options import Reservation
from service.workflow.policy import Policy, RunningCommitment
from service.workflow.prepare import called
from service.workflow.rates import Rate
from service.workflow.remarks import Remark

MONTHS_A_YEAR, DAYS_A_YEAR = 12, 365


def with_commitments(
    tx: Transaction, workload_id: str, policy: Policy, offers: Sequence[Offer], market: tuple[Sequence[Offer], str]
) -> tuple[Policy, tuple[Remark, ...]]:
    """Return a policy that counts what the workload has bought, and remarks on what it could not count.

    Counted are the commitments of the workload whose last day has not passed, at the price agreed; a policy that states
    its own says it all by itself. market: the offers as prepared, and the currency they are in.
    """
    if policy.commitments:
        return policy, ()
    prepared, currency = market
    rates = {**dict(policy.exchange_rates), currency: Decimal(1)}
    counted, remarks = [], []
    for commitment in tx.session.scalars(queries.commitments(tx, {"workload_id": workload_id, "ended": False})):
        names = called(offers, commitment.provider, commitment.sku)
        offer = next((each for each in prepared if isinstance(each, Dedicated) and each.sku in names), None)
        if offer is None or offer.apart is not None or commitment.currency not in rates:
            remarks.append(_not_counted(commitment, currency, offer))
            continue
        rate = min(offer.rates, key=lambda rate: _distance(rate, commitment))
        price = commitment.monthly_per_unit * rates[commitment.currency]
        left = ceil(_months(standing(commitment, tx.now.date()).days_left))
        label = Reservation(offer, rate, 1).label
        counted.append(RunningCommitment(label, commitment.units, min(left, 120), price))
    counted.sort(key=lambda entry: (entry.reservation, entry.months_left, entry.units, entry.monthly_per_unit))
    return replace(policy, commitments=tuple(counted)), tuple(sorted(remarks, key=lambda remark: remark.sentence))


def _distance(rate: Rate, commitment: Commitment) -> tuple[bool, float, int]:
    """Return how far a rate is from a commitment: one with a term first, then the nearest term."""
    starts, ends = date.fromisoformat(commitment.starts_on), date.fromisoformat(commitment.ends_on)
    term = _months((ends - starts).days + 1)
    return (not rate.is_committed, abs(float(rate.months) - term), rate.term_months)


def _months(days: int) -> float:
    return days * MONTHS_A_YEAR / DAYS_A_YEAR


def _not_counted(commitment: Commitment, currency: str, offer: Dedicated | None) -> Remark:
    what = f"{commitment.units} x {commitment.sku} of {commitment.provider}, bought until {commitment.ends_on}"
    if offer is None:
        mend = "no price sheet offers it; add its offer, so that its units are used first and its cost is in each bill"
    elif offer.apart is not None:
        mend = "its units are of two kinds; state it in `commitments` of the policy, with `units` and `second_units`"
    else:
        mend = f"give what 1 {commitment.currency} is in {currency} in `exchange_rates`"
    sentence = f"{what}, is not counted: {mend}."
    return Remark("prices", "commitment_not_counted", sentence, can_move_the_answer=True, sku=commitment.sku)
