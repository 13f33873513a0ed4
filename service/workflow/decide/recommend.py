"""Recommend: the option the rule chooses, how sure that is, what would change it, and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.workflow.compare.compare import Comparison
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.compute.case import Case
from service.workflow.compute.findings import left_out_by_length
from service.workflow.decide.confidence import Confidence, assessed
from service.workflow.decide.reason import Reason
from service.workflow.decide.reasons import nothing_eligible, reasons
from service.workflow.decide.review import review_of
from service.workflow.options import Option, eligible
from service.workflow.policy import Mode
from service.workflow.rule import choose, margins_of
from service.workflow.traffic import DAY

Unanswered = Literal["insufficient_data", "no_eligible_option"]
Verdict = Mode | Unanswered
"""What a recommendation may say: the mode of an option, or why there is none."""

DAYS_PER_MONTH = 365 / 12
"""Days of a month of a term."""

FEWEST_DAYS = 2
"""Days that must have been seen, in part at least, to know anything of how they differ."""

NEAREST = 5
"""Flip points named with the recommendation: those the smallest change away."""


@dataclass(frozen=True)
class Recommendation:
    """The answer.

    mode: of the option; "insufficient_data" where the traffic is not representative and the policy allows no
    provisional answer; "no_eligible_option" where nothing meets the hard needs. provisional: recommended although
    the traffic is not representative. probability_cheapest: share of scenarios of the coming level in which nothing
    eligible costs less, other numbers of units included; probability_within_margin: in which nothing costs less by more
    than the margin. confidence_because, review_because: what confidence and the day to look again rest on.
    would_change: the nearest flip points. review_by: the day to look again.
    """

    mode: Verdict
    option: Option | None
    provisional: bool
    confidence: Confidence
    confidence_because: str
    probability_cheapest: float | None
    probability_within_margin: float | None
    reasons: tuple[Reason, ...]
    would_change: tuple[FlipPoint, ...]
    review_by: date
    review_because: str


def recommend(case: Case, options: Sequence[Option], comparison: Comparison) -> Recommendation:
    """Return the recommendation among computed and compared options."""
    policy, profile = case.policy, case.profile
    chosen = choose(eligible(options), margins_of(policy), policy.incumbent)
    if not profile.representative and not policy.sufficiency.allow_provisional:
        missing = tuple(Reason(f.code, f.numbers, f.sentence) for f in profile.findings)
        return _none(case, comparison, "insufficient_data", missing)
    if chosen is None:
        return _none(case, comparison, "no_eligible_option", nothing_eligible(options))
    interval = comparison.uncertainty.of(chosen.key)
    found = reasons(case, chosen, options, comparison)
    assessment = assessed(interval, float(policy.margin), _caps(case, chosen, found))
    review = review_of(case, chosen, comparison.uncertainty.spread)
    return Recommendation(
        mode=chosen.mode,
        option=chosen,
        provisional=not profile.representative,
        confidence=assessment.word,
        confidence_because=assessment.sentence,
        probability_cheapest=None if interval is None else interval.probability_cheapest,
        probability_within_margin=None if interval is None else interval.probability_within_margin,
        reasons=found,
        would_change=nearest(comparison.flip_points),
        review_by=review.day,
        review_because=review.sentence,
    )


def _none(case: Case, comparison: Comparison, mode: Unanswered, why: tuple[Reason, ...]) -> Recommendation:
    """Return the answer that recommends nothing."""
    review = review_of(case, None, comparison.uncertainty.spread)
    because = "Nothing is recommended."
    return Recommendation(mode, None, False, "low", because, None, None, why, (), review.day, review.sentence)


def _caps(case: Case, chosen: Option, found: Sequence[Reason]) -> dict[str, Confidence]:
    """Return what allows no more confidence, and how much, by the clause that says so."""
    codes = {reason.code for reason in found}
    caps: dict[str, Confidence] = {}
    if not case.profile.representative:
        caps["the traffic is not representative"] = "medium"
    if case.days_seen < FEWEST_DAYS:
        caps["so little traffic says nothing of how days differ"] = "low"
    if "latency_unknown" in codes:
        caps["its latency is unknown and a target is set"] = "medium"
    if "target_missed" in codes:
        caps["it misses the target that is set"] = "medium"
    if left_out_by_length(case, case.offers):
        caps["units that weigh long requests apart were left out"] = "medium"
    if "implausible_price" in codes:
        caps["its price is too low to be believed"] = "low"
    if "commitment_binds" in codes and chosen.reservation is not None:
        term_days = float(chosen.reservation.rate.months) * DAYS_PER_MONTH
        if term_days > (case.profile.end_us - case.profile.start_us) / DAY:
            caps["it binds for longer than the traffic was seen"] = "medium"
    return caps


def nearest(points: Sequence[FlipPoint]) -> tuple[FlipPoint, ...]:
    """Return the flip points that the smallest relative change reaches."""

    def distance(point: FlipPoint) -> float:
        """Return the relative change that reaches a point."""
        ratio = float(point.value / point.current) if point.current else 0.0
        return max(ratio, 1 / ratio) if ratio else float("inf")

    return tuple(sorted(points, key=distance)[:NEAREST])
