"""Answers as they were stored, read back: the one place that knows what older engines called by another name.

Reading all of an option takes some 50 µs, so that parts of it are read alone where hundreds are listed.
"""

from collections.abc import Mapping
from typing import Any

from service.workflow.document.answer import Answer
from service.workflow.document.comparison import AnsweredComparison
from service.workflow.document.decoding import decode
from service.workflow.document.encoding import ShownMoney
from service.workflow.document.measurement import ReplayedMeasurement
from service.workflow.document.options import AnsweredOption, BillLine, CommittedCosts, CostInterval
from service.workflow.document.recommendation import AnsweredRecommendation, InputFinding

Stored = Mapping[str, Any]
"""The body of a completed evaluation, of any engine."""


NOT_REPLAYED = {"arrivals": "buckets", "replayed_requests": 0, "replayed_hours": 0, "sampled": False}


def read_answer(body: Stored) -> Answer:
    """Return everything that an evaluation says."""
    return Answer(
        measurement=read_measurement(body),
        options=read_options(body),
        comparison=read_comparison(body),
        findings=read_findings(body),
        recommendation=read_recommendation(body),
    )


def read_measurement(body: Stored) -> ReplayedMeasurement:
    """Return what the traffic is; of traffic that was measured alone, nothing was replayed."""
    return decode(ReplayedMeasurement, NOT_REPLAYED | body["measurement"])


def read_options(body: Stored) -> tuple[AnsweredOption, ...]:
    """Return every option, cheapest first."""
    return tuple(map(read_option, body["options"]))


def read_option(option: Stored) -> AnsweredOption:
    """Return an option. Engine 1 compared adjusted totals at the measured traffic: that is what it expected."""
    return decode(AnsweredOption, {**option, "expected_monthly_cost": _expected(option)})


def read_money(money: Stored) -> ShownMoney:
    """Return an amount of money."""
    return decode(ShownMoney, money)


def read_lines(option: Stored) -> tuple[BillLine, ...]:
    """Return an option's bill, without the rest of it; empty where it was ruled out."""
    return tuple(decode(BillLine, line) for line in option.get("lines", ()))


def read_interval(option: Stored) -> CostInterval | None:
    """Return between what an option's total lies, None where nothing is known of it."""
    found = option.get("interval")
    return None if found is None else decode(CostInterval, found)


def read_commitment(option: Stored) -> CommittedCosts | None:
    """Return what an option binds to, None where it binds to nothing."""
    found = option.get("commitment")
    return None if found is None else decode(CommittedCosts, found)


def expected_cost(option: Stored) -> ShownMoney:
    """Return what was compared of an option, without the rest of it."""
    return read_money(_expected(option))


def _expected(option: Stored) -> Stored:
    return option.get("expected_monthly_cost") or option["adjusted_monthly_cost"]  # type: ignore[no-any-return]


def read_comparison(body: Stored) -> AnsweredComparison:
    """Return how the options stand to each other. Engine 1 resampled months where later ones have levels."""
    found = body["comparison"]
    if "uncertainty" in found:
        return decode(AnsweredComparison, found)
    resampled = (found.get("bootstrap") or {}).get("resamples") or 0
    return decode(AnsweredComparison, {**found, "uncertainty": {"scenarios": resampled, "own_weeks": 0}})


def read_findings(body: Stored) -> tuple[InputFinding, ...]:
    """Return what was found about the inputs."""
    return tuple(decode(InputFinding, found) for found in body.get("findings", ()))


def read_recommendation(body: Stored) -> AnsweredRecommendation:
    """Return what is recommended."""
    return decode(AnsweredRecommendation, body["recommendation"])
