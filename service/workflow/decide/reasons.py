"""Reasons: why an option is recommended, as codes with their numbers and as sentences, in order of effect."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.workflow.compare.compare import Comparison
from service.workflow.compute.case import Case
from service.workflow.options import Figures, Option

Numbers = tuple[tuple[str, Decimal | float | int | str], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. effect: money a month it is about, 0 where it is not about money; reasons sort by it."""

    code: str
    numbers: Numbers
    sentence: str
    effect: Decimal = Decimal(0)


def reasons(case: Case, chosen: Option, options: Sequence[Option], comparison: Comparison) -> tuple[Reason, ...]:
    """Return the reasons for a recommendation, largest effect first."""
    found = [
        *_against_others(case, chosen, options),
        *_latency(chosen, options),
        *_traffic(case, chosen, options),
        *_crossover(chosen, comparison),
        *_ruled_out(options),
    ]
    return tuple(sorted(found, key=lambda reason: -reason.effect))


def money(amount: Decimal) -> str:
    """Return money for a sentence: two decimals and thousands separators."""
    return f"{amount:,.2f}"


def _standing(options: Sequence[Option]) -> list[Option]:
    return [option for option in options if option.eligible and not option.ruled_out]


def _against_others(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Compare with the best of every other mode, and with the cheapest of all where the rule passed it over."""
    seen = {chosen.mode}
    for option in options:
        if option.eligible and option.mode not in seen:
            seen.add(option.mode)
            if option.adjusted > chosen.adjusted:
                yield _cheaper_than(chosen, option)
    cheapest = _standing(options)[0]
    if cheapest.adjusted < chosen.adjusted:
        yield _passed_over(case, chosen, cheapest)


def _cheaper_than(chosen: Option, best: Option) -> Reason:
    """Set the chosen against the first of another mode, of which no more than a lower limit may be known."""
    saving = best.adjusted - chosen.adjusted
    share = saving / best.adjusted
    sentence = f"It costs {money(saving)} a month less ({share:.1%}) than the best {best.mode} option, {best.key}."
    if best.ruled_out:
        sentence = f"It costs at least {money(saving)} a month less ({share:.1%}) than any {best.mode} option could."
    return Reason("cheaper_than", (("option", best.key), ("saving", saving)), sentence, saving)


def _passed_over(case: Case, chosen: Option, cheapest: Option) -> Reason:
    saving = chosen.adjusted - cheapest.adjusted
    share = saving / chosen.adjusted
    code = "incumbent_stays" if chosen.key == case.policy.incumbent else "kept_for_simplicity"
    why = "it is in use today" if code == "incumbent_stays" else "it is simpler or binds less"
    sentence = (
        f"{cheapest.key} would save {money(saving)} a month ({share:.1%}), less than the margin of "
        f"{(case.policy.margin * 100).normalize():f}% asked of a change; {chosen.key} stays because {why}."
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
    cheaper = [option for option in exact if option.adjusted < chosen.adjusted]
    if cheaper:
        first = cheaper[0]
        saving = chosen.adjusted - first.adjusted
        sentence = f"{first.key} costs {money(saving)} a month less but is not eligible: {first.violations[0].sentence}"
        yield Reason("hard_need", (("option", first.key), ("code", first.violations[0].code)), sentence, saving)


def _traffic(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say what the traffic's shape means: utilization sized for the peak, idle time, what spills."""
    profile = case.profile
    dedicated = next((o for o in options if o.mode == "dedicated" and _serves_everything(o)), None)
    if dedicated is not None and dedicated.figures is not None and dedicated.figures.utilization is not None:
        busy = dedicated.figures.utilization
        sentence = f"Dedicated capacity that serves everything ({dedicated.key}) would be {busy:.1%} utilized."
        yield Reason("utilization_when_dedicated", (("option", dedicated.key), ("utilization", busy)), sentence)
    if profile.idle_share > 0:
        sentence = f"The workload is idle {profile.idle_share:.1%} of the time."
        yield Reason("idle_time", (("idle_share", profile.idle_share),), sentence)
    if chosen.mode == "hybrid" and chosen.figures is not None:
        yield _reserved_floor(chosen.figures)


def _serves_everything(option: Option) -> bool:
    overloaded = any(violation.code == "overloaded" for violation in option.violations)
    return option.figures is not None and not option.figures.throttled_share and not overloaded


def _reserved_floor(figures: Figures) -> Reason:
    """Say what the reserved side keeps; how many requests spill is unknown where only tokens were recorded."""
    kept, spilled = figures.coverage or 0.0, figures.overflow_share
    if spilled is None:
        return Reason("reserved_floor", (("coverage", kept),), f"The reserved side serves {kept:.1%} of the tokens.")
    sentence = f"The reserved side serves {kept:.1%} of the tokens; {spilled:.1%} of the requests spill."
    return Reason("reserved_floor", (("coverage", kept), ("overflow_share", spilled)), sentence)


def _crossover(chosen: Option, comparison: Comparison) -> Iterator[Reason]:
    """Set the workload against the crossover of its reservation, or the lowest one, with the cheapest serverless."""
    label = None if chosen.reservation is None else chosen.reservation.label
    sku = None if chosen.serverless is None else chosen.serverless.sku
    fits = (c for c in comparison.crossovers if label in (None, c.reserved) and sku in (None, c.serverless))
    pairs = [c for c in fits if c.requests_per_hour]
    if not pairs:
        return
    cheapest = min(c.cost_per_request for c in pairs)
    pair = next(c for c in pairs if c.cost_per_request == cheapest)
    volume = f"{pair.requests_per_hour:,.1f} requests an hour"
    pays = f"One unit of {pair.reserved} pays from {volume} against {pair.serverless}"
    if pair.utilization > 1:
        pays = f"One unit of {pair.reserved} costs what {volume} do on {pair.serverless}, which is more than it serves"
    sentence = f"{pays}; the workload's mean is {pair.mean:.2f} times that, its floor {pair.floor:.2f} times."
    numbers = (("requests_per_hour", pair.requests_per_hour), ("mean", pair.mean), ("floor", pair.floor))
    yield Reason("crossover", numbers, sentence)


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
