"""Reading: an evaluation's body as the report sees it. What the body calls its fields is known here alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from service.reports.words import term_key
from service.workflow.bill import SECOND_UNITS
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.document import stored
from service.workflow.document.comparison import AnsweredComparison, ReservedCrossover
from service.workflow.document.measurement import Explanation, ReplayedMeasurement
from service.workflow.document.options import BillLine, CommittedCosts, CostInterval
from service.workflow.document.recommendation import AnsweredRecommendation, InputFinding

Json = dict[str, Any]

IN_USE = ("reserved_units", "running_units", f"{SECOND_UNITS}reserved_units")
PER_USE = ("input_tokens", "cached_input_tokens", "output_tokens", "requests", "compute_seconds")


def part_of(line: BillLine) -> str:
    """Return which part of a bar a line of a bill is: reserved (in use), free, use (paid per use) or other."""
    code = line.code.removeprefix("overflow_")
    if code in IN_USE:
        return "reserved"
    if code.endswith("idle"):
        return "free"
    return "use" if code in PER_USE else "other"


def change_of(flip: FlipPoint) -> Decimal | None:
    """Return how far a flip point lies from today's figure, as a share of it; None from nothing."""
    return (flip.value - flip.current) / flip.current if flip.current else None


class ReportOption:
    """One option of an evaluation. Shares are 0 to 1, None where unknown; money is a month's."""

    def __init__(self, body: Json) -> None:
        """Keep the option's body."""
        self.body = body
        self.key: str = body["key"]
        self.mode: str = body["mode"]
        self.total = stored.read_money(body["monthly_cost"]).amount
        self.adjusted = stored.expected_cost(body).amount
        self.units: int | None = body.get("units")
        self.second_units: int = body.get("second_units") or 0
        self.minimum_units: int | None = body.get("minimum_units")
        self.term_months: float | None = body.get("term_months")
        self.dedicated: str | None = body.get("dedicated")
        self.serverless: str | None = body.get("serverless")
        self.warm_instances: int = body.get("warm_instances") or 0
        self.eligible: bool = body["eligible"]
        self.ruled_out: bool = body["ruled_out"]
        self.violations: list[str] = [violation["sentence"] for violation in body["violations"]]
        self.violation_codes: list[str] = [violation["code"] for violation in body["violations"]]

    @cached_property
    def lines(self) -> tuple[BillLine, ...]:
        """Its bill; empty where it was ruled out before it was replayed."""
        return stored.read_lines(self.body)

    @cached_property
    def parts(self) -> dict[str, Decimal]:
        """Money a month of each part of its bar."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            part = part_of(line)
            sums[part] = sums.get(part, Decimal(0)) + line.amount
        return sums

    @cached_property
    def ends(self) -> CostInterval | None:
        """What is known of its total over the levels that traffic may come to."""
        return stored.read_interval(self.body)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """The low and high end of its total, None where nothing is known of them."""
        found = self.ends
        return None if found is None else (found.low.amount, found.high.amount)

    def share(self, name: str) -> float | None:
        """Return one of its shares: utilization, coverage, overflow_share, throttled_share or slow_share."""
        found = self.body.get(name)
        return None if found is None else float(found)

    def latency_ms(self, metric: str, percentile: float) -> float | None:
        """Return a latency in milliseconds; of percentiles other than 50, 95 and 99 the 95th."""
        found = (self.body.get("latency_ms") or {}).get(metric)
        if not found:
            return None
        return float(found.get(f"p{percentile:g}", found["p95"]))

    def latency_range_ms(self, metric: str, percentile: float) -> tuple[float, float] | None:
        """Return between which milliseconds a latency lies by measurement; of other percentiles as `latency_ms`."""
        found = (self.body.get("latency_range_ms") or {}).get(metric)
        if not found:
            return None
        stated = found.get(f"p{percentile:g}", found["p95"])
        return float(stated["low"]), float(stated["high"])

    @cached_property
    def commitment(self) -> CommittedCosts | None:
        """What it binds to; None where it binds to nothing."""
        return stored.read_commitment(self.body)

    @property
    def outage_per_day(self) -> Decimal | None:
        """Money that a day without the reserved side costs."""
        return self._money("outage_cost_per_day")

    @property
    def standard_error(self) -> Decimal | None:
        """Of its total, where a sample was replayed."""
        return self._money("standard_error")

    def _money(self, name: str) -> Decimal | None:
        found = self.body.get(name)
        return None if found is None else stored.read_money(found).amount


class Answer:
    """A completed evaluation."""

    def __init__(self, body: Json) -> None:
        """Keep the evaluation's body."""
        self.body = body
        self.inputs: Json = body["inputs"]
        self.policy: Json = body["inputs"]["policy"]
        self.digest: str = body["digest"]
        self.engine: str = body["inputs"]["engine_version"]

    @cached_property
    def options(self) -> list[ReportOption]:
        """Every option, cheapest first."""
        return [ReportOption(option) for option in self.body["options"]]

    @cached_property
    def measured(self) -> ReplayedMeasurement:
        """What the traffic is."""
        return stored.read_measurement(self.body)

    @cached_property
    def findings(self) -> tuple[InputFinding, ...]:
        """What was found about the inputs."""
        return stored.read_findings(self.body)

    @cached_property
    def comparison(self) -> AnsweredComparison:
        """How the options stand to each other."""
        return stored.read_comparison(self.body)

    @cached_property
    def recommendation(self) -> AnsweredRecommendation:
        """What is recommended, how sure that is, and why."""
        return stored.read_recommendation(self.body)

    @property
    def kept_of(self) -> str:
        """What shares that are kept are of: tokens, or requests where no tokens were recorded."""
        totals = self.measured.totals
        counted = totals.input_tokens or totals.cached_input_tokens or totals.output_tokens
        return "tokens" if counted else "requests"

    @cached_property
    def by_key(self) -> dict[str, ReportOption]:
        """The options by their keys."""
        return {option.key: option for option in self.options}

    @property
    def mode(self) -> str:
        """serverless, dedicated, autoscaled, hybrid, insufficient_data or no_eligible_option."""
        return self.recommendation.mode

    @cached_property
    def chosen(self) -> ReportOption | None:
        """The recommended option."""
        return self.by_key.get(self.recommendation.option or "")

    @cached_property
    def subject(self) -> ReportOption | None:
        """The option the page is about: the recommended one, else what it would be, else the nearest to eligible."""
        exact = [option for option in self.options if not option.ruled_out]
        allowed = [option for option in exact if option.eligible]
        return self.chosen or next(iter(allowed or exact or self.options), None)

    @property
    def currency(self) -> str:
        """The evaluation's currency, empty where it has no option and its policy names none."""
        for option in self.options:
            return str(option.body["monthly_cost"]["currency"])
        return str(self.policy.get("currency") or "")

    @property
    def decided(self) -> bool:
        """Whether something is recommended."""
        return self.chosen is not None

    @property
    def provisional(self) -> bool:
        """Whether the traffic is too little for a firm answer, and the policy wanted one all the same."""
        return self.recommendation.provisional

    @property
    def probability(self) -> float | None:
        """Share of scenarios, or of resampled months, in which the recommended is the cheapest."""
        return self.recommendation.probability_cheapest

    @property
    def scenarios(self) -> int:
        """How many levels of the coming traffic were looked at, or months resampled by engine 1; 0 where none were."""
        return self.comparison.uncertainty.scenarios

    @property
    def share_inside(self) -> str:
        """What share of the future an interval holds, in words: engine 1 stated 90 %, later ones 80 %."""
        return "4 of 5 levels of traffic" if self._since_2 else "9 of 10 resampled months"

    @property
    def review_by(self) -> date:
        """The day to look again."""
        return self.recommendation.review_by

    @cached_property
    def flips(self) -> list[FlipPoint]:
        """Every flip point, nearest first."""
        return _nearest(self.comparison.flip_points)

    @cached_property
    def would_change(self) -> list[FlipPoint]:
        """The flip points the recommendation names, nearest first."""
        return _nearest(self.recommendation.would_change)

    @cached_property
    def window(self) -> tuple[datetime, datetime]:
        """Start and end of what was measured, UTC."""
        window = self.measured.window
        start, end = (datetime.fromisoformat(moment) for moment in (window.start, window.end))
        return start.astimezone(UTC), end.astimezone(UTC)

    def best_of(self, mode: str) -> ReportOption | None:
        """Return the cheapest allowed option of a mode."""
        found = (option for option in self.options if option.mode == mode and option.eligible)
        return min(found, key=lambda option: option.adjusted, default=None)

    def reason(self, *codes: str) -> Explanation | None:
        """Return the first reason of the recommendation with one of these codes."""
        return next((reason for reason in self.recommendation.reasons if reason.code in codes), None)

    def break_even(self, option: ReportOption) -> float | None:
        """Return the utilization from which a unit of the option's reservation pays, None where nothing is compared."""
        found = (pair.utilization for pair in self._pairs(option) if pair.requests_per_hour)
        return min((utilization for utilization in found if utilization is not None), default=None)

    def carried_per_hour(self, option: ReportOption) -> float | None:
        """Return the requests (of mean size) an hour that the option's units carry when full."""
        for pair in self._pairs(option):
            if pair.requests_per_hour and pair.utilization and option.units:
                return pair.requests_per_hour / pair.utilization * option.units
        return None

    def _pairs(self, option: ReportOption) -> list[ReservedCrossover]:
        label = f"{option.dedicated}@{term_key(option.term_months)}"
        pairs = self.comparison.crossovers
        of_rate = [pair for pair in pairs if pair.reserved.partition(".")[0] == label]
        if not of_rate:
            of_rate = [pair for pair in pairs if pair.reserved.startswith(label)]
        return [pair for pair in of_rate if option.serverless in (None, pair.serverless)]

    def work_share(self, option: ReportOption) -> float | None:
        """Return work done ÷ the work of full units: what break-even is measured in.

        Before engine 2 an option's `utilization` counted slots in use; then it is what the marginal units say.
        """
        if self._since_2:
            return option.share("utilization")
        marginal = self.comparison.marginal_units
        if marginal is None or marginal.option != option.key:
            return None
        return next((step.utilization for step in marginal.steps if step.units == option.units), None)

    @property
    def _since_2(self) -> bool:
        return int(self.engine.partition(".")[0] or 0) >= 2


def _nearest(points: Sequence[FlipPoint]) -> list[FlipPoint]:
    return sorted(points, key=lambda flip: ((change := change_of(flip)) is None, abs(change or 0), flip.name))
