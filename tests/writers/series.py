"""The conversation as series: a row, a point or a result a bucket."""

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from service.workflow.traffic import MINUTE

from .conversation import Call, Json, conversation, iso, minutes, served, table
from .logs import BEDROCK, CLAUDE, GPT, Writer

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000

METERS = ("requests", "fresh", "cached", "written", "output", "input")


def sums(calls: Sequence[Call]) -> dict[str, int]:
    """Return what a meter adds up to."""
    return {
        "requests": len(calls),
        "fresh": sum(call.input - call.cached - call.written for call in calls),
        "cached": sum(call.cached for call in calls),
        "written": sum(call.written for call in calls),
        "output": sum(call.output for call in calls),
        "input": sum(call.input for call in calls),
    }


def buckets(*, second: bool | None = None) -> list[tuple[int, dict[str, int]]]:
    """Return the sums of each minute, of one model or of both."""
    calls = [call for call in served() if second is None or call.second_model == second]
    return [(at, sums(found)) for at, found in sorted(minutes(calls).items())]


def each_model() -> Iterator[tuple[int, int, dict[str, int]]]:
    """Yield which model, start and sums of its minutes."""
    for place in (0, 1):
        for at, told in buckets(second=bool(place)):
            yield place, at, told


def openai_result(place: int, told: dict[str, int]) -> Json:
    """Return one result of the completions usage, with the kinds it tells apart."""
    return {
        "object": "organization.usage.completions.result", "input_tokens": told["input"],
        "output_tokens": told["output"], "input_cached_tokens": told["cached"],
        "input_uncached_tokens": told["input"] - told["cached"], "input_text_tokens": told["input"] - told["cached"],
        "output_text_tokens": told["output"], "input_cached_text_tokens": told["cached"], "input_audio_tokens": 0,
        "input_cached_audio_tokens": 0, "output_audio_tokens": 0, "input_image_tokens": 0,
        "input_cached_image_tokens": 0, "output_image_tokens": 0, "num_model_requests": told["requests"],
        "project_id": "proj_1", "user_id": None, "api_key_id": None, "model": GPT[place], "batch": False,
        "service_tier": "default",
    }  # fmt: skip


def grouped() -> dict[int, list[tuple[int, dict[str, int]]]]:
    """Return start → (model, sums)."""
    found: dict[int, list[tuple[int, dict[str, int]]]] = {}
    for place, at, told in each_model():
        found.setdefault(at, []).append((place, told))
    return dict(sorted(found.items()))


def openai_pages() -> str:
    """Return pages of the usage API, one after another."""
    whole = [
        {"object": "bucket", "start_time": at // 1_000_000, "end_time": at // 1_000_000 + 60,
         "results": [openai_result(place, told) for place, told in rows]}
        for at, rows in grouped().items()
    ]  # fmt: skip
    halves = (whole[: len(whole) // 2], whole[len(whole) // 2 :])
    return "\n".join(
        json.dumps({"object": "page", "data": part, "has_more": place == 0, "next_page": "p" if place == 0 else None})
        for place, part in enumerate(halves)
    )


def openai_export() -> str:
    """Return the usage page's own export."""
    rows = [
        {"start_time": at // 1_000_000, "end_time": at // 1_000_000 + 60, "start_time_iso": iso(at),
         "end_time_iso": iso(at + MINUTE)} | openai_result(place, told)
        for place, at, told in each_model()
    ]  # fmt: skip
    return table(",".join(rows[0]), (row.values() for row in rows))


def anthropic_pages() -> str:
    """Return a page of the messages usage report."""
    data = [
        {"starting_at": iso(at, "%Y-%m-%dT%H:%M:%SZ"), "ending_at": iso(at + MINUTE, "%Y-%m-%dT%H:%M:%SZ"), "results": [
            {"uncached_input_tokens": told["fresh"], "cache_read_input_tokens": told["cached"],
             "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": told["written"]},
             "output_tokens": told["output"], "server_tool_use": {"web_search_requests": 0}, "api_key_id": None,
             "workspace_id": None, "model": CLAUDE[place], "service_tier": "standard", "context_window": "0-200k",
             "inference_geo": None}
            for place, told in rows]}
        for at, rows in grouped().items()
    ]  # fmt: skip
    return json.dumps({"data": data, "has_more": False, "next_page": None})


def anthropic_console() -> str:
    """Return the console's export: a row a day and model."""
    columns = "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    columns += "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    rows = []
    for place in (0, 1):
        told = sums([call for call in served() if call.second_model == bool(place)])
        rows.append((iso(conversation()[0].at_us, "%Y-%m-%d"), CLAUDE[place], "key", "Default", "message", "<= 200k",
                     told["fresh"], told["written"], 0, told["cached"], told["output"], 0))  # fmt: skip
    return table(f"{columns}usage_output_tokens,web_search_count", rows)


AWS = {
    "Invocations": "requests", "InputTokenCount": "fresh", "CacheReadInputTokenCount": "cached",
    "CacheWriteInputTokenCount": "written", "OutputTokenCount": "output",
}  # fmt: skip


def throttles() -> dict[int, int]:
    """Return the calls that were turned away in each minute."""
    found = minutes(call for call in conversation() if call.throttled)
    return {at: len(calls) for at, calls in found.items()}


def metric_data() -> str:
    """Return `get-metric-data` of all metrics of two models, newest first as CloudWatch has it."""
    results: list[Json] = []
    for place in (0, 1):
        told = buckets(second=bool(place))[::-1]
        for metric, meter in AWS.items():
            values = {iso(at, "%Y-%m-%dT%H:%M:%S+00:00"): float(row[meter]) for at, row in told}
            results.append({"Id": f"m{len(results)}", "Label": f"{BEDROCK[place]} {metric}",
                            "Timestamps": list(values), "Values": list(values.values()),
                            "StatusCode": "Complete"})  # fmt: skip
    turned = {iso(at, "%Y-%m-%dT%H:%M:%S+00:00"): float(count) for at, count in throttles().items()}
    results.append({"Id": "t", "Label": f"{BEDROCK[0]} InvocationThrottles", "Timestamps": list(turned),
                    "Values": list(turned.values()), "StatusCode": "Complete"})  # fmt: skip
    return json.dumps({"MetricDataResults": results, "Messages": []})


def metric_statistics() -> str:
    """Return `get-metric-statistics`, a document a metric, of one model."""
    return "\n".join(
        json.dumps({"Label": metric, "Datapoints": [
            {"Timestamp": iso(at, "%Y-%m-%dT%H:%M:%S+00:00"), "Sum": float(row[meter]), "Unit": "None"}
            for at, row in buckets(second=False)]}, indent=1)
        for metric, meter in AWS.items()
    )  # fmt: skip


AZURE = {"AzureOpenAIRequests": "requests", "ProcessedPromptTokens": "input", "GeneratedTokens": "output"}
FOUNDRY = {"ModelRequests": "requests", "InputTokens": "input", "OutputTokens": "output"}


def azure_list(metrics: dict[str, str]) -> str:
    """Return `az monitor metrics list`, split by deployment; requests by status, too."""
    value = []
    for metric, meter in metrics.items():
        series = []
        for place in (0, 1):
            dimensions = {"modeldeploymentname": GPT[place]} | ({"statuscode": "200"} if meter == "requests" else {})
            points = [{"timeStamp": iso(at, "%Y-%m-%dT%H:%M:%SZ"), "total": float(row[meter])}
                      for at, row in buckets(second=bool(place))]  # fmt: skip
            series.append(azure_series(dimensions, points))
        if meter == "requests":
            points = [{"timeStamp": iso(at, "%Y-%m-%dT%H:%M:%SZ"), "total": float(count)}
                      for at, count in throttles().items()]  # fmt: skip
            series.append(azure_series({"modeldeploymentname": GPT[0], "statuscode": "429"}, points))
        value.append({"id": "/x", "type": "Microsoft.Insights/metrics", "name": {"value": metric,
                      "localizedValue": metric}, "unit": "Count", "timeseries": series})  # fmt: skip
    return json.dumps({"cost": 57, "interval": "0:01:00", "namespace": "Microsoft.CognitiveServices/accounts",
                       "resourceregion": "eastus", "value": value})  # fmt: skip


def azure_series(dimensions: dict[str, str], points: list[Json]) -> Json:
    """Return one of the series of a metric."""
    names = [{"name": {"value": key, "localizedValue": key}, "value": value} for key, value in dimensions.items()]
    return {"metadatavalues": names, "data": points}


def azure_table() -> str:
    """Return `AzureMetrics` of Log Analytics, which knows no dimensions."""
    return table(
        "TimeGenerated [UTC],ResourceId,MetricName,Total,Count,Maximum,Minimum,Average,TimeGrain,UnitName",
        ((iso(at, "%m/%d/%Y, %I:%M:%S.000 %p"), "/X", metric, row[meter], 1, row[meter], row[meter], row[meter], "PT1M",
          "Count") for metric, meter in AZURE.items() for at, row in buckets()),
    )  # fmt: skip


def azure_pivoted() -> str:
    """Return the same, pivoted by a query."""
    return table(
        "TimeGenerated,ProcessedPromptTokens,GeneratedTokens,AzureOpenAIRequests",
        ((iso(at), row["input"], row["output"], row["requests"]) for at, row in buckets()),
    )


def prometheus() -> str:
    """Return `query_range` of vLLM's counters, requests told apart by how they finished."""
    result: list[Json] = []
    rows = buckets()
    samples = {"vllm:prompt_tokens_total": "input", "vllm:generation_tokens_total": "output"}
    starts = [at for at, _ in rows] + [rows[-1][0] + MINUTE]
    assert all(after - before == MINUTE for before, after in pairwise(starts))
    for metric, meter in samples.items():
        result.append(counter(metric, {}, starts, [row[meter] for _, row in rows]))
    for reason, odd in (("stop", 0), ("length", 1)):
        counts = [sum(call.number % 2 == odd for call in found) for _, found in sorted(minutes(served()).items())]
        result.append(counter("vllm:request_success_total", {"finished_reason": reason}, starts, counts))
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def counter(metric: str, labels: dict[str, str], starts: list[int], counts: list[int]) -> Json:
    """Return a counter as it stands at each time, which rises by the counts between them."""
    values = accumulate(counts, initial=1000)
    named = {"__name__": metric, "model_name": "m", "engine": "0", "instance": "i:8000", "job": "vllm"} | labels
    return {"metric": named, "values": [[at / 1_000_000, str(value)] for at, value in zip(starts, values, strict=True)]}


def grafana() -> str:
    """Return a panel's data as Grafana exports it: `increase` extrapolates, so counts are no whole numbers."""
    return table(
        "Time,requests,prompt_tokens,generation_tokens",
        ((iso(at, "%Y-%m-%d %H:%M:%S"), *(f"{row[meter]}.0000004" for meter in ("requests", "input", "output")))
         for at, row in buckets()),
    )  # fmt: skip


def sheet() -> str:
    """Return a series kept by hand with a decimal comma."""
    return table(
        "Datum;Uhrzeit;Requests;Input Tokens;Output Tokens".replace(";", ","),
        ((iso(at, "%d.%m.%Y"), iso(at, "%H:%M"), row["requests"], f"{row['input']:,}".replace(",", "."), row["output"])
         for at, row in buckets()),
        ";",
    )  # fmt: skip


def focus() -> str:
    """Return rows of a bill in FOCUS columns: a row a meter and hour, in units of the price."""
    rows: list[tuple[object, ...]] = []
    meters = (("Input", "fresh"), ("cached Input", "cached"), ("cache write Input", "written"), ("Output", "output"))
    for place in (0, 1):
        hours: dict[int, list[Call]] = {}
        for call in served():
            if call.second_model == bool(place):
                hours.setdefault(call.at_us // HOUR_US * HOUR_US, []).append(call)
        for at, calls in hours.items():
            for label, meter in meters:
                rows.append((iso(at), iso(at + HOUR_US), f"{GPT[place]} {label} Tokens", sums(calls)[meter] / 1000,
                             "1K Tokens", "0.1", "Usage"))  # fmt: skip
    rows.append((iso(conversation()[0].at_us), iso(conversation()[0].at_us), "Disk", "5", "GB", "1", "Usage"))
    columns = "ChargePeriodStart,ChargePeriodEnd,SkuMeter,ConsumedQuantity,ConsumedUnit,BilledCost,ChargeCategory"
    return table(columns, rows)


WRITTEN = frozenset({"written"})
NO_CACHE = frozenset({"cached", "written"})

SERIES: dict[str, Writer] = {
    "OpenAI usage pages": Writer(openai_pages, "gpt-4.1", WRITTEN, MINUTE),
    "OpenAI usage export": Writer(openai_export, "gpt-4.1", WRITTEN, MINUTE),
    "Anthropic usage pages": Writer(anthropic_pages, "claude-sonnet-4-5", frozenset({"requests"}), MINUTE),
    "Anthropic console": Writer(anthropic_console, "claude-sonnet-4-5", frozenset({"requests"}), DAY_US),
    "CloudWatch get-metric-data": Writer(metric_data, "claude-sonnet-4-5", throttles=True, unit_us=MINUTE),
    "CloudWatch get-metric-statistics": Writer(metric_statistics, "claude-sonnet-4-5", unit_us=MINUTE),
    "Azure Monitor, OpenAI metrics": Writer(
        lambda: azure_list(AZURE), "gpt-4.1", NO_CACHE, MINUTE, throttles=True
    ),
    "Azure Monitor, Foundry metrics": Writer(
        lambda: azure_list(FOUNDRY), "gpt-4.1", NO_CACHE, MINUTE, throttles=True
    ),
    "AzureMetrics": Writer(azure_table, None, NO_CACHE, MINUTE),
    "Azure, pivoted": Writer(azure_pivoted, None, NO_CACHE, MINUTE),
    "Prometheus query_range": Writer(prometheus, None, NO_CACHE, MINUTE),
    "Grafana": Writer(grafana, None, NO_CACHE, MINUTE, {"zone": "UTC"}),
    "spreadsheet of minutes": Writer(sheet, None, NO_CACHE, MINUTE, {"zone": "UTC"}),
    "FOCUS": Writer(focus, "gpt-4.1", frozenset({"requests"}), HOUR_US),
}  # fmt: skip
"""Writers of series; `unit_us` is the length of their buckets."""
