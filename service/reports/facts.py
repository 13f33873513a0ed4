"""The five facts under the answer, each with what it is to be compared with."""

from dataclasses import dataclass
from decimal import Decimal

from service.reports import words
from service.reports.answer import against, kept_by_margin
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption
from service.workflow.policy import MODES


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure. tone: good, bad or empty; unit stands small behind the figure."""

    name: str
    figure: str
    note: str
    unit: str = ""
    tone: str = ""


def facts(answer: Answer, names: Names) -> list[Fact]:
    """Return the facts on the recommended option; none where nothing is recommended."""
    chosen = answer.chosen
    if chosen is None:
        return []
    found = [_total(answer, chosen), _against(answer, chosen, names)]
    found += _serverless(answer, chosen) if chosen.mode == "serverless" else _reserved(answer, chosen, names)
    latency = _latency(answer, chosen)
    return [*(fact for fact in found if fact is not None), *([latency] if latency else []), _confidence(answer, chosen)]


def _total(answer: Answer, chosen: ReportOption) -> Fact:
    note = "of the traffic measured"
    if chosen.interval is not None:
        low, high = chosen.interval
        cents = words.rounded(high, words.CENT) < words.WHOLE_FROM
        note = f"{words.money(low, cents=cents)} to {words.money(high, cents=cents)} in {answer.share_inside}"
    if chosen.adjusted != chosen.total:
        note += f"; {words.money(chosen.adjusted)} at the traffic to be expected, with what else counts in money"
    return Fact("Monthly total", words.money(chosen.total), note, answer.currency)


def _against(answer: Answer, chosen: ReportOption, names: Names) -> Fact | None:
    incumbent = answer.by_key.get(str(answer.policy.get("incumbent") or ""))
    if incumbent is not None and incumbent.key != chosen.key:
        name, best = "Against today\u2019s bill", incumbent
        more, whole = best.total - chosen.total, best.total
    else:
        others = [found for mode in MODES if (found := against(answer, chosen, mode)) is not None]
        if not others:
            return None
        best, more = min(others, key=lambda other: other[0].adjusted)
        name, whole = f"Against the best {best.mode}", best.adjusted
    if not whole:
        return Fact(name, words.difference(-more, cents=True) or "the same", f"{names.option(best)} is free")
    share = float(more / whole)
    figure = words.signed(words.share(abs(share)), -share, plus=True) if more else "the same"
    word = "less" if more > 0 else "more"
    least = "at least " if best.ruled_out else ""
    note = f"{least}{words.money(abs(more))} {answer.currency} a month {word} than {names.option(best)}"
    measured = best.total - chosen.total
    if measured != more:
        told = words.money(abs(measured)) + (" more" if (measured > 0) != (more > 0) else "")
        note += f" at the traffic to be expected; {told} at the traffic measured"
    return Fact(
        name, figure, note if more else names.option(best), tone="good" if more > 0 else "bad" if more < 0 else ""
    )


def _reserved(answer: Answer, chosen: ReportOption, names: Names) -> list[Fact | None]:
    offer = names.offer(chosen.dedicated)
    unit = offer.units(chosen.units or 0)
    return [_kept(answer, chosen, unit), _works(answer, chosen, unit)]


def _kept(answer: Answer, chosen: ReportOption, unit: str) -> Fact | None:
    coverage = chosen.share("coverage")
    if coverage is None:
        return None
    spilled, throttled = chosen.share("overflow_share"), chosen.share("throttled_share")
    note = f"of {answer.kept_of}"
    if chosen.mode == "hybrid" and spilled is not None:
        note += f"; {words.share(spilled)} of requests overflow"
    elif throttled:
        note += f"; {words.share(throttled)} of requests are turned away"
    return Fact(f"Kept by the {unit}", words.share(coverage), note)


def _works(answer: Answer, chosen: ReportOption, unit: str) -> Fact | None:
    work, verb = answer.work_share(chosen), "works" if unit[-1:] != "s" else "work"
    if work is None:
        slots = chosen.share("utilization")
        if slots is None:
            return None
        return Fact("In use", words.share(slots), "of the slots or the budget, averaged over time")
    pays = answer.break_even(chosen)
    note = "of what full units do"
    if pays is not None and pays <= 1:
        note += f"; a unit pays above {words.share(pays)}"
    elif pays is not None:
        note += "; a unit never pays against this price"
    return Fact(f"The {unit} {verb} at", words.share(work), note)


def _serverless(answer: Answer, chosen: ReportOption) -> list[Fact | None]:
    measured = answer.measured
    requests = measured.totals.requests
    month = None if not requests else Decimal(str(requests)) * Decimal(str(measured.monthly_factor))
    month = None if month is None else month * Decimal(str(answer.policy.get("traffic_factor", 1)))
    cost = None
    if month:
        per = chosen.total / month * 1000
        cost = Fact(
            "A thousand requests",
            words.price(words.rounded(per, Decimal("0.0001"))),
            "cost so much on average",
            answer.currency,
        )
    gaps = measured.idle_gaps
    longest = words.duration(gaps.longest_seconds) if gaps.longest_seconds else "none"
    idle = Fact("Idle", words.share(measured.idle_share), f"of the time; longest gap: {longest}")
    return [cost, idle]


def _latency(answer: Answer, chosen: ReportOption) -> Fact | None:
    policy = answer.policy.get("latency") or {}
    target = policy.get("target_ms")
    if target is None:
        return None
    metric, percentile = policy.get("metric", "first_token"), float(policy.get("percentile", 95))
    shown = percentile if percentile in (50, 95, 99) else 95.0
    found = chosen.latency_ms(metric, shown)
    name = f"{'First token' if metric == 'first_token' else 'Whole answer'}, {shown:g}{words.SPACE}%"
    asked = f"asked for {words.seconds_of(float(target))} at {percentile:g}{words.SPACE}%"
    if found is None:
        return Fact(name, "not known", asked, tone="bad")
    measured = chosen.latency_range_ms(metric, shown)
    if measured is not None:
        asked += f"; measured units lie between {words.seconds_of(measured[0])} and {words.seconds_of(measured[1])}"
    return Fact(name, words.seconds_of(found), asked, tone="good" if found <= float(target) else "bad")


def _confidence(answer: Answer, chosen: ReportOption) -> Fact:
    figure = words.upper_first(answer.recommendation.confidence)
    return Fact("Confidence", figure, f"{_why(answer, chosen)}; look again by {words.day(answer.review_by)}")


def _why(answer: Answer, chosen: ReportOption) -> str:
    kept = kept_by_margin(answer)
    if kept is not None:
        _, cheapest, saving = kept
        by = words.share(float(saving / chosen.adjusted)) if chosen.adjusted else words.money(saving)
        return f"kept by the margin: {cheapest.mode} is {by} cheaper"
    share = answer.probability
    if share is None or not answer.scenarios:
        return "nothing known of the levels that traffic may come to"
    if len([option for option in answer.options if option.eligible]) == 1:
        return "the only way that is allowed"
    if share == 0:
        return f"cheapest at none of {answer.scenarios:,} levels of traffic looked at"
    return f"cheapest at {words.share(share)} of the levels that traffic may come to"
