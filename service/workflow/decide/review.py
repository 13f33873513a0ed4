"""Review: the day to look again, sooner the more the days differ and the less is bound.

The level of traffic wanders: over d days its logarithm spreads by about s × √(d ÷ 7), s the spread over a week (see
compare/uncertainty). What binds nothing is looked at again when that reaches the policy's `review_drift`: deciding
again each day loses a third of what one decision loses (measured in docs/model.md). What binds stays until its end.
Traffic that is not representative yet is looked at again as soon as it can be, whatever the answer.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from service.workflow.compute.case import Case
from service.workflow.options import Option
from service.workflow.traffic import SECOND

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Review:
    """The day to look again, and why then."""

    day: date
    sentence: str


def review_of(case: Case, option: Option | None, spread: float) -> Review:
    """Return when to look again at a recommendation."""
    policy = case.policy
    ended = datetime.fromtimestamp(case.profile.end_us // SECOND, UTC).date()
    days, why = policy.review_days, "as the policy says"
    binding = option is not None and option.reservation is not None and option.reservation.rate.is_committed
    if option is not None and not binding:
        soon = max(1, int(WEEK_DAYS * (policy.review_drift / spread) ** 2)) if spread else days
        if soon < days:
            days = soon
            why = (
                f"by then the level of traffic, whose days differ by {case.forecast.volatility:.0%}, may have moved by "
                f"{policy.review_drift:.0%}, and nothing binds you meanwhile"
            )
    elif binding:
        why = "units are bound for a term, and what spills can be looked at again"
    missing = max(1, math.ceil(policy.sufficiency.days - case.profile.days))
    if not case.profile.representative and missing < days:
        days, why = missing, "by then enough of the traffic may have been seen for a firm answer"
    day = ended + timedelta(days=min(days, (date.max - ended).days))
    return Review(day, f"Look again {days} day{'' if days == 1 else 's'} after the traffic ends: {why}.")
