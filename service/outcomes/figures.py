"""The figures of a kept outcome, read back from its document: what scorecards add up and pages show."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.workflow.document.decoding import decode


@dataclass(frozen=True)
class StatedInterval:
    """Between what the bill was stated to lie, and whether it does."""

    low: Decimal
    high: Decimal
    hit: bool


@dataclass(frozen=True)
class Regret:
    """What the option costs more a month than the best on the traffic that came; None where that is not known."""

    monthly: Decimal | None
    best_option: str | None
    detail: str


@dataclass(frozen=True)
class LineFigures:
    """A line, money in cents, quantities in `unit`; billed_quantity None where the bill tells none."""

    code: str
    sku: str
    unit: str
    predicted: Decimal
    billed: Decimal
    predicted_quantity: Decimal
    billed_quantity: Decimal | None


@dataclass(frozen=True)
class OutcomeFigures:
    """Money in the outcome's currency, in cents. variance_share: of what was expected, None of nothing."""

    detail: tuple[str, ...]
    variance: Decimal
    variance_share: Decimal | None
    interval: StatedInterval | None
    unused: Decimal
    by_cause: Mapping[str, Decimal]
    lines: tuple[LineFigures, ...]
    regret: Regret | None


def figures_of(document: Mapping[str, Any]) -> OutcomeFigures:
    """Return the figures of an outcome's document."""
    return decode(OutcomeFigures, document)
