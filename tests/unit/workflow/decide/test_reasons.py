"""Every reason by example: its numbers are the options' own, and its sentence says what they say."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest

from service.workflow.decide import reasons as module
from service.workflow.evaluate import Evaluation
from service.workflow.offers import Isolation, Limits, Offer, Speed, Units
from service.workflow.options import Option
from service.workflow.policy import ForecastPolicy, IsolationNeeds, IsolationPolicy, LatencyPolicy
from service.workflow.rates import Rate
from tests.histories import series_of
from tests.markets import budget, ptu_offer, rate, request_offer, token_offer
from tests.unit.workflow.decide.deciding import DAYS, QUICK, codes, evaluated, market, reason

SLOW = Speed(1000.0, ((1, 10.0),))

PINNED = IsolationNeeds(version_pinning=True)


def option_of(evaluation: Evaluation, key: str) -> Option:
    (found,) = (option for option in evaluation.options if option.key == key)
    return found


def test_it_is_cheaper_than_the_best_of_every_other_mode() -> None:
    evaluation = evaluated(market())
    chosen = evaluation.recommendation.option
    assert chosen is not None
    assert chosen.key == "hybrid:ptu@0x1+req"
    against = [entry for entry in evaluation.recommendation.reasons if entry.code == "cheaper_than"]
    rivals = [option_of(evaluation, key) for key in ("dedicated:ptu@0x7", "serverless:req")]
    assert [dict(entry.numbers) for entry in against] == [
        {"option": rival.key, "saving": rival.adjusted - chosen.adjusted} for rival in rivals
    ]
    assert [entry.sentence for entry in against] == [
        "It costs 363.09 a month less (71.1%) than the best dedicated option, dedicated:ptu@0x7.",
        "It costs 71.09 a month less (32.5%) than the best serverless option, serverless:req.",
    ]


def test_of_a_mode_whose_best_was_ruled_out_no_more_is_said_than_its_lower_limit() -> None:
    big = ptu_offer("big", rate("0.045", 12), capacity=budget("2", requests="1"))
    with patch("service.workflow.compute.compute.EXPLORE_REQUESTS", 0):
        evaluation = evaluated([*market(unit="0.03"), big])
    assert {o.key: o.ruled_out for o in evaluation.options if o.mode == "dedicated"} == {
        "dedicated:big@12": True,
        "dedicated:ptu@0x7": False,
    }
    against = [entry for entry in evaluation.recommendation.reasons if entry.code == "cheaper_than"]
    assert against[1].sentence == "It costs at least 75.09 a month less (57.1%) than any dedicated option could."


def test_reasons_come_in_the_order_of_their_effect() -> None:
    evaluation = evaluated([*market(), request_offer("tight", "0.001", limits=Limits(requests_per_minute=1))])
    effects = [entry.effect for entry in evaluation.recommendation.reasons]
    assert effects == sorted(effects, reverse=True)
    assert [e.effect for e in evaluation.recommendation.reasons if e.code == "cheaper_than"] == [
        entry.numbers[1][1] for entry in evaluation.recommendation.reasons if entry.code == "cheaper_than"
    ]
    assert codes(evaluation)[:2] == ["cheaper_than", "hard_need"]


CLOSE = market(request="0.0055")
"""Serverless 120.45, hybrid 114.2505: 5.1 % less."""


def test_the_simpler_stays_within_the_margin() -> None:
    evaluation = evaluated(CLOSE)
    assert evaluation.recommendation.mode == "serverless"
    entry = reason(evaluation, "kept_for_simplicity")
    assert dict(entry.numbers) == {"option": "hybrid:ptu@0x1+req", "saving": Decimal("6.2495")}
    assert entry.sentence == (
        "hybrid:ptu@0x1+req would save 6.25 a month (5.2%), less than the margin of 10% asked of a change; "
        "serverless:req stays because it is simpler or binds less."
    )
    assert "cheaper_than" not in [e.code for e in evaluation.recommendation.reasons if "hybrid" in e.sentence]


@pytest.mark.parametrize(("margin", "told"), [("0.125", "12.5%"), ("0.0519", "5.19%"), ("1", "100%")])
def test_a_margin_is_told_as_it_was_asked(margin: str, told: str) -> None:
    evaluation = evaluated(CLOSE, replace(QUICK, simplicity_margin=Decimal(margin)))
    assert f"less than the margin of {told} asked" in reason(evaluation, "kept_for_simplicity").sentence
    assert evaluated(CLOSE, replace(QUICK, simplicity_margin=Decimal("0.0518"))).recommendation.mode == "hybrid"


def test_what_is_in_use_stays_within_the_margin() -> None:
    evaluation = evaluated(CLOSE, replace(QUICK, incumbent="serverless:req"))
    assert reason(evaluation, "incumbent_stays").sentence.endswith("serverless:req stays because it is in use today.")
    back = evaluated(market(request="0.0049"), replace(QUICK, incumbent="hybrid:ptu@0x1+req"))
    assert dict(reason(back, "incumbent_stays").numbers)["option"] == "serverless:req"
    assert back.recommendation.mode == "hybrid"


def test_slow_requests_and_unmet_preferences_are_told_in_money() -> None:
    latency = LatencyPolicy("end_to_end", target_ms=100.0, value_per_slow_request=Decimal("0.001"), weight=Decimal(2))
    isolation = IsolationPolicy(preferred=PINNED, value_per_month=Decimal(30), weight=Decimal("0.5"))
    evaluation = evaluated([request_offer(speed=SLOW)], replace(QUICK, latency=latency, isolation=isolation))
    assert dict(reason(evaluation, "slow_requests").numbers) == {"value": Decimal("43.8")}
    assert dict(reason(evaluation, "isolation_preferences").numbers) == {"value": Decimal(15)}
    assert codes(evaluation)[:2] == ["slow_requests", "isolation_preferences"]


def test_what_would_cost_less_but_misses_a_hard_need_is_named_with_it() -> None:
    cheap = request_offer("cheap", "0.001")
    pinned = [replace(offer, isolation=Isolation(version_pinning=True)) for offer in market()]
    evaluation = evaluated([cheap, *pinned], replace(QUICK, isolation=IsolationPolicy(required=PINNED)))
    entry = reason(evaluation, "hard_need")
    assert dict(entry.numbers) == {"option": "serverless:cheap", "code": "version_pinning"}
    chosen = evaluation.recommendation.option
    assert chosen is not None
    assert entry.effect == chosen.adjusted - option_of(evaluation, "serverless:cheap").adjusted
    assert entry.sentence.endswith("is not eligible: cheap does not pin the model version.")
    assert reason(evaluation, "ineligible_options").sentence == "1 option misses a hard need (version_pinning)."


def test_what_would_cost_more_anyway_is_no_reason() -> None:
    pinned = [replace(offer, isolation=Isolation(version_pinning=True)) for offer in market()]
    policy = replace(QUICK, isolation=IsolationPolicy(required=PINNED))
    assert "hard_need" not in codes(evaluated([request_offer("dear", "0.2"), *pinned], policy))


def test_utilization_is_told_of_dedicated_capacity_that_does_serve_everything() -> None:
    evaluation = evaluated(market())
    figures = option_of(evaluation, "dedicated:ptu@0x7").figures
    assert figures is not None
    assert dict(reason(evaluation, "utilization_when_dedicated").numbers) == {
        "option": "dedicated:ptu@0x7",
        "utilization": figures.utilization,
    }
    short = ptu_offer("ptu", rate("0.10"), capacity=budget("1", requests="1"), units=Units(1, 1, 2))
    throttling = evaluated([market()[0], short])
    assert option_of(throttling, "dedicated:ptu@0x2").violations
    assert "utilization_when_dedicated" not in codes(throttling)


def test_idle_time_is_the_profiles_own() -> None:
    assert dict(reason(evaluated(market()), "idle_time").numbers) == {"idle_share": pytest.approx(1 / 3)}
    assert "idle_time" not in codes(evaluated(market(), history=series_of([60] * 168, bucket=3600)))


def test_a_hybrid_tells_what_its_reserved_side_keeps() -> None:
    evaluation = evaluated(market())
    chosen = evaluation.recommendation.option
    assert chosen is not None
    assert chosen.figures is not None
    numbers = dict(reason(evaluation, "reserved_floor").numbers)
    assert numbers == {"coverage": chosen.figures.coverage, "overflow_share": chosen.figures.overflow_share}
    assert numbers["overflow_share"] == pytest.approx(float(chosen.lines[-1].quantity) / 21_900, rel=1e-4)


def test_of_tokens_alone_nobody_knows_how_many_requests_spill() -> None:
    offers: list[Offer] = [
        token_offer("tok", "100", "100"),
        ptu_offer(
            "ptu", rate("0.02"), capacity=budget("13", input_tokens="1", cached_input_tokens="1", output_tokens="1")
        ),
    ]
    evaluation = evaluated(offers, history=series_of(DAYS, bucket=3600, counted=False))
    assert evaluation.recommendation.mode == "hybrid"
    entry = reason(evaluation, "reserved_floor")
    assert list(dict(entry.numbers)) == ["coverage"]
    assert "requests" not in entry.sentence


def test_the_crossover_is_that_of_what_was_chosen() -> None:
    evaluation = evaluated([*market(committed="0.06"), request_offer("dear", "0.02")])
    chosen = evaluation.recommendation.option
    assert chosen is not None
    assert chosen.key == "hybrid:ptu@12x2+req"
    pair = next(c for c in evaluation.comparison.crossovers if (c.reserved, c.serverless) == ("ptu@12", "req"))
    entry = reason(evaluation, "crossover")
    assert dict(entry.numbers) == {
        "requests_per_hour": pair.requests_per_hour,
        "units": 1,
        "mean": pair.mean,
        "floor": pair.floor,
    }
    assert entry.sentence == (
        "One unit of ptu@12 pays from 6.0 requests an hour against req; the workload's mean is 5.00 times that, "
        "its floor 0.00 times."
    )


def test_units_alone_are_set_against_the_cheapest_serverless_offer() -> None:
    policy = replace(QUICK, modes=("dedicated",))
    entry = reason(evaluated([*market(), request_offer("a-dear", "0.02")], policy), "crossover")
    assert entry.sentence.startswith("One unit of ptu@0 pays from 10.0 requests an hour against req; ")


def test_a_unit_that_could_never_pay_is_said_to_be_one() -> None:
    """0.80 an hour is 80 requests, and a unit serves 60."""
    entry = reason(evaluated(market(unit="0.80")), "crossover")
    assert entry.sentence.startswith(
        "One unit of ptu@0 costs what 80.0 requests an hour do on req, which is more than it serves; "
    )


def test_beside_a_free_unit_there_is_no_crossover_to_tell_of() -> None:
    assert "crossover" not in codes(evaluated(market(unit="0")))


def test_where_nothing_is_eligible_each_missed_need_is_told() -> None:
    needs = IsolationPolicy(required=IsolationNeeds(tenancy="dedicated"))
    offers = [request_offer("req", "0.01", limits=Limits(1)), market()[1]]
    evaluation = evaluated(offers, replace(QUICK, isolation=needs))
    assert evaluation.recommendation.mode == "no_eligible_option"
    throttled = evaluation.options[0].violations[-1].sentence
    assert [entry.sentence for entry in evaluation.recommendation.reasons] == [
        "No option of 3 meets every hard need.",
        "3 options miss tenancy. The cheapest of them, hybrid:ptu@0x1+req: ptu is shared, dedicated tenancy is asked.",
        f"2 options miss throttled. The cheapest of them, hybrid:ptu@0x1+req: {throttled}",
    ]
    missed = [dict(entry.numbers) for entry in evaluation.recommendation.reasons if entry.code == "missed_need"]
    assert [(numbers["code"], numbers["count"]) for numbers in missed] == [("tenancy", 3), ("throttled", 2)]


def test_the_need_that_most_options_miss_is_told_first() -> None:
    apart = Isolation(tenancy="dedicated")
    offers = [request_offer("req", "0.0001", limits=Limits(1), isolation=apart), *market(committed="0.05")[1:]]
    policy = replace(
        QUICK,
        modes=("serverless", "dedicated"),
        isolation=IsolationPolicy(required=IsolationNeeds(tenancy="dedicated")),
    )
    told = evaluated(offers, policy).recommendation.reasons
    assert [(dict(entry.numbers)["code"], dict(entry.numbers)["count"]) for entry in told[1:]] == [
        ("tenancy", 2),
        ("throttled", 1),
    ]


def test_modes_that_leave_nothing_are_told() -> None:
    evaluation = evaluated(market()[:1], replace(QUICK, modes=("dedicated",)))
    assert evaluation.recommendation.mode == "no_eligible_option"
    entry = reason(evaluation, "no_eligible_option")
    assert (dict(entry.numbers), entry.sentence) == (
        {"count": 0},
        "The policy's modes leave no option of these offers.",
    )


def test_what_changing_saves_is_told_against_what_is_in_use() -> None:
    evaluation = evaluated(market(), replace(QUICK, incumbent="dedicated:ptu@0x7"))
    today, chosen = option_of(evaluation, "dedicated:ptu@0x7"), evaluation.recommendation.option
    assert chosen is not None
    entry = reason(evaluation, "against_today")
    assert dict(entry.numbers) == {"option": today.key, "saving": today.expected - chosen.expected}
    assert entry.sentence == (
        "Changing saves 363.09 a month (71.1%) against dedicated:ptu@0x7, in use today for 511.00."
    )


def test_the_traffic_to_be_expected_is_told_where_it_is_not_the_measured() -> None:
    forecast = ForecastPolicy(half_life_days=None, base_discount=0.05, discount_per_volatility=0.0)
    evaluation = evaluated(market(), replace(QUICK, forecast=forecast))
    numbers = dict(reason(evaluation, "expected_traffic").numbers)
    assert numbers["recent_level"] == pytest.approx(1.0)
    assert numbers["discount"] == pytest.approx(0.05)
    assert "5.0% is taken off what traffic costs" in reason(evaluation, "expected_traffic").sentence
    assert "expected_traffic" not in codes(evaluated(market()))


def test_the_pattern_of_the_traffic_is_told() -> None:
    evaluation = evaluated(market())
    assert dict(reason(evaluation, "traffic_pattern").numbers) == {"pattern": evaluation.case.profile.pattern}


def test_the_runner_up_of_the_same_mode_is_told_with_what_it_costs_more() -> None:
    evaluation = evaluated([request_offer("one", "0.002"), request_offer("two", "0.003")])
    entry = reason(evaluation, "runner_up")
    assert dict(entry.numbers)["option"] == "serverless:two"
    more = option_of(evaluation, "serverless:two").expected - option_of(evaluation, "serverless:one").expected
    assert dict(entry.numbers)["more"] == more


def test_what_a_term_makes_payable_is_read_first() -> None:
    evaluation = evaluated(market(committed="0.02"))
    assert codes(evaluation)[0] == "commitment_binds"
    assert reason(evaluation, "commitment_binds").sentence == (
        "It binds: 525.60 is payable until the earliest exit in 12 months, whatever the traffic does then; the traffic "
        "was seen for 7 days."
    )


def test_a_term_of_days_is_payable_for_its_days() -> None:
    units = ptu_offer(
        "ptu", rate("0.10"), Rate(0, hourly=Decimal("0.02"), term_days=30), capacity=budget("1", requests="1")
    )
    entry = reason(evaluated([*market()[:1], units]), "commitment_binds")
    assert dict(entry.numbers)["payable"] == 3 * 720 * Decimal("0.02")
    assert "until the earliest exit in 30 days" in entry.sentence


def test_what_is_owed_for_a_running_commitment_is_told_with_the_way_to_end_it() -> None:
    entry = reason(
        evaluated(market(committed="0.02"), replace(QUICK, incumbent="hybrid:ptu@12x1+req")), "commitment_running"
    )
    assert dict(entry.numbers)["owed"] == Decimal("14.60")
    assert "14.60 a month is owed whatever you choose: 1 x ptu@12 for a term that still runs." in entry.sentence


def test_a_price_that_nobody_else_comes_near_is_doubted() -> None:
    """A full unit serves a request for 1 ÷ 60: half a tenth of a cent is a thirtieth of it, half a cent a third."""
    evaluation = evaluated(market(request="0.0005", unit="1"))
    assert codes(evaluation)[0] == "implausible_price"
    assert evaluation.recommendation.confidence == "low"
    idle = evaluated(market(request="0.005", unit="1"))
    assert "implausible_price" not in codes(idle), "units that stand idle are no price that others ask"


def test_a_crossover_that_is_passed_but_not_by_enough_does_not_contradict_the_answer() -> None:
    """A price at which the mean is above the crossover, and the margin keeps requests."""
    evaluation = evaluated(market(unit="0.295"), replace(QUICK, modes=("serverless", "dedicated")))
    assert evaluation.recommendation.mode == "serverless"
    assert reason(evaluation, "crossover").sentence.endswith(
        "It is not enough: days that differ, months in which a term may not be needed, and the margin count."
    )


def test_growth_says_when_the_answer_changes_or_that_it_does_not() -> None:
    growing = replace(QUICK, horizon=replace(QUICK.horizon, growth_per_month=Decimal("0.1")))
    assert reason(evaluated(market(), growing), "growth").sentence == (
        "At +10% a month no other answer was found up to a change of traffic by a factor of 32."
    )


def test_every_reason_that_exists_is_shown_here() -> None:
    source = Path(module.__file__).read_text()
    written = {*re.findall(r'Reason\(\s*"(\w+)"', source), "incumbent_stays", "kept_for_simplicity"}
    assert len(written) == 17
    assert written <= set(re.findall(r'"(\w+)"', Path(__file__).read_text()))
