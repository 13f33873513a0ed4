"""Terms: what a reservation costs in a decision, and what is bought already.

A term of T months makes T months payable, needed or not. With persistence r (the chance that this month's need is still
there the next) and growth g a month, of which only a fall matters here, the units are expected to be needed for

    N = Σ over t < T of min(1, (1 + g)^t) × r^t   months

so a month of need costs T ÷ N monthly rates: the whole that is payable until the earliest exit, over the months that
are likely to use it. On demand, T ÷ N is 1. Units that are bought already are owed whatever is decided: they cost an
option that uses them nothing, and every option owes them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property, lru_cache

from service.workflow.bill import quantize
from service.workflow.errors import WorkflowError
from service.workflow.offers import Dedicated, Offer
from service.workflow.option_key import OptionKey
from service.workflow.options import Reservation
from service.workflow.policy import HorizonPolicy, Policy, RunningCommitment
from service.workflow.rates import Rate, months_of

"""Keys of options on a fixed number of units."""

NEAREST = 3
"""How many reservations the refusal of an unknown one names."""


@dataclass(frozen=True, slots=True)
class Running:
    """A commitment that still runs: its units, and the months until nothing is payable, None where nobody said.

    agreed: money a unit and month, None where it is the rate's.
    """

    reservation: Reservation
    months_left: int | None
    agreed: Decimal | None = None

    @property
    def monthly_per_unit(self) -> Decimal:
        """Money a unit and month; what was agreed is for a unit and its share of those of an axis bought apart."""
        return self.reservation.rate.monthly_per_unit if self.agreed is None else self.agreed

    @property
    def monthly(self) -> Decimal:
        """Money a month that is owed whatever is decided; what was paid upfront is spent."""
        if self.agreed is None:
            return quantize(self.reservation.rate.monthly_of(self.reservation.units, self.reservation.second_units))
        return quantize(self.reservation.units * self.agreed)


@dataclass(frozen=True)
class Terms:
    """What reservations cost in decisions under a policy's horizon and with what runs already."""

    horizon: HorizonPolicy
    running: tuple[Running, ...] = ()

    @cached_property
    def owed(self) -> Decimal:
        """Money a month that every option owes for running commitments."""
        return sum((entry.monthly for entry in self.running), Decimal(0))

    def covered(self, reservation: Reservation) -> int:
        """Return how many of a reservation's units are bought already."""
        bought = sum(e.reservation.units for e in self.running if e.reservation.offer.sku == reservation.offer.sku)
        return min(bought, reservation.units)

    def covered_second(self, reservation: Reservation) -> int:
        """Return how many of its units of the axis bought apart are bought already."""
        own = (e.reservation for e in self.running if e.reservation.offer.sku == reservation.offer.sku)
        return min(sum(entry.second_units for entry in own), reservation.second_units)

    def weight(self, rate: Rate) -> Decimal:
        """Return T ÷ N of a rate, at least 1."""
        if not rate.is_committed:
            return Decimal(1)
        horizon = self.horizon
        return term_weight(horizon.growth_per_month, horizon.persistence_per_month, rate.term_months, rate.term_days)

    def cost(self, reservation: Reservation) -> tuple[Decimal, Decimal]:
        """Return what a reservation's new units cost a month of need: by their rate, and of what is paid upfront."""
        rate, units, second = reservation.rate, reservation.units, reservation.second_units
        if self.running:
            units -= self.covered(reservation)
            second -= self.covered_second(reservation)
        weight = self.weight(rate)
        reserved = quantize(rate.monthly_of(units, second) * weight)
        if not rate.upfront:
            return reserved, Decimal(0)
        return reserved, quantize(units * rate.upfront * rate.months.denominator / rate.months.numerator * weight)

    def total(self, reservation: Reservation) -> Decimal:
        """Return all that a reservation's new units cost a month of need."""
        reserved, upfront = self.cost(reservation)
        return reserved + upfront

    def without_running(self) -> "Terms":
        """Return the terms once everything that runs has ended."""
        return Terms(self.horizon)

    def payable(self, reservation: Reservation) -> Decimal:
        """Return what a reservation's new units are billed a month, the upfront spread over the term."""
        second = reservation.second_units - self.covered_second(reservation)
        units = reservation.units - self.covered(reservation)
        return replace(reservation, offer=reservation.offer.with_second(second), units=units).monthly

    def family(self, reservation: Reservation, on_demand: int) -> int:
        """Return a family: `on_demand` of what binds nothing new, else that of the term."""
        if not reservation.rate.is_committed or (self.running and self.covered(reservation) == reservation.units):
            return on_demand
        return reservation.family


@lru_cache(maxsize=4096)
def term_weight(growth: Decimal, persistence: Decimal, term_months: int, term_days: int) -> Decimal:
    """Return T ÷ N of a term, of months or of days, of T months; of a begun month its part counts."""
    months = months_of(term_months, term_days)
    stays = min(Decimal(1), 1 + growth) * persistence
    whole, begun = divmod(months, 1)
    needed = sum((stays**month for month in range(whole)), Decimal(0))
    needed += stays**whole * begun.numerator / begun.denominator
    return Decimal(months.numerator) / (needed * months.denominator)


def running_of(policy: Policy, offers: Sequence[Offer]) -> tuple[Running, ...]:
    """Return the commitments that a policy says are running, and that of an incumbent with a term.

    An incumbent's term is taken to run unless `commitments` names its reservation: with 0 months left it has ended.
    Raises WorkflowError for a reservation that is not on offer.
    """
    if not policy.commitments and policy.incumbent is None:
        return ()
    sold = dict(_labels(offers))
    found = []
    for entry in policy.commitments:
        if entry.reservation not in sold:
            raise _unknown(entry.reservation, list(sold))
        if entry.months_left:
            offer, rate = sold[entry.reservation]
            bought = Reservation(_with_second(offer, entry), rate, entry.units)
            found.append(Running(bought, entry.months_left, entry.monthly_per_unit))
    named = OptionKey.bound(policy.incumbent)
    stated = {entry.reservation for entry in policy.commitments}
    if named is not None and named[0] in sold and named[0] not in stated:
        offer, rate = sold[named[0]]
        if rate.is_committed:
            key = OptionKey.parse(policy.incumbent or "")
            second = 0 if key is None else key.second
            found.append(Running(Reservation(offer.with_second(second), rate, named[1]), None))
    return tuple(found)


def ended(key: str) -> tuple[RunningCommitment, ...]:
    """Return what says that the term of the option of a key has ended, so that it is weighed as a new one would be."""
    named = OptionKey.bound(key)
    return () if named is None else (RunningCommitment(*named, 0),)


def _with_second(offer: Dedicated, entry: RunningCommitment) -> Dedicated:
    """Return the offer with the units that a commitment says of the axis bought apart.

    Raises WorkflowError where it says none though some are sold, or some though none are.
    """
    if (offer.apart is None) == (entry.second_units == 0):
        return offer.with_second(entry.second_units)
    sold = f"{entry.reservation} is sold in units of two kinds: give how many of the second in `second_units`."
    none = f"{entry.reservation} is sold in units of one kind: leave `second_units` out."
    raise WorkflowError("unknown_commitment", "/policy/commitments", none if offer.apart is None else sold)


def _labels(offers: Sequence[Offer]) -> Iterator[tuple[str, tuple[Dedicated, Rate]]]:
    for offer in offers:
        if isinstance(offer, Dedicated):
            for rate in offer.rates:
                yield Reservation(offer, rate, 1).label, (offer, rate)


def _unknown(name: str, sold: Sequence[str]) -> WorkflowError:
    alike = get_close_matches(name, sold, NEAREST, cutoff=0)
    mend = f"name one on offer, such as {', '.join(alike)}" if alike else "no dedicated offer is in the price sheets"
    detail = f"{name} names no reservation on offer: {mend}."
    return WorkflowError("unknown_commitment", "/policy/commitments", detail)
