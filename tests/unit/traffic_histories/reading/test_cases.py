"""Files that people had: each is read with its right counts, or refused with a mend that works."""

from typing import Any

import pytest

from service.traffic_histories.reading.report import Report
from service.workflow.traffic import RequestLog, TrafficHistory
from tests.reading import found, read, read_parts, refusal
from tests.shared_data import shared_case

START = 1_793_577_600_000_000
"""2026-11-02T08:00:00Z."""


def totals(history: TrafficHistory) -> tuple[int, int, int, int]:
    """Return requests, input, cached and output tokens."""
    requests = history.arrival_us.size if isinstance(history, RequestLog) else history.requests
    assert requests is not None
    counted = requests if isinstance(requests, int) else int(requests.sum())
    columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    tokens, cached, output = (int(column.sum()) for column in columns)
    return counted, tokens, cached, output


def of_case(name: str, **options: Any) -> tuple[TrafficHistory, Report]:  # noqa: ANN401
    """Read a file of a case."""
    return read(shared_case(name).read_bytes(), **options)


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("07-gemini-thinking-tokens/responses.jsonl", {}, (168, 168 * 55_021, 0, 168 * 1_708)),
        ("15-bedrock-invocation-logs-with-errors/invocations.jsonl", {}, (30, 273_000, 270_000, 1_500)),
        ("17-burstgpt-failures/BurstGPT.csv", {"start_us": START}, (15, 6_135, 0, 1_500)),
        ("18-openrouter-activity-export/openrouter_activity.csv", {}, (3, 6_018, 5_760, 900)),
        ("30-series-with-vllm-names/vllm-by-hour.csv", {}, (16_800, 16_800_000, 0, 8_400_000)),
        ("32-cache-tokens-counted-twice/warehouse-export.csv", {}, (168, 168 * 130_213, 168 * 128_955, 168 * 400)),
        ("32-cache-tokens-counted-twice/pydantic-ai-spans.jsonl", {}, (168, 168 * 130_213, 168 * 128_955, 168 * 400)),
        ("33-date-and-time-in-two-columns/log.csv", {"zone": "UTC"}, (192, 192_000, 0, 19_200)),
        ("33-date-and-time-in-two-columns/slashes.csv", {"zone": "UTC"}, (3, 3_000, 0, 300)),
        ("33-date-and-time-in-two-columns/thousands.csv", {}, (3, 36_435, 0, 330)),
        ("33-date-and-time-in-two-columns/german.csv", {}, (3, 39_000, 0, 3_000)),
        ("38-databricks-endpoint-usage/endpoint_usage.csv", {}, (3, 6_000, 0, 900)),
        ("43-fractional-counts-from-grafana/grafana-increase.csv", {"zone": "UTC"}, (61, 6_128, 0, 613)),
    ],
)
def test_a_file_is_read_as_its_writer_meant_it(
    name: str, options: dict[str, Any], expected: tuple[int, int, int, int]
) -> None:
    history, _ = of_case(name, **options)
    assert totals(history) == expected


def test_a_date_and_a_time_apart_are_one_moment_an_hour() -> None:
    history, report = of_case("33-date-and-time-in-two-columns/log.csv", zone="UTC")
    assert isinstance(history, RequestLog)
    assert {int(step) for step in history.arrival_us[1:] - history.arrival_us[:-1]} == {3_600_000_000}
    assert "composed_column" in found(report)


def test_failed_calls_are_counted_as_failed() -> None:
    _, report = of_case("15-bedrock-invocation-logs-with-errors/invocations.jsonl")
    assert (report.rows.read, report.rows.failed, report.rows.rejected) == (31, 1, 0)
    _, report = of_case("17-burstgpt-failures/BurstGPT.csv", start_us=START)
    assert (report.rows.read, report.rows.failed, report.rows.rejected) == (20, 5, 0)


def test_batch_rows_are_refused_and_both_mends_work() -> None:
    content = shared_case("04-batch-rows-in-usage-export/usage.json").read_bytes()
    refused = refusal(content)
    assert (refused.code, refused.parameter) == ("mixed_prices", "only.batch")
    assert "only.batch=false" in refused.detail
    live, _ = read(content, only=(("batch", "false"),))
    batch, report = read(content, only=(("batch", "true"),))
    assert totals(live) == (840, 168_000, 134_400, 84_000)
    assert totals(batch) == (7_560, 1_512_000, 0, 756_000)
    assert report.rows.filtered == 168
    parts, _ = read_parts(content, split_by="batch")
    assert {key: totals(part)[0] for key, part in parts.items()} == {"false": 840, "true": 7_560}
    whole, report = read(content, combine=("batch",))
    assert (totals(whole)[0], "prices_combined" in found(report)) == (8_400, True)


def test_several_models_are_told_apart_by_the_one_asked_about() -> None:
    content = shared_case("40-several-models-in-one-export/usage.json").read_bytes()
    assert refusal(content).code == "mixed_prices"
    history, report = read(content, model="gpt-4.1")
    assert totals(history) == (16_800, 16_800_000, 0, 8_400_000)
    assert "model_chosen" in found(report)
    assert totals(read(content, only=(("model", "gpt-4.1-nano"),))[0])[0] == 16_800 * 19


def test_a_total_that_differs_says_that_a_column_is_missing() -> None:
    content = shared_case("07-gemini-thinking-tokens/responses.jsonl").read_bytes()
    _, report = read(content, columns=(("output_tokens", "usageMetadata.candidatesTokenCount"),))
    assert found(report)["reasoning_convention"] == 168
    assert "total_differs" not in found(report)
    bare = content.replace(b"thoughtsTokenCount", b"moreTokens")
    finding = next(finding for finding in read(bare)[1].findings if finding.code == "total_differs")
    assert (finding.count, finding.can_move_the_answer) == (168 * 785, True)
    added = "usageMetadata.candidatesTokenCount+usageMetadata.thoughtsTokenCount"
    history, report = read(content, columns=(("output_tokens", added),))
    assert (totals(history)[3], "total_differs" in found(report)) == (168 * 1_708, False)


def test_calls_turned_away_say_by_how_much_demand_is_understated() -> None:
    _, report = of_case("38-databricks-endpoint-usage/endpoint_usage.csv")
    finding = next(finding for finding in report.findings if finding.code == "demand_censored")
    assert (finding.count, finding.can_move_the_answer) == (1, True)
    assert "1 of 4 calls were turned away by limits: demand was 33.3% above" in finding.detail
    _, report = of_case("15-bedrock-invocation-logs-with-errors/invocations.jsonl")
    assert found(report)["demand_censored"] == 1
