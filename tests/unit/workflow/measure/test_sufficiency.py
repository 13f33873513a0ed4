"""The verdict, and the findings that explain it."""

from dataclasses import replace

import pytest

from service.workflow.measure.profile import Quantities
from service.workflow.measure.quality import Quality
from service.workflow.measure.sufficiency import Evidence, findings_of, representative
from service.workflow.policy import SufficiencyPolicy

GOOD = Evidence(
    days=7.0,
    hours_of_week_seen=168,
    quality=Quality(coverage=0.95),
    bucket_seconds=60,
    has_requests=True,
    totals=Quantities(1000, 10, 2, 3),
)
TERMS = SufficiencyPolicy()


def test_a_good_week_is_representative_and_leaves_nothing_to_say() -> None:
    assert representative(GOOD, TERMS)
    assert findings_of(GOOD, TERMS) == ()


def test_a_gap_of_two_hours_does_not_spoil_a_week() -> None:
    assert findings_of(replace(GOOD, hours_of_week_seen=160), TERMS) == ()
    assert findings_of(replace(GOOD, hours_of_week_seen=160), SufficiencyPolicy(coverage=0.952)) != ()


@pytest.mark.parametrize(
    ("evidence", "code", "says"),
    [
        (replace(GOOD, days=6.5), "short_history", "keep logging for 0.50 days more"),
        (replace(GOOD, quality=Quality(0.949, 12, 3, 600.0)), "low_coverage", "upload the 12 missing buckets"),
        (replace(GOOD, hours_of_week_seen=159), "hours_unseen", "159 hours of the week were observed, 160"),
    ],
)
def test_each_shortfall_alone_spoils_the_verdict(evidence: Evidence, code: str, says: str) -> None:
    assert not representative(evidence, TERMS)
    (finding,) = findings_of(evidence, TERMS)
    assert finding.code == code
    assert says in finding.sentence


@pytest.mark.parametrize(
    ("evidence", "code", "says"),
    [
        (replace(GOOD, has_requests=False), "no_request_counts", "upload request counts"),
        (replace(GOOD, totals=Quantities(1000, 0, 0, 0)), "no_tokens", "upload token counts"),
        (replace(GOOD, bucket_seconds=300), "coarse_buckets", "Buckets of 300 seconds"),
        (replace(GOOD, quality=Quality(duplicates=11)), "duplicate_rows", "11 requests equal another"),
        (replace(GOOD, quality=Quality(clock_jumps=2)), "long_silences", "a day or more 2 times"),
    ],
)
def test_limits_and_doubts_are_told_without_spoiling_it(evidence: Evidence, code: str, says: str) -> None:
    assert representative(evidence, TERMS)
    (finding,) = findings_of(evidence, TERMS)
    assert finding.code == code
    assert says in finding.sentence


def test_few_duplicates_are_chance() -> None:
    assert findings_of(replace(GOOD, quality=Quality(duplicates=10)), TERMS) == ()


def test_numbers_are_named() -> None:
    (finding,) = findings_of(replace(GOOD, days=1.25), TERMS)
    assert dict(finding.numbers) == {"days": 1.25, "required_days": 7}


def test_asking_for_fewer_days_asks_for_fewer_hours() -> None:
    one_day = replace(GOOD, days=1.0, hours_of_week_seen=24)
    assert representative(one_day, SufficiencyPolicy(days=1))
    assert not representative(replace(one_day, hours_of_week_seen=22), SufficiencyPolicy(days=1))
    assert not representative(replace(one_day, days=30.0, hours_of_week_seen=159), SufficiencyPolicy(days=30))


def test_the_shortfalls_come_first() -> None:
    bad = Evidence(1.0, 24, Quality(0.5, duplicates=1000, clock_jumps=1), 600, False, Quantities(0, 0, 0, 0))
    assert [finding.code for finding in findings_of(bad, TERMS)] == [
        "short_history",
        "low_coverage",
        "hours_unseen",
        "no_request_counts",
        "no_tokens",
        "coarse_buckets",
        "duplicate_rows",
        "long_silences",
    ]
