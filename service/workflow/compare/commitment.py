"""Commitments: a committed term against the same units on demand, month by month."""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from service.workflow.options import Option, Reservation
from service.workflow.policy import HorizonPolicy
from service.workflow.rates import Rate


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a committed option binds, in money and months.

    upfront, monthly: paid at the start of each term, and each month. months_locked: the term, a
    begun month as one.
    pays_back_month: first month from whose end on, to that of the term, the commitment has cost no more than the same
    units on demand, None where it never does. horizon_cost, horizon_on_demand: both totals over the horizon.
    """

    upfront: Decimal
    monthly: Decimal
    months_locked: int
    pays_back_month: int | None
    horizon_cost: Decimal
    horizon_on_demand: Decimal


def commitment(option: Option, horizon: HorizonPolicy) -> Commitment | None:
    """Return the commitment of an option, None where it has none or the offer has no on-demand rate to compare with.

    On demand follows growth: in month t (from 0) it runs ceil(units × (1 + growth)^t) units. The commitment keeps
    its units through the term, whatever the traffic does, and adds what growth needs beyond them on demand.
    """
    reservation = option.reservation
    if reservation is None or not reservation.rate.is_committed or reservation.offer.on_demand is None:
        return None
    term = math.ceil(reservation.rate.months)
    committed, on_demand = _cumulative(reservation, horizon, max(term, horizon.months))
    behind = max((month for month in range(1, term + 1) if committed[month - 1] > on_demand[month - 1]), default=0)
    return Commitment(
        upfront=reservation.units * reservation.rate.upfront,
        monthly=reservation.rate.monthly_of(reservation.units, reservation.second_units),
        months_locked=term,
        pays_back_month=behind + 1 if behind < term else None,
        horizon_cost=committed[horizon.months - 1],
        horizon_on_demand=on_demand[horizon.months - 1],
    )


def _cumulative(reservation: Reservation, horizon: HorizonPolicy, months: int) -> tuple[list[Decimal], list[Decimal]]:
    """Return what both ways have cost by the end of each month; upfront is due as each term starts."""
    rate, hourly = reservation.rate, reservation.offer.on_demand
    assert hourly is not None
    own = (reservation.units, reservation.second_units)
    committed, on_demand = [Decimal(0)], [Decimal(0)]
    for month in range(months):
        needed, second = (units_needed(count, horizon.growth_per_month, month) for count in own)
        extra = hourly.monthly_of(max(0, needed - own[0]), max(0, second - own[1]))
        due = reservation.units * rate.upfront * _terms_begun(rate, month)
        committed.append(committed[-1] + due + rate.monthly_of(*own) + extra)
        on_demand.append(on_demand[-1] + hourly.monthly_of(needed, second))
    return committed[1:], on_demand[1:]


def _terms_begun(rate: Rate, month: int) -> int:
    """Return the terms that begin in a month, counted from 0."""
    return math.ceil((month + 1) / rate.months) - math.ceil(month / rate.months)


def units_needed(units: int, growth_per_month: Decimal, month: int) -> int:
    """Return the units that traffic grown for `month` months needs: ceil(units × (1 + growth)^month)."""
    return int((units * (1 + growth_per_month) ** month).to_integral_value(ROUND_CEILING))
