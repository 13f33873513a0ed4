"""Results of benchmarks as their tools write them, read as measured points: one table of names, no converter a tool.

vLLM `bench serve`, SGLang `bench_serving`, LLMPerf, GenAI-Perf and AIPerf, GuideLLM, inference-perf summaries, and
tables (CSV, Markdown) whose columns are called by any of these names.
"""

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.workflow.fit import Point

Json = dict[str, Any]
Names = tuple[tuple[str, float], ...]

CONCURRENCY: Names = tuple(
    (name, 1.0)
    for name in (
        "max_concurrency", "concurrency", "num_concurrent_requests", "metrics.request_concurrency.successful.mean",
        "input_config.loadgen.concurrency", "input_config.perf_analyzer.stimulus.concurrency", "users", "streams",
        "concurrent_requests", "load_summary.concurrency", "num_concurrent",
    )
)  # fmt: skip
FIRST_TOKEN: Names = (
    ("mean_ttft_ms", 1e-3), ("results_ttft_s_mean", 1.0), ("metrics.time_to_first_token_ms.successful.mean", 1e-3),
    ("time_to_first_token.avg", 1e-3), ("successes.latency.time_to_first_token.mean", 1.0), ("ttft_ms", 1e-3),
    ("avg_ttft_ms", 1e-3), ("average_ttft_ms", 1e-3),
    ("mean_ttft_s", 1.0), ("ttft_s", 1.0), ("ttft_seconds", 1.0),
)  # fmt: skip
TOKEN: Names = (
    ("mean_tpot_ms", 1e-3), ("results_inter_token_latency_s_mean", 1.0),
    ("metrics.inter_token_latency_ms.successful.mean", 1e-3), ("inter_token_latency.avg", 1e-3),
    ("successes.latency.time_per_output_token.mean", 1.0), ("mean_itl_ms", 1e-3), ("tpot_ms", 1e-3), ("itl_ms", 1e-3),
    ("avg_itl_ms", 1e-3), ("average_itl_ms", 1e-3),
    ("tpot_s", 1.0), ("tpot_seconds", 1.0),
)  # fmt: skip
INPUT: Names = tuple(
    (name, 1.0)
    for name in (
        "input_tokens", "random_input_len", "input_len", "mean_input_tokens", "results_number_input_tokens_mean",
        "isl", "input_sequence_length",
        "metrics.prompt_token_count.successful.mean", "input_sequence_length.avg", "successes.prompt_len.mean",
    )
)  # fmt: skip
OUTPUT: Names = tuple(
    (name, 1.0)
    for name in (
        "output_tokens", "random_output_len", "output_len", "mean_output_tokens", "results_number_output_tokens_mean",
        "osl", "output_sequence_length",
        "metrics.output_token_count.successful.mean", "output_sequence_length.avg", "successes.output_len.mean",
    )
)  # fmt: skip
RATE: Names = (
    ("request_throughput", 1.0), ("requests_per_second", 1.0), ("metrics.requests_per_second.successful.mean", 1.0),
    ("request_throughput.avg", 1.0), ("results_num_completed_requests_per_min", 1 / 60),
    ("successes.throughput.requests_per_sec", 1.0),
)  # fmt: skip

MEND = "Known names: {names}. Rename the column, or say it with an option where it is the same for all points."


def records_of(text: str) -> list[Json]:
    """Return the results of a file by the paths of their members. Raises ValueError where there is none."""
    records = [_flat(record) for record in _records(text)]
    if not records:
        raise ValueError("The file holds no result: JSON, JSON Lines, CSV or a Markdown table is read.")
    return records


def points_of(records: Sequence[Json], lengths: Mapping[str, float | None]) -> list[Point]:
    """Return the points of results. lengths: `input_tokens` and `output_tokens` where the file does not state them.

    Raises ValueError naming what a result lacks, and the names it may have.
    """
    return [_point(record, number, lengths) for number, record in enumerate(records, start=1)]


def _point(record: Json, number: int, lengths: Mapping[str, float | None]) -> Point:
    done = _number(record.get("completed"))
    asked = _found(record, INPUT) or _mean(record, "total_input_tokens", done) or lengths["input_tokens"]
    made = _mean(record, "total_output_tokens", done) or _found(record, OUTPUT) or lengths["output_tokens"]
    values = {
        "requests in flight": (_found(record, CONCURRENCY), CONCURRENCY),
        "mean time to first token": (_found(record, FIRST_TOKEN), FIRST_TOKEN),
        "mean time between tokens": (_found(record, TOKEN), TOKEN),
        "input tokens of a request": (asked, INPUT),
        "output tokens of a request": (made, OUTPUT),
    }
    for name, (value, names) in values.items():
        if value is None or not value > 0:
            listed = ", ".join(each for each, _ in names[:6])
            raise ValueError(f"Result {number} does not say its {name}. {MEND.format(names=listed)}")
    streams, first, token, asked, made = (float(value or 0) for value, _ in values.values())
    if made < 2:
        raise ValueError(
            f"Result {number} has less than two output tokens a request, which tell no time between tokens."
        )
    return Point(round(streams), asked, made, first, token, _found(record, RATE))


def _mean(record: Json, name: str, done: float | None) -> float | None:
    total = _number(record.get(name))
    return total / done if total and done else None


def _found(record: Json, names: Names) -> float | None:
    for name, factor in names:
        value = _number(record.get(name))
        if value is not None:
            return value * factor
    return None


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value.replace(",", "").strip())
        except ValueError:
            return None
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if known else None  # type: ignore[arg-type]


def _records(text: str) -> Iterator[Json]:
    """Yield the results of a file, whatever it is."""
    head = text.lstrip()[:1]
    if head in ("{", "["):
        yield from _of_json(text)
    elif re.search(r"^\s*\|", text, re.MULTILINE):
        rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.strip().startswith("|")]
        yield from _of_table([row for row in rows if not set("".join(row).strip()) <= set("-: ")])
    else:
        yield from _of_table(list(csv.reader(text.splitlines())))


def _of_json(text: str) -> Iterator[Json]:
    try:
        documents = [json.loads(text)]
    except ValueError:
        try:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise ValueError("The file begins as JSON and is none: one object, a list, or an object a line.") from error
    for document in documents:
        inner = document.get("benchmarks", document) if isinstance(document, dict) else document
        yield from (each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict))


def _of_table(rows: Sequence[Sequence[str]]) -> Iterator[Json]:
    if rows:
        names = [re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_") for name in rows[0]]
        yield from (dict(zip(names, row, strict=False)) for row in rows[1:] if any(cell.strip() for cell in row))


def _flat(record: Json, at: str = "") -> Json:
    """Return the members of an object by their paths."""
    found: Json = {}
    for name, value in record.items():
        found |= _flat(value, f"{at}{name}.") if isinstance(value, dict) else {f"{at}{name}": value}
    return found
