"""The decision rule: the cheapest, except that a more complex or more binding option must win by the margin."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar


class Ranked(Protocol):
    """What the rule looks at: a name, a place in the simplicity order and an adjusted monthly total."""

    @property
    def key(self) -> str:
        """Stable name."""

    @property
    def family(self) -> int:
        """Place in the simplicity order, simplest first."""

    @property
    def adjusted(self) -> Decimal:
        """Adjusted total, money a month."""


R = TypeVar("R", bound=Ranked)


def choose(options: Sequence[R], margin: Decimal, incumbent: str | None = None) -> R | None:
    """Return the recommended option of eligible ones, None of none: the last that `standings` yields."""
    return next(reversed(list(standings(options, margin, incumbent))), None)


def standings(options: Sequence[R], margin: Decimal, incumbent: str | None = None) -> Iterator[R]:
    """Yield each option that stands until another takes over; the last one is the recommended.

    Families are walked from simplest to most binding. A family's best takes over when it beats the one standing:
    costs less, and at most (1 − margin) of it. With an incumbent among the options, only those that beat it are
    walked; it stays where none does.
    """
    current = next((option for option in options if option.key == incumbent), None)
    if current is not None:
        yield current
        options = [option for option in options if _beats(option, current, margin)]
    standing: R | None = None
    for family in sorted({option.family for option in options}):
        best = min((o for o in options if o.family == family), key=lambda o: (o.adjusted, o.key))
        if standing is None or _beats(best, standing, margin):
            standing = best
            yield best


def _beats(option: Ranked, standing: Ranked, margin: Decimal) -> bool:
    return option.adjusted < standing.adjusted and option.adjusted <= (1 - margin) * standing.adjusted
