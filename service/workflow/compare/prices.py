"""Flip points of prices: the price of each meter and rate at which the recommendation changes.

Every option's total is a straight line in one price (see affine.py). For the rate of a reserved offer the number of
units follows the price, so every candidate size is a line of its own: exact where it was replayed, else its bound.
A flip that rests on a bound is replayed and looked for again, while the budget lasts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.workflow.compare.affine import Flip, Line, Point, Rule, flips
from service.workflow.compute.bill import billed_quantity, quantize, tiered_lines, total
from service.workflow.compute.candidates import Candidate
from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed
from service.workflow.compute.option import COMMITTED, Option, Reservation
from service.workflow.offers import HOURS_PER_MONTH, Dedicated, Offer, Price, Rate, Serverless

FLIP_REQUESTS = 10_000_000
"""Requests that looking for flip points may replay beyond the search."""


NEVER = Decimal(10) ** 30
"""Total of a candidate that turned out ineligible: more money than there is."""


@dataclass(frozen=True, slots=True)
class FlipPoint:
    """The recommendation changes when `name` passes `value`.

    kind: "price", "rate", "weight" or "traffic". current, value: in the price's own unit, or as a factor.
    direction: "below" or "above". to: key of the option that wins there. exact: whether it rests on replays;
    otherwise the value is a limit: nothing changes nearer than that.
    """

    kind: str
    name: str
    unit: str
    current: Decimal
    value: Decimal
    direction: str
    to: str
    exact: bool = True


def group_of(option: Option) -> str:
    """Return the answer an option stands for, whatever its number of units."""
    if option.reservation is None:
        return option.key
    return f"{option.mode}:{option.reservation.label}"


class PriceFlips:
    """Looks for the flip points of every price, given all options and the search behind them."""

    def __init__(self, case: Case, computed: Computed, offers: Sequence[Offer]) -> None:
        """Sort the eligible exact options by family once, so that a price only looks at those that use it."""
        self.case, self.search, self.offers = case, computed.search, offers
        self.search.budget = FLIP_REQUESTS
        self.standing = [option for option in computed.options if option.eligible and not option.ruled_out]
        self.families = [[o for o in self.standing if o.family == family] for family in range(COMMITTED + 1)]
        self.reserved: dict[str, set[str]] = {}
        self.users: dict[str, list[Option]] = {}
        for option in self.standing:
            if option.reservation is not None:
                self.reserved.setdefault(option.reservation.label, set()).add(option.key)
            if option.serverless is not None:
                self.users.setdefault(option.serverless.sku, []).append(option)
        self.candidates: dict[str, list[Candidate]] = {}
        for candidate in computed.candidates:
            if candidate.eligible:
                self.candidates.setdefault(candidate.reservation.label, []).append(candidate)

    def __iter__(self) -> Iterator[FlipPoint]:
        """Yield the flip points of all serverless prices, then of all rates, in the order of the offers."""
        if not self.standing:
            return
        for offer in self.offers:
            if isinstance(offer, Serverless):
                for price in offer.prices:
                    yield from self._of_price(offer, price)
            else:
                for rate in offer.rates:
                    yield from self._of_rate(offer, rate)

    def _still(self, moving: set[str]) -> list[Line]:
        """Return each family's best option that a price does not move; no other of those can be chosen."""
        still = [next((o for o in family if o.key not in moving), None) for family in self.families]
        incumbent = next((o for o in self.standing if o.key == self.case.policy.incumbent), None)
        if incumbent is not None and incumbent.key not in moving and incumbent not in still:
            still.append(incumbent)
        return [_line(option, Decimal(0)) for option in still if option is not None]

    def _rule(self, moving: list[Line], moved: set[str]) -> Rule:
        policy = self.case.policy
        return Rule([*moving, *self._still(moved)], policy.margin, policy.incumbent)

    def _of_price(self, offer: Serverless, price: Price) -> Iterator[FlipPoint]:
        users = self.users.get(offer.sku, [])
        moving = [_line(option, self._slope(option, offer, price)) for option in users]
        if not any(line.slope for line in moving):
            return
        unit = f"per {price.per} {price.meter}"
        for flip in flips(self._rule(moving, {option.key for option in users})):
            yield _flip_point("price", f"{offer.sku}.{price.meter}", unit, price.amount, flip)

    def _slope(self, option: Option, offer: Serverless, price: Price) -> Decimal:
        """Return what a price costs an option a month, with the hours of outage it stands in for."""
        assert option.daily is not None
        compute_us = int(option.daily.compute_us.sum())
        usage = self.case.monthly(option.daily.counts.sum(axis=0), compute_us)
        metered = total(tiered_lines("", price, billed_quantity(offer, price, usage)))
        hours = self.case.policy.hybrid.outage_hours_per_month
        if option.mode != "hybrid" or not hours:
            return metered
        whole = total(tiered_lines("", price, billed_quantity(offer, price, self.case.everything)))
        return metered + (whole - metered) * hours / HOURS_PER_MONTH

    def _of_rate(self, offer: Dedicated, rate: Rate) -> Iterator[FlipPoint]:
        label = Reservation(offer, rate, 1).label
        group = self.candidates.get(label, [])
        if not group:
            return
        current = rate.hourly if rate.hourly is not None else rate.monthly_per_unit
        unit = "per unit and hour" if rate.hourly is not None else "per unit and month"
        for flip, exact in self._refined(group, self.reserved.get(label, set())):
            yield replace(_flip_point("rate", label, unit, current, flip), exact=exact)

    def _refined(self, group: list[Candidate], moved: set[str]) -> list[tuple[Flip, bool]]:
        """Look for flips, replaying the candidates they rest on, until they rest on replays or the budget is spent."""
        while True:
            lines = [self._candidate_line(index, candidate) for index, candidate in enumerate(group)]
            found = list(flips(self._rule(lines, moved)))
            resting = {p.key for flip in found for p in (flip.before, flip.after)}
            open_ = [c for i, c in enumerate(group) if f"{i}" in resting and c.probe not in self.search.replays]
            if not open_ or self.search.budget <= 0:
                named = [replace(flip, after=self._named(group, flip.after)) for flip in found]
                return [(flip, not open_) for flip in named]
            self.search.replay(open_)

    def _candidate_line(self, index: int, candidate: Candidate) -> Line:
        """Return a candidate's line over its rate; the index names it, so that its option is built only if it wins."""
        reservation = candidate.reservation
        adjusted, slope = candidate.bound, quantize(reservation.units * reservation.rate.monthly_per_unit)
        if candidate.probe in self.search.replays:
            exact = self.search.exact(candidate)
            adjusted = exact.adjusted if exact.eligible else NEVER
            slope = self._exact_slope(candidate)
        elif candidate.mode == "autoscaled":
            slope = candidate.bound
        return Line(str(index), candidate.group, candidate.family, adjusted - slope, slope)

    def _exact_slope(self, candidate: Candidate) -> Decimal:
        if candidate.mode == "hybrid":
            return quantize(candidate.reservation.units * candidate.reservation.rate.monthly_per_unit)
        option = self.search.option(candidate)
        return total(entry for entry in option.lines if entry.code != "upfront")

    def _named(self, group: list[Candidate], point: Point) -> Point:
        """Return the point under its option's key, where it is one of the group's candidates."""
        if not point.key.isdigit():
            return point
        candidate = group[int(point.key)]
        known = candidate.probe in self.search.replays
        return replace(point, key=self.search.option(candidate).key if known else candidate.group)


def _line(option: Option, slope: Decimal) -> Line:
    return Line(option.key, group_of(option), option.family, option.adjusted - slope, slope)


def _flip_point(kind: str, name: str, unit: str, current: Decimal, flip: Flip) -> FlipPoint:
    direction = "below" if flip.factor < 1 else "above"
    return FlipPoint(kind, name, unit, current, current * flip.factor, direction, flip.after.key)
