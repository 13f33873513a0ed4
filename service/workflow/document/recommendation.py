"""The recommendation of an answer, and what was found about the inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from service.workflow.compare.flip_points import FlipPoint
from service.workflow.decide.confidence import Confidence
from service.workflow.decide.recommend import Recommendation, Verdict
from service.workflow.document.comparison import flip_point
from service.workflow.document.encoding import SINCE_2_0, ShownMoney
from service.workflow.document.measurement import Explanation
from service.workflow.remarks import About, Remark, moving


@dataclass(frozen=True)
class AnsweredRecommendation:
    """What is recommended, how sure that is, and why."""

    mode: Verdict
    option: Annotated[str | None, "Key of the option; null where none is recommended, as are its costs."]
    monthly_cost: Annotated[ShownMoney | None, "Its bill of a month of the measured traffic."]
    expected_monthly_cost: Annotated[ShownMoney | None, "What was compared.", SINCE_2_0]
    provisional: Annotated[bool, "Recommended although the traffic is not representative."]
    confidence: Confidence
    confidence_because: Annotated[str, "Why.", SINCE_2_0]
    probability_cheapest: Annotated[float | None, "Share of scenarios in which nothing eligible is cheaper."]
    probability_within_margin: Annotated[float | None, "In which nothing is by more than the margin.", SINCE_2_0]
    reasons: Annotated[tuple[Explanation, ...], "What must be read first, then in order of effect."]
    would_change: Annotated[tuple[FlipPoint, ...], "The nearest flip points."]
    review_by: Annotated[date, "The day to look again."]
    review_because: Annotated[str, "Why then.", SINCE_2_0]


@dataclass(frozen=True)
class InputFinding:
    """What was found about an input before anything was computed."""

    about: About
    code: str
    sentence: str
    sku: Annotated[str | None, "Of the offer it is about."]
    can_move_the_answer: Annotated[bool, "Whether another option may be right for it."]


def recommendation(entry: Recommendation, currency: str) -> AnsweredRecommendation:
    """Return the recommendation."""
    chosen = entry.option
    return AnsweredRecommendation(
        mode=entry.mode,
        option=None if chosen is None else chosen.key,
        monthly_cost=None if chosen is None else ShownMoney(chosen.monthly_cost, currency),
        expected_monthly_cost=None if chosen is None else ShownMoney(chosen.expected, currency),
        provisional=entry.provisional,
        confidence=entry.confidence,
        confidence_because=entry.confidence_because,
        probability_cheapest=entry.probability_cheapest,
        probability_within_margin=entry.probability_within_margin,
        reasons=tuple(Explanation(r.code, dict(r.numbers), r.sentence) for r in entry.reasons),
        would_change=tuple(flip_point(point) for point in entry.would_change),
        review_by=entry.review_by,
        review_because=entry.review_because,
    )


def findings(remarks: Sequence[Remark], entry: Recommendation) -> tuple[InputFinding, ...]:
    """Return what was found about the inputs, what can move the answer first."""
    moved = moving(remarks, entry)
    entries = sorted(remarks, key=lambda remark: remark not in moved)
    return tuple(InputFinding(r.about, r.code, r.sentence, r.sku, r in moved) for r in entries)
