"""The smaller sections of a report: what the traffic is like, hindsight, what the answer stands on, what is missing."""

from dataclasses import dataclass
from typing import Any

from service.reports import words
from service.reports.figure_bases import bases
from service.reports.offer_names import Names
from service.reports.policy_words import policy_words
from service.reports.reading import Answer
from service.workflow.document.comparison import BackTest

Json = dict[str, Any]

PATTERNS = {
    "steady": "A steady load",
    "base_with_spikes": "A steady base with spikes",
    "spiky": "Spikes without a base",
}

HOURS_OF_WEEK = 168

BUILT_IN = "as it is without being told otherwise"
"""What is said of a policy that differs in nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the traffic is like, in a heading and a line."""

    heading: str
    deck: str


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a firm answer needs: how much of it there is, 0 to 1."""

    name: str
    figure: str
    share: float

    @property
    def met(self) -> bool:
        """Whether it is there."""
        return self.share >= 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of what the answer stands on, with its link where it has one."""

    text: str
    url: str | None = None


def carried_per_minute(answer: Answer) -> float | None:
    """Return the mean requests a minute that the reservation of the page's option carries; None where it has none."""
    subject = answer.subject
    if subject is None or subject.dedicated is None or subject.mode not in ("hybrid", "dedicated"):
        return None
    found = answer.carried_per_hour(subject)
    return None if found is None else found / 60


def shape(answer: Answer) -> Shape:
    """Return the pattern in a sentence, and the volumes it is of."""
    measured = answer.measured
    pattern = PATTERNS.get(measured.pattern, words.upper_first(measured.pattern.replace("_", " ")))
    heading = f"{pattern}; the peak is {words.rate(measured.peak_to_mean)} {words.TIMES} the mean"
    if measured.pattern == "steady" and measured.idle_share > measured.pattern_thresholds.steady_idle_share:
        heading = "Few requests, at a steady rate"
    totals, start_end = measured.totals, words.span(*answer.window)
    what = words.plural(totals.requests, "request") if measured.counts_requests else "no request counts"
    tokens = totals.input_tokens + totals.output_tokens
    said = [what, f"{words.quantity(tokens)} tokens" if tokens else "no tokens recorded"]
    idle = f"; idle {words.share(measured.idle_share)} of the time" if measured.idle_share else ""
    hours = words.duration(float(measured.hours_observed) * 3600)
    change = measured.week_over_week
    grown = (
        "" if change is None else f"; {words.signed(words.share(abs(change)), change, plus=True)} on the week before"
    )
    return Shape(heading, f"{' and '.join(said)} in {hours} observed, {start_end} UTC{idle}{grown}.")


def findings(answer: Answer) -> list[str]:
    """Return what was found about the traffic, and what its measurement lacks."""
    return [finding.sentence for finding in answer.measured.findings]


def remarks(answer: Answer, names: Names, *, moving: bool) -> list[str]:
    """Return what was found about prices and capacities, by names; moving: what can move the answer."""
    return [names.sentence(one.sentence) for one in answer.findings if one.can_move_the_answer is moving]


def latency_missing(answer: Answer) -> str:
    """Return the sentence that stands where no chart of speed can."""
    if not answer.decided:
        return ""
    return "Fewer than two of the allowed ways have a known latency, so there is nothing to set against each other."


def checklist(answer: Answer) -> list[Need]:
    """Return what a firm answer needs, where the traffic is not enough for one."""
    measured = answer.measured
    if measured.representative:
        return []
    policy = answer.policy.get("sufficiency") or {}
    days, coverage = float(policy.get("days", 7)), float(policy.get("coverage", 0.95))
    seen = sum(load is not None for load in measured.hour_of_week)
    hours = max(1, round(HOURS_OF_WEEK * coverage))
    return [
        Need(
            "Time",
            f"{words.duration(measured.days * 86400)} of {words.duration(days * 86400)}",
            _part(measured.days, days),
        ),
        Need("Hours of the week seen", f"{seen} of {HOURS_OF_WEEK}", _part(seen, hours)),
        Need(
            "Of the time observed",
            f"{words.share(measured.coverage)} of {words.share(coverage)}",
            _part(measured.coverage, coverage),
        ),
    ]


def _part(found: float, needed: float) -> float:
    return min(1.0, float(found) / needed) if needed else 1.0


def hindsight(answer: Answer, names: Names) -> list[str]:
    """Return what deciding on earlier weeks would have cost on later ones, and what the ranges mean."""
    walk, said = answer.comparison.walk_forward, []
    if walk:
        said.append(
            f"Decided on the {words.plural(walk.weeks_decided, 'week')} before and paid on the "
            f"{words.plural(walk.weeks_paid, 'week')} after, {names.key(walk.decided)} would have been chosen."
            + _regret(walk, names)
        )
    if answer.scenarios and answer.decided:
        said.append(
            f"The ranges come from {answer.scenarios:,} levels that traffic may come to, with the week as it is: they "
            "say how far such traffic has strayed from its latest days, not what prices or growth will do."
        )
    return said


def _regret(walk: BackTest, names: Names) -> str:
    if walk.regret is None:
        return ""
    if not walk.regret:
        return " Hindsight would have chosen no cheaper way."
    return (
        f" {words.upper_first(names.key(walk.hindsight))} would have been {words.share(walk.regret)} "
        "cheaper in hindsight."
    )


def stands(answer: Answer, names: Names) -> list[tuple[str, list[Entry]]]:
    """Return what the answer stands on: traffic, price sheets, policy, what its figures are, engine."""
    inputs = answer.inputs
    start, end = (words.minute(words.nearest_minute(moment)) for moment in answer.window)
    arrivals = {
        "logged": "single requests",
        "synthesized": "a series, arrivals drawn",
        "buckets": "a series of buckets",
    }
    kind = arrivals.get(answer.measured.arrivals, "traffic")
    return [
        ("Traffic", [Entry(f"{words.upper_first(kind)}, {start} to {end} UTC")]),
        ("Price sheets", _sheets(answer, names)),
        (
            "Policy",
            [Entry(text) for text in policy_words(answer.policy, names)]
            or [Entry("as it is without being told otherwise")],
        ),
        *((label, [Entry(line) for line in lines]) for label, lines in bases(answer.subject, names)),
        ("Engine, seed", [Entry(f"{inputs['engine_version']}, {inputs['seed']}")]),
    ]


def _sheets(answer: Answer, names: Names) -> list[Entry]:
    if not names.sheets:
        return [Entry(f"{words.plural(len(answer.inputs['price_sheets']), 'sheet')}, by digest below")]
    entries = []
    for sheet in names.sheets:
        dated = sheet.as_of or sheet.effective_from
        read = "" if dated is None else f", of {words.day(dated)}"
        url = sheet.url if sheet.url and sheet.url.startswith(("https://", "http://")) else None
        entries.append(Entry(f"{sheet.provider}: {sheet.name}{read}", url))
    return entries
