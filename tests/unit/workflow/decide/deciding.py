"""A week of traffic and offers on which every answer can be had by turning one knob."""

from collections.abc import Sequence

from service.workflow.decide.reason import Reason
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.traffic import BucketSeries, TrafficHistory
from tests.histories import series_of
from tests.markets import MEASURED, budget, ptu_offer, rate, request_offer

DAYS = ([0] * 8 + [30] * 12 + [90] * 4) * 7

QUICK = MEASURED


def week(*, scale: int = 1) -> BucketSeries:
    """Return a week of hours with nights without traffic: 5,040 requests, 21,900 a month."""
    return series_of([count * scale for count in DAYS], bucket=3600)


def market(*, request: str = "0.01", unit: str = "0.10", committed: str | None = None) -> list[Offer]:
    """Return requests at a price, and units of one request a minute at an hourly rate."""
    rates = [rate(unit), *([] if committed is None else [rate(committed, 12)])]
    return [request_offer("req", request), ptu_offer("ptu", *rates, capacity=budget("1", requests="1"))]


def evaluated(offers: Sequence[Offer], policy: Policy = QUICK, history: TrafficHistory | None = None) -> Evaluation:
    """Evaluate the week, or another history."""
    return evaluate(week() if history is None else history, offers, policy, threads=1)


def reason(evaluation: Evaluation, code: str) -> Reason:
    """Return the one reason of a code."""
    (found,) = (entry for entry in evaluation.recommendation.reasons if entry.code == code)
    return found


def codes(evaluation: Evaluation) -> list[str]:
    """Return the codes of the reasons in their order."""
    return [entry.code for entry in evaluation.recommendation.reasons]
