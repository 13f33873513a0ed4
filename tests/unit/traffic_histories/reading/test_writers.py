"""One public trace, written as every writer writes it: one answer, or the difference that is stated."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pytest

from service.workflow.traffic import MINUTE, BucketSeries, RequestLog
from tests.reading import read, read_log
from tests.shared_data import shared_data

ROWS = 1500
"""Requests of the trace that are written."""

Row = tuple[int, int, int]
"""Arrival in µs since 1970, input and output tokens."""

Json = dict[str, Any]


@cache
def trace() -> RequestLog:
    """Return the beginning of the conversation trace."""
    text = shared_data("traffic/requests/AzureLLMInferenceTrace_conv.csv").read_text()
    return read_log("\n".join(text.splitlines()[: ROWS + 1]) + "\n", zone="UTC")


def rows() -> list[Row]:
    """Return the requests of the trace."""
    log = trace()
    columns = (log.arrival_us.tolist(), log.input_tokens.tolist(), log.output_tokens.tolist())
    return list(zip(*columns, strict=True))


def iso(at_us: int, form: str = "%Y-%m-%dT%H:%M:%S.%fZ") -> str:
    """Return a time as text."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000).strftime(form)


def lines(records: Iterable[Json]) -> str:
    """Return JSON Lines."""
    return "".join(f"{json.dumps(record)}\n" for record in records)


def table(names: str, cells: Iterable[Iterable[object]], delimiter: str = ",") -> str:
    """Return CSV."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(names.split(","))
    writer.writerows(cells)
    return out.getvalue()


def litellm(details: Json) -> str:
    """Return LiteLLM spend logs, with or without details of the cache."""
    return json.dumps(
        [
            {
                "request_id": str(n), "startTime": iso(at), "endTime": iso(at), "prompt_tokens": tokens,
                "completion_tokens": output, "total_tokens": tokens + output, "model": "m", "status": "success",
            } | details
            for n, (at, tokens, output) in enumerate(rows())
        ]
    )  # fmt: skip


def span(at: int, tokens: int, output: int) -> Json:
    """Return a span of OTLP JSON."""
    attributes = (("gen_ai.usage.input_tokens", tokens), ("gen_ai.usage.output_tokens", output))
    listed = [{"key": key, "value": {"intValue": str(value)}} for key, value in attributes]
    return {"traceId": str(at), "startTimeUnixNano": f"{at}000", "endTimeUnixNano": f"{at}000", "attributes": listed}


LOGS: dict[str, Callable[[], str]] = {
    "litellm": lambda: litellm({}),
    "litellm with cache details": lambda: litellm(
        {"metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 0}}}}
    ),
    "openai answers": lambda: lines(
        {"timestamp": iso(at), "model": "m", "usage": {"prompt_tokens": tokens, "completion_tokens": output,
         "total_tokens": tokens + output, "prompt_tokens_details": {"cached_tokens": 0}}}
        for at, tokens, output in rows()
    ),
    "anthropic messages": lambda: lines(
        {"created_at": iso(at), "usage": {"input_tokens": tokens, "cache_creation_input_tokens": 0,
         "cache_read_input_tokens": 0, "output_tokens": output}}
        for at, tokens, output in rows()
    ),
    "gemini": lambda: lines(
        {"timestamp": iso(at), "usageMetadata": {"promptTokenCount": tokens, "candidatesTokenCount": output - 1,
         "thoughtsTokenCount": 1, "totalTokenCount": tokens + output}}
        for at, tokens, output in rows()
    ),
    "bedrock invocation log": lambda: lines(
        {"timestamp": iso(at), "modelId": "m", "input": {"inputTokenCount": tokens},
         "output": {"outputTokenCount": output}}
        for at, tokens, output in rows()
    ),
    "api management": lambda: table(
        "TimeGenerated [UTC],CorrelationId,PromptTokens,CompletionTokens,TotalTokens",
        ((iso(at, "%m/%d/%Y, %I:%M:%S.%f %p"), n, tokens, output, tokens + output)
         for n, (at, tokens, output) in enumerate(rows())),
    ),
    "langfuse": lambda: lines(
        {"startTime": iso(at), "type": "GENERATION", "usageDetails": {"input": tokens, "output": output,
         "total": tokens + output}}
        for at, tokens, output in rows()
    ),
    "helicone": lambda: table(
        "request_created_at,request_id,response_status,prompt_tokens,completion_tokens,total_tokens",
        ((iso(at, "%Y-%m-%d %H:%M:%S.%f"), n, 200, tokens, output, tokens + output)
         for n, (at, tokens, output) in enumerate(rows())),
    ),
    "openrouter": lambda: table(
        "generation_id,created_at,tokens_prompt,tokens_completion,tokens_cached,model_permaslug",
        ((n, iso(at, "%Y-%m-%d %H:%M:%S.%f"), tokens, output, 0, "a/m")
         for n, (at, tokens, output) in enumerate(rows())),
    ),
    "databricks": lambda: table(
        "databricks_request_id,status_code,request_time,input_token_count,output_token_count",
        ((n, 200, iso(at, "%Y-%m-%dT%H:%M:%S.%f+00:00"), tokens, output)
         for n, (at, tokens, output) in enumerate(rows())),
    ),
    "otlp": lambda: json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span(*row) for row in rows()]}]}]}),
    "german spreadsheet": lambda: table(
        "Datum,Uhrzeit,Prompt Tokens,Completion Tokens",
        ((iso(at, "%d.%m.%Y"), iso(at, "%H:%M:%S.%f"), f"{tokens:,}".replace(",", "."), output)
         for at, tokens, output in rows()), ";",
    ),
}  # fmt: skip


@pytest.mark.parametrize("writer", LOGS)
def test_a_log_is_one_history_whoever_wrote_it(writer: str) -> None:
    expected = trace()
    history, _ = read(LOGS[writer](), zone="UTC")
    assert isinstance(history, RequestLog)
    told = RequestLog(history.arrival_us, history.input_tokens, history.cached_input_tokens, history.output_tokens)
    assert told.digest == expected.digest


def test_burstgpt_writes_whole_seconds_and_no_failed_request() -> None:
    """The stated difference: arrivals are cut to the second of the log."""
    origin = rows()[0][0] // 1_000_000
    cells = ((at // 1_000_000 - origin, "m", tokens, output, tokens + output) for at, tokens, output in rows())
    text = table("Timestamp,Model,Request tokens,Response tokens,Total tokens", [*cells, (99, "m", 5, 0, 5)])
    history, report = read(text, start_us=origin * 1_000_000)
    assert isinstance(history, RequestLog)
    assert (len(history.arrival_us), report.rows.failed) == (ROWS, 1)
    assert int(history.input_tokens.sum()) == int(trace().input_tokens.sum())
    assert np.array_equal(history.arrival_us, np.sort(trace().arrival_us // 1_000_000 * 1_000_000))


def minutes() -> dict[int, list[int]]:
    """Return requests, input and output tokens of each minute of the trace."""
    found: dict[int, list[int]] = {}
    for at, tokens, output in rows():
        row = found.setdefault(at // MINUTE * MINUTE, [0, 0, 0])
        row[0], row[1], row[2] = row[0] + 1, row[1] + tokens, row[2] + output
    return found


def of_metrics(names: tuple[str, str, str]) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return (name, [(start in µs, value)]) of three metrics."""
    return [(name, [(at, row[place]) for at, row in minutes().items()]) for place, name in enumerate(names)]


def prometheus(at: int) -> float:
    """Return a time as Prometheus writes it."""
    return at / 1_000_000


AWS = ("Invocations", "InputTokenCount", "OutputTokenCount")
AZURE = ("AzureOpenAIRequests", "ProcessedPromptTokens", "GeneratedTokens")
VLLM = ("vllm:request_success_total", "vllm:prompt_tokens_total", "vllm:generation_tokens_total")


def counters() -> str:
    """Return counters as they stand, with one sample behind the last minute."""
    result = []
    for name, points in of_metrics(VLLM):
        risen, values = 100, []
        for at, value in points:
            values.append([prometheus(at), str(risen)])
            risen += value
        values.append([prometheus(points[-1][0] + MINUTE), str(risen)])
        result.append({"metric": {"__name__": name, "model_name": "m"}, "values": values})
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


SERIES: dict[str, Callable[[], str]] = {
    "openai usage": lambda: json.dumps({"object": "page", "data": [
        {"object": "bucket", "start_time": at // 1_000_000, "end_time": at // 1_000_000 + 60, "results": [
            {"input_tokens": row[1], "output_tokens": row[2], "input_cached_tokens": 0, "num_model_requests": row[0]}]}
        for at, row in minutes().items()], "has_more": False}),
    "get-metric-data": lambda: json.dumps({"MetricDataResults": [
        {"Id": "a", "Label": name, "Timestamps": [iso(at) for at, _ in points], "Values": [float(v) for _, v in points]}
        for name, points in of_metrics(AWS)]}),
    "get-metric-statistics": lambda: "\n".join(json.dumps(
        {"Label": name, "Datapoints": [{"Timestamp": iso(at), "Sum": float(v), "Unit": "None"} for at, v in points]})
        for name, points in of_metrics(AWS)),
    "az monitor": lambda: json.dumps({"interval": "0:01:00", "value": [
        {"name": {"value": name}, "timeseries": [{"metadatavalues": [], "data": [
            {"timeStamp": iso(at), "total": float(v)} for at, v in points]}]} for name, points in of_metrics(AZURE)]}),
    "AzureMetrics": lambda: table("TimeGenerated [UTC],Resource,MetricName,Total,TimeGrain", (
        (iso(at, "%m/%d/%Y, %I:%M:%S.000 %p"), "ACC", name, v, "PT1M")
        for name, points in of_metrics(AZURE) for at, v in points)),
    "AzureMetrics as objects": lambda: json.dumps([
        {"TimeGenerated": iso(at), "MetricName": name, "Total": v}
        for name, points in of_metrics(AZURE) for at, v in points]),
    "Azure, pivoted": lambda: table("TimeGenerated,ProcessedPromptTokens,GeneratedTokens,AzureOpenAIRequests", (
        (iso(at), row[1], row[2], row[0]) for at, row in minutes().items())),
    "query_range": counters,
    "query_range, named": lambda: json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [
        {"metric": {"__name__": name}, "values": [[prometheus(at), str(v)] for at, v in points]}
        for name, points in of_metrics(("requests", "prompt_tokens", "generation_tokens"))]}}),
    "vllm columns": lambda: table("time,requests,vllm:prompt_tokens,vllm:generation_tokens", (
        (iso(at), *row) for at, row in minutes().items())),
    "fractions": lambda: table("time,requests,prompt_tokens,generation_tokens", (
        (iso(at), *(f"{value}.0000001" for value in row)) for at, row in minutes().items())),
}  # fmt: skip


@pytest.mark.parametrize("writer", SERIES)
def test_a_series_is_one_history_whoever_wrote_it(writer: str) -> None:
    history, _ = read(SERIES[writer](), zone="UTC")
    assert isinstance(history, BucketSeries)
    assert history.requests is not None
    columns = (history.start_us, history.requests, history.input_tokens, history.output_tokens)
    told = {at: list(row) for at, *row in zip(*(column.tolist() for column in columns), strict=True)}
    assert told == minutes()
    assert history.bucket_seconds == 60


def test_a_bill_has_no_requests() -> None:
    """The stated difference of FOCUS: quantities of tokens, no requests, a row a meter and period."""
    cells = [
        (iso(at), iso(at + MINUTE), f"m {name} Tokens", str(value / 1000), "1K Tokens")
        for name, place in (("Input", 1), ("Output", 2))
        for at, value in ((at, row[place]) for at, row in minutes().items())
    ]
    cells.append((iso(rows()[0][0]), iso(rows()[0][0]), "Disk", "5", "GB"))
    names = "ChargePeriodStart,ChargePeriodEnd,SkuMeter,ConsumedQuantity,ConsumedUnit"
    history, report = read(table(names, cells), bucket_seconds=60)
    assert isinstance(history, BucketSeries)
    assert history.requests is None
    assert history.input_tokens.tolist() == [row[1] for row in minutes().values()]
    assert history.output_tokens.tolist() == [row[2] for row in minutes().values()]
    assert "bill_rows" in {finding.code for finding in report.findings}
