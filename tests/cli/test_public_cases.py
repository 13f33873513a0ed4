"""The cases from outside, as one table: what is asked of each, and what is right; see ../shared/cases.

Each is computed as the command does it, without a process of its own. Prices by the length of a request (02) are in
test_conditional_prices: the sheet of the case has no place for them but its note.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from service.cli import evaluating
from service.cli.exits import Refused
from service.policies.policy_schema import policy_of
from service.traffic_histories.remarks import remarks_of_report
from tests.shared_data import shared_case

WEEK = ("start=2026-11-02T00:00:00Z", "end=2026-11-09T00:00:00Z")
LOOSE = {"sufficiency": {"allow_provisional": True}}


@dataclass(frozen=True)
class Case:
    """Files of a case and what is right of them.

    sheets: documents instead of `sheet.json`, as changed by `change`. total: of `option`, or of the recommended one.
    counts: input, cached, output tokens and requests read. remark: a code that the answer carries. refused: a part of
    the refusal.
    """

    folder: str
    traffic: tuple[str, ...] = ("traffic.csv",)
    sheets: tuple[str, ...] = ("sheet.json",)
    read: tuple[str, ...] = ()
    model: str | None = None
    policy: dict[str, Any] = field(default_factory=dict)
    total: str | None = None
    option: str | None = None
    recommended: str | None = None
    counts: tuple[int, int, int, int] | None = None
    remark: str | None = None
    refused: str | None = None

    @property
    def name(self) -> str:
        """The case and its file."""
        return f"{self.folder[:2]}-{'+'.join(self.traffic)}-{'+'.join(self.sheets)}"


CLOUDWATCH = (6000, 0, 600, 60)
CASES = (
    Case("01-cache-write-premium", ("traffic.jsonl",), ("sheet-as-a-person-would-write-it.json",), WEEK,
         total="39.71127"),
    Case("04-batch-rows-in-usage-export", ("usage.json",), refused="batch"),
    Case("07-gemini-thinking-tokens", ("responses.jsonl",), read=WEEK, total="62.6750625"),
    Case("13-cloudwatch-metrics", ("get-metric-data.json",), counts=CLOUDWATCH),
    Case("13-cloudwatch-metrics", ("get-metric-statistics.json",), refused="InputTokenCount alone"),
    Case("14-azure-monitor-metrics", ("az-monitor-metrics-list.json",), counts=CLOUDWATCH),
    Case("14-azure-monitor-metrics", ("log-analytics-AzureMetrics.csv",), counts=CLOUDWATCH),
    Case("15-bedrock-invocation-logs-with-errors", ("invocations.jsonl",), counts=(273_000, 270_000, 1500, 30)),
    Case("16-otlp-spans", ("traces.json",), counts=(6018, 5760, 900, 3)),
    Case("17-burstgpt-failures", ("BurstGPT.csv",), read=WEEK[:1], counts=(6135, 0, 1500, 15)),
    Case("18-openrouter-activity-export", ("openrouter_activity.csv",), counts=(6018, 5760, 900, 3)),
    Case("21-one-week-term", ("../44-autoscale-on-provisioned-units/traffic.csv.gz",), option="dedicated:acme/gsu@1wx1",
         total="5214.285714285714"),
    Case("24-separate-input-and-output-limits", ("traffic.csv.gz",), ("sheet-as-a-person-would-write-it.json",),
         total="132714"),
    Case("25-speed-between-measured-points", ("steady-64-in-flight.csv",), remark="speeds_may_hold_reading"),
    Case("26-two-monthly-files", ("october.csv", "november.csv"), total="80.30"),
    Case("27-daily-export-of-office-hours-traffic", ("usage-by-day.json",), policy={"sufficiency": {}},
         recommended="insufficient_data"),
    Case("28-hosting-fee-and-tokens", sheets=("sheet-as-a-person-would-write-it.json",), read=WEEK, total="306.60"),
    Case("30-series-with-vllm-names", ("vllm-by-hour.csv",), total="438.00"),
    # The sheet has no price of cache writes: the case says what they cost as plain input.
    Case("32-cache-tokens-counted-twice", ("warehouse-export.csv",), read=WEEK, total="35.376165",
         remark="part_not_priced"),
    Case("32-cache-tokens-counted-twice", ("pydantic-ai-spans.jsonl",), read=WEEK, total="35.376165"),
    Case("33-date-and-time-in-two-columns", ("german.csv",), read=("zone=UTC",), counts=(39_000, 0, 3000, 3)),
    Case("33-date-and-time-in-two-columns", ("log.csv",), read=("zone=UTC",), counts=(192_000, 0, 19_200, 192)),
    Case("33-date-and-time-in-two-columns", ("thousands.csv",), read=("zone=UTC",), counts=(36_435, 0, 330, 3)),
    Case("34-ptu-break-even-utilization", ("traffic.csv.gz",), option="dedicated:acme/ptu@12x15", total="3315.00"),
    Case("35-currency-and-price-per-thousand", sheets=("sheet-cny.json", "sheet-usd.json"), read=WEEK,
         policy={"currency": "USD", "exchange_rates": {"CNY": "0.14"}}, total="122.64"),
    Case("36-free-allowance", ("../35-currency-and-price-per-thousand/traffic.csv",), read=WEEK, total="506.00"),
    Case("38-databricks-endpoint-usage", ("endpoint_usage.csv",), counts=(6000, 0, 900, 3)),
    Case("40-several-models-in-one-export", ("usage.json",), model="gpt-4.1", total="438.00"),
    Case("40-several-models-in-one-export", ("usage.json",), model="gpt-4.1-nano", total="416.10"),
    Case("40-several-models-in-one-export", ("usage.json",), refused="only.model="),
    Case("41-commitment-without-capacity", read=WEEK, total="9344.00", remark="capacity_missing"),
    Case("41-commitment-without-capacity", sheets=("only-commitment.json",), read=WEEK, refused="capacity"),
    Case("43-fractional-counts-from-grafana", ("grafana-increase.csv",), read=("zone=UTC",),
         counts=(6128, 0, 613, 61)),
    Case("44-autoscale-on-provisioned-units", ("traffic.csv.gz",), refused="autoscale"),
)  # fmt: skip


def answered(case: Case) -> tuple[dict[str, Any], Any]:
    """Return the evaluation of a case, and its history."""
    folder = shared_case(case.folder)
    sheets = [evaluating._sheet(folder / name) for name in case.sheets]
    policy = policy_of(LOOSE | case.policy)
    options = evaluating.reading(case.read, () if case.model is None else (case.model,))
    results = [evaluating.read_traffic(folder / name, options) for name in case.traffic]
    history = evaluating._joined(results)
    remarks = [remark for result in results for remark in remarks_of_report(result.report)]
    return evaluating.evaluated(history, sheets, policy, case.model, remarks), history


@pytest.mark.parametrize(("streams", "units", "seconds"), [(32, 1, 12.81), (64, 2, 5.55)])
def test_speeds_measured_under_load_size_the_units_that_were_measured(streams: int, units: int, seconds: float) -> None:
    folder = shared_case("25-speed-between-measured-points")
    sheet = evaluating._sheet(folder / "sheet.json")
    sheet["offers"][1]["capacity"]["measured_with"] = {"input_tokens": 512, "output_tokens": 128}
    history = evaluating.read_traffic(folder / f"steady-{streams}-in-flight.csv", evaluating.reading(())).history
    body = evaluating.evaluated(history, [sheet], evaluating._policy(folder / "policy.json"), None, ())
    option = body["options"][0]
    assert option["key"] == body["recommendation"]["option"] == f"dedicated:acme/l40s@0x{units}"
    assert option["latency_ms"]["end_to_end"]["p50"] / 1000 == pytest.approx(seconds, rel=0.05)
    assert "speeds_may_hold_reading" not in {remark["code"] for remark in body["inputs"]["remarks"]}


def reserved_already(commitments: list[dict[str, Any]]) -> tuple[dict[str, str], Any]:
    """Return what a reservation that is paid already is compared at, and the recommendation."""
    policy = {"incumbent": "hybrid:acme/ptu@12x15+acme/tokens", "commitments": commitments}
    body, _ = answered(Case("29-reservation-already-paid", ("traffic.csv.gz",), policy=policy))
    totals = {option["key"]: option["monthly_cost"]["amount"] for option in body["options"]}
    return totals, body["recommendation"]


def sentences(recommendation: Any) -> str:  # noqa: ANN401 - a document
    return " ".join(reason["sentence"] for reason in recommendation["reasons"])


def test_half_a_year_of_fifteen_units_is_owed_and_leaving_them_costs_what_tokens_do() -> None:
    """3,315.00 is owed either way: tokens cost 1,226.40 more. Stay, and take tokens when it has ended."""
    totals, chosen = reserved_already([{"reservation": "ptu@12", "units": 15, "months_left": 6}])
    assert chosen["option"] == "hybrid:acme/ptu@12x15+acme/tokens"
    assert totals["hybrid:acme/ptu@12x15+acme/tokens"] == "3315.00"
    assert Decimal(totals["serverless:acme/tokens"]) - Decimal("3315.00") == Decimal("1226.40")
    assert "3,315.00 a month is owed whatever you choose: 15 x acme/ptu@12 for 6 months more." in sentences(chosen)
    assert "in 6 months, when it has ended, serverless:acme/tokens is right." in sentences(chosen)
    assert "hybrid:acme/ptu@12x15+acme/tokens costs the same" not in sentences(chosen), "nothing is set against itself"


def test_a_term_whose_end_nobody_stated_is_taken_to_run_and_one_that_has_ended_is_not() -> None:
    totals, chosen = reserved_already([])
    assert (chosen["option"], totals["serverless:acme/tokens"]) == ("hybrid:acme/ptu@12x15+acme/tokens", "4541.40")
    assert "How long it still runs was not said" in sentences(chosen)
    totals, chosen = reserved_already([{"reservation": "ptu@12", "units": 15, "months_left": 0}])
    assert (chosen["option"], totals["serverless:acme/tokens"]) == ("serverless:acme/tokens", "1226.40")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_from_outside_is_answered_right(case: Case) -> None:
    if case.refused is not None:
        with pytest.raises(Refused, match=case.refused):
            answered(case)
        return
    body, history = answered(case)
    options = {option["key"]: option["monthly_cost"]["amount"] for option in body["options"]}
    chosen = body["recommendation"]
    if case.total is not None:
        assert Decimal(options[case.option or chosen["option"]]) == Decimal(case.total), options
    if case.recommended is not None:
        assert case.recommended in (chosen["option"], chosen["mode"]), options
    if case.counts is not None:
        columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
        requests = getattr(history, "requests", None)
        told = len(history.input_tokens) if requests is None else int(requests.sum())
        assert (*(int(column.sum()) for column in columns), told) == case.counts
    if case.remark is not None:
        assert case.remark in {each["code"] for each in (*body["inputs"]["remarks"], *body["findings"])}
        assert chosen["confidence"] != "high"


def test_a_limit_that_counts_cached_input_says_so_with_the_mend() -> None:
    case = Case("24-separate-input-and-output-limits", ("traffic.csv.gz",))
    document, _ = answered(case)
    told = sentences(document["recommendation"])
    assert "4,050,000 where tokens_per_minute is 2,000,000" in told
    assert "state input_tokens_per_minute and output_tokens_per_minute instead" in told
