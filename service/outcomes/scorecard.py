"""The scorecard: how well what was promised came true, over all outcomes that count."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from service.outcomes.models import Outcome
from service.outcomes.variance import CAUSES

Json = dict[str, Any]

RATIO = Decimal("0.0001")

GROUPS: dict[str, Callable[[Outcome], str]] = {
    "by_workload": lambda outcome: outcome.workload_id,
    "by_engine_version": lambda outcome: outcome.engine_version,
    "by_mode": lambda outcome: outcome.mode,
}
"""What outcomes are told apart by."""


def scorecard(outcomes: Sequence[Outcome]) -> Json:
    """Return the card of outcomes: one of each currency, whole and by group. Money of currencies is never added up."""
    currencies = sorted({outcome.currency for outcome in outcomes})
    return {"cards": [_card([one for one in outcomes if one.currency == currency]) for currency in currencies]}


def _card(outcomes: Sequence[Outcome]) -> Json:
    groups = {name: _grouped(outcomes, key) for name, key in GROUPS.items()}
    return {"currency": outcomes[0].currency, **_figures(outcomes), **groups}


def _grouped(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> list[Json]:
    values = sorted({key(outcome) for outcome in outcomes})
    return [{"value": value, **_figures([one for one in outcomes if key(one) == value])} for value in values]


def _figures(outcomes: Sequence[Outcome]) -> Json:
    """Return the figures of some outcomes.

    bias = Σ(billed − predicted) ÷ Σ predicted; wape = Σ|billed − predicted| ÷ Σ billed.
    """
    predicted, billed = (_sum(getattr(one, name) for one in outcomes) for name in ("predicted", "billed"))
    missed = _sum(abs(one.billed - one.predicted) for one in outcomes)
    hits = [one.document["interval"]["hit"] for one in outcomes if one.document["interval"] is not None]
    regrets = [one.document["regret"]["monthly"] for one in outcomes if one.document["regret"] is not None]
    known = [Decimal(regret) for regret in regrets if regret is not None]
    return {
        "outcomes": len(outcomes),
        "predicted": _text(predicted),
        "billed": _text(billed),
        "variance": _text(billed - predicted),
        "bias": _ratio(billed - predicted, predicted),
        "wape": _ratio(missed, billed),
        "intervals": len(hits),
        "interval_hit_rate": _ratio(Decimal(sum(hits)), Decimal(len(hits))),
        "regrets": len(known),
        "monthly_regret": _text(_sum(known)) if known else None,
        "unused": _text(_sum(Decimal(one.document["unused"]) for one in outcomes)),
        "by_cause": {
            cause: _text(_sum(Decimal(one.document["by_cause"][cause]) for one in outcomes)) for cause in CAUSES
        },
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _ratio(part: Decimal, whole: Decimal) -> str | None:
    return str((part / whole).quantize(RATIO)) if whole else None


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
