"""The recommendation: when there is none, how sure it is, what would change it, and when to look again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.workflow.compare.flip_points import FlipPoint
from service.workflow.compare.uncertainty import Interval
from service.workflow.decide.confidence import assessed
from service.workflow.decide.recommend import NEAREST, nearest
from service.workflow.offers import Offer
from service.workflow.policy import IsolationNeeds, IsolationPolicy
from tests.histories import series_of
from tests.markets import ANYWAY, budget, ptu_offer, rate
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


def interval(cheapest: float | None, near: float | None) -> Interval:
    return Interval("o", 1.0, 2.0, cheapest, near, None)


@pytest.mark.parametrize(
    ("cheapest", "near", "word"),
    [
        (0.95, 0.95, "high"),
        (0.9, 0.9, "high"),
        (0.89, 0.95, "medium"),
        (0.7, 0.7, "medium"),
        (0.69, 0.89, "low"),
        (0.69, 0.9, "medium"),
        (0.0, 0.95, "medium"),
        (0.0, 0.0, "low"),
        (None, None, "low"),
    ],
)
def test_confidence_is_a_word_for_a_probability(cheapest: float | None, near: float | None, word: str) -> None:
    assert assessed(interval(cheapest, near), 0.1, {}).word == word


def test_what_is_kept_by_the_margin_is_medium_and_says_so() -> None:
    found = assessed(interval(0.0, 0.95), 0.1, {})
    assert found.word == "medium"
    assert found.sentence == (
        "It stays the cheapest at 0% of the levels that traffic may come to, but at 95% nothing is cheaper by more "
        "than the margin of 10%: what is cheaper would hardly matter."
    )


def test_a_cap_lowers_confidence_and_says_why_but_never_raises_it() -> None:
    high, low = interval(0.95, 0.95), interval(0.0, 0.0)
    capped = assessed(high, 0.1, {"it is so": "medium"})
    assert capped.word == "medium"
    assert capped.sentence.endswith(" It is no more than medium, since it is so.")
    assert assessed(low, 0.1, {"it is so": "medium"}).word == "low"


def test_a_provisional_answer_is_never_of_high_confidence() -> None:
    firm = evaluated([market()[0]]).recommendation
    three = evaluated([market()[0]], replace(QUICK, sufficiency=ANYWAY), SHORT).recommendation
    assert (firm.confidence, three.confidence) == ("high", "medium")
    assert three.confidence_because.endswith("since the traffic is not representative.")


def test_confidence_is_that_of_the_option_recommended_not_of_the_cheapest() -> None:
    evaluation = evaluated(market(request="0.0055"))
    assert evaluation.recommendation.mode == "serverless"
    cheapest = evaluation.comparison.uncertainty.of("hybrid:ptu@0x1+req")
    chosen = evaluation.comparison.uncertainty.of("serverless:req")
    assert cheapest is not None
    assert chosen is not None
    assert evaluation.recommendation.probability_cheapest == chosen.probability_cheapest
    assert evaluation.recommendation.probability_within_margin == chosen.probability_within_margin
    assert cheapest.probability_cheapest != chosen.probability_cheapest


def test_of_less_than_two_days_nothing_is_known_and_confidence_is_low() -> None:
    one = series_of(DAYS[:24], bucket=3600)
    recommendation = evaluated([market()[0]], replace(QUICK, sufficiency=ANYWAY), one).recommendation
    assert recommendation.confidence == "low"
    assert "says nothing of how days differ" in recommendation.confidence_because


def test_what_binds_is_due_for_review_so_many_days_after_the_history_ends() -> None:
    binding: list[Offer] = [ptu_offer("ptu", rate("0.02", 12), capacity=budget("1", requests="1"))]
    found = evaluated(binding, replace(QUICK, review_days=30)).recommendation
    assert (found.review_by, found.mode) == (date(2026, 11, 11), "dedicated")
    assert "bound for a term" in found.review_because
    nothing = evaluated(market(), replace(QUICK, review_days=1), SHORT).recommendation
    assert (nothing.mode, nothing.review_by) == ("insufficient_data", date(2026, 10, 9))


def test_what_binds_nothing_is_looked_at_again_the_sooner_the_more_days_differ() -> None:
    calm = evaluated(market()).recommendation
    assert calm.review_by == date(2026, 10, 19), "days alike: seven days after the twelfth"
    wild = series_of([count * (1 + 9 * (place // 24 % 2)) for place, count in enumerate(DAYS)], bucket=3600)
    soon = evaluated(market(), history=wild).recommendation
    assert soon.review_by == date(2026, 10, 13)
    assert "nothing binds you meanwhile" in soon.review_because
    assert evaluated(market(), replace(QUICK, review_drift=0.1)).recommendation.review_by == date(2026, 10, 13)


def test_a_review_after_the_end_of_all_calendars_is_due_on_their_last_day() -> None:
    late = series_of(DAYS, bucket=3600, origin=253_370_764_800 * 10**6 - 7 * 86_400 * 10**6)
    binding: list[Offer] = [ptu_offer("ptu", rate("0.02", 12), capacity=budget("1", requests="1"))]
    recommendation = evaluated(binding, replace(QUICK, review_days=3650), late).recommendation
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
