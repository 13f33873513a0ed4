"""What can be done about a commitment, in money: keep using it or leave it, extend it or let it end.

Until it ends its monthly price is owed whatever is chosen, so what another way costs comes on top of it; units that are
paid for already do not cost a second time. All figures are of a month, at the traffic of the evaluation they come from.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.commitments.models import Commitment
from service.workflow.bill import RESERVED_UNITS, RUNNING

_RESERVATION = frozenset({*RESERVED_UNITS, "upfront"})
"""Lines of a bill that pay for reserved units, used or not."""


@dataclass(frozen=True, slots=True)
class Choice:
    """option: key of the option it means. monthly_cost: everything paid a month. owed: of it, the commitment's."""

    option: str
    monthly_cost: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """Two choices, each None where the evaluation has no option for it. difference: what the second costs more."""

    first: Choice | None
    second: Choice | None

    @property
    def difference(self) -> Decimal | None:
        """Money a month, negative where the second is cheaper."""
        if self.first is None or self.second is None:
            return None
        return self.second.monthly_cost - self.first.monthly_cost


def until_the_end(commitment: Commitment, options: Sequence[Mapping[str, Any]], called: Collection[str]) -> Pair:
    """Return the cheapest way that uses what is paid for, and the cheapest without it; both pay the commitment.

    called: what the evaluation calls the commitment's offer, of its provider and sku.
    """
    owed = commitment.monthly_per_unit * commitment.units
    stay = [
        Choice(option["key"], _bill(option) - _paid_already(option, commitment) + owed, owed)
        for option in _using(options, called)
    ]
    leave = [
        Choice(option["key"], _bill(option) + owed, owed) for option in _eligible(options) if not _uses(option, called)
    ]
    return Pair(_cheapest(stay), _cheapest(leave))


def afterwards(options: Sequence[Mapping[str, Any]], called: Collection[str]) -> Pair:
    """Return the cheapest way that buys the same again at today's prices, and the cheapest that lets it end.

    called: as of `until_the_end`.
    """
    nothing = Decimal(0)
    extend = [Choice(option["key"], _bill(option), nothing) for option in _using(options, called)]
    end = [Choice(o["key"], _bill(o), nothing) for o in _eligible(options) if not _uses(o, called)]
    return Pair(_cheapest(extend), _cheapest(end))


def _eligible(options: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the options that meet every hard need and whose cost is exact."""
    for option in options:
        if option["eligible"] and not option["ruled_out"]:
            yield option


def _using(options: Sequence[Mapping[str, Any]], called: Collection[str]) -> Iterator[Mapping[str, Any]]:
    return (option for option in _eligible(options) if _uses(option, called))


def _uses(option: Mapping[str, Any], called: Collection[str]) -> bool:
    return option["mode"] in ("dedicated", "hybrid") and option["dedicated"] in called


def _bill(option: Mapping[str, Any]) -> Decimal:
    """Return an option's bill by itself: what it owes for commitments that the evaluation was told of is added here."""
    owed = sum((Decimal(line["amount"]) for line in option["lines"] if line["code"] in RUNNING), Decimal(0))
    return Decimal(option["monthly_cost"]["amount"]) - owed


def _paid_already(option: Mapping[str, Any], commitment: Commitment) -> Decimal:
    """Return what the option's bill asks for units that are paid for."""
    reserved = sum((Decimal(line["amount"]) for line in option["lines"] if line["code"] in _RESERVATION), Decimal(0))
    units: int = option["units"]
    return reserved * min(commitment.units, units) / units


def _cheapest(choices: Sequence[Choice]) -> Choice | None:
    return min(choices, key=lambda choice: (choice.monthly_cost, choice.option), default=None)
