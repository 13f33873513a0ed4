"""The decision rule: the cheapest, except that a more complex or more binding option must win by the margin."""

from collections.abc import Sequence
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
    """Return the recommended option of eligible ones, None of none.

    Families are walked from simplest to most binding. A family's best takes over when it costs at most
    (1 − margin) of the one standing. An incumbent among the options stays unless what the walk found costs at
    most (1 − margin) of it.
    """
    standing: R | None = None
    for family in sorted({option.family for option in options}):
        best = min((o for o in options if o.family == family), key=lambda o: (o.adjusted, o.key))
        if standing is None or best.adjusted <= (1 - margin) * standing.adjusted:
            standing = best
    current = next((option for option in options if option.key == incumbent), None)
    if current is None or standing is None:
        return standing
    return standing if standing.adjusted <= (1 - margin) * current.adjusted else current
