"""What can be done about a commitment, in money: keep using it or leave it, extend it or let it end.

Until it ends its monthly price is owed whatever is chosen, so what another way costs comes on top of it; units that are
paid for already do not cost a second time. All figures are of a month, at the traffic of the evaluation they come from.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.commitments.models import Commitment
from service.workflow.bill import RESERVED_UNITS, RUNNING
from service.workflow.document.options import AnsweredOption

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


def until_the_end(commitment: Commitment, options: Sequence[AnsweredOption], called: Collection[str]) -> Pair:
    """Return the cheapest way that uses what is paid for, and the cheapest without it; both pay the commitment.

    called: what the evaluation calls the commitment's offer, of its provider and sku.
    """
    owed = commitment.monthly_per_unit * commitment.units
    stay = [
        Choice(option.key, _bill(option) - _paid_already(option, commitment) + owed, owed)
        for option in _using(options, called)
    ]
    leave = [
        Choice(option.key, _bill(option) + owed, owed) for option in _eligible(options) if not _uses(option, called)
    ]
    return Pair(_cheapest(stay), _cheapest(leave))


def afterwards(options: Sequence[AnsweredOption], called: Collection[str]) -> Pair:
    """Return the cheapest way that buys the same again at today's prices, and the cheapest that lets it end.

    called: as of `until_the_end`.
    """
    nothing = Decimal(0)
    extend = [Choice(option.key, _bill(option), nothing) for option in _using(options, called)]
    end = [Choice(o.key, _bill(o), nothing) for o in _eligible(options) if not _uses(o, called)]
    return Pair(_cheapest(extend), _cheapest(end))


def _eligible(options: Sequence[AnsweredOption]) -> Iterator[AnsweredOption]:
    """Yield the options that meet every hard need and whose cost is exact."""
    for option in options:
        if option.eligible and not option.ruled_out:
            yield option


def _using(options: Sequence[AnsweredOption], called: Collection[str]) -> Iterator[AnsweredOption]:
    return (option for option in _eligible(options) if _uses(option, called))


def _uses(option: AnsweredOption, called: Collection[str]) -> bool:
    return option.mode in ("dedicated", "hybrid") and option.dedicated in called


def _bill(option: AnsweredOption) -> Decimal:
    """Return an option's bill by itself: what it owes for commitments that the evaluation was told of is added here."""
    return option.monthly_cost.amount - _sum(option, RUNNING)


def _paid_already(option: AnsweredOption, commitment: Commitment) -> Decimal:
    """Return what the option's bill asks for units that are paid for."""
    units = option.units
    assert units, "an option that uses reserved units has some"
    return _sum(option, _RESERVATION) * min(commitment.units, units) / units


def _sum(option: AnsweredOption, codes: Collection[str]) -> Decimal:
    return sum((line.amount for line in option.bill if line.code in codes), Decimal(0))


def _cheapest(choices: Sequence[Choice]) -> Choice | None:
    return min(choices, key=lambda choice: (choice.monthly_cost, choice.option), default=None)
