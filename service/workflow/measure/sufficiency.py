"""Whether traffic is representative, and the findings: what is missing and what to measure next."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from service.workflow.measure.profile import HOURS_PER_WEEK, Finding, Quantities
from service.workflow.measure.quality import Quality
from service.workflow.policy import SufficiencyPolicy

DOUBTFUL_DUPLICATES = 0.01
"""Share of a log's requests from which equal rows look like a file logged twice rather than chance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict is taken from: days of history, hours of the UTC week seen, and the window itself.

    bucket_seconds: of a series, 0 for a log.
    """

    days: float
    hours_of_week_seen: int
    quality: Quality
    bucket_seconds: int
    has_requests: bool
    totals: Quantities


def hours_due(terms: SufficiencyPolicy) -> int:
    """Return how many hours of the week must be seen: the share `coverage` of them, or of those of fewer `days`."""
    return math.ceil(Fraction(str(terms.coverage)) * min(HOURS_PER_WEEK, 24 * terms.days))


def representative(evidence: Evidence, terms: SufficiencyPolicy) -> bool:
    """Return whether the history is long enough, covered well enough, and saw enough hours of the week.

    Hours are counted in UTC, where each exists: a clock change never makes a whole week fall short.
    """
    return (
        evidence.days >= terms.days
        and evidence.quality.coverage >= terms.coverage
        and evidence.hours_of_week_seen >= hours_due(terms)
    )


def findings_of(evidence: Evidence, terms: SufficiencyPolicy) -> tuple[Finding, ...]:
    """Return the findings, those that decide the verdict first."""
    return (*_verdict(evidence, terms), *_limits(evidence), *_doubts(evidence.quality, evidence.totals.requests))


def _verdict(evidence: Evidence, terms: SufficiencyPolicy) -> Iterator[Finding]:
    days, coverage, seen = evidence.days, evidence.quality.coverage, evidence.hours_of_week_seen
    if days < terms.days:
        yield Finding(
            "short_history",
            (("days", days), ("required_days", terms.days)),
            f"The history spans {days:.2f} days of the {terms.days} required: "
            f"keep logging for {terms.days - days:.2f} days more.",
        )
    if coverage < terms.coverage:
        numbers = (
            ("coverage", coverage),
            ("required_coverage", terms.coverage),
            ("missing_buckets", evidence.quality.missing_buckets),
            ("longest_missing_seconds", evidence.quality.longest_missing_seconds),
        )
        yield Finding(
            "low_coverage",
            numbers,
            f"Only {coverage:.1%} of the window was observed, {terms.coverage:.1%} is required: upload the "
            f"{evidence.quality.missing_buckets} missing buckets, or declare absent=idle if nothing is missing.",
        )
    if seen < hours_due(terms):
        yield Finding(
            "hours_unseen",
            (("hours_of_week_seen", seen), ("required_hours", hours_due(terms))),
            f"{seen} hours of the week were observed, {hours_due(terms)} are required: "
            "log the hours that are empty in the hour-of-week grid.",
        )


def _limits(evidence: Evidence) -> Iterator[Finding]:
    seconds = evidence.bucket_seconds
    if not evidence.has_requests:
        yield Finding(
            "no_request_counts",
            (),
            "The series holds tokens without request counts, so nothing can be replayed and no latency is known: "
            "upload request counts, or a request log.",
        )
    if not evidence.totals.tokens:
        yield Finding(
            "no_tokens",
            (("requests", evidence.totals.requests),),
            "No tokens were recorded, so token prices cost nothing here: upload token counts.",
        )
    if seconds > 60:
        yield Finding(
            "coarse_buckets",
            (("bucket_seconds", seconds),),
            f"Buckets of {seconds} seconds hide the peaks inside them: log by the minute, or upload a request log.",
        )


def _doubts(quality: Quality, requests: int) -> Iterator[Finding]:
    if quality.duplicates > DOUBTFUL_DUPLICATES * requests:
        yield Finding(
            "duplicate_rows",
            (("duplicates", quality.duplicates),),
            f"{quality.duplicates} requests equal another in arrival and tokens: check that nothing was logged twice.",
        )
    if quality.clock_jumps:
        yield Finding(
            "long_silences",
            (("clock_jumps", quality.clock_jumps),),
            f"The log is silent for a day or more {quality.clock_jumps} times, and this counts as idle: if the logger "
            "was off or its clock jumped, upload a series without those buckets.",
        )
