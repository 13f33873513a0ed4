"""Cautions: what is not known, said at the top of a report before anybody signs."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.reports import words
from service.reports.answer import is_unpriced
from service.reports.offer_names import Names
from service.reports.reading import Answer

MOST = 3
"""Lines shown at the top; the rest stand under what the traffic is like."""

OLD = timedelta(days=90)
"""After so long a price sheet may no longer hold."""


def cautions(answer: Answer, names: Names) -> list[str]:
    """Return what to check before signing, most important first."""
    if not answer.options:
        return []
    return [
        *_latency(answer, names),
        *_tokens(answer),
        *_sampled(answer),
        *_findings(answer, "coarse_window", "coarse_limits"),
        *_provisional(answer),
        *_old_prices(answer, names),
        *_regret(answer),
    ]


def _latency(answer: Answer, names: Names) -> Iterator[str]:
    subject, policy = answer.subject, answer.policy.get("latency") or {}
    if subject is None or subject.ruled_out or is_unpriced(answer, subject):
        return
    if subject.latency_ms(policy.get("metric", "first_token"), 95) is not None:
        return
    sku = subject.serverless if subject.mode in ("serverless", "hybrid") else subject.dedicated
    what = "the overflow" if subject.mode == "hybrid" else "this offer"
    target = policy.get("target_ms")
    asked = "so no latency is promised here, and none was asked for"
    if target is not None:
        asked = f"{words.seconds_of(float(target))} was asked for and is not known to be met"
    yield (
        f"the speed of {what} is not known. The price sheet of {names.offer(sku).label} states none, or the traffic "
        f"has no single requests; {asked}."
    )


def _tokens(answer: Answer) -> Iterator[str]:
    totals = answer.measured.totals
    if not totals.input_tokens and not totals.output_tokens:
        yield "no tokens were recorded, so nothing billed by tokens is priced here. Add token counts to the history."


def _sampled(answer: Answer) -> Iterator[str]:
    measured = answer.measured
    if measured.sampled:
        hours = words.duration(float(measured.replayed_hours) * 3600)
        error = answer.subject.standard_error if answer.subject else None
        sure = "" if not error else f"; its standard error is {words.money(error)} {answer.currency} a month"
        observed = words.duration(float(measured.hours_observed) * 3600)
        yield f"{hours} of {observed} {'was' if hours.startswith('1 ') else 'were'} replayed, a sample{sure}."
    if measured.arrivals == "synthesized":
        yield "the history has no single requests: arrivals within each bucket are drawn, not measured."


def _findings(answer: Answer, *codes: str) -> Iterator[str]:
    for finding in answer.measured.findings:
        if finding.code in codes:
            yield finding.sentence


def _provisional(answer: Answer) -> Iterator[str]:
    if answer.provisional:
        days = words.rate(float((answer.policy.get("sufficiency") or {}).get("days", 7)))
        yield (
            f"this is provisional: {words.duration(answer.measured.days * 86400)} of {days} days are measured. "
            "Measure the rest before you commit to a term."
        )


def _old_prices(answer: Answer, names: Names) -> Iterator[str]:
    """Prices are old by the day the traffic ends, so that the same evaluation always reads the same."""
    end = answer.window[1].date()
    subject = answer.subject
    if subject is None:
        return
    old: dict[str, date] = {}
    for sku in (subject.dedicated, subject.serverless):
        dated = names.offer(sku).dated if sku else None
        if dated is not None and end - dated > OLD:
            old[names.offer(sku).provider] = dated
    if old:
        each = words.listed([f"{provider} of {words.day(day)}" for provider, day in old.items()])
        yield f"prices are older than 90 days at the end of the traffic: {each}. Ask for today\u2019s."


def _regret(answer: Answer) -> Iterator[str]:
    walk = answer.comparison.walk_forward
    if walk is not None and walk.regret is not None and walk.regret > float(answer.policy["margin"]):
        yield (
            "decided on the weeks before and paid on those after, this way would have cost "
            f"{words.share(walk.regret)} more than hindsight, which is above the margin."
        )
