"""Builds the document out of an evaluation."""

from decimal import Decimal

from service.workflow.decide.reason import Reason
from service.workflow.decide.recommend import Recommendation
from service.workflow.document.comparison import comparison, flip_point
from service.workflow.document.measurement import measurement
from service.workflow.document.options import option
from service.workflow.document.values import JsonValue, decimal_text, money, number
from service.workflow.evaluate import Evaluation
from service.workflow.remarks import moving
from service.workflow.traffic import HOUR


def document(evaluation: Evaluation) -> dict[str, JsonValue]:
    """Return measurement, options, comparison and recommendation as JSON values; money is decimal strings."""
    policy, currency = evaluation.case.policy, evaluation.currency
    intervals = {interval.key: interval for interval in evaluation.comparison.uncertainty.intervals}
    return {
        "measurement": measurement(evaluation.case.profile, evaluation.findings) | _replayed(evaluation),
        "options": [option(o, policy, currency, intervals.get(o.key)) for o in evaluation.options],
        "comparison": comparison(evaluation.comparison, policy, currency),
        "findings": _findings(evaluation),
        "recommendation": _recommendation(evaluation.recommendation, currency),
    }


def _findings(evaluation: Evaluation) -> list[JsonValue]:
    """Say what was found about the inputs, what can move the answer first."""
    moved = moving(evaluation.remarks, evaluation.recommendation)
    entries = sorted(evaluation.remarks, key=lambda remark: remark not in moved)
    return [
        {"about": r.about, "code": r.code, "sentence": r.sentence, "sku": r.sku, "can_move_the_answer": r in moved}
        for r in entries
    ]


def _replayed(evaluation: Evaluation) -> dict[str, JsonValue]:
    """Say what the replays took: whether arrivals were drawn, and which part of the hours."""
    arrivals = evaluation.case.arrivals
    drawn = "synthesized" if arrivals.synthesized else "logged"
    return {
        "arrivals": drawn if evaluation.case.has_requests else "buckets",
        "replayed_requests": number(evaluation.case.replayed[0]),
        "replayed_hours": number(evaluation.case.replayed_us / HOUR),
        "sampled": arrivals.sampled,
    }


def _recommendation(entry: Recommendation, currency: str) -> dict[str, JsonValue]:
    chosen = entry.option
    return {
        "mode": entry.mode,
        "option": None if chosen is None else chosen.key,
        "monthly_cost": None if chosen is None else money(chosen.monthly_cost, currency),
        "expected_monthly_cost": None if chosen is None else money(chosen.expected, currency),
        "provisional": entry.provisional,
        "confidence": entry.confidence,
        "confidence_because": entry.confidence_because,
        "probability_cheapest": number(entry.probability_cheapest),
        "probability_within_margin": number(entry.probability_within_margin),
        "reasons": [_reason(reason) for reason in entry.reasons],
        "would_change": [flip_point(point) for point in entry.would_change],
        "review_by": entry.review_by.isoformat(),
        "review_because": entry.review_because,
    }


def _reason(reason: Reason) -> JsonValue:
    return {
        "code": reason.code,
        "numbers": {name: _number(value) for name, value in reason.numbers},
        "sentence": reason.sentence,
    }


def _number(value: Decimal | float | str) -> JsonValue:
    if isinstance(value, str):
        return value
    return decimal_text(value) if isinstance(value, Decimal) else number(value)
