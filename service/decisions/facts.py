"""What guardrails look at: the facts of a decision, of its evaluation, and of what else is committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guardrails look at. What is None is not known.

    total: committed by this decision. before: committed by others of the workload and provider within the window, as
    (currency, amount). term_months, confidence, probability_cheapest, provisional: of the option and its evaluation.
    measured_days, coverage: days of the traffic measured, share of them seen. regret: of the walk-forward check, as a
    share of the best total. price_age_days: of the oldest price version. provider_share: of what the organization has
    committed in this currency, this included. ends_on, available_until: days; the offer is not sold from the second on.
    """

    currency: str
    total: Decimal
    before: Sequence[tuple[str, Decimal]]
    term_months: float
    confidence: str
    probability_cheapest: float | None
    provisional: bool
    measured_days: float | None = None
    coverage: float | None = None
    regret: float | None = None
    price_age_days: int | None = None
    provider_share: float | None = None
    ends_on: str | None = None
    available_until: str | None = None

    @property
    def added(self) -> Decimal:
        """This commitment and the others in its currency together."""
        return self.total + sum((amount for currency, amount in self.before if currency == self.currency), Decimal(0))

    @property
    def is_mixed(self) -> bool:
        """Whether others are in another currency, so that they cannot be added up."""
        return any(currency != self.currency and amount for currency, amount in self.before)
