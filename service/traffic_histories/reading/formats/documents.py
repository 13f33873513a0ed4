"""Documents of monitoring systems and collectors as JSON Lines: a row a bucket or a span, a member a metric."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.traffic_histories.reading.aliases import SPELLINGS, plain_name
from service.traffic_histories.reading.decompress import Plain, head
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.options import MIB
from service.traffic_histories.reading.report import Report

from .spans import rows_of_spans

Json = dict[str, Any]
Rows = dict[tuple[str, ...], Json]

LARGEST = 256 * MIB
"""Largest document: it is taken apart in memory."""

HEAD = 64 * 1024
COUNTS = frozenset(
    plain_name(name)
    for known, spellings in SPELLINGS.items()
    if known == "requests" or known.endswith("_tokens")
    for name in spellings
)
"""Names of metrics that count traffic, as they are compared."""

CALLS = frozenset(plain_name(name) for name in SPELLINGS["requests"])
"""Names of metrics that count calls: of those alone, the number of samples is the sum."""

THROTTLED_CALLS, FAILED_CALLS = "ThrottledRequests", "FailedRequests"
"""Columns of calls that were turned away, and that failed otherwise."""

METRICS = COUNTS | {
    plain_name(name)
    for name in (
        "invocation_throttles", "invocation_client_errors", "invocation_server_errors", "invocation_latency",
        "time_to_first_token", "output_image_count", "legacy_model_invocations", "estimated_tpm_quota_usage",
    )
}  # fmt: skip
"""Names of metrics that may stand behind a model in a label."""


@dataclass
class Flat:
    """Rows out of documents, by their time and the values they are told apart by, and what was found on the way."""

    report: Report
    rows: Rows = field(default_factory=dict)
    spans: list[Json] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)

    def add(self, time: str, apart: dict[str, str], metric: str, value: float) -> None:
        """Add to a metric of a bucket; a sample that is no number, as after a restart, says nothing."""
        if not math.isfinite(value):
            return
        row = self.rows.setdefault((time, *apart.values()), {"timestamp": time} | apart)
        row[metric] = row.get(metric, 0) + value
        self.metrics.add(metric)


def flattened(plain: Plain, folder: Path, report: Report) -> Plain:
    """Return the file, or where it is such a document, its rows in a file of the folder.

    Raises RefusedError: `unsupported_file`, `bad_json`, `unnamed_series`, `wrong_statistic`, `one_metric`.
    """
    start = head(plain.path, HEAD)
    if plain.format != "json" or not any(mark in start for mark in MARKS) or _begins_otherwise(start):
        return plain
    if plain.size > LARGEST:
        detail = f"a document of this kind is read up to {LARGEST // MIB} MiB; send it in parts"
        raise RefusedError("unsupported_file", detail)
    flat = Flat(report)
    for document in _values(plain.path.read_text(encoding="utf-8", errors="replace")):
        take = _reader(document)
        if take is None:
            return plain
        try:
            take(document, flat)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            detail = f"the document is not shaped as its writer writes it ({type(error).__name__}: {error})"
            raise RefusedError("bad_json", detail) from error
    _fill(flat)
    rows = [*flat.rows.values(), *flat.spans]
    if not rows:
        raise RefusedError("no_rows", "the document holds no values of traffic: no token counts were found in it")
    _require_sides(flat)
    target = folder / "flattened.jsonl"
    target.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return replace(plain, path=target)


def _fill(flat: Flat) -> None:
    """Write 0 where a metric has no point between others of its own: monitoring leaves out what did not happen."""
    reach: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for (time, *apart), row in flat.rows.items():
        for metric in flat.metrics & row.keys():
            reach.setdefault((tuple(apart), metric), []).append(moment(time))
    counts = {metric for metric in flat.metrics if plain_name(metric) in COUNTS}
    filled = 0
    for (time, *apart), row in flat.rows.items():
        for metric in flat.metrics - row.keys():
            times = reach.get((tuple(apart), metric), [])
            # Where nothing was counted at all, such as a minute of throttled calls alone, nothing was served.
            if times and (min(times) < moment(time) < max(times) or not counts & row.keys()):
                row[metric] = 0
                filled += metric in counts
    if filled:
        detail = f"{filled} points that a metric leaves out between others were read as 0"
        flat.report.find("gaps_filled", detail, filled)


def moment(time: str) -> float:
    """Return a time of a document in seconds, not a number where it is none."""
    try:
        return float(time)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _begins_otherwise(start: bytes) -> bool:
    """Whether the first value of a file, where its beginning holds it whole, is no such document."""
    try:
        value, _ = json.JSONDecoder().raw_decode(start.decode(errors="replace").lstrip())
    except (json.JSONDecodeError, RecursionError):
        return False
    return _reader(value[0] if isinstance(value, list) and value else value) is None


def _reader(document: Any) -> Callable[[Json, Flat], None] | None:  # noqa: ANN401 - whatever JSON holds
    """Return what reads a document, None where it is of no kind that is known here."""
    if not isinstance(document, dict):
        return None
    data, value, tables = (document.get(name) for name in ("data", "value", "tables"))
    if isinstance(data, dict) and "resultType" in data:
        return _prometheus
    if isinstance(value, list) and value and isinstance(value[0], dict) and "timeseries" in value[0]:
        return _azure_metrics
    if isinstance(tables, list) and tables and isinstance(tables[0], dict) and "rows" in tables[0]:
        return _log_analytics
    return next((take for member, take in READERS.items() if isinstance(document.get(member), list)), None)


def _require_sides(flat: Flat) -> None:
    """Refuse a document of one metric alone, which is one file of several."""
    metrics = sorted({name for row in flat.rows.values() for name in row} & {*flat.metrics})
    if len(metrics) == 1:
        detail = (
            f"the file holds {metrics[0]} alone; write the outputs for input tokens, output tokens and requests one "
        )
        detail += "after the other into one file (cat input.json output.json requests.json > traffic.json)"
        raise RefusedError("one_metric", detail)


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values of a text, one after another."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at < len(text):
            try:
                value, at = decoder.raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError) as error:
                raise RefusedError("bad_json", f"the file is not JSON: {error}") from error
            yield from value if isinstance(value, list) else (value,)


def _metric_data(document: Json, flat: Flat) -> None:
    """CloudWatch `get-metric-data`: a list of times and one of values a metric; the label may begin with the model."""
    for result in document["MetricDataResults"]:
        label = str(result.get("Label") or result.get("Id"))
        metric, apart = _labelled(label)
        for time, value in zip(result.get("Timestamps", []), result.get("Values", []), strict=False):
            flat.add(str(time), apart, metric, float(value))


def _metric_statistics(document: Json, flat: Flat) -> None:
    """CloudWatch `get-metric-statistics`: one metric a document; write one document after the other into the file."""
    metric, apart = _labelled(str(document.get("Label")))
    for point in document["Datapoints"]:
        counted = plain_name(metric) in CALLS
        value = point.get("Sum", point.get("SampleCount") if counted else None)
        if value is None:
            detail = f"{metric} has no Sum; export it with --statistics Sum"
            raise RefusedError("wrong_statistic", detail)
        flat.add(str(point["Timestamp"]), apart, metric, float(value))


def _labelled(label: str) -> tuple[str, dict[str, str]]:
    """Return the metric in a label, and the model before it."""
    words = label.split()
    metric = words[-1] if words and plain_name(words[-1]) in METRICS else label
    model = " ".join(words[:-1]) if metric != label else ""
    return metric, {"model": model} if model else {}


def _azure_metrics(document: Json, flat: Flat) -> None:
    """Azure Monitor's list of metrics: `total` of each bucket, told apart by the dimensions that all metrics have.

    Of calls by status, those that failed are no requests: they are columns of their own.
    """
    found: list[tuple[str, dict[str, str], list[Json]]] = []
    for metric in document["value"]:
        name = metric["name"]["value"] if isinstance(metric.get("name"), dict) else str(metric.get("name"))
        for series in metric.get("timeseries", []):
            apart = {str(pair["name"]["value"]): str(pair["value"]) for pair in series.get("metadatavalues", [])}
            found.append((_served(name, apart), apart, series.get("data", [])))
    shared = set.intersection(*(set(apart) for _, apart, _ in found)) if found else set()
    for name, apart, points in found:
        for point in points:
            _azure_point(name, {key: value for key, value in apart.items() if key in shared}, point, flat)
    if beside := sorted({key for _, apart, _ in found for key in apart} - shared):
        detail = f"metrics that are split by {', '.join(beside)} were added up, since others are not split so"
        flat.report.find("summed_dimensions", detail)


def _served(name: str, apart: dict[str, str]) -> str:
    """Return the name of a metric of calls, another one where their status says that they failed."""
    status = next((value for key, value in apart.items() if plain_name(key) in ("statuscode", "status")), "")
    if plain_name(name) not in CALLS or status[:1] not in ("4", "5"):
        return name
    return THROTTLED_CALLS if status == "429" else FAILED_CALLS


def _azure_point(name: str, apart: dict[str, str], point: Json, flat: Flat) -> None:
    if point.get("total") is not None:
        flat.add(str(point["timeStamp"]), apart, name, float(point["total"]))
    elif "average" in point or "maximum" in point or "count" in point:
        raise RefusedError("wrong_statistic", f"{name} has no total; export it with --aggregation Total")


def _log_analytics(document: Json, flat: Flat) -> None:
    """Log Analytics' answer to a query: columns and rows."""
    for table in document["tables"]:
        names = [column["name"] for column in table["columns"]]
        flat.spans += [dict(zip(names, row, strict=False)) for row in table["rows"]]


def _prometheus(document: Json, flat: Flat) -> None:
    """Prometheus' `query_range`: a matrix of samples; counters as they stand become what they rose by."""
    for series in document["data"]["result"]:
        labels = series.get("metric", {})
        name = labels.get("__name__")
        if not name:
            detail = "a series of Prometheus has no name: functions drop it. Ask for label_replace(sum(increase("
            detail += 'vllm:prompt_tokens_total[1m])), "__name__", "prompt_tokens", "", "") or for the counter itself'
            raise RefusedError("unnamed_series", detail)
        apart = {"model_name": str(labels["model_name"])} if "model_name" in labels else {}
        samples = [(float(time), float(value)) for time, value in series.get("values", [])]
        _samples(str(name), apart, samples, flat)


def _samples(name: str, apart: dict[str, str], samples: list[tuple[float, float]], flat: Flat) -> None:
    if not name.endswith("_total"):
        for time, value in samples:
            flat.add(f"{time:.3f}", apart, name, value)
        return
    for (start, before), (_, after) in pairwise(samples):
        # A counter that falls began anew.
        flat.add(f"{start:.3f}", apart, name, after - before if after >= before else after)
    if not any(finding.code == "counters" for finding in flat.report.findings):
        flat.report.find("counters", "counters were read as what they rose by between samples, restarts counted anew")


def _otlp(document: Json, flat: Flat) -> None:
    flat.spans += rows_of_spans(document, flat.report)


READERS: dict[str, Callable[[Json, Flat], None]] = {
    "MetricDataResults": _metric_data,
    "Datapoints": _metric_statistics,
    "resourceSpans": _otlp,
}
"""Member that a document has → what reads it."""

MARKS = (b'"MetricDataResults"', b'"Datapoints"', b'"resourceSpans"', b'"timeseries"', b'"resultType"', b'"tables"')
