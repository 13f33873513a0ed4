"""The scorecard: how well what was promised came true, over all outcomes that count."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.outcomes.figures import OutcomeFigures, figures_of
from service.outcomes.models import Outcome
from service.outcomes.variance import CAUSES

Json = dict[str, Any]
Counted = tuple[Outcome, OutcomeFigures]

RATIO = Decimal("0.0001")

GROUPS: dict[str, Callable[[Outcome], str]] = {
    "by_workload": lambda outcome: outcome.workload_id,
    "by_engine_version": lambda outcome: outcome.engine_version,
    "by_mode": lambda outcome: outcome.mode,
}
"""What outcomes are told apart by."""


@dataclass(frozen=True)
class Figures:
    """The figures of some outcomes; ratios are None where there is nothing to divide by.

    bias = Σ(billed − predicted) ÷ Σ predicted; wape = Σ|billed − predicted| ÷ Σ billed. intervals: outcomes that had
    one; regrets: those of which the regret is known, monthly_regret: theirs together. unused: paid and not used.
    """

    outcomes: int
    predicted: Decimal
    billed: Decimal
    bias: Decimal | None
    wape: Decimal | None
    intervals: int
    interval_hit_rate: Decimal | None
    regrets: int
    monthly_regret: Decimal | None
    unused: Decimal
    by_cause: dict[str, Decimal]

    @property
    def variance(self) -> Decimal:
        """What was billed beyond what was expected."""
        return self.billed - self.predicted

    def document(self) -> Json:
        """Return the figures as JSON."""
        return {
            "outcomes": self.outcomes,
            **{name: f"{getattr(self, name):.2f}" for name in ("predicted", "billed", "variance", "unused")},
            **{name: _text(getattr(self, name)) for name in ("bias", "wape", "interval_hit_rate", "monthly_regret")},
            "intervals": self.intervals,
            "regrets": self.regrets,
            "by_cause": {cause: f"{amount:.2f}" for cause, amount in self.by_cause.items()},
        }


@dataclass(frozen=True)
class Card:
    """All outcomes in one currency, whole and by group: of each of GROUPS the figures by value."""

    currency: str
    figures: Figures
    groups: dict[str, dict[str, Figures]]

    def document(self) -> Json:
        """Return the card as JSON."""
        grouped = {
            name: [{"value": value, **found.document()} for value, found in group.items()]
            for name, group in self.groups.items()
        }
        return {"currency": self.currency, **self.figures.document(), **grouped}


def scorecard(outcomes: Sequence[Outcome]) -> list[Card]:
    """Return a card of each currency. Money of currencies is never added up."""
    currencies = sorted({outcome.currency for outcome in outcomes})
    return [_card(currency, [one for one in outcomes if one.currency == currency]) for currency in currencies]


def _card(currency: str, outcomes: Sequence[Outcome]) -> Card:
    counted = [(outcome, figures_of(outcome.document)) for outcome in outcomes]
    groups = {name: _grouped(counted, key) for name, key in GROUPS.items()}
    return Card(currency, _figures(counted), groups)


def _grouped(counted: Sequence[Counted], key: Callable[[Outcome], str]) -> dict[str, Figures]:
    values = sorted({key(outcome) for outcome, _ in counted})
    return {value: _figures([each for each in counted if key(each[0]) == value]) for value in values}


def _figures(counted: Sequence[Counted]) -> Figures:
    predicted, billed = (_sum(getattr(one, name) for one, _ in counted) for name in ("predicted", "billed"))
    hits = [found.interval.hit for _, found in counted if found.interval is not None]
    regrets = [found.regret.monthly for _, found in counted if found.regret is not None]
    known = [regret for regret in regrets if regret is not None]
    return Figures(
        outcomes=len(counted),
        predicted=predicted,
        billed=billed,
        bias=_ratio(billed - predicted, predicted),
        wape=_ratio(_sum(abs(one.billed - one.predicted) for one, _ in counted), billed),
        intervals=len(hits),
        interval_hit_rate=_ratio(Decimal(sum(hits)), Decimal(len(hits))),
        regrets=len(known),
        monthly_regret=_sum(known) if known else None,
        unused=_sum(found.unused for _, found in counted),
        by_cause={cause: _sum(found.by_cause[cause] for _, found in counted) for cause in CAUSES},
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(RATIO) if whole else None


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
