"""A reason: a code with its numbers, and a sentence."""

from dataclasses import dataclass
from decimal import Decimal

Numbers = tuple[tuple[str, Decimal | float | int | str], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. effect: money a month it is about, 0 where it is not about money; reasons sort by it."""

    code: str
    numbers: Numbers
    sentence: str
    effect: Decimal = Decimal(0)


def money(amount: Decimal) -> str:
    """Return money for a sentence: two decimals and thousands separators."""
    return f"{amount:,.2f}"
