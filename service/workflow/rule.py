"""The decision rule: what is expected to cost least, except that what is more complex or binds longer must be worth it.

Options stand in families from the simplest to the one that binds longest. A family's best takes over where it beats the
best of every family before it: by the simplicity margin where it binds no longer, by the binding margin where it does.
So no longer term is ever taken for less than the margin over any shorter one. Units on demand need no more than the
part of the simplicity margin that the forecast's discount does not ask of every unit already: nothing is asked twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar

from service.workflow.options import COMMITTED, DEDICATED, HYBRID
from service.workflow.policy import Policy


class Ranked(Protocol):
    """What the rule looks at: a name, a place in the simplicity order and the total a month that is to be expected."""

    @property
    def key(self) -> str:
        """Stable name."""

    @property
    def family(self) -> int:
        """Place in the simplicity order, simplest first."""

    @property
    def expected(self) -> Decimal:
        """Adjusted total at the traffic to be expected, money a month."""


R = TypeVar("R", bound=Ranked)


class Margins(NamedTuple):
    """Shares by which an option must be cheaper: where it is only more complex, and where it binds longer.

    The second is asked of every change from an incumbent, too. on_demand: the first, of units that are reserved on
    demand, less what the forecast's discount asks of each of them.
    """

    simplicity: Decimal
    binding: Decimal
    on_demand: Decimal


def margins_of(policy: Policy) -> Margins:
    """Return a policy's margins."""
    discounted = Decimal(str(policy.forecast.base_discount))
    return Margins(policy.simplicity_margin, policy.margin, max(Decimal(0), policy.simplicity_margin - discounted))


def choose(options: Sequence[R], margins: Margins, incumbent: str | None = None) -> R | None:
    """Return the recommended option of eligible ones, None of none: the last that `standings` yields."""
    return next(reversed(list(standings(options, margins, incumbent))), None)


def standings(options: Sequence[R], margins: Margins, incumbent: str | None = None) -> Iterator[R]:
    """Yield each option that stands until another takes over; the last one is the recommended.

    With an incumbent among the options, only those that beat it by the binding margin are walked; it stays where none
    does.
    """
    return (option for option, before in walked(options, margins, incumbent) if before is None)


def walked(options: Sequence[R], margins: Margins, incumbent: str | None = None) -> Iterator[tuple[R, R | None]]:
    """Yield the incumbent and each family's best as `standings` walks them, with what is in the way of its standing.

    That is the cheapest before it; None where it stands.
    """
    current = next((option for option in options if option.key == incumbent), None)
    if current is not None:
        yield current, None
        options = [option for option in options if undercuts(option.expected, current.expected, margins.binding)]
    bests, cheapest = bests_of(options), None
    for family in sorted(bests):
        best = bests[family]
        # What is below the cheapest before it, by a margin of at most 1, is so below each of them.
        stands = cheapest is None or undercuts(best.expected, cheapest.expected, margin_of(family, margins))
        yield best, None if stands else cheapest
        if cheapest is None or best.expected < cheapest.expected:
            cheapest = best


def bests_of(options: Iterable[R]) -> dict[int, R]:
    """Return the cheapest of each family; of equals the first by its key."""
    bests: dict[int, R] = {}
    for option in options:
        least = bests.get(option.family)
        if least is None or (option.expected, option.key) < (least.expected, least.key):
            bests[option.family] = option
    return bests


def margin_of(family: int, margins: Margins) -> Decimal:
    """Return the share by which an option of a family must be cheaper than any of a family before it."""
    if family > COMMITTED:
        return margins.binding
    return margins.on_demand if family in {DEDICATED, HYBRID} else margins.simplicity


def undercuts(total: Decimal, other: Decimal, margin: Decimal) -> bool:
    """Whether a total is below another one, by the margin at least."""
    return total < other and total <= (1 - margin) * other
