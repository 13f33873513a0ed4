"""Laws of money that every evaluation keeps, whatever the traffic and whatever is on offer."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compute.kinds.replacement import replacements
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless
from service.workflow.options import Option
from service.workflow.policy import Policy
from service.workflow.prepare import prepare
from service.workflow.rates import Rate
from service.workflow.traffic import RequestLog
from tests.effort import examples
from tests.histories import ints
from tests.markets import PROVISIONAL, chosen, computed, options_of
from tests.oracles.money import reserved
from tests.property.workflow.strategies import Situation, amounts, dedicated, serverless, situations

checked = settings(derandomize=True, max_examples=examples(80))


def exact(options: dict[str, Option]) -> dict[str, Option]:
    """Return the options that were not ruled out."""
    return {key: option for key, option in options.items() if not option.ruled_out}


@checked
@given(situation=situations())
def test_every_total_is_the_sum_of_its_lines(situation: Situation) -> None:
    log, offers, policy = situation
    for option in exact(options_of(log, offers, policy)).values():
        assert option.monthly_cost == sum((line.amount for line in option.lines), Decimal(0))
        assert option.adjusted == (
            option.monthly_cost + option.latency_value + option.isolation_value + option.outage_value
        )
        if option.mode in {"dedicated", "hybrid"} and option.reservation is not None:
            held = sum(line.amount for line in option.lines if line.code in {"reserved_units", "idle", "upfront"})
            due = reserved(option.reservation.rate, option.reservation.units)
            assert abs(Fraction(held) - due) <= Fraction(1, 10**12)


def appended(log: RequestLog, tokens: tuple[int, int, int]) -> RequestLog:
    """Return the log with one more request at its last moment."""
    columns = (log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens)
    last = (int(log.arrival_us[-1]), tokens[0] + tokens[1], tokens[1], tokens[2])
    added = [np.append(column, value) for column, value in zip(columns, last, strict=True)]
    return RequestLog(added[0], added[1], added[2], added[3], start_us=log.start_us, end_us=log.end_us)


@checked
@given(situation=situations(), tokens=st.tuples(*[st.integers(0, 5000)] * 3))
def test_one_more_request_never_makes_serverless_cheaper(situation: Situation, tokens: tuple[int, int, int]) -> None:
    log, offers, _ = situation
    before, after = options_of(log, offers), options_of(appended(log, tokens), offers)
    for key, option in before.items():
        if option.mode == "serverless" and option.serverless is not None and key in after:
            assert after[key].monthly_cost >= option.monthly_cost


@checked
@given(situation=situations(plain=True), factor=amounts("1", "5", places=2))
def test_more_traffic_never_makes_serverless_cheaper(situation: Situation, factor: Decimal) -> None:
    log, offers, _ = situation
    before = options_of(log, offers)
    after = options_of(log, offers, replace(PROVISIONAL, traffic_factor=factor))
    for key, option in before.items():
        if option.mode == "serverless":
            assert after[key].monthly_cost >= option.monthly_cost


def cheaper(offer: Offer, share: Decimal) -> Offer:
    """Return the offer at a share of its prices."""
    if isinstance(offer, Dedicated):
        return replace(offer, rates=tuple(_cheaper(rate, share) for rate in offer.rates))
    prices = tuple(
        replace(p, amount=p.amount * share, tiers=tuple(replace(t, amount=t.amount * share) for t in p.tiers))
        for p in offer.prices
    )
    return replace(offer, prices=prices)


def _cheaper(rate: Rate, share: Decimal) -> Rate:
    hourly = None if rate.hourly is None else rate.hourly * share
    monthly = None if rate.monthly is None else rate.monthly * share
    return replace(rate, hourly=hourly, monthly=monthly)


@checked
@given(situation=situations(), share=amounts("0", "1"), place=st.integers(0, 9))
def test_a_cheaper_offer_never_makes_anything_dearer(situation: Situation, share: Decimal, place: int) -> None:
    log, offers, policy = situation
    policy = replace(policy, margin=Decimal(0), simplicity_margin=Decimal(0))
    lowered = [cheaper(o, share) if number == place % len(offers) else o for number, o in enumerate(offers)]
    before, after = exact(options_of(log, offers, policy)), exact(options_of(log, lowered, policy))
    for key in before.keys() & after.keys():
        assert after[key].expected <= before[key].expected
    standing, better = chosen(log, offers, policy), chosen(log, lowered, policy)
    assert (standing is None) == (better is None)
    assert standing is None or better is None or better.expected <= standing.expected


@checked
@given(situation=situations(plain=True))
def test_a_free_choice_of_units_is_never_dearer_than_either_side(situation: Situation) -> None:
    """Holds for queues too wherever nobody has to wait: a queue serves on fewer units than it takes to spill nobody."""
    log, offers, _ = situation
    options = exact(options_of(log, offers, replace(PROVISIONAL, max_term_months=36)))
    mixed = min(o.monthly_cost for o in options.values() if o.mode in {"serverless", "hybrid"})
    assert mixed <= min(o.monthly_cost for o in options.values() if o.mode == "serverless")
    for option in options.values():
        if option.mode == "dedicated" and option.reservation is not None and not _waits(option):
            assert mixed <= option.monthly_cost


def _waits(option: Option) -> bool:
    assert option.reservation is not None
    return isinstance(option.reservation.offer.capacity, ConcurrencyCapacity) or bool(option.violations)


@checked
@given(situation=situations(), factor=st.sampled_from(("0.5", "3", "1000")))
def test_another_currency_scales_every_total_and_changes_no_answer(situation: Situation, factor: str) -> None:
    log, offers, policy = situation
    scale = Decimal(factor)
    scaled, currency = prepare(offers, Policy(currency="EUR", exchange_rates=(("USD", scale),)))
    assert currency == "EUR"
    latency = replace(policy.latency, value_per_slow_request=policy.latency.value_per_slow_request * scale)
    isolation = replace(policy.isolation, value_per_month=policy.isolation.value_per_month * scale)
    hybrid = replace(policy.hybrid, overhead_per_month=policy.hybrid.overhead_per_month * scale)
    dear = replace(policy, latency=latency, isolation=isolation, hybrid=hybrid)
    before, after = exact(options_of(log, offers, policy)), exact(options_of(log, scaled, dear))
    assert before.keys() == after.keys()
    for key, option in after.items():
        assert abs(option.expected - before[key].expected * scale) <= Decimal("1E-8")
    standing, still = chosen(log, offers, policy), chosen(log, scaled, dear)
    assert (standing and standing.key) == (still and still.key)


@checked
@given(situation=situations())
def test_splitting_an_offer_in_two_alike_changes_nothing(situation: Situation) -> None:
    log, offers, policy = situation
    doubled = [*offers, *(replace(offer, sku=f"{offer.sku}-twin") for offer in offers)]
    before, after = exact(options_of(log, offers, policy)), exact(options_of(log, doubled, policy))
    for key, option in before.items():
        assert (after[key].expected, after[key].violations) == (option.expected, option.violations)
    standing, still = chosen(log, offers, policy), chosen(log, doubled, policy)
    assert (standing and (standing.mode, standing.expected)) == (still and (still.mode, still.expected))


@checked
@given(situation=situations(), extra=serverless("extra") | dedicated("extra"))
def test_an_added_offer_changes_neither_totals_nor_order_of_the_others(situation: Situation, extra: Offer) -> None:
    """But for what requests are worth that are lost in outages: that is the price of what serves them cheapest."""
    log, offers, policy = situation
    if isinstance(extra, Serverless):
        policy = down(policy, "0")
    before, after = exact(options_of(log, offers, policy)), exact(options_of(log, [*offers, extra], policy))
    for key in before.keys() & after.keys():
        assert after[key].expected == before[key].expected
    common = [key for key in before if key in after]
    assert common == [key for key in after if key in before]
    gone = before.keys() - after.keys()
    assert all(before[key].mode == "hybrid" and isinstance(extra, Serverless) for key in gone)


def down(policy: Policy, hours: str) -> Policy:
    """Return the policy with reserved capacity down for some hours a month."""
    return replace(policy, hybrid=replace(policy.hybrid, outage_hours_per_month=Decimal(hours)))


@checked
@given(situation=situations(), hours=st.sampled_from((("0", "2"), ("2", "40"), ("0", "730"))))
def test_more_outage_never_makes_anything_cheaper(situation: Situation, hours: tuple[str, str]) -> None:
    log, offers, policy = situation
    fewer, more = (down(policy, each) for each in hours)
    before, after = exact(options_of(log, offers, fewer)), exact(options_of(log, offers, more))
    for key in before.keys() & after.keys():
        assert after[key].expected >= before[key].expected
        assert after[key].adjusted >= before[key].adjusted
    free = replace(fewer, margin=Decimal(0), simplicity_margin=Decimal(0))
    standing, later = chosen(log, offers, free), chosen(log, offers, down(free, hours[1]))
    assert (standing is None) == (later is None)
    assert standing is None or later is None or later.expected >= standing.expected


@checked
@given(situation=situations())
def test_an_outage_costs_units_alone_no_less_than_a_hybrid_with_the_fallback_they_lack(situation: Situation) -> None:
    """On the same offer both pay the same for the lost hours, and what a hybrid spills anyway it spills no more."""
    log, offers, policy = situation
    calm = exact(options_of(log, offers, down(policy, "0")))
    case, found = computed(log, offers, down(policy, "40"))
    cost = {o.key: o.expected - calm[o.key].expected for o in found.options if o.key in calm and not o.ruled_out}
    cheapest = next((each.offer.sku for each in replacements(case)), None)
    backed = [cost[o.key] for o in found.options if o.key in cost and o.mode == "hybrid" and _falls_on(o, cheapest)]
    alone = [cost[o.key] for o in found.options if o.key in cost and o.mode in {"dedicated", "autoscaled"}]
    assert not backed or not alone or min(alone) >= max(backed)


def _falls_on(option: Option, sku: str | None) -> bool:
    return option.serverless is not None and option.serverless.sku == sku


@checked
@given(situation=situations(), seed=st.integers(0, 99))
def test_requests_of_one_moment_may_come_in_any_order(situation: Situation, seed: int) -> None:
    """Of what no order can change: bills of all traffic. Which of them spills is settled by the reader's own order."""
    log, offers, _ = situation
    order = np.lexsort((np.random.default_rng(seed).permutation(len(log.arrival_us)), log.arrival_us))
    columns = (log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens)
    arrival, into, cached, out = (ints(column[order]) for column in columns)
    shuffled = RequestLog(arrival, into, cached, out, start_us=log.start_us, end_us=log.end_us)
    flat = [o for o in offers if isinstance(o, Serverless) and not o.bills_compute]
    before, after = options_of(log, flat), options_of(shuffled, flat)
    assert {key: o.monthly_cost for key, o in before.items()} == {key: o.monthly_cost for key, o in after.items()}
