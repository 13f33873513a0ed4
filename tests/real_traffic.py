"""The public traffic files, read plainly and apart from the service's own readers."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from service.workflow.traffic import SECOND, BucketSeries, RequestLog, TrafficHistory
from tests.histories import at, ints
from tests.shared_data import shared_data

CONV_START = at("2023-11-16T18:15:46+00:00") + 680_590
"""The first arrival of the conversation trace, which its relative spelling leaves out."""

BUCKETS = {"nab_Twitter_volume_AAPL": 300, "nab_elb_request_count_8c0756": 300, "nab_nyc_taxi": 1800}


def _log(rows: list[tuple[int, int, int]]) -> RequestLog:
    arrival, tokens, output = (ints(column) for column in zip(*rows, strict=True))
    return RequestLog(arrival, tokens, np.zeros_like(tokens), output)


def azure_log(name: str) -> RequestLog:
    """Read `code` or `conv` of the Azure traces: seven-digit fractions, no zone (UTC)."""
    path = shared_data(f"traffic/requests/AzureLLMInferenceTrace_{name}.csv")
    with path.open(newline="") as lines:
        rows = [
            (at(row["TIMESTAMP"][:19] + "+00:00") + int(row["TIMESTAMP"][20:26]), *_tokens(row))
            for row in csv.DictReader(lines)
        ]
    return _log(rows)


def _tokens(row: dict[str, str]) -> tuple[int, int]:
    return int(row["ContextTokens"]), int(row["GeneratedTokens"])


def vidur_log() -> RequestLog:
    """Read the conversation trace spelled in seconds after its first arrival."""
    with shared_data("traffic/requests/vidur_splitwise_conv.csv").open(newline="") as lines:
        rows = [
            (
                CONV_START + round(Decimal(row["arrived_at"]) * SECOND),
                int(row["num_prefill_tokens"]),
                int(row["num_decode_tokens"]),
            )
            for row in csv.DictReader(lines)
        ]
    return _log(rows)


def mooncake_log() -> RequestLog:
    """Read the long-context trace: JSON Lines, ms after an unknown start (here 2024)."""
    origin = at("2024-01-01T00:00:00+00:00")
    lines = shared_data("traffic/requests/mooncake_synthetic.jsonl").read_text().splitlines()
    rows = [
        (origin + row["timestamp"] * 1000, row["input_length"], row["output_length"]) for row in map(json.loads, lines)
    ]
    return _log(rows)


def openai_page() -> BucketSeries:
    """Read one page of a usage API: a day of one result, taken as hours since a day is no bucket of ours."""
    page = json.loads(shared_data("traffic/requests/openai_usage_completions_page.json").read_text())
    starts = [bucket["start_time"] * SECOND for bucket in page["data"]]
    results = [result for bucket in page["data"] for result in bucket["results"]]
    names = ("num_model_requests", "input_tokens", "input_cached_tokens", "output_tokens")
    requests, tokens, cached, output = (ints([row[name] for row in results]) for name in names)
    return BucketSeries(3600, ints(starts), requests, tokens, cached, output)


def nab_series(name: str) -> BucketSeries:
    """Read a NAB series: counts without tokens, at a fixed step from its own first moment."""
    with shared_data(f"traffic/series/{name}.csv").open(newline="") as lines:
        rows = [(row["timestamp"], round(float(row["value"]))) for row in csv.DictReader(lines)]
    starts = ints([at(f"{moment}+00:00") for moment, _ in rows])
    counts = ints([count for _, count in rows])
    nothing = np.zeros_like(counts)
    return BucketSeries(BUCKETS[name], starts, counts, nothing, nothing, nothing)


def servegen_series(path: Path) -> BucketSeries:
    """Read one tenant, or the pool, of the public LLM cloud: ten-minute buckets, absent where not collected."""
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    starts = ints([round(datetime.fromisoformat(row["timestamp"]).astimezone(UTC).timestamp()) for row in rows])
    requests, tokens, output = (
        ints([int(row[name]) for row in rows]) for name in ("requests", "input_tokens", "output_tokens")
    )
    return BucketSeries(600, starts * SECOND, requests, tokens, np.zeros_like(tokens), output)


def servegen_files() -> list[Path]:
    """Return the tenants' files and the pool's, in one order."""
    return sorted(shared_data("traffic/series/servegen-m-small").glob("*.csv"))


def every_history() -> dict[str, TrafficHistory]:
    """Return every public history by name."""
    histories: dict[str, TrafficHistory] = {
        "azure_code": azure_log("code"),
        "azure_conv": azure_log("conv"),
        "vidur_conv": vidur_log(),
        "mooncake": mooncake_log(),
        "openai_page": openai_page(),
    }
    histories |= {name: nab_series(name) for name in BUCKETS}
    return histories | {path.stem: servegen_series(path) for path in servegen_files()}
