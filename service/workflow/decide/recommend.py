"""Recommend: the option the rule chooses, how sure that is, what would change it, and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from service.workflow.compare.compare import Comparison
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.compute.case import Case
from service.workflow.compute.redecide import eligible
from service.workflow.decide.reasons import Reason, nothing_eligible, reasons
from service.workflow.options import Option
from service.workflow.rule import choose
from service.workflow.traffic import SECOND

Confidence = Literal["high", "medium", "low"]

HIGH, MEDIUM = 0.9, 0.7
"""Probabilities of being cheapest from which confidence is high, and medium."""

NEAREST = 5
"""Flip points named with the recommendation: those the smallest change away."""


@dataclass(frozen=True)
class Recommendation:
    """The answer.

    mode: of the option; "insufficient_data" where the traffic is not representative and the policy allows no
    provisional answer; "no_eligible_option" where nothing meets the hard needs. provisional: recommended although
    the traffic is not representative. probability_cheapest: share of bootstrap resamples in which the option is the
    cheapest eligible one, None without a bootstrap. would_change: the nearest flip points. review_by: the day to look
    again.
    """

    mode: str
    option: Option | None
    provisional: bool
    confidence: Confidence
    probability_cheapest: float | None
    reasons: tuple[Reason, ...]
    would_change: tuple[FlipPoint, ...]
    review_by: date


def recommend(case: Case, options: Sequence[Option], comparison: Comparison) -> Recommendation:
    """Return the recommendation among computed and compared options."""
    policy, profile = case.policy, case.profile
    chosen = choose(eligible(options), policy.margin, policy.incumbent)
    ended = datetime.fromtimestamp(profile.end_us // SECOND, UTC).date()
    review_by = ended + timedelta(days=min(policy.review_days, (date.max - ended).days))
    if not profile.representative and not policy.sufficiency.allow_provisional:
        missing = tuple(Reason(f.code, f.numbers, f.sentence) for f in profile.findings)
        return Recommendation("insufficient_data", None, False, "low", None, missing, (), review_by)
    if chosen is None:
        return Recommendation("no_eligible_option", None, False, "low", None, nothing_eligible(options), (), review_by)
    probability = _probability(chosen, comparison)
    return Recommendation(
        mode=chosen.mode,
        option=chosen,
        provisional=not profile.representative,
        confidence=confidence(probability, provisional=not profile.representative),
        probability_cheapest=probability,
        reasons=reasons(case, chosen, options, comparison),
        would_change=nearest(comparison.flip_points),
        review_by=review_by,
    )


def _probability(chosen: Option, comparison: Comparison) -> float | None:
    interval = None if comparison.bootstrap is None else comparison.bootstrap.of(chosen.key)
    return None if interval is None else interval.probability_cheapest


def confidence(probability: float | None, *, provisional: bool = False) -> Confidence:
    """Return the word for a probability of being cheapest; without one nothing is known, and it is low.

    A provisional answer is never high: what was not measured can move it.
    """
    if probability is None or probability < MEDIUM:
        return "low"
    return "high" if probability >= HIGH and not provisional else "medium"


def nearest(points: Sequence[FlipPoint]) -> tuple[FlipPoint, ...]:
    """Return the flip points that the smallest relative change reaches."""

    def distance(point: FlipPoint) -> float:
        """Return the relative change that reaches a point."""
        ratio = float(point.value / point.current) if point.current else 0.0
        return max(ratio, 1 / ratio) if ratio else float("inf")

    return tuple(sorted(points, key=distance)[:NEAREST])
