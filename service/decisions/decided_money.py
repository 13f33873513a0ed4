"""The money of a decision, read back from what was frozen of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.workflow.document.decoding import decode


@dataclass(frozen=True)
class Ends:
    """Between what the total lies a month."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class DecidedMoney:
    """What a decision costs, exact.

    total_commitment: payable until the earliest exit; upfront at once, monthly for what is reserved. expected_monthly:
    the bill of a month; saving_monthly: against what is in use, None where that is not known.
    """

    currency: str
    total_commitment: Decimal
    upfront: Decimal
    monthly: Decimal
    expected_monthly: Decimal
    interval: Ends | None = None
    saving_monthly: Decimal | None = None
    units: int = 0


def money_of(content: Mapping[str, Any]) -> DecidedMoney | None:
    """Return the money of a decision's content, None where it is on no option."""
    found = content["money"]
    return None if found is None else decode(DecidedMoney, found)
