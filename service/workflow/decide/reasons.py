"""Reasons: why an option is recommended, as codes with their numbers and as sentences, in order of effect."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.workflow.compare.compare import Comparison
from service.workflow.compare.crossover import Crossover
from service.workflow.compute.case import Case
from service.workflow.decide.caveats import caveats
from service.workflow.decide.reason import Reason, money
from service.workflow.offers import Dedicated
from service.workflow.options import Figures, Option, Reservation, eligible
from service.workflow.rule import margin_of, margins_of

UNSEEN = 0.0005
"""Share by which a level may differ from another and look the same in a sentence."""


def reasons(case: Case, chosen: Option, options: Sequence[Option], comparison: Comparison) -> tuple[Reason, ...]:
    """Return the reasons for a recommendation: what must be read first, then by their effect, the largest first."""
    found = [
        *_against_today(case, chosen, options),
        *_against_others(case, chosen, options),
        *_expected_traffic(case),
        *_latency(chosen, options),
        *_traffic(case, chosen, options),
        *_crossover(case, chosen, options, comparison),
        *_ruled_out(options),
    ]
    first = caveats(case, chosen, options, comparison)
    return (*first, *sorted(found, key=lambda reason: -reason.effect))


def _against_today(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say what changing saves against what is in use today, or that nothing does."""
    today = next((option for option in options if option.key == case.policy.incumbent), None)
    if today is None or today.ruled_out:
        return
    if today.key == chosen.key:
        if eligible(options)[0].expected >= chosen.expected:
            sentence = f"{today.key} is in use today: no change saves anything."
            yield Reason("against_today", (("option", today.key), ("saving", Decimal(0))), sentence)
        return
    saving = today.expected - chosen.expected
    verb = f"saves {money(saving)}" if saving >= 0 else f"costs {money(-saving)} more"
    share = f" ({abs(saving) / today.expected:.1%})" if today.expected else ""
    sentence = f"Changing {verb} a month{share} against {today.key}, in use today for {money(today.expected)}."
    yield Reason("against_today", (("option", today.key), ("saving", saving)), sentence, abs(saving))


def _expected_traffic(case: Case) -> Iterator[Reason]:
    """Say at which traffic costs are compared, where that is not the measured."""
    forecast = case.forecast
    if not forecast.discount and abs(forecast.drift) < UNSEEN:
        return
    latest, alike = ("latest days carry", "days differ")
    if forecast.weekly:
        latest, alike = ("latest week carries", "days differ from those a week before")
    sentence = (
        f"Costs are compared at the traffic to be expected: the {latest} {1 + forecast.drift:.2f} times the measured "
        f"level, and {forecast.discount:.1%} is taken off what traffic costs, since {alike} by "
        f"{forecast.volatility:.0%}."
    )
    numbers = (
        ("recent_level", 1 + forecast.drift),
        ("discount", forecast.discount),
        ("volatility", forecast.volatility),
    )
    yield Reason("expected_traffic", numbers, sentence)


def _against_others(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Compare with the best of every other mode, and with the cheapest of all where the rule passed it over."""
    seen = {chosen.mode}
    for option in options:
        if option.eligible and option.mode not in seen:
            seen.add(option.mode)
            if option.expected > chosen.expected:
                yield _cheaper_than(case, chosen, option)
    standing = eligible(options)
    if standing[0].expected < chosen.expected:
        yield _passed_over(case, chosen, standing[0])
        return
    others = [option for option in standing if option.key != chosen.key]
    if others:
        yield from _runner_up(case, chosen, others[0])


def _runner_up(case: Case, chosen: Option, second: Option) -> Iterator[Reason]:
    """Say by how much the next best lost where it is of the same mode; of others it is said with their mode."""
    if second.mode != chosen.mode:
        return
    more = second.expected - chosen.expected
    sentence = f"The next best, {second.key}, costs {money(more)} a month more{_weighed(case, chosen, second)}."
    if not more and chosen.key == case.policy.incumbent:
        sentence = f"{second.key} costs the same; {chosen.key} is in use today."
    elif not more:
        sentence = f"{second.key} costs the same; it is more complex, or comes later by name."
    yield Reason("runner_up", (("option", second.key), ("more", more)), sentence, more)


def _weighed(case: Case, *options: Option) -> str:
    """Return the clause for costs that are no bills, since a term makes months payable that may not need it."""
    reserved = [option.reservation for option in options if option.reservation is not None]
    new = (entry for entry in reserved if entry.rate.is_committed and case.terms.covered(entry) < entry.units)
    weighed = any(case.terms.weight(entry.rate) > 1 for entry in new)
    return ", a term weighed by the months it may be needed" if weighed else ""


def _cheaper_than(case: Case, chosen: Option, best: Option) -> Reason:
    """Set the chosen against the first of another mode, of which no more than a lower limit may be known."""
    saving = best.expected - chosen.expected
    share = saving / best.expected
    sentence = f"It costs {money(saving)} a month less ({share:.1%}) than the best {best.mode} option, {best.key}"
    sentence += f"{_weighed(case, chosen, best)}."
    if best.outage_value:
        lost = f"loses requests in outages, which count {money(best.outage_value)} a month"
        sentence = f"{sentence.removesuffix('.')}, which {lost}."
    if best.ruled_out:
        sentence = f"It costs at least {money(saving)} a month less ({share:.1%}) than any {best.mode} option could."
    return Reason("cheaper_than", (("option", best.key), ("saving", saving)), sentence, saving)


def _passed_over(case: Case, chosen: Option, cheapest: Option) -> Reason:
    saving = chosen.expected - cheapest.expected
    share = saving / chosen.expected
    code = "incumbent_stays" if chosen.key == case.policy.incumbent else "kept_for_simplicity"
    why = "it is in use today" if code == "incumbent_stays" else "it is simpler or binds less"
    margin = case.policy.margin if code == "incumbent_stays" else margin_of(cheapest.family, margins_of(case.policy))
    sentence = (
        f"{cheapest.key} would save {money(saving)} a month ({share:.1%}), less than the margin of "
        f"{(margin * 100).normalize():f}% asked of a change{_weighed(case, chosen, cheapest)}; {chosen.key} stays "
        f"because {why}."
    )
    return Reason(code, (("option", cheapest.key), ("saving", saving)), sentence, saving)


def _latency(chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say what slow requests and unmet preferences cost where they are priced."""
    if chosen.latency_value > 0:
        sentence = f"Slow requests cost {money(chosen.latency_value)} a month at the policy's value."
        yield Reason("slow_requests", (("value", chosen.latency_value),), sentence, chosen.latency_value)
    if chosen.isolation_value > 0:
        sentence = f"Unmet isolation preferences are worth {money(chosen.isolation_value)} a month."
        yield Reason("isolation_preferences", (("value", chosen.isolation_value),), sentence, chosen.isolation_value)
    exact = (option for option in options if option.violations and not option.ruled_out)
    cheaper = [option for option in exact if option.expected < chosen.expected]
    if cheaper:
        first = cheaper[0]
        saving = chosen.expected - first.expected
        sentence = f"{first.key} costs {money(saving)} a month less but is not eligible: {first.violations[0].sentence}"
        yield Reason("hard_need", (("option", first.key), ("code", first.violations[0].code)), sentence, saving)


def _traffic(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say what the traffic's shape means: utilization sized for the peak, idle time, what spills."""
    profile = case.profile
    few = profile.pattern == "steady" and profile.idle_share > profile.thresholds.steady_idle_share
    pattern = _FEW if few else _PATTERNS[profile.pattern]
    yield Reason("traffic_pattern", (("pattern", profile.pattern),), pattern)
    whole = [o for o in options if o.mode == "dedicated" and _serves_everything(o)]
    dedicated = next((o for o in whole if o.eligible), whole[0] if whole else None)
    if any(o.key == chosen.key for o in whole):
        dedicated = chosen
    if dedicated is not None and dedicated.figures is not None and dedicated.figures.utilization is not None:
        busy = dedicated.figures.utilization
        would = "is" if dedicated.key == chosen.key else "would be"
        sentence = f"Dedicated capacity that serves everything ({dedicated.key}) {would} {busy:.1%} utilized."
        yield Reason("utilization_when_dedicated", (("option", dedicated.key), ("utilization", busy)), sentence)
    if profile.idle_share > 0:
        sentence = f"The workload is idle {profile.idle_share:.1%} of the time."
        yield Reason("idle_time", (("idle_share", profile.idle_share),), sentence)
    if chosen.spills and chosen.figures is not None:
        yield _reserved_floor(case, chosen.figures)


_PATTERNS = {
    "steady": "The traffic is steady: what it needs, it needs at all hours.",
    "base_with_spikes": "The traffic has a steady base with spikes: units for the base are always busy, more are not.",
    "spiky": "The traffic comes in spikes: units sized for them stand idle in between.",
}
"""What each pattern means for the choice."""

_FEW = "The traffic is steady, of few requests: no more uneven than chance makes of a constant rate."
"""The same of a steady rate so low that minutes pass without a request."""


def _serves_everything(option: Option) -> bool:
    overloaded = any(violation.code == "overloaded" for violation in option.violations)
    return option.figures is not None and not option.figures.throttled_share and not overloaded


def _reserved_floor(case: Case, figures: Figures) -> Reason:
    """Say what the reserved side keeps; how many requests spill is unknown where only tokens were recorded."""
    kept, spilled = figures.coverage or 0.0, figures.overflow_share
    if case.has_no_tokens:
        numbers = (("coverage", kept), ("overflow_share", spilled or 0.0))
        sentence = f"The reserved side serves {kept:.1%} of the requests; the rest spill."
        return Reason("reserved_floor", numbers, sentence)
    if spilled is None:
        return Reason("reserved_floor", (("coverage", kept),), f"The reserved side serves {kept:.1%} of the tokens.")
    sentence = f"The reserved side serves {kept:.1%} of the tokens; {spilled:.1%} of the requests spill."
    return Reason("reserved_floor", (("coverage", kept), ("overflow_share", spilled)), sentence)


def _crossover(case: Case, chosen: Option, options: Sequence[Option], comparison: Comparison) -> Iterator[Reason]:
    """Set the workload against the crossover of its reservation, or the lowest one, with the cheapest serverless.

    The lowest of what may be had: a rate that a hard need forbids says nothing.
    """
    label = None if chosen.reservation is None else chosen.reservation.label
    sku = None if chosen.serverless is None else chosen.serverless.sku
    fits = (c for c in comparison.crossovers if label in (None, c.reserved) and sku in (None, c.serverless))
    pairs = [c for c in fits if c.requests_per_hour]
    if not pairs:
        return
    allowed = {o.reservation.label for o in options if o.eligible and o.reservation is not None}
    pairs = [pair for pair in pairs if pair.reserved in allowed] or pairs
    cheapest = min(c.cost_per_request for c in pairs)
    pair = next(c for c in pairs if c.cost_per_request == cheapest)
    least = _least_units(case, pair)
    sentence, rate = _crossover_sentence(pair, least)
    if chosen.reservation is None and pair.utilization <= 1 and pair.mean >= least:
        sentence += (
            " It is not enough: days that differ, months in which a term may not be needed, and the margin count."
        )
    numbers = (
        ("requests_per_hour", rate),
        ("units", least),
        ("mean", pair.mean / least),
        ("floor", pair.floor / least),
    )
    yield Reason("crossover", numbers, sentence)


def _least_units(case: Case, pair: Crossover) -> int:
    """Return the fewest units of a reservation that can be bought."""
    sold = (offer for offer in case.offers if isinstance(offer, Dedicated))
    named = (o for o in sold if any(Reservation(o, rate, 1).label == pair.reserved for rate in o.rates))
    return next((offer.units.minimum for offer in named), 1) or 1


def _crossover_sentence(pair: Crossover, least: int) -> tuple[str, float]:
    """Return the sentence of a crossover, of the fewest units one can buy, and its requests an hour."""
    rate = pair.requests_per_hour * least
    volume = f"{rate:,.1f} requests an hour"
    subject, verb = f"One unit of {pair.reserved}", ("pays", "costs", "it serves")
    if least > 1:
        subject, verb = f"{least} units of {pair.reserved}, the fewest on offer,", ("pay", "cost", "they serve")
    sentence = f"{subject} {verb[0]} from {volume} against {pair.serverless}"
    if pair.utilization > 1:
        sentence = f"{subject} {verb[1]} what {volume} do on {pair.serverless}, which is more than {verb[2]}"
    mean, floor = pair.mean / least, pair.floor / least
    return f"{sentence}; the workload's mean is {mean:.2f} times that, its floor {floor:.2f} times.", rate


def _ruled_out(options: Sequence[Option]) -> Iterator[Reason]:
    codes = sorted({violation.code for option in options for violation in option.violations})
    count = sum(1 for option in options if option.violations)
    if count:
        sentence = f"{_counted(count)} a hard need ({', '.join(codes)})."
        yield Reason("ineligible_options", (("count", count),), sentence)


def nothing_eligible(options: Sequence[Option]) -> tuple[Reason, ...]:
    """Return why nothing can be recommended: each hard need that is missed, the one that most options miss first."""
    if not options:
        return (Reason("no_eligible_option", (("count", 0),), "The policy's modes leave no option of these offers."),)
    count = len(options)
    missed = Counter(code for option in options for code in {v.code: None for v in option.violations})
    return (
        Reason("no_eligible_option", (("count", count),), f"No option of {count} meets every hard need."),
        *(_missed_need(code, options, count) for code, count in missed.most_common()),
    )


def _missed_need(code: str, options: Sequence[Option], count: int) -> Reason:
    """Say how many options miss a need, and what the cheapest of them lacks."""
    first, lack = next((o, v) for o in options for v in o.violations if v.code == code)
    sentence = f"{_counted(count)} {code}. The cheapest of them, {first.key}: {lack.sentence}"
    return Reason("missed_need", (("code", code), ("count", count), ("option", first.key)), sentence)


def _counted(count: int) -> str:
    return "1 option misses" if count == 1 else f"{count} options miss"
