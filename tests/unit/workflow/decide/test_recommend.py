"""The recommendation: when there is none, how sure it is, what would change it, and when to look again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.workflow.compare.flip_points import FlipPoint
from service.workflow.decide.recommend import NEAREST, confidence, nearest
from service.workflow.policy import IsolationNeeds, IsolationPolicy
from tests.histories import log_of, series_of
from tests.markets import ANYWAY
from tests.unit.workflow.decide.deciding import DAYS, QUICK, evaluated, market, week

SHORT = series_of(DAYS[:72], bucket=3600)
"""Three days."""


def test_too_little_traffic_is_an_answer_that_says_what_to_measure_next() -> None:
    recommendation = evaluated(market(), history=SHORT).recommendation
    assert (recommendation.mode, recommendation.option) == ("insufficient_data", None)
    assert (recommendation.confidence, recommendation.probability_cheapest) == ("low", None)
    assert not recommendation.provisional
    told = {entry.code: entry.sentence for entry in recommendation.reasons}
    assert told["short_history"].endswith("keep logging for 4.00 days more.")
    assert told["hours_unseen"].endswith("log the hours that are empty in the hour-of-week grid.")
    gaps = series_of([None if place % 12 == 1 else count for place, count in enumerate(DAYS)], bucket=3600)
    told = {entry.code: entry.sentence for entry in evaluated(market(), history=gaps).recommendation.reasons}
    assert "upload the 14 missing buckets" in told["low_coverage"]


def test_a_provisional_answer_is_labelled_so() -> None:
    recommendation = evaluated(market(), replace(QUICK, sufficiency=ANYWAY), SHORT).recommendation
    assert recommendation.provisional
    assert recommendation.mode == "hybrid"
    assert recommendation.option is not None
    assert not evaluated(market(), replace(QUICK, sufficiency=ANYWAY)).recommendation.provisional


def test_insufficient_traffic_comes_before_what_nothing_meets() -> None:
    needs = IsolationPolicy(required=IsolationNeeds(tenancy="dedicated"))
    policy = replace(QUICK, isolation=needs)
    assert evaluated(market(), policy, SHORT).recommendation.mode == "insufficient_data"
    recommendation = evaluated(market(), policy).recommendation
    assert (recommendation.mode, recommendation.option, recommendation.confidence) == (
        "no_eligible_option",
        None,
        "low",
    )


@pytest.mark.parametrize(
    ("probability", "word"),
    [(1.0, "high"), (0.9, "high"), (0.899, "medium"), (0.7, "medium"), (0.699, "low"), (0.0, "low"), (None, "low")],
)
def test_confidence_is_a_word_for_a_probability(probability: float | None, word: str) -> None:
    assert confidence(probability) == word


def test_a_provisional_answer_is_never_of_high_confidence() -> None:
    assert confidence(1.0, provisional=True) == "medium"
    assert confidence(0.5, provisional=True) == "low"


def test_confidence_is_that_of_the_option_recommended_not_of_the_cheapest() -> None:
    evaluation = evaluated(market(request="0.0055"))
    assert evaluation.recommendation.mode == "serverless"
    assert evaluation.comparison.bootstrap is not None
    cheapest = evaluation.comparison.bootstrap.of("hybrid:ptu@0x1+req")
    assert cheapest is not None
    assert (evaluation.recommendation.probability_cheapest, evaluation.recommendation.confidence) == (0.0, "low")
    assert cheapest.probability_cheapest == 1.0


def test_without_two_days_to_draw_from_nothing_is_known_and_confidence_is_low() -> None:
    one = series_of(DAYS[:24], bucket=3600)
    recommendation = evaluated(market(), replace(QUICK, sufficiency=ANYWAY), one).recommendation
    assert recommendation.mode == "hybrid"
    assert (recommendation.confidence, recommendation.probability_cheapest) == ("low", None)


def test_it_is_due_for_review_so_many_days_after_the_history_ends() -> None:
    assert evaluated(market(), replace(QUICK, review_days=30)).recommendation.review_by == date(2026, 11, 11)
    assert evaluated(market(), replace(QUICK, review_days=1), SHORT).recommendation.review_by == date(2026, 10, 9)
    noon = log_of([0.0, 43_200.0])
    assert evaluated(market(), replace(QUICK, review_days=7), noon).recommendation.review_by == date(2026, 10, 12)


def test_a_review_after_the_end_of_all_calendars_is_due_on_their_last_day() -> None:
    late = series_of(DAYS, bucket=3600, origin=253_370_764_800 * 10**6 - 7 * 86_400 * 10**6)
    recommendation = evaluated(market(), replace(QUICK, review_days=3650), late).recommendation
    assert recommendation.review_by == date.max


def flip(name: str, current: str, value: str) -> FlipPoint:
    direction = "above" if Decimal(value) > Decimal(current) else "below"
    return FlipPoint("price", name, "", Decimal(current), Decimal(value), direction, "to")


def test_what_would_change_it_is_what_the_smallest_changes_reach() -> None:
    points = [
        flip("halved", "4", "2"),
        flip("a tenth more", "10", "11"),
        flip("from nothing", "0", "1"),
        flip("to nothing", "1", "0"),
        flip("tripled", "1", "3"),
        flip("a fifth less", "10", "8"),
        flip("1.3 times", "10", "13"),
    ]
    assert [point.name for point in nearest(points)] == [
        "a tenth more",
        "a fifth less",
        "1.3 times",
        "halved",
        "tripled",
    ]
    assert NEAREST == 5


def test_the_recommendation_names_the_nearest_of_its_flip_points() -> None:
    evaluation = evaluated(market(), history=week())
    assert [(point.name, point.direction) for point in evaluation.recommendation.would_change] == [
        ("ptu@0", "above"),
        ("req.requests", "below"),
        ("traffic_factor", "below"),
    ]
    assert evaluation.recommendation.would_change == nearest(evaluation.comparison.flip_points)
